"""Originals: the scope that they need, and an original that is open."""

from dataclasses import dataclass
from typing import BinaryIO, Final

from dampipe.kernel.access import Role, Scope

ORIGINALS: Final = Scope("originals", "Download original files.", Role.EDITOR)


@dataclass(frozen=True)
class Original:
    """A file of a version, open for reading. Nothing of it may be sent before it was released."""

    version: int
    asset: int
    sha1: str
    size: int
    path: str
    """Where it lies on this machine."""
    stream: BinaryIO
