"""EXIF metadata of stills: make, model and recording time."""

from datetime import datetime, timedelta, timezone
from typing import Any

from PIL import ExifTags

from dampipe.media.probe.container_metadata import camera_name


def camera(exif: Any) -> str | None:
    """Make and model, if EXIF (as read by Pillow) contains them."""
    return camera_name(_text(exif.get(ExifTags.Base.Make)), _text(exif.get(ExifTags.Base.Model)))


def created(exif: Any) -> str | None:
    """The recording time, ISO 8601, with a time zone if the camera wrote one."""
    details = exif.get_ifd(ExifTags.IFD.Exif)
    text = _text(details.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime))
    if not text:
        return None
    try:
        time = datetime.strptime(text, "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    offset = _text(details.get(ExifTags.Base.OffsetTimeOriginal))
    if offset and len(offset) == 6:
        try:
            hours, minutes = int(offset[:3]), int(offset[4:])
        except ValueError:
            return time.isoformat()
        sign = -1 if offset[0] == "-" else 1
        time = time.replace(tzinfo=timezone(timedelta(hours=hours, minutes=sign * minutes)))
    return time.isoformat()


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return str(value).replace("\x00", " ").strip() or None if value is not None else None
