"""Fixity: the results of reading files again and comparing them with checksums or manifests."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, computed_field

VERIFY = "verify"
"""Stands for a stage in the failures of files that were read again."""


class Compared(BaseModel):
    """A folder compared with its history of manifests (its folder `ascmhl`). Paths are relative to the folder."""

    model_config = ConfigDict(frozen=True)

    folder: str
    """Printable path."""
    same: int = 0
    """Files whose content matches the manifest."""
    mismatch: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """In the manifest, not in the folder."""
    new: tuple[str, ...] = ()
    """In the folder, not in the manifest."""
    problem: str = ""
    """Why the history itself cannot be trusted or read."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def proved(self) -> bool:
        """Whether every file of the manifest exists unchanged."""
        return not (self.mismatch or self.missing or self.problem)


class VerifyRequest(BaseModel):
    """The files to check against their stored checksums."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: tuple[str, ...] = ()
    """Names of sources, and absolute paths of files and folders; none means all sources."""
    percent: Annotated[float, Field(ge=0, le=100)] | None = None
    """Only that share of them, those that were read longest ago; None: all."""


class Verdict(StrEnum):
    """The result of reading a file again."""

    SAME = "same"
    MISMATCH = "mismatch"
    """Another content, while size and modification time are as before: bit rot."""
    UNREADABLE = "unreadable"
    EDITED = "edited"
    """Size or modification time have changed since the last scan: the content is not compared."""
    GONE = "gone"
    """Does not exist now; whether it is missing is for a scan to decide."""


BAD = (Verdict.MISMATCH, Verdict.UNREADABLE)
"""Reported to people; every later sync reads these files again until they are good."""


class Verified(BaseModel):
    """The result of a verification. Counts are files."""

    model_config = ConfigDict(frozen=True)

    wanted: int = 0
    """Files requested to be read."""
    same: int = 0
    mismatch: tuple[str, ...] = ()
    """Paths of files whose content has changed while size and time have not."""
    unreadable: tuple[str, ...] = ()
    """Paths of files that cannot be read."""
    edited: int = 0
    gone: int = 0
    bytes: int = 0
    """Size of the files that were read and are the same."""
    seconds: float = 0.0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def left(self) -> int:
        """Not reached in the time given; the next verification begins with them."""
        read = self.same + len(self.mismatch) + len(self.unreadable) + self.edited + self.gone
        return max(0, self.wanted - read)


class Verification(BaseModel):
    """Files were requested to be read again."""

    model_config = ConfigDict(frozen=True)

    requested: int
    """Files."""
    began_at: float
    """Seconds since 1970 by the database's clock."""


class SourceProof(BaseModel):
    """How long ago the files of a source were read again. Counts are identified files that are present."""

    model_config = ConfigDict(frozen=True)

    source: str
    files: int = 0
    bytes: int = 0
    month: int = 0
    """Read within the last 30 days and found good."""
    quarter: int = 0
    """Read 30 to 90 days ago and found good."""
    year: int = 0
    """Read 90 to 365 days ago and found good."""
    older: int = 0
    """Read longer ago than a year and found good."""
    never: int = 0
    """Not read again since they were identified."""
    bad: int = 0
    """Another content than that which was identified, or unreadable, when they were read last."""
    edited: int = 0
    """Changed or gone when they were read last: a scan looks at them."""
    requested: int = 0
    """To be read now."""
    oldest_at: float | None = None
    """When the file was read that was read longest ago, in seconds since 1970; None: none was ever read."""


class VerificationReport(BaseModel):
    """The proofs of the library."""

    model_config = ConfigDict(frozen=True)

    left: int
    """Files that are still to be read."""
    reading: int
    """Files that are being read."""
    waits_for_worker: bool = False
    """Whether files are to be read, and no worker that could reports."""
    sources: tuple[SourceProof, ...] = ()
