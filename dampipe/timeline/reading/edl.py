"""EDL (CMX 3600 and its longer relatives): events with reels and time codes, and the notes below them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from dampipe.media.timecode import Timecode
from dampipe.timeline.edl import CONTENT_NOTE, MARKER_NOTE, MARKER_NOTE_MORE
from dampipe.timeline.marker_text import Shown, joined, parse_records
from dampipe.timeline.reading.limits import MAX_TEXT, Unreadable, text_of
from dampipe.timeline.reading.source_clip import SourceClip, SourceMarker, content_of, line, path_of

_CODE = re.compile(r"\d{1,2}[:;.,]\d{2}[:;.,]\d{2}[:;.,]\d{2,3}")
_LOCATOR = re.compile(r"(\d{1,2}[:;.,]\d{2}[:;.,]\d{2}[:;.,]\d{2,3})(?:\s+([A-Za-z]+)(?:\s+(.*))?)?")
"""A locator as Avid writes it: time code, colour, text."""
_TRANSITION = re.compile(r"C|D|W\d{1,4}|KB?|KO?", re.I)
_WITHOUT_FILE = {"BL", "BLACK"}
"""Reels of events that show no file."""
_AUXILIARY = {"AX"}
"""Reels that name no tape."""
_NOTES = {
    "FROM CLIP NAME": "name",
    "TO CLIP NAME": "to_name",
    "CLIP NAME": "name",
    "SOURCE FILE": "file",
    "FROM FILE": "file",
    "FROM CLIP": "file",
    "FROM CLIP PATH": "file",
    "CLIP PATH": "file",
    "TO CLIP": "to_file",
    "REEL": "reel",
    "REEL NAME": "reel",
    "TAPE": "reel",
    CONTENT_NOTE: "sha1",
}


@dataclass
class _Event:
    number: str
    reel: str
    first: str
    last: str
    is_transition: bool
    notes: dict[str, str] = field(default_factory=dict)
    markers: list[Shown] = field(default_factory=list)
    records: list[str] = field(default_factory=list)


def read(data: bytes) -> list[SourceClip]:
    """The clips of the events. Raises Unreadable if there is no event."""
    events: list[_Event] = []
    long_reels: dict[str, str] = {}
    for text in text_of(data).splitlines():
        if len(text) > MAX_TEXT:
            continue
        if (event := _event(text.split())) is not None:
            events.append(event)
        elif text.lstrip().startswith("*") and events:
            _note(text.lstrip("* \t"), events, long_reels)
    if not events:
        raise Unreadable("it has no events")
    return [
        _clip(one, long_reels) for one in events if one.reel.upper() not in _WITHOUT_FILE and _has_length(one)
    ]


def _event(words: Sequence[str]) -> _Event | None:
    """An event: its number, the reel, the channels, the kind of transition (with its length) and four time codes."""
    codes = words[-4:]
    if len(words) < 8 or not words[0].isdigit() or not all(map(_CODE.fullmatch, codes)):
        return None
    rest = list(words[1:-4])
    has_length = rest[-1].isdigit() and len(rest) > 2 and _TRANSITION.fullmatch(rest[-2]) is not None
    kind = rest[-2] if has_length else rest[-1]
    reel = rest[: -3 if has_length else -2]
    if _TRANSITION.fullmatch(kind) is None or not reel:
        return None
    return _Event(words[0], " ".join(reel), codes[0], codes[1], kind.upper() != "C")


def _note(text: str, events: list[_Event], long_reels: dict[str, str]) -> None:
    """Note what belongs to the last event; what is said of the clip that a transition comes from, to the one before."""
    replaced = re.fullmatch(
        r"(?:FINAL CUT PRO )?REEL:?\s+(.{1,200}?)\s+REPLACED BY:?\s+(\S{1,200})", text, re.I
    )
    if replaced:
        long_reels[replaced[2]] = replaced[1]
        return
    title, colon, value = text.partition(":")
    kind = " ".join(title.upper().split())
    if kind == "LOC":
        locator = _LOCATOR.fullmatch(value.strip())
        if locator is not None and _code(locator[1]):
            color = (locator[2] or "").lower()
            name = (locator[3] or "").strip()
            events[-1].markers.append(
                Shown(_code(locator[1]), "", name, "", color, has_note=False, has_end=False)
            )
        return
    if kind == MARKER_NOTE:
        events[-1].records.append(value.strip())
        return
    if kind == MARKER_NOTE_MORE and events[-1].records:
        events[-1].records[-1] += value.strip()
        return
    what = _NOTES.get(" ".join(title.upper().split()))
    if not colon or what is None or not value.strip():
        return
    last = events[-1]
    before = events[-2] if len(events) > 1 and events[-2].number == last.number else None
    if what.startswith("to_"):
        last.notes[what.removeprefix("to_")] = value.strip()
    elif last.is_transition and before is not None and what in ("name", "file"):
        before.notes.setdefault(what, value.strip())
    else:
        last.notes.setdefault(what, value.strip())


def _has_length(event: _Event) -> bool:
    return event.first != event.last or event.is_transition or bool(event.notes)


def _clip(event: _Event, long_reels: dict[str, str]) -> SourceClip:
    notes = event.notes
    file = notes.get("file", "")
    is_path = "/" in file or "\\" in file
    reel = notes.get("reel") or long_reels.get(event.reel) or event.reel
    return SourceClip(
        name=line(notes.get("name") or ("" if is_path else file)),
        paths=tuple(filter(None, [path_of(file)])) if is_path else (),
        reel="" if reel.upper() in _AUXILIARY else line(reel),
        timecode_in=_code(event.first),
        timecode_out=_code(event.last),
        sha1=content_of(notes.get("sha1")),
        markers=tuple(
            map(
                SourceMarker.of,
                joined(event.markers, [one for text in event.records for one in parse_records(text)]),
            )
        ),
    )


def _code(text: str) -> str:
    try:
        return str(Timecode.parse(text))
    except ValueError:
        return ""
