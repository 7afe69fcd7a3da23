"""Metadata that cameras write into containers: recording time, start timecode, make and model."""

import re
from collections.abc import Iterable, Iterator, Mapping

from dampipe.media.probe.recording_time import Candidate, DateSource
from dampipe.media.timecode import Timecode

_MAKE = ("com.apple.quicktime.make", "com.android.manufacturer", "make", "manufacturer")
_MODEL = ("com.apple.quicktime.model", "com.android.model", "model", "com.sony.model", "device_model")
_LOCAL = ("com.apple.quicktime.creationdate", "date_recorded", "date_digitized", "date")
"""Tags that may have a time zone; with one they say more than a time in UTC."""
_CREATED = {
    "creation_time": DateSource.CONTAINER,
    **dict.fromkeys(("date_recorded", "date_digitized", "date"), DateSource.TAG),
    "modification_date": DateSource.CHANGED,
}
_ZONE = re.compile(r"\d{2}:\d{2}.*(Z|[+-]\d{2}:?\d{2})$")
_DATE = re.compile(r"\d{4}[-:/.]\d{2}[-:/.]\d{2}")
_CLOCK = re.compile(r"\d{2}[-:_. ]\d{2}[-:_. ]\d{2}")
_MAKERS = re.compile(
    r"sony|canon|panasonic|arri|jvc|ikegami|hitachi|grass valley|thomson|nikon|fuji|red\b|z ?cam|sharp|toshiba",
    re.I,
)
"""Makers of cameras that write MXF."""
_PROGRAMS = re.compile(
    r"catalyst|viewer|browse|browser|software|sdk|library|lib\b|edius|rio|studio|resolve|converter|transcod|encoder"
    r"|muxer|writer|tool|player|server|plug-?in|export|importer|mediacomposer|media composer|xpri|cliplink",
    re.I,
)

Tags = Mapping[str, str]


def folded(tag_sets: Iterable[Mapping[str, str]]) -> list[Tags]:
    """The tags with names in lower case and values without surrounding blanks: Matroska has names in capitals."""
    return [{key.lower(): str(value).strip() for key, value in tags.items()} for tags in tag_sets]


def timecode(tag_sets: Iterable[Tags], warnings: list[str]) -> str | None:
    """The first well-formed start timecode of folded tags; a warning if there is none but malformed ones."""
    malformed = None
    for tags in tag_sets:
        text = tags.get("timecode", "")
        if ":" not in text:
            continue  # none, or a number of a program
        try:
            return str(Timecode.parse(text))
        except ValueError:
            malformed = malformed or text
    if malformed is not None:
        warnings.append(f"its time code is not valid: {malformed[:40]!r}")
    return None


def start_of_day(tag_sets: Iterable[Tags], sample_rate: int) -> float | None:
    """Seconds from midnight to the first sample of Broadcast WAVE; None without a time reference."""
    for tags in tag_sets:
        text = tags.get("time_reference", "")
        if text.isdecimal() and sample_rate > 0 and 0 < int(text) / sample_rate < 2 * 86_400:
            return int(text) / sample_rate
    return None


def dates(tag_sets: Iterable[Tags]) -> Iterator[Candidate]:
    """The recording times in folded tags.

    GoPro cameras write their local time as though it were UTC, so theirs has no time zone.
    """
    tag_sets = list(tag_sets)
    local_as_utc = _is_gopro(tag_sets)
    for key in _LOCAL:
        yield from (
            Candidate(key, tags[key], source=DateSource.ZONED)
            for tags in tag_sets
            if _ZONE.search(tags.get(key, "").replace("T", " "))
        )
    for tags in tag_sets:
        date, clock = tags.get("date", ""), tags.get("creation_time", "")
        if _DATE.fullmatch(date) and _CLOCK.fullmatch(clock):  # of Broadcast WAVE
            text = f"{date} {re.sub('[-_. ]', ':', clock)}"
            yield Candidate("date", text, source=DateSource.RECORDER)
    for key, source in _CREATED.items():
        yield from (
            Candidate(key, tags[key], zoned=not local_as_utc, source=source)
            for tags in tag_sets
            if _DATE.match(tags.get(key, ""))
        )


def maker(tag_sets: Iterable[Tags]) -> tuple[str | None, str | None]:
    """Make and model of the camera, as far as the folded tags contain them."""
    candidates = list(tag_sets)
    make, model = _first(candidates, _MAKE), _first(candidates, _MODEL)
    if make or model:
        return make, model
    if _is_gopro(candidates):
        return "GoPro", _GOPROS.get((_first(candidates, ("firmware",)) or "")[:3])
    # MXF names what wrote the file, which is a program in most files: a product of a camera's maker is a camera
    # unless its name says that it is a program.
    company, product = _first(candidates, ("company_name",)), _first(candidates, ("product_name",))
    if not company or not product or not _MAKERS.match(company) or _PROGRAMS.search(product):
        return None, None
    return company, product


def _is_gopro(tag_sets: list[Tags]) -> bool:
    return any("gopro" in tags.get("handler_name", "").lower() for tags in tag_sets)


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


def _first(tag_sets: list[Tags], keys: tuple[str, ...]) -> str | None:
    return next((tags[key] for key in keys for tags in tag_sets if tags.get(key)), None)
