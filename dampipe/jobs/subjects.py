"""The port to what runs are about. Jobs know locations and versions by their ids; a feature knows the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Select

from dampipe.jobs.model import Subject
from dampipe.kernel.ids import AssetId, LocationId, VersionId
from dampipe.kernel.stage_io import ContentHash, SourceFile, VersionRef


@dataclass(frozen=True)
class SubjectName:
    """What people call a subject."""

    name: str
    """The name of a file, printable."""
    sha1: str | None = None
    """None while the content is unknown."""


@dataclass(frozen=True)
class Identity:
    """What an event keeps of the subject of a run, since rows may be deleted."""

    asset: int
    """The number of the asset."""
    sha1: str


class Subjects(Protocol):
    """The locations and versions of one catalogue.

    Methods that return SQL are called once, when statements are built; the others at every run.
    """

    def version_of(self, location: ColumnElement[int]) -> ColumnElement[int]:
        """SQL: the version of a location, NULL while it is not identified."""
        ...

    def identify(
        self, connection: Connection, location: LocationId, content: ContentHash, now: float
    ) -> tuple[VersionId, AssetId]:
        """Tie a location to the version of its content, created if it is new; returns the version and its asset."""
        ...

    def is_missing(self, connection: Connection, location: LocationId | None) -> bool:
        """Whether a scan has found that the file is gone. Locks the location until the transaction ends."""
        ...

    def names(self, connection: Connection, subjects: Sequence[Subject]) -> Mapping[Subject, SubjectName]:
        """The names of subjects; those that no longer exist are left out."""
        ...

    def identity_columns(self, version: ColumnElement[Any]) -> Sequence[ColumnElement[Any]]:
        """SQL: the identity of a version as the columns `asset` and `sha1`; NULL for NULL."""
        ...

    def identities(
        self, connection: Connection, versions: Sequence[VersionId]
    ) -> Mapping[VersionId, Identity]:
        """The identity of each subject that is not a location; those that no longer exist are left out."""
        ...

    def files(self, subject: Subject) -> Sequence[SourceFile]:
        """Where the files of a subject are, the most likely to be readable first, with what is stored of them."""
        ...

    def refs(self, versions: Sequence[VersionId]) -> Mapping[VersionId, VersionRef]:
        """Versions by id."""
        ...

    def unidentified(self) -> Select[Any]:
        """SQL: the ids of locations that are to be identified: present, and without a version.

        Files that a scan in progress has found are left out while it may still find that they have moved.
        """
        ...

    def versions(self, *, with_files: bool) -> Select[Any]:
        """SQL: the ids of versions; with_files: only those that have a location."""
        ...

    def version_id(self) -> ColumnElement[int]:
        """SQL: the column that `versions` selects, for conditions on it."""
        ...

    def location_id(self) -> ColumnElement[int]:
        """SQL: the column that `unidentified` selects, for conditions on it."""
        ...

    def locations_of(self, versions: Sequence[VersionId]) -> Select[Any]:
        """SQL: the ids of the locations of versions."""
        ...

    def has_readable_file(
        self, location: ColumnElement[int], version: ColumnElement[int]
    ) -> ColumnElement[bool]:
        """SQL: whether the location, or any location of the version, was there at the last scan and not archived."""
        ...

    def has_present_file(
        self, location: ColumnElement[int], version: ColumnElement[int]
    ) -> ColumnElement[bool]:
        """SQL: whether the location, or any location of the version, was there at the last scan."""
        ...
