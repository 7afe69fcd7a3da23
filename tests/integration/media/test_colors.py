"""Colour tags that are missing or rare: the picture looks like one whose tags are complete and common."""

from pathlib import Path

import ffmpeg as graphs
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.picture_filters import normalized
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.hwaccel.acceleration import SOFTWARE, Acceleration
from dampipe.media.info import VideoStream
from dampipe.media.preview.maker import FrameSelector, PreviewMaker
from dampipe.media.preview.webvtt import sprite_for
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.recipes import FramesRecipe, PreviewRecipe, ProxyRecipe, SpriteRecipe
from tests.support.cases import case

PATCHES = ((0.58,) * 3, (0.55, 0.25, 0.25), (0.25, 0.55, 0.25), (0.25, 0.25, 0.55), (0.55, 0.5, 0.2))
"""R'G'B' in the transfer of the sample."""
SIDE = 64
TOLERANCE = 4
BOTH, PRIMARIES, MATRIX = (
    f"its colour {what} not specified: BT.2020 was assumed"
    for what in ("primaries and matrix are", "primaries are", "matrix is")
)
PQ, HLG = "smpte2084", "arib-std-b67"


def inexact(matrix: str, stand_in: str = "bt2020nc") -> str:
    return (
        f"its colour matrix ({matrix}) is not supported: {stand_in} was assumed, "
        "so saturated colours are not exact"
    )


def make_patches(
    ffmpeg: Ffmpeg,
    path: Path,
    matrix: str,
    *,
    transfer: str = PQ,
    primaries: str = "bt2020",
    tags: tuple[str, str] | None = None,
    pixel_format: str = "yuv444p10le",
) -> Path:
    """A clip of PATCHES in a row. matrix: what they are coded with; tags: (matrix, primaries) that the file states."""
    picture = np.repeat(np.repeat(np.array([PATCHES]), SIDE, 0), SIDE, 1)
    head = b"P6 %d %d 65535\n" % (SIDE * len(PATCHES), SIDE)
    (path.parent / "patches.ppm").write_bytes(head + (picture * 65535).round().astype(">u2").tobytes())
    curve = {"bt2020-10": "2020_10"}.get(transfer, transfer)
    shared = f"t={curve}:p={primaries}"
    coded = f"zscale=rin=full:min=gbr:tin={curve}:pin={primaries}:{shared}:m={matrix}:r=limited,"
    color_range = "tv"
    if matrix == "gbr":
        coded, color_range = "", "pc"
    told = tags or (matrix, primaries)
    graph = (
        f"loop=10:1,format=gbrp16le,{coded}format={pixel_format},"
        f"setparams=colorspace={told[0]}:color_primaries={told[1]}:color_trc={transfer}:range={color_range}"
    )
    arguments = ["-i", "file:patches.ppm", "-vf", graph, "-c:v", "ffv1", f"file:{path.absolute()}"]
    result = run_ffmpeg(ffmpeg, arguments, Limits(), folder=path.parent)
    assert result.ok, result.stderr
    return path


class Shown:
    """What dampipe makes of a file."""

    def __init__(
        self, ffmpeg: Ffmpeg, prober: Prober, choose: FrameSelector, path: Path, codec: str = "h264"
    ) -> None:
        folder = path.parent / f"{path.name}.{codec}"
        folder.mkdir()
        self.media = prober.probe(str(path))
        recipe = ProxyRecipe(codec="prores") if codec == "prores" else ProxyRecipe(crf=10)
        software = [Acceleration(SOFTWARE, True, "for the test")]
        proxy = ProxyMaker(ffmpeg, recipe, software).make(str(path), self.media, folder)
        frames = PreviewRecipe(sprite=SpriteRecipe(quality=2), frames=FramesRecipe(size=SIDE, fit="squash"))
        preview = PreviewMaker(ffmpeg, frames, choose).make(str(path), self.media, folder)
        assert proxy.warnings == preview.warnings
        self.warnings = list(proxy.warnings)
        assert proxy.file is not None
        self.proxy = patches(ffmpeg, proxy.file.path)
        small = np.load(folder / "frames.npy")[0].astype(float)
        width = SIDE / len(PATCHES)
        self.frame = np.array(
            [
                small[20:44, int((n + 0.4) * width) : int((n + 0.6) * width) + 1].mean((0, 1))
                for n in range(len(PATCHES))
            ]
        )


