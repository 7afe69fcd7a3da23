"""Sources, locations and assets: where footage is, and what it is.

Paths are `str` as `os.fsdecode` gives them, so a name that is no UTF-8 carries lone surrogates; use
`printable` before such a path reaches a person, a message or JSON.
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from dampipe.kernel.paths import printable


class StageOutput(BaseModel):
    """A stage's result: an immutable value that the catalogue keeps as JSON and later stages receive."""

    model_config = ConfigDict(frozen=True)

    warnings: tuple[str, ...] = ()
    """What a person should know although the stage is done; one plain sentence each."""


class SourceFile(BaseModel):
    """A file of a source that this process can open: what the first stages work on."""

    model_config = ConfigDict(frozen=True)

    location: int
    path: str
    size: int
    mtime_ns: int

    @property
    def name(self) -> str:
        """The file's own name, printable."""
        return printable(Path(self.path).name)


class AssetRef(BaseModel):
    """One content: what the stages after hash work on."""

    model_config = ConfigDict(frozen=True)

    id: int
    sha1: str
    size: int
    name: str
    """The name of one of its files, printable: for messages, never for opening."""


class ContentHash(StageOutput):
    """What the hash stage gives: the identity of a file's content."""

    sha1: str
    size: int
