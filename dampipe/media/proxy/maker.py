"""The proxy pass: the one full decode, which transcodes, detects the exact shots, signs frames and draws the waveform.

`ProxyMaker` has the tools and the recipe; a `_ProxyPass` is its work on one file. `ProxyGraph` builds the
filter graph.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from dampipe.kernel.errors import BadMedia, Unavailable
from dampipe.media.audio.peaks import MEDIA_TYPE, Peaks
from dampipe.media.errors import EMPTY_TRACKS, NO_ENCODER, NOTHING_DECODED
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.color_tags import colors_of
from dampipe.media.ffmpeg.inputs import graph_arguments
from dampipe.media.ffmpeg.picture_filters import fitted_size
from dampipe.media.ffmpeg.progress import Progress
from dampipe.media.ffmpeg.run import FfmpegResult, Limits, run_ffmpeg
from dampipe.media.ffmpeg.salvage import best_effort, without_picture, without_sound
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.fallback import Attempt, SharedState, run_with_fallback
from dampipe.media.hwaccel.families import PRORES
from dampipe.media.hwaccel.plans import SOFTWARE_PLAN, Plan, proxy_plans
from dampipe.media.info import MediaInfo, MediaKind, VideoStream
from dampipe.media.integrity import damage_warning, length_warning, truncation_warning
from dampipe.media.length import decoded_duration
from dampipe.media.outputs import MAX_DURATION, DerivativeKind, FoundDuration, MadeFile
from dampipe.media.preview.shots import read_scores, shot_starts
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.embedded_film import extracted_film
from dampipe.media.proxy.full_size import make_full_size, needs_full_size
from dampipe.media.proxy.graph import ProxyGraph
from dampipe.media.recipes import ProxyRecipe
from dampipe.media.signatures.graph import PICTURES_NAME, read_pictures
from dampipe.media.signatures.sound import SoundSignatures
from dampipe.media.signatures.track import MEDIA_TYPE as SIGNATURES_TYPE

PROXY_NAME = "proxy"
"""Without its suffix: .mp4 or .mov."""
NICE = 10
PRORES_BITRATE = 300_000
"""kbit/s; ProRes Proxy has no limit of its own, this is about that of 8K and bounds the file size."""
_CODEC_NAMES = {"h264": "H.264", "prores": "ProRes"}


@dataclass(frozen=True)
class MadeProxy:
    """The result of one proxy pass."""

    file: MadeFile | None = None
    """None for stills."""
    waveform: MadeFile | None = None
    """None without sound."""
    signatures: MadeFile | None = None
    """None for stills."""
    shots: tuple[float, ...] = ()
    """Start times of shots, in seconds; the first is 0.0. () without a moving picture."""
    still: MadeFile | None = None
    """A still at full size, where browsers do not show its format."""
    plan: str = ""
    """What transcoded: hardware ("nvidia", "nvidia-decode", "nvidia-encode"), "software", or "sound"."""
    duration: float | None = None
    """Seconds of footage in the proxy."""
    speed: float | None = None
    """Seconds of footage per second of work."""
    warnings: tuple[str, ...] = ()
    found: FoundDuration | None = None
    """The duration of the footage, if the known one is wrong."""

    @property
    def files(self) -> tuple[MadeFile, ...]:
        """All files."""
        made = (self.file, self.waveform, self.signatures, self.still)
        return tuple(file for file in made if file is not None)


class ExtraOutputs(Protocol):
    """Further outputs of the same run of ffmpeg."""

    def outputs(self, plan: Plan) -> list[Any]:
        """ffmpeg-python outputs of the same input, decoded by `plan`; called for every attempt."""

    def finish_attempt(self, result: FfmpegResult) -> None:
        """Called after every attempt."""


class ProxyMaker:
    """Makes proxies by one recipe, with the best encoder that works."""

    def __init__(
        self,
        ffmpeg: Ffmpeg,
        recipe: ProxyRecipe,
        accelerations: Sequence[Acceleration],
        limits: Limits | None = None,
        shared_state: SharedState | None = None,
        prober: Prober | None = None,
    ) -> None:
        """accelerations: the result of `detect`. shared_state: shared with the other processes of the
        machine; the default is not shared.

        limits: for one ffmpeg; the default is ten minutes plus twenty times the footage's duration.

        prober: develops stills, and reads the films inside motion photos; None: nothing is made of stills.
        """
        self.ffmpeg = ffmpeg
        self.recipe = recipe
        self.accelerations = tuple(accelerations)
        self.shared_state = shared_state or SharedState()
        self._limits = limits
        self._prober = prober

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the recipe. It does not include the encoder: all encoders are equivalent."""
        return self.recipe.fingerprint

    def limits_for(self, media: MediaInfo) -> Limits:
        """The limits of one ffmpeg that transcodes the file."""
        if self._limits is not None:
            return self._limits
        duration = min(media.duration or 3600.0, MAX_DURATION)
        bitrate = PRORES_BITRATE if self.recipe.for_editing else self.recipe.max_bitrate
        return Limits(
            seconds=600 + 20 * duration,
            file_size=(1 << 28) + int(2 * duration * 125 * (bitrate + 1000)),
            nice=NICE,
        )

    def make(
        self,
        source: str,
        media: MediaInfo,
        folder: Path,
        on_progress: Callable[[Progress], None] | None = None,
        extra: ExtraOutputs | None = None,
    ) -> MadeProxy:
        """Write proxy, waveform and signatures of `source` into the existing `folder`.

        Of stills the picture at full size, if browsers do not show its format; of motion photos also the proxy of
        the film inside.

        extra: made in the same run, as long as the picture can be decoded.

        Raises `BadMedia` when nothing can be decoded, `Transient` when the storage fails,
        `Unavailable` when no suitable encoder works.
        """
        if media.kind is MediaKind.STILL:
            return (
                MadeProxy()
                if self._prober is None
                else self._make_of_still(source, media, folder, on_progress)
            )
        made, losses = best_effort(
            media,
            (*without_sound(media), *without_picture(media)),
            lambda subset: _ProxyPass(self, source, subset, folder, on_progress, extra).run(),
        )
        return replace(made, warnings=(*losses, *made.warnings))

    def _make_of_still(
        self,
        source: str,
        media: MediaInfo,
        folder: Path,
        on_progress: Callable[[Progress], None] | None,
    ) -> MadeProxy:
        """A picture that cannot be developed at full size causes a warning: its poster is there."""
        assert self._prober is not None
        made = MadeProxy()
        if media.embedded_film is not None:
            made = self._make_of_film(source, media, folder, on_progress)
        if not needs_full_size(media):
            return made
        try:
            still, warnings = make_full_size(self.ffmpeg, self._prober, source, media, folder, on_progress)
        except BadMedia as error:
            return replace(made, warnings=(*made.warnings, f"it cannot be shown at full size: {error}"))
        return replace(made, still=still, warnings=(*made.warnings, *warnings))

    def _make_of_film(
        self,
        source: str,
        media: MediaInfo,
        folder: Path,
        on_progress: Callable[[Progress], None] | None,
    ) -> MadeProxy:
        """The proxy of the film in a photograph. It has no shots and no duration, since the photograph has none.

        A film that cannot be decoded causes a warning: the photograph is complete without it.
        """
        assert media.embedded_film is not None
        assert self._prober is not None
        with extracted_film(source, media.embedded_film, folder) as path:
            try:
                made = self.make(path, self._prober.probe(path), folder, on_progress)
            except BadMedia as error:
                return MadeProxy(warnings=(f"the film inside it cannot be played: {error}",))
        return replace(made, signatures=None, shots=(), duration=None, found=None)

    def plans_for(self, video: VideoStream) -> tuple[Plan, ...]:
        """The plans to transcode a picture. Raises Unavailable when no encoder works."""
        size = fitted_size(video, self.recipe.height)
        plans = proxy_plans(video, size, self.recipe, self.accelerations)
        if not plans or (self.recipe.for_editing and not self.ffmpeg.has_encoder(PRORES)):
            raise Unavailable(NO_ENCODER, codec=_CODEC_NAMES[self.recipe.codec])
        return plans


