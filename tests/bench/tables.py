"""Metadata as CSV: export, an import of what nobody edited, of what somebody edited, undo; seconds and memory.

TABLE_ASSETS sets the size of the library, all of which is exported, TABLE_DATABASES which databases;
`tests/support/many_values.py` makes it.
"""

import csv
import io
import os
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dampipe.features.metadata.csv.export import MetadataExport
from dampipe.features.metadata.csv.importer import MetadataImport
from dampipe.features.metadata.model import ExportRequest, ImportOptions
from dampipe.features.metadata.service import MetadataService
from dampipe.kernel.access import LOCAL
from tests.bench.cpu import timed
from tests.bench.scan import postgres, temporary
from tests.support.many_values import fill
from tests.support.searching import Searching

ASSETS = int(os.environ.get("TABLE_ASSETS", "100000"))
DATABASES = os.environ.get("TABLE_DATABASES", "SQLite,PostgreSQL").split(",")


def main() -> None:
    """Print all, over SQLite and over PostgreSQL."""
    with temporary("home") as home, postgres() as url:
        for name, place in {"SQLite": f"sqlite:///{home}/c.sqlite", "PostgreSQL": url}.items():
            if name in DATABASES:
                measure(name, place, home)


def measure(name: str, url: str, home: Path) -> None:
    """Fill a library, export it, edit the file, import it."""
    library = Searching(url, home)
    print(f"\n{name}, {ASSETS:,} assets with 20 values each")
    timed("filled", lambda: fill(library.catalog.database, ASSETS, defer_indexes=True))
    exports, imports = library.services.get(MetadataExport), library.services.get(MetadataImport)
    file, other = home / f"{name}.csv", home / f"{name}-edited.csv"
    timed("exported", lambda: _write(file, exports.write(LOCAL, ExportRequest())))
    print(f"  {file.stat().st_size / 2**20:.0f} MiB, {_peak()} at most")

    def run(path: Path, **more: Any) -> Any:
        with path.open("rb") as opened:
            return imports.run(LOCAL, opened, ImportOptions(**more))

    assert timed("imported, nobody edited it", lambda: run(file)).changes == 0
    print(f"  {_peak()} at most")
    _edit(file, other)
    assert timed("dry run, two cells edited in each row", lambda: run(other, dry_run=True)).changed == ASSETS
    done = timed("imported", lambda: run(other))
    assert done.changes == 2 * ASSETS and not done.problems, done.problems[:3]
    print(f"  {_peak()} at most")
    timed("undone", lambda: library.services.get(MetadataService).undo(LOCAL, done.operation))
    library.close()


def _edit(file: Path, other: Path) -> None:
    with (
        file.open(encoding="utf-8-sig", newline="") as source,
        other.open("w", encoding="utf-8", newline="") as out,
    ):
        rows = csv.DictReader(source)
        writer = csv.DictWriter(out, rows.fieldnames or (), lineterminator="\r\n")
        writer.writeheader()
        for row in rows:
            writer.writerow(
                {**row, "title": f"{row['title']} edited", "rating": str((int(row["rating"]) + 1) % 6)}
            )


def _write(file: Path, parts: Iterator[bytes]) -> None:
    with io.FileIO(file, "w") as out:
        for part in parts:
            out.write(part)


def _peak() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"


if __name__ == "__main__":
    main()
