"""Fixtures of storage tests."""

from pathlib import Path

import pytest

from dampipe.storage.memory import MemoryStorage
from tests.support.vector_catalog import vector_catalog


@pytest.fixture
def catalog(tmp_path: Path) -> MemoryStorage:
    """30 assets with 4 vectors each."""
    return vector_catalog(tmp_path)
