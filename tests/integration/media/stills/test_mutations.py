"""Damaged metadata loses no picture: bytes of stills are changed, and whatever Pillow or ffmpeg decode is made."""

import io
import os
import random
import struct
import subprocess
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.probe.signatures import still_container
from dampipe.media.stills.develop import develop, still_info
from dampipe.media.stills.failures import StillError
from tests.support.heic import heic

SIZE = (96, 64)
MUTATIONS = int(os.environ.get("DAMPIPE_TEST_MUTATIONS", "60"))
"""Of each format."""
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF/></x:xmpmeta>'
_REFERENCES = {
    "jpeg": "jpeg_pipe",
    "png": "png_pipe",
    "webp": "webp_pipe",
    "tiff": "tiff_pipe",
    "avif": "mov",
}


def picture() -> Image.Image:
    made = Image.new("RGB", SIZE, (40, 60, 220))
    made.paste((220, 30, 30), (0, 0, SIZE[0], SIZE[1] // 3))
    return made


def exif() -> Image.Exif:
    made = Image.Exif()
    made[271], made[272], made[274] = "Canon", "Canon EOS R5", 1
    made.get_ifd(0x8769).update({36867: "2024:05:06 07:08:09", 36881: "+02:00", 33434: 0.01})
    return made


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def sample(name: str, ffmpeg: Ffmpeg, folder: Path) -> bytes:
    out = io.BytesIO()
    options = {"exif": exif(), "icc_profile": profile()}
    if name == "jpeg":
        picture().save(out, "JPEG", quality=95, xmp=XMP, comment=b"a comment", **options)
        photoshop = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x10\x1c\x02\x05\0\x0bA headline.\0"
        content = out.getvalue()
        return content[:2] + b"\xff\xed" + struct.pack(">H", len(photoshop) + 2) + photoshop + content[2:]
    if name == "png":
        picture().save(out, "PNG", **options)
    elif name == "webp":
        picture().save(out, "WEBP", lossless=True, xmp=XMP, **options)
    elif name == "tiff":
        picture().save(out, "TIFF", compression="tiff_lzw", **options)
    elif name == "avif":
        picture().save(out, "AVIF", quality=95, xmp=XMP, **options)
    else:
        picture().save(folder / "p.png")
        arguments = ["-i", "p.png", "-c:v", "libx265", "-x265-params", "log-level=none:crf=5"]
        assert run_ffmpeg(ffmpeg, [*arguments, "-pix_fmt", "yuv420p", "p.hevc"], Limits(), folder=folder).ok
        return heic((folder / "p.hevc").read_bytes(), SIZE, exif=b"\0\0\0\6" + exif().tobytes())
    return out.getvalue()


def mutated(content: bytes, name: str) -> Iterator[bytes]:
    """Bytes of every region are changed: single ones, runs, and lengths that point beyond the end."""
    chance = random.Random(name)
    for number in range(MUTATIONS):
        changed = bytearray(content)
        at = number * len(content) // MUTATIONS
        for _ in range(chance.choice((1, 1, 4, 16))):
            place = min(at + chance.randrange(40), len(content) - 1)
            changed[place] = chance.choice((0, 0xFF, changed[place] ^ 1, chance.randrange(256)))
        yield bytes(changed)


def pillow_decodes(content: bytes, container: str) -> Image.Image | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = Image.open(io.BytesIO(content), formats=[container.upper()])
            found.load()
    except Exception:
        return None
    return found


def ffmpeg_decodes(ffmpeg: Ffmpeg, path: Path, container: str) -> bool:
    """Without a word of complaint."""
    words = [
        "-v",
        "warning",
        "-f",
        _REFERENCES[container],
        "-i",
        f"file:{path}",
        "-frames:v",
        "1",
        "-f",
        "null",
    ]
    done = subprocess.run([ffmpeg.path, "-nostdin", "-hide_banner", *words, "-"], capture_output=True)
    return done.returncode == 0 and not done.stderr


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "tiff", "avif", "heif"])
def test_what_pillow_or_ffmpeg_decode_is_made(name: str, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    content, path = sample(name, ffmpeg, tmp_path), tmp_path / "p"
    if name == "heif":
        from pi_heif import register_heif_opener

        register_heif_opener()
    lost, made = [], 0
    for number, changed in enumerate(mutated(content, name)):
        path.write_bytes(changed)
        container = still_container(str(path))
        if container is None:
            continue
        expected = pillow_decodes(changed, container)
        try:
            still_info(str(path), container, ffmpeg.path)
            found = develop(str(path), container, 720, ffmpeg.path)
        except StillError as error:
            complaint = expected is None and (name == "heif" or not ffmpeg_decodes(ffmpeg, path, container))
            lost += [] if complaint else [(number, str(error))]
            continue
        made += 1
        assert len(found.pixels) in (found.width * found.height * 3, found.width * found.height * 6)
    assert lost == []
    assert made > MUTATIONS // 3


def with_chunk(png: bytes, kind: bytes, data: bytes) -> bytes:
    chunk = struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return png[:33] + chunk + png[33:]


def with_segment(jpeg: bytes, marker: int, data: bytes) -> bytes:
    return jpeg[:2] + struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data + jpeg[2:]


def damaged_metadata() -> dict[str, bytes]:
    jpeg, png, webp, tiff = (io.BytesIO() for _ in range(4))
    picture().save(jpeg, "JPEG", quality=95)
    picture().save(png, "PNG")
    garbage = b"Exif\0\0II*\0\xff\xff\xff\xff" + b"\xff" * 40
    picture().save(webp, "WEBP", lossless=True, exif=garbage)
    picture().save(tiff, "TIFF", tiffinfo={34665: 0x7FFFFFF0})
    raw_profile = b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n      20\nnot hexadecimal at all\n")
    return {
        "garbage EXIF.jpg": with_segment(jpeg.getvalue(), 0xE1, garbage),
        "wrong byte order.jpg": with_segment(jpeg.getvalue(), 0xE1, b"Exif\0\0XX" + exif().tobytes()[8:]),
        "cut EXIF.jpg": with_segment(jpeg.getvalue(), 0xE1, exif().tobytes()[:30]),
        "empty segments.jpg": with_segment(jpeg.getvalue(), 0xE2, b""),
        "half a profile.jpg": with_segment(jpeg.getvalue(), 0xE2, b"ICC_PROFILE\0\1\2" + profile()[:50]),
        "garbage IPTC.jpg": with_segment(jpeg.getvalue(), 0xED, b"Photoshop 3.0\x008BIM\x04\x04\xff\xff\xff\xff\xff"),
        "garbage MPF.jpg": with_segment(jpeg.getvalue(), 0xE2, b"MPF\0II*\0\xff\xff\xff\xff\0\0"),
        "raw profile.png": with_chunk(png.getvalue(), b"zTXt", raw_profile),
        "garbage EXIF.png": with_chunk(png.getvalue(), b"eXIf", garbage[6:]),
        "garbage profile.png": with_chunk(png.getvalue(), b"iCCP", b"x\0\0" + zlib.compress(b"no profile")),
        "garbage EXIF.webp": webp.getvalue(),
        "EXIF beyond the end.tif": tiff.getvalue(),
    }  # fmt: skip


@pytest.mark.parametrize("name", damaged_metadata())
def test_damaged_metadata_is_ignored(name: str, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(damaged_metadata()[name])
    container = still_container(str(path))
    assert container is not None
    info = still_info(str(path), container, ffmpeg.path)
    assert info is not None
    assert (info["video"]["width"], info["video"]["height"], info["camera"]) == (*SIZE, None)
    made = develop(str(path), container, 720, ffmpeg.path)
    shown = np.frombuffer(made.pixels, np.uint8).reshape(made.height, made.width, 3).astype(int)
    assert np.abs(shown - np.asarray(picture())).mean() < 3
    if name == "raw profile.png":
        assert any("EXIF" in warning for warning in info["warnings"]), name
