"""Clips as a table in CSV, one line per clip."""

import csv
import io

from dampipe.timeline.frames import FrameCounter

COLUMNS = ("path", "name", "asset", "in", "out", "moment", "score", "rate", "timecode in", "timecode out")


def render(counter: FrameCounter) -> str:
    """The text of the file."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for clip in counter.clips:
        rate = counter.rate_of(clip.media)
        first, last, _ = counter.codes(clip, rate)
        path = clip.path.encode("utf-8", "backslashreplace").decode()
        rows.writerow(
            [
                *(path, clip.name, clip.asset, f"{clip.start:.3f}", f"{clip.end:.3f}", f"{clip.moment:.3f}"),
                *(f"{clip.score:.4f}", f"{float(rate):.3f}", first, last),
            ]
        )
    return text.getvalue()
