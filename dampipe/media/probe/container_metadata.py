"""Metadata that cameras write into containers: recording time, start timecode, make and model."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

_MAKE = ("com.apple.quicktime.make", "com.android.manufacturer", "make", "manufacturer")
_MODEL = ("com.apple.quicktime.model", "com.android.model", "model", "com.sony.model", "device_model")
_CREATED = ("com.apple.quicktime.creationdate", "creation_time", "date_recorded", "modification_date", "date")
_TIMECODE = re.compile(r"^\d{2}:\d{2}:\d{2}[:;.]\d{2,3}$")
_UNSET_BEFORE = 1971
"""Cameras without a clock write the epoch of the container, 1904 or 1970."""

Tags = Mapping[str, str]


def timecode(tag_sets: Iterable[Tags]) -> str | None:
    """The first well-formed start timecode."""
    for tags in tag_sets:
        text = tags.get("timecode", "").strip()
        if _TIMECODE.match(text):
            return text.replace(".", ";")
    return None


def created(tag_sets: Iterable[Tags]) -> str | None:
    """The first plausible recording time, ISO 8601. Tags with the local time zone take precedence over UTC."""
    candidates = list(tag_sets)
    for key in _CREATED:
        for tags in candidates:
            time = _parse_time(tags.get(key, ""))
            if time is not None and time.year >= _UNSET_BEFORE:
                return time.isoformat()
    return None


def _parse_time(text: str) -> datetime | None:
    text = text.strip()
    if not re.match(r"^\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def camera(tag_sets: Iterable[Tags]) -> str | None:
    """Make and model, if any tags contain them."""
    candidates = [{key.lower(): value.strip() for key, value in tags.items()} for tags in tag_sets]
    make, model = _first(candidates, _MAKE), _first(candidates, _MODEL)
    if make or model:
        return camera_name(make, model)
    if any("gopro" in tags.get("handler_name", "").lower() for tags in candidates):
        return _gopro(_first(candidates, ("firmware",)))
    names = (_first(candidates, ("company_name",)), _first(candidates, ("product_name",)))
    product = " ".join(name for name in names if name)
    # An MXF file names the program that wrote it, which may be a muxer instead of a camera.
    return (
        None if not product or re.search(r"ffmpeg|muxer|libmxf|writer|avid|adobe", product, re.I) else product
    )


def camera_name(make: str | None, model: str | None) -> str | None:
    """Join make and model, without repeating the make.

    >>> camera_name("Canon", "Canon EOS R5"), camera_name("Apple", "iPhone 15"), camera_name(None, None)
    ('Canon EOS R5', 'Apple iPhone 15', None)
    """
    if make and model and model.lower().startswith(make.lower()):
        return model
    return " ".join(part for part in (make, model) if part) or None


_GOPROS = {
    "HD3": "HERO3",
    "HD4": "HERO4",
    "HD5": "HERO5",
    "HD6": "HERO6",
    "HD7": "HERO7",
    "HD8": "HERO8",
    "HD9": "HERO9",
    "H19": "MAX",
    "H21": "HERO10",
    "H22": "HERO11",
    "H23": "HERO12",
    "H24": "HERO13",
}


def _gopro(firmware: str | None) -> str:
    model = _GOPROS.get((firmware or "")[:3])
    return f"GoPro {model}" if model else "GoPro"


def _first(tag_sets: list[dict[str, str]], keys: tuple[str, ...]) -> str | None:
    return next((tags[key] for key in keys for tags in tag_sets if tags.get(key)), None)
