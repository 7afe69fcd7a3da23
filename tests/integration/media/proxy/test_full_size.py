"""Stills of formats that browsers do not show are made at full size, upright and in their colours; others are not."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.hwaccel.acceleration import SOFTWARE, Acceleration
from dampipe.media.outputs import DerivativeKind
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.full_size import SHOWN_BY_BROWSERS
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.recipes import STILL, ProxyRecipe
from tests.support.dng import dng

RED, BLUE = (220, 30, 30), (40, 60, 220)
SIZE = (2400, 1600)


@pytest.fixture
def maker(ffmpeg: Ffmpeg, prober: Prober) -> ProxyMaker:
    return ProxyMaker(ffmpeg, ProxyRecipe(), [Acceleration(SOFTWARE, True, "for the test")], prober=prober)


def scene(size: tuple[int, int] = SIZE) -> Image.Image:
    """Blue with a red upper third."""
    picture = Image.new("RGB", size, BLUE)
    picture.paste(RED, (0, 0, size[0], size[1] // 3))
    return picture


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.tif", {}),
        ("lzw.tif", {"compression": "tiff_lzw"}),
        ("a.jp2", {"quality_layers": [20]}),
        ("a.tga", {}),
        ("a.ppm", {}),
    ],
)
def test_the_full_size_of_what_browsers_do_not_show(
    maker: ProxyMaker, prober: Prober, tmp_path: Path, name: str, options: dict[str, object]
) -> None:
    source, folder = tmp_path / name, tmp_path / "made"
    folder.mkdir()
    scene().save(source, **options)  # type: ignore[arg-type]
    made = maker.make(str(source), prober.probe(str(source)), folder)
    assert made.still is not None and made.files == (made.still,) and made.warnings == ()
    assert (made.still.kind, made.still.media_type) == (DerivativeKind.STILL, "image/jpeg")
    assert [one.name for one in folder.iterdir()] == ["still.jpg"]
    with Image.open(made.still.path) as picture:
        assert picture.format == "JPEG" and picture.size == SIZE
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    for at, colour in ((SIZE[1] // 6, RED), (SIZE[1] - 100, BLUE)):
        assert np.abs(pixels[at, SIZE[0] // 2] - colour).max() <= 6, name


def test_it_is_upright(maker: ProxyMaker, prober: Prober, tmp_path: Path) -> None:
    source, folder = tmp_path / "a.tif", tmp_path / "made"
    folder.mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the picture has to be turned by 90° clockwise
    scene().transpose(Image.Transpose.ROTATE_90).save(source, exif=exif)
    made = maker.make(str(source), prober.probe(str(source)), folder)
    assert made.still is not None
    with Image.open(made.still.path) as picture:
        assert picture.size == SIZE
        assert np.abs(np.asarray(picture).astype(int)[100, 1200] - RED).max() <= 6


def test_camera_raw_is_developed_at_the_size_of_its_sensor(
    maker: ProxyMaker, prober: Prober, tmp_path: Path
) -> None:
    source, folder = tmp_path / "a.dng", tmp_path / "made"
    folder.mkdir()
    preview = io.BytesIO()
    scene((120, 80)).save(preview, "JPEG")
    source.write_bytes(dng(preview.getvalue(), (120, 80), sensor_size=(1200, 800)))
    media = prober.probe(str(source))
    assert media.video is not None and media.video.codec == "raw"
    made = maker.make(str(source), media, folder)
    assert made.still is not None
    with Image.open(made.still.path) as picture:
        assert min(picture.size) >= 0.95 * min(media.video.display_size)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.bmp"])
def test_what_browsers_show_needs_no_copy(
    maker: ProxyMaker, prober: Prober, tmp_path: Path, name: str
) -> None:
    source = tmp_path / name
    scene((320, 200)).save(source)
    media = prober.probe(str(source))
    assert media.video is not None and media.video.codec in SHOWN_BY_BROWSERS
    assert maker.make(str(source), media, tmp_path).files == ()


def test_another_recipe_of_the_proxy_keeps_it(maker: ProxyMaker) -> None:
    recipes = (ProxyRecipe(), ProxyRecipe(height=480))
    assert {one.fingerprint_of(DerivativeKind.STILL) for one in recipes} == {STILL}
