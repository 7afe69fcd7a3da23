"""Colour tags of stills (ISO/IEC 23091-2): `colr` boxes of HEIF and AVIF, cICP chunks of PNG; conversion to sRGB."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dampipe.media.color_codes import COLOR_SPACES, PRIMARIES, TRANSFERS, tag

_MAX_HEADER = 1 << 22
"""Bytes of a file in which the tags are searched for."""
_PNG_HEADER = 8


@dataclass(frozen=True)
class ColorTags:
    """Names as ffmpeg has them; None means unknown."""

    primaries: str | None
    transfer: str | None
    matrix: str | None = None

    @property
    def hdr(self) -> bool:
        """Whether the picture needs tone mapping."""
        return self.transfer in ("smpte2084", "arib-std-b67")

    @classmethod
    def from_codes(cls, primaries: int, transfer: int, matrix: int) -> "ColorTags":
        """From the numbers of the standard."""
        return cls(tag(PRIMARIES, primaries), TRANSFERS.get(transfer), tag(COLOR_SPACES, matrix))


class HeifHeader(NamedTuple):
    """What the properties of the primary item of a HEIF or AVIF file say."""

    size: tuple[int, int] | None = None
    """(width, height) before rotation."""
    bits: int | None = None
    tags: ColorTags | None = None
    is_grid: bool = False
    """Whether it is put together from other items."""


class _Box(NamedTuple):
    kind: bytes
    content: bytes


def read_heif_header(path: str) -> HeifHeader:
    """Read the properties of the primary item. Raises ValueError, struct.error and the like for broken boxes."""
    with Path(path).open("rb") as stream:
        content = stream.read(_MAX_HEADER)
    meta = next((box.content[4:] for box in _boxes(content) if box.kind == b"meta"), None)
    if meta is None:
        return HeifHeader()
    boxes = {box.kind: box.content for box in _boxes(meta)}
    parts = {box.kind: box.content for box in _boxes(boxes.get(b"iprp", b""))}
    properties = list(_boxes(parts.get(b"ipco", b"")))
    primary = _primary_item(boxes[b"pitm"])
    wanted = _property_numbers(parts.get(b"ipma", b""), primary)
    own = [properties[number - 1] for number in wanted if 0 < number <= len(properties)]
    found = HeifHeader(is_grid=_item_type(boxes.get(b"iinf", b""), primary) == b"grid")
    for box in own:
        if box.kind == b"ispe":
            width, height = struct.unpack_from(">II", box.content, 4)
            found = found._replace(size=(width, height))
        elif box.kind == b"pixi" and len(box.content) > 5:
            found = found._replace(bits=max(box.content[5:]))
    # The tiles of a grid may have the tags that the grid itself lacks.
    for box in (*own, *properties):
        if found.tags is None and box.kind == b"colr" and box.content[:4] == b"nclx":
            found = found._replace(tags=ColorTags.from_codes(*struct.unpack_from(">HHH", box.content, 4)))
    return found


def read_png_tags(path: str) -> ColorTags | None:
    """The tags of a PNG's cICP chunk, or None."""
    data = png_chunk(path, b"cICP")
    return ColorTags.from_codes(*data[:3]) if data is not None else None


def png_chunk(path: str, wanted: bytes) -> bytes | None:
    """The data of the first chunk of this kind, wherever it is, or None. Reads the heads of chunks only."""
    with Path(path).open("rb") as stream:
        stream.seek(_PNG_HEADER)
        while len(head := stream.read(8)) == 8:
            length, kind = struct.unpack(">I4s", head)
            if kind == wanted:
                return stream.read(min(length, _MAX_HEADER))
            stream.seek(length + 4, 1)
    return None


def _boxes(content: bytes) -> Iterator[_Box]:
    at = 0
    while at + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        start = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", content, at + 8)
            start = 16
        elif length == 0:
            length = len(content) - at
        if length < start:
            raise ValueError("a box is shorter than its header")
        yield _Box(kind, content[at + start : at + length])
        at += length


def _primary_item(pitm: bytes) -> int:
    return int.from_bytes(pitm[4:8] if pitm[0] else pitm[4:6])


def _item_type(iinf: bytes, item: int) -> bytes:
    for box in _boxes(iinf[8 if iinf[:1] != b"\0" else 6 :]):
        wide = 4 if box.content[0] > 2 else 2
        if box.kind == b"infe" and int.from_bytes(box.content[4 : 4 + wide]) == item:
            return box.content[6 + wide : 10 + wide]
    return b""


def _property_numbers(ipma: bytes, item: int) -> list[int]:
    """The numbers, from 1, of the properties that belong to the item, in their order."""
    if not ipma:
        return []
    long_items, long_numbers = bool(ipma[0]), bool(ipma[3] & 1)
    (count,) = struct.unpack_from(">I", ipma, 4)
    at = 8
    for _ in range(count):
        number, links = struct.unpack_from(">IB" if long_items else ">HB", ipma, at)
        at += 5 if long_items else 3
        wide = 2 if long_numbers else 1
        values = [int.from_bytes(ipma[at + n * wide : at + (n + 1) * wide]) for n in range(links)]
        at += links * wide
        if number == item:
            return [value & (0x7FFF if long_numbers else 0x7F) for value in values]
        if at >= len(ipma):
            break
    return []


_CHROMATICITIES: dict[str, tuple[float, ...]] = {
    # x and y of red, green, blue; the white is D65
    "bt709": (0.640, 0.330, 0.300, 0.600, 0.150, 0.060),
    "bt2020": (0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    "smpte432": (0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
_WHITE = np.array([0.3127 / 0.3290, 1.0, (1 - 0.3127 - 0.3290) / 0.3290])


def needs_conversion(tags: ColorTags | None) -> bool:
    """Whether an SDR picture with these tags has other primaries than sRGB that are known here."""
    if tags is None or tags.hdr or tags.primaries in (None, "bt709"):
        return False
    return tags.primaries in _CHROMATICITIES


def srgb_from(pixels: NDArray[np.uint8], primaries: str) -> NDArray[np.uint8]:
    """Convert RGB with other primaries (a key of `_CHROMATICITIES`) and the curve of sRGB to sRGB."""
    matrix = np.linalg.inv(_to_xyz("bt709")) @ _to_xyz(primaries)
    light = decode_srgb(np.linspace(0, 1, 256, dtype=np.float32))[pixels]
    encoded = encode_srgb(np.clip(light @ matrix.T.astype(np.float32), 0, 1))
    return np.rint(encoded * 255).astype(np.uint8)


def decode_srgb(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The light of sRGB values, both 0 to 1."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype(np.float32)


def encode_srgb(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """The sRGB values of light, both 0 to 1."""
    encoded = 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055
    return np.where(light <= 0.0031308, light * 12.92, encoded).astype(np.float32)


def _to_xyz(primaries: str) -> NDArray[np.float64]:
    x_red, y_red, x_green, y_green, x_blue, y_blue = _CHROMATICITIES[primaries]
    columns = np.array(
        [[x / y, 1.0, (1 - x - y) / y] for x, y in ((x_red, y_red), (x_green, y_green), (x_blue, y_blue))]
    ).T
    return np.asarray(columns * np.linalg.solve(columns, _WHITE))
