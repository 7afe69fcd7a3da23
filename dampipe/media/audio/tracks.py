"""The sound of a proxy that is looked at: one stereo track, of what a viewer of the original would hear.

A first track of two or more channels is that already. Broadcast and cinema cameras write one microphone
to a mono track each; then the first two are left and right, as in an editor's default.
"""

from typing import Any

import ffmpeg as graphs

from dampipe.media.audio import peaks
from dampipe.media.info import MediaInfo


def heard(footage: Any, media: MediaInfo, *, joined: bool) -> tuple[Any, Any]:
    """(the stream for the proxy, the output for the waveform) of a file that has sound.

    joined: left and right out of two mono tracks, where there are such. Both come out of the one graph
    of the whole command: with graphs of their own, ffmpeg's threads wait for each other for ever as
    soon as there is a gap in the sound. The price is that a track which holds nothing fails the command.
    """
    stream = footage[str(media.audio[0].index)]
    if joined and in_two_tracks(media):
        pair = [stream, footage[str(media.audio[1].index)]]
        stream = graphs.filter(pair, "join", inputs=2, channel_layout="stereo", map="0.0-FL|1.0-FR")
    branches = stream.filter_multi_output("asplit", 2)
    return branches[0], peaks.sampled(branches[1])


def in_two_tracks(media: MediaInfo) -> bool:
    """Whether left and right are tracks of their own."""
    return len(media.audio) > 1 and media.audio[0].channels == media.audio[1].channels == 1
