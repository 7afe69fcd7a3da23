"""What DJI's drones write into subtitles, in the file or beside it (DJI_0001.SRT): exposure and position of each frame.

The first that says something is read, of at most MAX_BYTES:

    [iso : 100] [shutter : 1/640.0] [fnum : 280] [ct : 5500] [color_md : dlog_m] [focal_len : 240]
    [latitude: 48.8577] [longitude: 2.2950] [rel_alt: 1.2 abs_alt: 35.6]
    F/2.8, SS 320.00, ISO 100, EV 0, GPS (2.2950, 48.8577, 15), …
"""

import re
from pathlib import Path

from dampipe.media.probe.findings import Findings, number_of
from dampipe.media.probe.recording_time import Candidate, DateSource

MAX_BYTES = 1 << 14
_FIELD = re.compile(
    r"\b(iso|shutter|fnum|color_md|latitude|longitude|longtitude|abs_alt)\s*:\s*([^\s\],\[]{1,40})"
)
_OLD = re.compile(r"F/(\d{1,2}(?:\.\d{1,2})?), SS (\d{1,6}(?:\.\d{1,4})?), ISO (\d{1,7})")
_OLD_PLACE = re.compile(r"GPS \(\s*(-?\d{1,3}\.\d{1,12}),\s*(-?\d{1,3}\.\d{1,12})")
_TIME = re.compile(r"\d{4}[-.]\d{2}[-.]\d{2} \d{2}:\d{2}:\d{2}(?:[.,:]\d{3})?")
_CURVES = {"dlog": "D-Log", "dlogm": "D-Log M"}
"""By the names without hyphens and underscores."""
_HUNDREDTHS = 32.0
"""Larger f-numbers are in hundredths; no drone has a smaller aperture."""


def beside(path: str) -> str:
    """The beginning of the subtitles beside a file; "" if there are none."""
    for suffix in (".SRT", ".srt"):
        try:
            with Path(path).with_suffix(suffix).open("rb") as stream:
                return stream.read(MAX_BYTES).decode("utf-8", "replace")
        except (OSError, ValueError):
            continue
    return ""


def read(text: str, found: Findings) -> bool:
    """Read subtitles; returns whether they are those of a drone."""
    values: dict[str, str] = {}
    for key, value in _FIELD.findall(text[:MAX_BYTES]):
        values.setdefault(key, value)
    if (old := _OLD.search(text[:MAX_BYTES])) is not None:
        values |= {"fnum": old[1], "shutter": f"1/{old[2]}", "iso": old[3]}
    elif not {"iso", "shutter"} <= values.keys():
        return False
    found.number("iso", number_of(values.get("iso")))
    found.number("exposure_time", number_of(values.get("shutter")))
    aperture = number_of(values.get("fnum"))
    if aperture is not None:
        found.number("aperture", aperture / 100 if aperture > _HUNDREDTHS else aperture)
    found.name("log_profile", _CURVES.get(re.sub("[-_]", "", values.get("color_md", "").casefold())))
    latitude = number_of(values.get("latitude"))
    longitude = number_of(values.get("longitude") or values.get("longtitude"))
    if (place := _OLD_PLACE.search(text[:MAX_BYTES])) is not None and latitude is None:
        longitude, latitude = float(place[1]), float(place[2])
    found.place(latitude, longitude, number_of(values.get("abs_alt")))
    if (time := _TIME.search(text[:MAX_BYTES])) is not None:
        found.dates.append(Candidate("subtitles", time[0], source=DateSource.CAMERA))
    return True
