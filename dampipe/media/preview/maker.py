"""The preview pass: poster, sprite and frames out of one ffmpeg, which decodes as little as it can."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from dampipe.kernel.errors import StageError, Transient
from dampipe.media.audio.waveform import draw_waveform
from dampipe.media.ffmpeg import salvage
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.progress import Progress
from dampipe.media.ffmpeg.run import Limits
from dampipe.media.hwaccel.acceleration import Acceleration
from dampipe.media.hwaccel.fallback import SharedState
from dampipe.media.info import MediaInfo, MediaKind, VideoStream
from dampipe.media.outputs import LONGEST, DerivativeKind, Frame, MadeFile, write_frames
from dampipe.media.perceptual_hash import prints_of
from dampipe.media.preview.graph import POSTER_NAME
from dampipe.media.preview.preview_pass import Pictures, PreviewPass
from dampipe.media.preview.sampling import Way, good_enough, samplings
from dampipe.media.preview.webvtt import SPRITE_NAME, webvtt
from dampipe.media.probe.prober import Prober
from dampipe.media.recipes import PreviewRecipe

Choose: TypeAlias = Callable[[Pictures, list[float]], list[tuple[int, int]]]
"""Frames (count, size, size, 3) and their times in seconds -> (row, number of its shot) of those to keep."""

VTT_NAME = "sprite.vtt"
FRAMES_NAME = "frames.npy"


@dataclass(frozen=True)
class MadePreview:
    """What one preview pass made."""

    files: tuple[MadeFile, ...] = ()
    frames: tuple[Frame, ...] = ()
    """One for each row of the frames file, in its order."""
    warnings: tuple[str, ...] = ()
    print_times: tuple[float, ...] = ()
    """Of all frames looked at, in seconds."""
    prints: bytes = b""
    """One a frame looked at, see `dampipe.media.perceptual_hash`."""
    way: Way | Literal["sound"] = "full"
    """How the source was read: "keys", "packets", "references", "full" (see `Sampling`) or "sound"."""
    plan: str = "sound"
    """Who decoded: "software", "nvidia-decode" and its like, or "sound"."""
    speed: float | None = None
    """Seconds of footage per second of work."""


class PreviewMaker:
    """Makes previews by one recipe."""

    def __init__(
        self,
        ffmpeg: Ffmpeg,
        recipe: PreviewRecipe,
        choose: Choose,
        limits: Limits | None = None,
        prober: Prober | None = None,
        accelerations: Sequence[Acceleration] = (),
        machine: SharedState | None = None,
    ) -> None:
        """prober: develops stills; by default one of its own.

        accelerations: as `detect` gives them. machine: what its processes share; by default nothing is.

        limits: for one ffmpeg; by default ten minutes and twice the footage's duration.
        """
        self.ffmpeg = ffmpeg
        self.recipe = recipe
        self._choose = choose
        self._limits = limits
        self._prober = prober or Prober()
        self.accelerations = tuple(accelerations)
        self.machine = machine or SharedState()

    @property
    def fingerprint(self) -> str:
        """The recipe's."""
        return self.recipe.fingerprint

    def make(
        self,
        source: str,
        media: MediaInfo,
        folder: Path,
        progress: Callable[[Progress], None] | None = None,
    ) -> MadePreview:
        """Write poster, sprite, WebVTT and frames of `source` into the existing, empty `folder`.

        Footage without a picture gets a poster of its waveform and nothing else; stills get no sprite.
        Raises `BadMedia` when nothing can be decoded, `Transient` when the storage gives way.
        """
        if media.kind is MediaKind.STILL:
            return self._of_still(source, media, folder, progress)
        made, lost = salvage.best(
            media, salvage.without_picture(media), lambda part: self._made(source, part, folder, progress)
        )
        return replace(made, warnings=(*lost, *made.warnings))

    def _made(
        self,
        source: str,
        media: MediaInfo,
        folder: Path,
        progress: Callable[[Progress], None] | None,
    ) -> MadePreview:
        """As `make`, of all that `media` names."""
        if media.video is None:
            limits = self._limits or _limits(media)
            poster = folder / POSTER_NAME
            draw_waveform(self.ffmpeg, source, media, poster, self.recipe.poster, limits, progress)
            return MadePreview((MadeFile(DerivativeKind.POSTER, poster, "image/jpeg"),), way="sound")
        one = self.begun(source, media, folder, progress)
        failed: StageError | None = None
        for sampling in samplings(media, one.interval):
            failed = one.attempt(sampling)
            if failed is None and good_enough(one.times, one.between_frames, media.duration, one.way):
                return self.finished(one)
            if isinstance(failed, Transient):
                break
        assert failed is not None
        raise failed

    def _of_still(
        self,
        source: str,
        media: MediaInfo,
        folder: Path,
        progress: Callable[[Progress], None] | None,
    ) -> MadePreview:
        """A still is developed by the prober's helper; ffmpeg is given plain pixels."""
        picture = self._prober.develop(source, max(self.recipe.poster.height, self.recipe.frames.size))
        plain = folder / "still.ppm"
        try:
            plain.write_bytes(b"P6 %d %d 255\n" % (picture.width, picture.height) + picture.pixels)
            video = VideoStream(
                index=0, codec="ppm", width=picture.width, height=picture.height, pixel_format="rgb24"
            )
            return self._made(str(plain), media.model_copy(update={"video": video}), folder, progress)
        finally:
            plain.unlink(missing_ok=True)

    def begun(
        self,
        source: str,
        media: MediaInfo,
        folder: Path,
        progress: Callable[[Progress], None] | None,
    ) -> PreviewPass:
        """The pass over a file that has a picture, before its first attempt."""
        assert media.video is not None
        limits = self._limits or _limits(media)
        return PreviewPass(
            self.ffmpeg, self.recipe, source, media, media.video, folder, limits, progress,
            self.accelerations, self.machine,
        )  # fmt: skip

    def finished(self, one: PreviewPass) -> MadePreview:
        """The preview out of a pass whose last attempt went well."""
        pictures, times = one.frames()
        kept = self._choose(pictures, times)
        rows = [row for row, _ in kept]
        path = one.folder / FRAMES_NAME
        write_frames(path, pictures[rows])
        files = [MadeFile(DerivativeKind.POSTER, one.folder / POSTER_NAME, "image/jpeg")]
        if one.sprite is not None:
            vtt = one.folder / VTT_NAME
            vtt.write_text(webvtt(one.sprite), encoding="utf-8")
            files.append(MadeFile(DerivativeKind.SPRITE, one.folder / SPRITE_NAME, "image/jpeg"))
            files.append(MadeFile(DerivativeKind.SPRITE_VTT, vtt, "text/vtt"))
        files.append(MadeFile(DerivativeKind.FRAMES, path, "application/x-npy"))
        frames = tuple(Frame(time=round(times[row], 3), shot=shot) for row, shot in kept)
        warnings = (*one.warnings, *([one.partial] if one.partial else []))
        speed = round(one.media.duration / one.seconds, 2) if one.media.duration and one.seconds else None
        return MadePreview(
            tuple(files),
            frames,
            warnings,
            print_times=tuple(round(time, 3) for time in times),
            prints=prints_of(pictures).tobytes(),
            way=one.way,
            plan=one.plan.name,
            speed=speed,
        )


def _limits(media: MediaInfo) -> Limits:
    return Limits(seconds=600 + 2 * min(media.duration or 3600, LONGEST))
