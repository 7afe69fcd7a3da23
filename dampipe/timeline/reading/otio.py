"""OpenTimelineIO's own format. It is read as the JSON that it is: no adapter, no hook and no plug-in is run."""

import json
import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from dampipe.timeline.marker_text import Shown, joined, parse_records
from dampipe.timeline.reading.limits import MAX_DEPTH, MAX_NODES, Unreadable
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

LARGEST_FRAME = 10**9
_COMPOSITIONS = ("Timeline", "Stack", "Track", "SerializableCollection")


def read(data: bytes) -> list[SourceClip]:
    """The clips. Raises Unreadable, ValueError and RecursionError for what is not such a file."""
    root = json.loads(data)
    if not isinstance(root, dict) or _schema(root) not in (*_COMPOSITIONS, "Clip"):
        raise Unreadable("it does not hold a timeline of OpenTimelineIO")
    return [_clip(found) for found in _clips(root)]


def _clips(root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """All clips below a composition, in their order."""
    waiting: list[tuple[Any, int]] = [(root, 0)]
    seen = 0
    while waiting:
        one, depth = waiting.pop()
        seen += 1
        if seen > MAX_NODES or depth > MAX_DEPTH:
            raise Unreadable("it has too many parts, or they are nested too deep")
        if not isinstance(one, dict):
            continue
        if _schema(one) == "Clip":
            yield one
        elif _schema(one) in _COMPOSITIONS:
            below = [one.get("tracks"), *_list(one.get("children"))]
            waiting += [(child, depth + 1) for child in reversed(below)]


def _clip(one: Mapping[str, Any]) -> SourceClip:
    references = _references(one)
    metadata = _dict(one.get("metadata"))
    own = _dict(metadata.get("dampipe"))
    times = _dict(one.get("source_range")) or next(
        (found for reference in references if (found := _dict(reference.get("available_range")))), {}
    )
    start, duration = _dict(times.get("start_time")), _dict(times.get("duration"))
    rate = rate_of(start["rate"]) if isinstance(start.get("rate"), (int, float)) else None
    first, length = (
        round(time["value"]) if isinstance(time.get("value"), (int, float)) else None
        for time in (start, duration)
    )
    paths = [path_of(_string(reference.get("target_url"))) for reference in references]
    names = [_string(one.get("name")), *(_string(reference.get("name")) for reference in references)]
    title, note = _string(own.get("title")), _string(own.get("note"))
    if title:
        names.reverse()  # of the file, and what the span is called
    known = (content_of(_dict(_dict(r.get("metadata")).get("dampipe")).get("asset")) for r in references)
    return SourceClip(
        name=line(next(filter(None, names), "")),
        paths=tuple(dict.fromkeys(filter(None, paths))),
        reel=line(_reel(metadata) or next((_reel(_dict(r.get("metadata"))) for r in references), "")),
        timecode_in=line(own.get("timecode_in")) or ("" if first is None else label_of(first, rate)),
        timecode_out=line(own.get("timecode_out"))
        or ("" if first is None or length is None else label_of(first + length, rate)),
        rate=rate,
        sha1=content_of(own.get("asset")) or next(filter(None, known), ""),
        title=line(title),
        note=note[:MAX_NOTE],
        markers=tuple(_markers(one, rate, dropped=own.get("dropped") is True)),
    )


def _markers(one: Mapping[str, Any], rate: Fraction | None, *, dropped: bool) -> Iterator[SourceMarker]:
    for marker in _list(one.get("markers")):
        marked = _dict(_dict(marker).get("marked_range"))
        times = [_dict(marked.get(name)) for name in ("start_time", "duration")]
        first, length = (_frames(time, rate) for time in times)
        if first is None or not (code := label_of(first, rate, dropped=dropped)):
            continue
        own = _dict(_dict(marker.get("metadata")).get("dampipe"))
        note = marker["comment"] if isinstance(marker.get("comment"), str) else _string(own.get("note"))
        shown = Shown(
            code,
            label_of(first + length, rate, dropped=dropped) if length else "",
            _string(marker.get("name")),
            note,
            _string(marker.get("color")).lower(),
        )
        for found in joined([shown], parse_records(_string(own.get("marker")))):
            yield SourceMarker.of(found)


def _frames(time: Mapping[str, Any], rate: Fraction | None) -> int | None:
    """A time in frames at a rate."""
    value, own = time.get("value"), time.get("rate")
    if not isinstance(value, (int, float)) or not isinstance(own, (int, float)) or rate is None or not own:
        return None
    if not (math.isfinite(value) and math.isfinite(own)) or abs(value) > LARGEST_FRAME:
        return None
    exact = rate_of(own) or Fraction(own)
    return round(Fraction(value) / exact * rate)


def _references(one: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The media references of a clip, the active one first."""
    several = _dict(one.get("media_references"))
    active = several.get(_string(one.get("active_media_reference_key")) or "DEFAULT_MEDIA")
    found = [one.get("media_reference"), active, *several.values()]
    unique: list[Mapping[str, Any]] = []
    for reference in found:
        if isinstance(reference, dict) and not any(reference is other for other in unique):
            unique.append(reference)
    return unique


def _reel(metadata: Mapping[str, Any]) -> str:
    """The reel that adapters of EDL and of Final Cut Pro keep in metadata."""
    cmx = _string(_dict(metadata.get("cmx_3600")).get("reel"))
    timecode = _dict(_dict(metadata.get("fcp_xml")).get("timecode"))
    return cmx or _string(_dict(timecode.get("reel")).get("name"))


def _schema(one: Mapping[str, Any]) -> str:
    return _string(one.get("OTIO_SCHEMA")).partition(".")[0]


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
