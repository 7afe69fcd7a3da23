"""Scans over a real catalogue without workers: walk, hash everything at once, and read the result."""

import hashlib
import os
import random
import shutil
from collections import Counter
from pathlib import Path
from time import time

from sqlalchemy import select, update

from dampipe.features.assets.contents import identify
from dampipe.features.assets.tables import VERSION
from dampipe.features.scanning.model import Guard, ScanJob, ScanProgress, ScanState
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.scanning.walk import Walk
from dampipe.features.sources.paths import full_path, place_columns
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.jobs.keys import RunKey
from dampipe.jobs.model import RunState
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.database import Database
from dampipe.kernel.paths import is_url, join_key, join_root
from dampipe.kernel.stage_io import ContentHash
from dampipe.storage.files.stores import FileStores
from tests.support.catalog import Catalog

FULL = os.environ.get("DAMPIPE_TEST_SCALE") == "full"
"""Whether the tests of scans run at the scale that docs/benchmarks.md describes, which takes minutes."""

HASH = RunKey("hash", "1", "main", on_location=True)


class Scanning:
    """A catalogue, and scans over it."""

    def __init__(
        self, url: str, exclude: tuple[str, ...] = (), guard: Guard | None = None, set_up: bool = True
    ) -> None:
        self.catalog = Catalog(Database(url))
        if set_up:
            self.catalog.set_up()
        self.asked = 0
        """How many names of footage were classified."""
        self.policy = ScanPolicy(self._is_clip, 0.0, guard or Guard(), exclude)
        self.stores = FileStores()
        self.warnings: list[str] = []

    def _is_clip(self, name: str) -> bool:
        self.asked += name.endswith(".mp4")
        return name.endswith(".mp4")

    def scan(self, *paths: Path | str, accept_missing: bool = False) -> ScanProgress:
        """Run a scan from beginning to end."""
        number = self.catalog.scans.create([str(path) for path in paths], accept_missing)
        self.attempt(number)
        return self.catalog.scans.progress(number)

    def attempt(self, number: int) -> None:
        """Walk a scan unless it is over, as the scanner does, with a lease that has expired."""
        job = self.catalog.scans.claim(number, "me", -1.0)
        if job is None:
            return
        walk = self.walk(job)
        self.warnings = walk.run()
        state = ScanState.SUSPICIOUS if walk.suspicious else ScanState.WALKED
        self.catalog.scans.finish(job, state, self.warnings)

    def walk(self, job: ScanJob) -> Walk:
        """The walk of a scan that was claimed."""
        return Walk(
            job, self.catalog.database, self.catalog.sources, HASH, self.policy, store_of=self.stores.of
        )

    def hash_all(self) -> list[str]:
        """Hash the files of all pending hash runs, as workers would; returns the files' names."""
        with self.catalog.database.write() as connection:
            rows = connection.execute(
                select(RUN.c.id, RUN.c.location_id, *place_columns(self.catalog.database))
                .select_from(RUN.join(LOCATION, LOCATION.c.id == RUN.c.location_id).join(FOLDER).join(SOURCE))
                .where(RUN.c.state == RunState.PENDING)
            ).all()
            for row in rows:
                data = self._read(row.root, join_key(row.folder, row.file))
                content = ContentHash(sha1=hashlib.sha1(data).hexdigest(), size=len(data))
                identify(connection, self.catalog.database, row.location_id, content, time())
                connection.execute(update(RUN).where(RUN.c.id == row.id).values(state=RunState.DONE))
        return sorted(row.file for row in rows)

    def _read(self, root: str, key: str) -> bytes:
        if not is_url(root):
            return Path(join_root(root, key)).read_bytes()
        with self.stores.of(root).open(key) as stream:
            return stream.read()

    def places(self) -> dict[str, tuple[str, str | None, str | None]]:
        """State, SHA-1 of the asset and state of the hash run, by path."""
        with self.catalog.database.read() as connection:
            rows = connection.execute(
                select(
                    LOCATION.c.state,
                    VERSION.c.sha1,
                    RUN.c.state.label("run"),
                    *place_columns(self.catalog.database),
                ).select_from(
                    LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
                    .join(SOURCE)
                    .outerjoin(VERSION, VERSION.c.id == LOCATION.c.version_id)
                    .outerjoin(RUN, RUN.c.location_id == LOCATION.c.id)
                )
            ).all()
        return {full_path(row): (row.state, row.sha1, row.run) for row in rows}

    def close(self) -> None:
        """Close the connections."""
        self.catalog.close()


def grow(root: Path, count: int, dice: random.Random) -> None:
    """Write `count` files of one size to twenty folders, each with a content and a time of its own."""
    for number in range(count):
        path = root / f"day{number % 5}" / f"card{number % 4}" / f"c{number:04}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, dice)


def _write(path: Path, dice: random.Random) -> None:
    path.write_bytes(dice.randbytes(16))
    at = dice.randrange(10**18, 16 * 10**17)
    os.utime(path, ns=(at, at))


def stir(root: Path, dice: random.Random, round_: str) -> Counter[str]:
    """Move, rename, copy, change and delete files at random; returns the counts that a scan must report."""
    folders = dice.sample(sorted(p for p in root.glob("day*/*") if any(p.iterdir())), 2)
    done: Counter[str] = Counter()
    for folder in folders:
        to = folder.with_name(f"renamed-{round_}-{folder.name}")
        done["moved"] += len(list(folder.iterdir()))
        folder.rename(to)
    files = sorted(p for p in root.rglob("*.mp4") if f"renamed-{round_}" not in str(p))
    dice.shuffle(files)
    (root / f"new-{round_}").mkdir()
    for number, path in enumerate(files[:70]):
        to = root / f"new-{round_}" / f"{number}-{path.name}"
        if number < 20:
            path.rename(to)
            done["moved"] += 1
        elif number < 30:  # to another disk: a new inode, so it has to be hashed
            shutil.copy2(path, to)
            path.unlink()
            done["new"] += 1
            done["missing"] += 1
        elif number < 40:
            (shutil.copy2 if number % 2 else shutil.copy)(path, to)
            done["new"] += 1
        elif number < 50:
            _write(path, dice)
            done["changed"] += 1
        elif number < 60:
            path.unlink()
            done["missing"] += 1
        else:
            _write(to, dice)
            done["new"] += 1
    return done