def patches(ffmpeg: Ffmpeg, path: Path) -> NDArray[np.float64]:
    """Mean colours of the patches, shape (patches, 3), 0 to 255."""
    # swscale refuses to show BT.2020 SDR as RGB; every proxy is read in the same way.
    graph = "setparams=color_trc=bt709:color_primaries=bt709"
    arguments = [
        "-i",
        f"file:{path.absolute()}",
        "-vf",
        graph,
        "-frames:v",
        "1",
        "-pix_fmt",
        "rgb24",
        "shown.ppm",
    ]
    result = run_ffmpeg(ffmpeg, arguments, Limits(), folder=path.parent)
    assert result.ok, result.stderr
    content = (path.parent / "shown.ppm").read_bytes()
    pixels = np.frombuffer(content[-SIDE * SIDE * len(PATCHES) * 3 :], np.uint8)
    middle = pixels.reshape(SIDE, len(PATCHES), SIDE, 3)[16:48, :, 16:48].astype(float)
    return np.asarray(middle.mean((0, 2)))


@pytest.fixture
def reference(ffmpeg: Ffmpeg, prober: Prober, choose: FrameSelector, tmp_path: Path) -> dict[str, Shown]:
    """By transfer: the patches with complete and common tags."""
    shown = {}
    for transfer in (PQ, HLG):
        path = make_patches(ffmpeg, tmp_path / f"{transfer}.mkv", "bt2020nc", transfer=transfer)
        shown[transfer] = Shown(ffmpeg, prober, choose, path)
        assert shown[transfer].warnings == []
    return shown


HDR: dict[str, tuple[str, tuple[str, str] | None, str]] = {
    "transfer alone": ("bt2020nc", ("unknown", "unknown"), BOTH),
    "no primaries": ("bt2020nc", ("bt2020nc", "unknown"), PRIMARIES),
    "no matrix": ("bt2020nc", ("unknown", "bt2020"), MATRIX),
    "matrix of RGB": ("bt2020nc", ("gbr", "bt2020"), ""),
    "ictcp": ("ictcp", None, ""),
    "ictcp without primaries": ("ictcp", ("ictcp", "unknown"), PRIMARIES),
    "ictcp with primaries of another standard": ("ictcp", ("ictcp", "smpte432"), PRIMARIES),
    "ycgco": ("ycgco", None, ""),
    "chroma-derived": ("chroma-derived-nc", None, ""),
    "bt709": ("bt709", None, ""),
    "smpte170m": ("smpte170m", None, ""),
    "bt470bg": ("bt470bg", None, ""),
    "fcc": ("fcc", None, ""),
    "smpte240m": ("smpte240m", None, ""),
    "rgb": ("gbr", None, ""),
    "rgb, transfer alone": ("gbr", ("unknown", "unknown"), PRIMARIES),
    "constant luminance": ("bt2020nc", ("bt2020c", "bt2020"), inexact("bt2020c")),
    "smpte2085": ("bt2020nc", ("smpte2085", "bt2020"), inexact("smpte2085")),
    "ipt-c2": ("bt2020nc", ("ipt-c2", "bt2020"), inexact("ipt-c2")),
}
"""Name -> (coded with, tags, warning). What no filter converts is shown as if it were the stand-in."""


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_hdr_with_missing_or_rare_tags(
    ffmpeg: Ffmpeg,
    prober: Prober,
    choose: FrameSelector,
    tmp_path: Path,
    reference: dict[str, Shown],
    transfer: str,
) -> None:
    right = reference[transfer]
    for name, (matrix, tags, warning) in HDR.items():
        pixel_format = "gbrp10le" if matrix == "gbr" else "yuv444p10le"
        path = tmp_path / f"{name}.mkv"
        make_patches(ffmpeg, path, matrix, transfer=transfer, tags=tags, pixel_format=pixel_format)
        shown = Shown(ffmpeg, prober, choose, path)
        assert shown.warnings == ([warning] if warning else []), name
        assert np.abs(shown.proxy - right.proxy).max() <= TOLERANCE, name
        assert np.abs(shown.frame - right.frame).max() <= TOLERANCE, name


PRIMARIES_OF_ALL = (
    *("bt709", "bt470m", "bt470bg", "smpte170m", "smpte240m", "film", "bt2020"),
    *("smpte428", "smpte431", "smpte432", "ebu3213"),
)


@pytest.mark.parametrize("matrix", ["ictcp", "chroma-derived-nc", "chroma-derived-c", "bt2020nc", "ycgco"])
def test_no_pair_of_matrix_and_primaries_fails(ffmpeg: Ffmpeg, matrix: str) -> None:
    """zscale refuses some; each is converted, or taken for a common one."""
    for primaries in PRIMARIES_OF_ALL:
        video = VideoStream(
            index=0, codec="hevc", width=64, height=48, pixel_format="yuv420p10le", bit_depth=10,
            color_space=matrix, color_transfer=PQ, color_primaries=primaries, color_range="tv",
        )  # fmt: skip
        source = graphs.input("testsrc2=size=64x48:rate=1:duration=1", f="lavfi").filter(
            "format", "yuv420p10le"
        )
        tagged = source.filter(
            "setparams", colorspace=matrix, color_trc=PQ, color_primaries=primaries, range="tv"
        )
        picture = normalized(tagged, video, (64, 48), ffmpeg, moving=True)
        result = run_ffmpeg(ffmpeg, graphs.get_args(graphs.output(picture, "-", f="null")), Limits())
        assert result.ok, (primaries, result.stderr)


