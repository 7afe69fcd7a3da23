"""Colours of stills: HDR looks like HDR video, wide gamuts are converted by tag or profile, gain maps are ignored."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.info import MediaKind
from dampipe.media.preview.maker import FrameSelector, PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.recipes import FramesRecipe, PreviewRecipe
from tests.support.heic import heic
from tests.support.icc import display_p3

PATCHES = np.array(
    ((0.58,) * 3, (0.3,) * 3, (0.55, 0.25, 0.25), (0.25, 0.55, 0.25), (0.25, 0.25, 0.55), (0.55, 0.5, 0.2))
)
"""R'G'B' in the transfer of the sample."""
SIDE = 64
CODES = {"smpte2084": 16, "arib-std-b67": 18, "bt2020": 9, "smpte432": 12}
TOLERANCE = 5.0


@pytest.fixture
def shown(ffmpeg: Ffmpeg, choose: FrameSelector, prober: Prober, tmp_path: Path) -> "Shown":
    return Shown(ffmpeg, choose, prober, tmp_path)


class Shown:
    """What is shown of a file: the mean colour of each patch in its frame, 0 to 255."""

    def __init__(self, ffmpeg: Ffmpeg, choose: FrameSelector, prober: Prober, folder: Path) -> None:
        recipe = PreviewRecipe(frames=FramesRecipe(size=192, fit="squash"))
        self._maker = PreviewMaker(ffmpeg, recipe, choose, prober=prober)
        self._prober = prober
        self._folder = folder

    def __call__(self, path: Path, hdr: bool) -> NDArray[np.float64]:
        media = self._prober.probe(str(path))
        assert media.video is not None
        assert media.video.hdr == hdr
        folder = self._folder / f"{path.name} made"
        folder.mkdir()
        assert self._maker.make(str(path), media, folder).warnings == ()
        frame = np.load(folder / "frames.npy")[0].astype(float)
        width = 192 / len(PATCHES)
        with Image.open(folder / "poster.jpg") as poster:
            small = np.asarray(poster.convert("RGB").resize((192, 192))).astype(float)
        means = [
            [
                image[60:130, int((n + 0.3) * width) : int((n + 0.7) * width)].mean((0, 1))
                for n in range(len(PATCHES))
            ]
            for image in (frame, small)
        ]
        if media.kind is MediaKind.STILL:
            assert np.abs(np.array(means[0]) - means[1]).max() < 6  # the poster shows the same colours
        return np.array(means[0])


def pixels() -> NDArray[np.float64]:
    return np.repeat(np.repeat(PATCHES[None], SIDE, 0), SIDE, 1)


def encoded(ffmpeg: Ffmpeg, folder: Path, transfer: str, primaries: str, *words: str) -> None:
    """Run ffmpeg over the patches, converted to 10 bit 4:4:4 of BT.2020 and tagged; words: from the encoder on."""
    head = b"P6 %d %d 65535\n" % (SIDE * len(PATCHES), SIDE)
    (folder / "patches.ppm").write_bytes(head + (pixels() * 65535).round().astype(">u2").tobytes())
    # zscale converts the matrix alone where all else is the same.
    same = f"tin={transfer}:t={transfer}:pin={primaries}:p={primaries}"
    graph = f"format=gbrp16le,zscale=min=gbr:rin=full:m=2020_ncl:r=limited:{same},format=yuv444p10le"
    graph += f",setparams=colorspace=bt2020nc:color_primaries={primaries}:color_trc={transfer}:range=tv"
    result = run_ffmpeg(ffmpeg, ["-i", "patches.ppm", "-vf", graph, *words], Limits(), folder=folder)
    assert result.ok, result.stderr


def make_video(ffmpeg: Ffmpeg, folder: Path, transfer: str, primaries: str) -> Path:
    encoded(ffmpeg, folder, transfer, primaries, "-c:v", "ffv1", "video.mkv")
    return folder / "video.mkv"


def make_avif(ffmpeg: Ffmpeg, folder: Path, transfer: str, primaries: str) -> Path:
    words = ("-c:v", "libaom-av1", "-still-picture", "1", "-aom-params", "lossless=1", "p.avif")
    encoded(ffmpeg, folder, transfer, primaries, *words)
    return folder / "p.avif"


