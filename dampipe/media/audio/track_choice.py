"""Which sound tracks of a file a review proxy has. Its sound is made by `tracks.py`."""

from dampipe.media.info import AudioStream, MediaInfo


def used_tracks(media: MediaInfo) -> tuple[AudioStream, ...]:
    """The tracks that are read for a review proxy."""
    return (*media.audio[:2], *further_tracks(media)) if is_dual_mono(media) else media.audio[:1]


def is_dual_mono(media: MediaInfo) -> bool:
    """Return whether the first two tracks are mono."""
    return len(media.audio) > 1 and media.audio[0].channels == media.audio[1].channels == 1


def further_tracks(media: MediaInfo) -> tuple[AudioStream, ...]:
    """The mono tracks after the first two; () if not all tracks are mono, or if they differ in their language."""
    languages = {track.language for track in media.audio}
    if len(languages) > 1 or any(track.channels != 1 for track in media.audio):
        return ()
    return media.audio[2:]
