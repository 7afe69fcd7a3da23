"""Formats written by OpenTimelineIO: its own and Final Cut Pro 7 XML."""

from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from dampipe.media.info import MediaKind
from dampipe.media.timecode import label
from dampipe.timeline.clip import Clip
from dampipe.timeline.fcpxml import NOT_XML
from dampipe.timeline.frames import FrameCounter

CONTENT_COMMENT = "dampipe-sha1:"
_ADAPTERS = {"otio": "otio_json", "xml": "fcp_xml"}


def render(otio: Any, counter: FrameCounter, title: str, form: str) -> str:
    """The text of the file; `form` is "otio" or "xml"."""
    timeline = otio.schema.Timeline(name=_text(title))
    timeline.global_start_time = otio.opentime.RationalTime(0, float(counter.rate))
    video, audio = (otio.schema.Track(name, kind=kind) for name, kind in (("V1", "Video"), ("A1", "Audio")))
    timeline.tracks.append(video)
    for clip in counter.clips:
        placed = _otio_clip(otio, clip, counter, counter.rate_of(clip.media))
        gap = otio.schema.Gap(source_range=otio.opentime.TimeRange(duration=placed.source_range.duration))
        media = clip.media
        sound = media is not None and bool(media.audio)
        only_sound = media is not None and media.kind is MediaKind.AUDIO
        video.append(gap.clone() if only_sound else placed)
        audio.append(placed.clone() if sound else gap)
    if any(isinstance(item, otio.schema.Clip) for item in audio):
        timeline.tracks.append(audio)
    text: str = otio.adapters.write_to_string(timeline, _ADAPTERS[form])
    return _with_modes(text, counter) if form == "xml" else text


def _otio_clip(otio: Any, clip: Clip, counter: FrameCounter, rate: Fraction) -> Any:
    span = counter.span(clip, rate)
    fps = float(rate)

    def time_range(first: int, length: int) -> Any:
        time = otio.opentime.RationalTime
        return otio.opentime.TimeRange(time(first, fps), time(length, fps))

    reference = otio.schema.ExternalReference(
        target_url=Path(clip.path).as_uri(), available_range=time_range(span.start, span.whole)
    )
    reference.name = _text(clip.name)
    otio_clip = otio.schema.Clip(
        name=_text(clip.name), media_reference=reference, source_range=time_range(span.first, span.length)
    )
    otio_clip.markers.append(
        otio.schema.Marker(name=f"{clip.score:.3f}", marked_range=time_range(span.moment, 1))
    )
    first, last, _ = counter.codes(clip, rate)
    otio_clip.metadata["dampipe"] = {
        "asset": clip.asset,
        "moment": clip.moment,
        "score": clip.score,
        # A time of OpenTimelineIO does not say whether its code is drop-frame.
        "timecode_in": str(first),
        "timecode_out": str(last),
    }
    return otio_clip


def _with_modes(text: str, counter: FrameCounter) -> str:
    """Final Cut Pro 7 XML with the mode of each time code: the adapter writes all of them as non-drop-frame."""
    root = ElementTree.fromstring(text)
    dropped = {Path(clip.path).as_uri(): counter.is_dropped(clip.media) for clip in counter.clips}
    for element in root.iter():
        code = element.find("timecode")
        if code is None:
            continue
        mode = (
            counter.dropped
            if element.tag == "sequence"
            else dropped.get(element.findtext("pathurl", ""), False)
        )
        number, base = int(code.findtext("frame", "0")), int(code.findtext("rate/timebase", "25"))
        for tag, value in (
            ("string", str(label(number, base, dropped=mode))),
            ("displayformat", "DF" if mode else "NDF"),
        ):
            found = code.find(tag)
            if found is not None:
                found.text = value
    _add_contents(root, counter)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n{body}\n'


def _add_contents(root: ElementTree.Element, counter: FrameCounter) -> None:
    """Give each clip a comment with the SHA-1 of its file, by which the timeline is matched again."""
    contents = {Path(clip.path).as_uri(): clip.asset for clip in counter.clips}
    # A file is described where it is used first, and referred to by its id elsewhere.
    addresses = {file.get("id", ""): file.findtext("pathurl", "") for file in root.iter("file") if len(file)}
    for item in root.iter("clipitem"):
        file = item.find("file")
        content = contents.get(addresses.get(file.get("id", ""), "")) if file is not None else None
        if content is not None:
            comments = ElementTree.SubElement(item, "comments")
            ElementTree.SubElement(comments, "mastercomment4").text = f"{CONTENT_COMMENT}{content}"


def _text(name: str) -> str:
    return NOT_XML.sub("\ufffd", name)
