"""Final Cut Pro 7 XML, for Premiere Pro, DaVinci Resolve and others.

Frames of a clip are counted from the start of its file; the time code of the file says which label the first one has.
Sequences and clips state their rate as a whole number of frames per second, and whether it is 1000/1001 of that.
"""

from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from dampipe.media.info import MediaInfo, MediaKind
from dampipe.media.timecode import base_of, label
from dampipe.timeline.clip import Clip
from dampipe.timeline.fcpxml import common_size
from dampipe.timeline.frames import FrameCounter, Span
from dampipe.timeline.marker_text import NOT_XML, Placed, records_text

VERSION = "5"
CONTENT_COMMENT = "dampipe-sha1:"
"""How the comment of a clip begins that holds the SHA-1 of its file, by which the timeline is matched again."""
MARKER_COMMENT = "dampipe-markers:"
"""How the comment begins that holds the records of the markers."""
_POINT = "-1"
"""The out point of a marker without a length."""
_RGB = {
    "red": (230, 40, 40),
    "orange": (240, 140, 30),
    "yellow": (240, 220, 40),
    "green": (60, 180, 60),
    "cyan": (40, 200, 220),
    "blue": (50, 90, 230),
    "purple": (130, 60, 190),
    "magenta": (220, 50, 190),
    "pink": (240, 150, 190),
    "white": (255, 255, 255),
    "black": (0, 0, 0),
}


def render(counter: FrameCounter, title: str) -> str:
    """The text of the file: a sequence at the most common rate of the clips that starts at 0."""
    root = Element("xmeml", version=VERSION)
    sequence = SubElement(root, "sequence", id="sequence-1")
    _text(sequence, "name", title)
    duration = SubElement(sequence, "duration")
    _append_rate(sequence, counter.rate)
    _append_timecode(sequence, 0, counter.rate, dropped=counter.dropped)
    media = SubElement(sequence, "media")
    video, audio = SubElement(media, "video"), SubElement(media, "audio")
    characteristics = SubElement(SubElement(video, "format"), "samplecharacteristics")
    _append_rate(characteristics, counter.rate)
    for name, size in zip(("width", "height"), common_size(counter.clips), strict=True):
        _text(characteristics, name, size)
    items = _Items(counter, SubElement(video, "track"), SubElement(audio, "track"))
    for clip in counter.clips:
        items.append(clip)
    duration.text = str(items.length)
    if not len(audio[0]):
        media.remove(audio)
    indent(root)
    body = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n{body}\n'


