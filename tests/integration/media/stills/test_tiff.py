"""TIFF: samples of every kind, planes, tiles, BigTIFF, several pages and orientations show the picture that was written.

The files are written by tifffile or Pillow; what is expected is calculated here from the picture itself.
"""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.probe.prober import Prober
from dampipe.media.stills.develop import develop, still_info
from tests.support.cases import case

HIGH, WIDE = 48, 64
COLOR = np.zeros((HIGH, WIDE, 3))
COLOR[..., 0], COLOR[..., 1] = np.linspace(0, 1, WIDE)[None], np.linspace(0, 1, HIGH)[:, None]
COLOR[..., 2] = 0.25
GREY = COLOR[..., 0]
ALPHA = np.ones((HIGH, WIDE, 1))
ALPHA[:, : WIDE // 2] = 0.5
CMYK = np.concatenate([1 - COLOR, np.zeros((HIGH, WIDE, 1))], 2)


def scaled(values: np.ndarray, kind: str) -> np.ndarray:
    top = np.iinfo(kind).max if np.dtype(kind).kind != "f" else 1
    made = values * top
    return (made if np.dtype(kind).kind == "f" else np.round(made)).astype(kind)


def planes(values: np.ndarray) -> np.ndarray:
    return np.moveaxis(values, 2, 0)


RGB, GRAY = {"photometric": "rgb"}, {"photometric": "minisblack"}
SEPARATE = RGB | {"planarconfig": "separate"}
WITH_ALPHA = {"extrasamples": ["unassalpha"], "planarconfig": "contig"}
ON_WHITE = COLOR * ALPHA + 1 - ALPHA
GREY_ON_WHITE = GREY[..., None] * ALPHA + 1 - ALPHA
RGBA, GREY_ALPHA = np.concatenate([COLOR, ALPHA], 2), np.concatenate([GREY[..., None], ALPHA], 2)
MULTIPLIED = np.concatenate([COLOR * ALPHA, ALPHA], 2)
ZLIB = {"compression": "zlib", "predictor": True}

FILES: dict[str, tuple[np.ndarray, dict[str, Any], np.ndarray]] = {
    **{f"grey {k}": (scaled(GREY, k), GRAY, GREY) for k in ("u1", "u2", "u4", "i1", "i2", "i4", "f2", "f4", "f8")},
    "grey of 0 to 255 in 32 bits": (np.round(GREY * 255).astype("u4"), GRAY, GREY),
    "white is zero": (scaled(1 - GREY, "u1"), {"photometric": "miniswhite"}, GREY),
    "white is zero, float": (scaled(1 - GREY, "f4"), {"photometric": "miniswhite"}, GREY),
    "1 bit": (GREY > 0.5, GRAY, (GREY > 0.5).astype(float)),
    **{f"colour {kind}": (scaled(COLOR, kind), RGB, COLOR) for kind in ("u1", "u2", "u4", "f2", "f4", "f8")},
    **{f"planes {kind}": (planes(scaled(COLOR, kind)), SEPARATE, COLOR) for kind in ("u1", "u2", "f4")},
    "planes in strips": (planes(scaled(COLOR, "u2")), SEPARATE | {"rowsperstrip": 8}, COLOR),
    "planes, deflated": (planes(scaled(COLOR, "u2")), SEPARATE | ZLIB, COLOR),
    "tiles": (scaled(COLOR, "u1"), RGB | {"tile": (16, 16)}, COLOR),
    "tiles of floats": (scaled(COLOR, "f4"), RGB | {"tile": (16, 16)}, COLOR),
    "deflated floats": (scaled(COLOR, "f4"), RGB | {"compression": "zlib"}, COLOR),
    **{f"grey and alpha {k}": (scaled(GREY_ALPHA, k), GRAY | WITH_ALPHA, GREY_ON_WHITE) for k in ("u1", "u2", "f4")},
    **{f"colour and alpha {k}": (scaled(RGBA, k), RGB | WITH_ALPHA, ON_WHITE) for k in ("u1", "u2", "f4")},
    "premultiplied floats": (scaled(MULTIPLIED, "f4"), RGB | {"extrasamples": ["assocalpha"]}, ON_WHITE),
    **{f"cmyk {kind}": (scaled(CMYK, kind), {"photometric": "separated"}, COLOR) for kind in ("u1", "u2")},
    "cmyk and a spot colour": (
        scaled(np.concatenate([CMYK, ALPHA], 2), "u1"),
        {"photometric": "separated", "extrasamples": ["unspecified"]},
        COLOR,
    ),
    "BigTIFF": (scaled(COLOR, "u1"), RGB | {"bigtiff": True}, COLOR),
    "BigTIFF, big-endian": (scaled(COLOR, "u1"), RGB | {"bigtiff": True, "byteorder": ">"}, COLOR),
    "BigTIFF, floats": (scaled(COLOR, "f4"), RGB | {"bigtiff": True}, COLOR),
    "big-endian": (scaled(COLOR, "u2"), RGB | {"byteorder": ">"}, COLOR),
}  # fmt: skip


def shown(path: Path, ffmpeg: Ffmpeg) -> np.ndarray:
    made = develop(str(path), "tiff", 720, ffmpeg.path)
    return np.frombuffer(made.pixels, np.uint8).reshape(made.height, made.width, 3) / 255


def as_color(expected: np.ndarray) -> np.ndarray:
    grey = expected if expected.ndim == 3 else expected[..., None]
    return np.repeat(grey, 3, 2) if grey.shape[2] == 1 else grey


@pytest.mark.parametrize("name", FILES)
def test_samples_of_every_kind(name: str, ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path) -> None:
    values, options, expected = FILES[name]
    path = tmp_path / "p.tif"
    tifffile.imwrite(path, values, **options)
    media = prober.probe(str(path))
    assert media.video is not None
    assert (media.video.display_size, media.warnings) == ((WIDE, HIGH), ())
    assert np.abs(shown(path, ffmpeg) - as_color(expected)).max() < 2.1 / 255


@pytest.mark.parametrize("kind", ["u1", "u2", "f4"])
def test_lab(kind: str, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    # L*, a*, b* (D50) and sRGB of patches, from tables of colorimetry
    table = {
        (53.59, 0.0, 0.0): (128, 128, 128),
        (54.29, 80.81, 69.89): (255, 0, 0),
        (29.57, 68.30, -112.03): (0, 0, 255),
    }
    lab = np.repeat(np.repeat(np.array([list(table)]), 8, 1), 8, 0)
    if kind == "u1":
        stored = np.stack([lab[..., 0] * 2.55, lab[..., 1] % 256, lab[..., 2] % 256], 2).round().astype("u1")
    elif kind == "u2":
        stored = np.stack(
            [lab[..., 0] * 655.35, lab[..., 1] * 256 % 65536, lab[..., 2] * 256 % 65536], 2
        ).astype("u2")
    else:
        stored = lab.astype("f4")
    path = tmp_path / "p.tif"
    tifffile.imwrite(path, stored, photometric="cielab")
    found = shown(path, ffmpeg)[4, [4, 12, 20]] * 255
    assert np.abs(found - list(table.values())).max() < 6, found


@pytest.mark.parametrize("transparent", [False, True])
def test_palettes(transparent: bool, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    path = tmp_path / "p.tif"
    colors = np.zeros((3, 256), "u2")
    colors[:, :3] = np.array([[65535, 0, 0], [0, 65535, 0], [0, 0, 65535]])
    numbers = np.repeat(np.arange(3, dtype="u1")[None], 9, 0).repeat(8, 1)
    if transparent:
        picture = Image.fromarray(numbers).convert("P")
        picture.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
        picture.save(tmp_path / "p.png", transparency=1)
        made = develop(str(tmp_path / "p.png"), "png", 720, ffmpeg.path)
        found = np.frombuffer(made.pixels, np.uint8).reshape(9, 24, 3)
        assert found[4, [4, 12, 20]].tolist() == [[255, 0, 0], [255, 255, 255], [0, 0, 255]]
        return
    tifffile.imwrite(path, numbers, photometric="palette", colormap=colors)
    assert (shown(path, ffmpeg)[4, [4, 12, 20]] * 255).tolist() == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]


ROUND = {
    1: (0, False),
    2: (0, True),
    3: (2, False),
    4: (2, True),
    5: (3, True),
    6: (1, False),
    7: (1, True),
    8: (3, False),
}
"""Orientation -> quarter turns counter-clockwise of the upright picture as stored, and whether it is mirrored then."""


@pytest.mark.parametrize("mode", ["L", "P", "RGB", "RGBA", "CMYK", "I;16", "1", "float", "planes"])
@pytest.mark.parametrize("orientation", ROUND)
@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
def test_orientations(
    mode: str, orientation: int, compression: str | None, ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path
) -> None:
    upright = np.full((HIGH, WIDE), 60, np.uint8)
    upright[:16, :20] = 220  # a bright corner: every turn and mirror differs
    turns, mirrored = ROUND[orientation]
    stored = np.rot90(upright, turns)
    stored = np.ascontiguousarray(stored[:, ::-1] if mirrored else stored)
    path = tmp_path / "p.tif"
    if mode in ("float", "planes"):
        extra = [(274, 3, 1, orientation, True)]
        options = {"extratags": extra, "compression": "zlib" if compression else None, "metadata": None}
        if mode == "float":
            tifffile.imwrite(path, (stored / 255).astype("f4"), **options)
        else:
            wide = np.repeat(stored[None].astype("u2") * 257, 3, 0)
            tifffile.imwrite(path, wide, **options, **SEPARATE)
    else:
        picture = Image.fromarray(stored)
        if mode == "I;16":
            picture = Image.fromarray(stored.astype(np.uint16) * 257)
        elif mode == "1":
            picture = picture.point(lambda value: 255 * (value > 100)).convert("1")
        elif mode == "P":
            picture = Image.fromarray(stored).convert("P")
        else:
            picture = picture.convert("RGB").convert(mode)
        picture.save(path, compression=compression, tiffinfo={274: orientation})
    media = prober.probe(str(path))
    assert media.video is not None
    assert media.video.display_size == (WIDE, HIGH)
    found = shown(path, ffmpeg) * 255
    assert found.shape == (HIGH, WIDE, 3)
    expected = upright if mode != "1" else np.where(upright > 100, 255, 0)
    assert np.abs(found - expected[..., None]).max() <= 2


def write_pages(path: Path, pages: int, compression: str | None, exif_at: int) -> None:
    """Pages of which the first has an EXIF directory at `exif_at`."""
    with tifffile.TiffWriter(path) as writer:
        # tifffile does not write the tag 34665; the one before it is renumbered below.
        tags = [(271, 2, 0, "Canon", True), (272, 2, 0, "Canon EOS R5", True), (34664, 4, 1, exif_at, True)]
        options: dict[str, Any] = {"photometric": "rgb", "compression": compression, "metadata": None}
        writer.write(scaled(COLOR, "u1"), extratags=tags, **options)
        for _ in range(pages - 1):
            writer.write(np.zeros((20, 20, 3), "u1"), **options)
    content, entry = path.read_bytes(), struct.pack("<HHII", 34664, 4, 1, exif_at)
    assert content.count(entry) == 1
    path.write_bytes(content.replace(entry, struct.pack("<HHII", 34665, 4, 1, exif_at)))


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("pages", [1, 2, 3])
def test_several_pages_with_exif(
    pages: int, compression: str | None, ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path
) -> None:
    path, date = tmp_path / "p.tif", b"2024:05:06 07:08:09\0"
    write_pages(path, pages, compression, 0)
    at = path.stat().st_size
    write_pages(path, pages, compression, at)
    with path.open("ab") as stream:
        stream.write(struct.pack("<HHHIII", 1, 36867, 2, len(date), at + 18, 0) + date)
    media = prober.probe(str(path))
    assert (media.camera, media.warnings) == ("Canon EOS R5", ())
    assert media.created_at is not None
    assert media.created_at.isoformat() == "2024-05-06T07:08:09"
    assert np.abs(shown(path, ffmpeg) - COLOR).max() < 2 / 255


def test_an_exif_directory_outside_of_the_file(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    path = tmp_path / "p.tif"
    write_pages(path, 1, None, 0x7FFFFFF0)
    info = still_info(str(path), "tiff", ffmpeg.path)
    assert info is not None
    assert (info["camera"], info["created_at"]) == ("Canon EOS R5", None)
    assert np.abs(shown(path, ffmpeg) - COLOR).max() < 2 / 255


def test_floats_above_one_are_tone_scaled(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    path = tmp_path / "p.tif"
    for top in (1.5, 12.0, 65535.0):
        tifffile.imwrite(path, (GREY * top).astype("f4"))
        row = shown(path, ffmpeg)[20, :, 0]
        assert np.all(np.diff(row) >= 0)  # darker stays darker
        assert row[0] == 0
        assert row[-1] > 0.97  # white is reached
        assert 0.3 < row[WIDE // 2] < 0.8  # and the middle is neither black nor white
    odd = (GREY * 0.5).astype("f4")
    odd[0, 0], odd[0, 1], odd[0, 2] = np.nan, np.inf, -np.inf
    tifffile.imwrite(path, odd)
    assert np.abs(shown(path, ffmpeg)[10, :, 0] - GREY[10] * 0.5).max() < 2 / 255


def test_floats_up_to_one_are_not_changed(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "p.tif", (COLOR * 0.6).astype("f4"), photometric="rgb")
    assert np.abs(shown(tmp_path / "p.tif", ffmpeg) - COLOR * 0.6).max() < 1 / 255


@pytest.mark.parametrize("name", ["grey_o6.tif", "float12.tif", "big.tif"])
def test_reported_files(name: str, ffmpeg: Ffmpeg, prober: Prober) -> None:
    path = case(name)
    media = prober.probe(str(path))
    assert media.video is not None
    assert media.video.display_size == (320, 200)
    found = shown(path, ffmpeg)
    assert found.shape == (200, 320, 3)
    stored = tifffile.imread(path)
    if name == "grey_o6.tif":
        assert np.abs(found[..., 0] - np.rot90(stored, -1) / 255).max() < 1 / 255
    elif name == "big.tif":
        assert np.abs(found - stored / 255).max() < 1 / 255
    else:
        order = np.argsort(stored[::20, ::20].ravel(), kind="stable")
        assert np.all(np.diff(found[::20, ::20, 0].ravel()[order]) >= 0)
        assert found.std() > 0.1
