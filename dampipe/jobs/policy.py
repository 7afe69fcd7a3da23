"""Policies of jobs: how long leases last, how often a run is attempted, how batches are saved."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RunPolicy:
    """How runs are held, attempted and saved. Times are seconds."""

    lease: float = 60.0
    """Silence after which another worker may claim a run."""
    max_attempts: int = 3
    save_count: int = 256
    """Results of a batch stage that are saved in one transaction,"""
    save_after: float = 0.5
    """or after this time those that there are."""
    stream_for: float = 10.0
    """How long runs are added to the batch of a streaming stage: those that wait for one of its runs wait so long."""


@dataclass(frozen=True)
class SweepPolicy:
    """What the sweep takes for lost."""

    max_attempts: int = 3
    """Attempts that may end with the worker's death before the run is parked."""
    grace: float = 5.0
    """Seconds for which a message may be in no queue and not yet claimed."""
    machine_patience: float = 30.0
    """Seconds for which a message waits in the queue of one machine, which may be busy or gone; then any may take it."""
