"""Tables in CSV: those that dampipe exports, and others with columns for the path, the name or the SHA-1."""

import csv
import io
from collections.abc import Iterator, Mapping

from dampipe.timeline.marker_text import Shown, joined, parse_records
from dampipe.timeline.reading.limits import Unreadable, text_of
from dampipe.timeline.reading.source_clip import (
    MAX_NOTE,
    SourceClip,
    SourceMarker,
    content_of,
    line,
    path_of,
    rate_of,
)

MAX_CELL = 100_000
"""Characters."""
_COLUMNS = {
    "path": ("path", "file path", "source path", "file"),
    "name": ("name", "clip name", "clip", "file name", "filename"),
    "sha1": ("asset", "sha1", "sha-1"),
    "reel": ("reel", "reel name", "tape", "tape name"),
    "first": ("timecode in", "source in", "src in"),
    "last": ("timecode out", "source out", "src out"),
    "rate": ("rate", "fps", "frame rate"),
    "title": ("title",),
    "note": ("note", "notes", "comment", "comments"),
    "markers": ("markers",),
}
MAX_RECORDS_CELL = 8 << 20
"""Characters of the cell that holds the records of markers."""


def read(data: bytes) -> list[SourceClip]:
    """A clip for each line. Raises Unreadable unless a column says which file it is."""
    csv.field_size_limit(MAX_RECORDS_CELL)  # of all readers of this process
    text = text_of(data)
    head = text.partition("\n")[0]
    mark = max(",;\t", key=head.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        columns = {
            what: name
            for what, names in _COLUMNS.items()
            for name in rows.fieldnames or ()
            if name and name.strip().lower() in names
        }
        if not {"path", "name", "sha1", "reel"} & set(columns):
            raise Unreadable("none of its columns says which file a clip is from: path, name, asset or reel")
        clips = []
        for row in rows:
            if any(
                len(value) > MAX_CELL and name != columns.get("markers")
                for name, value in row.items()
                if isinstance(value, str)
            ):
                raise Unreadable(f"line {rows.line_num} has a cell of more than {MAX_CELL} characters")
            if any(row.values()):
                clips.append(_clip(row, columns))
        return clips
    except csv.Error as error:
        raise Unreadable(f"it is not valid CSV: {error}") from error


def _clip(row: Mapping[str, object], columns: Mapping[str, str]) -> SourceClip:
    def cell(what: str) -> str:
        value = row.get(columns.get(what, ""))
        return value.strip() if isinstance(value, str) else ""

    try:
        rate = rate_of(float(cell("rate").replace(",", "."))) if cell("rate") else None
    except ValueError:
        rate = None
    return SourceClip(
        name=line(cell("name")),
        paths=tuple(filter(None, [path_of(cell("path"))])),
        reel=line(cell("reel")),
        timecode_in=line(cell("first")),
        timecode_out=line(cell("last")),
        rate=rate,
        sha1=content_of(cell("sha1")),
        title=line(cell("title")),
        note=cell("note")[:MAX_NOTE],
        markers=tuple(_markers(cell("markers"))),
    )


def _markers(cell: str) -> Iterator[SourceMarker]:
    for record in parse_records(cell) if cell else ():
        shown = Shown(
            str(record.get("in", "")),
            str(record.get("out", "")),
            str(record.get("shown", "")),
            has_note=False,
        )
        yield from map(SourceMarker.of, joined([shown], [record]))
