"""Plans whose workers are killed by SIGKILL at any step, and a look at the result that asks nothing of dampipe.

A step is a statement of SQL, a commit, or a call of the file system, the reading of each block among them.
"""

import hashlib
import json
import os
import random
import signal
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import select

from dampipe.features.sources.folders import add_sidecars
from dampipe.features.sources.model import Tier
from dampipe.features.sources.tables import LOCATION
from dampipe.features.tiers import plans
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import LocationId
from tests.support.catalog import Catalog
from tests.support.killing import kill_at
from tests.support.moving import Moving

CALLS = ("open", "link", "unlink", "fsync", "utime", "mkdir", "readv", "stat", "posix_fadvise")
"""Functions of `os` before which a process may be killed."""
COPIES = 2
"""What the policy of these plans asks for."""


@dataclass
class KilledPlan:
    """A plan of some files: most have a copy in `hot` and one in `near`, some in `hot` only, and some in `hot` are
    damaged. Each is to have one in `cold` and in `near`, and none in `hot`."""

    url: str
    """Of an empty catalogue that is set up."""
    folder: Path
    files: int
    seed: int
    plan: int = 0
    wanted: dict[str, int] = field(default_factory=dict)
    """By SHA-1, how many right copies there are to be at any time."""
    damaged: set[Path] = field(default_factory=set)
    beside: dict[str, bytes] = field(default_factory=dict)
    """Sidecars of files in `hot`, by key: each is to be in `hot` or beside the copy in `cold` at any time, whole."""

    @property
    def roots(self) -> list[Path]:
        return [self.folder / name for name in ("hot", "near", "cold")]

    def prepare(self) -> None:
        """Write the files, and apply the plan."""
        here = Moving(Catalog(Database(self.url)))
        tiers = (Tier.HOT, Tier.NEARLINE, Tier.COLD)
        hot, near, cold = (
            here.source(f"{root.name} {self.seed}", root, tier)
            for root, tier in zip(self.roots, tiers, strict=True)
        )
        chance, actions = random.Random(self.seed), []
        for number in range(self.files):
            size = 2_500_000 if number % 40 == 7 else chance.randint(1, 5000)
            content = f"{self.seed} {number} ".encode() + chance.randbytes(size)
            key = f"day {number % 3}/{number}.mov"
            version = here.version(content)
            first = here.file(hot, key, content, version)
            actions.append(here.copy(first, cold, f"hot/{key}"))
            if number % 4 == 1:
                self._write_sidecars(here, first, number, chance)
            sha1 = hashlib.sha1(content).hexdigest()
            self.wanted[sha1] = COPIES
            if number % 5 == 3:
                self.wanted[sha1] = 1
                actions.append(here.copy(first, near, f"hot/{key}"))
            else:
                here.file(near, f"hot/{key}", content, version)
            if number % 20 == 4:
                self.wanted[sha1] = 1
                self.damaged.add(path := self.roots[0] / key)
                facts = path.stat()
                path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
                os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
            actions.append(here.delete(first))
        self.plan = here.plan(*actions)
        here.close()

    def _write_sidecars(self, here: Moving, location: LocationId, number: int, chance: random.Random) -> None:
        """Sidecars of a file in `hot`: one that a scan has found, and one that was written since."""
        folder = f"day {number % 3}"
        for name in (f"{number}.srt", f"{number}.mov.xmp"):
            self.beside[f"{folder}/{name}"] = content = chance.randbytes(chance.randint(0, 3000))
            (self.roots[0] / folder / name).write_bytes(content)
        database = here.catalog.database
        with database.write() as connection:
            of = select(LOCATION.c.folder_id).where(LOCATION.c.id == location)
            add_sidecars(connection, connection.execute(of).scalar_one(), f"{number}.mov", [f"{number}.srt"])

    def run_killed(self, step: int, *, in_work: bool = False) -> bool:
        """Work in a process that is killed at a step; whether it was, or else the plan is over.

        in_work: count the steps from the first work item on, not from the sweep before it.
        """
        child = os.fork()
        if child == 0:
            code = 1
            try:
                mine = Moving(Catalog(Database(self.url)))
                if in_work:
                    mine.step(most=0)
                    mine.hurry()
                kill_at(step, mine.catalog.database, CALLS)
                mine.hurry()
                mine.run(self.plan)
                code = 0
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            return True
        assert os.waitstatus_to_exitcode(status) == 0, "the worker has failed"
        return False

    def check(self, *, is_over: bool = False) -> list[str]:
        """What is wrong, seen from outside: the files are read, the rows are asked by hand."""
        wrong: list[str] = []
        there: dict[str, set[str]] = {}
        found: dict[Path, str] = {}
        for root in self.roots:
            for path in root.rglob("*"):
                if not path.is_file():
                    continue
                sha1 = hashlib.sha1(path.read_bytes()).hexdigest()
                if path.name.startswith(".dampipe-"):
                    continue
                found[path] = sha1
                if path.suffix in (".srt", ".xmp"):
                    continue
                if sha1 in self.wanted:
                    there.setdefault(sha1, set()).add(root.name)
                elif path not in self.damaged:
                    wrong.append(f"a file has bytes that nothing has: {path}")
        for sha1, copies in self.wanted.items():
            least = COPIES if is_over else copies
            if len(there.get(sha1, ())) < least:
                wrong.append(f"{sha1} has {len(there.get(sha1, ()))} of {least} copies")
        wrong += self._check_sidecars(found, is_over)
        counted: dict[str, set[str]] = {}
        for root_name, folder, name, state, sha1, result, at, action in self._rows():
            path = Path(root_name) / folder / name
            if state == "present" and path not in self.damaged:
                if found.get(path) != sha1:
                    wrong.append(f"a present file is not what it is said to be: {path}")
                if result != "same" or not at:
                    wrong.append(f"a file is counted that was not read back: {path}")
                counted.setdefault(sha1, set()).add(root_name)
            if state == "leaving" and path not in found and action != "queued":
                wrong.append(f"a leaving file is gone, and nobody is deleting it: {path}")
        wrong += [
            f"{sha1}: {len(counted.get(sha1, ()))} copies are counted"
            for sha1, copies in self.wanted.items()
            if len(counted.get(sha1, ())) < copies
        ]
        if is_over:
            hot = [path for path in found if path.is_relative_to(self.roots[0])]  # sidecars, too
            wrong += [f"a file was not deleted: {path}" for path in hot]
            if any(path.name.startswith(".dampipe-") and path.stat().st_size < 0 for path in found):
                wrong.append("an unfinished file is seen")
        return wrong

    def _check_sidecars(self, found: Mapping[Path, str], is_over: bool) -> list[str]:
        wrong: list[str] = []
        hot, cold = self.roots[0], self.roots[2] / "hot"
        places = (hot, cold, self.roots[1] / "hot")
        expected = {root / key: content for root in places for key, content in self.beside.items()}
        wrong += [
            f"a sidecar has other bytes: {path}"
            for path in found
            if path.suffix in (".srt", ".xmp") and expected.get(path) != path.read_bytes()
        ]
        for key in self.beside:
            clip = key.removesuffix(".xmp").removesuffix(".srt").removesuffix(".mov") + ".mov"
            if cold / key not in found and (is_over or hot / key not in found):
                wrong.append(f"a sidecar is lost: {key}")
            if hot / clip in found and hot / key not in found:
                wrong.append(f"a sidecar was deleted before its file: {key}")
        if is_over:
            for folder, known in self._records(cold):
                for key in self.beside:
                    name = key.partition("/")[2]
                    if key.startswith(f"{folder}/") and name not in {
                        one for own in known.values() for one in own
                    }:
                        wrong.append(f"a sidecar is not known beside its copy: {key}")
        return wrong

    def _records(self, root: Path) -> list[tuple[str, dict[str, list[str]]]]:
        """The sidecars that are known in the folders of a source below a path, by folder."""
        rows = self._ask(
            "SELECT source.root, folder.path, folder.sidecars FROM folder "
            "JOIN source ON source.id = folder.source_id"
        )
        folders = [(Path(os.fsdecode(bytes(row[0]))) / os.fsdecode(bytes(row[1])), row[2]) for row in rows]
        return [
            (str(path.relative_to(root)), json.loads(text))
            for path, text in folders
            if path.is_relative_to(root)
        ]

    def _rows(self) -> Sequence[tuple[Any, ...]]:
        query = """
            SELECT source.root, folder.path, location.name, location.state, version.sha1,
                   verification.result, verification.at, tier_action.state
            FROM location
            JOIN folder ON folder.id = location.folder_id
            JOIN source ON source.id = folder.source_id
            JOIN version ON version.id = location.version_id
            LEFT JOIN verification ON verification.location_id = location.id
            LEFT JOIN tier_action ON tier_action.location_id = location.id AND tier_action.kind = 'delete'
        """
        rows = self._ask(query)
        decoded = [tuple(os.fsdecode(bytes(part)) for part in row[:3]) + tuple(row[3:]) for row in rows]
        return [row for row in decoded if Path(row[0]).is_relative_to(self.folder)]

    def _ask(self, query: str) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]]
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as connection:
                rows = connection.execute(query).fetchall()
        else:
            address = "postgresql" + self.url[self.url.index(":") :]
            with psycopg.connect(address) as postgres:
                rows = postgres.execute(query).fetchall()
        return rows


