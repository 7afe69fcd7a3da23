"""One file's preview, pass by pass: the graph of ffmpeg that makes poster, sprite and frames at once."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dampipe.domain.errors import BadMedia, StageError
from dampipe.domain.media import MediaInfo, MediaKind, VideoStream
from dampipe.media import opening, picture
from dampipe.media.acceleration import Acceleration
from dampipe.media.fallback import Machine, Tried, first_that_works
from dampipe.media.ffmpeg import Ffmpeg
from dampipe.media.made import cut_short
from dampipe.media.plans import IN_SOFTWARE, Plan, preview_plans
from dampipe.media.progress import Progress
from dampipe.media.recipes import PreviewRecipe
from dampipe.media.sampling import EPSILON, Sampling, Way, interval_for, thinned
from dampipe.media.sandbox import Ended, Limits, run
from dampipe.media.webvtt import SPRITE_NAME, Sprite, sprite_for

Pictures: TypeAlias = NDArray[np.uint8]
"""RGB pictures, shape (count, size, size, 3)."""

POSTER_NAME = "poster.jpg"
_SKIPPED: dict[Way, str] = {"keys": "nokey", "references": "noref"}
_TIMES_NAME = "times.txt"
_CUT = 0.1
"""ffmpeg's scene score from which a frame is taken although its turn has not come: a shot begins there."""
_SOONEST = 0.25
"""Seconds after the frame taken before it, at the least; for long files half their interval."""
_KEYS_APART = 0.1
"""Seconds between key frames that are looked at for cuts: encoders put one where a shot begins."""
_SCORED = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv420p10le"})
"""Pixel formats that ffmpeg scores as they are; others it would convert first, every frame at full size."""
_ALONG_NAME = "frames.rgb"
"""Where frames go while the pipe is another's; bounded, since their number is."""
_POSTER_OF = 20
"""The poster is the most typical of so many frames."""


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
        machine: Machine | None = None,
    ) -> None:
        self.accelerations = accelerations
        self.machine = machine or Machine()
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
        self.interval = min(self.between_frames, self.sprite.interval) if self.sprite else self.between_frames
        size = recipe.frames.size
        self._row = size * size * 3
        # A wrong duration in the header must not fill the memory.
        self._most = 2 * recipe.frames.limit + 10
        self.limits = replace(limits, file_size=max(self._most * 64, 1 << 28))
        self._bytes = bytearray()
        self.times: list[float] = []
        self.warnings: list[str] = []
        self.way: Way = "full"
        self._cuts = video.pixel_format in _SCORED and media.kind is MediaKind.VIDEO
        self.plan = IN_SOFTWARE
        self.seconds = 0.0
        self.partial: str | None = None
        if media.kind is MediaKind.VIDEO and self.sprite is None:
            self.warnings.append("no scrub strip: the duration is unknown")
        if video.hdr and not ffmpeg.has_filter("zscale"):
            self.warnings.append(picture.NO_TONE_MAPPING)

    def attempt(self, sampling: Sampling) -> StageError | None:
        """Run one pass; the error it ended with, or None when it gave at least one frame."""
        failed = self._attempt(sampling)
        if self._cuts and len(self.times) >= self._most:
            # Flashes all the way: by time alone, or the end would never be seen.
            self._cuts = False
            failed = self._attempt(sampling)
        return failed

    def _attempt(self, sampling: Sampling) -> StageError | None:
        self.way = sampling.way
        plans = preview_plans(self.media, sampling.way in ("keys", "packets"), self.accelerations)
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
        ended = run(
            self.ffmpeg,
            plan.opening + opening.arguments(self.source, *self._outputs(sampling, plan)),
            replace(self.limits, memory=0) if plan.parts else self.limits,
            folder=self.folder,
            on_output=self._take,
            on_progress=self.progress,
        )
        self.times = _times(self.folder / _TIMES_NAME)[: len(self._bytes) // self._row]
        whole = self._judged(ended) is None and self.partial is None
        return Tried(plan, ended, self.times[-1] + EPSILON if self.times else 0.0, whole)

    def outputs_along(self, sampling: Sampling, plan: Plan) -> list[Any]:
        """The outputs of this pass for a run that makes other things, too, and reads the same file."""
        self.way, self.plan = sampling.way, plan
        return self._outputs(sampling, plan, frames_to=_ALONG_NAME)

    def ended_along(self, ended: Ended) -> StageError | None:
        """As `attempt`, for such a run."""
        path = self.folder / _ALONG_NAME
        self._bytes[:] = path.read_bytes() if path.is_file() else b""
        path.unlink(missing_ok=True)
        self.times = _times(self.folder / _TIMES_NAME)[: len(self._bytes) // self._row]
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
        if not self._sees_cuts(self.plan):
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

    def _outputs(self, sampling: Sampling, plan: Plan, frames_to: str = "pipe:1") -> list[Any]:
        """The graph: frames selected by time, scaled once, then one branch for each derivative."""
        poster, sprite = self.recipe.poster, self.sprite
        before: dict[str, Any] = dict(plan.input)
        if sampling.way in _SKIPPED:
            before["skip_frame"] = _SKIPPED[sampling.way]
        if sampling.way in ("keys", "packets"):
            before["bsf:v"] = f"noise=amount=0:drop='{self._unwanted(sampling, plan)}'"
        stream = opening.footage(self.media, **before)[str(self.video.index)]
        if sampling.step:
            stream = stream.filter("select", self._apart(sampling.step, plan))
        size = picture.fitted(self.video, poster.height)
        if plan.decoder is not None:
            stream = plan.brought_down(stream, self.video, size)
        stream = picture.upright(stream, self.video, size, self.ffmpeg, moving=False)
        branches = stream.filter_multi_output("split", 3 if sprite else 2)
        typical = branches[0].filter("thumbnail", n=_POSTER_OF)
        outputs = [
            typical.output(POSTER_NAME, **{"frames:v": 1, "update": 1, "q:v": poster.quality, "f": "image2"}),
            self._for_the_model(branches[1], plan).output(
                frames_to,
                **{
                    "f": "rawvideo",
                    "pix_fmt": "rgb24",
                    "fps_mode": "passthrough",
                    "frames:v": self._most,
                    "stats_enc_pre:v": _TIMES_NAME,
                    "stats_enc_pre_fmt:v": "{n} {t}",
                },
            ),
        ]
        if sprite is not None:
            # Rounding down, tile n shows a frame of its own span. At the end of a clip shorter than a
            # span `pass` still gives its frame.
            strip = branches[2].filter(
                "fps", fps=f"1/{sprite.interval:.6f}", start_time=0, round="down", eof_action="pass"
            )
            strip = strip.filter("trim", end_frame=sprite.count)
            strip = strip.filter("scale", *sprite.tile, flags="bicubic")
            strip = strip.filter("tile", f"{sprite.columns}x{sprite.rows}")
            outputs.append(
                strip.output(
                    SPRITE_NAME,
                    **{"frames:v": 1, "update": 1, "q:v": self.recipe.sprite.quality, "f": "image2"},
                )
            )
        return outputs

    def _apart(self, seconds: float, plan: Plan) -> str:
        """Selects the first frame, every one at least `seconds` after the one selected before, and cuts."""
        since = "t-prev_selected_t"
        by_time = f"isnan(prev_selected_t)+gte({since},{seconds:.4f})"
        if not self._sees_cuts(plan):
            return by_time
        soonest = _SOONEST if self.between_frames <= self.recipe.frames.interval else self.between_frames / 2
        return f"{by_time}+gt(scene,{_CUT})*gte({since},{soonest:.4f})"

    def _sees_cuts(self, plan: Plan) -> bool:
        """Frames in the memory of a GPU cannot be scored."""
        return self._cuts and plan.decoder is None

    def _unwanted(self, sampling: Sampling, plan: Plan) -> str:
        """The expression that is true for packets which the decoder need not see."""
        if sampling.way == "packets":
            return f"mod(n,{sampling.every})"
        # Key frames closer than the step to the last one kept (its time is in 0, whether there is one in 1).
        step = min(sampling.step, _KEYS_APART) if self._sees_cuts(plan) else sampling.step
        wanted = f"key*(not(ld(1))+gte(pts*tb-ld(0),{step:.4f}))"
        return f"if({wanted},st(0,pts*tb)*0+st(1,1)*0,1)"

    def _for_the_model(self, stream: Any, plan: Plan) -> Any:
        frames = self.recipe.frames
        if self.between_frames > self.interval:
            stream = stream.filter("select", self._apart(self.between_frames - self.interval + EPSILON, plan))
        options: dict[str, Any] = {"flags": frames.interpolation}
        if frames.fit == "squash":
            stream = stream.filter("scale", frames.size, frames.size, **options)
        else:
            options["force_original_aspect_ratio"] = "increase"
            stream = stream.filter("scale", frames.size, frames.size, **options)
            stream = stream.filter("crop", frames.size, frames.size)
        return stream.filter("format", "rgb24")


def _times(path: Path) -> list[float]:
    """The times of the frames, in seconds, as ffmpeg wrote them: a line "number time" each."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError:
        return []
    finally:
        path.unlink(missing_ok=True)
    return [max(0.0, float(line.split()[1])) for line in lines if len(line.split()) == 2]
