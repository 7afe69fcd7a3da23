"""Camera raw files: their embedded preview and EXIF; the sensor data itself is never developed."""

import io
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image

_ORIENTATIONS = {3: 3, 5: 8, 6: 6}
"""LibRaw's flip -> EXIF orientation."""


def embedded_preview(path: str) -> bytes:
    """The largest embedded preview as JPEG, with its orientation in EXIF. Raises ValueError if there is none."""
    import rawpy

    try:
        with rawpy.imread(path) as raw:
            thumbnail, flip = raw.extract_thumb(), raw.sizes.flip
    except rawpy.LibRawError as error:
        raise ValueError(f"Invalid data found: no preview in the camera raw file ({error})") from error
    content: Any = thumbnail.data
    picture = (
        Image.open(io.BytesIO(content), formats=["JPEG"])
        if thumbnail.format is rawpy.ThumbFormat.JPEG
        else Image.fromarray(content)
    )
    metadata = picture.getexif()
    if thumbnail.format is rawpy.ThumbFormat.JPEG and ExifTags.Base.Orientation in metadata:
        return bytes(content)
    metadata[ExifTags.Base.Orientation] = _ORIENTATIONS.get(flip, 1)
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=95, exif=metadata)
    return out.getvalue()


def read_exif(path: str) -> Image.Exif | None:
    """The EXIF of the raw file itself if it has the structure of a TIFF; otherwise None."""
    metadata = Image.Exif()
    try:
        with Path(path).open("rb") as stream:
            metadata.load_from_fp(stream)
            metadata.get(ExifTags.Base.Make)
            metadata.get_ifd(ExifTags.IFD.Exif)
    except (OSError, SyntaxError, ValueError, KeyError):
        return None
    return metadata
