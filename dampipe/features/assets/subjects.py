"""Locations and versions as the subjects of runs: implements the port `dampipe.jobs.subjects`."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, exists, literal, or_, select

from dampipe.features.assets.contents import identify
from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.tables import VERSION
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.tables import LOCATION
from dampipe.jobs.model import Subject
from dampipe.jobs.subjects import Identity, SubjectName
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import AssetId, LocationId, VersionId
from dampipe.kernel.paths import printable
from dampipe.kernel.stage_io import ContentHash, SourceFile, VersionRef
from dampipe.storage.files.base import StorageState

# Built once: to build a statement takes several times as long as to run it.
_IDS: Any = bindparam("ids", expanding=True)
_LOCATION_NAMES = select(LOCATION.c.id, LOCATION.c.name).where(LOCATION.c.id.in_(_IDS))
_ASSET_NAMES = select(VERSION.c.id, VERSION.c.name, VERSION.c.sha1).where(VERSION.c.id.in_(_IDS))
_SHA1S = select(VERSION.c.id, VERSION.c.asset_id, VERSION.c.sha1).where(VERSION.c.id.in_(_IDS))
_SHA1 = select(VERSION.c.id, VERSION.c.asset_id, VERSION.c.sha1).where(VERSION.c.id == bindparam("of"))
_STATE = select(LOCATION.c.state).where(LOCATION.c.id == bindparam("of")).with_for_update()


class AssetSubjects:
    """The locations and versions of one catalogue; see `Subjects`."""

    def __init__(
        self, database: Database, assets: AssetRepository, postponed: Sequence[ColumnElement[bool]] = ()
    ) -> None:
        """postponed: conditions over `location`; a file for which one holds is not identified yet."""
        self._db = database
        self._assets = assets
        self._postponed = tuple(postponed)

    def version_of(self, location: ColumnElement[int]) -> ColumnElement[int]:
        """See Subjects."""
        return select(LOCATION.c.version_id).where(LOCATION.c.id == location).scalar_subquery()

    def identify(
        self, connection: Connection, location: LocationId, content: ContentHash, now: float
    ) -> tuple[VersionId, AssetId]:
        """See Subjects."""
        return identify(connection, self._db, location, content, now)

    def is_missing(self, connection: Connection, location: LocationId | None) -> bool:
        """See Subjects."""
        return connection.execute(_STATE, {"of": location}).scalar() == LocationState.MISSING

    def names(self, connection: Connection, subjects: Sequence[Subject]) -> Mapping[Subject, SubjectName]:
        """See Subjects."""
        found: dict[Subject, SubjectName] = {}
        versions = [subject.version for subject in subjects if subject.version is not None]
        locations = [subject.location for subject in subjects if subject.location is not None]
        if locations:
            for number, name in connection.execute(_LOCATION_NAMES, {"ids": locations}):
                found[Subject(location=number)] = SubjectName(printable(name))
        if versions:
            for number, name, sha1 in connection.execute(_ASSET_NAMES, {"ids": versions}):
                found[Subject(version=number)] = SubjectName(name, sha1)
        return found

    def identity_columns(self, version: ColumnElement[Any]) -> Sequence[ColumnElement[Any]]:
        """See Subjects."""
        columns = {"asset": VERSION.c.asset_id, "sha1": VERSION.c.sha1}
        return [
            select(column).where(VERSION.c.id == version).scalar_subquery().label(name)
            for name, column in columns.items()
        ]

    def identities(
        self, connection: Connection, versions: Sequence[VersionId]
    ) -> Mapping[VersionId, Identity]:
        """See Subjects."""
        one = len(versions) == 1  # as nearly always; a list of one takes twice as long
        rows = connection.execute(_SHA1 if one else _SHA1S, {"of": versions[0]} if one else {"ids": versions})
        return {VersionId(number): Identity(asset, sha1) for number, asset, sha1 in rows}

    def files(self, subject: Subject) -> Sequence[SourceFile]:
        """See Subjects."""
        if subject.location is not None:
            return self._assets.files(location=subject.location)
        return self._assets.files(version=subject.version)

    def refs(self, versions: Sequence[VersionId]) -> Mapping[VersionId, VersionRef]:
        """See Subjects."""
        return {VersionId(number): ref for number, ref in self._assets.refs(versions).items()}

    def unidentified(self) -> Select[Any]:
        """See Subjects."""
        present = LOCATION.c.state == LocationState.PRESENT
        postponed = [~condition for condition in self._postponed]
        return select(LOCATION.c.id).where(LOCATION.c.version_id.is_(None), present, *postponed)

    def versions(self, *, with_files: bool) -> Select[Any]:
        """See Subjects."""
        has_file = exists(select(literal(1)).where(LOCATION.c.version_id == VERSION.c.id))
        return select(VERSION.c.id).where(*([has_file] if with_files else []))

    def version_id(self) -> ColumnElement[int]:
        """See Subjects."""
        return VERSION.c.id

    def location_id(self) -> ColumnElement[int]:
        """See Subjects."""
        return LOCATION.c.id

    def locations_of(self, versions: Sequence[VersionId]) -> Select[Any]:
        """See Subjects."""
        return select(LOCATION.c.id).where(LOCATION.c.version_id.in_(versions))

    def has_readable_file(
        self, location: ColumnElement[int], version: ColumnElement[int]
    ) -> ColumnElement[bool]:
        """See Subjects."""
        return exists(
            select(literal(1)).where(
                or_(LOCATION.c.id == location, LOCATION.c.version_id == version),
                LOCATION.c.state == LocationState.PRESENT,
                LOCATION.c.storage_state.in_([StorageState.ONLINE, StorageState.RESTORED]),
            )
        )

    def has_present_file(
        self, location: ColumnElement[int], version: ColumnElement[int]
    ) -> ColumnElement[bool]:
        """See Subjects."""
        return exists(
            select(literal(1)).where(
                or_(LOCATION.c.id == location, LOCATION.c.version_id == version),
                LOCATION.c.state == LocationState.PRESENT,
            )
        )
