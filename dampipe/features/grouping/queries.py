"""The SQL of asset groups; the only writer of their tables."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, literal, select

from dampipe.features.assets.names import shown_names
from dampipe.features.assets.tables import VERSION
from dampipe.features.grouping.model import (
    Group,
    Grouped,
    GroupFile,
    GroupKind,
    Member,
    Role,
    groups_of,
    is_clips_of_xdcam_ex,
)
from dampipe.features.grouping.tables import ASSET_GROUP, GROUP_IDENTIFIER, GROUP_MEMBER
from dampipe.features.sources.folders import take_folders_to_regroup
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.paths import place_columns
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.kernel.asset_set import ALL, Selection
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.paths import join_root, printable
from dampipe.kernel.visibility import EVERYTHING, View

CONTENT, BURST, RECORDING, OFFSET = "content", "burst", "recording", "offset"
"""Kinds of identifiers. The offset in a recording is none of a group: any two may have the same."""
_ROUNDS = 8
"""Most times that the circle of assets is widened; each adds folders in which copies of members are."""


def save_identifiers(
    connection: Connection, identifiers: Mapping[int, Mapping[str, str]], database: Database
) -> None:
    """Replace the identifiers of assets, given by kind."""
    for ids in chunked(sorted(identifiers)):
        connection.execute(delete(GROUP_IDENTIFIER).where(GROUP_IDENTIFIER.c.version_id.in_(ids)))
    rows = [
        {"version_id": asset, "kind": kind, "value": value}
        for asset, values in identifiers.items()
        for kind, value in values.items()
    ]
    if rows:
        connection.execute(database.insert(GROUP_IDENTIFIER).on_conflict_do_nothing(), rows)


class GroupRepository:
    """The asset groups of one catalogue."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def regroup(self, folders: int) -> int:
        """Bring up to date the groups of up to `folders` folders whose files have changed; returns how many.

        One transaction. A change that is committed meanwhile has the folder done once more.
        """
        with self._db.write() as connection:
            taken = take_folders_to_regroup(connection, folders)
            if taken:
                self._regroup(connection, [*taken, *self._beside(connection, taken)])
        return len(taken)

    def _beside(self, connection: Connection, folders: Sequence[int]) -> set[int]:
        """The other clip folders of the XDCAM EX cards that some of the folders are on: each file has a folder."""
        found: set[int] = set()
        clips: set[tuple[int, str]] = set()
        query = select(SOURCE.c.id, SOURCE.c.root, FOLDER.c.path).join_from(FOLDER, SOURCE)
        for source, root, path in connection.execute(query.where(FOLDER.c.id.in_(folders))):
            above = path.rpartition("/")[0]
            if is_clips_of_xdcam_ex(join_root(root, above)):
                clips.add((source, above))
        for source, above in clips:
            same = select(FOLDER.c.id).where(FOLDER.c.source_id == source)
            if above:
                same = same.where(FOLDER.c.path > f"{above}/", FOLDER.c.path < f"{above}0")
            found.update(connection.execute(same).scalars())
        return found - set(folders)

    def _regroup(self, connection: Connection, folders: Sequence[int]) -> None:
        """Group the assets of folders, with all that they are or come to be in a group with, wherever it is."""
        files = self._files(connection, LOCATION.c.folder_id.in_(folders))
        assets = self._assets_of(connection, folders) | {file.asset for file in files}
        read = set(folders)
        for _ in range(_ROUNDS):
            groups = [group for group in groups_of(files) if assets & {asset for asset, _ in group.members}]
            wider = assets | {asset for group in groups for asset, _ in group.members}
            wider |= self._fellows(connection, wider) | self._same_identifiers(connection, wider)
            more = self._folders_of_grouped(connection, wider) - read
            if wider == assets and not more:
                break
            assets, read = wider, read | more
            known = {file.asset for file in files}
            files += [
                f
                for ids in chunked(sorted(more))
                for f in self._files(connection, LOCATION.c.folder_id.in_(ids))
            ]
            absent = wider - known - {file.asset for file in files}
            files += [
                f
                for ids in chunked(sorted(absent))
                for f in self._files(connection, LOCATION.c.version_id.in_(ids))
            ]
        self._save(connection, assets, groups)

    def _files(self, connection: Connection, *where: ColumnElement[bool]) -> list[GroupFile]:
        """Present files of assets that were probed."""
        rows = connection.execute(
            select(
                LOCATION.c.version_id, LOCATION.c.folder_id, LOCATION.c.size, LOCATION.c.mtime_ns,
                VERSION.c.kind, VERSION.c.recorded_at, VERSION.c.duration, *place_columns(self._db),
            )
            .select_from(
                LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
                .join(SOURCE, SOURCE.c.id == FOLDER.c.source_id)
                .join(VERSION, VERSION.c.id == LOCATION.c.version_id)
            )
            .where(LOCATION.c.state == LocationState.PRESENT, VERSION.c.kind.is_not(None), *where)
        ).all()  # fmt: skip
        identifiers = self._identifiers(connection, {row.version_id for row in rows})
        return [
            GroupFile(
                asset=row.version_id,
                folder=row.folder_id,
                path=join_root(row.root, row.folder),
                name=row.file,
                kind=row.kind,
                size=row.size,
                time=row.recorded_at if row.recorded_at is not None else row.mtime_ns / 1e9,
                duration=row.duration,
                content_id=identifiers.get((row.version_id, CONTENT)),
                burst_id=identifiers.get((row.version_id, BURST)),
                recording_id=identifiers.get((row.version_id, RECORDING)),
                recording_offset=int(identifiers.get((row.version_id, OFFSET), 0)),
            )
            for row in rows
        ]

    def _identifiers(self, connection: Connection, assets: Collection[int]) -> dict[tuple[int, str], str]:
        found: dict[tuple[int, str], str] = {}
        for ids in chunked(sorted(assets)):
            rows = connection.execute(select(GROUP_IDENTIFIER).where(GROUP_IDENTIFIER.c.version_id.in_(ids)))
            found.update({(row.version_id, row.kind): row.value for row in rows})
        return found

    def _same_identifiers(self, connection: Connection, assets: Collection[int]) -> set[int]:
        """Assets with an identifier of one of these."""
        own, other = GROUP_IDENTIFIER.alias("own"), GROUP_IDENTIFIER.alias("other")
        same = (other.c.kind == own.c.kind) & (other.c.value == own.c.value) & (own.c.kind != OFFSET)
        found: set[int] = set()
        for ids in chunked(sorted(assets)):
            joined = own.join(other, same)
            rows = select(other.c.version_id).select_from(joined).where(own.c.version_id.in_(ids))
            found.update(connection.execute(rows).scalars())
        return found

    def _assets_of(self, connection: Connection, folders: Sequence[int]) -> set[int]:
        rows = select(LOCATION.c.version_id).where(
            LOCATION.c.folder_id.in_(folders), LOCATION.c.version_id.is_not(None)
        )
        return set(connection.execute(rows).scalars())

    def _grouped(self, connection: Connection, assets: Collection[int]) -> set[int]:
        found: set[int] = set()
        for ids in chunked(sorted(assets)):
            rows = select(GROUP_MEMBER.c.version_id).where(GROUP_MEMBER.c.version_id.in_(ids))
            found.update(connection.execute(rows).scalars())
        return found

    def _fellows(self, connection: Connection, assets: Collection[int]) -> set[int]:
        """The members of the groups of these assets."""
        mine, theirs = GROUP_MEMBER.alias("mine"), GROUP_MEMBER.alias("theirs")
        found: set[int] = set()
        for ids in chunked(sorted(assets)):
            joined = mine.join(theirs, theirs.c.group_id == mine.c.group_id)
            rows = select(theirs.c.version_id).select_from(joined).where(mine.c.version_id.in_(ids))
            found.update(connection.execute(rows).scalars())
        return found

    def _folders_of_grouped(self, connection: Connection, assets: Collection[int]) -> set[int]:
        """The folders of those assets that are in groups, since the reason of a group may lie in any of them."""
        present = LOCATION.c.state == LocationState.PRESENT
        found: set[int] = set()
        for ids in chunked(sorted(self._grouped(connection, assets))):
            rows = select(LOCATION.c.folder_id).where(LOCATION.c.version_id.in_(ids), present).distinct()
            found.update(connection.execute(rows).scalars())
        return found

    def _save(self, connection: Connection, touched: Collection[int], groups: Iterable[Grouped]) -> None:
        """Replace the groups of the touched assets and of the members of the new groups; equal ones are kept."""
        wanted = {tuple(group.members): group for group in groups}
        members = {asset for group in wanted for asset, _ in group}
        kept: set[int] = set()
        for group_id, (kind, known) in self._known(connection, {*touched, *members}).items():
            new = wanted.get(known)
            if new is not None and new.kind == kind:
                kept.add(group_id)
                del wanted[known]
            else:
                connection.execute(delete(ASSET_GROUP).where(ASSET_GROUP.c.id == group_id))
        for group in wanted.values():
            made = ASSET_GROUP.insert().values(kind=group.kind).returning(ASSET_GROUP.c.id)
            number = int(connection.execute(made).scalar_one())
            connection.execute(
                GROUP_MEMBER.insert(),
                [
                    {"version_id": asset, "group_id": number, "role": role, "position": position}
                    for position, (asset, role) in enumerate(group.members)
                ],
            )

    def _known(
        self, connection: Connection, assets: Collection[int]
    ) -> dict[int, tuple[str, tuple[tuple[int, Role], ...]]]:
        """Kind and members of the groups of assets, by the group's id."""
        numbers: set[int] = set()
        for ids in chunked(sorted(assets)):
            rows = select(GROUP_MEMBER.c.group_id).where(GROUP_MEMBER.c.version_id.in_(ids))
            numbers.update(connection.execute(rows).scalars())
        kinds: dict[int, str] = {}
        members: dict[int, list[tuple[int, Role]]] = {}
        for ids in chunked(sorted(numbers)):
            for row in connection.execute(
                select(ASSET_GROUP.c.kind, GROUP_MEMBER)
                .join_from(GROUP_MEMBER, ASSET_GROUP, ASSET_GROUP.c.id == GROUP_MEMBER.c.group_id)
                .where(GROUP_MEMBER.c.group_id.in_(ids))
                .order_by(GROUP_MEMBER.c.group_id, GROUP_MEMBER.c.position)
            ):
                kinds[row.group_id] = row.kind
                members.setdefault(row.group_id, []).append((row.version_id, Role(row.role)))
        return {number: (kinds[number], tuple(members[number])) for number in kinds}

    def of(self, asset: int, view: View = EVERYTHING) -> Group | None:
        """The group of an asset; None if it is in none."""
        current = select(VERSION.c.id).where(VERSION.c.asset_id == asset, VERSION.c.superseded_at.is_(None))
        of_current = GROUP_MEMBER.c.version_id == current.scalar_subquery()
        own = select(GROUP_MEMBER.c.group_id).where(of_current).scalar_subquery()
        with self._db.read() as connection:
            rows = connection.execute(
                select(ASSET_GROUP.c.kind, GROUP_MEMBER.c.role, VERSION.c.id, VERSION.c.sha1, VERSION.c.name)
                .select_from(
                    GROUP_MEMBER.join(ASSET_GROUP, ASSET_GROUP.c.id == GROUP_MEMBER.c.group_id).join(
                        VERSION, VERSION.c.id == GROUP_MEMBER.c.version_id
                    )
                )
                .where(GROUP_MEMBER.c.group_id == own, view.shows_some(VERSION.c.id))
                .order_by(GROUP_MEMBER.c.position)
            ).all()
            names = {} if view.is_all else self._visible_names(connection, [row.id for row in rows], view)
        if len(rows) < 2:  # the others were deleted from the library, or are not visible
            return None
        members = (
            Member(asset=row.sha1, name=printable(names.get(row.id, row.name)), role=row.role) for row in rows
        )
        return Group(kind=GroupKind(rows[0].kind), members=tuple(members))

    def _visible_names(self, connection: Connection, versions: Sequence[int], view: View) -> dict[int, str]:
        """The name of a visible file of each version; its SHA-1 where there is none any more."""
        names = shown_names(connection, self._db, view, versions)
        files = select(LOCATION.c.version_id, LOCATION.c.name).where(
            LOCATION.c.version_id.in_(versions), view.shows_folder(LOCATION.c.folder_id)
        )
        for row in connection.execute(files.order_by(LOCATION.c.id.desc())):
            names[row.version_id] = row.name
        return names

    def of_assets(
        self, assets: Sequence[str], visible: Selection = ALL
    ) -> dict[str, tuple[int, GroupKind, int]]:
        """Group id, kind and number of visible members of those of the assets (by SHA-1) that are in a group."""
        mine, theirs = GROUP_MEMBER.alias("mine"), GROUP_MEMBER.alias("theirs")
        members: dict[tuple[str, int, str], int] = {}
        for some in chunked(sorted(set(assets))):
            with self._db.read() as connection:
                rows = connection.execute(
                    select(VERSION.c.sha1, mine.c.group_id, ASSET_GROUP.c.kind, theirs.c.version_id)
                    .select_from(
                        VERSION.join(mine, mine.c.version_id == VERSION.c.id)
                        .join(theirs, theirs.c.group_id == mine.c.group_id)
                        .join(ASSET_GROUP, ASSET_GROUP.c.id == mine.c.group_id)
                    )
                    .where(VERSION.c.sha1.in_(some))
                )
                for row in rows:
                    key = (row.sha1, row.group_id, row.kind)
                    is_visible = visible is ALL or row.version_id in visible
                    members[key] = members.get(key, 0) + is_visible
        return {
            sha1: (group, GroupKind(kind), count)
            for (sha1, group, kind), count in members.items()
            if count > 1
        }


