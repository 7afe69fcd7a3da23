"""One field set on 100,000 assets at once and undone, in a library with 20 values an asset: seconds and memory.

METADATA_ASSETS sets the size of the library, METADATA_DATABASES which databases; `tests/support/many_values.py`
makes it.
"""

import os
import resource
from pathlib import Path
from typing import Any

from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.model import BulkEdit
from dampipe.features.metadata.registry import LibraryFields
from dampipe.features.metadata.service import MetadataService
from dampipe.kernel.access import LOCAL, Actor
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import read_ids
from dampipe.kernel.field import Operator
from tests.bench.cpu import timed
from tests.bench.scan import postgres, temporary
from tests.support.many_values import fill
from tests.support.searching import Searching

ASSETS = int(os.environ.get("METADATA_ASSETS", "100000"))
DATABASES = os.environ.get("METADATA_DATABASES", "SQLite,PostgreSQL").split(",")
EDITED = 100_000
FILTERS = (
    ("rating", Operator.AT_LEAST, "4"),
    ("city", Operator.EQUAL, "Upper Moor"),
    ("project", Operator.EQUAL, "Project 7"),
    ("take", Operator.LESS, "3"),
    ("shot_on", Operator.AT_LEAST, "2024-06"),
    ("title", Operator.CONTAINS, "beach"),
    ("camera", Operator.CONTAINS, "fx3"),
)


class First:
    """Selects the first assets, whatever is asked: how filters find them is another measurement."""

    def assets(self, actor: Actor, filters: Any) -> AssetSet:
        """See AssetSelector."""
        return AssetSet(range(1, EDITED + 1))


def main() -> None:
    """Print all, over SQLite and over PostgreSQL."""
    with temporary("home") as home, postgres() as url:
        for name, place in {"SQLite": f"sqlite:///{home}/c.sqlite", "PostgreSQL": url}.items():
            if name in DATABASES:
                measure(name, place, home)


def measure(name: str, url: str, home: Path) -> None:
    """Fill a library and edit it."""
    library = Searching(url, home)
    database: Database = library.catalog.database
    print(f"\n{name}, {ASSETS:,} assets")
    timed("filled", lambda: fill(database, ASSETS, defer_indexes=True))
    metadata = library.services.get(MetadataService)
    metadata._selector = First()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for title, parts in {
        "a field that has values": {"set": {"rating": 3}},
        "a searchable field": {"set": {"project": "Alps"}},
        "an empty field": {"set": {"region": "Alps"}},
    }.items():
        edit = BulkEdit(all=True, **parts)  # type: ignore[arg-type]
        timed(f"preview of {title}", lambda edit=edit: metadata.preview(LOCAL, edit))
        done = timed(f"set {title}", lambda edit=edit: metadata.bulk(LOCAL, edit))
        timed("undone", lambda done=done: metadata.undo(LOCAL, done.operation))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"  memory: {(after - before) / 1024:.0f} MiB more at most")
    fields = LibraryFields(database)
    for key, operator, given in FILTERS:
        with database.read() as connection:
            condition = fields.condition(connection, key, operator, [given])
            timed(
                f"{key}{operator}{given}",
                lambda connection=connection, condition=condition: read_ids(
                    database, connection, VERSION.c.id, condition
                ),
            )
    library.close()


if __name__ == "__main__":
    main()
