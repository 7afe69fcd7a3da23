"""A new clip against a library of a million: milliseconds until its near duplicates are known, recall, bytes a clip.

The fingerprints are made up, distributed as those of natural pictures, with black frames, slates and colour bars
(`tests/support/fingerprints.py`). Everything else is that of a deployment: tables, saver and search.
"""

import os
import statistics
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.duplicates.frame_keys import CROWDED
from dampipe.features.duplicates.keys import frame_keys
from dampipe.features.duplicates.model import PairState
from dampipe.features.duplicates.savers import save_fingerprints
from dampipe.features.duplicates.tables import FINGERPRINT
from dampipe.features.duplicates.track import Track
from dampipe.jobs.savers import OutputBatch
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import VersionId
from dampipe.media.outputs import Preview
from tests.bench.scan import postgres, temporary
from tests.support.catalog import Catalog
from tests.support.fingerprints import Clip, Footage

CLIPS = int(os.environ.get("DUPLICATES_CLIPS", "1000000"))
DATABASES = os.environ.get("DUPLICATES_DATABASES", "SQLite,PostgreSQL").split(",")
BLOCK = 20_000
NEW = 200
"""New clips of each kind: versions of clips of the library, and others."""


def main() -> None:
    """Print all, over SQLite and over PostgreSQL."""
    with temporary("home") as home, postgres() as url:
        places = {"SQLite": f"sqlite:///{home}/c.sqlite", "PostgreSQL": url}
        catalogs = {name: Catalog(Database(places[name])) for name in DATABASES}
        originals = fill(list(catalogs.values()))
        for name, catalog in catalogs.items():
            measure(name, catalog, originals, home / "c.sqlite")
            catalog.close()


