"""The SQL of edits: the only writer of `edit` and `edit_change`, and, for owners that registered it, of rows restored.

An owner records what it does as a part of its transaction:

    edit = begin(connection, str(actor), "rename the collection Selects")
    record(connection, database, edit, COLLECTION, [Change(before, after)])
    finish(connection, edit)

Rows are recorded in the order in which they are written: what refers to others is deleted before them, and restored
after them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, delete, func, insert, select, update

from dampipe.features.undo.model import MOST_LEFT, LeftAlone
from dampipe.features.undo.tables import EDIT, EDIT_CHANGE
from dampipe.kernel.access import Actor
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.undo import Change, Image, Undoable, undoables
from dampipe.kernel.visibility import View

_TO_JSON = json.JSONEncoder(separators=(",", ":")).encode
CHUNK = 1_000
"""Rows that are read and written at a time."""


@dataclass
class Edit:
    """An edit that is being written."""

    id: int
    at: float
    """Seconds since 1970, by the database's clock."""
    changes: int = 0


def begin(connection: Connection, actor: str, summary: str, undoes: int | None = None) -> Edit:
    """Begin an edit, as a part of the caller's transaction."""
    now = database_time(connection)
    row = EDIT.insert().values(actor=actor, at=now, summary=summary, changes=0, undoes_id=undoes)
    return Edit(connection.execute(row.returning(EDIT.c.id)).scalar_one(), now)


def record(
    connection: Connection, database: Database, edit: Edit, table: Table, changes: Sequence[Change]
) -> None:
    """Record what became of rows of a table. Images need all columns; changes without a difference are left out."""
    rows = [
        (edit.id, table.name, _encode(one.before), _encode(one.after))
        for one in changes
        if one.before != one.after
    ]
    database.insert_many(connection, EDIT_CHANGE, ("edit_id", "of_table", "before", "after"), rows)
    edit.changes += len(rows)


def finish(connection: Connection, edit: Edit, summary: str | None = None) -> int | None:
    """Keep the edit; returns its number. An edit without changes is deleted, and None returned.

    summary: instead of that with which it began, which may not have known how much it would change.
    """
    if not edit.changes:
        connection.execute(delete(EDIT).where(EDIT.c.id == edit.id))
        return None
    values = {"changes": edit.changes} | ({} if summary is None else {"summary": summary})
    connection.execute(update(EDIT).where(EDIT.c.id == edit.id).values(**values))
    return edit.id


def image(row: Row[Any] | Mapping[str, Any]) -> Image:
    """The image of a row that was read."""
    return row._asdict() if isinstance(row, Row) else dict(row)


def find(connection: Connection, number: int) -> Row[Any] | None:
    """An edit, locked until the transaction ends."""
    return connection.execute(select(EDIT).where(EDIT.c.id == number).with_for_update()).first()


def newest_of(connection: Connection, actor: str) -> int | None:
    """The number of the last edit of an actor that was not undone and is not an undo."""
    query = select(func.max(EDIT.c.id)).where(
        EDIT.c.actor == actor, EDIT.c.undone_at.is_(None), EDIT.c.undoes_id.is_(None)
    )
    return connection.execute(query).scalar()


def edits(
    connection: Connection, actor: str | None, limit: int, before: int | None = None
) -> Sequence[Row[Any]]:
    """Edits, newest first. actor: only of this one. before: older than this number."""
    query = select(EDIT).order_by(EDIT.c.id.desc()).limit(limit)
    if actor is not None:
        query = query.where(EDIT.c.actor == actor)
    return connection.execute(query if before is None else query.where(EDIT.c.id < before)).all()


@dataclass
class Restored:
    """What an undo did."""

    edit: int | None
    restored: int
    left: int
    examples: list[LeftAlone]


def restore(connection: Connection, database: Database, row: Row[Any], actor: Actor, view: View) -> Restored:
    """Undo an edit that is locked and was not undone: an edit of its own, that can be undone in turn."""
    edit = begin(connection, str(actor), f"undo of {row.id}: {row.summary}", undoes=row.id)
    owners = undoables()
    left: list[LeftAlone] = []
    count = 0
    for name, changes in _backwards(connection, row.id):
        owner = owners.get(name)
        if owner is None:  # its plug-in was removed
            reasons = ["the feature that owns it is not installed"] * len(changes)
        else:
            reasons = [
                reason
                for some in _each_row_once(changes, owner.key)
                for reason in _restore(connection, database, owner, some, edit, actor, view)
            ]
        for change, reason in zip(changes, reasons, strict=True):
            if reason:
                count += 1
                if len(left) < MOST_LEFT:
                    left.append(LeftAlone(what=_name(name, change), reason=reason))
    connection.execute(update(EDIT).where(EDIT.c.id == row.id).values(undone_at=edit.at))
    restored = edit.changes
    return Restored(finish(connection, edit), restored, count, left)


