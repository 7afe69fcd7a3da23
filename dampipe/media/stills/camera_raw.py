"""Camera raw: the preview that every camera puts into its file; the sensor's data is never developed."""

import io
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image

_ORIENTATIONS = {3: 3, 5: 8, 6: 6}
"""LibRaw's flip -> EXIF orientation."""


def preview(path: str) -> bytes:
    """The largest embedded preview, as JPEG, with its orientation in EXIF. Raises ValueError when there is none."""
    import rawpy

    try:
        with rawpy.imread(path) as raw:
            found, flip = raw.extract_thumb(), raw.sizes.flip
    except rawpy.LibRawError as error:
        raise ValueError(f"Invalid data found: no preview in the camera raw file ({error})") from error
    content: Any = found.data
    picture = (
        Image.open(io.BytesIO(content), formats=["JPEG"])
        if found.format is rawpy.ThumbFormat.JPEG
        else Image.fromarray(content)
    )
    written = picture.getexif()
    if found.format is rawpy.ThumbFormat.JPEG and ExifTags.Base.Orientation in written:
        return bytes(content)
    written[ExifTags.Base.Orientation] = _ORIENTATIONS.get(flip, 1)
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=95, exif=written)
    return out.getvalue()


def exif(path: str) -> Image.Exif | None:
    """The file's own EXIF, where it is laid out as a TIFF; else None."""
    found = Image.Exif()
    try:
        with Path(path).open("rb") as stream:
            found.load_from_fp(stream)
            found.get(ExifTags.Base.Make)
            found.get_ifd(ExifTags.IFD.Exif)
    except (OSError, SyntaxError, ValueError, KeyError):
        return None
    return found
