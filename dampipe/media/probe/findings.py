"""Findings: facts of a camera, and texts that describe, as the readers of a file find them.

Readers run in the order of their precedence: of each fact the first that is found counts. What is not plausible is left
out here, so that readers need not check numbers and texts: hostile files contain anything.
"""

import math
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from dampipe.media.probe.recording_time import Candidate

_NUMBER = re.compile(
    r"(?:[fFtT]/?|ISO|EI)?\s*([+-]?\d{1,12}(?:\.\d{1,12})?)(?:\s*/\s*(\d{1,12}(?:\.\d{1,12})?))?", re.ASCII
)
_POSITION = re.compile(
    r"([+-]\d{1,6}(?:\.\d{1,12})?)([+-]\d{1,7}(?:\.\d{1,12})?)([+-]\d{1,7}(?:\.\d{1,12})?)?", re.ASCII
)
LIMITS = {
    "iso": (1.0, 50_000_000.0),
    "exposure_time": (1e-7, 86_400.0),
    "aperture": (0.3, 1000.0),
    "focal_length": (0.1, 50_000.0),
    "altitude": (-12_000.0, 1_000_000.0),
}
"""What numbers are plausible, the limits included."""
LONGEST_NAME = 200
"""Characters of names of cameras, lenses and profiles,"""
LONGEST_TEXT = 20_000
"""and of texts that describe."""
MOST_VALUES = 300
"""Of one property."""
DESCRIBED = (
    *("dc:title", "dc:description", "dc:subject", "dc:creator", "dc:rights", "xmpRights:WebStatement"),
    *("xmp:Rating", "xmp:Label", "Iptc4xmpExt:PersonInImage", "photoshop:Credit", "photoshop:City"),
    *("photoshop:State", "photoshop:Country", "Iptc4xmpCore:Location", "xmpDM:projectName", "xmpDM:client"),
    *(
        "xmpDM:tapeName",
        "xmpDM:scene",
        "xmpDM:shotName",
        "xmpDM:takeNumber",
        "xmpDM:good",
        "xmpDM:logComment",
    ),
)
"""The properties that are kept."""
_LINES = ("dc:description", "xmpDM:logComment")
"""Those whose values have lines."""
_OF_CAMERAS = re.compile(
    r"olympus digital camera|sony dsc|minolta digital camera|konica minolta.*|dcf 1\.0|dsc|digital camera|default|"
    r"untitled|kodak digital still camera|samsung.*camera|exif_jpeg_picture|picasa|none|unknown",
    re.I,
)
"""Titles and captions that cameras and programs write into every file."""


class Findings:
    """What was found in one file."""

    def __init__(self) -> None:
        self.camera: dict[str, Any] = {}
        """The fields of CameraFacts."""
        self.texts: dict[str, tuple[str, ...]] = {}
        """The values of properties, by their names in XMP."""
        self.dates: list[Candidate] = []

    def number(self, key: str, value: float | None) -> None:
        """A fact that is a number."""
        least, most = LIMITS[key]
        if value is not None and math.isfinite(value) and least <= value <= most:
            self.camera.setdefault(key, float(f"{value:.6g}"))

    def name(self, key: str, value: str | None) -> None:
        """A fact that is a name."""
        text = _line(value or "")[:LONGEST_NAME].strip()
        if any(one.isalnum() for one in text) and text.casefold() not in ("n/a", "none", "unknown"):
            self.camera.setdefault(key, text)

    def place(self, latitude: float | None, longitude: float | None, altitude: float | None = None) -> None:
        """A position in degrees and metres. Zero degrees both ways is what receivers without a fix write."""
        if latitude is None or longitude is None or not abs(latitude) <= 90 or not abs(longitude) <= 180:
            return
        if (latitude or longitude) and "latitude" not in self.camera:
            self.camera["latitude"], self.camera["longitude"] = round(latitude, 7), round(longitude, 7)
            if altitude is not None and math.isfinite(altitude):
                self.number("altitude", round(altitude, 2))

    def say(self, name: str, *values: str | None) -> None:
        """The values of a property, if it is one of those that are kept."""
        if name not in DESCRIBED or name in self.texts:
            return
        clean = _lines if name in _LINES else _line
        found = (clean(value)[:LONGEST_TEXT] for value in values[:MOST_VALUES] if value)
        kept = tuple(dict.fromkeys(value for value in found if value))
        if name in ("dc:title", "dc:description"):
            kept = tuple(value for value in kept if not _OF_CAMERAS.fullmatch(value))
        if name == "xmp:Rating":
            kept = tuple(filter(None, map(_stars, kept)))
        if name == "xmpDM:tapeName":
            kept = tuple(value for value in kept if not _is_umid(value))
        if kept:
            self.texts[name] = kept

    def say_all(self, properties: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        """The same for several properties."""
        for name, values in properties:
            self.say(name, *values)

    def json(self) -> dict[str, Any]:
        """The fields `shooting` and `description` of MediaInfo."""
        return {
            "shooting": self.camera,
            "description": {"properties": {name: list(values) for name, values in self.texts.items()}},
        }


def number_of(text: str | None) -> float | None:
    """The number at the start of a text: 50 of "50 mm", 0.02 of "1/50", 2.8 of "f/2.8"; None without one.

    >>> number_of("1/50"), number_of("f/2.8"), number_of("ISO 800"), number_of("1/0")
    (0.02, 2.8, 800.0, None)
    """
    match = _NUMBER.match(text or "")
    if match is None:
        return None
    below = float(match[2]) if match[2] else 1.0
    return float(match[1]) / below if below else None


def position_of(text: str | None) -> tuple[float, float, float | None] | None:
    """The latitude, longitude and altitude of ISO 6709, such as "+48.8577+002.2950+035.0/"; None for other texts."""
    match = _POSITION.match((text or "").strip())
    if match is None:
        return None
    return _degrees(match[1], 2), _degrees(match[2], 3), float(match[3]) if match[3] else None


def _degrees(text: str, digits: int) -> float:
    """Of ±DD.DD, ±DDMM.MM or ±DDMMSS.SS; digits: those of the degrees."""
    sign, whole = (-1.0 if text[0] == "-" else 1.0), text[1:].partition(".")[0]
    number = float(text[1:])
    if len(whole) <= digits:
        return sign * number
    if len(whole) <= digits + 2:
        return sign * (number // 100 + number % 100 / 60)
    return sign * (number // 10_000 + number // 100 % 100 / 60 + number % 100 / 3600)


def _line(text: str) -> str:
    """One line of printable text; NUL ends it."""
    return " ".join("".join(one if _is_text(one) else " " for one in text.split("\0")[0]).split())


def _lines(text: str) -> str:
    lines = text.split("\0")[0].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_line(line) for line in lines).strip()


def _is_text(one: str) -> bool:
    return unicodedata.category(one) not in ("Cc", "Cs", "Co", "Cn") and one != "\ufffd"


def _stars(text: str) -> str | None:
    """A whole number of stars; None for none, which cameras write into every file."""
    number = number_of(text)
    return str(round(number)) if number is not None and 0.5 <= number <= 5 else None


def _is_umid(text: str) -> bool:
    """Whether it is an identifier, which some programs write as the name of the reel."""
    return text.casefold().removeprefix("0x").startswith("060a2b34")
