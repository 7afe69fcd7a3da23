"""The frames of a version, for players: when each begins, how they are counted, and where shots start."""

import json
from collections.abc import Sequence
from itertools import pairwise

from pydantic import BaseModel, ConfigDict

from dampipe.features.alignment.errors import NO_FRAMES
from dampipe.features.alignment.service import CarryService
from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.service import AssetService
from dampipe.kernel.access import READ, Actor, require
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.ids import VersionId
from dampipe.media.frame_clock import FrameClock, FrameTimes
from dampipe.media.info import MediaInfo, MediaKind

PROXY_RATE = 60
"""Frames per second that every proxy for browsers has: only of a higher rate may it leave frames out."""


class FramesReport(BaseModel):
    """The frames of a version, counted from 0. Frame n begins at `start` + n × `step` ticks, rounded, or as `steps` says."""

    model_config = ConfigDict(frozen=True)

    sha1: str
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
    shots: tuple[float, ...] = ()
    """When shots start, in seconds; (): not known."""


class FrameService:
    """Tells the frames of versions. Any method may raise CatalogueDown, and NotFound for an unknown version."""

    def __init__(self, carrying: CarryService, service: AssetService, assets: AssetRepository) -> None:
        self._carrying = carrying
        self._service = service
        self._assets = assets

    def frames(self, actor: Actor, name: str) -> FramesReport:
        """The frames of the version with this SHA-1. Raises InvalidInput for what has none: sound, and stills."""
        require(actor, READ)
        row = self._assets.find(self._service.sha1(actor, name))
        video = self._assets.videos([row])[0]
        media = video.media
        if media is None or media.video is None or media.kind is not MediaKind.VIDEO:
            raise InvalidInput(NO_FRAMES, name=video.name)
        is_fast = media.video.rate is not None and media.video.rate > PROXY_RATE
        stored = None
        if media.video.variable_rate or media.video.rate is None or is_fast:
            stored = self._carrying.stored_times(actor, VersionId(int(row.id)), video)
        clock = FrameClock.of_media(media, stored)
        if clock is None:
            raise InvalidInput(NO_FRAMES, name=video.name)
        shots = tuple(json.loads(row.shots)) if row.shots else ()
        report = _report(video.sha1, clock, media, exact=not media.video.variable_rate or stored is not None)
        shown = _shown(clock.times, stored) if is_fast and stored is not None else ()
        return report.model_copy(update={"shots": shots, "shown": shown})


def _report(sha1: str, clock: FrameClock, media: MediaInfo, *, exact: bool) -> FramesReport:
    times = clock.times
    has_code = bool(media.timecode) and clock.rate is not None
    return FramesReport(
        sha1=sha1,
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
