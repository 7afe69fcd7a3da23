"""Lists of ids longer than any limit of parameters go to the database and come back whole."""

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.search.tables import VECTOR
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids, read_ids
from dampipe.kernel.db.migrate import upgrade
from tests.support.version_rows import insert_many_versions

COUNT = 70_000


@pytest.fixture
def database(catalogue_url: str) -> Database:
    made = Database(catalogue_url)
    upgrade(made)
    with made.write() as connection:
        rows = [(number, f"{number:040x}", 1, "a.mov", 0.0) for number in range(1, COUNT + 1)]
        insert_many_versions(connection, rows)
    return made


def test_long_lists_of_ids(database: Database) -> None:
    odd = range(1, COUNT + 1, 2)
    with database.read() as connection:
        found = read_ids(database, connection, VERSION.c.id, in_ids(database, VERSION.c.id, odd))
        assert sorted(found.tolist()) == list(odd)
        assert found.dtype == np.int64
        none = read_ids(database, connection, VERSION.c.id, in_ids(database, VERSION.c.id, ()))
        assert none.tolist() == [] and none.dtype == np.int64
        assert connection.execute(
            select(func.count()).where(~in_ids(database, VERSION.c.id, odd))
        ).scalar() == (COUNT // 2)
    database.close()


def test_each_set_is_that_of_its_own_statement(database: Database) -> None:
    """The list of a set is made when its statement is executed, also of one that is compiled already."""
    with database.read() as connection:
        for numbers in ({3, 5}, set(range(10, 70_000, 7)), set(), {3}):
            where = in_ids(database, VERSION.c.id, AssetSet(numbers))
            assert set(read_ids(database, connection, VERSION.c.id, where).tolist()) == numbers
            assert set(read_ids(database, connection, VERSION.c.id, where).tolist()) == numbers
        two = [in_ids(database, VERSION.c.id, AssetSet(one)) for one in (range(1, 9), range(5, 20))]
        assert set(read_ids(database, connection, VERSION.c.id, *two).tolist()) == set(range(5, 9))
    database.close()


def test_numbers_that_a_column_cannot_hold_are_in_no_row(database: Database) -> None:
    given = [7, 2**31 - 1, 2**31, 2**32 - 1]
    with database.read() as connection:
        for numbers in (given, AssetSet(given)):
            where = in_ids(database, VERSION.c.id, numbers)
            assert read_ids(database, connection, VERSION.c.id, where).tolist() == [7]
    database.close()


def test_a_list_has_the_type_of_its_column(database: Database) -> None:
    """PostgreSQL has a hash table for these: a list of another type would be gone through for each row."""
    wanted = "json_each" if database.is_sqlite else "::INTEGER[]"
    with database.read() as connection:
        for numbers in (range(1000), AssetSet(range(1000))):
            query = select(VERSION.c.sha1).where(in_ids(database, VERSION.c.id, numbers))
            assert wanted in str(query.compile(connection))
    database.close()


def test_a_mask_of_vectors_reads_one_index(tmp_path: Path) -> None:
    """The ids of the vectors of assets are all in the index vector_of_version: no row of a vector is read."""
    database = Database(f"sqlite:///{tmp_path / 'c.sqlite'}")
    upgrade(database)
    query = select(VECTOR.c.id).where(VECTOR.c.model == "m", in_ids(database, VECTOR.c.version_id, [1, 2]))
    with database.read() as connection:
        compiled = query.compile(connection, compile_kwargs={"literal_binds": True})
        plan = " ".join(str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}"))
    assert "COVERING INDEX vector_of_version (version_id=? AND model=?)" in plan
    database.close()