def make_heic(ffmpeg: Ffmpeg, folder: Path, transfer: str, primaries: str) -> Path:
    words = (
        "-pix_fmt",
        "yuv420p10le",
        "-c:v",
        "libx265",
        "-x265-params",
        "log-level=none:crf=12",
        "p.hevc",
    )
    encoded(ffmpeg, folder, transfer, primaries, *words)
    colors = (CODES[primaries], CODES[transfer], 9)
    content = heic((folder / "p.hevc").read_bytes(), (SIDE * len(PATCHES), SIDE), colors=colors, bits=10)
    (folder / "p.hif").write_bytes(content)
    return folder / "p.hif"


def make_png(ffmpeg: Ffmpeg, folder: Path, transfer: str, primaries: str) -> Path:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    values = (pixels() * 65535).round().astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in values)
    head = struct.pack(">IIBBBBB", SIDE * len(PATCHES), SIDE, 16, 2, 0, 0, 0)
    tags = bytes((CODES[primaries], CODES[transfer], 0, 1))
    content = (
        chunk(b"IHDR", head)
        + chunk(b"cICP", tags)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    (folder / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n" + content)
    return folder / "p.png"


@pytest.mark.parametrize("make", [make_avif, make_heic, make_png])
@pytest.mark.parametrize(
    ("transfer", "primaries"),
    [("smpte2084", "bt2020"), ("arib-std-b67", "bt2020"), ("smpte2084", "smpte432")],
)
def test_hdr_stills_look_like_hdr_video(
    make, transfer: str, primaries: str, ffmpeg: Ffmpeg, shown: Shown, tmp_path: Path
) -> None:
    expected = shown(make_video(ffmpeg, tmp_path, transfer, primaries), True)
    found = shown(make(ffmpeg, tmp_path, transfer, primaries), True)
    assert np.abs(found - expected).max() < TOLERANCE
    assert (
        expected[0].mean() > 1.25 * expected[1].mean() > 20
    )  # grey and brighter grey; neither black nor all white


P3_TO_SRGB = np.array([[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]])


def srgb_of_p3() -> NDArray[np.float64]:
    light = np.where(PATCHES <= 0.04045, PATCHES / 12.92, ((PATCHES + 0.055) / 1.055) ** 2.4)
    light = np.clip(light @ P3_TO_SRGB.T, 0, 1)
    return 255 * np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def eight_bit() -> Image.Image:
    return Image.fromarray((pixels() * 255).round().astype(np.uint8))


def p3_avif_by_tag(ffmpeg: Ffmpeg, folder: Path) -> Path:
    out = io.BytesIO()
    eight_bit().save(out, "AVIF", quality=100, subsampling="4:4:4")
    content = out.getvalue()
    at = content.index(b"nclx") + 4
    (folder / "p.avif").write_bytes(content[:at] + struct.pack(">HH", 12, 13) + content[at + 4 :])
    return folder / "p.avif"


def by_profile(name: str, **options: object):
    def make(ffmpeg: Ffmpeg, folder: Path) -> Path:
        eight_bit().save(folder / name, icc_profile=display_p3(), **options)
        return folder / name

    return make


@pytest.mark.parametrize(
    "make",
    [
        p3_avif_by_tag,
        by_profile("p.jpg", quality=98, subsampling=0),
        by_profile("q.png"),
        by_profile("p.tif"),
        by_profile("p.webp", lossless=True),
        by_profile("q.avif", quality=98, subsampling="4:4:4"),
    ],
    ids=["nclx.avif", "jpeg", "png", "tiff", "webp", "avif"],
)
def test_p3_is_converted_to_srgb(make, ffmpeg: Ffmpeg, shown: Shown, tmp_path: Path) -> None:
    found = shown(make(ffmpeg, tmp_path), False)
    assert np.abs(found - srgb_of_p3()).max() < TOLERANCE
    assert np.abs(found - PATCHES * 255).max() > 8  # else the test would not see the difference


def test_the_gain_map_of_a_jpeg_is_not_the_picture(shown: Shown, tmp_path: Path) -> None:
    base, both = io.BytesIO(), io.BytesIO()
    eight_bit().save(base, "JPEG", quality=98, subsampling=0)
    gain = Image.new("RGB", (SIDE, SIDE), "white")
    eight_bit().save(both, "MPO", save_all=True, append_images=[gain], quality=98, subsampling=0)
    (tmp_path / "p.jpg").write_bytes(both.getvalue())
    (tmp_path / "q.jpg").write_bytes(base.getvalue() + b"\xff\xd8 a gain map without an index")
    for name in ("p.jpg", "q.jpg"):
        assert np.abs(shown(tmp_path / name, False) - PATCHES * 255).max() < TOLERANCE
