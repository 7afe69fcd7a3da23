"""The poster of footage without a picture: its waveform."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from dampipe.kernel.errors import BadMedia
from dampipe.media.audio.mixing import mixed, track_of
from dampipe.media.errors import EMPTY_TRACKS, NOTHING_DECODED
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.inputs import footage_input, graph_arguments
from dampipe.media.ffmpeg.progress import Progress
from dampipe.media.ffmpeg.run import FfmpegResult, Limits, run_ffmpeg
from dampipe.media.info import MediaInfo
from dampipe.media.recipes import PosterRecipe

_COLOR = "0x4f9dde"
_RATE = 8000
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
    width, height = recipe.height * 16 // 9 // 2 * 2, recipe.height // 2 * 2
    sound = mixed(track_of(footage_input(media), media.audio[0]), media.audio[0])
    # The second branch is discarded; without it ffmpeg would report no progress before the end.
    rate = _sample_rate(media.duration, width)
    # Of a few samples nothing is left after resampling.
    resampled = sound if rate is None else sound.filter("aresample", rate)
    branches = resampled.filter_multi_output("asplit", 2)
    drawn: Any = branches[0].filter("aformat", channel_layouts="mono", sample_fmts="s16")
    if media.duration:
        # showwavespic draws nothing if there are fewer samples than columns; of an empty track nothing shall be drawn.
        drawn = drawn.filter("apad", whole_len=width)
    drawn = drawn.filter("showwavespic", s=f"{width}x{height}", colors=_COLOR, draw="full")
    drawn = drawn.filter("format", "yuvj444p")
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
        raise BadMedia(NOTHING_DECODED if result.stderr.strip() else EMPTY_TRACKS)
    return result


def _sample_rate(duration: float | None, width: int) -> int | None:
    """The sample rate to draw at, which bounds the memory for long sound; None: that of short sound itself.

    >>> _sample_rate(60.0, 1280), _sample_rate(36_000.0, 1280), _sample_rate(0.1, 1280)
    (8000, 1666, None)
    """
    if duration is not None and duration * _RATE < width:
        return None
    return int(min(_RATE, max(500, _MAX_SAMPLES / max(duration or 36_000, 1))))
