"""FCPXML 1.10, for Final Cut Pro and DaVinci Resolve: every time is a whole number of frames, as an exact fraction.

Written here, for OpenTimelineIO's adapter counts 23.976, 29.97 and 59.94 frames a second as 23, 29 and 59.
"""

import re
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from dampipe.media.info import MediaInfo, MediaKind
from dampipe.timeline.clip import Clip
from dampipe.timeline.frames import Count, Span, own_rate

VERSION = "1.10"
SIZE = (1920, 1080)
"""Of a timeline in which no clip has a picture."""
NAMES = dict(
    zip(
        (Fraction(n * 1000, 1001) for n in (24, 30, 48, 60)),
        ("23.98", "29.97", "47.95", "59.94"),
        strict=True,
    )
)
"""What FCPXML calls the rates that are no whole number."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold, and the name of a file may."""


def render(cuts: Sequence[Clip], count: Count, title: str) -> str:
    """The text of the file.

    The timeline has the rate of most clips and starts at 0. Clips of other rates play in real time: where they
    start is counted in their own rate, how long they stand in the timeline's.
    """
    root = Element("fcpxml", version=VERSION)
    resources = _Resources(SubElement(root, "resources"), count)
    main = resources.format(count.rate, _usual_size(cuts))
    event = SubElement(SubElement(root, "library"), "event", name=_plain(title))
    sequence = SubElement(SubElement(event, "project", name=_plain(title)), "sequence", format=main)
    spine, at = SubElement(sequence, "spine"), 0
    for cut in cuts:
        at += _place(spine, at, cut, count, resources)
    dropped = {_code(cut.media) for cut in cuts if own_rate(cut.media) == count.rate and _coded(cut.media)}
    sequence.set("duration", time(at, count.rate))
    sequence.set("tcStart", "0s")
    sequence.set("tcFormat", "DF" if dropped == {"DF"} else "NDF")
    indent(root)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n{tostring(root, encoding="unicode")}\n'
    )


def time(frames: int, rate: Fraction) -> str:
    """So many frames as seconds, exactly.

    >>> time(48, Fraction(24)), time(7, Fraction(25)), time(100, Fraction(30000, 1001)), time(0, Fraction(60))
    ('2s', '7/25s', '100100/30000s', '0s')
    """
    if (frames / rate).denominator == 1:
        return f"{frames / rate}s"
    return f"{frames * rate.denominator}/{rate.numerator}s"


def _place(spine: Element, at: int, cut: Clip, count: Count, resources: "_Resources") -> int:
    """Append the cut at that frame of the timeline; returns how many frames it takes there."""
    rate = count.rate_of(cut.media)
    span = count.span(cut, rate)
    # Rounded down: no frame of the timeline may lie behind the file's end.
    length = max(1, int(span.length / rate * count.rate))
    placed = {"offset": time(at, count.rate), "duration": time(length, count.rate)}
    start = time(span.first, rate)
    what = {"ref": resources.asset(cut, span, rate), "name": _plain(cut.name)}
    kind = cut.media.kind if cut.media is not None else MediaKind.VIDEO
    if kind is MediaKind.STILL:
        clip = SubElement(spine, "video", what | placed, start=start)
    elif kind is MediaKind.AUDIO:
        # Sound hangs below the pictures, on a gap among them.
        gap = SubElement(spine, "gap", placed, name="Gap", start="0s")
        clip = SubElement(gap, "asset-clip", what | placed | {"offset": "0s"}, lane="-1", start=start)
    else:
        clip = SubElement(spine, "asset-clip", what | placed, start=start, tcFormat=_code(cut.media))
    if rate != count.rate:
        SubElement(clip, "conform-rate", scaleEnabled="0", srcFrameRate=NAMES.get(rate, str(rate)))
    marked = {"start": time(span.moment, rate), "duration": time(1, rate)}
    SubElement(clip, "marker", marked, value=f"{cut.score:.3f}")
    return length


class _Resources:
    """Files and formats that clips refer to, each once."""

    def __init__(self, element: Element, count: Count) -> None:
        self._element = element
        self._count = count
        self._formats = dict[tuple[Fraction | None, tuple[int, int]], str]()
        self._assets = dict[str, tuple[Element, int]]()

    def format(self, rate: Fraction | None, size: tuple[int, int]) -> str:
        """The id of that format; without a rate it is a still's."""
        if (rate, size) not in self._formats:
            one = SubElement(self._element, "format", id=self._new_id())
            if rate is None:
                one.set("name", "FFVideoFormatRateUndefined")
            else:
                one.set("frameDuration", f"{rate.denominator}/{rate.numerator}s")
            one.set("width", str(size[0]))
            one.set("height", str(size[1]))
            self._formats[rate, size] = one.attrib["id"]
        return self._formats[rate, size]

    def asset(self, cut: Clip, span: Span, rate: Fraction) -> str:
        """The id of the cut's file."""
        one, whole = self._assets.get(cut.path, (None, 0))
        if one is None:
            about = self._about(cut.media, rate)
            one = SubElement(self._element, "asset", about, id=self._new_id(), name=_plain(cut.name))
            one.set("start", time(span.start, rate))
            SubElement(one, "media-rep", kind="original-media", src=Path(cut.path).as_uri())
        # Where nobody knows its length, it is as long as its cuts need.
        whole = max(whole, span.whole)
        still = cut.media is not None and cut.media.kind is MediaKind.STILL
        one.set("duration", "0s" if still else time(whole, rate))
        self._assets[cut.path] = one, whole
        return one.attrib["id"]

    def _about(self, media: MediaInfo | None, rate: Fraction) -> dict[str, str]:
        """What is in the file."""
        if media is None:
            return {"hasVideo": "1"}
        about = dict[str, str]()
        if media.video is not None and media.kind is not MediaKind.AUDIO:
            timed = None if media.kind is MediaKind.STILL else rate
            form = self.format(timed, media.video.display_size)
            about |= {"hasVideo": "1", "videoSources": "1", "format": form}
        if media.audio:
            channels = sum(track.channels for track in media.audio)
            about |= {"hasAudio": "1", "audioSources": str(len(media.audio)), "audioChannels": str(channels)}
            about["audioRate"] = str(media.audio[0].sample_rate)
        return about

    def _new_id(self) -> str:
        return f"r{len(self._element) + 1}"


def _usual_size(cuts: Sequence[Clip]) -> tuple[int, int]:
    """Width and height of most pictures that move, else of most pictures."""
    videos = [cut.media for cut in cuts if cut.media is not None and cut.media.video is not None]
    moving = [media for media in videos if media.kind is MediaKind.VIDEO] or videos
    sizes = Counter(media.video.display_size for media in moving if media.video is not None)
    return sizes.most_common(1)[0][0] if sizes else SIZE


def _coded(media: MediaInfo | None) -> bool:
    return media is not None and media.timecode is not None


def _code(media: MediaInfo | None) -> str:
    """Whether its time code drops numbers."""
    return "DF" if media is not None and media.timecode is not None and ";" in media.timecode else "NDF"


def _plain(name: str) -> str:
    return _NOT_XML.sub("\ufffd", name)
