"""Metadata of stills that may be damaged: the one guard around every reader of EXIF, ICC and colour tags.

A picture is made as if damaged metadata was absent, with a warning.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from PIL import ExifTags, Image

from dampipe.media.probe.container_metadata import camera_name
from dampipe.media.probe.exif import read
from dampipe.media.stills.color_tags import png_chunk

T = TypeVar("T")
UNREADABLE = "its {what} cannot be read and is ignored"


def guarded(what: str, read: Callable[[], T], otherwise: T, warnings: list[str]) -> T:
    """Return `read()`; if it fails, return `otherwise` and add a warning. what: "EXIF", "colour profile" …

    Parsers raise nearly every exception for inconsistent bytes. Errors of the storage are raised.
    """
    try:
        return read()
    except MemoryError:
        raise
    except OSError as error:
        if error.errno is not None:
            raise
    except Exception:
        pass
    warning = UNREADABLE.format(what=what)
    if warning not in warnings:
        warnings.append(warning)
    return otherwise


def exif_of(picture: Image.Image, warnings: list[str], path: str = "") -> Image.Exif:
    """The EXIF of an open picture with all values that are used later; empty if it is damaged.

    path: the file, if the picture is one.
    """

    def opened() -> Image.Exif:
        if picture.format == "PNG":
            # The method of PNG decodes the picture, since EXIF may follow it.
            if path and not picture.info.keys() & {"exif", "Raw profile type exif"}:
                picture.info["exif"] = png_chunk(path, b"eXIf")
            exif = Image.Image.getexif(picture)
        else:
            exif = picture.getexif()
        exif.get(ExifTags.Base.Orientation)
        # Read lazily otherwise, from a file that is closed by then.
        exif.get_ifd(ExifTags.IFD.Exif)
        exif.get_ifd(ExifTags.IFD.GPSInfo)
        return exif

    return guarded("EXIF", opened, Image.Exif(), warnings)


def orientation_of(exif: Image.Exif) -> int:
    """The orientation, 1 to 8; 1 if it is missing or makes no sense."""
    value: Any = exif.get(ExifTags.Base.Orientation, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def still_facts(path: str, exif: Image.Exif | None, warnings: list[str]) -> dict[str, Any]:
    """The fields of MediaInfo that the metadata of a still fill: recording time, camera, exposure, place, texts."""
    recorded, found = read(path, exif, warnings)
    return {
        "created_at": None if recorded is None else recorded.time.isoformat(),
        "created_from": None if recorded is None else recorded.source,
        "camera": camera_name(found.camera.get("make"), found.camera.get("model")),
        **found.json(),
    }


def raw_exif(path: str, warnings: list[str]) -> Image.Exif | None:
    """The EXIF of a file that has the structure of a TIFF, as most camera raw files have; otherwise None."""

    def opened() -> Image.Exif:
        exif = Image.Exif()
        with Path(path).open("rb") as stream:
            exif.load_from_fp(stream)
            exif.get(ExifTags.Base.Make)
            exif.get_ifd(ExifTags.IFD.Exif)
            exif.get_ifd(ExifTags.IFD.GPSInfo)
        return exif

    with Path(path).open("rb") as stream:
        if stream.read(2) not in (b"II", b"MM"):
            return None
    return guarded("EXIF", opened, None, warnings)
