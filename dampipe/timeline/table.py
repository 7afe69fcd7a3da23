"""Clips as a table in CSV, one line per clip."""

import csv
import io

from dampipe.timeline.frames import FrameCounter
from dampipe.timeline.marker_text import records_text

COLUMNS = (
    *("path", "name", "asset", "in", "out", "moment", "score", "rate", "timecode in", "timecode out"),
    *("title", "note", "markers"),
)


def render(counter: FrameCounter) -> str:
    """The text of the file."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for clip in counter.clips:
        rate = counter.rate_of(clip.media)
        placed = counter.markers(clip, rate)
        first, last, _ = counter.codes(clip, rate)
        path = clip.path.encode("utf-8", "backslashreplace").decode()
        rows.writerow(
            [
                *(path, clip.name, clip.asset, f"{clip.start:.3f}", f"{clip.end:.3f}"),
                "" if clip.moment is None else f"{clip.moment:.3f}",
                "" if clip.score is None else f"{clip.score:.4f}",
                *(f"{float(rate):.3f}", first, last, clip.title, clip.note),
                records_text([one.record("") for one in placed]) if placed else "",
            ]
        )
    return text.getvalue()
