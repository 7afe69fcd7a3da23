"""Sessions as workers hold them: every write of a worker is fenced by its lease.

It changes nothing once another worker holds the session, or a person has paused or cancelled it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, update

from dampipe.features.imports.model import Destination, Manifest, Phase, SessionState
from dampipe.features.imports.tables import IMPORT_SESSION


class ImportStopped(Exception):
    """The session is not this worker's any more: paused, cancelled, or claimed by another one."""


@dataclass(frozen=True)
class ImportJob:
    """A session that a worker has claimed."""

    number: int
    owner: str
    importer: str
    origin: str
    pattern: str
    include: tuple[str, ...]
    destinations: tuple[Destination, ...]
    structures: Mapping[str, str]
    mounts: Mapping[str, Any]
    phase: Phase
    rounds: int
    manifests: tuple[Manifest, ...]
    actor: str
    created_at: float
    is_cancelled: bool
    """It is over, and was claimed to delete its temporary files."""


def fenced(connection: Connection, job: ImportJob, **values: Any) -> None:
    """Change the session's row if it is still this worker's, and lock it for the transaction. Raises ImportStopped."""
    change = update(IMPORT_SESSION).where(is_held(job)).values({"owner": job.owner, **values})
    if not connection.execute(change).rowcount:
        raise ImportStopped


def is_held(job: ImportJob) -> ColumnElement[bool]:
    return and_(
        IMPORT_SESSION.c.id == job.number,
        IMPORT_SESSION.c.owner == job.owner,
        IMPORT_SESSION.c.state == SessionState.RUNNING,
    )
