"""Stills at their full size, for browsers that do not show their formats."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.progress import Progress
from dampipe.media.info import MediaInfo
from dampipe.media.outputs import DerivativeKind, MadeFile
from dampipe.media.preview.maker import PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.recipes import FramesRecipe, PosterRecipe, PreviewRecipe

if TYPE_CHECKING:
    from dampipe.media.preview.maker import Pictures

SHOWN_BY_BROWSERS = frozenset({"mjpeg", "png", "webp", "gif", "av1", "bmp"})
"""Codecs of stills that browsers show as they are: a copy would say no more than the original."""
LARGEST = 6144
"""Maximum of the shorter side in pixels: 57 megapixels at 3:2."""
STILL_NAME = "still.jpg"
_RECIPE = PreviewRecipe(poster=PosterRecipe(height=LARGEST, quality=3), frames=FramesRecipe(size=16))


def needs_full_size(media: MediaInfo) -> bool:
    """Whether a still is of a format that browsers do not show."""
    return media.video is not None and media.video.codec not in SHOWN_BY_BROWSERS


def make_full_size(
    ffmpeg: Ffmpeg,
    prober: Prober,
    source: str,
    media: MediaInfo,
    folder: Path,
    on_progress: Callable[[Progress], None] | None = None,
) -> tuple[MadeFile, tuple[str, ...]]:
    """Write a still as a JPEG of its full size, upright and in sRGB, into `folder`; returns it, and warnings.

    It is developed and tone-mapped as its poster is. Raises as `PreviewMaker.make`.
    """
    own = folder / "still"
    own.mkdir()
    maker = PreviewMaker(ffmpeg, _RECIPE, _only, prober=prober)
    made = maker.make(source, media, own, on_progress)
    (poster,) = (one.path for one in made.files if one.kind is DerivativeKind.POSTER)
    path = poster.rename(folder / STILL_NAME)
    for rest in own.iterdir():
        rest.unlink()
    own.rmdir()
    return MadeFile(DerivativeKind.STILL, path, "image/jpeg"), made.warnings


def _only(pictures: "Pictures", times: Sequence[float]) -> list[tuple[int, int]]:
    return [(0, 0)]
