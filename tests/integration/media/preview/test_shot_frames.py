"""Shots between two samples get a frame from the proxy, and the asset is embedded again."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

from dampipe.app.demo.clips import make_clip
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.progress import Reporter
from dampipe.kernel.stage_io import SourceFile, VersionRef
from dampipe.media.ffmpeg.binary import Ffmpeg, find_ffmpeg
from dampipe.media.hwaccel.acceleration import SOFTWARE, Acceleration
from dampipe.media.outputs import DerivativeKind, Preview, Proxy, Refined
from dampipe.media.passes import Passes
from dampipe.media.preview.maker import PreviewMaker
from dampipe.media.preview.shot_frames import ShotFrames
from dampipe.media.probe.prober import Prober
from dampipe.media.proxy.maker import ProxyMaker
from dampipe.media.recipes import FramesRecipe, PreviewRecipe, ProxyRecipe
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.storage.blobs.memory import MemoryBlobs
from dampipe.tasks.preview import preview
from dampipe.tasks.proxy import proxy
from dampipe.tasks.refine import refine
from dampipe.vision.embedding import Embedding
from dampipe.vision.frames import choose
from tests.support.pipeline import save_output
from tests.support.searching import Searching

COLOURS = ("red", "lime", "blue", "yellow", "black", "white", "cyan", "magenta", "orange", "purple")
FRAMES = FramesRecipe(size=32)
SOFT = [Acceleration(SOFTWARE, True, "for the test")]


@pytest.fixture(scope="module")
def ffmpeg() -> Ffmpeg:
    return find_ffmpeg()


class Bench:
    """The real stages over one clip, without a pipeline."""

    def __init__(self, ffmpeg: Ffmpeg, clip: Path) -> None:
        prober = Prober()
        media = prober.probe(str(clip))
        prober.close()
        self.store = DerivativeStore(MemoryBlobs())
        self.asset = VersionRef(id=1, sha1="a" * 40, size=1, name=clip.name)
        file = _file(clip)
        self.frames = ShotFrames(FRAMES)
        passes = Passes(PreviewMaker(ffmpeg, PreviewRecipe(frames=FRAMES), choose))
        maker = ProxyMaker(ffmpeg, ProxyRecipe(height=144), SOFT)
        quiet = Reporter()
        self.preview: Preview = preview.function(file, self.asset, media, passes, self.store, quiet)
        self.proxy: Proxy = proxy.function(file, self.asset, media, maker, self.store, quiet)

    def refine(self, seen: Preview, maker: ShotFrames | None = None) -> Refined:
        made: Refined = refine.function(self.asset, seen, self.proxy, maker or self.frames, self.store)
        return made

    def pictures(self, seen: Preview) -> list[str]:
        """The colours of the frames, by name."""
        kept = seen.derivative(DerivativeKind.FRAMES)
        assert kept is not None
        with self.store.local_path(kept) as path:
            return [_nearest(frame) for frame in np.load(path)]


def _file(clip: Path) -> SourceFile:
    return SourceFile(location=1, path=str(clip), size=clip.stat().st_size, mtime_ns=0)


def _nearest(frame: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> str:
    middle = frame.mean(axis=(0, 1))
    return min(COLOURS, key=lambda name: float(np.abs(middle - ImageColor.getrgb(name)[:3]).sum()))


@pytest.fixture
def bench(ffmpeg: Ffmpeg, tmp_path: Path) -> Iterator[Bench]:
    """Ten shots of 0.8 s in a codec of which one frame in two seconds is decoded."""
    scenes = [(np.array(Image.new("RGB", (192, 144), colour)), 0.8) for colour in COLOURS]
    options = ("-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p")
    yield Bench(ffmpeg, make_clip(ffmpeg, tmp_path / "clip.mov", scenes, extra_args=options))


def test_every_shot_gets_a_frame_at_its_time(bench: Bench) -> None:
    assert len(bench.proxy.shots) == len(COLOURS)
    assert len(bench.preview.frames) < len(COLOURS)
    refined = bench.refine(bench.preview)
    better = refined.preview
    assert better is not None
    assert refined.added == len(COLOURS) - len(bench.preview.frames)
    times = [frame.time for frame in better.frames]
    assert times == sorted(times)
    assert bench.pictures(better) == list(COLOURS)
    for start, frame in zip(bench.proxy.shots, better.frames, strict=True):
        assert 0 <= frame.time - start < 0.8
    assert bench.pictures(bench.preview), "the old frames are still there for whoever is at them"
    assert {d.kind for d in better.derivatives} == {d.kind for d in bench.preview.derivatives}
    assert bench.refine(better) == Refined(), "nothing is lacking now"


def test_the_limit_holds(bench: Bench) -> None:
    most = len(bench.preview.frames) + 1
    refined = bench.refine(bench.preview, ShotFrames(FRAMES.model_copy(update={"limit": most})))
    assert refined.added == 1
    assert bench.refine(bench.preview, ShotFrames(FRAMES.model_copy(update={"limit": 1}))) == Refined()


def test_what_has_no_shots_or_no_proxy_is_left_alone(bench: Bench) -> None:
    bench.proxy = bench.proxy.model_copy(update={"shots": ()})
    assert bench.refine(bench.preview) == Refined()
    bench.proxy = Proxy(shots=(0.0, 0.8))
    assert bench.refine(bench.preview) == Refined()


def test_what_was_made_of_the_old_preview_is_made_again(
    catalogue_url: str, bench: Bench, tmp_path: Path
) -> None:
    library = Searching(catalogue_url, tmp_path)
    asset = library.catalog.assets.find(library.add("a.mp4", ["red"])).id
    old, refined = bench.preview, bench.refine(bench.preview)
    better = refined.preview
    assert better is not None
    common = {"version": "1", "lane": "main", "version_id": asset, "warnings": "[]", "created_at": 0.0}
    common |= {"priority": 0, "wake_on_finish": False, "attempts": 2, "not_before": 0.0, "lease_until": 0.0}
    outputs = {"preview": old, "embed": Embedding(model="m", dimension=4), "index": old}
    with library.catalog.database.write() as connection:
        for stage, output in outputs.items():
            row = {"stage": stage, "state": RunState.DONE, "output": output.model_dump_json(), **common}
            connection.execute(RUN.insert().values(**row))
    save_output(library.catalog, asset, refined)
    with library.catalog.database.read() as connection:
        rows = {row.stage: row for row in connection.execute(RUN.select())}
    assert set(rows) == {"preview", "embed"}, "index comes after embed by itself"
    assert Preview.model_validate_json(rows["preview"].output).frames == better.frames
    embed = rows["embed"]
    assert (embed.state, embed.output, embed.attempts, embed.queued_at) == (RunState.PENDING, None, 0, None)
    [video] = library.catalog.list_videos()
    [kept] = [made for made in video.derivatives if made.kind is DerivativeKind.FRAMES]
    assert kept.key.endswith("frames-of-shots.npy")
    library.close()
