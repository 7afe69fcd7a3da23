"""The samples of which a player's waveform is made, as ffmpeg writes them. `peaks.py` makes the waveform."""

from typing import Any

RATE = 8000
"""Samples per second, after all channels are mixed."""
CHUNK = 4000
"""Samples per chunk that ffmpeg writes: half a second, its reporting interval."""
PER_PIXEL = 400
"""Samples per pixel: 20 pixels a second."""


def waveform_output(stream: Any, duration: float | None = None) -> Any:
    """The ffmpeg output that writes the samples of a sound stream to `pipe:1` in the format of `Peaks.feed`.

    duration: seconds, if known. Sound shorter than a pixel is padded, since nothing is left of a few samples
    after resampling.
    """
    if duration is not None and duration * RATE < PER_PIXEL:
        stream = stream.filter("apad", whole_dur=PER_PIXEL / RATE)
    # Leading and inner gaps are filled with silence, so that times stay correct.
    stream = stream.filter("aresample", RATE, **{"async": 1, "first_pts": 0})
    stream = stream.filter("aformat", sample_fmts="s16", channel_layouts="mono")
    # Otherwise each packet of a few hundred bytes passes through two threads and the pipe on its own.
    stream = stream.filter("asetnsamples", n=CHUNK, p=0)
    return stream.output("pipe:1", **{"f": "s16le", "c:a": "pcm_s16le"})
