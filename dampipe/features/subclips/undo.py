"""What undo asks and tells subclips."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.subclips.queries import announce
from dampipe.features.subclips.tables import SUBCLIP, SUBCLIP_VALUE
from dampipe.features.vocabularies.tables import TERM
from dampipe.kernel.access import EDIT, Actor
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.undo import Change, Undoable
from dampipe.kernel.visibility import View

_DELETED = "it was deleted since"
_CHANGED = "it was changed since"
_NO_RIGHT = "you may not edit subclips"
_NO_VERSION = "the version that it is anchored at was deleted"


def _refusals(
    connection: Connection, database: Database, actor: Actor, view: View, changes: Sequence[Change]
) -> list[str]:
    if not actor.may(EDIT):
        return [_NO_RIGHT] * len(changes)
    rows = [one.after or one.before or {} for one in changes]
    mine = (
        in_ids(database, ASSET.c.id, {row["asset_id"] for row in rows}),
        view.shows_some_asset(ASSET.c.id),
    )
    assets = set(connection.execute(select(ASSET.c.id).where(*mine)).scalars())
    wanted = {row["version_id"] for row in rows if row["version_id"] is not None}
    held = select(VERSION.c.id).where(in_ids(database, VERSION.c.id, wanted))
    versions = set(connection.execute(held).scalars()) | {None}
    gone = [one.before["id"] for one in changes if one.after is None and one.before is not None]
    of_gone = select(SUBCLIP_VALUE.c.subclip_id).where(in_ids(database, SUBCLIP_VALUE.c.subclip_id, gone))
    with_values = set(connection.execute(of_gone).scalars())
    reasons = []
    for one, row in zip(changes, rows, strict=True):
        if row["asset_id"] not in assets:
            reasons.append(_DELETED)
        elif one.after is not None and row["version_id"] not in versions:
            reasons.append(_NO_VERSION)
        elif one.after is None and row["id"] in with_values:
            reasons.append(_CHANGED)  # values that were given since would be lost with it
        else:
            reasons.append("")
    return reasons


def _changed(connection: Connection, database: Database, actor: Actor, changes: Sequence[Change]) -> None:
    announce(connection, database, str(actor), database_time(connection), changes)


def _value_refusals(
    connection: Connection, database: Database, actor: Actor, view: View, changes: Sequence[Change]
) -> list[str]:
    if not actor.may(EDIT):
        return [_NO_RIGHT] * len(changes)
    rows = [one.after or one.before or {} for one in changes]
    mine = in_ids(database, SUBCLIP.c.id, {row["subclip_id"] for row in rows})
    subclips = set(
        connection.execute(
            select(SUBCLIP.c.id).where(mine, view.shows_some_asset(SUBCLIP.c.asset_id))
        ).scalars()
    )
    terms = _existing(connection, database, TERM.c.id, {row["term_id"] for row in rows})
    linked = _existing(connection, database, ASSET.c.id, {row["linked_id"] for row in rows})
    taken = {
        (row.subclip_id, row.field, row.position)
        for row in connection.execute(
            select(SUBCLIP_VALUE).where(in_ids(database, SUBCLIP_VALUE.c.subclip_id, subclips))
        )
    }
    reasons = []
    for one, row in zip(changes, rows, strict=True):
        place = (row["subclip_id"], row["field"], row["position"])
        if row["subclip_id"] not in subclips:
            reasons.append(_DELETED)
        elif one.after is None:
            reasons.append("")
        elif row["term_id"] not in terms or row["linked_id"] not in linked:
            reasons.append("what it refers to was deleted")
        elif one.before is None and place in taken:
            reasons.append(_CHANGED)
        else:
            reasons.append("")
    return reasons


def _existing(
    connection: Connection, database: Database, column: object, numbers: set[int | None]
) -> set[int | None]:
    wanted = [number for number in numbers if number is not None]
    found = connection.execute(select(column).where(in_ids(database, column, wanted))).scalars()  # type: ignore[call-overload, arg-type]
    return {None, *found}


SUBCLIPS = Undoable(
    SUBCLIP,
    _refusals,
    _changed,
    # Another edit of its fields does not keep the name from being undone.
    ignored=frozenset({"version", "changed_at", "changed_by"}),
)
SUBCLIP_VALUES = Undoable(SUBCLIP_VALUE, _value_refusals)
