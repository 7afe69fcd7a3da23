"""Stills: upright by EXIF, in true colours, deep ones scaled, HEIC, AVIF and camera raw, and half a picture."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from dampipe.kernel.errors import BadMedia
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.outputs import DerivativeKind
from dampipe.media.preview.maker import FrameSelector, MadePreview, PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.recipes import FramesRecipe, PreviewRecipe
from dampipe.media.stills.pillow_reader import TRUNCATED
from tests.support.dng import cinema_dng, dng
from tests.support.heic import heic

RED, BLUE = (220, 30, 30), (40, 60, 220)
TURNS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""EXIF orientation -> what the camera did to the upright picture."""


@pytest.fixture
def maker(ffmpeg: Ffmpeg, choose: FrameSelector, prober: Prober) -> PreviewMaker:
    return PreviewMaker(ffmpeg, PreviewRecipe(frames=FramesRecipe(size=64)), choose, prober=prober)


def scene(size: tuple[int, int] = (320, 200)) -> Image.Image:
    """Blue with a red band on top, whose left end is white: every turn and mirror of it looks different."""
    picture = Image.new("RGB", size, BLUE)
    picture.paste(RED, (0, 0, size[0], size[1] // 3))
    picture.paste((255, 255, 255), (0, 0, size[0] // 5, size[1] // 3))
    return picture


def jpeg(picture: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=95, **options)
    return out.getvalue()


def poster_of(made: MadePreview) -> np.ndarray:
    path = next(file.path for file in made.files if file.kind is DerivativeKind.POSTER)
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def assert_shows_the_scene(poster: np.ndarray, size: tuple[int, int] = (320, 200)) -> None:
    assert poster.shape == (size[1], size[0], 3)
    high, wide = size[1], size[0]
    for (y, x), color in (
        ((0.15, 0.08), (255,) * 3),
        ((0.15, 0.8), RED),
        ((0.8, 0.08), BLUE),
        ((0.8, 0.8), BLUE),
    ):
        assert np.abs(poster[int(y * high), int(x * wide)] - color).max() <= 14, (y, x)


@pytest.mark.parametrize("orientation", TURNS)
def test_all_ways_to_hold_a_camera(
    orientation: int, prober: Prober, maker: PreviewMaker, tmp_path: Path
) -> None:
    source, exif, turn = tmp_path / "p.jpg", Image.Exif(), TURNS[orientation]
    exif[274] = orientation
    held = scene() if turn is None else scene().transpose(turn)
    source.write_bytes(jpeg(held, exif=exif))
    media = prober.probe(str(source))
    assert media.video is not None
    assert media.video.display_size == (320, 200)
    assert_shows_the_scene(poster_of(maker.make(str(source), media, tmp_path)))
    assert not (tmp_path / "still.ppm").exists()


@pytest.mark.parametrize("turns", [0, 3])
def test_heic(turns: int, ffmpeg: Ffmpeg, prober: Prober, maker: PreviewMaker, tmp_path: Path) -> None:
    size = (192, 320) if turns else (320, 192)
    upright = scene(size)
    upright.rotate(90 * (4 - turns) % 360, expand=True).save(tmp_path / "coded.png")
    arguments = ["-i", "coded.png", "-c:v", "libx265", "-x265-params", "log-level=none:crf=10"]
    assert run_ffmpeg(ffmpeg, [*arguments, "-pix_fmt", "yuv420p", "p.hevc"], Limits(), folder=tmp_path).ok
    source = tmp_path / "p.heic"
    source.write_bytes(heic((tmp_path / "p.hevc").read_bytes(), (320, 192), turns))
    media = prober.probe(str(source))
    assert (media.kind, media.container) == ("still", "heif")
    assert_shows_the_scene(poster_of(maker.make(str(source), media, tmp_path)), size)


def test_the_preview_in_a_camera_raw(prober: Prober, maker: PreviewMaker, tmp_path: Path) -> None:
    source = tmp_path / "p.dng"
    source.write_bytes(dng(jpeg(scene((200, 320)).transpose(Image.Transpose.ROTATE_90)), (320, 200), 6))
    media = prober.probe(str(source))
    assert (media.kind, media.container, media.camera) == ("still", "raw", "Acme One")
    assert media.created_at is not None
    assert media.video is not None
    assert media.video.display_size == (48, 64)  # that of the sensor, not of the preview
    assert_shows_the_scene(poster_of(maker.make(str(source), media, tmp_path)), (200, 320))


def bayer(picture: Image.Image) -> bytes:
    """What a sensor with rows of red and green, green and blue sees: linear light, 16 bit."""
    values = np.asarray(picture).astype(float) / 255
    light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    seen = light[..., 1].copy()
    seen[0::2, 0::2], seen[1::2, 1::2] = light[0::2, 0::2, 0], light[1::2, 1::2, 2]
    return (seen * 60000).round().astype("<u2").tobytes()


RAW_TURNS = {
    1: None,
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", RAW_TURNS)
@pytest.mark.parametrize("preview", ["none", "damaged", "tiny"])
def test_camera_raw_without_a_preview_to_use_is_developed(
    orientation: int, preview: str, prober: Prober, maker: PreviewMaker, tmp_path: Path
) -> None:
    source, turn = tmp_path / "p.dng", RAW_TURNS[orientation]
    held = scene() if turn is None else scene().transpose(turn)
    if preview == "none":
        content = cinema_dng(bayer(held), held.size, orientation)
    else:
        embedded = b"no picture" if preview == "damaged" else jpeg(Image.new("RGB", (40, 30), "green"))
        content = dng(embedded, (40, 30), orientation, sensor=bayer(held), sensor_size=held.size)
    source.write_bytes(content)
    media = prober.probe(str(source))
    assert media.camera == "Acme One"
    assert media.video is not None
    assert (media.video.display_size, media.video.bit_depth) == ((320, 200), 16)
    made = maker.make(str(source), media, tmp_path)
    poster = poster_of(made)
    assert poster.shape == (200, 320, 3)
    white, red, blue = poster[30, 26], poster[30, 256], poster[160, 200]
    # Brightness and white balance are LibRaw's choice.
    assert white.min() > 150
    assert red[0] > 1.5 * max(red[1], red[2]) and blue[2] > 1.5 * max(blue[0], blue[1]), (red, blue)


def test_deep_greys_are_scaled_not_cut_off(prober: Prober, maker: PreviewMaker, tmp_path: Path) -> None:
    source = tmp_path / "p.tiff"
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (64, 1))
    Image.fromarray(ramp).save(source)
    media = prober.probe(str(source))
    assert media.video is not None
    assert media.video.bit_depth == 16
    poster = poster_of(maker.make(str(source), media, tmp_path))
    assert poster[32, [4, 128, 250], 1] == pytest.approx([4, 128, 250], abs=6)


def test_what_is_transparent_is_white(prober: Prober, maker: PreviewMaker, tmp_path: Path) -> None:
    source = tmp_path / "p.png"
    Image.new("RGBA", (64, 64), (10, 10, 10, 0)).save(source)
    assert poster_of(maker.make(str(source), prober.probe(str(source)), tmp_path)).min() > 250


def test_a_broken_colour_profile_is_no_reason_to_show_nothing(
    prober: Prober, maker: PreviewMaker, tmp_path: Path
) -> None:
    source = tmp_path / "p.jpg"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source.write_bytes(jpeg(scene(), icc_profile=profile[:100]))
    assert_shows_the_scene(poster_of(maker.make(str(source), prober.probe(str(source)), tmp_path)))


def test_half_a_picture_is_better_than_none(prober: Prober, maker: PreviewMaker, tmp_path: Path) -> None:
    content = jpeg(Image.effect_noise((320, 200), 60).convert("RGB"))
    source = tmp_path / "p.jpg"
    source.write_bytes(content[: len(content) // 2])
    media = prober.probe(str(source))
    made = maker.make(str(source), media, tmp_path)
    assert made.warnings == (TRUNCATED,)
    poster = poster_of(made)
    assert poster[:60].std() > 20
    assert poster[-40:].std() < 5


def test_large_stills_are_scaled_and_narrow_ones_stay_bounded(
    prober: Prober, maker: PreviewMaker, tmp_path: Path
) -> None:
    for size, expected in (((3000, 2000), (1080, 720)), ((60, 6000), (22, 2160))):
        source = tmp_path / "p.jpg"
        source.write_bytes(jpeg(scene(size)))
        poster = poster_of(maker.make(str(source), prober.probe(str(source)), tmp_path))
        assert poster.shape[1::-1] == expected


def test_the_probe_reads_no_more_than_the_header(prober: Prober, tmp_path: Path) -> None:
    """Every still is decoded once, for all of its derivatives; damage shows up there."""
    noise = Image.effect_noise((1200, 800), 90).convert("RGB")
    exif = Image.Exif()
    exif[272], exif[274] = "One", 6
    for name in ("JPEG", "PNG", "TIFF", "WEBP", "AVIF"):
        source, out = tmp_path / f"p.{name.lower()}", io.BytesIO()
        options = {"compression": "tiff_lzw"} if name == "TIFF" else {}
        noise.save(out, name, exif=exif, **options)
        content = bytearray(out.getvalue())
        middle = len(content) // 3
        content[middle : 2 * middle] = bytes(
            middle
        )  # most of the picture is gone; the rest stays where it was
        source.write_bytes(content)
        media = prober.probe(str(source))
        assert media.video is not None
        assert (media.video.display_size, media.camera, media.warnings) == ((800, 1200), "One", ()), name


def test_exif_behind_the_picture_of_a_png(prober: Prober, tmp_path: Path) -> None:
    out, exif = io.BytesIO(), Image.Exif()
    exif[272], exif[274] = "One", 6
    scene().transpose(Image.Transpose.ROTATE_90).save(out, "PNG")
    content, data = out.getvalue(), exif.tobytes()[6:]
    chunk = struct.pack(">I4s", len(data), b"eXIf") + data + struct.pack(">I", zlib.crc32(b"eXIf" + data))
    source = tmp_path / "p.png"
    source.write_bytes(content[:-12] + chunk + content[-12:])
    media = prober.probe(str(source))
    assert media.video is not None
    assert (media.camera, media.video.display_size) == ("One", (320, 200))
    made = prober.develop(str(source), 720)
    assert_shows_the_scene(np.frombuffer(made.pixels, np.uint8).reshape(200, 320, 3).astype(int))


def test_large_stills_need_one_copy_of_their_pixels(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    """A picture of 100 megapixels (381 MiB) within 900 MiB, of which the program itself takes some."""
    source = tmp_path / "p.png"
    Image.new("RGB", (12_000, 8_400), (200, 30, 30)).save(source, compress_level=1)
    small = Prober(memory=900 << 20, ffmpeg="")
    try:
        made = small.develop(str(source), 720)
    finally:
        small.close()
    assert (made.width, made.height) == (1029, 720)


def test_reasons(ffmpeg: Ffmpeg, prober: Prober, tmp_path: Path) -> None:
    """Not a picture, an unknown part of a format, too large and damaged are different errors."""
    source, out = tmp_path / "p.png", io.BytesIO()
    scene().save(out, "PNG")
    content = bytearray(out.getvalue())

    def code(changed: bytes) -> str:
        source.write_bytes(changed)
        with pytest.raises(BadMedia) as caught:
            prober.develop(str(source), 720)
        return caught.value.code

    assert code(b"some text, not a picture at all") == "media.still_format_unknown"
    assert code(bytes(content[:33])) == "media.still_damaged"
    content[16:24] = (40_000).to_bytes(4) * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4)
    assert code(bytes(content)) == "media.still_too_large"
