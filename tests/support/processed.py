"""A scanned library whose assets all have a derivative and vectors, without workers."""

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dampipe.features.derivatives.orphans import OrphanedBlobs
from dampipe.features.pruning.queries import Pruner
from dampipe.features.pruning.service import PruneService
from dampipe.features.search.index_admin import IndexService
from dampipe.features.search.model_service import ModelService
from dampipe.features.sources.folders import SourceFolders
from dampipe.features.sources.places import ReachablePlaces
from dampipe.features.sources.service import SourceService
from dampipe.kernel.visibility import NoRights
from dampipe.media.outputs import Derivative, DerivativeKind, Preview
from dampipe.storage.auto import AutoStorage
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.storage.blobs.memory import MemoryBlobs
from dampipe.storage.files.stores import FileStores
from dampipe.storage.vectors.memory import MemoryVectors
from tests.support.pipeline import save_output
from tests.support.scanning import Scanning, grow


class UnnamedModels(ModelService):
    """The models of a catalogue, none of which has a name."""

    def __init__(self) -> None:
        """No model is opened."""

    def names(self) -> dict[str, str]:
        return {}


class ProcessedLibrary(Scanning):
    """A catalogue, scans over it, and a derivative and two vectors of every asset that `process` saw."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.blobs = MemoryBlobs()
        self.index = MemoryVectors(8)
        self.storage = AutoStorage(self.catalog, lambda model, dimension: self.index)
        derivatives, database = DerivativeStore(self.blobs), self.catalog.database
        self.sources = SourceService(
            self.catalog.sources,
            SourceFolders(database),
            NoRights(),
            FileStores(),
            ReachablePlaces(self.catalog.sources, NoRights()),
        )
        self.indexes = IndexService(self.catalog.models, UnnamedModels(), self.storage)
        self.pruning = PruneService(
            database,
            self.catalog.sources,
            Pruner(database),
            OrphanedBlobs(database),
            derivatives,
            self.catalog.models,
            self.storage,
        )

    def process(self, tmp_path: Path) -> None:
        """Hash what is new, and make one derivative of 100 bytes and two vectors of each asset."""
        self.hash_all()
        for number, video in enumerate(self.catalog.list_videos(limit=1000)):
            if video.derivatives:
                continue
            made = tmp_path / "poster.jpg"
            made.write_bytes(b"p" * 100)
            key = f"{video.sha1[:2]}/{video.sha1}/r/poster.jpg"
            size = self.blobs.put(key, made)
            poster = Derivative(
                kind=DerivativeKind.POSTER, key=key, recipe="r", media_type="image/jpeg", size=size
            )
            asset = self.catalog.assets.find(video.sha1).id
            save_output(self.catalog, asset, Preview(derivatives=(poster,)))
            rows = np.eye(8, dtype=np.float32)[[number % 8, (number + 1) % 8]]
            self.storage.add_vector(video.sha1, "m", [0.0, 1.0], rows)
        self.storage.advance("m")


@pytest.fixture
def library(catalogue_url: str) -> Iterator[ProcessedLibrary]:
    """An empty library, once over each kind of database."""
    made = ProcessedLibrary(catalogue_url)
    yield made
    made.close()


@pytest.fixture
def tree(library: ProcessedLibrary, tmp_path: Path) -> Path:
    """Eight files, processed."""
    grow(tmp_path / "tree", 8, random.Random(1))
    library.scan(tmp_path / "tree")
    library.process(tmp_path)
    return tmp_path / "tree"


def lose(library: ProcessedLibrary, tree: Path, count: int) -> None:
    """Delete the first `count` files, and scan."""
    for path in sorted(tree.rglob("*.mp4"))[:count]:
        path.unlink()
    assert library.scan(tree).missing == count