class _ProxyPass:
    """The attempts to transcode all streams in `media`, and the outputs of the last one."""

    def __init__(
        self,
        maker: ProxyMaker,
        source: str,
        media: MediaInfo,
        folder: Path,
        on_progress: Callable[[Progress], None] | None,
        extra: ExtraOutputs | None,
    ) -> None:
        self._maker = maker
        self._source = source
        self._media = media
        self._folder = folder
        self._on_progress = on_progress
        self._extra = extra
        self._graph = ProxyGraph(maker.ffmpeg, maker.recipe, media)
        self._path = folder / f"{PROXY_NAME}.{self._graph.container}"
        # Outputs of the last attempt
        self._peaks = Peaks()
        self._sound = SoundSignatures()
        self._scores: list[tuple[float, float]] = []
        self._spans: dict[str, tuple[float, float]] = {}

    def run(self) -> MadeProxy:
        """Transcode by the first plan that works."""
        video, recipe = self._media.video, self._maker.recipe
        for path in self._folder.glob(f"{PROXY_NAME}.*"):
            path.unlink()
        plans = self._maker.plans_for(video) if video is not None else (SOFTWARE_PLAN,)
        warnings: list[str] = []
        if video is not None:
            colors = colors_of(video, self._maker.ffmpeg.has_filter("zscale"))
            warnings += colors.warnings(keeps_hdr=recipe.for_editing)
        read_scores(self._folder)  # deletes those of an earlier pass
        fallback = run_with_fallback(plans, self._attempt, self._maker.shared_state)
        plan, result = fallback.last.plan, fallback.last.result
        if not result.ok:
            raise result.error
        if not self._spans:
            is_empty = video is None and not result.stderr.strip()
            raise BadMedia(EMPTY_TRACKS if is_empty else NOTHING_DECODED)
        warnings += fallback.warnings
        loss = self._loss_warning(result)
        if loss:
            warnings.append(loss)
        waveform = self._peaks.write(self._folder)
        duration = self._end
        found = decoded_duration(self._media, duration)
        return MadeProxy(
            MadeFile(DerivativeKind.PROXY, self._path, self._media_type),
            MadeFile(DerivativeKind.WAVEFORM, waveform, MEDIA_TYPE) if waveform is not None else None,
            self._signatures(),
            shot_starts(self._scores) if video is not None else (),
            plan=plan.name if video is not None else "sound",
            duration=round(duration, 3),
            speed=round(duration / result.wall, 2) if result.wall else None,
            warnings=tuple(warnings),
            found=found,
        )

    def _attempt(self, plan: Plan) -> Attempt:
        self._peaks = Peaks()
        self._sound = SoundSignatures()
        limits = self._maker.limits_for(self._media)
        if plan.parts:
            limits = replace(limits, memory=0)  # drivers reserve far more address space than they use
        extra_outputs: list[Any] = []
        if self._extra is not None and self._media.video is not None:
            extra_outputs = self._extra.outputs(plan)
        outputs = [*self._graph.outputs(plan, self._path.name), *extra_outputs]
        result = run_ffmpeg(
            self._maker.ffmpeg,
            plan.device_options + graph_arguments(self._source, *outputs),
            limits,
            folder=self._folder,
            on_output=self._feed,
            on_progress=self._on_progress,
        )
        if self._extra is not None:
            self._extra.finish_attempt(result)
        self._scores = read_scores(self._folder)
        self._spans = _stream_spans(self._path)
        # A header may give too little, so a longer proxy is complete.
        beyond = self._media.duration is not None and self._end > self._media.duration
        complete = result.ok and bool(self._spans) and (beyond or self._loss_warning(result) is None)
        return Attempt(plan, result, self._end, complete)

    def _feed(self, samples: bytes) -> None:
        self._peaks.feed(samples)
        if self._media.video is None:
            self._sound.feed(samples)

    def _signatures(self) -> MadeFile | None:
        """Of the picture or, without one, of the sound."""
        if self._media.video is None:  # an attempt with the picture may have failed
            (self._folder / PICTURES_NAME).unlink(missing_ok=True)
        track = read_pictures(self._folder) if self._media.video is not None else self._sound.track()
        if track is None or not len(track):
            return None
        return MadeFile(DerivativeKind.SIGNATURES, track.write(self._folder), SIGNATURES_TYPE)

    @property
    def _end(self) -> float:
        """Seconds from the start to the end of the last stream of the proxy; 0 if it is empty."""
        return max((end for _, end in self._spans.values()), default=0.0)

    def _loss_warning(self, result: FfmpegResult) -> str | None:
        """The warning if the header is wrong, or the source is truncated or damaged.

        ffmpeg's exit status shows none of these. The picture may legitimately end before the sound; it counts as
        truncated only if ffmpeg wrote messages.
        """
        duration = self._media.duration
        found = decoded_duration(self._media, self._end)
        if found is not None and found.differs:
            return length_warning(result.stderr, duration, self._end)
        picture_start, picture_end = self._spans.get("video", (0.0, 0.0))
        if self._media.video is not None and result.stderr.strip():
            truncation = truncation_warning(picture_end, duration)
            if truncation is not None:
                return truncation
        rate = self._graph.average_rate
        expected = (picture_end - picture_start) * rate if rate else None
        return damage_warning(result.stderr, result.progress.frames, expected)

    @property
    def _media_type(self) -> str:
        if self._media.video is None:
            return "audio/mp4"
        return "video/quicktime" if self._path.suffix == ".mov" else "video/mp4"


def _stream_spans(path: Path) -> dict[str, tuple[float, float]]:
    """Start and end, in seconds, of each type of stream in a finished proxy; {} if it is empty or invalid."""
    import av  # 40 ms, needed only here

    spans: dict[str, tuple[float, float]] = {}
    try:
        with av.open(str(path)) as container:
            for stream in container.streams:
                if stream.type in ("video", "audio") and stream.duration and stream.time_base:
                    start = float(max(stream.start_time or 0, 0) * stream.time_base)
                    end = start + float(stream.duration * stream.time_base)
                    first, last = spans.get(stream.type, (start, end))
                    spans[stream.type] = (min(first, start), max(last, end))
    except (OSError, ValueError):
        return {}
    return spans
