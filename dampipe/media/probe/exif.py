"""Metadata of stills: make and model from EXIF; the recording time from EXIF, XMP and IPTC."""

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


def camera(exif: Any) -> str | None:
    """Make and model, if EXIF (as read by Pillow) contains them."""
    return camera_name(_text(exif.get(ExifTags.Base.Make)), _text(exif.get(ExifTags.Base.Model)))


def created(exif: Any, packet: xmp.Xmp, iptc: Candidate | None, warnings: list[str]) -> datetime | None:
    """The recording time, with decimals of the second and a time zone if the file has them.

    EXIF's DateTime is that of the last change, so it is used only where nothing else is plausible. packet, iptc: of
    `read_xmp` and `read_iptc`. Appends warnings for dates that are not valid. Raises nothing.
    """
    return first_plausible(_candidates(exif, packet, iptc), warnings)


def _candidates(exif: Any, packet: xmp.Xmp, iptc: Candidate | None) -> Iterator[Candidate]:
    details = _details(exif)
    tags = ExifTags.Base
    taken = (details, tags.DateTimeOriginal, tags.SubsecTimeOriginal, tags.OffsetTimeOriginal)
    digitized = (details, tags.DateTimeDigitized, tags.SubsecTimeDigitized, tags.OffsetTimeDigitized)
    yield from _candidate(details, *taken)
    yield from _candidate(details, *digitized)
    yield from packet.dates
    if iptc is not None:
        yield iptc
    yield from _candidate(details, exif, tags.DateTime, tags.SubsecTime, tags.OffsetTime)


def _candidate(details: Any, values: Any, time: Any, fraction: Any, offset: Any) -> Iterator[Candidate]:
    text = _value(values, time)
    if text:
        yield Candidate(time.name, text, _value(details, offset), _value(details, fraction))


def read_xmp(picture: Image.Image, exif: Any) -> xmp.Xmp:
    """The XMP packet of an open picture. Raises nothing."""
    info = picture.info
    for value in (info.get("xmp"), info.get("XML:com.adobe.xmp"), _get(exif, _XMP_TAG)):
        if isinstance(value, str):
            value = value.encode("utf-8", "replace")
        if isinstance(value, bytes) and value:
            return xmp.parse(value)
    return xmp.NOTHING


def read_iptc(picture: Image.Image) -> Candidate | None:
    """The date and time of creation in IPTC-IIM, "20240506" and "070809+0200", of an open still. Raises nothing."""
    try:
        opened: Any = picture
        fields: Any = IptcImagePlugin.getiptcinfo(opened) or {}
        date, time = (
            fields[key].decode("ascii") if key in fields else "" for key in (_IPTC_DATE, _IPTC_TIME)
        )
    except Exception:  # a damaged block must not lose the picture
        return None
    if len(date) != 8:
        return None
    text = f"{date[:4]}-{date[4:6]}-{date[6:]}"
    if len(time) >= 6:
        text += f" {time[:2]}:{time[2:4]}:{time[4:6]}"
    return Candidate("IPTC DateCreated", text, time[6:])


def _details(exif: Any) -> Any:
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
