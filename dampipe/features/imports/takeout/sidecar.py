"""The JSON files of Google Photos: what one says of a photograph, or of an album. Nothing in them is trusted."""

import json
import math
from typing import Any, NamedTuple

_LATEST = 253_402_300_799
"""The last second of the year 9999."""
MOST_PEOPLE = 1000


class NotReadable(Exception):
    """It is not valid JSON."""


class Sidecar(NamedTuple):
    """What a JSON file says."""

    title: str = ""
    """The name of the photograph when it was uploaded; of an album, its name."""
    is_photo: bool = False
    is_album: bool = False
    description: str = ""
    taken: int | None = None
    """Seconds since 1970, UTC."""
    latitude: float | None = None
    longitude: float | None = None
    altitude: float | None = None
    favourite: bool = False
    people: tuple[str, ...] = ()
    trashed: bool = False


def parse(content: bytes) -> Sidecar:
    """Read a JSON file; what has not the form that it should have is left out. Raises NotReadable."""
    try:
        said = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise NotReadable(str(error)[:200]) from error
    if not isinstance(said, dict):
        return Sidecar()
    if isinstance(said.get("albumData"), dict):  # until 2020
        said = {"date": {}, **said["albumData"]}
    taken = _time(said.get("photoTakenTime"))
    is_photo = taken is not None or "photoTakenTime" in said
    place = _place(said.get("geoData")) or _place(said.get("geoDataExif")) or (None, None, None)
    people = said.get("people")
    named = (
        [_text(one.get("name")) for one in people if isinstance(one, dict)]
        if isinstance(people, list)
        else []
    )
    return Sidecar(
        title=_text(said.get("title")),
        is_photo=is_photo,
        is_album=not is_photo and "title" in said and bool({"date", "access", "description"} & said.keys()),
        description=_text(said.get("description"), lines=True),
        taken=taken,
        latitude=place[0],
        longitude=place[1],
        altitude=place[2],
        favourite=said.get("favorited") is True,
        people=tuple(dict.fromkeys(one for one in named[:MOST_PEOPLE] if one)),
        trashed=said.get("trashed") is True,
    )


def _text(value: Any, *, lines: bool = False) -> str:
    """A text without control characters and halves of characters."""
    if not isinstance(value, str):
        return ""
    whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\r\n", "\n")
    kept = (c if c.isprintable() or (lines and c == "\n") else " " for c in whole)
    return "".join(kept).strip()


def _time(value: Any) -> int | None:
    if not isinstance(value, dict):
        return None
    try:
        seconds = int(value.get("timestamp", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    return seconds if -_LATEST < seconds < _LATEST else None


def _place(value: Any) -> tuple[float, float, float | None] | None:
    """Latitude, longitude and altitude; zeroes stand for a place that is not known."""
    if not isinstance(value, dict):
        return None
    latitude, longitude, altitude = (_number(value.get(key)) for key in ("latitude", "longitude", "altitude"))
    if latitude is None or longitude is None or (not latitude and not longitude):
        return None
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return latitude, longitude, altitude or None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
