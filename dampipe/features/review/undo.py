"""Comments in the journal of undo: who may restore them, and what else follows from it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from dampipe.features.access.tables import USER
from dampipe.features.assets.locks import Hold, lock_assets
from dampipe.features.assets.tables import VERSION
from dampipe.features.review.authors import may_delete, wrote
from dampipe.features.review.events import (
    CommentChanged,
    CommentCreated,
    CommentDeleted,
    CommentReopened,
    CommentResolved,
)
from dampipe.features.review.queries import due
from dampipe.features.review.tables import COMMENT, MENTION
from dampipe.kernel.access import Actor
from dampipe.kernel.db.database import Database
from dampipe.kernel.documents.dirty import mark_dirty
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.events.payload import EventPayload
from dampipe.kernel.undo import Change, Image, Undoable
from dampipe.kernel.visibility import View

OTHERS = "it is one of another author"
_OF_AUTHOR = ("text", "name", "color", "drawing", "start_ticks", "end_ticks", "base", "kind", "audience")


def _adapted(connection: Connection, database: Database, images: Sequence[Image]) -> list[Image]:
    """Comments as recorded, on the assets that their versions are of by now; one of a deleted version has none.

    The assets are locked before comments are.
    """
    versions = sorted({one["version_id"] for one in images if one["version_id"] is not None})
    query = select(VERSION.c.id, VERSION.c.asset_id).where(database.among(VERSION.c.id, versions))
    assets = {row.id: row.asset_id for row in connection.execute(query)} if versions else {}
    found: list[Image] = []
    for one in images:
        version = one["version_id"] if one["version_id"] in assets else None
        asset = assets.get(version, one["asset_id"])
        found.append({**one, "version_id": version, "asset_id": asset})
    lock_assets(connection, {one["asset_id"] for one in found}, Hold.EXISTENCE)
    return found


def _refusals(
    connection: Connection, database: Database, actor: Actor, view: View, changes: Sequence[Change]
) -> list[str]:
    ids = {image["asset_id"] for change in changes for image in (change.before, change.after) if image}
    assets = set(lock_assets(connection, ids, Hold.EXISTENCE))
    roots = {one.after["root_id"] for one in changes if one.after and one.after["root_id"]}
    query = select(COMMENT.c.id).where(database.among(COMMENT.c.id, sorted(roots)))
    there = set(connection.execute(query).scalars()) if roots else set()
    gone = [one.before["id"] for one in changes if one.before and one.after is None]
    is_reply = (database.among(COMMENT.c.root_id, gone), ~database.among(COMMENT.c.id, gone))
    query = select(COMMENT.c.root_id).where(*is_reply).distinct()
    answered = set(connection.execute(query).scalars()) if gone else set()
    # With a comment its replies are restored, of all authors.
    restored = {
        one.after["id"]
        for one in changes
        if one.before is None
        and one.after
        and may_delete(actor, one.after)
        and one.after["asset_id"] in assets
    }
    return [_refusal(actor, one, assets, there, restored, answered) for one in changes]


def _refusal(
    actor: Actor, change: Change, assets: set[Any], there: set[int], restored: set[int], answered: set[int]
) -> str:
    row = change.after or change.before or {}
    if row["asset_id"] not in assets:
        return "its asset was deleted"
    if change.before is None:
        if row["root_id"] is not None and row["root_id"] not in there | restored:
            return "the comment that it answers was deleted"
        return "" if row["root_id"] in restored or row["id"] in restored else OTHERS
    if change.after is None:
        if not may_delete(actor, row):
            return OTHERS
        return "it was answered" if row["id"] in answered else ""
    is_said = any(change.before[name] != change.after[name] for name in _OF_AUTHOR)
    return OTHERS if is_said and not wrote(actor, row) else ""


def _changed(connection: Connection, database: Database, actor: Actor, changes: Sequence[Change]) -> None:
    for one in changes:
        row = one.after or one.before or {}
        record_event(connection, _event(one), actor=actor, asset=row["asset_id"])
    assets = sorted({image["asset_id"] for one in changes for image in (one.before, one.after) if image})
    mark_dirty(connection, assets)
    due(connection, database, assets)


def _event(change: Change) -> EventPayload:
    row = change.after or change.before or {}
    which = {"comment": row["id"], "thread": row["root_id"] or row["id"]}
    if change.before is None:
        return CommentCreated(**which, kind=row["kind"])
    if change.after is None:
        return CommentDeleted(**which)
    was, now = change.before["resolved_at"], change.after["resolved_at"]
    if was != now and None in (was, now):
        kind = CommentReopened if now is None else CommentResolved
        return kind(**which, version=row["version"])
    return CommentChanged(**which, version=row["version"])


def _mention_refusals(
    connection: Connection, database: Database, actor: Actor, view: View, changes: Sequence[Change]
) -> list[str]:
    """Mentions go and come with their comments, if these are there, and the user."""
    wanted = [one.after for one in changes if one.after is not None]
    found = []
    for table, column in ((COMMENT, "comment_id"), (USER, "account_id")):
        numbers = sorted({one[column] for one in wanted})
        query = select(table.c.id).where(database.among(table.c.id, numbers))
        found.append(set(connection.execute(query).scalars()) if numbers else set())
    comments, users = found
    return [
        ""
        if one.after is None or (one.after["comment_id"] in comments and one.after["account_id"] in users)
        else "the comment or the user was deleted"
        for one in changes
    ]


COMMENTS = Undoable(COMMENT, _refusals, _changed, adapted=_adapted)
MENTIONS = Undoable(MENTION, _mention_refusals, ignored=frozenset({"read_at"}))
