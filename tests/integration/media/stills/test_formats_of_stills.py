"""Formats of stills beside TIFF: each shows the picture that was written, by whichever reader opens it."""

import io
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.probe.prober import Prober
from tests.integration.media.stills.test_develop import assert_shows_the_scene, scene

Writer = Callable[[Path, Ffmpeg], None]


def by_ffmpeg(*words: str) -> Writer:
    def write(path: Path, ffmpeg: Ffmpeg) -> None:
        scene().save(path.parent / "scene.png")
        command = [ffmpeg.path, "-v", "error", "-y", "-i", "scene.png", *words]
        subprocess.run(
            [*command, "-frames:v", "1", "-update", "1", "-f", "image2", path.name],
            cwd=path.parent,
            check=True,
        )

    return write


def linear(path: Path, ffmpeg: Ffmpeg, *words: str) -> None:
    """Linear light in floats, written as PFM and converted."""
    values = np.asarray(scene()).astype("<f4") / 255
    light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype("<f4")
    (path.parent / "light.pfm").write_bytes(b"PF\n%d %d\n-1.0\n" % scene().size + light[::-1].tobytes())
    command = [ffmpeg.path, "-v", "error", "-y", "-i", "light.pfm", *words, "-frames:v", "1", "-update", "1"]
    subprocess.run([*command, "-f", "image2", path.name], cwd=path.parent, check=True)


def by_pillow(**options: object) -> Writer:
    return lambda path, _: scene().save(path, **options)


def psd(depth: int) -> Writer:
    def write(path: Path, _: Ffmpeg) -> None:
        values = np.asarray(scene()).transpose(2, 0, 1)
        stored = values.tobytes() if depth == 8 else (values.astype(">u2") * 257).astype(">u2").tobytes()
        head = struct.pack(">4sH6xHIIHH", b"8BPS", 1, 3, 200, 320, depth, 3)
        path.write_bytes(head + bytes(12) + struct.pack(">H", 0) + stored)

    return write


def bad_checksum(path: Path, _: Ffmpeg) -> None:
    out = io.BytesIO()
    scene().save(out, "PNG")
    content = bytearray(out.getvalue())
    content[content.index(b"IDAT") - 4 + 8 + int.from_bytes(content[content.index(b"IDAT") - 4 :][:4])] ^= (
        0xFF
    )
    path.write_bytes(content)


def bad_header_checksum(path: Path, _: Ffmpeg) -> None:
    out = io.BytesIO()
    scene().save(out, "PNG")
    content = bytearray(out.getvalue())
    content[29] ^= 0xFF
    path.write_bytes(content)


def bitmap_with_alpha(path: Path, _: Ffmpeg) -> None:
    """A BMP of 16 bits with a bit of alpha, as 1555."""
    red, green, blue = (np.asarray(scene()).astype("<u2")[..., channel] >> 3 for channel in range(3))
    rows = (1 << 15 | red << 10 | green << 5 | blue)[::-1].astype("<u2").tobytes()
    masks = struct.pack("<IIII", 0x7C00, 0x3E0, 0x1F, 0x8000)
    head = struct.pack("<IiiHHIIiiII", 108, 320, 200, 1, 16, 3, len(rows), 2835, 2835, 0, 0) + masks
    head = head.ljust(108, b"\0")
    path.write_bytes(b"BM" + struct.pack("<IHHI", 14 + 108 + len(rows), 0, 0, 14 + 108) + head + rows)


def bad_segment(path: Path, _: Ffmpeg) -> None:
    """A JPEG whose application segments are cut, of a wrong kind or lie about their contents."""
    out = io.BytesIO()
    scene().save(out, "JPEG", quality=95)
    content = out.getvalue()
    segments = b"".join(
        struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data
        for marker, data in (
            (0xE0, b"JFIF\0"),
            (0xE1, b"Exif\0\0MM\0*"),
            (0xE2, b"MPF\0MM\0*\0\0\0\x08\0\1\xb0\1"),
            (0xEE, b"Adobe"),
        )
    )
    path.write_bytes(content[:2] + segments + content[2:])


