"""Scans: one walk of one or more paths, and how far the files it found have come."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, computed_field, field_validator

from dampipe.features.fixity.model import Verified
from dampipe.features.scanning import errors
from dampipe.jobs.model import NightlyResult
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.paths import is_url, is_valid, printable

OTHER_KINDS = "*"
"""Stands for all suffixes that are not counted one by one."""
MOST_KINDS = 20
"""Suffixes of unknown kinds that a scan keeps."""


class UnknownKinds(BaseModel):
    """Files that a walk passed by, because nothing here opens files with such suffixes."""

    model_config = ConfigDict(frozen=True)

    files: int = 0
    suffixes: dict[str, int] = {}
    """The most frequent suffixes, most files first; "" stands for files without a suffix."""

    @classmethod
    def of(cls, counted: Mapping[str, int]) -> "UnknownKinds":
        """The MOST_KINDS most frequent suffixes, and the sum of all.

        >>> UnknownKinds.of({".foo": 5, "": 1, ".xyz": 30})
        UnknownKinds(files=36, suffixes={'.xyz': 30, '.foo': 5, '': 1})
        """
        kinds = sorted(
            (kind for kind in counted if kind != OTHER_KINDS), key=lambda kind: (-counted[kind], kind)
        )
        return cls(files=sum(counted.values()), suffixes={kind: counted[kind] for kind in kinds[:MOST_KINDS]})

    @property
    def others(self) -> int:
        """Files whose suffixes are not listed."""
        return self.files - sum(self.suffixes.values())

    def __str__(self) -> str:
        """In words; empty if there are none.

        >>> str(UnknownKinds(files=37, suffixes={".xyz": 30, ".foo": 5, "": 1}))
        '37 files of unknown kinds: .xyz 30, .foo 5, without a suffix 1, others 1'
        """
        if not self.files:
            return ""
        parts = [f"{kind or 'without a suffix'} {files}" for kind, files in self.suffixes.items()]
        parts += [f"others {self.others}"] if self.others else []
        return f"{self.files} file{'s' * (self.files != 1)} of unknown kinds: {', '.join(parts)}"


LARGEST_ID = 2**63 - 1
"""The highest id that databases store."""


class ScanState(StrEnum):
    """How far the walk is; what becomes of the files found is the state of their runs."""

    WAITING = "waiting"
    WALKING = "walking"
    WALKED = "walked"
    SUSPICIOUS = "suspicious"
    """Walked, but a source is empty, away or much smaller than it was: nothing of it was marked as missing."""
    FAILED = "failed"
    PAUSED = "paused"
    """Neither walked nor processed until it is resumed."""
    CANCELLED = "cancelled"


class Guard(BaseModel):
    """The mount guard: how much a source may lose in one walk before the loss is not believed."""

    model_config = ConfigDict(frozen=True)

    share: float = 0.5
    """Share of the files known before."""
    files: int = 10
    """A loss of fewer files is always believed."""

    def is_alarmed(self, lost: int, known: int) -> bool:
        """Whether the loss of that many of the known files is suspicious.

        >>> guard = Guard(share=0.5, files=10)
        >>> guard.is_alarmed(9, 9), guard.is_alarmed(10, 20), guard.is_alarmed(11, 20)
        (False, False, True)
        """
        return lost >= self.files and lost > self.share * known


@dataclass(frozen=True)
class ScanJob:
    """A scan that a worker has claimed: what to do, and how far it is."""

    scan: int
    owner: str
    """Owner id of the worker's lease."""
    paths: list[str]
    """Absolute as this machine sees them, or URLs."""
    accept_missing: bool
    """Believe that files are gone, however many they are."""
    process: bool
    """Whether the files found are to be processed."""
    priority: int
    """Priority of the runs it creates."""
    checkpoint: str | None
    """What an earlier walk of this scan saved, as JSON; None: the walk begins."""
    found: int
    warnings: list[str]
    is_follow_up: bool = False
    """The paths are files that were still being written when they were scanned first."""


