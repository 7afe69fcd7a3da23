"""A deployment whose footage is in a bucket in memory, once over each kind of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.memory_stores import memory_bucket
from tests.support.remote_footage import Remote


@pytest.fixture
def remote(catalogue_url: str, tmp_path: Path) -> Iterator[Remote]:
    with memory_bucket("pipeline") as bucket:
        made = Remote(catalogue_url, tmp_path, bucket)
        yield made
        made.catalog.close()
