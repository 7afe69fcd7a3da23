"""The library that benchmarks use is the same for the same seed, and one that dampipe could have written."""

from pathlib import Path

from sqlalchemy import func, select

from dampipe.features.metadata.registry import library_fields
from dampipe.features.metadata.tables import VALUE
from dampipe.features.metadata.values import content_of, fits
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.migrate import upgrade
from tests.support.many_values import VALUES_EACH, digest, fill


def made(folder: Path, seed: int, *, url: str = "", defer: bool = False) -> Database:
    database = Database(url or f"sqlite:///{folder / f'{seed}{defer}.sqlite'}")
    upgrade(database)
    fill(database, 120, seed, defer_indexes=defer)
    return database


def test_a_seed_makes_one_library(tmp_path: Path, catalogue_url: str) -> None:
    database = made(tmp_path, 7, url=catalogue_url)
    with database.read() as connection:
        of_seed = digest(connection)
        each = select(func.count()).where(VALUE.c.is_effective).group_by(VALUE.c.asset_id)
        assert set(connection.execute(each).scalars()) == {VALUES_EACH}
        fields = library_fields(connection)
        rows = connection.execute(select(VALUE)).all()
        assert all(fits(fields[row.field], content_of(row)) for row in rows)
    database.close()
    for seed, defer, is_same in ((7, True, True), (8, False, False)):
        other = made(tmp_path, seed, defer=defer)
        with other.read() as connection:
            assert (digest(connection) == of_seed) == is_same
        other.close()
