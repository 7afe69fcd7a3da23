"""Plans for a library of 1,000,000 assets with 2 copies each, by a policy of 3 rules: seconds and memory.

TIERS_ASSETS sets the size of the library, TIERS_DATABASES which databases. The first plan has to copy and delete, the
second one, by a policy with which the library complies, finds nothing to do.
"""

import os
import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import func, select, text

from dampipe.features.facets.index import FacetIndex
from dampipe.features.fixity.model import Verdict
from dampipe.features.fixity.tables import VERIFICATION
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.features.tiers.tables import TIER_ACTION
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database
from tests.bench.cpu import timed
from tests.bench.scan import postgres, temporary
from tests.support.many_values import BLOCK, fill, insert_rows
from tests.support.tiered import DAY, Tiered

ASSETS = int(os.environ.get("TIERS_ASSETS", "1000000"))
DATABASES = os.environ.get("TIERS_DATABASES", "SQLite,PostgreSQL").split(",")
IN_A_FOLDER = 100
TO_DO = """
[[rule]]
name = "selects"
query = "rating>=4"
copies = 3
tiers = ["hot", "nearline"]

[[rule]]
name = "old and unloved"
query = "age>30d and rating<1"
copies = 2
tiers = ["cold"]

[[rule]]
name = "the rest"
copies = 2
verified_within = "90d"
"""
"""A fifth of the assets lacks a copy for which there is no source; a third gets two copies, and loses two."""
DONE = """
[[rule]]
name = "selects"
query = "rating>=4"
copies = 2
tiers = ["hot", "nearline"]

[[rule]]
name = "old and unloved"
query = "age>30d and rating<1"
copies = 1

[[rule]]
name = "the rest"
copies = 2
verified_within = "90d"
"""


def main() -> None:
    """Print all."""
    with temporary("home") as home, postgres() as url:
        for name, place in {"SQLite": f"sqlite:///{home}/c.sqlite", "PostgreSQL": url}.items():
            if name in DATABASES:
                measure(name, place, home)


def measure(name: str, url: str, home: Path) -> None:
    """Fill a library and plan for it."""
    here = Tiered(url, Path(tempfile.mkdtemp(dir=home)))
    print(f"\n{name}, {ASSETS:,} assets")
    timed("library filled", lambda: fill(here.database, ASSETS, defer_indexes=True, only_ratings=True))
    timed("files added", lambda: _add_files(here))
    timed("facet index built", FacetIndex(here.database).refresh)
    here.library.filters.resolve(LOCAL, {"where": ("rating>=4",)})
    for what, toml in (("two copies, then two deletes, of a third", TO_DO), ("nothing to do", DONE)):
        timed(f"policy checked and applied ({what})", lambda t=toml: here.policy(t))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        plan: Any = timed(f"plan made ({what})", here.plan)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with here.database.read() as connection:
            mine = select(func.count()).where(TIER_ACTION.c.plan_id == plan.number)
            count = connection.execute(mine).scalar()
        print(f"  actions: {count:,}, memory: {(after - before) / 1024:.0f} MiB more at most")
        for rule in plan.estimate.rules:
            lack = rule.no_destination.files
            print(
                f"  {rule.rule}: {rule.versions:,} contents, {rule.below:,} below, {lack:,} without a place"
            )
    here.close()


def _add_files(here: Tiered) -> None:
    """Each content in two sources, each file verified within the last 80 days."""
    hot, nas = (
        here.source("hot", gb_month=20.0, mb_per_s=400),
        here.source("nas", "nearline", gb_month=5.0, mb_per_s=100),
    )
    here.source("archive", "cold", gb_month=1.0, mb_per_s=50, write_1000=0.05)
    here.source("offsite", "cold", gb_month=2.0, mb_per_s=20, egress_gb=0.09)
    count = -(-ASSETS // IN_A_FOLDER)
    database = here.database
    with database.write() as connection:
        rows = [
            (
                at * count + number + 1,
                source,
                f"project {number // 100:03}/card {number % 100:02}".encode(),
                "{}",
                False,
            )
            for at, source in enumerate((hot, nas))
            for number in range(count)
        ]
        insert_rows(
            database, connection, FOLDER.name, ("id", "source_id", "path", "sidecars", "is_regrouped"), rows
        )
    for start in range(1, ASSETS + 1, BLOCK):
        files = list(_files(start, min(start + BLOCK, ASSETS + 1), count))
        checks = list(_checks(files, here.now))
        with database.write() as connection:
            insert_rows(database, connection, LOCATION.name, _LOCATION, files)
            insert_rows(database, connection, VERIFICATION.name, _VERIFICATION, checks)
    with database.write() as connection:
        connection.execute(text("ANALYZE"))
    _set_sequences(database)


_LOCATION = ("id", "folder_id", "name", "size", "mtime_ns", "inode", "state", "version_id", "is_named")
_VERIFICATION = ("location_id", "version_id", "requested_until", "lease_until", "at", "result")


def _files(start: int, end: int, folders: int) -> Iterator[tuple[Any, ...]]:
    for at in range(2):
        for number in range(start, end):
            folder = at * folders + (number - 1) // IN_A_FOLDER + 1
            name = f"A{number:07d}.mov".encode()
            yield (
                *(at * ASSETS + number, folder, name, 50_000_000 + number, 1_700_000_000_000_000_000, 0),
                *(str(LocationState.PRESENT), number, False),
            )


def _checks(files: list[tuple[Any, ...]], now: float) -> Iterator[tuple[Any, ...]]:
    days = np.random.default_rng(files[0][0]).integers(1, 80, len(files)).tolist()
    for file, age in zip(files, days, strict=True):
        yield file[0], file[7], 0.0, 0.0, now - age * DAY, str(Verdict.SAME)


def _set_sequences(database: Database) -> None:
    if not database.is_sqlite:
        with database.write() as connection:
            for table in ("folder", "location"):
                name = f"pg_get_serial_sequence('{table}', 'id')"
                connection.execute(text(f"SELECT setval({name}, (SELECT max(id) FROM {table}))"))
