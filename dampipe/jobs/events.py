"""The events of runs that have ended. Other transitions of a run are in its row only."""

from typing import Any

from sqlalchemy import Connection, Row

from dampipe.jobs.subjects import Subjects
from dampipe.kernel.errors import StageError
from dampipe.kernel.events.outbox import WORKER, record_event
from dampipe.kernel.events.payload import EventKind, EventPayload
from dampipe.kernel.ids import VersionId


class StageDone(EventPayload):
    """A run is done: its output is saved."""

    KIND = EventKind("stage.done", "A run is done: its output is saved.")

    stage: str
    warnings: tuple[str, ...] = ()
    """Problems that a user should know of although the stage succeeded."""


class StageFailed(EventPayload):
    """A run was parked until a person retries it."""

    KIND = EventKind(
        "stage.failed", "A run was parked, by the runner or, if it killed its workers, by the sweep."
    )

    stage: str
    kind: str
    """`bad_media`, `transient`, `unavailable` or `permanent`."""
    reason: str
    """What happened, in one sentence."""
    code: str = ""
    """Of the error; docs/errors.md lists them."""


def record_stage_failed(connection: Connection, subjects: Subjects, run: Row[Any], error: StageError) -> None:
    """Record that a run was parked. run: a row with `stage`, `version_id` and `finished_at`."""
    payload = StageFailed(stage=run.stage, kind=error.kind, reason=str(error), code=error.code)
    identity = None
    if run.version_id is not None:
        identity = subjects.identities(connection, [VersionId(run.version_id)]).get(run.version_id)
    record_event(
        connection,
        payload,
        actor=WORKER,
        asset=identity.asset if identity else None,
        sha1=identity.sha1 if identity else None,
        at=run.finished_at,
    )
