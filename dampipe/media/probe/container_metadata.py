"""What cameras write into containers: time of recording, start timecode, make and model."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

_MAKE = ("com.apple.quicktime.make", "com.android.manufacturer", "make", "manufacturer")
_MODEL = ("com.apple.quicktime.model", "com.android.model", "model", "com.sony.model", "device_model")
_CREATED = ("com.apple.quicktime.creationdate", "creation_time", "date_recorded", "modification_date", "date")
_TIMECODE = re.compile(r"^\d{2}:\d{2}:\d{2}[:;.]\d{2,3}$")
_UNSET_BEFORE = 1971
"""Containers without a clock count from 1904 or 1970."""

Tags = Mapping[str, str]


def timecode(places: Iterable[Tags]) -> str | None:
    """The first well-formed start timecode."""
    for tags in places:
        text = tags.get("timecode", "").strip()
        if _TIMECODE.match(text):
            return text.replace(".", ";")
    return None


def created(places: Iterable[Tags]) -> str | None:
    """The first believable time of recording, ISO 8601. The phone's own (with time zone) goes before UTC."""
    found = list(places)
    for key in _CREATED:
        for tags in found:
            moment = _moment(tags.get(key, ""))
            if moment is not None and moment.year >= _UNSET_BEFORE:
                return moment.isoformat()
    return None


def _moment(text: str) -> datetime | None:
    text = text.strip()
    if not re.match(r"^\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def camera(places: Iterable[Tags]) -> str | None:
    """Make and model, as far as any place tells."""
    found = [{key.lower(): value.strip() for key, value in tags.items()} for tags in places]
    make, model = _first(found, _MAKE), _first(found, _MODEL)
    if make or model:
        return camera_name(make, model)
    if any("gopro" in tags.get("handler_name", "").lower() for tags in found):
        return _gopro(_first(found, ("firmware",)))
    product = " ".join(
        word for word in (_first(found, ("company_name",)), _first(found, ("product_name",))) if word
    )
    # An MXF names the program that wrote it; a muxer is no camera.
    return (
        None if not product or re.search(r"ffmpeg|muxer|libmxf|writer|avid|adobe", product, re.I) else product
    )


def camera_name(make: str | None, model: str | None) -> str | None:
    """Make and model as people say it: the make is not said twice.

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


def _first(places: list[dict[str, str]], keys: tuple[str, ...]) -> str | None:
    return next((tags[key] for key in keys for tags in places if tags.get(key)), None)
