"""The poster of footage that has no picture: its waveform."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from dampipe.kernel.errors import BadMedia
from dampipe.media.ffmpeg import inputs as opening
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.progress import Progress
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.info import MediaInfo
from dampipe.media.recipes import PosterRecipe

_COLOR = "0x4f9dde"
_MOST_SAMPLES = 60_000_000
"""The filter keeps every sample until the end, so long sound is thinned out first."""


def draw_waveform(
    ffmpeg: Ffmpeg,
    source: str,
    media: MediaInfo,
    poster: Path,
    recipe: PosterRecipe,
    limits: Limits,
    progress: Callable[[Progress], None] | None = None,
) -> None:
    """Write the waveform of the first sound track to `poster` (JPEG, 16:9)."""
    rate = int(min(8000, max(500, _MOST_SAMPLES / max(media.duration or 36_000, 1))))
    size = f"{recipe.height * 16 // 9 // 2 * 2}x{recipe.height // 2 * 2}"
    sound = opening.footage(media)[str(media.audio[0].index)]
    # The second branch goes nowhere; it is what makes progress visible before the end.
    branches = sound.filter("aresample", rate).filter_multi_output("asplit", 2)
    drawn: Any = branches[0].filter("aformat", channel_layouts="mono", sample_fmts="s16")
    drawn = drawn.filter("showwavespic", s=size, colors=_COLOR, draw="full").filter("format", "yuvj444p")
    outputs = (
        drawn.output(poster.name, **{"frames:v": 1, "update": 1, "q:v": recipe.quality, "f": "image2"}),
        branches[1].output("-", f="null"),
    )
    ended = run_ffmpeg(
        ffmpeg, opening.arguments(source, *outputs), limits, folder=poster.parent, on_progress=progress
    )
    if not ended.ok:
        raise ended.error
    if not poster.is_file():
        raise BadMedia("nothing in it could be decoded")
