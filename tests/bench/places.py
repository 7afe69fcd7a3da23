"""Folders and the map of a large library: what a page of folders and the clusters of a map cost, for who sees all and
for who sees some folders.

PLACES_ASSETS sets the size of the library.
"""

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from dampipe.features.facets.index import FacetIndex
from dampipe.features.folders.service import FolderService
from dampipe.features.map.model import Box, MapTiles
from dampipe.features.map.service import MapService
from dampipe.features.sources.tables import FOLDER, LOCATION
from dampipe.kernel.access import LOCAL, Actor
from dampipe.kernel.db.database import Database
from tests.bench.cpu import timed
from tests.bench.scan import temporary
from tests.support.gathered import Gathered
from tests.support.many_values import insert_rows

ASSETS = int(os.environ.get("PLACES_ASSETS", "1000000"))
EACH = 50
"""Assets of a folder; folders are in twenty years of as many days as it takes."""
ROUNDS = 15


def fill(database: Database) -> None:
    """Assets with positions and one file each, in folders `YEAR/DAY`."""
    rng = np.random.default_rng(5)
    folders = [(n + 1, 1, f"{2004 + n % 20}/{n // 20:04}".encode()) for n in range(ASSETS // EACH)]
    with database.write() as connection:
        insert_rows(database, connection, FOLDER.name, ("id", "source_id", "path", "sidecars", "is_regrouped"),
                    [(*one, "{}", True) for one in folders])  # fmt: skip
    columns = ("id", "asset_id", "sha1", "size", "name", "added_at", "latitude", "longitude")
    places = ("id", "folder_id", "name", "size", "mtime_ns", "inode", "state", "version_id", "is_named")
    for first in range(1, ASSETS + 1, 20_000):
        numbers = range(first, min(first + 20_000, ASSETS + 1))
        north, east = rng.normal(30, 20, len(numbers)).clip(-80, 80), rng.uniform(-180, 180, len(numbers))
        with database.write() as connection:
            insert_rows(database, connection, "asset", ("id", "added_at"), [(n, 1.0) for n in numbers])
            rows: list[Any] = [
                (n, n, f"{n:040x}", 1, f"{n}.mov", 1.0, float(a), float(b))
                for n, a, b in zip(numbers, north, east, strict=True)
            ]
            insert_rows(database, connection, "version", columns, rows)
            files: list[Any] = [
                (n, 1 + (n - 1) // EACH, f"{n}.mov".encode(), 1, 1, 0, "present", n, False) for n in numbers
            ]
            insert_rows(database, connection, LOCATION.name, places, files)


def median(what: str, act: Callable[[], Any]) -> None:
    """Print how long something takes."""
    act()
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    print(f"  {what}: {statistics.median(took) * 1000:.1f} ms", flush=True)


def main() -> None:
    """Print all."""
    with temporary("home") as home:
        library = Gathered(f"sqlite:///{home}/c.sqlite", home, names="")
        library.services.provide(MapTiles, MapTiles)
        database = library.catalog.database
        print(f"SQLite, {ASSETS:,} assets in {ASSETS // EACH:,} folders")
        timed("library filled", lambda: fill(database))
        timed("index built", FacetIndex(database).refresh)
        folders, map_ = library.services.get(FolderService), library.services.get(MapService)
        root = str(library.root)
        some = library.user("vera", sees=tuple(f"{year}" for year in range(2004, 2014)))
        viewers: dict[str, Actor] = {"everybody": LOCAL, "who sees half": some}
        for name, actor in viewers.items():
            median(f"sources, {name}", lambda a=actor: folders.children(a))
            median(f"20 years, {name}", lambda a=actor: folders.children(a, root))
            median(
                f"100 of {ASSETS // EACH // 20:,} days, {name}",
                lambda a=actor: folders.children(a, f"{root}/2005"),
            )
            median(f"map of the world, {name}", lambda a=actor: map_.clusters(a, Box(), 2))
            box = Box.parse("0,35,30,60")
            median(f"map of Europe, {name}", lambda a=actor, b=box: map_.clusters(a, b, 5))
            median(
                f"map of a town, {name}", lambda a=actor: map_.clusters(a, Box.parse("12.4,41.8,12.6,42"), 12)
            )
        library.close()


if __name__ == "__main__":
    main()
