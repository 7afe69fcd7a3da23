"""Runs: one row for one stage of one asset (or, for hash, one location), and how its state may change.

pending ──claim──> running ──finish──> done
   ^ ^                │ ├─────────────> skipped    (this deployment cannot do it)
   │ │<──transient────┘ └─────────────> failed     (parked: bad media, or our fault)
   │ └──retry── failed, skipped
   └──> on_hold                         (nobody is to do it for now)
A run whose lease ran out is claimed again as if it were pending.
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from dampipe.domain.progress import Progress


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


BACKOFF_FIRST = 30.0
BACKOFF_LONGEST = 3600.0


def backoff(attempts: int) -> float:
    """Seconds to wait after the n-th failed attempt: 30 s, doubled each time, an hour at most.

    >>> [backoff(n) for n in (1, 2, 3, 20)]
    [30.0, 60.0, 120.0, 3600.0]
    """
    return min(BACKOFF_LONGEST, BACKOFF_FIRST * 2.0 ** (attempts - 1))


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
