"""An import deployment over each kind of database."""

from collections.abc import Iterator

import pytest

from dampipe.kernel.db.database import Database
from tests.support.catalog import Catalog
from tests.support.importing import Importing


@pytest.fixture
def here(catalogue_url: str) -> Iterator[Importing]:
    catalog = Catalog(Database(catalogue_url))
    catalog.set_up()
    made = Importing(catalog)
    yield made
    made.close()
