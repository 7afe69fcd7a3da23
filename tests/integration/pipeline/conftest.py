"""A folder of small files and a deployment in one process, for tests that bring none of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pipeline import Deployment


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five files, each with a content of its own."""
    folder = tmp_path / "footage"
    folder.mkdir()
    for number in range(5):
        (folder / f"clip{number}.mp4").write_bytes(b"x" * (number + 1))
    return folder


@pytest.fixture
def here(catalogue_url: str) -> Iterator[Deployment]:
    """A deployment over an empty catalogue, once over each kind of database."""
    deployment = Deployment(catalogue_url)
    yield deployment
    deployment.catalog.close()
