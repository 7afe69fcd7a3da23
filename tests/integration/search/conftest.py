"""Libraries to search in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.searching import Searching


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
