"""Base types of stage inputs and outputs."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from dampipe.kernel.paths import printable


class StageOutput(BaseModel):
    """The output of a stage: immutable, stored as JSON in the catalogue, passed to later stages."""

    model_config = ConfigDict(frozen=True)

    warnings: tuple[str, ...] = ()
    """Problems that a user should know of although the stage succeeded, one sentence each."""


class SourceFile(BaseModel):
    """A file of a source that this process can open. Input of the first stages."""

    model_config = ConfigDict(frozen=True)

    location: int
    path: str
    size: int
    mtime_ns: int

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
