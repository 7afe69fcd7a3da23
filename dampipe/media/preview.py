"""The preview pass: poster, sprite and frames out of one ffmpeg, which decodes as little as it can."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from dampipe.domain.derivatives import DerivativeKind, Frame
from dampipe.domain.errors import StageError, Transient
from dampipe.domain.media import MediaInfo
from dampipe.media.ffmpeg import Ffmpeg
from dampipe.media.made import MadeFile, write_frames
from dampipe.media.preview_pass import POSTER_NAME, Pictures, PreviewPass
from dampipe.media.progress import Progress
from dampipe.media.recipes import PreviewRecipe
from dampipe.media.sampling import Way, good_enough, samplings
from dampipe.media.sandbox import Limits
from dampipe.media.waveform import draw_waveform
from dampipe.media.webvtt import SPRITE_NAME, webvtt

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
    way: Way | Literal["sound"] = "full"
    """How the source was read: "keys", "packets", "references", "full" (see `Sampling`) or "sound"."""


class PreviewMaker:
    """Makes previews by one recipe."""

    def __init__(
        self, ffmpeg: Ffmpeg, recipe: PreviewRecipe, choose: Choose, limits: Limits | None = None
    ) -> None:
        """limits: for one ffmpeg; by default ten minutes and twice the footage's duration."""
        self.ffmpeg = ffmpeg
        self.recipe = recipe
        self._choose = choose
        self._limits = limits

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
        limits = self._limits or Limits(seconds=600 + 2 * (media.duration or 3600))
        if media.video is None:
            poster = folder / POSTER_NAME
            draw_waveform(self.ffmpeg, source, media, poster, self.recipe.poster, limits, progress)
            return MadePreview((MadeFile(DerivativeKind.POSTER, poster, "image/jpeg"),), way="sound")
        one = PreviewPass(self.ffmpeg, self.recipe, source, media, media.video, folder, limits, progress)
        failed: StageError | None = None
        for sampling in samplings(media, one.interval):
            failed = one.attempt(sampling)
            if failed is None and good_enough(one.times, one.between_frames, media.duration, one.way):
                return self._finished(one)
            if isinstance(failed, Transient):
                break
        assert failed is not None
        raise failed

    def _finished(self, one: PreviewPass) -> MadePreview:
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
        return MadePreview(tuple(files), frames, warnings, one.way)