def test_p3_is_not_taken_for_bt2020(
    ffmpeg: Ffmpeg, prober: Prober, choose: FrameSelector, tmp_path: Path, reference: dict[str, Shown]
) -> None:
    """The same light in two sets of primaries looks the same."""
    graph = "zscale=pin=bt2020:tin=smpte2084:min=2020_ncl:rin=limited:p=smpte432:m=2020_ncl:t=smpte2084,"
    graph += f"setparams=colorspace=bt2020nc:color_primaries=smpte432:color_trc={PQ}"
    path = tmp_path / "p3.mkv"
    arguments = ["-i", f"file:{tmp_path / PQ}.mkv", "-vf", graph, "-c:v", "ffv1", f"file:{path}"]
    assert run_ffmpeg(ffmpeg, arguments, Limits()).ok
    shown = Shown(ffmpeg, prober, choose, path)
    assert shown.media.video is not None
    assert (shown.media.video.color_primaries, shown.warnings) == ("smpte432", [])
    # Saturated BT.2020 colours lie outside of P3, so what is compared is grey and the mild yellow.
    assert np.abs(shown.proxy - reference[PQ].proxy)[[0, 4]].max() <= 12
    taken_for_2020 = make_patches(
        ffmpeg, tmp_path / "p3 coded.mkv", "bt2020nc", tags=("bt2020nc", "smpte432")
    )
    assert np.abs(Shown(ffmpeg, prober, choose, taken_for_2020).proxy - reference[PQ].proxy).max() > 12


@pytest.mark.parametrize(
    ("matrix", "told", "transfer", "primaries", "warning"),
    [
        ("ycgco", "ycgco", "bt709", "bt709", ""),
        ("chroma-derived-nc", "chroma-derived-nc", "bt709", "bt709", ""),
        ("2020_cl", "bt2020c", "bt2020-10", "bt2020", ""),
        ("bt709", "smpte2085", "bt709", "bt709", inexact("smpte2085", "bt709")),
        ("bt709", "ictcp", "bt709", "bt709", inexact("ictcp", "bt709")),
    ],
)
@pytest.mark.parametrize("codec", ["h264", "prores"])
def test_sdr_with_rare_matrices(
    ffmpeg: Ffmpeg,
    prober: Prober,
    choose: FrameSelector,
    tmp_path: Path,
    matrix: str,
    told: str,
    transfer: str,
    primaries: str,
    warning: str,
    codec: str,
) -> None:
    common = "bt709" if primaries == "bt709" else "bt2020nc"
    settings = {"transfer": transfer, "primaries": primaries}
    right = make_patches(ffmpeg, tmp_path / "right.mkv", common, **settings)
    path = make_patches(ffmpeg, tmp_path / "rare.mkv", matrix, tags=(told, primaries), **settings)
    shown = Shown(ffmpeg, prober, choose, path, codec)
    assert shown.warnings == ([warning] if warning else [])
    expected = Shown(ffmpeg, prober, choose, right, codec)
    assert np.abs(shown.proxy - expected.proxy).max() <= TOLERANCE
    assert np.abs(shown.frame - expected.frame).max() <= TOLERANCE


