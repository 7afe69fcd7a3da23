"""What identifies a run, what follows it, and a run that this worker holds."""

from dataclasses import dataclass

from dampipe.jobs.model import Subject
from dampipe.kernel.ids import RunId


@dataclass(frozen=True)
class RunKey:
    """Identifies a run among those of one subject."""

    stage: str
    version: str
    lane: str
    on_location: bool = False


@dataclass(frozen=True)
class FollowUp:
    """A run to create when another is done, once all its upstream runs are done."""

    run: RunKey
    upstream: tuple[RunKey, ...]
    same_chain: bool
    """The chain that carries the run before carries this one, too."""
    file_queue: str = ""
    """The queue of its stage, where that opens the file; else ""."""


@dataclass(frozen=True)
class ClaimedRun:
    """A run that this worker holds; `attempts` is its fencing token against a later holder."""

    id: RunId
    subject: Subject
    attempts: int
    queued: bool
    """A chain of its own is under way for it."""
    machine: str | None = None
    """The machine that has a copy of its file, as far as is known."""
