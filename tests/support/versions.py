"""Clips of drawn scenes, re-encoded versions of clips, and a library that processes them like the pipeline."""

import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dampipe.app.demo.clips import make_clip
from dampipe.features.assets.service import AssetService, DetailFields
from dampipe.features.duplicates.model import Duplicates, DuplicatesRequest
from dampipe.features.duplicates.service import DuplicateService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Container
from dampipe.kernel.db.database import Database
from dampipe.kernel.visibility import NoRights
from dampipe.media.ffmpeg.binary import Ffmpeg, find_ffmpeg
from dampipe.media.ffmpeg.run import Limits, run_ffmpeg
from dampipe.media.outputs import Preview
from dampipe.media.preview.maker import FRAMES_NAME, PreviewMaker
from dampipe.media.probe.prober import Prober
from dampipe.media.recipes import FramesRecipe, PreviewRecipe
from dampipe.vision.base import Embedder
from dampipe.vision.frames import POLICY, choose
from dampipe.vision.tiny.drawing import Scene, draw
from tests.support.catalog import Catalog
from tests.support.pipeline import save_output

VERSIONS: dict[str, tuple[tuple[float, float], tuple[str, ...]]] = {
    "encoded": ((0.0, 1.0), ("-c:v", "libx264", "-preset", "veryfast", "-crf", "34", "-g", "60")),
    "resized": ((0.0, 1.0), ("-vf", "scale=320:-2", "-c:v", "libx264", "-preset", "veryfast", "-crf", "28")),
    "trimmed": ((0.23, 0.78), ("-c:v", "libx264", "-preset", "veryfast", "-crf", "24", "-g", "50")),
    "both": ((0.31, 0.71), ("-vf", "scale=480:-2", "-c:v", "libx264", "-preset", "veryfast", "-crf", "28")),
}
"""Name: (start and end as fractions of the duration, options of ffmpeg)."""
FOOTAGE = Path(__file__).parents[3] / "shared" / "footage"
"""Real footage beside the checkout, if present."""
SCENE_RATE = 24
"""Frames per second of clips with scenes."""


def scene_clip(
    ffmpeg: Ffmpeg, path: Path, shown: Sequence[Scene], seconds: Sequence[float], rng: np.random.Generator
) -> Path:
    """Hard cuts between drawn scenes with grain, 640×360 H.264."""
    pictures = [draw(*scene, size=(640, 360), rng=rng, noise=True) for scene in shown]
    return make_clip(
        ffmpeg, path, list(zip(pictures, seconds, strict=True)), rate=str(SCENE_RATE), audio=False
    )


def make_version(ffmpeg: Ffmpeg, clip: Path, duration: float, name: str, folder: Path) -> Path:
    """Write another version of a clip, by its name in VERSIONS."""
    (begin, end), options = VERSIONS[name]
    made = folder / f"{clip.stem}__{name}.mp4"
    part = None if end - begin == 1 else (begin * duration, (end - begin) * duration)
    return encoded(ffmpeg, clip, made, options, part)


def encoded(
    ffmpeg: Ffmpeg, clip: Path, made: Path, options: Sequence[str], part: tuple[float, float] | None = None
) -> Path:
    """Re-encode the clip without sound. part: start and length in seconds; None: the whole clip."""
    cut = ("-ss", f"{part[0]:.3f}", "-t", f"{part[1]:.3f}") if part else ()
    source = ("-i", f"file:{clip.resolve()}", "-map", "0:v:0", "-an", "-pix_fmt", "yuv420p")
    ended = run_ffmpeg(ffmpeg, [*cut, *source, *options, f"file:{made.absolute()}"], Limits(seconds=300))
    assert ended.ok, ended.stderr
    return made


class Versions:
    """A library of clips with frames of 64 pixels."""

    def __init__(self, folder: Path, embedder: Embedder | None = None) -> None:
        """embedder: one for 64 pixels, which makes vectors of the frames; None: no vectors."""
        self.embedder = embedder
        self.catalog = Catalog(Database(f"sqlite:///{folder / 'c.sqlite'}"))
        self.catalog.set_up()
        self.ffmpeg = find_ffmpeg()
        self.prober = Prober()
        frames = FramesRecipe(size=64, interpolation="bicubic", choice=POLICY)
        self.maker = PreviewMaker(self.ffmpeg, PreviewRecipe(frames=frames), choose)
        self.names: dict[str, str] = {}
        catalog = self.catalog
        assets = AssetService(catalog.assets, catalog.sources, DetailFields, Container(), NoRights())
        self.duplicates = DuplicateService(catalog.prints, catalog.pairs, catalog.near, assets, NoRights())

    def take_in(self, path: Path) -> float:
        """Hash, probe and preview a clip; returns its duration in seconds."""
        sha1 = hashlib.sha1(path.read_bytes()).hexdigest()
        media = self.prober.probe(str(path.resolve()))
        self.catalog.add_video(path, sha1, media)
        with tempfile.TemporaryDirectory() as folder:
            made = self.maker.make(str(path.resolve()), media, Path(folder))
            frames = np.load(Path(folder) / FRAMES_NAME)
        preview = Preview(frames=made.frames, hash_times=made.hash_times, hashes=made.hashes)
        if self.embedder is not None:
            rows = self.embedder.pictures(frames)
            times, shots = [f.time for f in made.frames], [f.shot for f in made.frames]
            self.catalog.add_vectors(sha1, self.embedder.fingerprint, times, rows, shots)
        asset = int(self.catalog.assets.find(sha1).id)
        save_output(self.catalog, asset, preview)
        self.names[sha1] = path.stem
        return media.duration or 0.0

    def near(self) -> Duplicates:
        """What shows the same; searched completely, as sweeps do in time."""
        self.catalog.near.catch_up(3600)
        return self.duplicates.find(LOCAL, DuplicatesRequest(near=True))

    def pairs(self) -> dict[frozenset[str], str]:
        """Similarity of near-duplicates by the names of the pair."""
        return {
            frozenset((self.names[p.first.asset], self.names[p.second.asset])): f"{p.similarity:.3f}"
            for p in self.near().near
        }

    def close(self) -> None:
        """Stop the probe helper and close the database."""
        self.prober.close()
        self.catalog.close()
