"""Markers in the form in which dampipe reads them back whole, beside what each format shows of them.

No format holds everything: an EDL has one line of text and no spans, FCPXML has no colours, none has replies. So a
writer adds a record of each marker, JSON in ASCII, where the format has room for what programs do not interpret. A
record says where and as what its marker was written; a reader joins it with the marker that is still there. A marker
that another program has moved keeps its author, and is where the program put it; one that it has deleted is gone.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from dampipe.media.timecode import Timecode
from dampipe.timeline.marker import COLORS, DEFAULT_COLOR, Marker

MARKER_KEY = "org.dampipe.markers"
"""Key of the metadata of a file that holds the records of its markers."""
LINE = 200
"""Characters of a marker's text where a format has one line."""
MAX_RECORDS = 100_000
"""Records of one file that are read."""
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML does not allow, but texts of people have."""
_TIME = re.compile(r"\d{1,20}(/\d{1,20})?", re.ASCII)
"""Exact seconds, of a size that times have."""
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Placed:
    """A marker in frames, counted from midnight by the start time code of the file."""

    marker: Marker
    first: int
    length: int
    """Frames; 0 of a point."""
    code: Timecode
    end_code: Timecode | None
    """The frame after the span; None: a point."""

    @property
    def color(self) -> str:
        """One of COLORS."""
        return self.marker.color if self.marker.color in COLORS else DEFAULT_COLOR

    def shown_name(self) -> str:
        """The name as one line; of a marker without a name its note."""
        return one_line(self.marker.name or self.marker.text)

    def shown_line(self) -> str:
        """All that one line shows."""
        return one_line(": ".join(filter(None, (self.marker.name, self.marker.text))))

    def record(self, shown: str) -> dict[str, Any]:
        """The record. shown: the text by which a reader recognises the marker."""
        return {
            "in": str(self.code),
            "out": str(self.end_code) if self.end_code is not None else "",
            "shown": shown,
            **self.marker.model_dump(mode="json", exclude_defaults=True),
        }


@dataclass(frozen=True)
class Shown:
    """A marker as a format shows it."""

    code: str
    end_code: str = ""
    """"": a point, or the format does not say."""
    name: str = ""
    note: str = ""
    color: str = ""
    is_resolved: bool | None = None
    """None: the format does not say."""
    has_note: bool = True
    """Whether the format has a note beside the name."""
    has_end: bool = True
    """Whether the format says where the marker ends."""


def records_text(records: Sequence[Mapping[str, Any]]) -> str:
    """Records as one line of ASCII without spaces."""
    return json.dumps(list(records), separators=(",", ":")).replace(" ", "\\u0020")


def parse_records(text: str) -> list[dict[str, Any]]:
    """What `records_text` made; nothing for anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    found = found if isinstance(found, list) else [found]
    return [one for one in found[:MAX_RECORDS] if isinstance(one, dict)]


def one_line(text: str) -> str:
    """A text in one line of printable characters, LINE at most."""
    line = _SPACES.sub(" ", text).strip()
    line = "".join(one if one.isprintable() else "\ufffd" for one in line)
    return line if len(line) <= LINE else f"{line[: LINE - 1]}…"


def marker_of(record: Mapping[str, Any]) -> Marker | None:
    """The marker of a record; None if it is not one."""
    if not all(
        _TIME.fullmatch(str(record[name])) for name in ("start", "end") if record.get(name) is not None
    ):
        return None
    try:
        return Marker.model_validate({name: record[name] for name in Marker.model_fields if name in record})
    except (ValidationError, ValueError, TypeError, ArithmeticError):
        return None


@dataclass(frozen=True)
class Joined:
    """A marker that a format shows, with that of its record."""

    shown: Shown
    marker: Marker | None = None
    """None: dampipe did not write it."""
    end_code: str = ""
    is_in_place: bool = False
    """Whether it is where the record says."""

    @property
    def has_other_note(self) -> bool:
        """Whether another program has changed the note."""
        if self.marker is None or not self.marker.name or not self.shown.has_note:
            return False
        return one_line(self.shown.note) != one_line(NOT_XML.sub("\ufffd", self.marker.text))


def joined(shown: Iterable[Shown], records: Sequence[Mapping[str, Any]]) -> list[Joined]:
    """Each marker that a format shows, with what its record says: by place and text, else by its text alone."""
    exact: dict[tuple[str, str], list[int]] = {}
    by_text: dict[str, list[int]] = {}
    for number, record in enumerate(records):
        code, text = str(record.get("in")), str(record.get("shown"))
        exact.setdefault((code, text), []).append(number)
        by_text.setdefault(text, []).append(number)
    used: set[int] = set()

    def take(numbers: Iterable[int], end: str | None = None) -> int | None:
        for number in numbers:
            if number not in used and (end is None or str(records[number].get("out", "")) == end):
                used.add(number)
                return number
        return None

    every = list(shown)
    found: list[Joined | None] = []
    for one in every:
        at = take(exact.get((one.code, one.name), ()), one.end_code if one.has_end else None)
        if at is None:
            found.append(None)
            continue
        record = records[at]
        found.append(Joined(one, marker_of(record), str(record.get("out", "")), True))
    for index, one in enumerate(every):
        if found[index] is None:
            again = take(by_text.get(one.name, ())) if one.name else None
            marker = marker_of(records[again]) if again is not None else None
            found[index] = Joined(one, marker, one.end_code)
    return [one for one in found if one is not None]
