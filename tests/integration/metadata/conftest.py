"""A library with five assets and the default schema, over each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.described import Described
from tests.support.postgres import Postgres


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    """One library for the tests of a file: a database of its own for each of them takes most of their time."""
    folder: Path = tmp_path_factory.mktemp("described")
    if request.param == "sqlite":
        made = Described(f"sqlite:///{folder / 'c.sqlite'}", folder)
        yield made
        made.close()
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    url = server.new_database(template=request.getfixturevalue("migrated_postgres_url"))
    made = Described(url, folder)
    yield made
    made.close()
    server.drop(url)


@pytest.fixture
def described(shared: Described) -> Described:
    """The library as it was at the beginning."""
    shared.reset()
    return shared
