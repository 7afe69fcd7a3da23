"""The SQL of rights; the only writer of the tables `licence`, `licensed_asset` and `rights_policy`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, select, update

from dampipe.features.assets.locks import Hold, lock_assets
from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.duplicates.model import PairState
from dampipe.features.duplicates.tables import NEAR_DUPLICATE
from dampipe.features.rights.events import (
    LicenceAttached,
    LicenceChanged,
    LicenceDetached,
    LicenceRemoved,
    PolicyChanged,
    RightsExpired,
    RightsExpiring,
)
from dampipe.features.rights.model import DAY, Attached, Licence, LicenceTerms, Policy
from dampipe.features.rights.tables import LICENCE, LICENSED_ASSET, RIGHTS_POLICY
from dampipe.features.rights.times import Moment
from dampipe.kernel.access import Actor
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.advisory_lock import lock_until_commit
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.clock import NOW, database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import WORKER, NewEvent, record_event, record_events
from dampipe.kernel.ids import AssetId
from dampipe.kernel.visibility import View

POLICY_ID = 1


def hold_rights(connection: Connection, database: Database, *, exclusive: bool = False) -> None:
    """Keep the policy, the licences and what has them as they are until the transaction ends.

    Who writes them takes the lock exclusively: a lock of rows would let others attach a licence, or set the first
    policy. Locks are taken in this order: assets, this one, licences.
    """
    lock_until_commit(connection, database, "rights", exclusive=exclusive)


def hold_for_writing(connection: Connection, database: Database, assets: Iterable[int] = ()) -> None:
    """Before licences, or those of assets, are written: wait for moves that depend on them; see `hold_rights`.

    The assets are kept from being merged or deleted, which locks them before their licences.
    """
    lock_assets(connection, assets, Hold.EXISTENCE)
    hold_rights(connection, database, exclusive=True)


@dataclass(frozen=True)
class NewTerms:
    """The terms of a licence with its moments, as they are stored."""

    given: LicenceTerms
    """With its days and times as `Moment.text` has them."""
    zone: str
    starts: Moment | None
    embargo: Moment | None
    expires: Moment | None
    notice_days: tuple[int, ...]

    def columns(self) -> dict[str, Any]:
        """By the names of the columns, without `next_notice_at`."""
        ends = self.expires.at if self.expires else None
        return {
            "subject": self.given.subject,
            "given": self.given.model_dump_json(),
            "zone": self.zone,
            "starts_at": self.starts.at if self.starts else None,
            "embargo_at": self.embargo.at if self.embargo else None,
            "expires_at": ends,
            "notice_days": json.dumps(self.notice_days),
            "notice_at": None if ends is None else ends - max(self.notice_days, default=0) * DAY,
        }


def due_notice(expires_at: float, notice_days: Sequence[int], now: float) -> int | None:
    """The notice of a licence that is due: days before its end, 0 for the end itself; None: none yet.

    Of several that are due, since the job did not run for a while, the last one stands for all.

    >>> [due_notice(100 * DAY, (30, 7), day * DAY) for day in (60, 75, 95, 100)]
    [None, 30, 7, 0]
    """
    due = [days for days in (*notice_days, 0) if expires_at - days * DAY <= now]
    return min(due, default=None)


def next_notice(expires_at: float | None, notice_days: Sequence[int], after: float) -> float | None:
    """When the first notice after a time is due; None: there is none."""
    if expires_at is None:
        return None
    return min((at for days in (*notice_days, 0) if (at := expires_at - days * DAY) > after), default=None)


def read_policy(connection: Connection) -> Policy:
    """The policy of the library."""
    given = connection.execute(select(RIGHTS_POLICY.c.given).where(RIGHTS_POLICY.c.id == POLICY_ID)).scalar()
    return Policy() if given is None else Policy.model_validate_json(given)


def licences_of(
    connection: Connection, database: Database, assets: Sequence[int]
) -> dict[AssetId, list[Licence]]:
    """The licences of assets, by asset; those without any are left out.

    A provisional asset has those of the asset that it may replace as well, until both have been compared.
    """
    owners: dict[int, set[int]] = {}
    for some in chunked(sorted(set(assets))):
        links = select(LICENSED_ASSET.c.asset_id, LICENSED_ASSET.c.licence_id)
        mine = database.among(LICENSED_ASSET.c.asset_id, some)
        rows = connection.execute(links.where(mine)).all()
        inherited = (
            select(ASSET.c.id.label("asset_id"), LICENSED_ASSET.c.licence_id)
            .join_from(ASSET, LICENSED_ASSET, LICENSED_ASSET.c.asset_id == ASSET.c.replaces_id)
            .where(database.among(ASSET.c.id, some), ASSET.c.replaces_id.is_not(None))
        )
        rows = [*rows, *connection.execute(inherited).all()]
        for row in rows:
            owners.setdefault(row.asset_id, set()).add(row.licence_id)
    licences = _by_id(connection, database, {one for held in owners.values() for one in held})
    return {AssetId(asset): [licences[one] for one in sorted(held)] for asset, held in owners.items()}


def _by_id(connection: Connection, database: Database, ids: Iterable[int]) -> dict[int, Licence]:
    found: dict[int, Licence] = {}
    for some in chunked(sorted(ids)):
        for row in connection.execute(select(LICENCE).where(database.among(LICENCE.c.id, some))):
            found[row.id] = as_licence(row)
    return found


def near_licensed(
    connection: Connection, database: Database, view: View, assets: Sequence[int]
) -> dict[AssetId, set[AssetId]]:
    """The visible assets with licences that show the same as others, by the others; without pairs that people
    dismissed."""
    found: dict[AssetId, set[AssetId]] = {}
    mine, other = VERSION.alias("mine"), VERSION.alias("other")
    sides = (
        (NEAR_DUPLICATE.c.first_id, NEAR_DUPLICATE.c.second_id),
        (NEAR_DUPLICATE.c.second_id, NEAR_DUPLICATE.c.first_id),
    )
    has_licence = other.c.asset_id.in_(select(LICENSED_ASSET.c.asset_id))
    for some in chunked(sorted(set(assets))):
        for own, counterpart in sides:
            pairs = (
                select(mine.c.asset_id.label("asset"), other.c.asset_id.label("other"))
                .join_from(mine, NEAR_DUPLICATE, own == mine.c.id)
                .join(other, counterpart == other.c.id)
                .where(
                    database.among(mine.c.asset_id, some),
                    mine.c.asset_id != other.c.asset_id,
                    NEAR_DUPLICATE.c.state != PairState.DISMISSED,
                    has_licence,
                    view.shows_some(other.c.id),
                )
            )
            for row in connection.execute(pairs):
                found.setdefault(AssetId(row.asset), set()).add(AssetId(row.other))
    return found


def licensed_among(connection: Connection, assets: Sequence[int]) -> AssetSet:
    """Those of the assets that have a licence; see `dampipe.kernel.annotations`."""
    held = select(LICENSED_ASSET.c.asset_id).where(LICENSED_ASSET.c.asset_id.in_(assets)).distinct()
    return AssetSet(connection.execute(held).scalars())


def move_licences(
    connection: Connection, database: Database, source: int, target: int
) -> tuple[list[int], list[int]]:
    """Give the licences of an asset to another; returns which it had, and which the other had not."""
    held, added = copy_licences(connection, database, source, target)
    connection.execute(delete(LICENSED_ASSET).where(LICENSED_ASSET.c.asset_id == source))
    return held, added


def copy_licences(
    connection: Connection, database: Database, source: int, target: int
) -> tuple[list[int], list[int]]:
    """Give another asset the licences of an asset as well; returns as `move_licences`."""
    mine = (
        select(LICENSED_ASSET)
        .where(LICENSED_ASSET.c.asset_id == source)
        .order_by(LICENSED_ASSET.c.licence_id)
    )
    if connection.execute(mine.limit(1)).first() is None:
        return [], []  # as most: merges need not wait for each other
    hold_rights(connection, database, exclusive=True)
    rows = connection.execute(mine).all()
    if not rows:
        return [], []
    copies = [{**row._asdict(), "asset_id": target} for row in rows]
    added = (
        database.insert(LICENSED_ASSET)
        .values(copies)
        .on_conflict_do_nothing()
        .returning(LICENSED_ASSET.c.licence_id)
    )
    return [row.licence_id for row in rows], sorted(connection.execute(added).scalars())


def restore_licences(
    connection: Connection,
    database: Database,
    source: int,
    target: int,
    held: Sequence[int],
    added: Sequence[int],
) -> None:
    """Undo `move_licences`; licences that were removed meanwhile stay removed."""
    if held or added:
        hold_rights(connection, database, exclusive=True)
    known = set(connection.execute(select(LICENCE.c.id).where(LICENCE.c.id.in_(held))).scalars())
    rows = connection.execute(
        select(LICENSED_ASSET).where(
            LICENSED_ASSET.c.asset_id == target, LICENSED_ASSET.c.licence_id.in_(known)
        )
    ).all()
    # What was detached from the asset that both became stays detached.
    back = [{**row._asdict(), "asset_id": source} for row in rows]
    if back:
        connection.execute(database.insert(LICENSED_ASSET).values(back).on_conflict_do_nothing())
    mine = (LICENSED_ASSET.c.asset_id == target, LICENSED_ASSET.c.licence_id.in_(added))
    connection.execute(delete(LICENSED_ASSET).where(*mine))


def names_of_licences(connection: Connection, ids: Sequence[int]) -> list[str]:
    """The names of licences, in order."""
    names = select(LICENCE.c.name).where(LICENCE.c.id.in_(ids)).order_by(LICENCE.c.name)
    return list(connection.execute(names).scalars())


def as_licence(row: Row[Any]) -> Licence:
    """A row of the table as a licence."""
    given = LicenceTerms.model_validate_json(row.given)

    def moment(text: str, at: float | None) -> Moment | None:
        return None if at is None else Moment(text, at)

    return Licence(
        row.id,
        row.name,
        given,
        row.zone,
        moment(given.starts, row.starts_at),
        moment(given.embargo, row.embargo_at),
        moment(given.expires, row.expires_at),
        tuple(json.loads(row.notice_days)),
    )


class LicenceRepository:
    """The licences of one catalogue. Any method may raise CatalogueDown."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # Licences

    def add(self, connection: Connection, name: str, terms: NewTerms) -> bool:
        """Add a licence; whether there was none of that name."""
        now = database_time(connection)
        columns = terms.columns()
        # Notices that are due already are given at once.
        soonest = columns["notice_at"]
        values = {**columns, "name": name, "next_notice_at": soonest, "created_at": now, "changed_at": now}
        insert_ = self._db.insert(LICENCE).values(values).on_conflict_do_nothing().returning(LICENCE.c.id)
        return connection.execute(insert_).first() is not None

    def change(self, connection: Connection, licence: Licence, terms: NewTerms, actor: Actor) -> None:
        """Replace the terms of a licence, with an event if they differ."""
        columns = terms.columns()
        before, after = (_plain(one) for one in (licence.given, terms.given))
        before["zone"], after["zone"] = licence.zone, terms.zone
        changed = [name for name in after if before.get(name) != after[name]]
        if licence.given == terms.given and licence.zone == terms.zone and not changed:
            return
        ends = licence.expires.at if licence.expires else None
        if (columns["expires_at"], tuple(terms.notice_days)) != (ends, licence.notice_days):
            columns["next_notice_at"] = columns["notice_at"]
        connection.execute(
            update(LICENCE).where(LICENCE.c.id == licence.id).values(**columns, changed_at=NOW)
        )
        shown = [name for name in changed if name not in ("documents", "releases")]
        event = LicenceChanged(
            licence=licence.name,
            before={name: before.get(name) for name in shown},
            after={name: after[name] for name in shown},
        )
        record_event(connection, event, actor=actor)

    def remove(self, connection: Connection, licence: Licence, actor: Actor) -> int:
        """Remove a licence, also from its assets; returns how many had it."""
        mine = LICENSED_ASSET.c.licence_id == licence.id
        count = int(connection.execute(select(func.count()).where(mine)).scalar_one())
        connection.execute(delete(LICENSED_ASSET).where(mine))
        connection.execute(delete(LICENCE).where(LICENCE.c.id == licence.id))
        record_event(connection, LicenceRemoved(licence=licence.name, assets=count), actor=actor)
        return count

    def find(self, connection: Connection, name: str, view: View, *, lock: bool = False) -> Licence | None:
        """A licence by its name. lock: keep others from changing it until the transaction ends."""
        query = select(LICENCE).where(LICENCE.c.name == name, _is_seen(view))
        row = connection.execute(query.with_for_update() if lock else query).first()
        return None if row is None else as_licence(row)

    def listed(
        self, view: View, now: float, state: str | None, after: str, limit: int
    ) -> list[tuple[Licence, int]]:
        """Licences by name, with the number of visible assets that have each; see LicenceService.all."""
        counted = (
            select(func.count())
            .where(LICENSED_ASSET.c.licence_id == LICENCE.c.id, view.shows_asset(LICENSED_ASSET.c.asset_id))
            .scalar_subquery()
        )
        query = (
            select(LICENCE, counted.label("assets"))
            .where(_is_seen(view), LICENCE.c.name > after)
            .order_by(LICENCE.c.name)
            .limit(limit)
        )
        if state is not None:
            query = query.where(licence_is(state, now))
        with self._db.read() as connection:
            return [(as_licence(row), row.assets) for row in connection.execute(query)]

    def count(self, licence: int, view: View) -> int:
        """How many visible assets have a licence."""
        mine = (LICENSED_ASSET.c.licence_id == licence, view.shows_asset(LICENSED_ASSET.c.asset_id))
        with self._db.read() as connection:
            return int(
                connection.execute(select(func.count()).select_from(LICENSED_ASSET).where(*mine)).scalar_one()
            )

    # Assets

    def attach(
        self, connection: Connection, licence: Licence, assets: Sequence[int], actor: Actor
    ) -> Attached:
        """Give assets a licence; counts those that did not have it."""
        now = database_time(connection)
        added = 0
        for some in chunked(sorted(set(assets))):
            rows = [
                {"licence_id": licence.id, "asset_id": asset, "attached_by": str(actor), "attached_at": now}
                for asset in some
            ]
            given = self._db.insert(LICENSED_ASSET).values(rows).on_conflict_do_nothing()
            new = sorted(connection.execute(given.returning(LICENSED_ASSET.c.asset_id)).scalars())
            events = [NewEvent(LicenceAttached(licence=licence.name), asset=asset) for asset in new]
            record_events(connection, self._db, events, actor=actor, at=now)
            added += len(new)
        return Attached(changed=added, at=now)

    def attached(self, name: str, actor: Actor, at: float) -> AssetSet:
        """The assets to which an actor attached a licence at a time."""
        mine = and_(
            LICENCE.c.name == name,
            LICENSED_ASSET.c.attached_at == at,
            LICENSED_ASSET.c.attached_by == str(actor),
        )
        query = select(LICENSED_ASSET.c.asset_id).join_from(LICENSED_ASSET, LICENCE).where(mine)
        with self._db.read() as connection:
            return AssetSet(connection.execute(query).scalars())

    def detach(
        self,
        connection: Connection,
        licence: Licence,
        assets: Sequence[int],
        actor: Actor,
        attached_at: float | None = None,
    ) -> int:
        """Take a licence from assets; returns how many had it. attached_at: only what the actor attached then."""
        now = database_time(connection)
        removed = 0
        for some in chunked(sorted(set(assets))):
            mine = and_(
                LICENSED_ASSET.c.licence_id == licence.id, self._db.among(LICENSED_ASSET.c.asset_id, some)
            )
            if attached_at is not None:
                then = LICENSED_ASSET.c.attached_at == attached_at
                mine = and_(mine, then, LICENSED_ASSET.c.attached_by == str(actor))
            gone = connection.execute(
                delete(LICENSED_ASSET).where(mine).returning(LICENSED_ASSET.c.asset_id)
            ).scalars()
            events = [NewEvent(LicenceDetached(licence=licence.name), asset=asset) for asset in sorted(gone)]
            record_events(connection, self._db, events, actor=actor, at=now)
            removed += len(events)
        return removed

    # Policy

    def policy(self) -> Policy:
        """The policy of the library."""
        with self._db.read() as connection:
            return read_policy(connection)

    def set_policy(self, policy: Policy, actor: Actor) -> bool:
        """Replace the policy, with an event; whether it differs."""
        with self._db.write() as connection:
            hold_for_writing(connection, self._db)
            before = read_policy(connection)
            if before == policy:
                return False
            values = {"given": policy.model_dump_json(), "changed_by": str(actor), "changed_at": NOW}
            upsert = self._db.insert(RIGHTS_POLICY).values(id=POLICY_ID, **values)
            connection.execute(upsert.on_conflict_do_update(index_elements=["id"], set_=values))
            one, other = before.model_dump(mode="json"), policy.model_dump(mode="json")
            changed = [name for name in other if one[name] != other[name]]
            event = PolicyChanged(
                before={name: one[name] for name in changed}, after={name: other[name] for name in changed}
            )
            record_event(connection, event, actor=actor)
            return True

    # Notices

    def give_notices(self, most: int = 100) -> int:
        """Record an event for each licence of which a notice is due, `most` at a time; returns how many.

        Once for a licence and a notice: the row is changed by the transaction that records the event.
        """
        with self._db.write() as connection:
            now = database_time(connection)
            due = select(LICENCE).where(LICENCE.c.next_notice_at <= now).order_by(LICENCE.c.next_notice_at)
            rows = connection.execute(due.limit(most).with_for_update(skip_locked=True)).all()
            for row in rows:
                self._give_notice(connection, as_licence(row), now)
            return len(rows)

    def _give_notice(self, connection: Connection, licence: Licence, now: float) -> None:
        expires = licence.expires
        assert expires is not None  # it has a notice
        days = due_notice(expires.at, licence.notice_days, now)
        following = next_notice(expires.at, licence.notice_days, now)
        connection.execute(update(LICENCE).where(LICENCE.c.id == licence.id).values(next_notice_at=following))
        if days is None:
            return
        mine = LICENSED_ASSET.c.licence_id == licence.id
        count = int(
            connection.execute(select(func.count()).select_from(LICENSED_ASSET).where(mine)).scalar_one()
        )
        known: Mapping[str, Any] = {
            "licence": licence.name,
            "title": licence.title,
            "until": expires.text,
            "zone": licence.zone,
            "assets": count,
        }
        event = RightsExpiring(**known, days=days) if days else RightsExpired(**known)
        record_event(connection, event, actor=WORKER)


