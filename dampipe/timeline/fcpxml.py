"""FCPXML 1.10, for Final Cut Pro and DaVinci Resolve: every time is an exact fraction, a whole number of frames.

Not written by OpenTimelineIO, whose adapter counts 23.976, 29.97 and 59.94 frames per second as 23, 29 and 59.
"""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from dampipe.media.info import MediaInfo, MediaKind
from dampipe.timeline.clip import Clip
from dampipe.timeline.frames import FrameCounter, Span
from dampipe.timeline.marker_text import MARKER_KEY, NOT_XML, Placed, records_text

VERSION = "1.10"
CONTENT_KEY = "org.dampipe.sha1"
"""Key of the metadata of an asset that holds the SHA-1 of its file, by which the timeline is matched again."""
DEFAULT_SIZE = (1920, 1080)
"""Width and height of a timeline without pictures."""
RATE_NAMES = dict(
    zip(
        (Fraction(n * 1000, 1001) for n in (24, 30, 48, 60)),
        ("23.98", "29.97", "47.95", "59.94"),
        strict=True,
    )
)
"""Names of fractional rates in FCPXML."""


def render(counter: FrameCounter, title: str) -> str:
    """The text of the file.

    The timeline has the most common rate of the clips and starts at 0. Clips of other rates play in real time: their
    start is counted at their own rate, their duration at that of the timeline.
    """
    root = Element("fcpxml", version=VERSION)
    resources = _Resources(SubElement(root, "resources"))
    main = resources.format(counter.rate, common_size(counter.clips))
    event = SubElement(SubElement(root, "library"), "event", name=_xml_text(title))
    sequence = SubElement(SubElement(event, "project", name=_xml_text(title)), "sequence", format=main)
    spine, at = SubElement(sequence, "spine"), 0
    for clip in counter.clips:
        at += _append_clip(spine, at, clip, counter, resources)
    sequence.set("duration", time(at, counter.rate))
    sequence.set("tcStart", "0s")
    sequence.set("tcFormat", _mode(counter.dropped))
    indent(root)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n{tostring(root, encoding="unicode")}\n'
    )


def time(frames: int, rate: Fraction) -> str:
    """The duration of `frames` as FCPXML writes it: an exact fraction of seconds.

    >>> time(48, Fraction(24)), time(7, Fraction(25)), time(100, Fraction(30000, 1001)), time(0, Fraction(60))
    ('2s', '7/25s', '100100/30000s', '0s')
    """
    if (frames / rate).denominator == 1:
        return f"{frames / rate}s"
    return f"{frames * rate.denominator}/{rate.numerator}s"


def _append_clip(spine: Element, at: int, clip: Clip, counter: FrameCounter, resources: "_Resources") -> int:
    """Append the clip at that frame of the timeline; returns its length in frames of the timeline."""
    rate = counter.rate_of(clip.media)
    span = counter.span(clip, rate)
    # Rounded down: no frame of the timeline may be beyond the end of the file.
    length = max(1, int(span.length / rate * counter.rate))
    position = {"offset": time(at, counter.rate), "duration": time(length, counter.rate)}
    start = time(span.first, rate)
    reference = {"ref": resources.asset(clip, span, rate), "name": _xml_text(clip.title or clip.name)}
    kind = clip.media.kind if clip.media is not None else MediaKind.VIDEO
    if kind is MediaKind.STILL:
        element = SubElement(spine, "video", reference | position, start=start)
    elif kind is MediaKind.AUDIO:
        # Sound is attached below a gap in the picture track.
        gap = SubElement(spine, "gap", position, name="Gap", start="0s")
        element = SubElement(
            gap, "asset-clip", reference | position | {"offset": "0s"}, lane="-1", start=start
        )
    else:
        element = SubElement(
            spine,
            "asset-clip",
            reference | position,
            start=start,
            tcFormat=_mode(counter.is_dropped(clip.media)),
        )
    if rate != counter.rate:
        SubElement(element, "conform-rate", scaleEnabled="0", srcFrameRate=RATE_NAMES.get(rate, str(rate)))
    if clip.note and element.tag == "asset-clip":
        note = Element("note")
        note.text = _xml_text(clip.note)
        element.insert(0, note)
    if clip.score is not None:
        marker = {"start": time(span.moment, rate), "duration": time(1, rate)}
        SubElement(element, "marker", marker, value=f"{clip.score:.3f}")
    placed = counter.markers(clip, rate)
    for one in placed:
        _append_marker(element, one, rate)
    resources.add_records(clip, [one.record(_xml_text(one.shown_name())) for one in placed])
    return length


