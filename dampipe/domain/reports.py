"""What the use cases answer with; the faces print these as they are."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, computed_field

from dampipe.domain.cards import Card
from dampipe.domain.runs import Running, RunState
from dampipe.domain.scans import ScanProgress
from dampipe.domain.verification import Verified
from dampipe.domain.videos import RunSummary, Video
from dampipe.domain.workers import WorkerInfo


class Enqueued(BaseModel):
    """A scan was submitted."""

    model_config = ConfigDict(frozen=True)

    scan: int
    absent: tuple[str, ...] = ()
    """Paths that were asked for and do not exist."""
    broker_problem: str = ""
    """Why the scan does not start at once, and what to do; empty when it does."""


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
    running: tuple[Running, ...] = ()
    """What is worked on now, the longest first; 20 at most, `stages` counts them all."""


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


class SourceReport(BaseModel):
    """A source, and what is known of it. Counts are files."""

    model_config = ConfigDict(frozen=True)

    name: str
    root: str
    present: int = 0
    missing: int = 0
    reachable: bool = True
    """Whether its root is a folder on the machine that asks."""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    path_maps: dict[str, str] = {}
    """By machine: where it sees the root."""


class TagReport(BaseModel):
    """A tag, and how many assets have it."""

    model_config = ConfigDict(frozen=True)

    name: str
    assets: int


class Pruned(BaseModel):
    """What a prune forgets, or would."""

    model_config = ConfigDict(frozen=True)

    locations: int = 0
    """Places where a file was and is no more."""
    assets: int = 0
    """Of which no place is left."""
    vectors: int = 0
    derivatives: int = 0
    bytes: int = 0
    """Of the derivatives, in the blob store."""
    unidentified: int = 0
    """Files that wait for their hash; while there are any, no asset is forgotten."""
    paths: tuple[str, ...] = ()
    """The first of the locations."""
    leftovers: int = 0
    """Derivatives that nothing refers to, of assets that stay; 0 where they were not asked for."""
    leftover_bytes: int = 0


UNSOUND = (
    "`dampipe index rebuild` builds it anew; one that is lost or damaged is mended within a minute by a worker "
    "of its queue, too. Until then search scans or misses some."
)
"""What to do about an index that is not sound."""


class IndexReport(BaseModel):
    """The vector index of one model, held against the catalogue. Counts are vectors."""

    model_config = ConfigDict(frozen=True)

    model: str
    """Its fingerprint."""
    name: str = ""
    """What the settings call it."""
    kind: str
    """How it finds, in words."""
    vectors: int
    bytes: int = 0
    """What it takes on disk; 0 where the backend does not tell."""
    waiting: int = 0
    """Newer than the index; the index stage brings them in, and search scans them until then."""
    missing: int = 0
    """What the index should hold and does not."""
    superfluous: int = 0
    """What it holds and the catalogue no longer does; search passes them by."""
    damage: tuple[str, ...] = ()
    """What is wrong with its files, a sentence each."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def sound(self) -> bool:
        """Whether nothing is wrong; waiting and superfluous vectors are not."""
        return not self.missing and not self.damage


class ModelReport(BaseModel):
    """An embedding model."""

    model_config = ConfigDict(frozen=True)

    name: str
    """As the setting `model` takes it."""
    fingerprint: str
    licence: str = ""
    """Of the weights; empty where it is not known."""
    size: int = 0
    """Pixels of its frames, both ways; 0 where the model cannot be reached now."""
    weights_here: bool = False
    """Whether the weights are on this machine."""
    needs: str = ""
    """A package that it needs and dampipe does not bring."""
    problem: str = ""
    """Why it cannot be used on this machine, as far as can be told without a network; empty: it can."""
    note: str = ""
    """What speaks for it."""
    used: bool = False
    """Whether the settings name it."""
    answers: bool = False
    """Whether search asks it: an old model does until the new one's vectors are complete."""
    assets: int = 0
    """How many assets have vectors of it."""


class Details(BaseModel):
    """All that is known of one asset."""

    model_config = ConfigDict(frozen=True)

    video: Video
    tags: tuple[str, ...] = ()
    sidecars: tuple[str, ...] = ()
    """Printable paths of what belongs to its files: metadata, subtitles, thumbnails and proxies of the camera."""
    card: Card | None = None
    """The camera card that the first of its files lies on."""
    runs: tuple[RunSummary, ...]