class EnqueueRequest(BaseModel):
    """Files and folders to scan. Raises InvalidInput for a path that is neither absolute nor a URL, or not valid."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    paths: tuple[str, ...] = Field(min_length=1)
    """Absolute paths as the machine sees them that receives the request, or URLs."""
    accept_missing: bool = False
    """Believe that files are gone, however many they are."""
    process: bool = True
    """False: record the files without processing them, until a later scan does."""
    priority: Annotated[int, Field(ge=-1000, le=1000)] = 0
    """Files of a higher priority go first; files of these paths that are waiting already are raised to it."""

    @field_validator("paths")
    @classmethod
    def _are_absolute(cls, paths: tuple[str, ...]) -> tuple[str, ...]:
        for path in paths:
            if not is_valid(path):
                raise InvalidInput(errors.PATH_INVALID, path=ascii(path))
            if not (path.startswith("/") or is_url(path)):
                raise InvalidInput(errors.RELATIVE_PATH, path=printable(path))
        return paths


class SyncRequest(BaseModel):
    """The sources to sync."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: tuple[str, ...] = ()
    """Names; none means all sources."""
    accept_missing: bool = False
    """Believe that files are gone, however many they are."""
    process: bool = True
    """False: only record the files, without processing or verifying any."""


class ScanProgress(BaseModel):
    """A scan as status, `--wait` and the API show it. Counts are files."""

    model_config = ConfigDict(frozen=True)

    scan: int
    state: ScanState
    paths: tuple[str, ...]
    """In a list of scans and in the status, the first few; `path_count` counts all of them."""
    path_count: int = 0
    """How many paths the scan has."""
    found: int = 0
    """Media files seen by the walk."""
    new: int = 0
    """Of these: not known before at that path."""
    changed: int = 0
    """Of these: known, with another size or time."""
    moved: int = 0
    """Of these: known at another path of the source, where they are no longer."""
    returned: int = 0
    """Of these: known, and missing for a while."""
    unchanged: int = 0
    missing: int = 0
    """Known files that no longer exist."""
    active: int = 0
    """New and changed files with work still to do."""
    deferred: int = 0
    """Of the active: waiting for a later retry."""
    done: int = 0
    """New and changed files that are completely processed."""
    searchable: int = 0
    """New and changed files that search finds: the done ones, and those that only wait for a proxy and the like."""
    failed: int = 0
    """New and changed files with a stage that failed."""
    on_hold: int = 0
    """New and changed files that are not to be processed for now."""
    priority: int = 0
    warnings: tuple[str, ...] = ()
    unknown: UnknownKinds = UnknownKinds()
    """Files that are neither media nor something that accompanies it."""
    created_at: float = 0.0

    @property
    def described_paths(self) -> str:
        """The paths as one text, for people."""
        more = self.path_count - len(self.paths)
        return ", ".join(self.paths) + (f" and {more:,} more" if more > 0 else "")

    @property
    def is_walked(self) -> bool:
        """Whether the walk has ended, in whatever way, or is paused."""
        return self.state not in (ScanState.WAITING, ScanState.WALKING)

    @property
    def over(self) -> bool:
        """Whether nothing more will happen soon: walked, and nothing active but what waits for a later retry."""
        ends = (ScanState.WALKED, ScanState.SUSPICIOUS, ScanState.FAILED, ScanState.CANCELLED)
        return self.state in ends and self.active == self.deferred


class Enqueued(BaseModel):
    """A scan was submitted."""

    model_config = ConfigDict(frozen=True)

    scan: int
    absent: tuple[str, ...] = ()
    """Paths of the request that do not exist."""
    broker_problem: str = ""
    """Why the scan does not start at once, and what to do; empty when it does."""


class Synced(BaseModel):
    """The result of a sync."""

    model_config = ConfigDict(frozen=True)

    sources: tuple[str, ...]
    scans: tuple[ScanProgress, ...]
    """One for each of the sources, in their order."""
    busy: tuple[str, ...] = ()
    """Sources that were skipped because another sync of them is running."""
    retried: int = 0
    """Stages that had failed for a passing reason (a share that was away, a missing model) and were retried."""
    planned: int = 0
    """Stages that a new recipe, model or pipeline asks for."""
    failed: int = 0
    """Stages that failed for good meanwhile."""
    verified: Verified = Verified()
    """Files that were read again and compared with their checksums."""
    nightly: dict[str, NightlyResult] = {}
    """What was done once in this night besides, by kind of work: `check` of derivatives, `backup`. Without those that
    an earlier sync of the same day has begun."""
    seconds: float = 0.0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def deferred(self) -> int:
        """New and changed files that wait for a later retry."""
        return sum(scan.deferred for scan in self.scans)