def _backwards(connection: Connection, number: int) -> Iterator[tuple[str, list[Change]]]:
    """The changes that undo those of an edit, last first, by chunks of one table and one kind of change."""
    last = None
    while True:
        query = select(EDIT_CHANGE).where(EDIT_CHANGE.c.edit_id == number)
        if last is not None:
            query = query.where(EDIT_CHANGE.c.id < last)
        rows = connection.execute(query.order_by(EDIT_CHANGE.c.id.desc()).limit(CHUNK)).all()
        if not rows:
            return
        last = rows[-1].id
        for (name, *_), some in groupby(
            rows, key=lambda one: (one.of_table, one.before is None, one.after is None)
        ):
            yield name, [Change(_decode(one.after), _decode(one.before)) for one in some]


def _each_row_once(changes: Sequence[Change], key: str) -> Iterator[list[Change]]:
    """Changes in their order, in parts that name no row twice: an edit may change one several times."""
    part: list[Change] = []
    seen: set[Any] = set()
    for change in changes:
        number = (change.before or change.after or {})[key]
        if number in seen:
            yield part
            part, seen = [], set()
        part.append(change)
        seen.add(number)
    yield part


def _restore(
    connection: Connection,
    database: Database,
    owner: Undoable,
    wanted: Sequence[Change],
    edit: Edit,
    actor: Actor,
    view: View,
) -> list[str]:
    """Restore rows of one table; returns for each change why it was not made, "" where it was."""
    owner.lock(connection, database)
    table, key = owner.table, owner.table.c[owner.key]
    wanted = _adapted(connection, database, owner, wanted)
    numbers = [(one.before or one.after or {})[owner.key] for one in wanted]
    query = select(table).where(database.among(key, numbers)).order_by(key).with_for_update()
    now = {getattr(one, owner.key): image(one) for one in connection.execute(query)}
    reasons = [
        "" if _same(owner, now.get(number), one.before) else _why(now.get(number), one)
        for number, one in zip(numbers, wanted, strict=True)
    ]
    possible = [index for index, reason in enumerate(reasons) if not reason]
    changes = [
        Change(now.get(numbers[index]), _restored(owner, now.get(numbers[index]), wanted[index].after))
        for index in possible
    ]
    refused = owner.refusals(connection, database, actor, view, changes)
    for index, reason in zip(possible, refused, strict=True):
        reasons[index] = reason
    made = [change for change, reason in zip(changes, refused, strict=True) if not reason]
    _write(connection, table, owner.key, made)
    record(connection, database, edit, table, made)
    if made:
        owner.changed(connection, database, actor, made)
    return reasons


def _adapted(
    connection: Connection, database: Database, owner: Undoable, changes: Sequence[Change]
) -> list[Change]:
    """Changes, all of one kind, with references as they are now."""
    befores = [one.before for one in changes if one.before is not None]
    afters = [one.after for one in changes if one.after is not None]
    images = owner.adapted(connection, database, [*befores, *afters])
    before: Sequence[Image | None] = images[: len(befores)] or [None] * len(changes)
    after: Sequence[Image | None] = images[len(befores) :] or [None] * len(changes)
    return [Change(*both) for both in zip(before, after, strict=True)]


def _write(connection: Connection, table: Table, key: str, changes: Sequence[Change]) -> None:
    """Make changes, all of one kind."""
    inserted = [dict(one.after) for one in changes if one.before is None and one.after is not None]
    deleted = [one.before[key] for one in changes if one.after is None and one.before is not None]
    updated = [dict(one.after) for one in changes if one.before is not None and one.after is not None]
    if inserted:
        connection.execute(insert(table), inserted)
    if deleted:
        connection.execute(
            delete(table).where(table.c[key] == bindparam("_key")), [{"_key": one} for one in deleted]
        )
    if updated:
        columns: dict[str, Any] = {name: bindparam(f"_{name}") for name in updated[0] if name != key}
        connection.execute(
            update(table).where(table.c[key] == bindparam(f"_{key}")).values(columns),
            [{f"_{name}": value for name, value in one.items()} for one in updated],
        )


def _same(owner: Undoable, now: Image | None, then: Image | None) -> bool:
    if now is None or then is None:
        return now is then
    return all(value == then.get(name) for name, value in now.items() if name not in owner.ignored)


def _why(now: Image | None, wanted: Change) -> str:
    if now is None:
        return "it was deleted since"
    return "it was changed since" if wanted.before is not None else "there is one with its number"


def _restored(owner: Undoable, now: Image | None, then: Image | None) -> Image | None:
    """A row as it shall be; its version is never one that it had: an edit of an older state is refused."""
    if now is None or then is None:
        return then
    kept = {name: now[name] for name in owner.ignored if name in now}
    return {**then, **kept, **({"version": now["version"] + 1} if "version" in now else {})}


def _name(table: str, change: Change) -> str:
    return f"{table} {(change.before or change.after or {}).get('id', '?')}"


def _encode(row: Image | None) -> str | None:
    return None if row is None else _TO_JSON(row if isinstance(row, dict) else dict(row))


def _decode(text: str | None) -> Image | None:
    return None if text is None else json.loads(text)
