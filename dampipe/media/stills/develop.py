"""Stills: their technical metadata, and their pixels upright and small. Runs in the probe helper."""

import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from dampipe.media.stills.color_tags import ColorTags, needs_conversion, srgb_from
from dampipe.media.stills.metadata import UNREADABLE, still_facts
from dampipe.media.stills.picture import Picture
from dampipe.media.stills.readers import Reader, first_that_works, readers
from dampipe.media.stills.tone import eight_bit, reduced

_CODECS = {
    "jpeg": "mjpeg",
    "heif": "hevc",
    "avif": "av1",
    "raw": "raw",
    "jpeg2000": "jpeg2000",
    "tga": "targa",
}
_ROTATIONS = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}
"""EXIF orientation -> degrees clockwise."""
_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation -> what turns the picture upright."""


@dataclass
class Developed:
    """A still as plain pixels, RGB."""

    width: int
    height: int
    pixels: bytes
    """8 bit; 16 bit, most significant byte first, if `tags` are those of HDR."""
    tags: ColorTags | None = None
    """Set if the picture is HDR and still has to be tone-mapped."""
    warnings: list[str] = field(default_factory=list)


def still_info(path: str, container: str, ffmpeg: str = "") -> dict[str, Any] | None:
    """The fields of MediaInfo from the header, or None for an animated GIF or PNG. ffmpeg: the path of the program.

    Raises `StillError`, and OSError if the storage fails.
    """
    facts = first_that_works(readers(ffmpeg), container, lambda reader: reader.facts(path, container))
    if facts is None:
        return None
    tags = facts.tags
    return {
        "kind": "still",
        "container": container,
        **still_facts(path, facts.exif, facts.warnings),
        "warnings": facts.warnings,
        "video": {
            "index": 0,
            "codec": _CODECS.get(container, container),
            "width": facts.width,
            "height": facts.height,
            "pixel_format": facts.pixel_format,
            "bit_depth": facts.bit_depth,
            "rotation": _ROTATIONS.get(facts.orientation, 0),
            "color_space": tags.matrix if tags else None,
            "color_transfer": tags.transfer if tags else None,
            "color_primaries": tags.primaries if tags else None,
            "intra_only": True,
        },
    }


def develop(path: str, container: str, side: int, ffmpeg: str = "") -> Developed:
    """Decode a still: upright, sRGB, 8 bit, its shorter side at most about `side` pixels.

    A picture in HDR keeps its colours, with 16 bit, and has `tags`. Raises like `still_info`.
    """

    def read(reader: Reader) -> Developed:
        return _finished(reader.decode(path, container, side), side)

    return first_that_works(readers(ffmpeg), container, read)


def _finished(picture: Picture, side: int) -> Developed:
    if picture.tags is not None and picture.tags.hdr and not picture.profile:
        return _hdr(picture, side)
    if picture.samples is not None:
        values = reduced(picture.samples, side)
        if picture.samples.dtype.kind == "u":
            values /= 65535 if picture.samples.dtype.itemsize > 1 else 255
        image = Image.fromarray(eight_bit(values, picture.linear, picture.premultiplied))
    else:
        assert picture.image is not None
        image = picture.image
    image = _upright(_shrunk(_with_all_tones(image), side), picture.orientation)
    image = _opaque(_in_srgb(image, picture.profile, picture.warnings))
    if (
        picture.tags is not None
        and picture.tags.primaries
        and not picture.profile
        and needs_conversion(picture.tags)
    ):
        image = Image.fromarray(srgb_from(np.asarray(image), picture.tags.primaries))
    return Developed(image.width, image.height, image.tobytes(), warnings=picture.warnings)


def _hdr(picture: Picture, side: int) -> Developed:
    """Keep the colours of HDR: ffmpeg maps them as it maps those of video."""
    if picture.samples is not None:
        values = reduced(picture.samples, side)
        if picture.samples.dtype.kind == "f":
            values *= 65535
    else:
        assert picture.image is not None
        values = reduced(np.asarray(picture.image.convert("RGB")), side) * 257
    if values.shape[2] < 3:
        values = np.repeat(values[..., :1], 3, axis=2)
    whole: NDArray[np.uint16] = np.rint(np.clip(values[..., :3], 0, 65535)).astype(np.uint16)
    turned = _turned(whole, picture.orientation)
    height, width = turned.shape[:2]
    return Developed(width, height, turned.astype(">u2").tobytes(), picture.tags, picture.warnings)


def _turned(values: NDArray[np.uint16], orientation: int) -> NDArray[np.uint16]:
    if orientation >= 5:
        values = values.transpose(1, 0, 2)
    flips = {2: (1,), 3: (0, 1), 4: (0,), 6: (1,), 7: (0, 1), 8: (0,)}.get(orientation, ())
    return np.ascontiguousarray(np.flip(values, flips))


def _with_all_tones(image: Image.Image) -> Image.Image:
    """Palettes and bi-level pictures as RGB(A) or grey, since their numbers cannot be averaged."""
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("P", "PA"):
        return image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    if "transparency" in image.info and image.mode in ("RGB", "L"):
        return image.convert("RGBA" if image.mode == "RGB" else "LA")
    return image


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    """Resize first of all, so that no second copy of a large picture is needed."""
    shrink = side / min(image.size)
    if shrink >= 1:
        return image
    width, height = (max(1, round(length * shrink)) for length in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = _TRANSPOSITIONS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _in_srgb(image: Image.Image, profile: bytes | None, messages: list[str]) -> Image.Image:
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        messages.append(UNREADABLE.format(what="colour profile"))
        return image
    return converted or image


def _opaque(image: Image.Image) -> Image.Image:
    """Replace transparency by white."""
    if "A" not in image.getbands() and "a" not in image.getbands():
        return image.convert("RGB")
    with_alpha = image.convert("RGBA")
    background = Image.new("RGBA", with_alpha.size, "white")
    return Image.alpha_composite(background, with_alpha).convert("RGB")
