"""The poster of footage without a picture: its waveform."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from dampipe.kernel.errors import BadMedia
from dampipe.media.errors import NOTHING_DECODED
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.inputs import footage_input, graph_arguments
from dampipe.media.ffmpeg.progress import Progress
from dampipe.media.ffmpeg.run import FfmpegResult, Limits, run_ffmpeg
from dampipe.media.info import MediaInfo
from dampipe.media.recipes import PosterRecipe

_COLOR = "0x4f9dde"
_MAX_SAMPLES = 60_000_000
"""The filter keeps all samples in memory, so long sound is resampled to a lower rate first."""


def draw_waveform(
    ffmpeg: Ffmpeg,
    source: str,
    media: MediaInfo,
    poster: Path,
    recipe: PosterRecipe,
    limits: Limits,
    on_progress: Callable[[Progress], None] | None = None,
) -> FfmpegResult:
    """Draw the waveform of the first sound track to `poster` (JPEG, 16:9), and return the result of ffmpeg.

    Raises the error of a failed ffmpeg.
    """
    rate = int(min(8000, max(500, _MAX_SAMPLES / max(media.duration or 36_000, 1))))
    size = f"{recipe.height * 16 // 9 // 2 * 2}x{recipe.height // 2 * 2}"
    sound = footage_input(media)[str(media.audio[0].index)]
    # The second branch is discarded; without it ffmpeg would report no progress before the end.
    branches = sound.filter("aresample", rate).filter_multi_output("asplit", 2)
    drawn: Any = branches[0].filter("aformat", channel_layouts="mono", sample_fmts="s16")
    drawn = drawn.filter("showwavespic", s=size, colors=_COLOR, draw="full").filter("format", "yuvj444p")
    outputs = (
        drawn.output(poster.name, **{"frames:v": 1, "update": 1, "q:v": recipe.quality, "f": "image2"}),
        branches[1].output("-", f="null"),
    )
    result = run_ffmpeg(
        ffmpeg, graph_arguments(source, *outputs), limits, folder=poster.parent, on_progress=on_progress
    )
    if not result.ok:
        raise result.error
    if not poster.is_file():
        raise BadMedia(NOTHING_DECODED)
    return result
