"""Servers of vector indexes for tests: Milvus Lite, and a stand-in for Weaviate."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest


@pytest.fixture(scope="session")
def milvus_uri() -> Iterator[str]:
    """The URI of a Milvus Lite that runs as a server for the test session."""
    manager = pytest.importorskip("milvus_lite.server_manager").server_manager_instance
    folder = Path(mkdtemp(prefix="dampipe-mv-", dir="/tmp"))
    file = str(folder / "milvus.db")
    try:
        yield manager.start_and_get_uri(file)
    finally:
        manager.release_server(file)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def weaviate_server() -> Iterator[Any]:
    """An empty stand-in for a Weaviate server."""
    pytest.importorskip("weaviate")
    from tests.support.weaviate_server import Weaviate

    server = Weaviate()
    try:
        yield server
    finally:
        server.stop()
