"""One file's preview, pass by pass: what each gave, and whether that will do."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dampipe.kernel.errors import BadMedia, StageError
from dampipe.media.ffmpeg import inputs as opening
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.picture_filters import NO_TONE_MAPPING
from dampipe.media.ffmpeg.progress import Progress
from dampipe.media.ffmpeg.run import Ended, Limits, run_ffmpeg
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.fallback import SharedState, Tried, first_that_works
from dampipe.media.hwaccel.plans import IN_SOFTWARE, Plan, preview_plans
from dampipe.media.info import MediaInfo, MediaKind, VideoStream
from dampipe.media.integrity import cut_short
from dampipe.media.preview.graph import POSTER_NAME, SPARSE, TIMES_NAME, PreviewGraph
from dampipe.media.preview.sampling import EPSILON, Sampling, Way, interval_for, thinned
from dampipe.media.preview.webvtt import SPRITE_NAME, Sprite, sprite_for
from dampipe.media.recipes import PreviewRecipe

Pictures: TypeAlias = NDArray[np.uint8]
"""RGB pictures, shape (count, size, size, 3)."""

_SCORED = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv420p10le"})
"""Pixel formats that ffmpeg scores as they are; others it would convert first, every frame at full size."""
_ALONG_NAME = "frames.rgb"
"""Where frames go while the pipe is another's; bounded, since their number is."""


class PreviewPass:
    """The attempts at one file; keeps what the last one gave."""

    def __init__(
        self,
        ffmpeg: Ffmpeg,
        recipe: PreviewRecipe,
        source: str,
        media: MediaInfo,
        video: VideoStream,
        folder: Path,
        limits: Limits,
        progress: Callable[[Progress], None] | None,
        accelerations: Sequence[Acceleration] = (),
        machine: SharedState | None = None,
    ) -> None:
        self.accelerations = accelerations
        self.machine = machine or SharedState()
        self.ffmpeg = ffmpeg
        self.recipe = recipe
        self.source = source
        self.media = media
        self.video = video
        self.folder = folder
        self.progress = progress
        self.sprite: Sprite | None = None
        if media.kind is not MediaKind.STILL and media.duration:
            self.sprite = sprite_for(recipe.sprite, video, media.duration)
        self.between_frames = interval_for(recipe.frames.interval, recipe.frames.limit, media.duration)
        size = recipe.frames.size
        self._row = size * size * 3
        # A wrong duration in the header must not fill the memory.
        self._most = 2 * recipe.frames.limit + 10
        self.limits = replace(limits, file_size=max(self._most * 64, 1 << 28))
        self._bytes = bytearray()
        self.times: list[float] = []
        self.warnings: list[str] = []
        self.way: Way = "full"
        cuts = video.pixel_format in _SCORED and media.kind is MediaKind.VIDEO
        self.graph = PreviewGraph(
            ffmpeg, recipe, media, video, self.sprite, self.between_frames, self._most, cuts
        )
        self.plan = IN_SOFTWARE
        self.seconds = 0.0
        self.partial: str | None = None
        if media.kind is MediaKind.VIDEO and self.sprite is None:
            self.warnings.append("no scrub strip: the duration is unknown")
        if video.hdr and not ffmpeg.has_filter("zscale"):
            self.warnings.append(NO_TONE_MAPPING)

    @property
    def interval(self) -> float:
        """Seconds between the frames that are decoded, at most."""
        return self.graph.interval

    def attempt(self, sampling: Sampling) -> StageError | None:
        """Run one pass; the error it ended with, or None when it gave at least one frame."""
        failed = self._attempt(sampling)
        if self.graph.cuts and len(self.times) >= self._most:
            # Flashes all the way: by time alone, or the end would never be seen.
            self.graph.cuts = False
            failed = self._attempt(sampling)
        return failed

    def _attempt(self, sampling: Sampling) -> StageError | None:
        self.way = sampling.way
        plans = preview_plans(self.media, sampling.way in SPARSE, self.accelerations)
        result = first_that_works(plans, lambda plan: self._tried(sampling, plan), self.machine)
        self.plan = result.last.plan
        self.seconds += result.last.ended.wall
        error = self._judged(result.last.ended)
        if error is None:
            self.warnings += result.warnings
        return error

    def _tried(self, sampling: Sampling, plan: Plan) -> Tried:
        self._bytes.clear()
        for path in self._wanted():
            path.unlink(missing_ok=True)
        outputs = self.graph.outputs(sampling, plan, "pipe:1")
        ended = run_ffmpeg(
            self.ffmpeg,
            [*self.graph.opening(sampling, plan), *opening.arguments(self.source, *outputs)],
            replace(self.limits, memory=0) if plan.parts else self.limits,
            folder=self.folder,
            on_output=self._take,
            on_progress=self.progress,
        )
        self.times = _times(self.folder / TIMES_NAME)[: len(self._bytes) // self._row]
        whole = self._judged(ended) is None and self.partial is None
        return Tried(plan, ended, self.times[-1] + EPSILON if self.times else 0.0, whole)

    def outputs_along(self, sampling: Sampling, plan: Plan) -> list[Any]:
        """The outputs of this pass for a run that makes other things, too, and reads the same file."""
        self.way, self.plan = sampling.way, plan
        return self.graph.outputs(sampling, plan, _ALONG_NAME)

    def ended_along(self, ended: Ended) -> StageError | None:
        """As `attempt`, for such a run."""
        path = self.folder / _ALONG_NAME
        self._bytes[:] = path.read_bytes() if path.is_file() else b""
        path.unlink(missing_ok=True)
        self.times = _times(self.folder / TIMES_NAME)[: len(self._bytes) // self._row]
        self.seconds += ended.wall
        return self._judged(ended)

    def frames(self) -> tuple[Pictures, list[float]]:
        """The frames of the last attempt that are worth a look, and their times in seconds."""
        size = self.recipe.frames.size
        rows = self._rows()
        everything = np.frombuffer(self._bytes, np.uint8, len(self.times) * self._row)
        return everything.reshape(-1, size, size, 3)[rows], [self.times[row] for row in rows]

    def _rows(self) -> list[int]:
        """All of them where cuts were looked for, since those between the usual times begin a shot."""
        limit = self.recipe.frames.limit
        if not self.graph.sees_cuts(self.plan):
            return thinned(self.times, self.between_frames, limit)
        count = len(self.times)
        return list(range(count)) if count <= limit else np.linspace(0, count - 1, limit).astype(int).tolist()

    def _take(self, data: bytes) -> None:
        if len(self._bytes) < self._most * self._row:
            self._bytes += data

    def _wanted(self) -> list[Path]:
        return [self.folder / name for name in (POSTER_NAME, *((SPRITE_NAME,) if self.sprite else ()))]

    def _judged(self, ended: Ended) -> StageError | None:
        complete = bool(self.times) and all(path.is_file() and path.stat().st_size for path in self._wanted())
        if not ended.ok:
            error = ended.error
            if not (complete and ended.how == "exit" and isinstance(error, BadMedia)):
                return error
        elif not complete:
            return BadMedia("nothing in it could be decoded")
        # The picture may end before the sound by right: it was cut short only where ffmpeg complained.
        partial = ended.stderr and cut_short(self.times[-1], self.media.duration, slack=self.between_frames)
        self.partial = partial or None
        return None


def _times(path: Path) -> list[float]:
    """The times of the frames, in seconds, as ffmpeg wrote them: a line "number time" each."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError:
        return []
    finally:
        path.unlink(missing_ok=True)
    return [max(0.0, float(line.split()[1])) for line in lines if len(line.split()) == 2]
