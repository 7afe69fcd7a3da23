"""Metadata of stills: camera, exposure, place, texts and the recording time, from EXIF, XMP and IPTC."""

import warnings as warnings_module
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from PIL import ExifTags, Image, IptcImagePlugin

from dampipe.media.probe import xmp
from dampipe.media.probe.exif_facts import (
    camera_facts,
    described_by_exif,
    described_by_iptc,
    directory,
    text_of,
    value_of,
)
from dampipe.media.probe.findings import Findings, number_of
from dampipe.media.probe.recording_time import Candidate, DateSource, Recorded, best_plausible, in_name

_XMP_TAG = 700
"""Of TIFF."""
_IPTC_DATE, _IPTC_TIME = (2, 55), (2, 60)
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "AVIF", "HEIF")
"""Those that contain XMP."""


class StillFacts(NamedTuple):
    """What the metadata of a still say."""

    recorded: Recorded | None
    found: Findings


def read(path: str, exif: Any, warnings: list[str]) -> StillFacts:
    """Read EXIF (None if the file has none), and XMP and IPTC from the file; of what several say, EXIF counts for the
    camera, and XMP before IPTC and EXIF for texts.

    The recording time has decimals of the second and a time zone if the file has them. EXIF's DateTime is that of the
    last change, so it is used only where the others contain nothing plausible; the sidecar of the file is the last.
    Appends warnings for dates that are not valid. Raises nothing.
    """
    embedded, found = _embedded(path, exif), Findings()
    properties = xmp.properties(embedded.packet) if embedded.packet else {}
    camera_facts({} if exif is None else exif, found)
    described_by_xmp(properties, found)
    described_by_iptc(embedded.iptc, found)
    described_by_exif({} if exif is None else exif, found)
    candidates = [*_candidates(path, exif, embedded), *found.dates, *in_name(path)]
    return StillFacts(best_plausible(candidates, warnings), found)


def described_by_xmp(properties: Mapping[str, tuple[str, ...]], found: Findings) -> None:
    """The texts of XMP, and the lens and the camera's number where only XMP has them."""
    found.say_all(properties.items())
    found.say("Iptc4xmpExt:PersonInImage", *properties.get("mwg-rs:Name", ()))
    for key, names in (
        ("make", ("tiff:Make",)),
        ("model", ("tiff:Model",)),
        ("lens", ("exifEX:LensModel", "aux:Lens")),
        ("serial", ("exifEX:BodySerialNumber", "aux:SerialNumber")),
    ):
        found.name(key, next((properties[name][0] for name in names if name in properties), None))
    for key, name in (
        ("iso", "exif:ISOSpeedRatings"),
        ("exposure_time", "exif:ExposureTime"),
        ("aperture", "exif:FNumber"),
        ("focal_length", "exif:FocalLength"),
    ):
        found.number(key, number_of(properties.get(name, ("",))[0]))


class _Embedded(NamedTuple):
    packet: bytes | None = None
    """XMP."""
    iptc: Mapping[tuple[int, int], Any] = {}


def _candidates(path: str, exif: Any, embedded: _Embedded) -> Iterator[Candidate]:
    details, tags = directory(exif, ExifTags.IFD.Exif), ExifTags.Base
    taken = (tags.DateTimeOriginal, tags.SubsecTimeOriginal, tags.OffsetTimeOriginal)
    digitized = (tags.DateTimeDigitized, tags.SubsecTimeDigitized, tags.OffsetTimeDigitized)
    changed = (tags.DateTime, tags.SubsecTime, tags.OffsetTime)
    yield from _candidate(details, details, *taken, DateSource.ORIGINAL)
    yield from _candidate(details, details, *digitized, DateSource.DIGITIZED)
    yield from _candidate(details, exif, *changed, DateSource.CHANGED)
    if embedded.packet:
        yield from xmp.parse(embedded.packet).dates
    yield from _iptc_date(embedded.iptc)
    yield from xmp.sidecar(path).dates


def _candidate(
    details: Any, values: Any, time: Any, fraction: Any, offset: Any, source: DateSource
) -> Iterator[Candidate]:
    text = _text(values, time)
    if text:
        yield Candidate(time.name, text, _text(details, offset), _text(details, fraction), source=source)


def _embedded(path: str, exif: Any) -> _Embedded:
    packet: Any = value_of(exif, _XMP_TAG)
    iptc: Mapping[tuple[int, int], Any] = {}
    try:
        with warnings_module.catch_warnings():
            warnings_module.simplefilter("ignore")
            with Image.open(path, formats=_FORMATS) as picture:  # reads the header only
                packet = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or packet
                iptc = _iptc(picture)
    except Exception:  # a file that another reader opens, such as camera raw, or a damaged header
        pass
    if isinstance(packet, str):
        packet = packet.encode("utf-8", "replace")
    return _Embedded(packet if isinstance(packet, bytes) else None, iptc)


def _iptc(picture: Any) -> Mapping[tuple[int, int], Any]:
    """The records of IPTC-IIM of an open JPEG or TIFF."""
    try:
        records: Any = IptcImagePlugin.getiptcinfo(picture) or {}
    except Exception:  # Pillow raises many kinds for a damaged block
        return {}
    return dict(records)


def _iptc_date(records: Mapping[tuple[int, int], Any]) -> Iterator[Candidate]:
    """The date and time of creation, "20240506" and "070809+0200"."""
    date, time = (
        value.decode("ascii", "replace") if isinstance(value := records.get(key, b""), bytes) else ""
        for key in (_IPTC_DATE, _IPTC_TIME)
    )
    if len(date) != 8:
        return
    text = f"{date[:4]}-{date[4:6]}-{date[6:]}"
    if len(time) >= 6:
        text += f" {time[:2]}:{time[2:4]}:{time[4:6]}"
    yield Candidate("IPTC DateCreated", text, time[6:], source=DateSource.IPTC)


def _text(values: Any, tag: int) -> str:
    return text_of(value_of(values, tag)) or ""
