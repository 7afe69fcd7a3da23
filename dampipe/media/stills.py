"""Stills, told by their first bytes and read with Pillow: size and EXIF. Runs in the probe helper."""

import warnings
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image

from dampipe.media.opening import MAX_PIXELS

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
)
_CODECS = {"jpeg": "mjpeg"}
_DEEP_MODES = {"I;16": 16, "I;16B": 16, "I": 16, "F": 32}


def still_container(path: str) -> str | None:
    """ "jpeg", "png", "tiff", "webp", "bmp" or "gif", or None when the file begins like none of them."""
    with Path(path).open("rb") as stream:
        head = stream.read(16)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return next((name for signature, name in _SIGNATURES if head.startswith(signature)), None)


def still_info(path: str, container: str) -> dict[str, Any] | None:
    """The fields of MediaInfo, or None for a GIF that moves. Raises what Pillow raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Image.MAX_IMAGE_PIXELS = None  # checked here, by the limit that ffmpeg gets too
        with Image.open(path, formats=[container.upper()]) as picture:
            if container == "gif" and getattr(picture, "is_animated", False):
                return None
            if picture.width * picture.height > MAX_PIXELS:
                raise ValueError(f"Picture size {picture.width}x{picture.height} is invalid")
            picture.load()
            exif = picture.getexif()
            details = exif.get_ifd(ExifTags.IFD.Exif)
            orientation = exif.get(ExifTags.Base.Orientation, 1)
            width, height, mode = *picture.size, picture.mode
    return {
        "kind": "still",
        "container": container,
        "camera": _camera(exif),
        "created_at": _created(exif, details),
        "video": {
            "index": 0,
            "codec": _CODECS.get(container, container),
            "width": width,
            "height": height,
            "pixel_format": mode.lower(),
            "bit_depth": _DEEP_MODES.get(mode, 8),
            "rotation": {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}.get(orientation, 0),
            "intra_only": True,
        },
    }


def _camera(exif: Any) -> str | None:
    make = _text(exif.get(ExifTags.Base.Make))
    model = _text(exif.get(ExifTags.Base.Model))
    return camera_name(make, model)


def camera_name(make: str | None, model: str | None) -> str | None:
    """Make and model as people say it: the make is not said twice.

    >>> camera_name("Canon", "Canon EOS R5"), camera_name("Apple", "iPhone 15"), camera_name(None, None)
    ('Canon EOS R5', 'Apple iPhone 15', None)
    """
    if make and model and model.lower().startswith(make.lower()):
        return model
    return " ".join(part for part in (make, model) if part) or None


def _created(exif: Any, details: Any) -> str | None:
    text = _text(details.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime))
    if not text:
        return None
    try:
        moment = datetime.strptime(text, "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    offset = _text(details.get(ExifTags.Base.OffsetTimeOriginal))
    if offset and len(offset) == 6:
        try:
            hours, minutes = int(offset[:3]), int(offset[4:])
        except ValueError:
            return moment.isoformat()
        sign = -1 if offset[0] == "-" else 1
        moment = moment.replace(tzinfo=timezone(timedelta(hours=hours, minutes=sign * minutes)))
    return moment.isoformat()


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return str(value).replace("\x00", " ").strip() or None if value is not None else None
