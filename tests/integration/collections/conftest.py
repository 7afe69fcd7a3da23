"""A library with collections, over each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dampipe.features.facets import index
from tests.support.gathered import Gathered


@pytest.fixture(autouse=True)
def by_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """The versions of assets are found as in a large library."""
    monkeypatch.setattr(index, "LOOKED_UP", 0)


@pytest.fixture
def here(catalogue_url: str, tmp_path: Path) -> Iterator[Gathered]:
    made = Gathered(catalogue_url, tmp_path)
    yield made
    made.close()
