"""Cuts as a table, a line each: CSV."""

import csv
import io
from collections.abc import Sequence

from dampipe.timeline.clip import Clip
from dampipe.timeline.frames import Count

COLUMNS = ("path", "name", "asset", "in", "out", "moment", "score", "rate", "timecode in", "timecode out")


def render(cuts: Sequence[Clip], count: Count) -> str:
    """The text of the file."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for cut in cuts:
        rate = count.rate_of(cut.media)
        span = count.span(cut, rate)
        codes = [count.timecode(number, rate) for number in (span.first, span.first + span.length)]
        path = cut.path.encode("utf-8", "backslashreplace").decode()
        rows.writerow(
            [
                *(path, cut.name, cut.asset, f"{cut.start:.3f}", f"{cut.end:.3f}", f"{cut.moment:.3f}"),
                *(f"{cut.score:.4f}", f"{float(rate):.3f}", *codes),
            ]
        )
    return text.getvalue()
