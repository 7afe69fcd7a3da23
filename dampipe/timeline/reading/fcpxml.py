"""FCPXML, of Final Cut Pro and DaVinci Resolve: clips of projects, through compound and multicam clips."""

import re
from collections.abc import Iterator
from fractions import Fraction
from xml.etree.ElementTree import Element

from dampipe.timeline.fcpxml import CONTENT_KEY
from dampipe.timeline.marker_text import MARKER_KEY, Shown, joined, parse_records
from dampipe.timeline.reading.limits import Unreadable
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

REEL_KEYS = ("com.apple.proapps.studio.reel", "com.apple.proapps.spotlight.kMDItemReel")
_OF_FILES = ("asset-clip", "video", "audio")
_OF_MEDIA = ("ref-clip", "mc-clip")
_TIME = re.compile(r"(-?\d{1,20})(?:/(\d{1,20}))?s")


def read(root: Element) -> list[SourceClip]:
    """The clips of all projects; without a project those of its events. Raises Unreadable."""
    resources = root.find("resources")
    known = _Resources(Element("resources") if resources is None else resources)
    projects = [sequence for project in root.iter("project") for sequence in project.findall("sequence")]
    starts = projects or [*root.iter("event"), *root.findall("sequence"), *root.findall("library")]
    if resources is None and not starts:
        raise Unreadable("it holds neither projects nor resources")
    return [known.clip(element, known.rate(start)) for start in starts for element in known.uses(start)]


class _Resources:
    """What clips refer to by id."""

    def __init__(self, resources: Element) -> None:
        self._by_id = {one.get("id", ""): one for one in resources}
        self._visited: set[tuple[str, tuple[str, ...]]] = set()

    def uses(self, start: Element) -> Iterator[Element]:
        """The elements below one that use a file; a compound or multicam clip is entered once."""
        waiting: list[tuple[Element, tuple[str, ...] | None]] = [(start, None)]
        while waiting:
            one, angles = waiting.pop()
            if one.tag in _OF_FILES and self._resource(one, "asset") is not None:
                yield one
            children = list(one)
            if one.tag == "audition":
                children = children[:1]  # the others are not shown
            if one.tag == "multicam" and angles:
                children = [child for child in children if child.get("angleID") in angles]
            media = self._resource(one, "media") if one.tag in _OF_MEDIA else None
            if media is not None:
                chosen = tuple(sorted(source.get("angleID", "") for source in one.findall("mc-source")))
                if (key := (one.get("ref", ""), chosen)) not in self._visited:
                    self._visited.add(key)
                    waiting += [(child, chosen) for child in reversed(list(media))]
            waiting += [(child, angles) for child in reversed(children)]

    def _resource(self, one: Element, tag: str) -> Element | None:
        found = self._by_id.get(one.get("ref", ""))
        return found if found is not None and found.tag == tag else None

    def rate(self, one: Element) -> Fraction | None:
        """The frames per second of the format of an asset or a sequence; None if it has none."""
        form = self._by_id.get(one.get("format", ""))
        duration = _seconds(form.get("frameDuration")) if form is not None else None
        return rate_of(1 / duration) if duration else None

    def clip(self, one: Element, of_timeline: Fraction | None = None) -> SourceClip:
        """A use of a file as a clip. of_timeline: the rate at which markers of stills and of sound are counted."""
        asset = self._resource(one, "asset")
        assert asset is not None  # it is a use
        rate = self.rate(asset)
        start = _seconds(one.get("start") or asset.get("start"))
        length = _seconds(one.get("duration"))
        dropped = one.get("tcFormat") == "DF"
        sources = [asset.get("src", ""), *(media.get("src", "") for media in asset.findall("media-rep"))]
        metadata = {md.get("key", ""): md.get("value", "") for md in asset.findall("metadata/md")}

        def code(time: Fraction | None) -> str:
            return "" if time is None or rate is None else label_of(round(time * rate), rate, dropped=dropped)

        names = [one.get("name"), asset.get("name")]
        sha1 = content_of(metadata.get(CONTENT_KEY))
        title = names[0] if sha1 and all(names) and names[0] != names[1] else ""
        records = parse_records(metadata.get(MARKER_KEY, ""))
        counted = rate or of_timeline
        shown = [] if counted is None else [*_markers(one, counted, dropped=dropped)]
        return SourceClip(
            name=line(names[1] if title else names[0] or names[1]),
            paths=tuple(dict.fromkeys(filter(None, map(path_of, sources)))),
            reel=line(next((metadata[key] for key in REEL_KEYS if metadata.get(key)), "")),
            timecode_in=code(start),
            timecode_out=code(None if start is None or length is None else start + length),
            rate=rate,
            sha1=sha1,
            title=line(title),
            note=(one.findtext("note") or "")[:MAX_NOTE] if sha1 else "",
            markers=tuple(map(SourceMarker.of, joined(shown, records))),
        )


def _markers(one: Element, rate: Fraction, *, dropped: bool) -> Iterator[Shown]:
    for marker in one.findall("marker"):
        start, duration = (_seconds(marker.get(name)) for name in ("start", "duration"))
        if start is None or not (code := label_of(round(start * rate), rate, dropped=dropped)):
            continue
        length = round((duration or 0) * rate)
        end = label_of(round(start * rate) + length, rate, dropped=dropped) if length > 1 else ""
        yield Shown(
            code,
            end,
            marker.get("value", ""),
            marker.get("note", ""),
            is_resolved=marker.get("completed") == "1",
            has_end=length > 1,  # a point lasts a frame
        )


def _seconds(text: str | None) -> Fraction | None:
    match = _TIME.fullmatch(text or "")
    if match is None or (match[2] and not int(match[2])):
        return None
    return Fraction(int(match[1]), int(match[2] or 1))
