"""Libraries with sidecars."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sidecars import Sidecars


@pytest.fixture
def here(catalogue_url: str, tmp_path: Path) -> Iterator[Sidecars]:
    """An empty library over each database."""
    made = Sidecars(catalogue_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Sidecars]:
    """An empty library."""
    made = Sidecars(f"sqlite:///{tmp_path / 'catalogue' / 'c.sqlite'}", tmp_path)
    yield made
    made.close()
