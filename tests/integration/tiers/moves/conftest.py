"""Plans over each kind of database."""

from collections.abc import Iterator

import pytest

from dampipe.kernel.db.database import Database
from tests.support.catalog import Catalog
from tests.support.moving import Moving


@pytest.fixture
def here(catalogue_url: str) -> Iterator[Moving]:
    catalog = Catalog(Database(catalogue_url))
    catalog.set_up()
    made = Moving(catalog)
    yield made
    made.close()
