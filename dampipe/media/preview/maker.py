"""The preview pass: one ffmpeg makes poster, sprite and frames, and decodes as little as possible.

`PreviewMaker` has the tools and the recipe; a `PreviewPass` is its work on one file: the attempts, and the
result of the last one. `PreviewGraph` builds the filter graph.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dampipe.kernel.errors import BadMedia, StageError, Transient
from dampipe.kernel.stage_io import FileParts
from dampipe.media.audio.waveform import draw_waveform
from dampipe.media.errors import NOTHING_DECODED
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.color_tags import colors_of
from dampipe.media.ffmpeg.inputs import graph_arguments
from dampipe.media.ffmpeg.progress import Progress
from dampipe.media.ffmpeg.run import FfmpegResult, Limits, run_ffmpeg
from dampipe.media.ffmpeg.salvage import best_effort, without_picture
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.fallback import Attempt, SharedState, run_with_fallback
from dampipe.media.hwaccel.plans import PREVIEW_MIN_PIXELS, SOFTWARE_PLAN, Plan, preview_plans
from dampipe.media.info import DurationSource, MediaInfo, MediaKind, VideoStream
from dampipe.media.integrity import ALLOWED_DIFFERENCE, ALLOWED_SHARE, length_warning, truncation_warning
from dampipe.media.length import corrected, decoded_duration, measured_duration
from dampipe.media.outputs import (
    MAX_DURATION,
    DerivativeKind,
    FoundDuration,
    Frame,
    MadeFile,
    write_frames,
)
from dampipe.media.perceptual_hash import perceptual_hashes
from dampipe.media.preview.graph import POSTER_NAME, SPARSE, TIMES_NAME, PreviewGraph
from dampipe.media.preview.parts import decoded_parts, has_parts
from dampipe.media.preview.sampling import (
    EPSILON,
    SLACK,
    Sampling,
    Way,
    is_dense_enough,
    samplings,
    thin_out,
)
from dampipe.media.preview.webvtt import SPRITE_NAME, webvtt
from dampipe.media.probe.prober import Prober
from dampipe.media.recipes import PreviewRecipe

Pictures: TypeAlias = NDArray[np.uint8]
"""RGB pictures, shape (count, size, size, 3)."""
FrameSelector: TypeAlias = Callable[[Pictures, list[float]], list[tuple[int, int]]]
"""Frames and their times in seconds -> (row, number of its shot) of the frames to keep."""

VTT_NAME = "sprite.vtt"
FRAMES_NAME = "frames.npy"
_RAW_FRAMES_NAME = "frames.rgb"
"""Where frames are written if the pipe is in use; of bounded size, since their number is bounded."""


@dataclass(frozen=True)
class MadePreview:
    """The result of one preview pass."""

    files: tuple[MadeFile, ...] = ()
    frames: tuple[Frame, ...] = ()
    """One for each row of the frames file, in its order."""
    warnings: tuple[str, ...] = ()
    hash_times: tuple[float, ...] = ()
    """Of all decoded frames, in seconds."""
    hashes: bytes = b""
    """One for each decoded frame, see `dampipe.media.perceptual_hash`."""
    way: Way | Literal["sound"] = "full"
    """How the source was read: "keys", "packets", "references", "full" (see `Sampling`) or "sound"."""
    plan: str = "sound"
    """What decoded: "software", "nvidia-decode" and the like, or "sound"."""
    speed: float | None = None
    """Seconds of footage per second of work."""
    duration: FoundDuration | None = None
    """If the header gives another one."""


class PreviewMaker:
    """Makes previews by one recipe."""

    def __init__(
        self,
        ffmpeg: Ffmpeg,
        recipe: PreviewRecipe,
        select_frames: FrameSelector,
        limits: Limits | None = None,
        prober: Prober | None = None,
        accelerations: Sequence[Acceleration] = (),
        shared_state: SharedState | None = None,
        hardware_min_pixels: float = PREVIEW_MIN_PIXELS,
    ) -> None:
        """limits: for one ffmpeg; the default is ten minutes plus twice the footage's duration.

        prober: develops stills; the default is a new one. accelerations: the result of `detect`.
        shared_state: shared with the other processes of the machine; the default is not shared.
        hardware_min_pixels: see `preview_plans`.
        """
        self.ffmpeg = ffmpeg
        self.recipe = recipe
        self.select_frames = select_frames
        self.accelerations = tuple(accelerations)
        self.shared_state = shared_state or SharedState()
        self.hardware_min_pixels = hardware_min_pixels
        self._limits = limits
        self._prober = prober or Prober()

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the recipe."""
        return self.recipe.fingerprint

    def limits_for(self, media: MediaInfo) -> Limits:
        """The limits of one ffmpeg that reads the file."""
        return self._limits or Limits(seconds=600 + 2 * min(media.duration or 3600, MAX_DURATION))

    def make(
        self,
        source: str,
        media: MediaInfo,
        folder: Path,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> MadePreview:
        """Write poster, sprite, WebVTT and frames of `source` into the existing, empty `folder`.

        Footage without a picture gets only a poster of its waveform; stills get no sprite.
        Raises `BadMedia` when nothing can be decoded, `Transient` when the storage fails.
        """
        if media.kind is MediaKind.STILL:
            return self._make_from_still(source, media, folder, on_progress)
        made, losses = best_effort(
            media,
            without_picture(media),
            lambda subset: self._make_from(source, subset, folder, on_progress),
        )
        return replace(made, warnings=(*losses, *made.warnings))

    def make_of_parts(
        self,
        parts: FileParts,
        media: MediaInfo,
        folder: Path,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> MadePreview | None:
        """The same as `make` from the packets that it decodes; None where that takes the whole file.

        Only they and the container's index are fetched. `folder` may contain files afterwards, also with None.
        Raises as `FileParts`.
        """
        if not has_parts(media, parts.size, self.ffmpeg.sandbox):
            return None
        return self.start(parts.path, media, folder, on_progress).run_on_parts(parts)

    def start(
        self,
        source: str,
        media: MediaInfo,
        folder: Path,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> "PreviewPass":
        """A pass over a file that has a picture, before its first attempt."""
        return PreviewPass(self, source, media, folder, on_progress)

    def _make_from(
        self,
        source: str,
        media: MediaInfo,
        folder: Path,
        on_progress: Callable[[Progress], None] | None,
    ) -> MadePreview:
        """Make a preview of all streams in `media`."""
        if media.video is None:
            poster, limits = folder / POSTER_NAME, self.limits_for(media)
            result = draw_waveform(
                self.ffmpeg, source, media, poster, self.recipe.poster, limits, on_progress
            )
            # Of several tracks, the first may legitimately end before the others.
            found = decoded_duration(media, result.progress.seconds) if len(media.audio) == 1 else None
            warning = length_warning(result.stderr, media.duration, found.seconds) if found else None
            return MadePreview(
                (MadeFile(DerivativeKind.POSTER, poster, "image/jpeg"),),
                warnings=(warning,) if warning else (),
                way="sound",
                duration=found,
            )
        return self.start(source, media, folder, on_progress).run()

    def _make_from_still(
        self,
        source: str,
        media: MediaInfo,
        folder: Path,
        on_progress: Callable[[Progress], None] | None,
    ) -> MadePreview:
        """A still is developed by the probe helper; ffmpeg gets plain pixels."""
        picture = self._prober.develop(source, max(self.recipe.poster.height, self.recipe.frames.size))
        pixels = folder / "still.ppm"
        try:
            top = 65535 if picture.hdr else 255
            pixels.write_bytes(b"P6 %d %d %d\n" % (picture.width, picture.height, top) + picture.pixels)
            video = VideoStream(
                index=0,
                codec="ppm",
                width=picture.width,
                height=picture.height,
                pixel_format="rgb48be" if picture.hdr else "rgb24",
                bit_depth=16 if picture.hdr else 8,
                color_range="pc" if picture.hdr else None,
                color_space="gbr" if picture.hdr else None,
                color_transfer=picture.transfer,
                color_primaries=picture.primaries,
            )
            made = self._make_from(
                str(pixels), media.model_copy(update={"video": video}), folder, on_progress
            )
            return replace(made, warnings=(*picture.warnings, *made.warnings))
        finally:
            pixels.unlink(missing_ok=True)


class PreviewPass:
    """The attempts at one file that has a picture, and the outputs of the last one.

    Either runs its own ffmpeg (`run`), or adds its outputs to another's, which reads the same file
    (`outputs`, `finish_attempt`, `result`).
    """

    def __init__(
        self,
        maker: PreviewMaker,
        source: str,
        media: MediaInfo,
        folder: Path,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self._maker = maker
        self._source = source
        self._media = media
        self._folder = folder
        self._on_progress = on_progress
        self._graph = PreviewGraph(maker.ffmpeg, maker.recipe, media)
        size = maker.recipe.frames.size
        self._frame_bytes = size * size * 3
        self._limits = replace(maker.limits_for(media), file_size=max(self._graph.max_frames * 64, 1 << 28))
        self._warnings: list[str] = []
        if media.kind is MediaKind.VIDEO and self._graph.sprite is None:
            self._warnings.append("no scrub strip: the duration is unknown")
        self._warnings += colors_of(self._graph.video, maker.ffmpeg.has_filter("zscale")).warnings()
        # Outputs of the last attempt
        self._pixels = bytearray()
        self._times: list[float] = []
        self._way: Way = "full"
        self._plan = SOFTWARE_PLAN
        self._seconds = 0.0
        self._truncation: str | None = None
        self._measured = False
        self.error: StageError | None = None
        """The error of the last attempt that shared an ffmpeg; None if it gave at least one frame."""

    def run(self) -> MadePreview:
        """Try the samplings, the cheapest first, until the frames are dense enough."""
        error: StageError | None = None
        for sampling in samplings(self._media, self._graph.decode_interval):
            error = self._attempt(sampling)
            if error is None and not self._measured and self._contradicts_duration():
                self._measured = True
                found, warning = self._measure()
                if found is not None:
                    again = self._maker.start(
                        self._source, corrected(self._media, found), self._folder, self._on_progress
                    )
                    made = again.run()
                    warnings = (*([warning] if warning else []), *made.warnings)
                    return replace(made, duration=found, warnings=warnings)
            if error is None and is_dense_enough(
                self._times, self._graph.frame_interval, self._media.duration, self._way
            ):
                return self.result()
            if isinstance(error, Transient):
                break
        assert error is not None
        raise error

    def run_on_parts(self, parts: FileParts) -> MadePreview | None:
        """See `PreviewMaker.make_of_parts`. Whatever is not as the index and the probe say is left to the whole file."""
        sampling = samplings(self._media, self._graph.decode_interval)[0]
        if sampling.way not in SPARSE:
            return None
        spans = decoded_parts(self._maker.ffmpeg.sandbox, parts, self._graph, sampling)
        if spans is None:
            return None
        parts.fetch(spans)
        if self._attempt(sampling) is not None or self._truncation is not None:
            return None
        is_complete = not self._contradicts_duration() and is_dense_enough(
            self._times, self._graph.frame_interval, self._media.duration, self._way
        )
        return self.result() if is_complete else None

    def _contradicts_duration(self) -> bool:
        """Whether frames lie beyond the end of the file, or end long before it."""
        duration = self._media.duration
        if self._media.kind is not MediaKind.VIDEO:
            return False
        if duration is None:
            return True
        allowed = max(ALLOWED_DIFFERENCE, ALLOWED_SHARE * duration)
        gap = SLACK * self._graph.decode_interval
        return not -allowed <= duration - self._times[-1] <= allowed + gap

    def _measure(self) -> tuple[FoundDuration | None, str | None]:
        """The duration by all packets, if the known one is wrong, and a warning."""
        if self._media.duration_source is not DurationSource.HEADER:
            return None, None
        found, result = measured_duration(
            self._maker.ffmpeg, self._source, self._media, self._limits, self._folder
        )
        if found is None:
            return None, None
        return found, length_warning(result.stderr, self._media.duration, found.seconds)

    def outputs(self, plan: Plan) -> list[Any]:
        """The outputs for an ffmpeg that makes other files, too, and decodes everything."""
        sampling = samplings(self._media, self._graph.decode_interval)[-1]
        self._way, self._plan = sampling.way, plan
        return self._graph.outputs(sampling, plan, _RAW_FRAMES_NAME)

    def finish_attempt(self, result: FfmpegResult) -> None:
        """Take the outputs of such an ffmpeg and set `error`."""
        path = self._folder / _RAW_FRAMES_NAME
        self._pixels[:] = path.read_bytes() if path.is_file() else b""
        path.unlink(missing_ok=True)
        self._times = self._read_times()
        self._seconds += result.wall
        self.error = self._check(result)

    def result(self) -> MadePreview:
        """Write the selected frames and the WebVTT after a successful attempt."""
        pictures, times = self._frames()
        selected = self._maker.select_frames(pictures, times)
        path = self._folder / FRAMES_NAME
        write_frames(path, pictures[[row for row, _ in selected]])
        files = [MadeFile(DerivativeKind.POSTER, self._folder / POSTER_NAME, "image/jpeg")]
        if self._graph.sprite is not None:
            vtt = self._folder / VTT_NAME
            vtt.write_text(webvtt(self._graph.sprite), encoding="utf-8")
            files.append(MadeFile(DerivativeKind.SPRITE, self._folder / SPRITE_NAME, "image/jpeg"))
            files.append(MadeFile(DerivativeKind.SPRITE_VTT, vtt, "text/vtt"))
        files.append(MadeFile(DerivativeKind.FRAMES, path, "application/x-npy"))
        duration = self._media.duration
        return MadePreview(
            tuple(files),
            tuple(Frame(time=round(times[row], 3), shot=shot) for row, shot in selected),
            (*self._warnings, *([self._truncation] if self._truncation else [])),
            hash_times=tuple(round(time, 3) for time in times),
            hashes=perceptual_hashes(pictures).tobytes(),
            way=self._way,
            plan=self._plan.name,
            speed=round(duration / self._seconds, 2) if duration and self._seconds else None,
        )

    def _attempt(self, sampling: Sampling) -> StageError | None:
        """Read the file once; return the error, or None if there is at least one frame."""
        error = self._attempt_plans(sampling)
        if self._graph.detects_cuts and len(self._times) >= self._graph.max_frames:
            # Flashes throughout: sample by time only, otherwise the end would not be reached.
            self._graph = replace(self._graph, detect_cuts=False)
            error = self._attempt_plans(sampling)
        return error

    def _attempt_plans(self, sampling: Sampling) -> StageError | None:
        self._way = sampling.way
        plans = preview_plans(
            self._media,
            sampling.way in SPARSE,
            self._maker.accelerations,
            self._maker.hardware_min_pixels,
        )
        fallback = run_with_fallback(
            plans, lambda plan: self._attempt_plan(sampling, plan), self._maker.shared_state
        )
        self._plan = fallback.last.plan
        self._seconds += fallback.last.result.wall
        error = self._check(fallback.last.result)
        if error is None:
            self._warnings += fallback.warnings
        return error

    def _attempt_plan(self, sampling: Sampling, plan: Plan) -> Attempt:
        self._pixels.clear()
        for path in self._picture_paths():
            path.unlink(missing_ok=True)
        outputs = self._graph.outputs(sampling, plan, "pipe:1")
        result = run_ffmpeg(
            self._maker.ffmpeg,
            [*self._graph.global_options(sampling, plan), *graph_arguments(self._source, *outputs)],
            replace(self._limits, memory=0) if plan.parts else self._limits,
            folder=self._folder,
            on_output=self._receive,
            on_progress=self._on_progress,
        )
        self._times = self._read_times()
        complete = self._check(result) is None and self._truncation is None
        return Attempt(plan, result, self._times[-1] + EPSILON if self._times else 0.0, complete)

    def _receive(self, data: bytes) -> None:
        if len(self._pixels) < self._graph.max_frames * self._frame_bytes:
            self._pixels += data

    def _read_times(self) -> list[float]:
        """The times of the complete frames, in seconds; ffmpeg writes a line "number time" for each."""
        path = self._folder / TIMES_NAME
        try:
            lines = path.read_text(encoding="ascii").splitlines()
        except OSError:
            lines = []
        path.unlink(missing_ok=True)
        times = [max(0.0, float(line.split()[1])) for line in lines if len(line.split()) == 2]
        return times[: len(self._pixels) // self._frame_bytes]

    def _picture_paths(self) -> list[Path]:
        names = (POSTER_NAME, SPRITE_NAME) if self._graph.sprite else (POSTER_NAME,)
        return [self._folder / name for name in names]

    def _check(self, result: FfmpegResult) -> StageError | None:
        """Check the outputs of an attempt: return its error, and note a truncation."""
        complete = bool(self._times) and all(
            path.is_file() and path.stat().st_size for path in self._picture_paths()
        )
        if not result.ok:
            error = result.error
            if not (complete and result.outcome == "exit" and isinstance(error, BadMedia)):
                return error
        elif not complete:
            return BadMedia(NOTHING_DECODED)
        # The picture may legitimately end before the sound; it is truncated only if ffmpeg wrote messages.
        self._truncation = None
        if result.stderr:
            self._truncation = truncation_warning(
                self._times[-1], self._media.duration, slack=self._graph.frame_interval
            )
        return None

    def _frames(self) -> tuple[Pictures, list[float]]:
        """The frames of the last attempt to select from, and their times in seconds."""
        rows = self._frame_rows()
        size = self._maker.recipe.frames.size
        pictures = np.frombuffer(self._pixels, np.uint8, len(self._times) * self._frame_bytes)
        return pictures.reshape(-1, size, size, 3)[rows], [self._times[row] for row in rows]

    def _frame_rows(self) -> list[int]:
        """All rows if cuts were detected, since those between the regular times start a shot."""
        limit = self._maker.recipe.frames.limit
        if not self._graph.scores_cuts(self._plan):
            return thin_out(self._times, self._graph.frame_interval, limit)
        count = len(self._times)
        return list(range(count)) if count <= limit else np.linspace(0, count - 1, limit).astype(int).tolist()
