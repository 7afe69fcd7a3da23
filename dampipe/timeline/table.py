"""Clips as a table in CSV, one line per clip."""

import csv
import io
from collections.abc import Sequence

from dampipe.timeline.clip import Clip
from dampipe.timeline.frames import FrameCounter

COLUMNS = ("path", "name", "asset", "in", "out", "moment", "score", "rate", "timecode in", "timecode out")


def render(clips: Sequence[Clip], counter: FrameCounter) -> str:
    """The text of the file."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for clip in clips:
        rate = counter.rate_of(clip.media)
        span = counter.span(clip, rate)
        codes = [counter.timecode(number, rate) for number in (span.first, span.first + span.length)]
        path = clip.path.encode("utf-8", "backslashreplace").decode()
        rows.writerow(
            [
                *(path, clip.name, clip.asset, f"{clip.start:.3f}", f"{clip.end:.3f}", f"{clip.moment:.3f}"),
                *(f"{clip.score:.4f}", f"{float(rate):.3f}", *codes),
            ]
        )
    return text.getvalue()