def licence_is(state: str, now: float | ColumnElement[float] = NOW) -> ColumnElement[bool]:
    """SQL: whether a row of the table `licence` is in a state (`LicenceState`); the same rule as `Licence.state`."""
    begins = func.coalesce(LICENCE.c.embargo_at, 0) <= now, func.coalesce(LICENCE.c.starts_at, 0) <= now
    is_over = and_(LICENCE.c.expires_at.is_not(None), LICENCE.c.expires_at <= now)
    is_near = and_(LICENCE.c.notice_at.is_not(None), LICENCE.c.notice_at <= now)
    return {
        "expired": is_over,
        "embargoed": and_(~is_over, ~and_(*begins)),
        "expiring": and_(~is_over, *begins, is_near),
        "active": and_(~is_over, *begins, ~is_near),
    }[state]


def subjects(connection: Connection) -> list[str]:
    """The subjects of all licences that assets have."""
    held = select(LICENSED_ASSET.c.licence_id)
    return list(
        connection.execute(select(LICENCE.c.subject).where(LICENCE.c.id.in_(held)).distinct()).scalars()
    )


def holders(*conditions: ColumnElement[bool]) -> Any:
    """The query of the assets that have a licence for which the conditions hold."""
    joined = select(LICENSED_ASSET.c.asset_id).join_from(LICENSED_ASSET, LICENCE)
    return joined.where(*conditions)


def _is_seen(view: View) -> ColumnElement[bool]:
    """Whether a licence may be known: all where everything is visible, else those of visible assets."""
    if view.is_all:
        return LICENCE.c.id > 0
    return LICENCE.c.id.in_(
        select(LICENSED_ASSET.c.licence_id).where(view.shows_asset(LICENSED_ASSET.c.asset_id))
    )


def _plain(terms: LicenceTerms) -> dict[str, Any]:
    return terms.model_dump(mode="json")
