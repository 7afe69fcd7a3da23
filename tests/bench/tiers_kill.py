"""Workers of plans of 200 files that are killed by SIGKILL at any step, 1,000 times over SQLite and PostgreSQL.

After each kill the files are read and the rows are asked from outside of dampipe (`tests/support/killed_plans.py`).
`TIERS_KILLS=200 python -m tests.bench tiers_kill` kills fewer.
"""

import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dampipe.kernel.db.database import Database
from tests.support.catalog import Catalog
from tests.support.killed_plans import KilledPlan, KillResult, kill_plan
from tests.support.postgres import MEMORY, postgres

KILLS = int(os.environ.get("TIERS_KILLS", "1000"))
FILES = 200
MOST_STEPS = 250
"""The last step of a worker at which it is killed, or a tenth of it in a sweep: a plan has about 30,000."""


def main() -> None:
    """Print how many workers were killed, and what was wrong after it."""
    for kind in os.environ.get("TIERS_DATABASES", "SQLite PostgreSQL").split():
        began, result, chance = time.perf_counter(), KillResult(), random.Random(15)
        while result.kills < KILLS // 2 and not result.wrong:
            with catalogue(kind) as (url, folder):
                plan = KilledPlan(url, folder / "footage", FILES, seed=result.plans)
                plan.prepare()
                kill_plan(plan, KILLS // 2, MOST_STEPS, chance, result)
        seconds = time.perf_counter() - began
        print(
            f"{kind}: {result.kills:,} kills in {result.plans} plans of {FILES} files, all of which ended: "
            f"{len(result.wrong)} times something was wrong; {result.half_written} kills left a half written file, "
            f"which nothing shows, {result.between} were between a file and its row; {seconds:.0f} s",
            flush=True,
        )
        for wrong in result.wrong[:20]:
            print(f"  {wrong}")


@contextmanager
def catalogue(kind: str) -> Iterator[tuple[str, Path]]:
    """A catalogue that is set up, and a folder. In memory where possible: what is killed is a process, no machine."""
    where = MEMORY if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else Path("/tmp")
    with tempfile.TemporaryDirectory(dir=where) as name:
        if kind == "SQLite":
            url = f"sqlite:///{name}/c.sqlite"
            _set_up(url)
            yield url, Path(name)
            return
        with postgres() as server:
            url = server.new_database()
            _set_up(url)
            yield url, Path(name)


def _set_up(url: str) -> None:
    catalog = Catalog(Database(url))
    catalog.set_up()
    catalog.database.close()
