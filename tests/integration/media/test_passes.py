"""Preview and proxy in one run of ffmpeg: the same derivatives and keys, and a preview even if the proxy fails."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dampipe.app.demo.clips import make_clip
from dampipe.kernel.stage_io import SourceFile, VersionRef
from dampipe.media.ffmpeg.binary import Ffmpeg
from dampipe.media.ffmpeg.run import Limits
from dampipe.media.hwaccel.acceleration import SOFTWARE, Acceleration
from dampipe.media.outputs import Preview, Proxy
from dampipe.media.passes import Passes
from dampipe.media.preview.maker import FrameSelector, PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.recipes import PRESETS, FramesRecipe, PreviewRecipe, ProxyRecipe
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.storage.blobs.local import LocalBlobs
from dampipe.tasks.preview import preview as preview_stage
from dampipe.tasks.proxy import proxy as proxy_stage

SOFT = [Acceleration(SOFTWARE, True, "for the test")]
COUNTER = """#!{python}
import os, sys
if "-progress" in sys.argv:
    open({log!r}, "a").write("once\\n")
os.execv({ffmpeg!r}, [{ffmpeg!r}, *sys.argv[1:]])
"""


def silent(*_: object, **__: object) -> None:
    """Ignores progress."""


@pytest.fixture
def counted(ffmpeg: Ffmpeg, tmp_path: Path) -> tuple[Ffmpeg, Path]:
    """An ffmpeg that logs every run, and its log."""
    log, program = tmp_path / "runs", tmp_path / "counted"
    program.write_text(COUNTER.format(python=sys.executable, log=str(log), ffmpeg=ffmpeg.path))
    program.chmod(0o755)
    log.touch()
    return replace(ffmpeg, path=str(program)), log


@pytest.fixture
def clip(ffmpeg: Ffmpeg, tmp_path: Path) -> Path:
    scenes = [(np.full((360, 640, 3), level, np.uint8), 3.0) for level in (40, 120, 220)]
    return make_clip(ffmpeg, tmp_path / "clip.mov", scenes)


def makers(
    ffmpeg: Ffmpeg, choose: FrameSelector, prober: Prober, recipe: ProxyRecipe, limit: int = 300
) -> tuple[PreviewMaker, ProxyMaker]:
    frames = PreviewRecipe(frames=FramesRecipe(size=64, limit=limit))
    return PreviewMaker(ffmpeg, frames, choose, prober=prober), ProxyMaker(ffmpeg, recipe, SOFT)


@pytest.mark.parametrize("preset", ["review", "edit"])
def test_the_same_as_by_two_passes(
    preset: str,
    counted: tuple[Ffmpeg, Path],
    choose: FrameSelector,
    prober: Prober,
    clip: Path,
    tmp_path: Path,
) -> None:
    ffmpeg, log = counted
    previews, proxies = makers(ffmpeg, choose, prober, PRESETS[preset].proxy)
    media = prober.probe(str(clip))
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    preview, proxy = Passes(previews, proxies).make(str(clip), media, one)
    assert log.read_text() == "once\n"
    assert proxy is not None
    alone, nothing = Passes(previews).make(str(clip), media, two)
    assert nothing is None
    beside = proxies.make(str(clip), media, two)
    assert sorted(path.name for path in one.iterdir()) == sorted(path.name for path in two.iterdir())
    assert [file.kind for file in preview.files] == [file.kind for file in alone.files]
    assert [file.kind for file in proxy.files] == [file.kind for file in beside.files]
    assert (preview.warnings, proxy.warnings) == ((), ())
    assert (proxy.shots, proxy.duration) == (beside.shots, beside.duration) == ((0.0, 3.0, 6.0), 9.0)
    assert [frame.time for frame in preview.frames] == pytest.approx(
        [frame.time for frame in alone.frames], abs=0.05
    )
    for name in ("poster.jpg", "sprite.jpg"):
        pictures = [np.asarray(Image.open(folder / name)).astype(int) for folder in (one, two)]
        assert pictures[0].shape == pictures[1].shape
    assert np.abs(np.load(one / "frames.npy").astype(int) - np.load(two / "frames.npy")).max() < 12


@pytest.mark.parametrize("name", ["vfr.mkv", "hlg.mp4", "interlaced.mpg", "one-frame.mp4", "mpeg2-mono.mxf"])
def test_odd_footage_in_one_pass(
    name: str,
    counted: tuple[Ffmpeg, Path],
    matrix: dict[str, Path],
    choose: FrameSelector,
    prober: Prober,
    tmp_path: Path,
) -> None:
    ffmpeg, log = counted
    folder = tmp_path / "out"
    folder.mkdir()
    media = prober.probe(str(matrix[name]))
    passes = Passes(*makers(ffmpeg, choose, prober, ProxyRecipe()))
    preview, proxy = passes.make(str(matrix[name]), media, folder)
    assert log.read_text() == "once\n"
    assert proxy is not None
    assert (len(preview.files), preview.warnings, proxy.warnings) == (4, (), ())
    assert proxy.duration == pytest.approx(media.duration, abs=0.1)


def test_stills_and_sound_get_no_proxy_in_the_same_pass(
    matrix: dict[str, Path], ffmpeg: Ffmpeg, choose: FrameSelector, prober: Prober, tmp_path: Path
) -> None:
    passes = Passes(*makers(ffmpeg, choose, prober, ProxyRecipe()))
    for name in ("still.jpg", "audio-only.m4a"):
        preview, proxy = passes.make(str(matrix[name]), prober.probe(str(matrix[name])), tmp_path)
        assert preview.files
        assert proxy is None


def test_a_failed_proxy_leaves_a_preview(
    clip: Path, ffmpeg: Ffmpeg, choose: FrameSelector, prober: Prober, tmp_path: Path
) -> None:
    """The proxy grows beyond its limit, and takes the common run with it."""
    folder = tmp_path / "out"
    folder.mkdir()
    previews, _ = makers(ffmpeg, choose, prober, ProxyRecipe())
    failing = ProxyMaker(ffmpeg, ProxyRecipe(), SOFT, Limits(file_size=1000))
    preview, proxy = Passes(previews, failing).make(str(clip), prober.probe(str(clip)), folder)
    assert proxy is None
    assert preview.warnings == ()
    assert {path.name for path in folder.iterdir()} == {file.path.name for file in preview.files}


def test_the_proxy_stage_takes_over_the_proxy_of_the_preview_stage(
    counted: tuple[Ffmpeg, Path], choose: FrameSelector, prober: Prober, clip: Path, tmp_path: Path
) -> None:
    ffmpeg, log = counted
    previews, proxies = makers(ffmpeg, choose, prober, ProxyRecipe())
    store = DerivativeStore(LocalBlobs(tmp_path / "blobs"))
    there = clip.stat()
    file = SourceFile(location=1, path=str(clip), size=there.st_size, mtime_ns=there.st_mtime_ns)
    asset = VersionRef(id=1, sha1="ab" * 20, size=there.st_size, name="clip.mov")
    media = prober.probe(str(clip))
    preview: Preview = preview_stage.function(file, asset, media, Passes(previews, proxies), store, silent)
    proxy: Proxy = proxy_stage.function(file, asset, media, proxies, store, silent)
    assert log.read_text() == "once\n"
    assert proxy.derivative is not None and proxy.waveform is not None
    assert proxy.derivative.recipe == proxies.fingerprint
    with store.local_path(proxy.derivative) as path:
        assert prober.probe(str(path)).duration == pytest.approx(9.0, abs=0.05)
    again: Proxy = proxy_stage.function(file, asset, media, proxies, store, silent)
    assert log.read_text() == "once\n" * 2, "a second run transcodes"
    assert again.model_copy(update={"speed": None}) == proxy.model_copy(update={"speed": None})
    two: Preview = preview_stage.function(file, asset, media, Passes(previews), store, silent)
    assert [(one.kind, one.key, one.recipe) for one in two.derivatives] == [
        (one.kind, one.key, one.recipe) for one in preview.derivatives
    ]