def _append_marker(element: Element, placed: Placed, rate: Fraction) -> None:
    marker = {"start": time(placed.first, rate), "duration": time(max(1, placed.length), rate)}
    marker["value"] = _xml_text(placed.shown_name())
    if placed.marker.name and placed.marker.text:
        marker["note"] = _xml_text(placed.marker.text)
    if placed.marker.is_resolved:
        marker["completed"] = "1"
    SubElement(element, "marker", marker)


class _Resources:
    """Files and formats that clips refer to, without duplicates."""

    def __init__(self, element: Element) -> None:
        self._element = element
        self._formats = dict[tuple[Fraction | None, tuple[int, int]], str]()
        self._assets = dict[str, tuple[Element, int]]()
        self._records = dict[str, list[dict[str, Any]]]()

    def format(self, rate: Fraction | None, size: tuple[int, int]) -> str:
        """The id of a format. rate: None for stills."""
        if (rate, size) not in self._formats:
            format_ = SubElement(self._element, "format", id=self._new_id())
            if rate is None:
                format_.set("name", "FFVideoFormatRateUndefined")
            else:
                format_.set("frameDuration", f"{rate.denominator}/{rate.numerator}s")
            format_.set("width", str(size[0]))
            format_.set("height", str(size[1]))
            self._formats[rate, size] = format_.attrib["id"]
        return self._formats[rate, size]

    def asset(self, clip: Clip, span: Span, rate: Fraction) -> str:
        """The id of the file of a clip."""
        asset, whole = self._assets.get(clip.path, (None, 0))
        if asset is None:
            attributes = self._attributes(clip.media, rate)
            asset = SubElement(
                self._element, "asset", attributes, id=self._new_id(), name=_xml_text(clip.name)
            )
            asset.set("start", time(span.start, rate))
            SubElement(asset, "media-rep", kind="original-media", src=Path(clip.path).as_uri())
            SubElement(SubElement(asset, "metadata"), "md", key=CONTENT_KEY, value=clip.asset)
        # A file of unknown length is as long as its clips require.
        whole = max(whole, span.whole)
        still = clip.media is not None and clip.media.kind is MediaKind.STILL
        asset.set("duration", "0s" if still else time(whole, rate))
        self._assets[clip.path] = asset, whole
        return asset.attrib["id"]

    def add_records(self, clip: Clip, records: Sequence[dict[str, Any]]) -> None:
        """Keep the records of markers of a clip in the metadata of its file."""
        if not records:
            return
        kept = self._records.setdefault(clip.path, [])
        kept += [record for record in records if record not in kept]
        metadata = self._assets[clip.path][0].find("metadata")
        assert metadata is not None
        md = metadata.find(f"md[@key='{MARKER_KEY}']")
        md = SubElement(metadata, "md", key=MARKER_KEY) if md is None else md
        md.set("value", records_text(kept))

    def _attributes(self, media: MediaInfo | None, rate: Fraction) -> dict[str, str]:
        """Attributes that describe the streams of a file."""
        if media is None:
            return {"hasVideo": "1"}
        attributes = dict[str, str]()
        if media.video is not None and media.kind is not MediaKind.AUDIO:
            timed = None if media.kind is MediaKind.STILL else rate
            form = self.format(timed, media.video.display_size)
            attributes |= {"hasVideo": "1", "videoSources": "1", "format": form}
        if media.audio:
            channels = sum(track.channels for track in media.audio)
            attributes |= {
                "hasAudio": "1",
                "audioSources": str(len(media.audio)),
                "audioChannels": str(channels),
            }
            attributes["audioRate"] = str(media.audio[0].sample_rate)
        return attributes

    def _new_id(self) -> str:
        return f"r{len(self._element) + 1}"


def common_size(clips: Sequence[Clip]) -> tuple[int, int]:
    """The most common width and height of videos; without videos, of all pictures."""
    videos = [clip.media for clip in clips if clip.media is not None and clip.media.video is not None]
    moving = [media for media in videos if media.kind is MediaKind.VIDEO] or videos
    sizes = Counter(media.video.display_size for media in moving if media.video is not None)
    return sizes.most_common(1)[0][0] if sizes else DEFAULT_SIZE


def _mode(dropped: bool) -> str:
    return "DF" if dropped else "NDF"


def _xml_text(name: str) -> str:
    return NOT_XML.sub("\ufffd", name)
