"""Cuts as a file for editing programs, by OpenTimelineIO: OTIO, Final Cut Pro 7 XML and EDL; and as a table.

Final Cut Pro X's FCPXML is not among them: its adapter writes wrong frame numbers at 23.976, 29.97 and 59.94.
DaVinci Resolve and Premiere Pro open the older XML, which holds all that a list of cuts needs.
"""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

from dampipe.domain.cuts import Cut
from dampipe.domain.errors import InvalidInput, Unavailable
from dampipe.domain.media import MediaInfo, MediaKind
from dampipe.media.picture import broadcast_rate

USUAL = Fraction(25)
"""Frames per second of a timeline in which no clip has a rate of broadcast."""
RATES = (*map(Fraction, (24, 25, 30, 48, 50, 60)), *(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60)))
"""Rates that have a time code; footage at others is counted in the timeline's."""
COLUMNS = ("path", "name", "asset", "in", "out", "moment", "score", "rate", "timecode in", "timecode out")


class Format(StrEnum):
    """What a file of cuts may be, by its suffix."""

    OTIO = "otio"
    XML = "xml"
    EDL = "edl"
    CSV = "csv"


MEDIA_TYPES = {
    Format.OTIO: "application/vnd.pixar.opentimelineio+json",
    Format.XML: "application/xml",
    Format.EDL: "text/plain",
    Format.CSV: "text/csv",
}
_ADAPTERS = {Format.OTIO: "otio_json", Format.XML: "fcp_xml", Format.EDL: "cmx_3600"}


def format_of(path: Path) -> Format:
    """The format that a file's name asks for. Raises InvalidInput."""
    suffix = path.suffix.lower().lstrip(".")
    if suffix in list(Format):
        return Format(suffix)
    if suffix == "fcpxml":
        raise InvalidInput(
            "FCPXML cannot be written with correct frame numbers",
            hint="Take .xml: DaVinci Resolve and Premiere Pro open it, Final Cut Pro with a converter.",
        )
    raise InvalidInput(f"{path.name} is no timeline", hint="End its name in .otio, .xml, .edl or .csv.")


def render(cuts: Sequence[Cut], form: Format, title: str) -> str:
    """The cuts one after the other as the text of a file.

    In and out points are frames of the source, counted from its start time code. Raises `Unavailable` where
    OpenTimelineIO is not installed.
    """
    try:
        otio = import_module("opentimelineio")
    except ImportError as error:
        raise Unavailable(
            f"timelines cannot be written: {error}", hint="pip install 'dampipe[otio]'"
        ) from error
    rate = _usual_rate(cuts)
    if form is Format.CSV:
        return _table(otio, cuts, rate)
    if form is Format.EDL and not cuts:
        return f"TITLE: {title}\n"  # its writer wants an event
    timeline = otio.schema.Timeline(name=title)
    timeline.global_start_time = otio.opentime.RationalTime(0, float(rate))
    video, audio = (otio.schema.Track(name, kind=kind) for name, kind in (("V1", "Video"), ("A1", "Audio")))
    timeline.tracks.append(video)
    for cut in cuts:
        # An EDL counts everything in one rate.
        clip = _clip(otio, cut, rate, always=form is Format.EDL)
        gap = otio.schema.Gap(source_range=otio.opentime.TimeRange(duration=clip.source_range.duration))
        media = cut.media
        sound = media is not None and bool(media.audio)
        only_sound = media is not None and media.kind is MediaKind.AUDIO
        video.append(gap.clone() if only_sound else clip)
        audio.append(clip.clone() if sound else gap)
    if form is not Format.EDL and any(isinstance(one, otio.schema.Clip) for one in audio):
        timeline.tracks.append(audio)
    options = {"rate": float(rate)} if form is Format.EDL else {}
    text: str = otio.adapters.write_to_string(timeline, _ADAPTERS[form], **options)
    return text


def _usual_rate(cuts: Sequence[Cut]) -> Fraction:
    known = Counter(rate for cut in cuts if (rate := _rate(cut.media)) is not None)
    return known.most_common(1)[0][0] if known else USUAL


def _rate(media: MediaInfo | None) -> Fraction | None:
    """The rate in which a file's frames are counted, if it is one that has a time code."""
    rate = media.video.rate if media and media.video and media.kind is MediaKind.VIDEO else None
    exact = broadcast_rate(rate) or rate
    return exact if exact in RATES else None


def _clip(otio: Any, cut: Cut, usual: Fraction, always: bool) -> Any:
    rate = usual if always else _rate(cut.media) or usual
    first, length, start, whole = _frames(otio, cut, rate)
    time, span = otio.opentime.RationalTime, otio.opentime.TimeRange
    fps = float(rate)
    reference = otio.schema.ExternalReference(
        target_url=Path(cut.path).as_uri(), available_range=span(time(start, fps), time(whole, fps))
    )
    reference.name = cut.name
    clip = otio.schema.Clip(
        name=cut.name, media_reference=reference, source_range=span(time(first, fps), time(length, fps))
    )
    at = min(max(start + _frame(cut.moment, rate), first), first + length - 1)
    clip.markers.append(
        otio.schema.Marker(name=f"{cut.score:.3f}", marked_range=span(time(at, fps), time(1, fps)))
    )
    clip.metadata["dampipe"] = {"asset": cut.asset, "moment": cut.moment, "score": cut.score}
    return clip


def _frames(otio: Any, cut: Cut, rate: Fraction) -> tuple[int, int, int, int]:
    """First frame and length of the cut, first frame and length of the file, with its start time code."""
    media = cut.media
    start = 0
    if media is not None and media.timecode and _rate(media) is not None:
        # Frame numbers of the time code are counted in the file's own rate.
        own = otio.opentime.from_timecode(media.timecode, float(_rate(media) or rate))
        start = round(own.value if _rate(media) == rate else own.to_seconds() * rate)
    first = _frame(cut.start, rate)
    length = max(1, _frame(cut.end, rate) - first)
    whole = _frame(media.duration, rate) if media is not None and media.duration else length
    return start + first, length, start, max(whole, first + length)


def _frame(seconds: float, rate: Fraction) -> int:
    return round(Fraction(seconds).limit_denominator(1_000_000) * rate)


def _table(otio: Any, cuts: Sequence[Cut], usual: Fraction) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for cut in cuts:
        rate = _rate(cut.media) or usual
        first, length, _, _ = _frames(otio, cut, rate)
        codes = [otio.opentime.RationalTime(n, float(rate)).to_timecode() for n in (first, first + length)]
        path = cut.path.encode("utf-8", "backslashreplace").decode()
        rows.writerow(
            [
                *(path, cut.name, cut.asset, f"{cut.start:.3f}", f"{cut.end:.3f}", f"{cut.moment:.3f}"),
                *(f"{cut.score:.4f}", f"{float(rate):.3f}", *codes),
            ]
        )
    return text.getvalue()
