"""Scans: one walk of one or more places, and how far the files it found have come."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, computed_field

from dampipe.features.fixity.model import Verified

LARGEST = 2**63 - 1
"""No scan has a higher number: no database counts further."""


class ScanState(StrEnum):
    """How far the walk is; what becomes of the files is told by their runs."""

    WAITING = "waiting"
    WALKING = "walking"
    WALKED = "walked"
    SUSPICIOUS = "suspicious"
    """Walked, but a source is empty, away or much smaller than it was: nothing of it was called missing."""
    FAILED = "failed"
    PAUSED = "paused"
    """Neither walked nor processed until it is resumed."""
    CANCELLED = "cancelled"


class Guard(BaseModel):
    """How much a source may lose in one walk before the walk is not believed."""

    model_config = ConfigDict(frozen=True)

    share: float = 0.5
    """Of the files known before."""
    files: int = 10
    """A smaller loss is always believed."""

    def is_alarmed(self, lost: int, known: int) -> bool:
        """Whether the loss of so many of the known files is suspicious.

        >>> guard = Guard(share=0.5, files=10)
        >>> guard.is_alarmed(9, 9), guard.is_alarmed(10, 20), guard.is_alarmed(11, 20)
        (False, False, True)
        """
        return lost >= self.files and lost > self.share * known


class ScanProgress(BaseModel):
    """A scan as status, `--wait` and the API show it. Counts are files."""

    model_config = ConfigDict(frozen=True)

    scan: int
    state: ScanState
    paths: tuple[str, ...]
    found: int = 0
    """Media files seen by the walk."""
    new: int = 0
    """Of these: never seen before at that place."""
    changed: int = 0
    """Of these: known, with another content."""
    moved: int = 0
    """Of these: known at another place of the source, which they left."""
    returned: int = 0
    """Of these: known, and missing for a while."""
    unchanged: int = 0
    missing: int = 0
    """Known files that are no longer there."""
    active: int = 0
    """New and changed files with work still to do."""
    deferred: int = 0
    """Of the active: waiting for another try later on."""
    done: int = 0
    """New and changed files that are through."""
    failed: int = 0
    """New and changed files with a stage that failed."""
    on_hold: int = 0
    """New and changed files that nobody is to process for now."""
    priority: int = 0
    warnings: tuple[str, ...] = ()
    created_at: float = 0.0

    @property
    def over(self) -> bool:
        """Nothing more will happen soon: walked, and nothing active but what waits for a later try."""
        ends = (ScanState.WALKED, ScanState.SUSPICIOUS, ScanState.FAILED, ScanState.CANCELLED)
        return self.state in ends and self.active == self.deferred


class Enqueued(BaseModel):
    """A scan was submitted."""

    model_config = ConfigDict(frozen=True)

    scan: int
    absent: tuple[str, ...] = ()
    """Paths that were asked for and do not exist."""
    broker_problem: str = ""
    """Why the scan does not start at once, and what to do; empty when it does."""


class Synced(BaseModel):
    """What a sync came to."""

    model_config = ConfigDict(frozen=True)

    sources: tuple[str, ...]
    scans: tuple[ScanProgress, ...]
    """One for each of the sources, in their order."""
    busy: tuple[str, ...] = ()
    """Sources that were left to another sync, which is at them."""
    retried: int = 0
    """Stages that had given up for a passing reason (a share that was away, no model) and were tried again."""
    planned: int = 0
    """Stages that a new recipe, model or pipeline asks for."""
    failed: int = 0
    """Stages that failed for good meanwhile."""
    verified: Verified = Verified()
    """Files that were read again."""
    seconds: float = 0.0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def deferred(self) -> int:
        """Files found new or changed that wait for another try later on."""
        return sum(scan.deferred for scan in self.scans)
