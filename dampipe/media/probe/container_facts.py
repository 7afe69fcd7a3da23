"""What the tags of containers say about camera, exposure, place and contents: QuickTime, MP4, Matroska, RIFF.

libavformat reads the tags; it names the user data of QuickTime and MP4 by words (`©xyz` is `location`).
"""

import re
from collections.abc import Sequence

from dampipe.media.probe.container_metadata import Tags, maker
from dampipe.media.probe.findings import Findings, number_of, position_of

_PROAPPS, _APPLE = "com.apple.proapps.", "com.apple.quicktime."
_BLACKMAGIC, _ARRI, _ZCAM = "com.blackmagic-design.camera.", "com.arri.camera.", "com.zcam.camera."
NUMBERS: dict[str, tuple[str, ...]] = {
    "iso": (
        *(f"{_BLACKMAGIC}iso", f"{_ARRI}exposureindexasa", f"{_ZCAM}iso", "com.atomos.camera.iso"),
        *(f"{_APPLE}camera.iso", "iso"),
    ),
    "aperture": (f"{_BLACKMAGIC}aperture", f"{_ZCAM}iris", "fnumber", "aperture"),
    "focal_length": (f"{_BLACKMAGIC}focallength", f"{_ZCAM}focallength", "focal_length"),
    "exposure_time": (f"{_BLACKMAGIC}shutterspeed", f"{_ZCAM}shutterspeed", "exposure_time"),
}
"""Facts that are numbers, and the tags that hold them, in lower case."""
_ANGLES = (f"{_BLACKMAGIC}shutterangle", f"{_ARRI}shutterangle", f"{_ZCAM}shutterangle")
NAMES: dict[str, tuple[str, ...]] = {
    "serial": (
        *(f"{_ARRI}cameraserialnumber", f"{_PROAPPS}serialno", f"{_BLACKMAGIC}serialnumber"),
        *(f"{_ZCAM}serialnumber", "serial_number"),
    ),
    "lens": (
        *(f"{_APPLE}camera.lens_model", f"{_BLACKMAGIC}lenstype", f"{_ARRI}lenstype", f"{_ARRI}lensmodel"),
        *(f"{_ZCAM}lens", "com.android.lens", "lens_model"),
    ),
    "make": (f"{_PROAPPS}manufacturer",),
    "model": (f"{_PROAPPS}modelname", f"{_BLACKMAGIC}cameratype", f"{_ARRI}cameramodel"),
    "log_profile": ("com.atomos.hdr.gamma",),
    "gamut": ("com.atomos.hdr.gamut",),
}
TEXTS: dict[str, tuple[str, ...]] = {
    "dc:title": (f"{_APPLE}title", f"{_APPLE}displayname", "title"),
    "dc:description": (f"{_APPLE}description", "synopsis", "description"),
    "dc:subject": (f"{_APPLE}keywords", "keywords", "keyw"),
    "dc:creator": (f"{_APPLE}author", f"{_APPLE}artist", "author", "director", "artist"),
    "dc:rights": (f"{_APPLE}copyright", "copyright"),
    "xmp:Rating": (f"{_APPLE}rating.user",),
    "xmpDM:tapeName": (f"{_PROAPPS}reel", f"{_ARRI}reelname", "reel_name"),
    "xmpDM:scene": (f"{_PROAPPS}scene", f"{_ARRI}scenename"),
    "xmpDM:takeNumber": (f"{_PROAPPS}take", f"{_ARRI}takename"),
    "xmpDM:shotName": (f"{_PROAPPS}shot",),
    "xmpDM:logComment": (f"{_PROAPPS}lognote",),
}
"""Texts by property of XMP."""
_PLACES = (f"{_APPLE}location.iso6709", "location", "location-eng", "com.android.location")
_SEVERAL = ("dc:subject", "dc:creator")
_LOGS = {
    "log-c": "LogC",
    "logc": "LogC",
    "log-c3": "LogC3",
    "log-c4": "LogC4",
    "logc3": "LogC3",
    "logc4": "LogC4",
}


def read_tags(tag_sets: Sequence[Tags], rate: float | None, found: Findings) -> None:
    """Read folded tags. rate: frames per second, by which angles of shutters become times."""
    make, model = maker(tag_sets)
    found.name("make", make)
    found.name("model", model)
    for key, names in NAMES.items():
        found.name(key, _first(tag_sets, names))
    for key, names in NUMBERS.items():
        found.number(key, number_of(_first(tag_sets, names)))
    angle = number_of(_first(tag_sets, _ANGLES))
    if angle and rate and 0 < angle <= 360:
        found.number("exposure_time", angle / 360 / rate)
    curve = _first(tag_sets, (f"{_ARRI}colorgammasxs",)) or ""
    found.name("log_profile", _LOGS.get(curve.casefold()))
    if (position := position_of(_first(tag_sets, _PLACES))) is not None:
        found.place(*position)
    for name, tags in TEXTS.items():
        # The title of a track is not that of the film; the reel is a tag of the track of time codes.
        text = _first(tag_sets if name.startswith("xmpDM:") else tag_sets[:1], tags) or ""
        found.say(name, *(re.split(r"[,;]\s*", text) if name in _SEVERAL and len(text) < 10_000 else [text]))


def _first(tag_sets: Sequence[Tags], names: tuple[str, ...]) -> str | None:
    """The first tag that is not empty, of the container before those of streams."""
    return next((tags[name] for name in names for tags in tag_sets if tags.get(name)), None)
