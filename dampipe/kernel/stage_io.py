"""Base types of stage inputs and outputs."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from dampipe.kernel.paths import printable


class StageOutput(BaseModel):
    """The output of a stage: immutable, stored as JSON in the catalogue, passed to later stages."""

    model_config = ConfigDict(frozen=True)

    warnings: tuple[str, ...] = ()
    """Problems that a user should know of although the stage succeeded, one sentence each."""


class RemotePlace(BaseModel):
    """Where a file is that is fetched before a stage can open it."""

    model_config = ConfigDict(frozen=True)

    root: str
    """URL of the source."""
    key: str
    """Of the file, below the root."""
    checksum: str = ""
    token: str = ""
    """As the storage stated both at the last scan; "": it has nothing of the kind."""
    sidecars: tuple[str, ...] = ()
    """What belongs to it, relative to its folder: "C0001.xmp", "../CLIP/C0001.XML"."""


class SourceFile(BaseModel):
    """A file of a source that this process can open. Input of the first stages."""

    model_config = ConfigDict(frozen=True)

    location: int
    path: str
    """Of a remote file: that of its copy on this machine; its URL until it has one."""
    size: int
    mtime_ns: int
    remote: RemotePlace | None = None
    """None: the file is in a file system of this machine."""
    sha1: str = ""
    """SHA-1 of the content where it is known from fetching it, or from having written and read back exactly this
    file; else ""."""

    @property
    def name(self) -> str:
        """The printable name of the file, without its folder."""
        return printable(Path(self.path).name)


class VersionRef(BaseModel):
    """One asset, identified by its content. Input of the stages after hash."""

    model_config = ConfigDict(frozen=True)

    id: int
    sha1: str
    size: int
    name: str
    """The printable name of one of its files, for messages only."""


class ContentHash(StageOutput):
    """Output of the hash stage: the identity of the content of a file."""

    sha1: str
    size: int
