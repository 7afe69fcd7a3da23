"""The first reader of most stills: Pillow, with pi-heif for HEIF."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFile

from dampipe.media import errors
from dampipe.media.stills.color_tags import ColorTags, HeifHeader, read_heif_header, read_png_tags
from dampipe.media.stills.failures import StillError, check_size
from dampipe.media.stills.metadata import exif_of, guarded, orientation_of
from dampipe.media.stills.picture import Facts, Picture

FORMATS = {
    **{name: name.upper() for name in
        ["jpeg", "png", "tiff", "webp", "bmp", "gif", "heif", "avif", "psd", "tga", "dds", "dib", "pcx", "qoi", "sgi"]},
    "jpeg2000": "JPEG2000",
    "pnm": "PPM",
}  # fmt: skip
"""Container -> the name of Pillow's plug-in."""
TRUNCATED = "truncated or damaged: only a part of the picture could be decoded"
_DEEP_MODES = {"I;16": 16, "I;16B": 16, "I;16L": 16, "I": 16, "F": 32}
_MAY_MOVE = ("gif", "png")
"""Formats whose moving pictures are processed as video."""
_SAMPLE_BITS, _COLOR_SPACE, _PLANES, _SAMPLE_FORMAT = 258, 262, 284, 339
_LAB = (8, 9, 10)


class PillowReader:
    """Opens what Pillow decodes correctly."""

    name = "Pillow"

    def __init__(self, partial: bool = False, keeps_hdr: bool = True) -> None:
        """partial: decode truncated pictures as far as possible; otherwise they are refused.

        keeps_hdr: refuse HDR pictures of which Pillow keeps 8 bit; otherwise these are better than none.
        """
        self.partial = partial
        self.keeps_hdr = keeps_hdr

    def opens(self, container: str) -> bool:
        """Whether it knows the format."""
        return container in FORMATS

    def facts(self, path: str, container: str) -> Facts | None:
        """Read the header; None for an animated GIF or PNG."""
        messages: list[str] = []
        header = heif_header(path, container, messages)
        if header.size is not None:
            check_size(*header.size)  # before a decoder sees it
        with _open(path, container) as picture:
            if container in _MAY_MOVE and getattr(picture, "is_animated", False):
                return None
            exif = exif_of(picture, messages, path)
            bits, orientation = _DEEP_MODES.get(picture.mode, 8), orientation_of(exif)
            width, height = picture.size
            if container == "tiff":
                if orientation >= 5:  # Pillow has exchanged the sides already
                    width, height = height, width
                bits = max(bits, *_values(picture, _SAMPLE_BITS, 8)) if bits == 8 else bits
            return Facts(
                width,
                height,
                picture.mode.lower(),
                header.bits or bits,
                orientation,
                exif,
                header.tags or _png_tags(path, container, messages),
                messages,
            )

    def decode(self, path: str, container: str, side: int) -> Picture:
        """Decode the picture; a JPEG at a reduced size that is at least `side`, where that suffices."""
        messages: list[str] = []
        header = heif_header(path, container, messages)
        if header.size is not None:
            check_size(*header.size)  # before a decoder sees it
        tags = header.tags or _png_tags(path, container, messages)
        if container == "heif" and tags is not None and tags.hdr:
            return _deep_heif(path, tags, messages)
        if self.keeps_hdr and tags is not None and tags.hdr:
            raise StillError(errors.STILL_UNSUPPORTED, reason="HDR with more than 8 bit")
        with _open(path, container) as picture:
            # Pillow turns TIFFs upright while it decodes them.
            orientation = 1 if container == "tiff" else orientation_of(exif_of(picture, messages, path))
            profile = guarded("colour profile", lambda: _profile(picture), None, messages)
            picture.draft("RGB", (side, side))  # JPEG only
            if self.partial:
                messages += load(picture)
            else:
                picture.load()
            made = Picture(orientation=orientation, profile=profile, tags=tags, warnings=messages)
            if picture.mode in _DEEP_MODES:
                made.samples = _samples(picture)
            else:
                picture.info.pop("exif", None)
                made.image = picture
        return made


def heif_header(path: str, container: str, messages: list[str]) -> HeifHeader:
    """The properties of a HEIF or AVIF picture; empty for other formats."""
    if container not in ("heif", "avif"):
        return HeifHeader()
    return guarded("colour tags", lambda: read_heif_header(path), HeifHeader(), messages)


@contextmanager
def _open(path: str, container: str) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Image.MAX_IMAGE_PIXELS = None  # checked below against the limit that ffmpeg has, too
        if container == "heif":
            from pi_heif import register_heif_opener

            register_heif_opener()
        # Given a path, Pillow maps uncompressed TIFFs into memory, with wrong rows if they lie on their side.
        with Path(path).open("rb") as stream, Image.open(stream, formats=[FORMATS[container]]) as picture:
            check_size(*picture.size)
            if container == "tiff":
                _refuse_what_pillow_gets_wrong(picture)
            yield picture


def _refuse_what_pillow_gets_wrong(picture: Image.Image) -> None:
    bits = max(_values(picture, _SAMPLE_BITS, 1))
    planar = _values(picture, _PLANES, 1)[0] == 2
    floats = 3 in _values(picture, _SAMPLE_FORMAT, 1)
    signed = 2 in _values(picture, _SAMPLE_FORMAT, 1)
    lab = _values(picture, _COLOR_SPACE, 1)[0] in _LAB
    if bits > 16 or (planar and bits > 8) or floats or signed or lab:
        raise StillError(errors.STILL_UNSUPPORTED, reason="samples that Pillow does not convert")


def _values(picture: Image.Image, tag: int, default: int) -> tuple[int, ...]:
    tags: Any = getattr(picture, "tag_v2", {})
    try:
        value = tags.get(tag, default)
    except (ValueError, TypeError, KeyError):
        return (default,)
    values = value if isinstance(value, tuple) else (value,)
    return tuple(number for number in values if isinstance(number, int)) or (default,)


def _profile(picture: Image.Image) -> bytes | None:
    profile = picture.info.get("icc_profile")
    return bytes(profile) if profile else None


def _png_tags(path: str, container: str, messages: list[str]) -> ColorTags | None:
    return guarded("colour tags", lambda: read_png_tags(path), None, messages) if container == "png" else None


def load(picture: Image.Image) -> list[str]:
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


def _samples(picture: Image.Image) -> Any:
    """Grey with more than 8 bit; whole numbers as uint16."""
    values = np.asarray(picture)
    if values.dtype == np.int32:
        values = np.clip(values, 0, 65535).astype(np.uint16)
    elif values.dtype != np.float32:
        values = values.astype(np.uint16, copy=False)
    return values[..., None]


def _deep_heif(path: str, tags: ColorTags, messages: list[str]) -> Picture:
    """HDR with all its bits; pi-heif turns it upright."""
    import pi_heif

    opened = pi_heif.open_heif(path, convert_hdr_to_8bit=False)
    check_size(*opened.size)
    values = np.array(opened)  # a copy: the memory belongs to `opened`
    if values.dtype == np.uint8:
        values = values.astype(np.uint16) * 257
    return Picture(samples=values.reshape(*values.shape[:2], -1), tags=tags, warnings=messages)


def open_jpeg(content: bytes) -> Image.Image:
    """An embedded JPEG, not yet decoded."""
    return Image.open(io.BytesIO(content), formats=["JPEG"])
