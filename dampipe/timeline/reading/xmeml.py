"""Final Cut Pro 7 XML, of Premiere Pro, DaVinci Resolve and others: the clip items of sequences."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from xml.etree.ElementTree import Element

from dampipe.timeline.marker_text import Shown, joined, parse_records
from dampipe.timeline.reading.limits import MAX_NODES, Unreadable
from dampipe.timeline.reading.source_clip import (
    MAX_NOTE,
    SourceClip,
    SourceMarker,
    content_of,
    label_of,
    line,
    path_of,
    rate_of,
)
from dampipe.timeline.xmeml import CONTENT_COMMENT, MARKER_COMMENT, color_of

LARGEST_FRAME = 10**9


def read(root: Element) -> list[SourceClip]:
    """The clips of all sequences; master clips in bins are not used by a timeline. Raises Unreadable."""
    if root.find(".//sequence") is None:
        raise Unreadable("it has no sequence")
    # A file is described where it is named first, and referred to by its id elsewhere.
    files = {file.get("id", ""): file for file in root.iter("file") if len(file)}
    return [_clip(item, files) for item in _items(root)]


def _items(root: Element) -> Iterator[Element]:
    waiting = [(root, False)]
    seen = 0
    while waiting:
        one, is_in_sequence = waiting.pop()
        seen += 1
        if seen > MAX_NODES:
            raise Unreadable("it has too many elements")
        if one.tag == "clip" and not is_in_sequence:
            continue
        if one.tag == "clipitem" and is_in_sequence and one.find("sequence") is None:
            yield one
            continue
        is_in_sequence = is_in_sequence or one.tag == "sequence"
        waiting += [(child, is_in_sequence) for child in reversed(list(one))]


def _clip(item: Element, files: dict[str, Element]) -> SourceClip:
    own = item.find("file")
    file = Element("file") if own is None else files.get(own.get("id", ""), own)
    code = file.find("timecode")
    rate = _rate(code) or _rate(file) or _rate(item)
    start = _number(code.findtext("frame")) if code is not None else 0
    first, last = _number(item.findtext("in")), _number(item.findtext("out"))
    dropped = code is not None and code.findtext("displayformat") == "DF"
    comments = [one.text or "" for one in item.findall("comments/*")]
    known = (
        content_of(text[len(CONTENT_COMMENT) :]) for text in comments if text.startswith(CONTENT_COMMENT)
    )
    records = next(
        (parse_records(text[len(MARKER_COMMENT) :]) for text in comments if text.startswith(MARKER_COMMENT)),
        [],
    )
    names = (file.findtext("name"), item.findtext("name"))
    sha1 = next(filter(None, known), "")

    def label(frame: int | None) -> str:
        return (
            ""
            if frame is None or start is None or start + frame < 0
            else label_of(start + frame, rate, dropped=dropped)
        )

    return SourceClip(
        name=line(next(filter(None, names), "")),
        paths=tuple(filter(None, [path_of(file.findtext("pathurl") or "")])),
        reel=line(code.findtext("reel/name") if code is not None else ""),
        timecode_in=label(first),
        timecode_out=label(last),
        rate=rate,
        sha1=sha1,
        title=line(names[1]) if sha1 and all(names) and names[0] != names[1] else "",
        note=(item.findtext("comments/mastercomment1") or "")[:MAX_NOTE] if sha1 else "",
        markers=tuple(map(SourceMarker.of, joined(_markers(item, label), records))),
    )


def _markers(item: Element, label: Callable[[int | None], str]) -> Iterator[Shown]:
    for marker in item.findall("marker"):
        first, out = _number(marker.findtext("in")), _number(marker.findtext("out"))
        if not (code := label(first)):
            continue
        parts = [_number(marker.findtext(f"color/{name}")) for name in ("red", "green", "blue")]
        color = color_of(*[part for part in parts if part is not None]) if None not in parts else ""
        is_span = first is not None and out is not None and out > first
        yield Shown(
            code,
            label(out) if is_span else "",
            marker.findtext("name") or "",
            marker.findtext("comment") or "",
            color,
        )


def _rate(one: Element | None) -> Fraction | None:
    """The rate of an element: a whole number of frames per second, at 1000/1001 of it where `ntsc` says so."""
    base = _number(one.findtext("rate/timebase")) if one is not None else None
    if one is None or not base:
        return None
    is_ntsc = (one.findtext("rate/ntsc") or "").strip().upper() == "TRUE"
    return rate_of(Fraction(base * 1000, 1001) if is_ntsc else Fraction(base))


def _number(text: str | None) -> int | None:
    stated = (text or "").strip()
    digits = stated.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 10:
        return None
    return max(-LARGEST_FRAME, min(int(stated), LARGEST_FRAME))
