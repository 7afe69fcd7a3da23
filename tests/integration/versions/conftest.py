"""Libraries whose assets and versions have different numbers, so that one taken for the other is noticed."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from fastapi.testclient import TestClient

from dampipe.features.assets.tables import ASSET
from dampipe.features.processing.service import ProcessingService
from dampipe.web.app import create_app
from tests.support.searching import Searching


@pytest.fixture
def library(catalogue_url: str, tmp_path: Path) -> Iterator[Searching]:
    """An empty library, once over each database."""
    made = Searching(catalogue_url, tmp_path)
    with made.catalog.database.write() as connection:
        for _ in range(7):
            connection.execute(ASSET.insert().values(added_at=0.0))
        connection.execute(ASSET.delete())
    yield made
    made.close()


@pytest.fixture
def http(library: Searching) -> TestClient:
    """The API over the library."""
    library.services.provide(
        ProcessingService, lambda: cast(ProcessingService, None)
    )  # no test starts a stage
    return TestClient(create_app(library.services), base_url="http://127.0.0.1/api/v1")