@dataclass
class KillResult:
    kills: int = 0
    plans: int = 0
    wrong: list[str] = field(default_factory=list)
    half_written: int = 0
    """How many kills were in the middle of a file: they have left what no listing shows."""
    between: int = 0
    """How many kills were after a file was deleted and before its row was."""


def kill_plan(plan: KilledPlan, kills: int, most: int, chance: random.Random, result: KillResult) -> None:
    """Kill the workers of a plan until it is over, or `kills` times; then let it end. most: the last step of a kill.

    Half of the kills are after the first file is leaving.
    """
    hidden, before = 0, result.kills
    while result.kills < kills:
        if result.kills - before == (kills - before) // 2:
            reach_deletions(plan)
        # Most kills are in the work of items, some in the sweep, which begins many of them.
        in_work = chance.random() < 0.8
        if not plan.run_killed(chance.randint(1, most if in_work else 10 * most), in_work=in_work):
            break
        result.kills += 1
        result.wrong += plan.check()
        now = sum(path.name.startswith(".dampipe-") for root in plan.roots for path in root.rglob("*"))
        result.half_written += now > hidden
        hidden = now
        result.between += plan_between(plan)
        if result.wrong:
            return
    here = Moving(Catalog(Database(plan.url)))
    here.hurry()
    here.run(plan.plan, rounds=200)
    states = {row.state for row in here.actions(plan.plan)}
    if not states <= set(plans.ENDED):
        result.wrong.append(f"the plan did not end: {states}")
    here.close()
    result.plans += 1
    result.wrong += plan.check(is_over=True)


def reach_deletions(plan: KilledPlan) -> None:
    """Let a plan go on until a file is leaving, or was deleted."""
    here = Moving(Catalog(Database(plan.url)))
    try:
        for _ in range(200):
            if any(
                row.kind == "delete" and row.state in ("leaving", "done") for row in here.actions(plan.plan)
            ):
                return
            here.hurry()
            here.step(most=20)
    finally:
        here.close()
    raise AssertionError("no file is leaving")


def plan_between(plan: KilledPlan) -> bool:
    """Whether some leaving location's file is gone."""
    return any(row[3] == "leaving" and not (Path(row[0]) / row[1] / row[2]).exists() for row in plan._rows())
