"""A file that could not be brought to the end, as its owner sees it."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from dampipe.kernel.progress import Progress


class Failure(BaseModel):
    """One run that failed: parked, or waiting for another try; or a file that was bad when it was read again."""

    model_config = ConfigDict(frozen=True)

    asset: str | None
    """SHA-1; None when the file could not even be read."""
    path: str
    stage: str
    kind: str
    """bad_media (the file's fault), transient (gave up trying), permanent (ours), or of stage `verify`:
    mismatch (bit rot) or unreadable."""
    reason: str
    attempts: int = 0
    at: float | None = None
    """When it failed last, in seconds since 1970."""
    again_at: float | None = None
    """When it will be tried again by itself; None: parked until somebody retries it."""


class RunState(StrEnum):
    """Where a run stands. Only `pending` and `running` are work still to do."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    ON_HOLD = "on_hold"
    """Its scan is paused, was cancelled, or was only to look."""


TRANSITIONS: dict[RunState, frozenset[RunState]] = {
    RunState.PENDING: frozenset({RunState.RUNNING, RunState.ON_HOLD}),
    RunState.ON_HOLD: frozenset({RunState.PENDING}),
    RunState.RUNNING: frozenset(
        {RunState.RUNNING, RunState.DONE, RunState.FAILED, RunState.SKIPPED, RunState.PENDING}
    ),
    RunState.FAILED: frozenset({RunState.PENDING}),
    RunState.SKIPPED: frozenset({RunState.PENDING}),
    RunState.DONE: frozenset(),
}
"""What may follow what; DONE is final, a new version is a new run."""


class Outcome(StrEnum):
    """What became of one call of the runner, and so what the chain does."""

    DONE = "done"
    """Done now: the chain goes on."""
    ALREADY = "already done"
    """Done before: the chain goes on."""
    HELD = "held by another worker"
    """The chain steps aside and is rung when the other is through."""
    LATER = "to be tried again later"
    """Transient: the sweep brings it back."""
    FAILED = "failed"
    """Parked."""
    SKIPPED = "skipped"
    """This deployment cannot do it now."""
    GONE = "nothing to do"
    """The file or the run is no longer there."""

    @property
    def goes_on(self) -> bool:
        """Whether the next stage of the chain may start."""
        return self in (Outcome.DONE, Outcome.ALREADY)


class Report(BaseModel):
    """What the runner says of one call."""

    model_config = ConfigDict(frozen=True)

    outcome: Outcome
    reason: str = ""
    also: int = 0
    """How many other runs were done in the same batch."""


class Running(BaseModel):
    """A run that somebody works on now."""

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
    """None where the stage has not said anything (yet)."""


class Subject(BaseModel):
    """What a run is about: a location (hash) or an asset (every later stage). A message carries its key."""

    model_config = ConfigDict(frozen=True)

    location: int | None = None
    asset: int | None = None

    @property
    def key(self) -> str:
        """`L12` or `A7`."""
        return f"A{self.asset}" if self.location is None else f"L{self.location}"

    @classmethod
    def parse(cls, key: str) -> "Subject":
        """The subject with that key. Raises ValueError for anything else."""
        kind, number = key[:1], int(key[1:])
        if kind == "L":
            return cls(location=number)
        if kind == "A":
            return cls(asset=number)
        raise ValueError(f"not a subject's key: {key!r}")


class RunSummary(BaseModel):
    """One stage of an asset, as `dampipe show` tells it."""

    model_config = ConfigDict(frozen=True)

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
    """Who did it: "software" or a family of hardware; None where a stage does not tell."""
    speed: float | None = None
    """Seconds of footage per second of work."""
    size: int | None = None
    """Bytes written."""

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "RunSummary":
        """From a row of the run table."""
        told = json.loads(row["output"] or "{}")
        started, finished = row["started_at"], row["finished_at"]
        return cls(
            stage=row["stage"],
            version=row["version"],
            state=row["state"],
            attempts=row["attempts"],
            seconds=finished - started if started and finished and finished >= started else None,
            kind=row["error_kind"],
            reason=row["reason"],
            warnings=tuple(json.loads(row["warnings"])),
            **{name: told.get(name) or None for name in ("plan", "speed", "size") if told.get("plan")},
        )


class WorkerInfo(BaseModel):
    """Who works where on what. Times are seconds since 1970."""

    model_config = ConfigDict(frozen=True)

    name: str
    queues: tuple[str, ...]
    facts: dict[str, Any] = {}
    """What it found on its machine: ffmpeg, encoders that work, device of the model …"""
    started_at: float
    seen_at: float
