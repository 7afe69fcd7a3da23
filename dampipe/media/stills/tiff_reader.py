"""The second reader of TIFF: tifffile, for floats, deep samples, planes, L*a*b* and BigTIFF in either byte order."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from dampipe.media import errors
from dampipe.media.stills.color_tags import encode_srgb
from dampipe.media.stills.failures import StillError, check_size
from dampipe.media.stills.metadata import guarded, orientation_of, raw_exif
from dampipe.media.stills.picture import Facts, Picture
from dampipe.media.stills.tone import reduced

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _CMYK, _LAB, _ICC_LAB = 0, 1, 2, 3, 5, 8, 9
_COLORS = {_WHITE_IS_ZERO: 1, _BLACK_IS_ZERO: 1, _RGB: 3, _PALETTE: 1, _CMYK: 4, _LAB: 3, _ICC_LAB: 3}
_ASSOCIATED, _UNASSOCIATED = 1, 2
_MAPPED_FROM = 1 << 28
"""Bytes; larger uncompressed pictures are mapped into memory and not read whole."""
_UNUSED_RANGE = 256
"""32-bit integers that use less than this part of their range are scaled by their own maximum."""
_D50 = np.array([0.9642, 1.0, 0.8249])
_SRGB_FROM_D50 = np.array(
    [[3.1339, -1.6169, -0.4906], [-0.9788, 1.9161, 0.0335], [0.0719, -0.2290, 1.4052]], np.float32
)


class TiffReader:
    """Opens TIFFs that tifffile decodes."""

    name = "tifffile"

    def opens(self, container: str) -> bool:
        """Whether it knows the format."""
        return container == "tiff"

    def facts(self, path: str, container: str) -> Facts:
        """Read the header."""
        import tifffile

        messages: list[str] = []
        with tifffile.TiffFile(path) as file:
            page = _first_page(file)
            exif = _exif(path, page, messages)
            kind = np.dtype(page.dtype).kind
            channels = int(page.samplesperpixel)
            return Facts(
                int(page.imagewidth),
                int(page.imagelength),
                f"{'f' if kind == 'f' else 'i'}{page.bitspersample}x{channels}",
                int(page.bitspersample),
                orientation_of(exif),
                exif,
                warnings=messages,
            )

    def decode(self, path: str, container: str, side: int) -> Picture:
        """Decode the first page, reduced by a whole number to at least `side`."""
        import tifffile

        messages: list[str] = []
        with tifffile.TiffFile(path) as file:
            page = _first_page(file)
            color = int(page.photometric)
            if color not in _COLORS:
                raise StillError(errors.STILL_UNSUPPORTED, reason=f"TIFF colours of kind {color}")
            exif = _exif(path, page, messages)
            tag = page.tags.get(34675)
            profile = guarded("colour profile", lambda: bytes(tag.value) if tag else None, None, messages)
            stored = _array(path, page)
            extra = [int(kind) for kind in page.extrasamples]
            made = Picture(orientation=orientation_of(exif), profile=profile, warnings=messages)
            if color == _PALETTE:
                made.samples = np.asarray(page.colormap)[:, stored[..., 0]].transpose(1, 2, 0)
                return made
            small = reduced(stored, side)
            if color == _LAB and stored.dtype.kind == "u":
                signed = stored.view(stored.dtype.str.replace("u", "i"))
                small[..., 1:3] = reduced(signed[..., 1:3], side)
            values = _unit(small, stored.dtype, int(page.bitspersample), color)
        colors, alpha = values[..., : _COLORS[color]], _alpha(values[..., _COLORS[color] :], extra)
        if color == _CMYK:
            made.image = Image.fromarray(np.rint(np.clip(colors, 0, 1) * 255).astype(np.uint8), "CMYK")
            return made
        if color == _WHITE_IS_ZERO:
            colors = 1 - colors
        elif color in (_LAB, _ICC_LAB):
            colors, made.profile = _srgb_from_lab(colors), None
        made.samples = colors if alpha is None else np.concatenate([colors, alpha], axis=2)
        made.premultiplied = _ASSOCIATED in extra
        return made


def _first_page(file: Any) -> Any:
    page = file.pages[0]
    check_size(int(page.imagewidth), int(page.imagelength))
    if not page.imagewidth or not page.imagelength or page.dtype is None:
        raise StillError(errors.STILL_UNSUPPORTED, reason="TIFF samples of an unknown kind")
    return page


def _array(path: str, page: Any) -> NDArray[Any]:
    """The samples as stored, shape (height, width, channels)."""
    import tifffile

    mapped = page.is_contiguous and page.nbytes > _MAPPED_FROM
    values: Any = tifffile.memmap(path, page=page.index, mode="r") if mapped else page.asarray()
    if values.size == 0:
        raise StillError(errors.STILL_DAMAGED, reason="no samples")
    values = values.reshape(
        (page.samplesperpixel, page.imagelength, page.imagewidth)
        if int(page.planarconfig) == 2 and page.samplesperpixel > 1
        else (page.imagelength, page.imagewidth, page.samplesperpixel)
    )
    return np.moveaxis(values, 0, 2) if int(page.planarconfig) == 2 and page.samplesperpixel > 1 else values


def _unit(values: NDArray[np.float32], kind: np.dtype[Any], bits: int, color: int) -> NDArray[np.float32]:
    """Scale to 0…1 (L*a*b*: to its own units); floats stay as they are."""
    if color in (_LAB, _ICC_LAB):
        return _lab_units(values, kind, color)
    if kind.kind == "f":
        return values
    top = float(2 ** (bits - 1) - 1 if kind.kind == "i" and bits > 1 else 2**bits - 1)
    highest = float(values.max(initial=0))
    if bits > 16 and 0 < highest < top / _UNUSED_RANGE:
        top = highest
    return np.asarray(np.clip(values / np.float32(top), 0, 1))


def _alpha(extra_values: NDArray[np.float32], extra: list[int]) -> NDArray[np.float32] | None:
    for number, kind in enumerate(extra[: extra_values.shape[2]]):
        if kind in (_ASSOCIATED, _UNASSOCIATED):
            return np.clip(extra_values[..., number : number + 1], 0, 1)
    return None


def _lab_units(values: NDArray[np.float32], kind: np.dtype[Any], color: int) -> NDArray[np.float32]:
    """L* from 0 to 100, a* and b* around 0. values: averages of stored numbers, a* and b* with their sign."""
    if kind.kind == "f":
        return values
    wide = kind.itemsize > 1
    light = values[..., :1] * np.float32(100 / (65535 if wide else 255))
    tints = values[..., 1:3]
    if color == _ICC_LAB:
        tints = tints - (32768 if wide else 128)
    return np.concatenate([light, tints / np.float32(256 if wide else 1), values[..., 3:]], axis=2)


def _srgb_from_lab(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """sRGB, 0 to 1, of L*a*b* under D50."""
    y = (lab[..., 0] + 16) / 116
    steps = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], axis=2)
    xyz = np.where(steps > 6 / 29, steps**3, (steps - 4 / 29) * 3 * (6 / 29) ** 2) * _D50
    return encode_srgb(np.clip(xyz.astype(np.float32) @ _SRGB_FROM_D50.T, 0, 1))


def _exif(path: str, page: Any, messages: list[str]) -> Image.Exif:
    """EXIF as Pillow reads it; of BigTIFF in an order that Pillow does not know, the values of the first directory."""
    if page.parent.is_bigtiff:
        made = Image.Exif()
        for tag in (
            ExifTags.Base.Make,
            ExifTags.Base.Model,
            ExifTags.Base.DateTime,
            ExifTags.Base.Orientation,
        ):
            found = page.tags.get(int(tag))
            if found is not None:
                made[tag] = int(found.value) if tag is ExifTags.Base.Orientation else str(found.value)
        return made
    return raw_exif(path, messages) or Image.Exif()