def has_earlier_member(where: ColumnElement[bool], is_all: bool) -> ColumnElement[bool]:
    """Whether an asset (a row of `asset`) is represented by a member of its group that comes before it.

    where: the condition on `asset` that the other one has to fulfil as well; is_all: every asset fulfils it.
    """
    mine, other = GROUP_MEMBER.alias("mine"), GROUP_MEMBER.alias("earlier")
    earlier = (other.c.group_id == mine.c.group_id) & (other.c.position < mine.c.position)
    found = select(literal(1)).select_from(mine.join(other, earlier)).where(mine.c.version_id == VERSION.c.id)
    if not is_all:
        passing = select(VERSION.c.id).where(VERSION.c.id == other.c.version_id, where)
        found = found.where(exists(passing.correlate(other)))
    return exists(found)


def having_earlier_member(where: ColumnElement[bool], is_all: bool) -> Select[Any]:
    """The numbers of all versions for which the same holds."""
    mine, other = GROUP_MEMBER.alias("mine"), GROUP_MEMBER.alias("earlier")
    earlier = (other.c.group_id == mine.c.group_id) & (other.c.position < mine.c.position)
    found = select(mine.c.version_id).select_from(mine.join(other, earlier)).distinct()
    if is_all:
        return found
    return found.join(VERSION, VERSION.c.id == other.c.version_id).where(where)
