"""Values of runs and work items: states, subjects, outcomes and reports."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from dampipe.kernel.errors import StageError
from dampipe.kernel.ids import LocationId, VersionId
from dampipe.kernel.progress import Progress


class StoredError(BaseModel):
    """What is kept of the error that ended an attempt, beside its text: a face words the remedy from it."""

    model_config = ConfigDict(frozen=True)

    code: str = ""
    """`subject.problem`; empty for a text of no code."""
    parameters: dict[str, Any] = {}
    """What the text was filled with."""
    hint: str = ""
    """What to do next."""

    @classmethod
    def of(cls, error: StageError) -> "StoredError":
        """From an error as it was raised."""
        return cls(code=error.code, parameters=error.plain_parameters(), hint=error.hint)

    @classmethod
    def parse(cls, stored: str | None) -> dict[str, Any]:
        """The fields from a run's column `error`; of runs that ended before there was one, none."""
        return json.loads(stored) if stored else {}


class Failure(StoredError):
    """A run that failed (parked, or waiting for another attempt), or a file that failed its fixity check."""

    asset: str | None
    """SHA-1; None when the file could not even be read."""
    path: str
    stage: str
    kind: str
    """bad_media (the file's fault), transient (gave up trying), permanent (ours), or of stage `verify`:
    mismatch (bit rot) or unreadable, or of stage `check`, a derivative: missing or damaged."""
    reason: str
    attempts: int = 0
    at: float | None = None
    """When it failed last, in seconds since 1970."""
    again_at: float | None = None
    """When it is tried again automatically; None: parked until a retry is requested."""


class RunState(StrEnum):
    """Where a run stands. Only `pending` and `running` are work still to do.

        pending ──claim──> running ──complete──> done
           ^ ^                │ ├─────────────> skipped    (this deployment cannot do it)
           │ │<──defer────────┘ └─────────────> failed     (parked: bad media, our fault, or too many attempts)
           │ └──reset── failed, skipped; done, when its input was replaced (redo) or files were lost (remake)
           └──> on_hold                         (its scan is paused, was cancelled, or only recorded files)

    A running run whose lease has expired is claimed again as if it were pending.
    """

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    ON_HOLD = "on_hold"


TRANSITIONS: dict[RunState, frozenset[RunState]] = {
    RunState.PENDING: frozenset({RunState.PENDING, RunState.RUNNING, RunState.ON_HOLD}),
    RunState.ON_HOLD: frozenset({RunState.PENDING}),
    RunState.RUNNING: frozenset(
        {RunState.RUNNING, RunState.DONE, RunState.FAILED, RunState.SKIPPED, RunState.PENDING}
    ),
    RunState.FAILED: frozenset({RunState.PENDING}),
    RunState.SKIPPED: frozenset({RunState.PENDING}),
    RunState.DONE: frozenset({RunState.DONE, RunState.PENDING}),
}
"""Which state may follow which; `jobs/state.py` refuses every other change when it is imported."""

INITIAL = frozenset({RunState.PENDING, RunState.ON_HOLD})
"""The states in which a run is created."""

STAGE = "stage"
"""The kind of work item that a run of a stage is."""


class Outcome(StrEnum):
    """The result of one call of the runner, and so what the chain does."""

    DONE = "done"
    """Done by this call: the chain continues."""
    ALREADY = "already done"
    """Done before: the chain continues."""
    HELD = "held by another worker"
    """The chain ends; its lane is dispatched again when the other worker is through."""
    LATER = "to be tried again later"
    """A transient failure, tried again after a back-off."""
    FAILED = "failed"
    """Parked."""
    SKIPPED = "skipped"
    """This deployment cannot do it now."""
    GONE = "nothing to do"
    """The file or the run no longer exists."""

    @property
    def chain_continues(self) -> bool:
        """Whether the next stage of the chain may start."""
        return self in (Outcome.DONE, Outcome.ALREADY)


class Report(BaseModel):
    """The result of one call of the runner."""

    model_config = ConfigDict(frozen=True)

    outcome: Outcome
    reason: str = ""
    batched: int = 0
    """How many other runs were done in the same batch."""
    machine: str | None = None
    """The machine that has a copy of the file, as far as is known."""
    next_queue: str | None = None
    """The queue of that machine to which the chain's next message goes; None: that of its stage."""


class Running(BaseModel):
    """A run that a worker holds now."""

    model_config = ConfigDict(frozen=True)

    stage: str
    name: str
    """The file's name, printable."""
    asset: str | None = None
    """SHA-1; None while the file is hashed."""
    machine: str
    """The name of the machine that works on it."""
    since: float
    """Seconds since 1970."""
    attempts: int
    progress: Progress | None = None
    """None where the stage has not reported any (yet)."""


class Subject(BaseModel):
    """What a run is about: a location (the first stage) or an asset (every later stage).

    Other kinds of work items may have neither.
    """

    model_config = ConfigDict(frozen=True)

    location: LocationId | None = None
    version: VersionId | None = None

    @property
    def key(self) -> str:
        """How a message names the subject: `L12` or `A7`."""
        return f"A{self.version}" if self.location is None else f"L{self.location}"

    @classmethod
    def parse(cls, key: str) -> "Subject":
        """The subject with that key. Raises ValueError for anything else."""
        kind, number = key[:1], int(key[1:])
        if kind == "L":
            return cls(location=LocationId(number))
        if kind == "A":
            return cls(version=VersionId(number))
        raise ValueError(f"not the key of a subject: {key!r}")


class RunSummary(StoredError):
    """One stage of an asset, as `dampipe show` lists it."""

    stage: str
    version: str
    state: RunState
    attempts: int = 0
    seconds: float | None = None
    """How long the last attempt took."""
    kind: str | None = None
    reason: str | None = None
    warnings: tuple[str, ...] = ()
    plan: str | None = None
    """What decoded and encoded: "software" or a hardware family; None for stages that do neither."""
    speed: float | None = None
    """Seconds of footage per second of work."""
    size: int | None = None
    """Bytes written."""
    fetched: int = 0
    """Bytes that came from a remote source, in all attempts."""

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "RunSummary":
        """From a row of the run table."""
        output = json.loads(row["output"] or "{}")
        started, finished = row["started_at"], row["finished_at"]
        return cls(
            stage=row["stage"],
            version=row["version"],
            state=row["state"],
            attempts=row["attempts"],
            seconds=finished - started if started and finished and finished >= started else None,
            kind=row["error_kind"],
            reason=row["reason"],
            **StoredError.parse(row["error"]),
            warnings=tuple(json.loads(row["warnings"])),
            fetched=row["fetched"],
            **{name: output.get(name) or None for name in ("plan", "speed", "size") if output.get("plan")},
        )


class WorkerInfo(BaseModel):
    """A worker and what it serves. Times are seconds since 1970, by the database's clock."""

    model_config = ConfigDict(frozen=True)

    name: str
    queues: tuple[str, ...]
    facts: dict[str, Any] = {}
    """What it detected on its machine: ffmpeg, working encoders, device of the model …"""
    started_at: float
    seen_at: float

    @property
    def uptime(self) -> float:
        """Seconds for which it had run at its last heartbeat."""
        return self.seen_at - self.started_at


class NightlyResult(BaseModel):
    """How a work item that a sync requests once a night ended."""

    model_config = ConfigDict(frozen=True)

    kind: str
    state: RunState
    result: dict[str, Any] = {}
    """What its handler returned; empty if it failed."""
    reason: str = ""
    """Why it failed."""
