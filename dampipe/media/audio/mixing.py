"""Mixing the channels of one sound track, and further mono tracks, to stereo, so that each is heard.

ffmpeg mixes the layouts of cinema and television itself. It refuses a number of channels without a usual layout,
takes the fourth of six unnamed channels for a subwoofer and leaves it out, and leaves out most channels of layouts
with heights. Field recorders write unnamed channels: one per microphone.
"""

import math
import re
from collections.abc import Sequence
from typing import Any

import ffmpeg as graphs

from dampipe.media.info import AudioStream

_LIMITER = {"limit": 0.97, "level": 0, "latency": 1}
"""Several loud channels at once do not clip; the delay of the limiter is compensated."""
_FURTHER_TRACK_GAIN = 0.5
_MIXED_BY_FFMPEG = frozenset(
    (
        *("mono", "stereo", "downmix", "2.1", "3.0", "3.0(back)", "4.0", "quad", "quad(side)", "3.1"),
        *("5.0", "5.0(side)", "4.1", "5.1", "5.1(side)", "6.0", "6.0(front)", "3.1.2", "hexagonal"),
        *("6.1", "6.1(back)", "6.1(front)", "7.0", "7.0(front)", "7.1", "7.1(wide)", "7.1(wide-side)"),
        *("5.1.2", "5.1.2(back)", "octagonal", "7.1.2"),
    )
)
"""Layouts of which no channel but those for low frequencies is left out."""
_AMBISONIC = re.compile(r"ambisonic \d+")
_CENTRE = math.sqrt(0.5)


def track_of(footage: Any, track: AudioStream) -> Any:
    """The sound track of an input: one stream, or its parts merged."""
    stream = footage[str(track.index)]
    if not track.parts:
        return stream
    streams = [stream, *(footage[str(index)] for index in track.parts)]
    return graphs.filter(streams, "amerge", inputs=len(streams))


def mixed(stream: Any, track: AudioStream) -> Any:
    """Mix the track to stereo if ffmpeg would refuse it or leave out channels; other tracks are left as they are."""
    weights = stereo_weights(track)
    if weights is None:
        return stream
    # "<" divides by the sum of the weights, which suits channels that are alike. Channels that are independent of
    # each other would become too quiet: as a mix they shall be about as loud as one.
    sides = ["+".join(f"{weight:.5f}*c{n}" for n, weight in enumerate(side) if weight) for side in weights]
    text = f"stereo|c0<{sides[0]}|c1<{sides[1]}".replace("+-", "-")
    gain = max(sum(map(abs, side)) / math.hypot(*side) for side in weights)
    stream = stream.filter("aformat", sample_fmts="fltp").filter("pan", text)
    return stream.filter("volume", f"{gain:.5f}", precision="float").filter("alimiter", **_LIMITER)


def stereo_weights(track: AudioStream) -> tuple[list[float], list[float]] | None:
    """The weight of each channel in the left and the right side; None where ffmpeg's own mix is complete."""
    layout, count = track.layout or "", track.channels
    unnamed = layout in ("", f"{count} channels")
    if count < 2 or layout in _MIXED_BY_FFMPEG or (unnamed and count == 2):
        return None
    if _AMBISONIC.match(layout) and count >= 4:
        # Order W, Y, Z, X: everything, and what differs between left and right.
        rest = [0.0] * (count - 2)
        return [1.0, 1.0, *rest], [1.0, -1.0, *rest]
    names = [] if unnamed else _channel_names(layout)
    sides = [_sides(name) for name in names]
    if len(names) != count or not all(map(any, zip(*sides, strict=True))):
        sides = [(1.0, 1.0)] * count
    return [left for left, _ in sides], [right for _, right in sides]


def _channel_names(layout: str) -> list[str]:
    """The names of the channels, "FL", "FR" and so on; [] if the layout is unknown."""
    custom = re.search(r"\((.+)\)$", layout)
    if custom and "+" in custom[1]:
        return [name.split("@")[0] for name in custom[1].split("+")]
    import av  # 40 ms, needed for rare layouts only

    try:
        return [channel.name for channel in av.AudioLayout(layout).channels]
    except ValueError:
        return []


def _sides(name: str) -> tuple[float, float]:
    """The gains of a channel in left and right."""
    if name.endswith(("L", "LC")):
        return 1.0, 0.0
    if name.endswith(("R", "RC")):
        return 0.0, 1.0
    return _CENTRE, _CENTRE


def with_further_tracks(pair: Any, others: Sequence[Any]) -> Any:
    """Add mono tracks to both sides of a stereo stream, at half the level."""
    if not others:
        return pair
    centred = [
        track.filter("aformat", sample_fmts="fltp")
        .filter("pan", "stereo|c0<c0|c1<c0")
        .filter("volume", _FURTHER_TRACK_GAIN, precision="float")
        for track in others
    ]
    both = graphs.filter([pair, *centred], "amix", inputs=1 + len(centred), normalize=0, dropout_transition=0)
    return both.filter("alimiter", **_LIMITER)
