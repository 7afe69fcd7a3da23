"""What a player has to know of a version: when each frame begins, where shots start, and which sound is heard."""

import json
from collections.abc import Sequence
from itertools import pairwise

from pydantic import BaseModel, ConfigDict

from dampipe.features.alignment.service import CarryService
from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.service import AssetService
from dampipe.kernel.access import READ, Actor, require
from dampipe.kernel.ids import VersionId
from dampipe.media.audio.track_choice import used_tracks
from dampipe.media.frame_clock import FrameClock, FrameTimes
from dampipe.media.info import MediaInfo, MediaKind
from dampipe.storage.video import Video

PROXY_RATE = 60
"""Frames per second that every proxy for browsers has: only of a higher rate may it leave frames out."""


class FramesReport(BaseModel):
    """The frames of a version, counted from 0: n begins at `start` + n × `step` ticks, rounded, or as `steps` says."""

    model_config = ConfigDict(frozen=True)

    base: str
    """Seconds of a tick, an exact fraction."""
    start: int
    """When the first frame begins, in ticks."""
    end: int
    """When the last frame ends, in ticks."""
    count: int
    step: str | None = None
    """Ticks from one frame to the next, an exact fraction; None: they vary."""
    steps: tuple[int, ...] = ()
    """Where they vary: ticks from each frame to the next."""
    exact: bool = True
    """False: the rate varies, and the times of the frames are not known yet. What is given is the nominal rate."""
    shown: tuple[int, ...] = ()
    """The numbers of the frames that the proxy has, each as its distance from the one before; (): it has all."""
    rate: str | None = None
    """Nominal frames per second, an exact fraction, if frames of that rate have time code; None: they have none."""
    timecode: str | None = None
    """The time code of the first frame, at that rate; None: the file has none, and counting begins at zero."""


class PlaybackReport(BaseModel):
    """How a version is played."""

    model_config = ConfigDict(frozen=True)

    sha1: str
    frames: FramesReport | None = None
    """None for sound and stills, and where neither a rate nor the times of frames are known."""
    shots: tuple[float, ...] = ()
    """When shots start, in seconds; (): not known."""
    heard: tuple[int, ...] = ()
    """Which sound tracks of the original the proxy is made of, by their `index`; the others are not heard in it."""


class PlaybackService:
    """Tells how versions are played. Any method may raise CatalogueDown, and NotFound for an unknown version."""

    def __init__(self, carrying: CarryService, service: AssetService, assets: AssetRepository) -> None:
        self._carrying = carrying
        self._service = service
        self._assets = assets

    def playback(self, actor: Actor, name: str) -> PlaybackReport:
        """How the version with this SHA-1 is played."""
        require(actor, READ)
        row = self._assets.find(self._service.sha1(actor, name))
        video = self._assets.videos([row])[0]
        if video.media is None:
            return PlaybackReport(sha1=video.sha1)
        return PlaybackReport(
            sha1=video.sha1,
            frames=self._frames(actor, VersionId(int(row.id)), video, video.media),
            shots=tuple(json.loads(row.shots)) if row.shots else (),
            heard=tuple(track.index for track in used_tracks(video.media)),
        )

    def _frames(
        self, actor: Actor, version: VersionId, video: Video, media: MediaInfo
    ) -> FramesReport | None:
        if media.video is None or media.kind is not MediaKind.VIDEO:
            return None
        is_fast = media.video.rate is not None and media.video.rate > PROXY_RATE
        stored = None
        if media.video.variable_rate or media.video.rate is None or is_fast:
            stored = self._carrying.stored_times(actor, version, video)
        clock = FrameClock.of_media(media, stored)
        if clock is None:
            return None
        report = _report(clock, media, exact=not media.video.variable_rate or stored is not None)
        shown = _shown(clock.times, stored) if is_fast and stored is not None else ()
        return report.model_copy(update={"shown": shown})


def _report(clock: FrameClock, media: MediaInfo, *, exact: bool) -> FramesReport:
    times = clock.times
    has_code = bool(media.timecode) and clock.rate is not None
    return FramesReport(
        base=str(times.time_base),
        start=times.start if times.step is not None else times.ticks[0],
        end=times.end,
        count=times.count,
        step=str(times.step) if times.step is not None else None,
        steps=_differences(times.ticks),
        exact=exact,
        rate=str(clock.rate) if clock.rate is not None else None,
        timecode=str(clock.start) if has_code else None,
    )


def _differences(numbers: Sequence[int]) -> tuple[int, ...]:
    return tuple(later - earlier for earlier, later in pairwise(numbers))


def _shown(times: FrameTimes, stored: FrameTimes) -> tuple[int, ...]:
    """The numbers of the frames that are stored, as distances from the one before; () where that is all of them."""
    if stored.count >= times.count:
        return ()
    numbers = sorted({times.nearest(stored.begin(frame).seconds) for frame in range(stored.count)})
    return (numbers[0], *_differences(numbers))
