"""What is asked for when files are restored, and what is answered."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dampipe.features.assets.selected import Selected

LONGEST = 365
"""Days for which files may be asked to stay readable."""
MOST_FILES = 100_000
"""Files of one restore."""


class Speed(StrEnum):
    """How quickly an archive is asked to give files back; the slower, the cheaper."""

    EXPEDITED = "expedited"
    STANDARD = "standard"
    BULK = "bulk"


class FileState(StrEnum):
    """How far an archived file is."""

    WANTED = "wanted"
    """The storage was not asked yet."""
    ASKED = "asked"
    """The storage is restoring it."""
    READY = "ready"
    FAILED = "failed"


class RestoreRequest(Selected):
    """Which assets are to be readable again, how quickly, and for how long."""

    waiting: bool = False
    """or all visible files that were not identified yet, since they were archived when they were found."""
    speed: Speed = Speed.BULK
    days: Annotated[int, Field(ge=1, le=LONGEST)] = 7
    """After these the storage archives them again."""


class Offline(BaseModel):
    """Files of which all copies are on media that have to be fetched."""

    model_config = ConfigDict(frozen=True)

    source: str
    label: str
    """Where the medium is; "" if it has no label."""
    files: int


class Estimate(BaseModel):
    """What a restore would do. Each asset counts one file, that of the version that stands for it."""

    model_config = ConfigDict(frozen=True)

    files: int = 0
    """Archived files that would be asked for."""
    bytes: int = 0
    cost: dict[str, float] = {}
    """Money by currency for asking, as the sources state it. Empty: they state no cost."""
    egress: dict[str, float] = {}
    """Money by currency for fetching all of these files afterwards."""
    hours: float | None = None
    """Until the last one can be read; None: the sources do not state it."""
    at_hand: int = 0
    """Files that can be read already."""
    restoring: int = 0
    """Files of which the storage was asked before; they are waited for, too."""
    offline: tuple[Offline, ...] = ()
    missing: int = 0
    """Assets without any file, or whose files are in a place that cannot be asked for them."""


class RestoreReport(BaseModel):
    """How far a restore is."""

    model_config = ConfigDict(frozen=True)

    number: int
    actor: str
    speed: Speed
    days: int
    cost: dict[str, float]
    """Money by currency, as it was reckoned when it was asked for."""
    created_at: float
    """Seconds since 1970, as are the other times."""
    finished_at: float | None
    """None: some files are not ready."""
    files: int
    bytes: int
    ready: int
    failed: int
    expected_at: float | None
    """When the last file should be readable; None: not known, or all are."""


class RestoreFileReport(BaseModel):
    """One file of a restore."""

    model_config = ConfigDict(frozen=True)

    number: int
    """To page by."""
    asset: str
    """SHA-1 of the content; "" for a file that was not identified yet."""
    name: str
    place: str
    """Path or URL; "" for a place that is not shown."""
    size: int
    state: FileState
    expected_at: float | None
    restored_until: float | None
    """After this time the storage archives it again."""
    reason: str
    """Code, why it has failed; else ""."""
    detail: str
