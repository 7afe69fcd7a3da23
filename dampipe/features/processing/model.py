"""The state of processing: counts by stage, what is running, and requests to retry."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from dampipe.features.assets.selected import Selected
from dampipe.features.derivatives.model import StoreHealth
from dampipe.features.scanning.model import ScanProgress
from dampipe.jobs.model import Running, RunState, WorkerInfo
from dampipe.kernel.events.subscribers import SubscriberState


class StageCounts(BaseModel):
    """How many runs of a stage are in which state."""

    model_config = ConfigDict(frozen=True)

    waiting: int = 0
    running: int = 0
    done: int = 0
    failed: int = 0
    skipped: int = 0
    on_hold: int = 0

    @classmethod
    def from_states(cls, states: Mapping[str, int]) -> "StageCounts":
        """From counts by run state."""
        return cls(
            waiting=states.get(RunState.PENDING, 0),
            running=states.get(RunState.RUNNING, 0),
            done=states.get(RunState.DONE, 0),
            failed=states.get(RunState.FAILED, 0),
            skipped=states.get(RunState.SKIPPED, 0),
            on_hold=states.get(RunState.ON_HOLD, 0),
        )


class Status(BaseModel):
    """The library at a glance."""

    model_config = ConfigDict(frozen=True)

    assets: int
    locations: int
    scans: tuple[ScanProgress, ...]
    stages: dict[str, StageCounts]
    workers: tuple[WorkerInfo, ...]
    derivatives: StoreHealth = StoreHealth()
    """A small random sample of the derivatives, taken once a minute: whether their store is there."""
    subscribers: tuple[SubscriberState, ...] = ()
    """Who is given events, and how far each is."""
    running: tuple[Running, ...] = ()
    """What is worked on now, the longest first; 20 at most, `stages` counts them all."""


class RetryRequest(BaseModel):
    """Failed and skipped runs to reset; all of them unless narrowed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: tuple[str, ...] = ()
    """Assets by SHA-1, or paths; none means all."""
    selected: Selected | None = None
    """Only runs of these assets, with all of their versions and files; not together with `what`."""
    stage: str | None = None
    kinds: tuple[str, ...] | None = None
    """Only runs that failed with these kinds of error; None means all."""


class Retried(BaseModel):
    """How many runs were reset."""

    retried: int
