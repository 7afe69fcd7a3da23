"""Metadata of stills: make and model from EXIF; the recording time from EXIF, XMP and IPTC."""

import warnings as warnings_module
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from PIL import ExifTags, Image, IptcImagePlugin

from dampipe.media.probe import xmp
from dampipe.media.probe.container_metadata import camera_name
from dampipe.media.probe.recording_time import Candidate, first_plausible

_XMP_TAG = 700
"""Of TIFF."""
_IPTC_DATE, _IPTC_TIME = (2, 55), (2, 60)
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "AVIF", "HEIF")
"""Those that contain XMP."""


def camera(exif: Any) -> str | None:
    """Make and model, if EXIF (as read by Pillow) contains them."""
    return camera_name(_text(exif.get(ExifTags.Base.Make)), _text(exif.get(ExifTags.Base.Model)))


def created(path: str, exif: Any, warnings: list[str]) -> datetime | None:
    """The recording time, with decimals of the second and a time zone if the file has them.

    From EXIF (None if the file has none), XMP, IPTC and the sidecar of the file. EXIF's DateTime is that of the last
    change, so it is used only where the others contain nothing plausible. Appends warnings for dates that are not valid.
    Raises nothing.
    """
    return first_plausible(_candidates(path, exif), warnings)


def _candidates(path: str, exif: Any) -> Iterator[Candidate]:
    """In order of preference; XMP and IPTC are read only if EXIF does not suffice."""
    details, tags = _details(exif), ExifTags.Base
    taken = (tags.DateTimeOriginal, tags.SubsecTimeOriginal, tags.OffsetTimeOriginal)
    digitized = (tags.DateTimeDigitized, tags.SubsecTimeDigitized, tags.OffsetTimeDigitized)
    yield from _candidate(details, details, *taken)
    yield from _candidate(details, details, *digitized)
    yield from _embedded(path, exif)
    yield from _candidate(details, exif, tags.DateTime, tags.SubsecTime, tags.OffsetTime)
    yield from xmp.sidecar(path).dates


def _candidate(details: Any, values: Any, time: Any, fraction: Any, offset: Any) -> Iterator[Candidate]:
    text = _value(values, time)
    if text:
        yield Candidate(time.name, text, _value(details, offset), _value(details, fraction))


def _embedded(path: str, exif: Any) -> list[Candidate]:
    """The dates of XMP, and that of IPTC."""
    packet, iptc = _get(exif, _XMP_TAG), None
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
    dates = xmp.parse(packet).dates if isinstance(packet, bytes) else ()
    return [*dates, *([iptc] if iptc is not None else [])]


def _iptc(picture: Any) -> Candidate | None:
    """The date and time of creation of an open JPEG or TIFF, "20240506" and "070809+0200" in IPTC-IIM."""
    try:
        fields: Any = IptcImagePlugin.getiptcinfo(picture) or {}
        date, time = (
            fields[key].decode("ascii") if key in fields else "" for key in (_IPTC_DATE, _IPTC_TIME)
        )
    except Exception:  # Pillow raises many kinds for a damaged block
        return None
    if len(date) != 8:
        return None
    text = f"{date[:4]}-{date[4:6]}-{date[6:]}"
    if len(time) >= 6:
        text += f" {time[:2]}:{time[2:4]}:{time[4:6]}"
    return Candidate("IPTC DateCreated", text, time[6:])


def _details(exif: Any) -> Any:
    if exif is None:
        return {}
    try:
        return exif.get_ifd(ExifTags.IFD.Exif)
    except Exception:  # Pillow raises many kinds for a damaged directory
        return {}


def _value(values: Any, tag: int) -> str:
    return _text(_get(values, tag)) or ""


def _get(values: Any, tag: int) -> Any:
    try:
        return values.get(tag)
    except Exception:  # Pillow decodes a value when it is read
        return None


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return str(value).replace("\x00", " ").strip() or None if value is not None else None
