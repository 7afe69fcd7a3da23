"""The sound of a proxy that is looked at: one stereo track, of what a viewer of the original would hear.

A first track of two or more channels is that already. Broadcast and cinema cameras write one microphone
to a mono track each; then the first two are left and right, as in an editor's default.
"""

from typing import Any

import ffmpeg as graphs

from dampipe.domain.media import MediaInfo
from dampipe.media import peaks


def heard(footage: Any, media: MediaInfo) -> tuple[Any, Any]:
    """(the stream for the proxy, the output for the waveform) of a file that has sound."""
    first = footage[str(media.audio[0].index)]
    if not in_two_tracks(media):
        return first, peaks.sampled(first)
    second = footage[str(media.audio[1].index)]
    joined = graphs.filter([first, second], "join", inputs=2, channel_layout="stereo", map="0.0-FL|1.0-FR")
    branches = joined.filter_multi_output("asplit", 2)
    return branches[0], peaks.sampled(branches[1], in_graph=True)


def in_two_tracks(media: MediaInfo) -> bool:
    """Whether left and right are tracks of their own."""
    return len(media.audio) > 1 and media.audio[0].channels == media.audio[1].channels == 1
