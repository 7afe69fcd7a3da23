"""What EXIF and IPTC-IIM say about camera, exposure, place and contents of a still."""

import math
from collections.abc import Mapping
from typing import Any

from PIL import ExifTags

from dampipe.media.probe.findings import Findings
from dampipe.media.probe.recording_time import Candidate, DateSource

_TAGS = ExifTags.Base
_NO_ISO = 65535
"""In the oldest tag: the sensitivity is larger, and stands in another one."""
_ISO = (
    _TAGS.ISOSpeedRatings,
    _TAGS.RecommendedExposureIndex,
    _TAGS.ISOSpeed,
    _TAGS.StandardOutputSensitivity,
)
_RATING, _XP_TITLE, _XP_COMMENT, _XP_AUTHOR, _XP_KEYWORDS = 0x4746, 0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E
_SIMPLE_IPTC = {
    (2, 5): "dc:title",
    (2, 25): "dc:subject",
    (2, 80): "dc:creator",
    (2, 90): "photoshop:City",
    (2, 92): "Iptc4xmpCore:Location",
    (2, 95): "photoshop:State",
    (2, 101): "photoshop:Country",
    (2, 110): "photoshop:Credit",
    (2, 116): "dc:rights",
    (2, 120): "dc:description",
}
_CHARACTER_SET, _UTF_8 = (1, 90), b"\x1b%G"


def camera_facts(exif: Any, found: Findings) -> None:
    """Camera, exposure and place. exif: as read by Pillow, with its directories; {}: none."""
    details, place = directory(exif, ExifTags.IFD.Exif), directory(exif, ExifTags.IFD.GPSInfo)
    found.name("make", text_of(value_of(exif, _TAGS.Make)))
    found.name("model", text_of(value_of(exif, _TAGS.Model)))
    found.name("serial", text_of(value_of(details, _TAGS.BodySerialNumber)))
    found.name(
        "lens",
        text_of(value_of(details, _TAGS.LensModel)) or _lens(value_of(details, _TAGS.LensSpecification)),
    )
    for tag in _ISO:
        number = number_in(value_of(details, tag))
        if number != _NO_ISO:
            found.number("iso", number)
    found.number("exposure_time", number_in(value_of(details, _TAGS.ExposureTime)))
    found.number("exposure_time", _power(value_of(details, _TAGS.ShutterSpeedValue), -1.0))
    found.number("aperture", number_in(value_of(details, _TAGS.FNumber)))
    found.number("aperture", _power(value_of(details, _TAGS.ApertureValue), 0.5))
    found.number("focal_length", number_in(value_of(details, _TAGS.FocalLength)))
    _place(place, found)


def described_by_exif(exif: Any, found: Findings) -> None:
    """The texts of EXIF, and those that Windows adds to them."""
    found.say("dc:title", _wide(value_of(exif, _XP_TITLE)))
    found.say(
        "dc:description",
        text_of(value_of(exif, _TAGS.ImageDescription)),
    )
    found.say("dc:description", _wide(value_of(exif, _XP_COMMENT)))
    found.say("dc:creator", *(text_of(value_of(exif, _TAGS.Artist)) or "").split(";"))
    found.say("dc:creator", *_wide(value_of(exif, _XP_AUTHOR)).split(";"))
    found.say("dc:subject", *_wide(value_of(exif, _XP_KEYWORDS)).split(";"))
    found.say("dc:rights", text_of(value_of(exif, _TAGS.Copyright)))
    stars = number_in(value_of(exif, _RATING))
    found.say("xmp:Rating", None if stars is None else str(stars))


def described_by_iptc(records: Mapping[tuple[int, int], Any], found: Findings) -> None:
    """The texts of IPTC-IIM. records: as read by Pillow, bytes or a list of bytes by record and data set."""
    is_utf8 = records.get(_CHARACTER_SET) == _UTF_8
    for key, name in _SIMPLE_IPTC.items():
        values = records.get(key, ())
        values = values if isinstance(values, list) else [values]
        found.say(name, *(_decoded(value, is_utf8) for value in values if isinstance(value, bytes)))


def directory(exif: Any, kind: int) -> Any:
    """A directory of EXIF; {} if it is damaged or missing."""
    if exif is None:
        return {}
    try:
        return exif.get_ifd(kind)
    except Exception:  # Pillow raises many kinds for a damaged directory
        return {}


def value_of(values: Any, tag: int) -> Any:
    """The value of a tag; None if it is damaged or missing."""
    try:
        return values.get(tag)
    except Exception:  # Pillow decodes a value when it is read
        return None


def text_of(value: Any) -> str | None:
    """A value as text."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return str(value).replace("\x00", " ").strip() or None if value is not None else None


def number_in(value: Any) -> float | None:
    """A value as a finite number, of several the first."""
    if isinstance(value, (tuple, list)):
        value = value[0] if value else None
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _power(value: Any, factor: float) -> float | None:
    """Of a value of APEX."""
    exponent = number_in(value)
    return None if exponent is None or abs(exponent) > 60 else float(2.0 ** (factor * exponent))


def _lens(value: Any) -> str | None:
    """A lens by its focal lengths and apertures: "24-70 mm f/2.8"."""
    if not isinstance(value, (tuple, list)) or len(value) != 4:
        return None
    numbers = [number_in(one) for one in value]
    least, most, wide, long = numbers
    if not least or not most or least > most:
        return None
    text = f"{least:g} mm" if least == most else f"{least:g}-{most:g} mm"
    if wide:
        text += f" f/{wide:g}" if not long or long == wide else f" f/{wide:g}-{long:g}"
    return text


def _place(place: Any, found: Findings) -> None:
    latitude = _degrees(value_of(place, 2), value_of(place, 1), "S")
    longitude = _degrees(value_of(place, 4), value_of(place, 3), "W")
    height = number_in(value_of(place, 6))
    below = value_of(place, 5) in (1, b"\x01", b"1")
    found.place(latitude, longitude, None if height is None else -height if below else height)
    clock, date = value_of(place, 7), text_of(value_of(place, 29))
    if date and isinstance(clock, (tuple, list)) and len(clock) == 3:
        hours, minutes, seconds = (number_in(one) for one in clock)
        if (
            hours is not None
            and minutes is not None
            and seconds is not None
            and max(hours, minutes, seconds) < 61
        ):
            text = f"{date} {int(hours):02d}:{int(minutes):02d}:{int(seconds):02d}"
            found.dates.append(Candidate("GPS", text, "+00:00", source=DateSource.GPS))


def _degrees(value: Any, reference: Any, negative: str) -> float | None:
    if not isinstance(value, (tuple, list)) or not 1 <= len(value) <= 3:
        return None
    parts = [number_in(one) for one in value]
    if any(part is None or part < 0 for part in parts):
        return None
    degrees = 0.0
    for number, part in enumerate(parts):
        degrees += (part or 0.0) / 60.0**number
    return -degrees if (text_of(reference) or "").upper().startswith(negative) else degrees


def _wide(value: Any) -> str:
    """A text of Windows: UTF-16, as bytes or numbers."""
    if isinstance(value, tuple):
        value = bytes(one for one in value if isinstance(one, int) and 0 <= one < 256)
    return value.decode("utf-16-le", "replace").rstrip("\0") if isinstance(value, bytes) else ""


def _decoded(value: bytes, is_utf8: bool) -> str:
    """UTF-8 if the file says so, or if it is valid; else Latin-1."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("utf-8", "replace") if is_utf8 else value.decode("latin-1")