@pytest.mark.parametrize("told", ["ictcp", "ycgco", "bt2020c", "unknown"])
def test_editing_proxies_keep_hdr_whatever_its_matrix(
    ffmpeg: Ffmpeg, prober: Prober, choose: FrameSelector, tmp_path: Path, told: str
) -> None:
    coded = told if told in ("ictcp", "ycgco") else "bt2020nc"
    path = make_patches(ffmpeg, tmp_path / "hdr.mkv", coded, tags=(told, "bt2020"))
    media = prober.probe(str(path))
    maker = ProxyMaker(ffmpeg, ProxyRecipe(codec="prores"), [Acceleration(SOFTWARE, True, "for the test")])
    made = maker.make(str(path), media, tmp_path)
    assert made.file is not None
    video = prober.probe(str(made.file.path)).video
    assert video is not None
    assert (video.color_transfer, video.color_space, video.bit_depth) == (PQ, "bt2020nc", 10)
    planes = tmp_path / "planes"
    for source, name in ((path, "source"), (made.file.path, "proxy")):
        matrix = (
            {"ictcp": "ictcp", "ycgco": "ycgco"}.get(told, "2020_ncl") if name == "source" else "2020_ncl"
        )
        graph = (
            f"setparams=colorspace=bt2020nc,zscale=min={matrix}:m=gbr:pin=bt2020:tin=smpte2084:t=smpte2084"
        )
        graph += ":p=bt2020:rin=limited:r=full,format=gbrp,setparams=color_trc=bt709:color_primaries=bt709"
        arguments = [
            "-i",
            f"file:{source}",
            "-vf",
            graph,
            "-frames:v",
            "1",
            "-pix_fmt",
            "rgb24",
            f"{name}.ppm",
        ]
        planes.mkdir(exist_ok=True)
        result = run_ffmpeg(ffmpeg, arguments, Limits(), folder=planes)
        assert result.ok, result.stderr
    size = SIDE * SIDE * len(PATCHES) * 3
    source_rgb, proxy_rgb = (
        np.frombuffer((planes / f"{name}.ppm").read_bytes()[-size:], np.uint8)
        .reshape(SIDE, len(PATCHES), SIDE, 3)[16:48, :, 16:48]
        .astype(float)
        .mean((0, 2))
        for name in ("source", "proxy")
    )
    assert np.abs(source_rgb - proxy_rgb).max() <= TOLERANCE


@pytest.mark.parametrize(
    ("name", "warnings"), [("pq_transfer_only_720.mp4", [BOTH]), ("c33_pq_ictcp.mp4", [])]
)
def test_reported_files(
    ffmpeg: Ffmpeg, prober: Prober, choose: FrameSelector, tmp_path: Path, name: str, warnings: list[str]
) -> None:
    path = case(name)
    media = prober.probe(str(path))
    software = [Acceleration(SOFTWARE, True, "for the test")]
    proxy = ProxyMaker(ffmpeg, ProxyRecipe(), software).make(str(path), media, tmp_path)
    preview = PreviewMaker(ffmpeg, PreviewRecipe(), choose).make(str(path), media, tmp_path)
    assert list(proxy.warnings) == list(preview.warnings) == warnings
    assert preview.frames


@pytest.mark.parametrize("matrix", ["bt709", "smpte170m", "bt2020nc", "gbr", "hdr"])
def test_poster_and_sprite_have_the_colours_of_the_frames(
    matrix: str, ffmpeg: Ffmpeg, prober: Prober, choose: FrameSelector, tmp_path: Path
) -> None:
    color = {"transfer": PQ} if matrix == "hdr" else {"transfer": "bt709", "primaries": "bt709"}
    path = make_patches(ffmpeg, tmp_path / "clip.mkv", "bt2020nc" if matrix == "hdr" else matrix, **color)
    expect_same_colours(ffmpeg, prober, choose, path)


def test_an_untagged_hd_picture_has_a_poster_in_its_colours(
    ffmpeg: Ffmpeg, prober: Prober, choose: FrameSelector, tmp_path: Path
) -> None:
    clip = make_patches(ffmpeg, tmp_path / "small.mkv", "bt709", transfer="bt709", primaries="bt709")
    graph = (
        "scale=720:720:flags=neighbor,setparams=colorspace=unknown:color_primaries=unknown:color_trc=unknown"
    )
    arguments = ["-i", f"file:{clip}", "-vf", graph, "-c:v", "ffv1", f"file:{tmp_path / 'hd.mkv'}"]
    assert run_ffmpeg(ffmpeg, arguments, Limits(), folder=tmp_path).ok
    expect_same_colours(ffmpeg, prober, choose, tmp_path / "hd.mkv")


def expect_same_colours(ffmpeg: Ffmpeg, prober: Prober, choose: FrameSelector, path: Path) -> None:
    """Poster and sprite, as Pillow and browsers read JPEG files, against the frames for the embedder."""
    shown = Shown(ffmpeg, prober, choose, path)
    for name in ("poster.jpg", "sprite.jpg"):
        with Image.open(path.parent / f"{path.name}.h264" / name) as picture:
            pixels = np.asarray(picture.convert("RGB"), float)
        if name == "sprite.jpg":
            pixels = pixels[: sprite_for(SpriteRecipe(), shown.media.video, 1.0).tile[1], :160]
        height, width = pixels.shape[0], pixels.shape[1] / len(PATCHES)
        colors = [
            pixels[height // 4 : 3 * height // 4, int((n + 0.3) * width) : int((n + 0.7) * width)].mean(
                (0, 1)
            )
            for n in range(len(PATCHES))
        ]
        assert np.abs(np.array(colors) - shown.frame).max() <= TOLERANCE, name
