"""The reader of camera raw: the embedded preview where it is large enough, otherwise the sensor's data by LibRaw."""

from typing import Any

import numpy as np
from PIL import Image

from dampipe.media import errors
from dampipe.media.stills.failures import StillError, check_size
from dampipe.media.stills.metadata import exif_of, guarded, orientation_of, raw_exif
from dampipe.media.stills.picture import Facts, Picture
from dampipe.media.stills.pillow_reader import load, open_jpeg

_ORIENTATIONS = {3: 3, 5: 8, 6: 6}
"""LibRaw's flip -> EXIF orientation."""
_LARGE_ENOUGH = 0.9
"""Of the wanted side, or of the picture's own if that is smaller."""


class RawReader:
    """Opens what LibRaw knows."""

    name = "LibRaw"

    def opens(self, container: str) -> bool:
        """Whether it knows the format."""
        return container == "raw"

    def facts(self, path: str, container: str) -> Facts:
        """Read the header: the size is that of the picture, not of the preview."""
        import rawpy

        messages: list[str] = []
        with rawpy.imread(path) as raw:
            sizes = raw.sizes
            check_size(sizes.raw_width, sizes.raw_height)
            exif = raw_exif(path, messages)
            if exif is None:
                exif = guarded("EXIF", lambda: _preview_exif(raw), None, messages)
            return Facts(
                sizes.width,
                sizes.height,
                "rgb",
                max(8, int(raw.white_level or 0).bit_length()),
                _ORIENTATIONS.get(sizes.flip, 1),
                exif,
                warnings=messages,
            )

    def decode(self, path: str, container: str, side: int) -> Picture:
        """Decode the preview, or develop at half size."""
        import rawpy

        with rawpy.imread(path) as raw:
            sizes = raw.sizes
            check_size(sizes.raw_width, sizes.raw_height)
            wanted = _LARGE_ENOUGH * min(side, sizes.width, sizes.height)
            preview = _preview(raw, _ORIENTATIONS.get(sizes.flip, 1), side)
            if preview is not None and preview.image is not None and min(preview.image.size) >= wanted:
                return preview
            try:
                # Every pixel of half the size has its own red, green and blue; nothing is interpolated.
                pixels = raw.postprocess(
                    half_size=min(sizes.width, sizes.height) >= 2 * side, use_camera_wb=True
                )
            except (rawpy.LibRawError, ValueError, MemoryError) as error:
                if preview is not None:
                    return preview
                raise StillError(errors.STILL_DAMAGED, reason=str(error)) from error
            return Picture(image=Image.fromarray(np.ascontiguousarray(pixels)))


def _preview(raw: Any, orientation: int, side: int) -> Picture | None:
    """The largest embedded preview, or None if there is none that can be decoded."""
    import rawpy

    try:
        thumbnail = raw.extract_thumb()
        content: Any = thumbnail.data
        if thumbnail.format is not rawpy.ThumbFormat.JPEG:
            return Picture(image=Image.fromarray(content), orientation=orientation)
        messages: list[str] = []
        image = open_jpeg(bytes(content))
        check_size(*image.size)
        exif = exif_of(image, messages)
        profile = image.info.get("icc_profile")
        image.draft("RGB", (side, side))
        messages += load(image)
        if 274 in exif:
            orientation = orientation_of(exif)
        return Picture(image=image, orientation=orientation, profile=profile, warnings=messages)
    except (rawpy.LibRawError, OSError, ValueError, SyntaxError, TypeError):
        return None


def _preview_exif(raw: Any) -> Image.Exif | None:
    import rawpy

    thumbnail = raw.extract_thumb()
    if thumbnail.format is not rawpy.ThumbFormat.JPEG:
        return None
    return open_jpeg(bytes(thumbnail.data)).getexif()