class _Items:
    """The clips of one sequence."""

    def __init__(self, counter: FrameCounter, video: Element, audio: Element) -> None:
        self._counter = counter
        self._tracks = {"video": video, "audio": audio}
        self._files: dict[str, str] = {}
        self._count = 0
        self.length = 0
        """Frames of the sequence."""

    def append(self, clip: Clip) -> None:
        """Append a clip to the tracks of its streams."""
        kind = clip.media.kind if clip.media is not None else MediaKind.VIDEO
        rate = self._counter.rate_of(clip.media)
        span = self._counter.span(clip, rate)
        # Rounded down: no frame of the sequence may be beyond the end of the file.
        length = max(1, int(span.length / rate * self._counter.rate))
        has_sound = clip.media is not None and bool(clip.media.audio)
        streams = ["video"] if kind is not MediaKind.AUDIO else []
        streams += ["audio"] if kind is MediaKind.AUDIO or (has_sound and kind is MediaKind.VIDEO) else []
        made = []
        for stream in streams:
            self._count += 1
            item = SubElement(self._tracks[stream], "clipitem", id=f"clipitem-{self._count}")
            self._fill(item, clip, rate, span, length)
            made.append((item, stream))
        if len(made) > 1:  # picture and sound are moved and cut together
            for item, _ in made:
                for other, stream in made:
                    link = SubElement(item, "link")
                    _text(link, "linkclipref", other.get("id", ""))
                    _text(link, "mediatype", stream)
                    _text(link, "trackindex", 1)
                    _text(link, "clipindex", len(self._tracks[stream]))
        self.length += length

    def _fill(self, item: Element, clip: Clip, rate: Fraction, span: Span, length: int) -> None:
        _text(item, "name", clip.title or clip.name)
        _text(item, "enabled", "TRUE")
        _text(item, "duration", span.whole)
        _append_rate(item, rate)
        _text(item, "start", self.length)
        _text(item, "end", self.length + length)
        _text(item, "in", span.first - span.start)
        _text(item, "out", span.first - span.start + span.length)
        self._append_file(item, clip, rate, span)
        if clip.score is not None:
            at = span.moment - span.start
            _append_marker(item, f"{clip.score:.3f}", "", at, at + 1)
        placed = self._counter.markers(clip, rate)
        for one in placed:
            begin = one.first - span.start
            note = one.marker.text if one.marker.name else ""
            out = begin + one.length if one.length else None
            _append_marker(item, one.shown_name(), note, begin, out, one)
        comments = SubElement(item, "comments")
        if clip.note:
            _text(comments, "mastercomment1", clip.note)
        if placed:
            records = [one.record(_xml(one.shown_name())) for one in placed]
            _text(comments, "mastercomment3", f"{MARKER_COMMENT}{records_text(records)}")
        _text(comments, "mastercomment4", f"{CONTENT_COMMENT}{clip.asset}")

    def _append_file(self, item: Element, clip: Clip, rate: Fraction, span: Span) -> None:
        """The file of a clip: described where it is used first, referred to by its id elsewhere."""
        known = self._files.get(clip.path)
        if known is not None:
            SubElement(item, "file", id=known)
            return
        name = self._files[clip.path] = f"file-{len(self._files) + 1}"
        file = SubElement(item, "file", id=name)
        _text(file, "name", clip.name)
        _text(file, "pathurl", Path(clip.path).as_uri())
        _append_rate(file, rate)
        _text(file, "duration", span.whole)
        _append_timecode(file, span.start, rate, dropped=self._counter.is_dropped(clip.media))
        _append_streams(SubElement(file, "media"), clip.media)


def _append_streams(media: Element, info: MediaInfo | None) -> None:
    if info is None or info.kind is not MediaKind.AUDIO:
        video = SubElement(media, "video")
        if info is not None and info.video is not None:
            characteristics = SubElement(video, "samplecharacteristics")
            for name, size in zip(("width", "height"), info.video.display_size, strict=True):
                _text(characteristics, name, size)
    for track in info.audio if info is not None else ():
        audio = SubElement(media, "audio")
        characteristics = SubElement(audio, "samplecharacteristics")
        _text(characteristics, "samplerate", track.sample_rate)
        _text(audio, "channelcount", track.channels)


def _append_marker(
    item: Element, name: str, note: str, first: int, out: int | None, placed: Placed | None = None
) -> None:
    marker = SubElement(item, "marker")
    _text(marker, "comment", note)
    _text(marker, "name", name)
    _text(marker, "in", first)
    _text(marker, "out", _POINT if out is None else out)
    if placed is not None and placed.marker.color:
        color = SubElement(marker, "color")
        _text(color, "alpha", 0)
        for part, value in zip(("red", "green", "blue"), _RGB[placed.color], strict=True):
            _text(color, part, value)


def _append_rate(parent: Element, rate: Fraction) -> None:
    element = SubElement(parent, "rate")
    _text(element, "timebase", base_of(rate))
    _text(element, "ntsc", "TRUE" if rate.denominator == 1001 else "FALSE")


def _append_timecode(parent: Element, frame: int, rate: Fraction, *, dropped: bool) -> None:
    code = SubElement(parent, "timecode")
    _append_rate(code, rate)
    _text(code, "string", str(label(frame, base_of(rate), dropped=dropped)))
    _text(code, "frame", frame)
    _text(code, "displayformat", "DF" if dropped else "NDF")


def _text(parent: Element, tag: str, value: str | int) -> None:
    SubElement(parent, tag).text = _xml(str(value))


def _xml(text: str) -> str:
    return NOT_XML.sub("\ufffd", text)


def color_of(red: int, green: int, blue: int) -> str:
    """The colour of markers that is nearest."""
    return min(
        _RGB, key=lambda name: sum((a - b) ** 2 for a, b in zip(_RGB[name], (red, green, blue), strict=True))
    )
