"""A file that could not be brought to the end, as its owner sees it."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, computed_field

VERIFY = "verify"
"""What stands for a stage in the failures of files that were read again."""


class Compared(BaseModel):
    """A folder with a history of manifests (its folder `ascmhl`). Paths are relative to the folder."""

    model_config = ConfigDict(frozen=True)

    folder: str
    """Printable path."""
    same: int = 0
    """Files whose content is that of the manifest."""
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
        """Whether every file of the manifest is there and as it was."""
        return not (self.mismatch or self.missing or self.problem)


class Verdict(StrEnum):
    """What a reading came to."""

    SAME = "same"
    MISMATCH = "mismatch"
    """Another content, while size and modification time are as they were: bit rot."""
    UNREADABLE = "unreadable"
    EDITED = "edited"
    """Size or modification time have changed since the last scan: nothing is said of the content."""
    GONE = "gone"
    """Not there now; that is for the scan to judge."""


BAD = (Verdict.MISMATCH, Verdict.UNREADABLE)
"""What a person must know, and what every later sync reads again until it is well."""


class Verified(BaseModel):
    """What a verification came to. Counts are files."""

    model_config = ConfigDict(frozen=True)

    wanted: int = 0
    """Were to be read."""
    same: int = 0
    mismatch: tuple[str, ...] = ()
    """Paths of files that have rotted."""
    unreadable: tuple[str, ...] = ()
    """Paths."""
    edited: int = 0
    gone: int = 0
    bytes: int = 0
    """Of the files that were read and are the same."""
    seconds: float = 0.0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def left(self) -> int:
        """Not reached in the time given; the next verification begins with them."""
        read = self.same + len(self.mismatch) + len(self.unreadable) + self.edited + self.gone
        return max(0, self.wanted - read)
