"""The SQL of sidecars and of the outbox of sidecars: the only writer of `sidecar`, `sidecar_place`, `sidecar_outbox` and
`sidecar_wish`."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    func,
    literal,
    or_,
    select,
    true,
    update,
)

from dampipe.features.assets.lineage import IS_CURRENT
from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.registry import library_fields
from dampipe.features.metadata.tables import VALUE
from dampipe.features.sidecars.mapping import mapped
from dampipe.features.sidecars.model import Naming, OutboxState, Place
from dampipe.features.sidecars.tables import OUTBOX, PLACE, SIDECAR, WISH
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.paths import place_columns
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.field import MetadataField, ValueSource
from dampipe.kernel.visibility import EVERYTHING, View

BY_PEOPLE = (ValueSource.PERSON, ValueSource.IMPORT)
"""Sources whose values are written to sidecars."""
Texts = Mapping[str, tuple[str, ...]]
"""Texts by the key of a field."""


def encode(texts: Mapping[str, Sequence[str]]) -> str:
    """Texts as JSON."""
    return json.dumps({key: list(some) for key, some in texts.items()}, ensure_ascii=True)


def decode(text: str | None) -> dict[str, tuple[str, ...]]:
    """The texts that `encode` wrote."""
    return {key: tuple(some) for key, some in json.loads(text or "{}").items()}


@dataclass(frozen=True)
class Known:
    """What is known of the sidecar of a location."""

    location: int
    asset: int
    name: str
    size: int
    mtime_ns: int
    digest: bytes
    said: Texts
    written: Texts
    problem: str | None = None
    skipped: tuple[str, ...] = ()
    intended_digest: bytes | None = None
    intended: Texts | None = None

    @property
    def foreign(self) -> Texts:
        """What others have written: without what is as it was written by us."""
        return {key: texts for key, texts in self.said.items() if not self.is_own(key)}

    def is_own(self, key: str) -> bool:
        """Whether what the sidecar has for a field is what we wrote."""
        return key in self.written and self.written[key] == self.said.get(key, ())


def known_of(row: Any) -> Known:
    """From a row of the table `sidecar`."""
    return Known(
        location=row.location_id,
        asset=row.asset_id,
        name=row.name,
        size=row.size,
        mtime_ns=row.mtime_ns,
        digest=bytes(row.digest),
        said=decode(row.said),
        written=decode(row.written),
        problem=row.problem,
        skipped=tuple(json.loads(row.skipped)),
        intended_digest=None if row.intended_digest is None else bytes(row.intended_digest),
        intended=None if row.intended is None else decode(row.intended),
    )


@dataclass(frozen=True)
class Claimed:
    """Wishes of a location that this process writes now."""

    location: int
    asset: int
    overwrite: bool
    attempts: int
    wanted: Mapping[str, int]
    """Revisions by field."""
    owner: str


def shows_sidecar(view: View, location: ColumnElement[int], asset: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition that columns hold a visible file and its asset: not all files of a visible asset are visible."""
    if view.is_all:
        return true()
    files = select(LOCATION.c.id).where(view.shows_folder(LOCATION.c.folder_id))
    return and_(view.shows_asset(asset), location.in_(files))


# ---- what was read


