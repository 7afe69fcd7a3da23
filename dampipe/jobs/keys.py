"""What identifies a run, what comes after it, and a run that is held."""

from dataclasses import dataclass

from dampipe.jobs.model import Subject


@dataclass(frozen=True)
class RunKey:
    """Which run of a subject is meant."""

    stage: str
    version: str
    lane: str
    on_location: bool = False


@dataclass(frozen=True)
class FollowUp:
    """A run to create when another is done, if all its givers are."""

    run: RunKey
    givers: tuple[RunKey, ...]
    carried: bool
    """The chain that is under way comes by here by itself."""


@dataclass(frozen=True)
class ClaimedRun:
    """A run that this worker holds; `attempts` fences it against a later holder."""

    id: int
    subject: Subject
    attempts: int
    queued: bool
