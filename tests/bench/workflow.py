"""A workflow over a million assets, of which some hundred thousand move: seconds, on SQLite and PostgreSQL."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import text

from dampipe.features.workflow.definition import shipped_toml
from dampipe.features.workflow.model import MoveRequest
from dampipe.features.workflow.service import WorkflowService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.db.database import Database
from dampipe.storage.auto import AutoStorage
from dampipe.vision.fake import FakeEmbedder
from tests.bench.cpu import timed
from tests.support.catalog import Catalog
from tests.support.postgres import postgres
from tests.support.searching import search_services
from tests.support.version_rows import insert_many_versions

ASSETS, MOVED = 1_000_000, 100_000


@contextmanager
def library(url: str) -> Iterator[tuple[Catalog, WorkflowService]]:
    """A catalogue of ASSETS assets without files."""
    catalog = Catalog(Database(url))
    catalog.set_up()
    with catalog.database.write() as connection:
        step = 50_000
        for first in range(1, ASSETS + 1, step):
            numbers = range(first, min(first + step, ASSETS + 1))
            insert_many_versions(connection, [(n, f"{n:040x}", 1, f"{n}.mov", float(n)) for n in numbers])
        connection.execute(text(f"UPDATE version SET kind = 'video' WHERE id <= {MOVED}"))
    if not catalog.database.is_sqlite:
        with catalog.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    services = search_services(catalog, AutoStorage(catalog, None), FakeEmbedder)
    try:
        yield catalog, services.get(WorkflowService)
    finally:
        catalog.close()


def run(title: str, url: str) -> None:
    """One database."""
    with library(url) as (_, workflow):
        print(f"\n{title}: {ASSETS:,} assets")
        timed("turn the workflow on", lambda: workflow.apply(LOCAL, shipped_toml("archive")))
        for transition in ("describe", "archive"):
            request = MoveRequest(transition=transition, filters={"kind": ("video",)})
            timed(f"move {MOVED:,} by filter: {transition}", partial(workflow.move, LOCAL, request))
        timed("states with counts", lambda: workflow.workflow(LOCAL))
        for state in ("described", "received"):
            timed(f"filter state={state}", partial(workflow._selector.assets, LOCAL, {"state": (state,)}))
        timed("try another definition", lambda: workflow.trial(LOCAL, shipped_toml("archive")))
        with_map = (
            shipped_toml("archive")
            .replace('key = "received"', 'key = "inbox"')
            .replace('"received"', '"inbox"')
        )
        timed(
            "rename the first state by a map", lambda: workflow.apply(LOCAL, with_map, {"received": "inbox"})
        )
        begin = 'key = "end"\nstates = [{ key = "start", final = true }, { key = "inbox", final = true }]\n'
        begin += '[[transitions]]\nkey = "a"\nfrom = ["start"]\nto = "inbox"\n'
        timed(
            "let assets begin elsewhere: a row for each",
            lambda: workflow.apply(LOCAL, begin, {"described": "inbox", "archived": "inbox"}),
        )


def main() -> None:
    """Both databases."""
    with tempfile.TemporaryDirectory() as folder:
        run("SQLite", f"sqlite:///{Path(folder) / 'c.sqlite'}")
    with postgres() as server:
        run("PostgreSQL", server.new_database())
