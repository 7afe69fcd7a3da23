"""Checks of derivatives: what is asked for, and what was found."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, computed_field

from dampipe.jobs.model import RunState
from dampipe.kernel.progress import Progress

CHECK = "check"
"""The kind of work item, and what stands for a stage in the failures of derivatives that are lost."""
SHOWN = 100
"""Lost derivatives named in a report."""


class CheckRequest(BaseModel):
    """The derivatives to check, and what to do about those that are lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: tuple[str, ...] = ()
    """Assets by SHA-1, or paths of files; none means all."""
    percent: Annotated[float, Field(gt=0, le=100)] | None = None
    """Only that share of all, those that were checked longest ago; None: all."""
    minutes: Annotated[float, Field(gt=0)] | None = None
    """Time limit; None: none. The next check begins with what was not reached."""
    repair: bool = False
    """Whether to make lost derivatives again, and to delete orphans."""
    all: bool = False
    """Whether to believe that derivatives are lost, however many they are."""


class Problem(StrEnum):
    """What is wrong with a derivative."""

    MISSING = "missing"
    DAMAGED = "damaged"
    """Another size or content, or it cannot be read."""


class Kept(StrEnum):
    """Why a lost derivative is not made again now."""

    NOT_ASKED = "not_asked"
    NO_FILE = "no_file"
    """No file of the asset is present."""
    BUSY = "busy"
    """The asset is being processed."""
    NOT_DONE = "not_done"
    """The stage that makes it has failed, was skipped, or is not in the pipeline."""


class LostDerivative(BaseModel):
    """A derivative whose bytes are missing or damaged."""

    model_config = ConfigDict(frozen=True)

    asset: str
    """SHA-1."""
    name: str
    """Name of the asset."""
    kind: str
    problem: Problem
    kept: Kept | None = None
    """None: it is being made again."""


class Checked(BaseModel):
    """The result of a check. Counts are derivatives unless they say otherwise."""

    model_config = ConfigDict(frozen=True)

    wanted: int = 0
    """Requested to be checked."""
    sound: int = 0
    bytes: int = 0
    """Size of those."""
    first: int = 0
    """Of the sound ones: had no checksum and have one now."""
    missing: int = 0
    damaged: int = 0
    busy: int = 0
    """Lost or changed while their asset is being processed: left for the next check."""
    again: int = 0
    """Lost, and being made again."""
    assets: int = 0
    """Assets of which something is being made again."""
    lost: tuple[LostDerivative, ...] = ()
    """The first of the lost ones."""
    orphans: int = 0
    """Files in the store that nothing refers to; deleted by a repair."""
    orphan_bytes: int = 0
    suspicious: bool = False
    """So many are missing that the store is probably away or was emptied: nothing was recorded or made again."""
    sampled: int = 0
    sampled_missing: int = 0
    """What a random sample of the whole library found, where one was taken."""
    seconds: float = 0.0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def left(self) -> int:
        """Not reached in the time given."""
        return max(0, self.wanted - self.sound - self.missing - self.damaged - self.busy)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def unrepaired(self) -> int:
        """Lost, and not being made again."""
        return max(0, self.missing + self.damaged - self.again)


class StoreHealth(BaseModel):
    """A random sample of all derivatives: whether their files exist."""

    model_config = ConfigDict(frozen=True)

    sampled: int = 0
    missing: int = 0
    away: bool = False
    """So many are missing that the store is probably away or was emptied."""
    problem: str = ""
    """Why the store could not be asked."""


class CheckStarted(BaseModel):
    """A check that workers will do."""

    check: int


class CheckState(BaseModel):
    """A check that was requested, and its result once it is done."""

    check: int
    state: RunState
    progress: Progress | None = None
    """None until it reports any."""
    result: Checked | None = None
    reason: str = ""
    """Why it failed."""