FILES: dict[str, tuple[Writer, str, int]] = {
    "p.jxl": (by_ffmpeg("-distance", "0"), "jpegxl", 8),
    "deep.jxl": (by_ffmpeg("-pix_fmt", "rgb48", "-distance", "0.1"), "jpegxl", 16),
    "p.jp2": (by_pillow(), "jpeg2000", 8),
    "p.j2k": (by_pillow(), "jpeg2000", 8),
    "p.exr": (lambda path, ffmpeg: linear(path, ffmpeg, "-c:v", "exr"), "exr", 32),
    "half.exr": (lambda path, ffmpeg: linear(path, ffmpeg, "-c:v", "exr", "-format", "half"), "exr", 32),
    "p.hdr": (lambda path, ffmpeg: linear(path, ffmpeg, "-c:v", "hdr"), "hdr", 32),
    "p.dpx": (by_ffmpeg(), "dpx", 8),
    "ten.dpx": (by_ffmpeg("-pix_fmt", "gbrp10be"), "dpx", 10),
    "deep.dpx": (by_ffmpeg("-pix_fmt", "rgb48be"), "dpx", 16),
    "p.psd": (psd(8), "psd", 8),
    "deep.psd": (psd(16), "psd", 16),
    "p.tga": (by_pillow(), "tga", 8),
    "packed.tga": (by_pillow(compression="tga_rle"), "tga", 8),
    "p.ppm": (by_pillow(), "pnm", 8),
    "p.pam": (by_ffmpeg("-c:v", "pam"), "pnm", 8),
    "p.pfm": (by_ffmpeg("-pix_fmt", "gbrpf32le"), "pnm", 32),
    "p.sgi": (by_pillow(), "sgi", 8),
    "p.pcx": (by_pillow(), "pcx", 8),
    "p.qoi": (by_pillow(), "qoi", 8),
    "p.dds": (by_pillow(), "dds", 8),
    "p.dib": (by_pillow(), "dib", 8),
    "p.ras": (by_ffmpeg(), "sunrast", 8),
    "p.jls": (by_ffmpeg("-c:v", "jpegls", "-pix_fmt", "rgb24"), "jpegls", 8),
    "lossless.jpg": (by_ffmpeg("-c:v", "ljpeg", "-strict", "-1", "-pix_fmt", "bgr24"), "jpeg", 8),
    "p.bmp": (by_pillow(), "bmp", 8),
    "alpha.bmp": (bitmap_with_alpha, "bmp", 8),
    "checksum.png": (bad_checksum, "png", 8),
    "header checksum.png": (bad_header_checksum, "png", 8),
    "segments.jpg": (bad_segment, "jpeg", 8),
    "p.avif": (by_pillow(quality=95), "avif", 8),
    "p.webp": (by_pillow(lossless=True), "webp", 8),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_formats(name: str, ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path) -> None:
    write, container, bits = FILES[name]
    path = tmp_path / name
    write(path, ffmpeg)
    media = prober.probe(str(path))
    assert media.video is not None
    assert (media.container, media.video.display_size, media.video.bit_depth) == (container, (320, 200), bits)
    made = prober.develop(str(path), 720)
    assert not made.hdr
    assert_shows_the_scene(
        np.frombuffer(made.pixels, np.uint8).reshape(made.height, made.width, 3).astype(int)
    )


def test_grey_with_alpha_in_jpeg_2000_that_pillow_decodes_in_part(
    ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path
) -> None:
    path = tmp_path / "p.jp2"
    by_ffmpeg("-c:v", "jpeg2000", "-pix_fmt", "ya8")(path, ffmpeg)
    made = prober.develop(str(path), 720)
    shown = np.frombuffer(made.pixels, np.uint8).reshape(made.height, made.width, 3).astype(int)
    grey = np.asarray(scene().convert("L")).astype(int)
    assert np.abs(shown[..., 1] - grey).mean() < 6
    assert made.warnings == ()


def test_without_ffmpeg_what_only_it_opens_is_an_unknown_format(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    from dampipe.kernel.errors import BadMedia

    path = tmp_path / "p.exr"
    linear(path, ffmpeg, "-c:v", "exr")
    alone = Prober()
    try:
        with pytest.raises(BadMedia) as caught:
            alone.probe(str(path))
    finally:
        alone.close()
    assert caught.value.code == "media.still_format_unknown"


def test_highlights_of_openexr_are_compressed(ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path) -> None:
    light = np.repeat(np.array([0.02, 0.18, 0.5, 1.0, 4.0, 16.0], "<f4"), 20)
    values = np.repeat(np.repeat(light[None, :, None], 20, 0), 3, 2)
    (tmp_path / "p.pfm").write_bytes(b"PF\n%d 20\n-1.0\n" % len(light) + values.tobytes())
    command = [ffmpeg.path, "-v", "error", "-i", "p.pfm", "-c:v", "exr", "p.exr"]
    subprocess.run(command, cwd=tmp_path, check=True)
    made = prober.develop(str(tmp_path / "p.exr"), 720)
    row = np.frombuffer(made.pixels, np.uint8).reshape(made.height, made.width, 3)[10, 10::20, 0].astype(int)
    assert np.all(np.diff(row) > 8)  # every step can be seen
    assert row[-1] > 250 and 90 < row[1] < 130, row


def test_log_dpx_is_converted_to_light(ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path) -> None:
    codes = np.repeat(np.array([95, 445, 685], ">u2"), 20)  # black, grey of 18 %, white of Cineon
    values = np.repeat(np.repeat(codes[None, :, None], 20, 0), 3, 2)
    (tmp_path / "p.ppm").write_bytes(b"P6 60 20 65535\n" + (values * 64.06).astype(">u2").tobytes())
    command = [ffmpeg.path, "-v", "error", "-i", "p.ppm", "-pix_fmt", "gbrp10be", "p.dpx"]
    subprocess.run(command, cwd=tmp_path, check=True)
    content = bytearray((tmp_path / "p.dpx").read_bytes())
    plain = prober.develop(str(tmp_path / "p.dpx"), 720)
    assert np.frombuffer(plain.pixels, np.uint8).reshape(20, 60, 3)[10, 30, 0].astype(int) == pytest.approx(
        111, abs=3
    )
    content[801] = 3  # the transfer of the first image element: logarithmic
    (tmp_path / "p.dpx").write_bytes(content)
    made = prober.develop(str(tmp_path / "p.dpx"), 720)
    row = np.frombuffer(made.pixels, np.uint8).reshape(20, 60, 3)[10, [10, 30, 50], 0]
    assert row.astype(int) == pytest.approx([0, 110, 255], abs=8)
