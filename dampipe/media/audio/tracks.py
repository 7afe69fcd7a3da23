"""The sound of a review proxy: one stereo track of what a viewer of the original would hear.

A first track of two or more channels is mixed to that. Broadcast and cinema cameras record each microphone
on a mono track; then the first two tracks become left and right, the default of editing programs, and further
mono tracks are heard in the middle, unless they are in another language.
"""

from typing import Any

import ffmpeg as graphs

from dampipe.media.audio.mixing import mixed, track_of, with_further_tracks
from dampipe.media.audio.samples import waveform_output
from dampipe.media.audio.track_choice import further_tracks, is_dual_mono
from dampipe.media.info import MediaInfo


def split_sound(footage: Any, media: MediaInfo, *, join_mono: bool) -> tuple[Any, Any]:
    """Return the sound stream for the proxy, and the output for the waveform, of a file that has sound.

    join_mono: make a stereo stream of the first two tracks if both are mono. Both results are part of the
    one graph of the whole command: with separate graphs, ffmpeg's threads deadlock when the sound has a
    gap. The price is that an empty track fails the command.
    """
    stream = track_of(footage, media.audio[0])
    if join_mono and is_dual_mono(media):
        pair = [stream, footage[str(media.audio[1].index)]]
        stream = graphs.filter(pair, "join", inputs=2, channel_layout="stereo", map="0.0-FL|1.0-FR")
        stream = with_further_tracks(stream, [footage[str(track.index)] for track in further_tracks(media)])
    elif join_mono:
        stream = mixed(stream, media.audio[0])
    branches = stream.filter_multi_output("asplit", 2)
    drawn = branches[1] if join_mono else mixed(branches[1], media.audio[0])
    return branches[0], waveform_output(drawn, media.duration)
