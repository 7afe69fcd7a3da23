"""The length of a file: whether its header is right, and what it is if not.

A header may be wrong: joined recordings have that of their first part, an interrupted copy that of the whole, and
some parsers estimate. The preview pass compares its frames with the header and, if these disagree, measures: it reads
all packets without decoding them, on the timeline that the proxy gets. The proxy pass decodes to the end; if its
length still differs, that one is right.
"""

from pathlib import Path

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.inputs import footage_input, graph_arguments
from dampipe.media.ffmpeg.run import FfmpegResult, Limits, run_ffmpeg
from dampipe.media.info import DurationSource, MediaInfo
from dampipe.media.integrity import ALLOWED_DIFFERENCE, ALLOWED_SHARE
from dampipe.media.outputs import FoundDuration

_ROUNDING = 0.05
"""Seconds by which the packets' time stamps may miss the end: about two frames."""


def differs(duration: float | None, found: float) -> bool:
    """Whether a duration is so wrong that it matters; both in seconds.

    >>> differs(10.0, 10.9), differs(10.0, 20.0), differs(3600.0, 3550.0), differs(None, 5.0)
    (False, True, False, True)
    """
    if duration is None:
        return True
    return abs(duration - found) > max(ALLOWED_DIFFERENCE, ALLOWED_SHARE * max(duration, found))


def corrected(media: MediaInfo, found: FoundDuration | None) -> MediaInfo:
    """The facts with the duration that was found."""
    if found is None:
        return media
    return media.model_copy(update={"duration": found.seconds, "duration_source": found.source})


def decoded_duration(media: MediaInfo, seconds: float) -> FoundDuration | None:
    """The duration after a full decode of `seconds`; None if the known one is right.

    One that was measured is made exact, without making anything again.
    """
    if media.duration_source is DurationSource.DECODING:
        return None
    wrong = differs(media.duration, seconds)
    inexact = media.duration_source is DurationSource.PACKETS and (
        media.duration is None or abs(media.duration - seconds) > _ROUNDING
    )
    if not (wrong or inexact):
        return None
    return FoundDuration(seconds=round(seconds, 3), source=DurationSource.DECODING, differs=wrong)


def measured_duration(
    ffmpeg: Ffmpeg, source: str, media: MediaInfo, limits: Limits, folder: Path
) -> tuple[FoundDuration | None, FfmpegResult]:
    """Read all packets of picture and sound without decoding: the duration, or None if the known one is right.

    On the timeline of the proxy: ffmpeg removes the jumps of the time stamps in joined recordings. Also returns the
    result of ffmpeg.
    """
    footage = footage_input(media)
    indexes = [media.video.index] if media.video is not None else []
    indexes += [track.index for track in media.audio]
    outputs = [footage[str(index)].output("-", f="null", c="copy") for index in indexes]
    result = run_ffmpeg(ffmpeg, graph_arguments(source, *outputs), limits, folder=folder)
    seconds = result.progress.seconds
    if not result.ok or seconds <= 0 or not differs(media.duration, seconds):
        return None, result
    return FoundDuration(seconds=round(seconds, 3), source=DurationSource.PACKETS), result
