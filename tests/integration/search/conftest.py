"""Libraries to search in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient

from dampipe.app.library import Library
from dampipe.features.assets.queries import DerivativeLookup
from dampipe.features.assets.service import DetailFields
from dampipe.features.derivatives.queries import DerivativeRepository
from dampipe.features.scanning.sync import NightlyPolicy
from dampipe.features.search.models import ModelService
from dampipe.features.tagging.details import TAGS
from dampipe.kernel.container import Container, Services
from dampipe.kernel.db.database import Database
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.storage.blobs.memory import MemoryBlobs
from dampipe.vision.base import Embedder
from dampipe.web.app import create_app
from tests.searching import Searching, media


@pytest.fixture
def library(catalogue_url: str, tmp_path: Path) -> Iterator[Searching]:
    """An empty library, once over each database."""
    made = Searching(catalogue_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Searching]:
    """An empty library over SQLite: for what no database has a say in."""
    made = Searching(f"sqlite:///{tmp_path / 'c.sqlite'}", tmp_path)
    yield made
    made.close()


@pytest.fixture
def http(here: Searching) -> TestClient:
    """The web server over a library with two files, which show red and blue, and blue."""

    class OneModel(ModelService):
        """There was never another model."""

        def answering(self) -> Embedder:
            return here.embedder

    nothing = cast(Any, lambda: None)
    models = OneModel(here.catalog, here.storage, nothing, "fake", nothing, nothing)
    library = Library(
        catalog=here.catalog, storage=here.storage, derivatives=DerivativeStore(MemoryBlobs()), plan=nothing,
        carrier=nothing, models=models, sweep=nothing, verifier=nothing, nightly=NightlyPolicy(), manifests=nothing,
    )  # fmt: skip
    here.add("day/a.mp4", ["red", "blue"], media(camera="Sony FX3"))
    here.add("day/b.mp4", ["blue"])
    services = Container()
    services.provide(Services, lambda: services)
    services.provide(Database, lambda: here.catalog.database)
    services.provide(DerivativeLookup, DerivativeRepository)
    services.provide(DerivativeStore, lambda: DerivativeStore(MemoryBlobs()))
    services.provide(DetailFields, lambda: DetailFields([TAGS]))
    return TestClient(create_app(library, services))
