"""Copies of files that dampipe has made: registered by the features that keep data of single files.

A feature names functions in `Feature.copied`. Each is called in the transaction that records a copy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from dampipe.kernel.db.database import Database
from dampipe.kernel.feature import registered
from dampipe.kernel.ids import LocationId, VersionId


@dataclass(frozen=True)
class Copied:
    """A copy of a file that was made."""

    made: LocationId
    version: VersionId
    origins: Mapping[LocationId, Mapping[str, str]]
    """The files of which sidecars were copied, the first one preferred: what each sidecar in their folder is called
    beside the copy."""


class CopyListener(Protocol):
    """Takes note of copies."""

    def __call__(self, connection: Connection, database: Database, copied: Copied) -> None:
        """Called in the transaction that records a copy, after its location was written."""
        ...


def file_copied(connection: Connection, database: Database, copied: Copied) -> None:
    """Say that a copy was made."""
    for function in registered("copied"):
        function(connection, database, copied)
