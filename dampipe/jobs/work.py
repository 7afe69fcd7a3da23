"""Work items of other kinds than runs of stages: copies, imports, deliveries. One row of the run table each.

A feature adds a kind to its manifest, as

    work={"copy": Work(queue="copy", handler="dampipe.features.tiers.copy:CopyHandler")}

and creates items in its own transactions:

    work.add(connection, "copy", key="tier-3", subject=Subject(version=version), parameters={"tier": 3})

The item is dispatched in a lane of its kind, claimed by one UPDATE, held by a lease that is renewed, retried with a
back-off after a `Transient` error, and recovered when its worker dies. `WorkHandler.run` may therefore be called more
than once for an item; what `WorkHandler.save` writes is committed exactly once, together with the item's state.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Select, bindparam, select

from dampipe.jobs import state
from dampipe.jobs.errors import KIND_TAKEN, KIND_UNKNOWN
from dampipe.jobs.keys import ClaimedRun
from dampipe.jobs.model import Subject
from dampipe.jobs.runs import LeaseLost, claimed
from dampipe.jobs.stage import PipelineError
from dampipe.jobs.tables import RUN
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import NotFound
from dampipe.kernel.feature import Feature, Work, load_dotted
from dampipe.kernel.ids import RunId
from dampipe.kernel.progress import Reporter


@dataclass(frozen=True)
class WorkItem:
    """A work item as its handler gets it."""

    id: RunId
    kind: str
    key: str
    """Tells the items of one subject and kind apart."""
    subject: Subject
    parameters: Mapping[str, Any]
    attempts: int
    """1 at the first attempt."""


class WorkHandler(Protocol):
    """Does one kind of work."""

    def run(self, item: WorkItem, on_progress: Reporter) -> Mapping[str, Any]:
        """Do the work outside of any transaction, and return its result (of JSON's types).

        Called again after a kill, so it must be idempotent. Raises StageError.
        """
        ...

    def save(self, connection: Connection, item: WorkItem, result: Mapping[str, Any]) -> None:
        """Write rows in the transaction that marks the item as done. Committed exactly once."""
        ...


class WorkRegistry:
    """The kinds of work of this deployment, by name."""

    def __init__(self, kinds: Mapping[str, Work], build: Callable[[type[Any]], Any]) -> None:
        """build: makes an object of a handler's class, as the container does."""
        self._kinds = dict(kinds)
        self._build = build

    @classmethod
    def of(
        cls, features: Iterable[Feature], stages: Iterable[str], build: Callable[[type[Any]], Any]
    ) -> "WorkRegistry":
        """What features register. Raises PipelineError for a name that is registered twice or is a stage's."""
        kinds: dict[str, Work] = {}
        taken = set(stages)
        for feature in features:
            for name, work in feature.work.items():
                if name in taken:
                    raise PipelineError(KIND_TAKEN, kind=name)
                taken.add(name)
                kinds[name] = work
        return cls(kinds, build)

    def __contains__(self, name: str) -> bool:
        return name in self._kinds

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __getitem__(self, name: str) -> Work:
        """Raises NotFound."""
        if name not in self._kinds:
            raise NotFound(KIND_UNKNOWN, kind=name)
        return self._kinds[name]

    def handler(self, name: str) -> WorkHandler:
        """The handler of a kind. Raises NotFound."""
        handler: WorkHandler = self._build(load_dotted(self[name].handler))
        return handler


class WorkRepository:
    """The work items of one catalogue that are not runs of stages."""

    def __init__(self, database: Database) -> None:
        self._db = database
        item = (RUN.c.id == bindparam("item"), RUN.c.kind == bindparam("of_kind"))
        self._claim = state.claim_statement(*item).returning(RUN.c.version, RUN.c.parameters)
        self._find: Select[Any] = select(RUN, (RUN.c.not_before <= NOW).label("due")).where(*item)

    def add(
        self,
        connection: Connection,
        kind: str,
        key: str,
        subject: Subject | None = None,
        parameters: Mapping[str, Any] | None = None,
        *,
        priority: int = 0,
        delay: float = 0.0,
    ) -> RunId | None:
        """Create an item in the caller's transaction; the next dispatch of its lane, at the latest by the sweep,
        starts it.

        key: tells the items of one subject (or without one) apart. delay: seconds before which it is not started.
        Returns None when there is an item of that kind, subject and key already, done or not.
        """
        text = json.dumps(dict(parameters or {}))
        return state.create_work_item(
            connection, self._db, kind, key, subject or Subject(), text, priority=priority, delay=delay
        )

    def cancel(self, connection: Connection, item: RunId) -> bool:
        """Delete an item that no worker holds and that is not done; whether there was one."""
        return bool(state.delete_idle(connection, RUN.c.id == item))

    def find(self, kind: str, item: RunId) -> Any:
        """The item's row, with `due`: whether its back-off is over; None if it does not exist."""
        with self._db.read() as connection:
            return connection.execute(self._find, {"item": item, "of_kind": kind}).first()

    @staticmethod
    def result(row: Any) -> dict[str, Any]:
        """What the handler of an item (its row, as `find` returns it) has returned; empty while it is not done."""
        found: dict[str, Any] = json.loads(row.output) if row.output else {}
        return found

    def claim(self, kind: str, item: RunId, owner: str, lease: float) -> tuple[ClaimedRun, WorkItem] | None:
        """Claim an item that is pending and due, or whose lease has expired; None: it cannot be claimed."""
        values = {"item": item, "of_kind": kind, "holder": owner, "lease": lease}
        with self._db.write() as connection:
            row = connection.execute(self._claim, values).first()
        if row is None:
            return None
        run = claimed(row)
        parameters = json.loads(row.parameters)
        return run, WorkItem(run.id, kind, row.version, run.subject, parameters, run.attempts)

    def complete(
        self, run: ClaimedRun, item: WorkItem, owner: str, handler: WorkHandler, result: Mapping[str, Any]
    ) -> None:
        """Mark the item as done and save the handler's rows, both or nothing. Raises LeaseLost."""
        text = json.dumps(dict(result))
        with self._db.write() as connection:
            rows = state.lock_held(connection, [run.id], owner)
            if not rows or rows[0].attempts != run.attempts:
                raise LeaseLost
            handler.save(connection, item, result)
            state.complete(connection, self._db, [(run.id, text, "[]")], float(rows[0].now))
