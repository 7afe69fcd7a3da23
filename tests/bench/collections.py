"""Collections at scale: pages and moves among 200,000 items, saved searches over a million assets, and 10,000 random
edits by eight actors at once. On SQLite and PostgreSQL.

COLLECTIONS_ITEMS, COLLECTIONS_ASSETS and COLLECTIONS_EDITS set the sizes, COLLECTIONS_DATABASES which databases; the
edits are shared among these.
"""

import os
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import select, text

from dampipe.features.assets.tables import VERSION
from dampipe.features.collections.model import Chosen, Place
from dampipe.features.facets.index import FacetIndex
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database
from tests.bench.scan import postgres, temporary
from tests.support.gathered import Gathered
from tests.support.gathering import Crowd, machine
from tests.support.many_values import fill

ITEMS = int(os.environ.get("COLLECTIONS_ITEMS", "200000"))
ASSETS = int(os.environ.get("COLLECTIONS_ASSETS", "1000000"))
EDITS = int(os.environ.get("COLLECTIONS_EDITS", "10000"))
DATABASES = os.environ.get("COLLECTIONS_DATABASES", "SQLite,PostgreSQL").split(",")
ROUNDS = 21
MANY = 1000
"""Items that are moved together."""


def main() -> None:
    """Print all."""
    with temporary("home") as home, postgres() as url:
        for name, place in {"SQLite": f"sqlite:///{home}/c.sqlite", "PostgreSQL": url}.items():
            if name in DATABASES:
                print(f"\n{name}", flush=True)
                if EDITS:
                    edit_at_once(place if name == "PostgreSQL" else f"sqlite:///{home}/edits.sqlite", home)
                if ASSETS:
                    measure(place, home)


def edit_at_once(url: str, home: Path) -> None:
    """Random edits by eight actors, checked after each step (tests/support/gathering.py)."""
    crowd = Crowd(Gathered(url, home / "edits", ""))
    began = time.perf_counter()
    while crowd.edits.total() < EDITS / len(DATABASES):
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            machine(crowd),
            settings=settings(
                max_examples=10,
                stateful_step_count=20,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
    took = time.perf_counter() - began
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(crowd.edits.items()))
    print(f"  {crowd.edits.total():,} edits by 8 actors in {took:.0f} s: {kinds}", flush=True)
    print(f"  {crowd.refused:,} more were refused, since others had changed what they were about", flush=True)
    with crowd.here.catalog.database.write() as connection:
        for table in ("collection_item", "collection_grant", "collection", "edit_change", "edit"):
            connection.execute(text(f"DELETE FROM {table}"))
        for table in ("location", "version", "asset"):
            connection.execute(text(f"DELETE FROM {table}"))
    crowd.here.close()


def measure(url: str, home: Path) -> None:
    """Fill a library and a collection, and ask it."""
    here = Gathered(url, home, "")
    database = here.catalog.database
    _timed(f"library of {ASSETS:,} assets filled", lambda: fill(database, ASSETS, defer_indexes=True))
    _timed("facet index built", FacetIndex(database).refresh)
    _tidy(database)
    with database.read() as connection:
        sha1s = list(connection.execute(select(VERSION.c.sha1).order_by(VERSION.c.id).limit(ITEMS)).scalars())
    film = here.make("Film").id
    _timed(f"{ITEMS:,} items added", lambda: _add(here, film, sha1s))
    _tidy(database)
    _pages(here, film)
    _edits(here, film)
    _searches(here)
    here.close()


def _tidy(database: Database) -> None:
    """What a server of PostgreSQL does by itself, unless it is one for tests."""
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _add(here: Gathered, film: int, sha1s: list[str]) -> None:
    for first in range(0, len(sha1s), 20_000):
        here.things.add(LOCAL, film, Chosen(assets=tuple(sha1s[first : first + 20_000])))


def _numbers(here: Gathered, film: int) -> list[int]:
    with here.catalog.database.read() as connection:
        query = "SELECT id FROM collection_item WHERE collection_id = :film ORDER BY position, id"
        return list(connection.execute(text(query), {"film": film}).scalars())


