"""Base types of stage inputs and outputs."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol, TypeAlias

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
    archived_as: str = ""
    """The storage class in which it is archived, as the last listing or restore says; "": it is not."""
    sidecars: tuple[str, ...] = ()
    """What belongs to it, relative to its folder: "C0001.xmp", "../CLIP/C0001.XML"."""


Span: TypeAlias = tuple[int, int]
"""Bytes of a file: the first one, and the one after the last."""


class FileParts(Protocol):
    """A remote file of which only parts are fetched.

    Its methods raise Transient where the storage does not answer, or the file is not the one any more whose content was
    identified; Permanent where access is denied; and StorageFull.
    """

    @property
    def path(self) -> str:
        """A file of this machine, as large as the remote one; what was not fetched reads as zeros."""
        ...

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        ...

    @property
    def fetched(self) -> int:
        """Bytes that are here."""
        ...

    def read(self, start: int, count: int) -> bytes:
        """Bytes of the file, fetched unless they are here; fewer than `count` only at its end."""
        ...

    def fetch(self, spans: Sequence[Span]) -> None:
        """Have these bytes here; those that are near to each other come together with what is in between."""
        ...


class LazySource(Protocol):
    """A file of a source that is fetched when the stage asks for it. Input of stages that may do with parts of it."""

    def parts(self) -> AbstractContextManager[FileParts | None]:
        """The file in parts; None where it has to be read whole: it is on this machine, or other stages want all of it.

        Raises as the methods of `FileParts`, and Unavailable where it is archived.
        """
        ...

    def whole(self) -> "SourceFile":
        """The file as a whole, fetched unless it is on this machine. Raises as `Staging.hold`."""
        ...


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

    def parts(self) -> AbstractContextManager[FileParts | None]:
        """See LazySource: it is here."""
        return nullcontext()

    def whole(self) -> "SourceFile":
        """See LazySource."""
        return self


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