def fill(catalogs: list[Catalog]) -> dict[int, Clip]:
    """Write the library into empty catalogues; returns some of its clips, by their assets."""
    began, footage = time.monotonic(), Footage(7)
    kept: dict[int, Clip] = {}
    keys, owners = list[NDArray[np.int64]](), list[NDArray[np.int32]]()
    for catalog in catalogs:
        catalog.set_up()
        prepare(catalog.database)
    for first in range(1, CLIPS + 1, BLOCK):
        clips = footage.clips(min(BLOCK, CLIPS + 1 - first))
        for asset, clip in enumerate(clips, first):
            of_clip = np.array(frame_keys(Track.of(clip.times, clip.hashes).rows), np.int64)
            keys.append(of_clip)
            owners.append(np.full(len(of_clip), asset, np.int32))
            if asset % max(1, CLIPS // NEW) == 1:
                kept[asset] = clip
        for catalog in catalogs:
            with catalog.database.write() as connection:
                write_clips(connection, catalog.database, first, clips)
        print(f"  {first + len(clips) - 1:,} clips after {time.monotonic() - began:.0f} s", flush=True)
    key, owner = uncrowded(np.concatenate(keys), np.concatenate(owners))
    print(f"{len(key) / CLIPS:.1f} keys a clip, {sum(map(len, keys)) - len(key):,} crowded ones left out")
    for catalog in catalogs:
        write_keys(catalog.database, key, owner)
        print(f"  keys written after {time.monotonic() - began:.0f} s", flush=True)
    return dict(list(kept.items())[:NEW])


def uncrowded(
    key: NDArray[np.int64], owner: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Rows in the order of keys, without those that the saver would leave out: the first CROWDED of a key stay."""
    order = np.lexsort((owner, key))
    key, owner = key[order], owner[order]
    starts = np.flatnonzero(np.append(True, np.diff(key) > 0))
    place = np.arange(len(key)) - np.repeat(starts, np.diff(np.append(starts, len(key))))
    return key[place < CROWDED], owner[place < CROWDED]


def prepare(database: Database) -> None:
    """Leave out what slows down a bulk load."""
    with database.write() as connection:
        connection.execute(text("DROP INDEX frame_key_version"))
        if not database.is_sqlite:
            connection.execute(text("ALTER TABLE frame_key DROP CONSTRAINT frame_key_pkey"))
            connection.execute(text("ALTER TABLE frame_key DROP CONSTRAINT frame_key_version_id_fkey"))


def write_clips(connection: Connection, database: Database, first: int, clips: list[Clip]) -> None:
    """Rows of assets with one version each, and of fingerprints."""
    numbers = range(first, first + len(clips))
    tables: list[tuple[str, tuple[str, ...], Iterable[tuple[Any, ...]]]] = [
        ("asset (id, added_at)", ("int4", "float8"), ((n, 0.0) for n in numbers)),
        (
            "version (id, asset_id, sha1, size, name, kind, added_at)",
            ("int4", "int4", "text", "int8", "text", "text", "float8"),
            ((n, n, f"{n:040x}", 1, f"{n}.mov", "video", 0.0) for n in numbers),
        ),
        (
            "fingerprint (version_id, times, data, saved_at)",
            ("int4", "bytea", "bytea", "float8"),
            (
                (n, clip.times.tobytes(), clip.hashes.tobytes(), 0.0)
                for n, clip in zip(numbers, clips, strict=True)
            ),
        ),
    ]
    cursor = connection.connection.cursor()
    for table, types, rows in tables:
        if database.is_sqlite:
            cursor.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(types))})", rows)
            continue
        with cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:  # type: ignore[attr-defined]
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)


def write_keys(database: Database, key: NDArray[np.int64], owner: NDArray[np.int32]) -> None:
    """Rows of keys, in their order, and the indexes."""
    for at in range(0, len(key), 1_000_000):
        keys, owners = key[at : at + 1_000_000], owner[at : at + 1_000_000]
        with database.write() as connection:
            cursor = connection.connection.cursor()
            if database.is_sqlite:
                rows = zip(keys.tolist(), owners.tolist(), strict=True)
                cursor.executemany("INSERT INTO frame_key (key, version_id) VALUES (?, ?)", rows)
            else:
                with cursor.copy("COPY frame_key (key, version_id) FROM STDIN (FORMAT BINARY)") as copy:
                    copy.write(binary_rows(keys, owners, is_first=at == 0))
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(text("ALTER TABLE frame_key ADD PRIMARY KEY (key, version_id)"))
            reference = "FOREIGN KEY (version_id) REFERENCES version ON DELETE CASCADE NOT VALID"
            connection.execute(text(f"ALTER TABLE frame_key ADD {reference}"))
        connection.execute(text("CREATE INDEX frame_key_version ON frame_key (version_id)"))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"))


def binary_rows(keys: NDArray[np.int64], owners: NDArray[np.int32], is_first: bool) -> bytes:
    """Rows in PostgreSQL's binary format of COPY, with header and trailer."""
    row = np.dtype([("fields", ">i2"), ("a", ">i4"), ("key", ">i8"), ("b", ">i4"), ("owner", ">i4")])
    rows = np.empty(len(keys), row)
    rows["fields"], rows["a"], rows["b"], rows["key"], rows["owner"] = 2, 8, 4, keys, owners
    return b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0) + rows.tobytes() + struct.pack(">h", -1)


def measure(name: str, catalog: Catalog, originals: dict[int, Clip], file: Path) -> None:
    """Print the sizes, then the milliseconds and the recall of new clips."""
    print(f"\n{name}, {CLIPS:,} clips")
    print_sizes(catalog.database, file)
    footage = Footage(99)
    versions = {asset: footage.version(clip) for asset, clip in originals.items()}
    others = footage.clips(NEW)
    new = [*versions.items(), *((0, clip) for clip in others)]
    numbers = range(CLIPS + 1, CLIPS + 1 + len(new))
    add_assets(catalog.database, range(numbers.start, numbers.stop + len(new)))
    saving = {"without keys": list[float](), "with keys": list[float]()}
    searching, processor = {"versions": list[float](), "others": list[float]()}, list[float]()
    for number, (original, clip) in zip(numbers, new, strict=True):
        # The same clip twice, of two assets: as before there were keys, and as now.
        saving["without keys"].append(save(catalog.database, number + len(new), clip, save_without_keys))
        saving["with keys"].append(save(catalog.database, number, clip, save_fingerprints))
        began, of_processor = time.perf_counter(), time.thread_time()
        catalog.near.catch_up(60)
        searching["versions" if original else "others"].append(1000 * (time.perf_counter() - began))
        processor.append(1000 * (time.thread_time() - of_processor))
    print(f"  searched: median {statistics.median(processor):.2f} ms of this process's processor time")
    of_new = {number: original for number, (original, _) in zip(numbers, new, strict=True)}
    for title, figures in (("saved", saving), ("searched", searching)):
        for what, taken in figures.items():
            print(f"  {title:<9} {what:<13} median {statistics.median(taken):6.2f} ms,", end=" ")
            print(f"95 % within {np.percentile(taken, 95):6.2f} ms, at most {max(taken):6.2f} ms")
    more = statistics.median(b - a for a, b in zip(*saving.values(), strict=True))
    print(f"  the keys add {more:.2f} ms to saving a preview (median of the differences)")
    pairs = {frozenset((row.first_id, row.second_id)) for row in catalog.pairs.listed(PairState.OPEN, 0)}
    wanted = {
        frozenset((new, original))
        for new, original in of_new.items()
        if original and originals[original].hashes.any() and versions[original].hashes.any()
    }
    print(f"  recall {len(pairs & wanted)} of {len(wanted)}; other pairs: {len(pairs - wanted)}")
    began = time.perf_counter()
    listed = catalog.pairs.listed(PairState.OPEN, 0)
    print(f"  {len(listed)} pairs listed in {1000 * (time.perf_counter() - began):.1f} ms,", end=" ")
    print(f"{catalog.pairs.unsearched()} clips left", flush=True)


def add_assets(database: Database, numbers: Iterable[int]) -> None:
    """Assets with one version each, without anything."""
    facts = {"size": 1, "name": "new.mov", "kind": "video", "added_at": 0}
    with database.write() as connection:
        connection.execute(ASSET.insert(), [{"id": n, "added_at": 0} for n in numbers])
        connection.execute(
            VERSION.insert(), [{"id": n, "asset_id": n, "sha1": f"{n:040x}", **facts} for n in numbers]
        )


def save(database: Database, asset: int, clip: Clip, saver: Callable[[OutputBatch[Preview]], None]) -> float:
    """Save the output of a preview in a transaction of its own; returns the milliseconds."""
    preview = Preview(hash_times=tuple(clip.times.tolist()), hashes=clip.hashes.tobytes())
    began = time.perf_counter()
    with database.write() as connection:
        saver(OutputBatch(connection, database, [(VersionId(asset), preview)], time.time()))
    return 1000 * (time.perf_counter() - began)


def save_without_keys(batch: OutputBatch[Preview]) -> None:
    """What the saver did before there were keys."""
    for asset, preview in batch.outputs:
        batch.connection.execute(FINGERPRINT.delete().where(FINGERPRINT.c.version_id == asset))
        times = np.array(preview.hash_times, "<f8").tobytes()
        row = FINGERPRINT.insert().values(version_id=asset, times=times, data=preview.hashes)
        batch.connection.execute(row)


def print_sizes(database: Database, file: Path) -> None:
    """Bytes a clip."""
    for table, size in sizes(database, file):
        print(f"  {table:<24} {size / CLIPS:8.0f} bytes a clip")


def sizes(database: Database, file: Path) -> Iterator[tuple[str, int]]:
    """Bytes of the tables with their indexes."""
    with database.read() as connection:
        if not database.is_sqlite:
            for table in ("fingerprint", "frame_key"):
                yield (
                    table,
                    connection.execute(text(f"SELECT pg_total_relation_size('{table}')")).scalar_one(),
                )
            return
        yield "the whole catalogue", file.stat().st_size
        rows = connection.execute(
            text("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 5")
        )
        yield from ((row[0], row[1]) for row in rows)


if __name__ == "__main__":
    main()
