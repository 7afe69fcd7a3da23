"""The facet index of a library with 20 values an asset: building it, counts, filters, and what one write costs.

FACETS_ASSETS sets the size of the library, FACETS_DATABASES which databases. `tests/support/many_values.py` makes it.
"""

import os
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import func, select, true

from dampipe.features.assets.tables import VERSION
from dampipe.features.facets.index import FacetIndex
from dampipe.features.facets.model import FacetRequest
from dampipe.features.facets.service import FacetService
from dampipe.features.facets.tables import FACET_KEY, FACET_POSTING, FACET_TEXT, FACET_VERSION
from dampipe.features.metadata.model import AssetEdit
from dampipe.features.metadata.service import MetadataService
from dampipe.features.search.filters import FilterResolver, ResolvedFilter, Visible
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.kernel.access import LOCAL, Actor
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.filter import FilterRegistry
from dampipe.kernel.visibility import NoRights
from tests.bench.cpu import timed
from tests.bench.scan import postgres, temporary
from tests.support.many_values import fill
from tests.support.searching import Searching

ASSETS = int(os.environ.get("FACETS_ASSETS", "1000000"))
DATABASES = os.environ.get("FACETS_DATABASES", "SQLite,PostgreSQL").split(",")
SHARES = (0.01, 0.5, 0.99)
ROUNDS = 7
QUERIES = (
    "rating>=4",
    "city='Upper Moor'",
    "take<3",
    "shot_on>=2024-06",
    "shot_on>=2021-06-15",
    "duration>=20 and duration<60",
    "has:keywords",
    "title:beach",
    "title='beach road 17'",
    "description:desert",
    "rating>=4 and description:beach",
    "rating>=3 and not city='Upper Moor' and (camera:fx3 or codec=prores)",
)


class Restricted(FilterResolver):
    """Resolves filters for who sees some versions."""

    def __init__(self, database: Database, seen: AssetSet | None) -> None:
        super().__init__(database, FilterRegistry(), NoRights())
        self._seen = seen

    def resolve(
        self,
        actor: Actor,
        filters: Mapping[str, Sequence[str]],
        all_versions: bool = False,
        visible: Visible | None = None,
    ) -> ResolvedFilter:
        """See FilterResolver."""
        # `where` is for statements about rows, which neither counts nor masks are.
        seen = None if self._seen is None else Visible(self._seen, true())
        return super().resolve(actor, filters, all_versions, seen)


def main() -> None:
    """Print all."""
    with temporary("home") as home, postgres() as url:
        for name, place in {"SQLite": f"sqlite:///{home}/c.sqlite", "PostgreSQL": url}.items():
            if name in DATABASES:
                measure(name, place, home)


def measure(name: str, url: str, home: Path) -> None:
    """Fill a library, build its index and ask it."""
    library = Searching(url, home)
    database = library.catalog.database
    print(f"\n{name}, {ASSETS:,} assets")
    timed("library filled", lambda: fill(database, ASSETS, defer_indexes=True))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    timed("index built", FacetIndex(database).refresh)
    _sizes(database)
    rng = np.random.default_rng(1)
    viewers: dict[str, AssetSet | None] = {"everybody": None}
    for share in SHARES:
        some = rng.choice(ASSETS, int(ASSETS * share), replace=False) + 1
        viewers[f"{share:.0%}"] = AssetSet.from_numpy(np.sort(some))
    cold = Database(url)
    keys = _facets(database)
    service = FacetService(cold, Restricted(cold, None), TermRepository(cold))
    timed(f"first counts of {len(keys)} facets in a process", lambda: service.count(LOCAL, _request(keys)))
    cold.close()
    for viewer, seen in viewers.items():
        resolver = Restricted(database, seen)
        service = FacetService(database, resolver, TermRepository(database))
        _median(f"counts of {len(keys)} facets, {viewer}", lambda s=service: s.count(LOCAL, _request(keys)))
        for query in ("rating>=3", "shot_on>=2021-06-15"):
            _median(
                f"  where {query}",
                lambda s=service, q=query: s.count(LOCAL, _request(keys, where=(q,))),
            )
        for query in QUERIES:
            _median(f"mask of {query}, {viewer}", lambda r=resolver, q=query: _mask(r, q))
    _writes(library, database)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"  memory: {(after - before) / 1024:.0f} MiB more at most")
    library.close()


def _facets(database: Database) -> list[str]:
    """20 facets, those with most values first."""
    service = FacetService(database, Restricted(database, None), TermRepository(database))
    found = service.count(LOCAL, FacetRequest(limit=1)).facets
    most = sorted(found, key=lambda one: -(one.more + len(one.values)))[:20]
    print("  facets: " + ", ".join(f"{one.key} {one.more + len(one.values)}" for one in most))
    return [one.key for one in most]


def _request(keys: Sequence[str], **filters: tuple[str, ...]) -> FacetRequest:
    return FacetRequest(facet=tuple(keys), filters=filters)


def _mask(resolver: FilterResolver, query: str) -> Any:
    return resolver.mask(resolver.resolve(LOCAL, {"where": (query,)}))


def _sizes(database: Database) -> None:
    with database.read() as connection:
        for table, column in (
            (FACET_POSTING, FACET_POSTING.c.numbers),
            (FACET_VERSION, FACET_VERSION.c.key_ids),
            (FACET_TEXT, FACET_TEXT.c.texts),
        ):
            rows, size = connection.execute(select(func.count(), func.sum(func.length(column)))).one()
            print(f"  {table.name}: {rows:,} rows, {size / 2**20:.0f} MiB")
        print(f"  keys: {connection.execute(select(func.count()).select_from(FACET_KEY)).scalar():,}")


def _writes(library: Searching, database: Database) -> None:
    """One value is written, and the next query knows it."""
    metadata = library.services.get(MetadataService)
    index = FacetIndex(database)
    with database.read() as connection:
        names = connection.execute(select(VERSION.c.sha1).limit(ROUNDS * 2)).scalars().all()
    writing, refreshing = [], []
    for number, name in enumerate(names):
        began = time.perf_counter()
        metadata.edit(LOCAL, name, AssetEdit(set={"rating": number % 6}))
        written = time.perf_counter()
        index.refresh()
        writing.append(written - began)
        refreshing.append(time.perf_counter() - written)
    print(f"  one value written: {_ms(writing)}; the index after it: {_ms(refreshing)}", flush=True)


def _median(title: str, call: Callable[[], Any]) -> None:
    taken, processor = [], []
    for _ in range(ROUNDS + 1):
        began, used = time.perf_counter(), time.process_time()
        call()
        taken.append(time.perf_counter() - began)
        processor.append(time.process_time() - used)
    first, *rest = taken
    shown = f"{_ms(rest)}, processor {statistics.median(processor[1:]) * 1000:.1f} ms"
    print(f"  {title:<75} {shown}; at first {first * 1000:.0f} ms", flush=True)


def _ms(taken: Sequence[float]) -> str:
    low, high = min(taken) * 1000, max(taken) * 1000
    return f"{statistics.median(taken) * 1000:7.1f} ms ({low:.1f}-{high:.1f})"


if __name__ == "__main__":
    main()
