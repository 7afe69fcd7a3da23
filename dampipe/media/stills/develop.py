"""Stills, read with Pillow: technical metadata and pixels. Runs in the probe helper."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import ExifTags, Image, ImageCms, ImageFile, ImageOps

from dampipe.media.ffmpeg.allowlist import MAX_PIXELS
from dampipe.media.probe.exif import camera, created
from dampipe.media.stills.camera_raw import embedded_preview, read_exif

_CODECS = {"jpeg": "mjpeg", "heif": "hevc", "avif": "av1", "raw": "raw"}
_DEEP_MODES = {"I;16": 16, "I;16B": 16, "I;16L": 16, "I": 16, "F": 32}
_ROTATIONS = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}
"""EXIF orientation -> degrees clockwise."""
TRUNCATED = "truncated or damaged: only a part of the picture could be decoded"


def still_info(path: str, container: str) -> dict[str, Any] | None:
    """The fields of MediaInfo, or None for an animated GIF. Raises the errors of Pillow."""
    with _open(path, container) as picture:
        if container == "gif" and getattr(picture, "is_animated", False):
            return None
        messages = _load(picture)
        exif = picture.getexif()
        orientation = exif.get(ExifTags.Base.Orientation, 1)
        width, height, mode = *picture.size, picture.mode
    if container == "raw":
        exif = read_exif(path) or exif
    created_at = created(path, exif, messages)
    return {
        "kind": "still",
        "container": container,
        "camera": camera(exif),
        "created_at": created_at.isoformat() if created_at is not None else None,
        "warnings": messages,
        "video": {
            "index": 0,
            "codec": _CODECS.get(container, container),
            "width": width,
            "height": height,
            "pixel_format": mode.lower(),
            "bit_depth": _DEEP_MODES.get(mode, 8),
            "rotation": _ROTATIONS.get(orientation, 0),
            "intra_only": True,
        },
    }


def develop(path: str, container: str, side: int) -> Image.Image:
    """Decode a still: upright, sRGB, 8 bit, its shorter side at most about `side` pixels. Raises Pillow's errors."""
    with _open(path, container) as picture:
        picture.draft("RGB", (side, side))  # JPEG only: decodes at a reduced size where that suffices
        _load(picture)
        shrink = side / min(picture.size)
        small = ImageOps.exif_transpose(_eight_bit(picture))
        if shrink < 1:
            width, height = (max(1, round(length * shrink)) for length in small.size)
            small = small.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return _opaque(_in_srgb(small, picture.info.get("icc_profile")))


@contextmanager
def _open(path: str, container: str) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Image.MAX_IMAGE_PIXELS = None  # checked below against the limit that ffmpeg has, too
        if container == "heif":
            from pi_heif import register_heif_opener

            register_heif_opener()
        source: Any = path if container != "raw" else io.BytesIO(embedded_preview(path))
        with Image.open(source, formats=["JPEG" if container == "raw" else container.upper()]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise ValueError(f"Picture size {picture.width}x{picture.height} is invalid")
            yield picture


def _load(picture: Image.Image) -> list[str]:
    """Decode and return warnings; a truncated picture is decoded as far as possible."""
    try:
        picture.load()
    except OSError as error:
        if "truncated" not in str(error) and "broken" not in str(error):
            raise
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            picture.load()
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False
        return [TRUNCATED]
    return []


def _eight_bit(picture: Image.Image) -> Image.Image:
    """Scale deep greyscale pictures to 8 bit; Pillow itself would clip them."""
    if picture.mode not in _DEEP_MODES:
        return picture.copy()
    import numpy as np

    values = np.asarray(picture).astype(np.float32)
    top = 1.0 if picture.mode == "F" and values.max(initial=0) <= 1.0 else 65535.0
    grey = Image.fromarray(np.clip(values * (255.0 / top), 0, 255).astype(np.uint8))
    grey.info = picture.info
    return grey


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile or picture.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(
            picture, source, ImageCms.createProfile("sRGB"), outputMode=mode
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture  # an invalid profile must not fail the whole picture
    return converted or picture


def _opaque(picture: Image.Image) -> Image.Image:
    """Replace transparency by white."""
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    with_alpha = picture.convert("RGBA")
    background = Image.new("RGBA", with_alpha.size, "white")
    return Image.alpha_composite(background, with_alpha).convert("RGB")