def _pages(here: Gathered, film: int) -> None:
    numbers = _numbers(here, film)
    draw = random.Random(1)
    _median("first page of 100 items", lambda: here.collections.items(LOCAL, film, limit=100))
    cursors = [f"i{draw.choice(numbers)}" for _ in range(ROUNDS + 1)]
    _median("any page of 100 items", lambda: here.collections.items(LOCAL, film, cursors.pop(), 100))
    _median("counted, with its cover", lambda: here.collections.show(LOCAL, film))
    _median("as a set of assets", lambda: here.collections.assets(LOCAL, film))


def _edits(here: Gathered, film: int) -> None:
    numbers = _numbers(here, film)
    draw = random.Random(2)

    def move(count: int) -> None:
        start = draw.randrange(len(numbers) - count)
        moved = numbers[start : start + count]
        anchor = draw.choice([*numbers[:start][:1], *numbers[start + count :][-50_000:]])
        here.things.move(LOCAL, film, moved, Place(before=anchor))

    _median("move one item", lambda: move(1))
    _median("move 100 items", lambda: move(100))
    _median(f"move {MANY:,} items", lambda: move(MANY))
    first = numbers[0]

    def into_one_gap() -> None:
        here.things.move(LOCAL, film, [draw.choice(numbers[1000:])], Place(before=first))

    for _ in range(40):  # the gap is used up, and the neighbourhood numbered anew
        into_one_gap()
    _median("move one item to where 40 went", into_one_gap)
    with here.catalog.database.read() as connection:
        query = select(VERSION.c.sha1).order_by(VERSION.c.id.desc()).limit(ROUNDS + 2)
        others = list(connection.execute(query).scalars())
    _median("add one asset", lambda: here.things.add(LOCAL, film, Chosen(assets=(others.pop(),))))
    _median("remove one item", lambda: here.things.remove(LOCAL, film, items=[numbers.pop()]))
    _median("undo", lambda: here.undo())
    _timed("sort all items by a field", lambda: here.things.sort(LOCAL, film, "-rating"))
    _timed("undo that", lambda: here.undo())


def _searches(here: Gathered) -> None:
    for title, filters in (
        ("rating>=3", {"where": ("rating>=3",)}),
        ("kind", {"kind": ("video",)}),
        ("city and rating", {"where": ("rating>=3 and not city='Upper Moor'",)}),
        ("in the collection", {"where": ("in_collection:Film and rating>=3",)}),
    ):
        smart = here.make(f"smart {title}", filters=filters).id
        with here.catalog.database.read() as connection:
            sha1 = connection.execute(select(VERSION.c.sha1).limit(1)).scalar_one()
        here.things.exclude(LOCAL, smart, Chosen(assets=(sha1,)))
        found: list[Any] = []
        _median(
            f"saved search {title}: counted after a write",
            lambda s=smart, f=found: f.append(_counted(here, s)),  # type: ignore[misc]
            before=lambda: here.undo(edit=here.put_number()),
        )
        print(f"      it finds {found[-1]:,}", flush=True)
        _median(f"saved search {title}: first page", lambda s=smart: here.collections.items(LOCAL, s))  # type: ignore[misc]


def _counted(here: Gathered, smart: int) -> int:
    return here.collections.show(LOCAL, smart).items or 0


def _timed(what: str, act: Callable[[], object]) -> None:
    began = time.perf_counter()
    act()
    print(f"  {what:<58} {time.perf_counter() - began:8.2f} s", flush=True)


def _median(what: str, act: Callable[[], object], before: Callable[[], object] | None = None) -> None:
    """The median and the longest of ROUNDS, after a first one; and the processor time of this process."""
    took, used = [], []
    for turn in range(ROUNDS + 1):
        if before is not None:
            before()
        began, cpu = time.perf_counter(), time.process_time()
        act()
        if turn:
            took.append((time.perf_counter() - began) * 1000)
            used.append((time.process_time() - cpu) * 1000)
    middle, own = statistics.median(took), statistics.median(used)
    print(f"  {what:<58} {middle:8.1f} ms, at most {max(took):.1f}; CPU {own:.1f}", flush=True)