class SidecarRepository:
    """What was read of sidecars."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def locations(
        self, connection: Connection, where: ColumnElement[bool], *, only_present: bool = True
    ) -> Sequence[Any]:
        """Identified files, with their folders and sources, and where sidecars of these are written."""
        columns = (
            LOCATION.c.id,
            LOCATION.c.folder_id,
            FOLDER.c.sidecars,
            FOLDER.c.source_id,
            VERSION.c.asset_id,
            VERSION.c.sha1,
            IS_CURRENT.label("is_current"),
            PLACE.c.place,
            PLACE.c.folder.label("tree"),
            PLACE.c.naming,
        )
        joined = (
            LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
            .join(SOURCE, SOURCE.c.id == FOLDER.c.source_id)
            .join(VERSION, VERSION.c.id == LOCATION.c.version_id)
            .outerjoin(PLACE, PLACE.c.source_id == SOURCE.c.id)
        )
        query = select(*columns, *place_columns(self._db)).select_from(joined).where(where)
        if only_present:
            query = query.where(LOCATION.c.state == LocationState.PRESENT)
        return connection.execute(query.order_by(LOCATION.c.id)).all()

    def files_in(self, connection: Connection, folder: int) -> list[str]:
        """The names of the files of a folder."""
        return list(
            connection.execute(select(LOCATION.c.name).where(LOCATION.c.folder_id == folder)).scalars()
        )

    def known(self, connection: Connection, locations: Collection[int]) -> dict[int, Known]:
        """What is known of the sidecars of locations, by location."""
        mine = in_ids(self._db, SIDECAR.c.location_id, sorted(locations))
        return {row.location_id: known_of(row) for row in connection.execute(select(SIDECAR).where(mine))}

    def of_assets(self, connection: Connection, assets: Collection[int]) -> dict[int, Known]:
        """What counts of the sidecars of assets: that of the current version, and of several the one that was changed
        last."""
        joined = SIDECAR.join(LOCATION, LOCATION.c.id == SIDECAR.c.location_id).outerjoin(
            VERSION, and_(VERSION.c.id == LOCATION.c.version_id, VERSION.c.asset_id == SIDECAR.c.asset_id)
        )
        mine = in_ids(self._db, SIDECAR.c.asset_id, sorted(assets))
        is_current = func.coalesce(IS_CURRENT & VERSION.c.id.is_not(None), False)
        query = select(SIDECAR).select_from(joined).where(mine)
        order = (SIDECAR.c.asset_id, is_current.desc(), SIDECAR.c.mtime_ns.desc(), SIDECAR.c.location_id)
        found: dict[int, Known] = {}
        for row in connection.execute(query.order_by(*order)):
            found.setdefault(row.asset_id, known_of(row))
        return found

    def save(self, connection: Connection, known: Known) -> None:
        """Store what is known of one sidecar."""
        values = {
            "asset_id": known.asset,
            "name": known.name,
            "size": known.size,
            "mtime_ns": known.mtime_ns,
            "digest": known.digest,
            "problem": known.problem,
            "said": encode(known.said),
            "written": encode(known.written),
            "skipped": json.dumps(known.skipped),
            "intended_digest": known.intended_digest,
            "intended": None if known.intended is None else encode(known.intended),
            "read_at": NOW,
        }
        insert = self._db.insert(SIDECAR).values(location_id=known.location, **values)
        connection.execute(insert.on_conflict_do_update(index_elements=["location_id"], set_=values))

    def forget(self, connection: Connection, location: int) -> None:
        """Delete what is known of a sidecar that is gone."""
        connection.execute(delete(SIDECAR).where(SIDECAR.c.location_id == location))

    def save_skipped(self, connection: Connection, location: int, skipped: Sequence[str]) -> None:
        """Store of which fields a sidecar has texts that are not values."""
        text = json.dumps(list(skipped))
        mine = (SIDECAR.c.location_id == location, SIDECAR.c.skipped != text)
        connection.execute(update(SIDECAR).where(*mine).values(skipped=text))

    def problems(self, connection: Connection, view: View = EVERYTHING) -> int:
        """How many sidecars could not be read."""
        query = select(func.count()).select_from(SIDECAR).where(SIDECAR.c.problem.is_not(None))
        return connection.execute(
            query.where(shows_sidecar(view, SIDECAR.c.location_id, SIDECAR.c.asset_id))
        ).scalar_one()


# ---- places and wishes


class OutboxRepository:
    """Where sidecars are written, and what is to be written."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def places(self, connection: Connection) -> Sequence[Any]:
        """All sources, with where their sidecars are written: the columns of `sidecar_place` are NULL for never."""
        columns = (SOURCE.c.id, SOURCE.c.name, PLACE.c.place, PLACE.c.folder, PLACE.c.naming)
        joined = SOURCE.outerjoin(PLACE, PLACE.c.source_id == SOURCE.c.id)
        return connection.execute(select(*columns).select_from(joined).order_by(SOURCE.c.name)).all()

    def set_place(
        self, connection: Connection, source: int, place: Place, folder: str | None, naming: Naming
    ) -> None:
        """Say where sidecars of a source are written. What people have said before is to be written there; for never,
        nothing of the source is."""
        if place is Place.NEVER:
            connection.execute(delete(PLACE).where(PLACE.c.source_id == source))
            mine = self._of_source(source)
            connection.execute(delete(WISH).where(WISH.c.location_id.in_(mine)))
            connection.execute(delete(OUTBOX).where(OUTBOX.c.location_id.in_(mine)))
            return
        values = {"place": place, "folder": folder, "naming": naming}
        insert = self._db.insert(PLACE).values(source_id=source, **values)
        connection.execute(insert.on_conflict_do_update(index_elements=["source_id"], set_=values))
        for key in mapped(library_fields(connection).values()):
            said = select(VALUE.c.asset_id).where(VALUE.c.field == key, VALUE.c.source.in_(BY_PEOPLE))
            self._wish(connection, key, and_(FOLDER.c.source_id == source, VERSION.c.asset_id.in_(said)))

    def wish(self, connection: Connection, key: str, assets: Sequence[int]) -> None:
        """Have a field of assets written wherever their files are and sidecars may be written."""
        if connection.execute(select(PLACE.c.source_id).limit(1)).first() is not None:
            self._wish(connection, key, in_ids(self._db, VERSION.c.asset_id, assets))

    def wish_location(self, connection: Connection, location: int, asset: int) -> None:
        """Have all that people have said of an asset written for one more of its files, if sidecars may be there."""
        placed = (
            select(PLACE.c.source_id)
            .join(FOLDER, FOLDER.c.source_id == PLACE.c.source_id)
            .join(LOCATION, LOCATION.c.folder_id == FOLDER.c.id)
            .where(LOCATION.c.id == location)
        )
        if connection.execute(placed).first() is None:
            return
        said = (
            select(VALUE.c.field).where(VALUE.c.asset_id == asset, VALUE.c.source.in_(BY_PEOPLE)).distinct()
        )
        known = mapped(library_fields(connection).values())
        for key in sorted(set(connection.execute(said).scalars()).intersection(known)):
            self._wish(connection, key, LOCATION.c.id == location)

    def _wish(self, connection: Connection, key: str, where: ColumnElement[bool]) -> None:
        joined = (
            LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
            .join(PLACE, PLACE.c.source_id == FOLDER.c.source_id)
            .join(VERSION, VERSION.c.id == LOCATION.c.version_id)
        )
        mine = (where, IS_CURRENT)
        others = joined.join(OUTBOX, OUTBOX.c.location_id == LOCATION.c.id)
        was_another = (
            select(LOCATION.c.id).select_from(others).where(*mine, OUTBOX.c.asset_id != VERSION.c.asset_id)
        )
        connection.execute(delete(WISH).where(WISH.c.location_id.in_(was_another)))
        fields = select(LOCATION.c.id, literal(key), literal(1)).select_from(joined).where(*mine)
        insert = self._db.insert(WISH).from_select(["location_id", "field", "wanted"], fields)
        more = {"wanted": WISH.c.wanted + 1}
        connection.execute(insert.on_conflict_do_update(index_elements=["location_id", "field"], set_=more))
        columns = {
            "location_id": LOCATION.c.id,
            "asset_id": VERSION.c.asset_id,
            "state": literal(str(OutboxState.PENDING)),
            "reason": literal(""),
            "overwrite": literal(False),
            "attempts": literal(0),
            "next_at": literal(0.0),
            "lease_until": literal(0.0),
            "changed_at": NOW,
        }
        rows = select(*columns.values()).select_from(joined).where(*mine)
        insert = self._db.insert(OUTBOX).from_select(list(columns), rows)
        again = {
            name: insert.excluded[name]
            for name in ("asset_id", "state", "reason", "overwrite", "attempts", "next_at", "changed_at")
        }
        connection.execute(insert.on_conflict_do_update(index_elements=["location_id"], set_=again))

    @staticmethod
    def _of_source(source: int) -> Any:
        joined = LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
        return select(LOCATION.c.id).select_from(joined).where(FOLDER.c.source_id == source)

    def is_due(self, connection: Connection) -> bool:
        """Whether there are wishes to try now."""
        due = (OUTBOX.c.state.not_in([OutboxState.WRITTEN, OutboxState.CONFLICT]), OUTBOX.c.next_at <= NOW)
        return connection.execute(select(OUTBOX.c.location_id).where(*due).limit(1)).first() is not None

    def claim(
        self, connection: Connection, owner: str, lease: float, limit: int, *, among: ColumnElement[bool]
    ) -> list[Claimed]:
        """Take wishes that are due for this process alone, for some seconds."""
        due = (
            OUTBOX.c.state.not_in([OutboxState.WRITTEN, OutboxState.CONFLICT]),
            OUTBOX.c.next_at <= NOW,
            OUTBOX.c.lease_until <= NOW,
            among,
        )
        ids = select(OUTBOX.c.location_id).where(*due).order_by(OUTBOX.c.next_at, OUTBOX.c.location_id)
        ids = ids.limit(limit).with_for_update(skip_locked=True)
        numbers = list(connection.execute(ids).scalars())
        taken = update(OUTBOX).where(OUTBOX.c.location_id.in_(numbers))
        rows = connection.execute(
            taken.values(owner=owner, lease_until=NOW + lease).returning(
                OUTBOX.c.location_id, OUTBOX.c.asset_id, OUTBOX.c.overwrite, OUTBOX.c.attempts
            )
        ).all()
        wishes: dict[int, dict[str, int]] = {}
        for row in connection.execute(select(WISH).where(WISH.c.location_id.in_(numbers))):
            wishes.setdefault(row.location_id, {})[row.field] = row.wanted
        return [
            Claimed(
                row.location_id,
                row.asset_id,
                row.overwrite,
                row.attempts,
                wishes.get(row.location_id, {}),
                owner,
            )
            for row in sorted(rows)
        ]

    def free_dead(self, connection: Connection, is_dead: Any) -> None:
        """Free what processes had taken that are known to be dead."""
        held = select(OUTBOX.c.owner).where(OUTBOX.c.lease_until > NOW).distinct()
        dead = [owner for owner in connection.execute(held).scalars() if owner and is_dead(owner)]
        if dead:
            connection.execute(
                update(OUTBOX).where(OUTBOX.c.owner.in_(dead)).values(lease_until=0.0, owner=None)
            )

    def finish(self, connection: Connection, claimed: Claimed, *, was_written: bool = True) -> bool:
        """Record that wishes are fulfilled; those that rose meanwhile stay. Returns whether none is left."""
        for key, wanted in claimed.wanted.items():
            mine = (WISH.c.location_id == claimed.location, WISH.c.field == key, WISH.c.wanted == wanted)
            connection.execute(delete(WISH).where(*mine))
        left = select(WISH.c.field).where(WISH.c.location_id == claimed.location).limit(1)
        is_done = connection.execute(left).first() is None
        values: dict[str, Any] = {
            "state": OutboxState.WRITTEN if is_done else OutboxState.PENDING,
            "reason": "",
            "overwrite": False,
            "attempts": 0,
            "next_at": 0.0,
            "owner": None,
            "lease_until": 0.0,
        }
        values |= {"written_at": NOW} if was_written else {}
        connection.execute(update(OUTBOX).where(OUTBOX.c.location_id == claimed.location).values(values))
        return is_done

    def postpone(
        self, connection: Connection, claimed: Claimed, state: OutboxState, reason: str, delay: float
    ) -> None:
        """Record why wishes are not fulfilled yet; they are tried again after some seconds."""
        rose = select(WISH.c.field).where(
            WISH.c.location_id == claimed.location,
            or_(
                *(and_(WISH.c.field == key, WISH.c.wanted > wanted) for key, wanted in claimed.wanted.items())
            ),
        )
        is_new = bool(claimed.wanted) and connection.execute(rose.limit(1)).first() is not None
        connection.execute(
            update(OUTBOX)
            .where(OUTBOX.c.location_id == claimed.location)
            .values(
                state=OutboxState.PENDING if is_new and state is OutboxState.CONFLICT else state,
                reason=reason,
                attempts=claimed.attempts + 1,
                next_at=NOW + delay,
                owner=None,
                lease_until=0.0,
            )
        )

    def postpone_source(
        self, connection: Connection, source: int, state: OutboxState, reason: str, delay: float
    ) -> None:
        """The same for all wishes of a source that are due, since all would meet the same."""
        mine = (
            OUTBOX.c.location_id.in_(self._of_source(source)),
            OUTBOX.c.state.not_in([OutboxState.WRITTEN, OutboxState.CONFLICT]),
            OUTBOX.c.next_at <= NOW,
            OUTBOX.c.lease_until <= NOW,
        )
        connection.execute(
            update(OUTBOX).where(*mine).values(state=state, reason=reason, next_at=NOW + delay)
        )

    def retry(self, connection: Connection, where: ColumnElement[bool], *, overwrite: bool) -> list[int]:
        """Have wishes tried at once; returns the locations. overwrite: conflicts as well."""
        states = [OutboxState.WRITTEN] if overwrite else [OutboxState.WRITTEN, OutboxState.CONFLICT]
        values: dict[str, Any] = {"next_at": 0.0}
        if overwrite:
            values |= {"overwrite": True, "state": OutboxState.PENDING, "reason": ""}
        retried = update(OUTBOX).where(where, OUTBOX.c.state.not_in(states)).values(values)
        return list(connection.execute(retried.returning(OUTBOX.c.location_id)).scalars())

    def discard(self, connection: Connection, where: ColumnElement[bool]) -> int:
        """Give up wishes; returns of how many files."""
        mine = select(OUTBOX.c.location_id).where(where, OUTBOX.c.state != OutboxState.WRITTEN)
        numbers = list(connection.execute(mine).scalars())
        for table in (WISH, OUTBOX):
            connection.execute(delete(table).where(in_ids(self._db, table.c.location_id, numbers)))
        return len(numbers)

    def counts(self, connection: Connection, view: View = EVERYTHING) -> dict[OutboxState, int]:
        """How many files there are by the state of their wishes."""
        shown = shows_sidecar(view, OUTBOX.c.location_id, OUTBOX.c.asset_id)
        query = select(OUTBOX.c.state, func.count()).where(shown).group_by(OUTBOX.c.state)
        found = {OutboxState(row[0]): row[1] for row in connection.execute(query)}
        return {state: found[state] for state in OutboxState if state in found}

    def waiting(self, connection: Connection) -> dict[int, int]:
        """How many files of each source wait, by source id."""
        joined = OUTBOX.join(LOCATION, LOCATION.c.id == OUTBOX.c.location_id).join(
            FOLDER, FOLDER.c.id == LOCATION.c.folder_id
        )
        query = select(FOLDER.c.source_id, func.count()).select_from(joined)
        query = query.where(OUTBOX.c.state != OutboxState.WRITTEN).group_by(FOLDER.c.source_id)
        return {row[0]: row[1] for row in connection.execute(query)}

    def rename_asset(
        self, connection: Connection, source: int, target: int, locations: Collection[int] | None = None
    ) -> list[int]:
        """Give what belongs to one asset to another; returns the locations. locations: only these."""
        moved: set[int] = set()
        for table in (OUTBOX, SIDECAR):  # in the order of the writer
            mine = [table.c.asset_id == source]
            mine += [] if locations is None else [in_ids(self._db, table.c.location_id, sorted(locations))]
            done = update(table).where(*mine).values(asset_id=target).returning(table.c.location_id)
            moved |= set(connection.execute(done).scalars())
        return sorted(moved)

    def rows(
        self, connection: Connection, where: ColumnElement[bool], limit: int, view: View = EVERYTHING
    ) -> Sequence[Any]:
        """Visible files with what is known of their sidecars and wishes, by location."""
        joined = (
            LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id)
            .join(SOURCE, SOURCE.c.id == FOLDER.c.source_id)
            .join(VERSION, VERSION.c.id == LOCATION.c.version_id)
            .outerjoin(SIDECAR, SIDECAR.c.location_id == LOCATION.c.id)
            .outerjoin(OUTBOX, OUTBOX.c.location_id == LOCATION.c.id)
        )
        columns = (
            LOCATION.c.id,
            VERSION.c.sha1,
            SIDECAR.c.name.label("sidecar"),
            SIDECAR.c.problem,
            SIDECAR.c.skipped,
            OUTBOX.c.state,
            OUTBOX.c.reason,
            OUTBOX.c.written_at,
        )
        shown = (where, view.shows_folder(FOLDER.c.id), view.shows_some_asset(VERSION.c.asset_id))
        query = select(*columns, *place_columns(self._db)).select_from(joined).where(*shown)
        return connection.execute(query.order_by(LOCATION.c.id).limit(limit)).all()

    def wishes(self, connection: Connection, locations: Collection[int]) -> dict[int, list[str]]:
        """The fields that are still to be written, by location."""
        mine = in_ids(self._db, WISH.c.location_id, sorted(locations))
        found: dict[int, list[str]] = {}
        for row in connection.execute(select(WISH).where(mine).order_by(WISH.c.field)):
            found.setdefault(row.location_id, []).append(row.field)
        return found


def note_values(
    connection: Connection,
    database: Database,
    given: MetadataField,
    source: ValueSource,
    assets: Sequence[int],
) -> None:
    """Have what people say written to sidecars; see `dampipe.kernel.field.ValueListener`."""
    if source in BY_PEOPLE and given.key in mapped(library_fields(connection).values()):
        OutboxRepository(database).wish(connection, given.key, assets)
