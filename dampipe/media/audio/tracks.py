"""The sound of a review proxy: one stereo track of what a viewer of the original would hear.

A first track of two or more channels already is that. Broadcast and cinema cameras record each microphone
on a mono track; then the first two tracks become left and right, the default of editing programs.
"""

from typing import Any

import ffmpeg as graphs

from dampipe.media.audio.peaks import waveform_output
from dampipe.media.info import AudioStream, MediaInfo


def split_sound(footage: Any, media: MediaInfo, *, join_mono: bool) -> tuple[Any, Any]:
    """Return the sound stream for the proxy, and the output for the waveform, of a file that has sound.

    join_mono: make a stereo stream of the first two tracks if both are mono. Both results are part of the
    one graph of the whole command: with separate graphs, ffmpeg's threads deadlock when the sound has a
    gap. The price is that an empty track fails the command.
    """
    stream = footage[str(media.audio[0].index)]
    if join_mono and is_dual_mono(media):
        pair = [stream, footage[str(media.audio[1].index)]]
        stream = graphs.filter(pair, "join", inputs=2, channel_layout="stereo", map="0.0-FL|1.0-FR")
    branches = stream.filter_multi_output("asplit", 2)
    return branches[0], waveform_output(branches[1])


def used_tracks(media: MediaInfo) -> tuple[AudioStream, ...]:
    """The tracks that `split_sound` reads for a review proxy."""
    return media.audio[: 2 if is_dual_mono(media) else 1]


def is_dual_mono(media: MediaInfo) -> bool:
    """Return whether the first two tracks are mono."""
    return len(media.audio) > 1 and media.audio[0].channels == media.audio[1].channels == 1
