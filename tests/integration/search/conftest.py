"""Libraries to search in."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from fastapi.testclient import TestClient

from dampipe.features.processing.service import ProcessingService
from dampipe.web.app import create_app
from tests.support.searching import Searching, media


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

    here.add("day/a.mp4", ["red", "blue"], media(camera="Sony FX3"))
    here.add("day/b.mp4", ["blue"])
    here.services.provide(ProcessingService, lambda: cast(ProcessingService, None))  # no test starts a stage
    return TestClient(create_app(here.services), base_url="http://127.0.0.1")
