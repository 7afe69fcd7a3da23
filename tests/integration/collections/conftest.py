"""A library with collections, over each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.gathered import Gathered


@pytest.fixture
def here(catalogue_url: str, tmp_path: Path) -> Iterator[Gathered]:
    made = Gathered(catalogue_url, tmp_path)
    yield made
    made.close()
