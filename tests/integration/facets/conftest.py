"""A library with fields of all types, over each database."""

from collections.abc import Iterator
from typing import Any

import pytest

from dampipe.kernel.facets.tables import DIRTY_FACETS
from tests.integration.metadata.conftest import shared
from tests.support.described import Described
from tests.support.faceted import Faceted

__all__ = ["shared"]


@pytest.fixture
def faceted(shared: Described) -> Iterator[Faceted]:
    """The library as it was at the beginning, with an empty index."""
    shared.reset()
    with shared.database.write() as connection:
        connection.execute(DIRTY_FACETS.delete())
    made: Any = Faceted(shared)
    made.index.clear()
    yield made
