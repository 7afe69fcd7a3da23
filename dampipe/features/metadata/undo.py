"""Undoing an operation: what it changed and was not changed since is as it was before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select

from dampipe.features.assets.tables import ASSET
from dampipe.features.metadata.entries import Change, Entry, decode, same
from dampipe.features.metadata.queries import CHUNK, QUIET, OperationKind, ValueRepository
from dampipe.features.metadata.references import targets_of
from dampipe.features.metadata.values import Content, fits
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.field import MetadataField, ValueSource

EXAMPLES = 100
"""Values left alone that are named."""


@dataclass
class Undone:
    """What an undo did."""

    operation: int | None = None
    restored: int = 0
    left: int = 0
    examples: list[tuple[int, str, str]] = field(default_factory=list)
    """Asset, field and reason of the first values left alone."""

    def leave(self, asset: int, key: str, reason: str) -> None:
        """Count a value that stays as it is."""
        self.left += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append((asset, key, reason))


def undo_operation(
    connection: Connection,
    database: Database,
    fields: Mapping[str, MetadataField],
    row: Row[Any],
    actor: str,
) -> Undone:
    """Restore what an operation changed, as an operation of its own; row: its row, locked, not undone yet.

    fields: all that there are; a value of another one is restored if its field was removed and its values kept.
    """
    values, done = ValueRepository(database), Undone()
    source = ValueSource(row.source)
    summary = f"undo of {row.id}: {row.summary}"
    operation = values.begin(connection, OperationKind.UNDO, source, actor, summary, undoes=row.id)
    operation.is_quiet = row.kind in QUIET
    for rows in values.changes_of(connection, row.id):
        present = set(values.lock(connection, sorted({one.asset_id for one in rows})))
        since = values.changed_since(connection, rows)
        groups: dict[tuple[str, str], list[Row[Any]]] = {}
        for one in rows:
            if one.asset_id not in present:
                done.leave(one.asset_id, one.field, "deleted")
            elif (one.asset_id, one.field, one.source) in since:
                done.leave(one.asset_id, one.field, "changed")
            else:
                groups.setdefault((one.field, one.source), []).append(one)
        for (key, said_by), of_field in groups.items():
            given = fields.get(key) or MetadataField(key, key)
            befores = {one.asset_id: decode(one.before) for one in of_field}
            afters = {one.asset_id: decode(one.after) for one in of_field}
            restorable = _restorable(connection, database, befores)
            assets = sorted(befores)
            now = values.entries(connection, key, assets)
            changes = []
            for asset in assets:
                said, entry = now.get(asset, {}), restorable[asset]
                present_entry = said.get(said_by, ())
                if not same(present_entry, afters[asset]):
                    done.leave(asset, key, "changed")
                elif key in fields and not all(fits(given, said.content) for said in entry):
                    done.leave(asset, key, "schema")
                elif not same(present_entry, entry):
                    others = {name: other for name, other in said.items() if name != said_by}
                    changes.append(Change(asset, present_entry, entry, others))
            values.write(connection, operation, given, ValueSource(said_by), changes)
            done.restored += len(changes)
        values.record(connection, operation, source)
    values.finish(connection, operation)
    values.mark_undone(connection, row.id, operation.at)
    done.operation = operation.id if operation.changes else None
    return done


def _restorable(connection: Connection, database: Database, entries: Mapping[int, Entry]) -> dict[int, Entry]:
    """Entries with the terms that theirs became, without references to what is gone."""
    contents = [said.content for entry in entries.values() for said in entry]
    terms = sorted({one.term_id for one in contents if one.term_id is not None})
    assets = sorted({one.linked_id for one in contents if one.linked_id is not None})
    if not terms and not assets:
        return dict(entries)
    became = targets_of(database, connection, terms)
    exist = set(connection.execute(select(ASSET.c.id).where(in_ids(database, ASSET.c.id, assets))).scalars())
    found: dict[int, Entry] = {}
    for asset, entry in entries.items():
        kept: dict[Content, Any] = {}
        for said in entry:
            content = said.content
            if content.term_id is not None:
                if content.term_id not in became:
                    continue
                content = content._replace(term_id=became[content.term_id])
            elif content.linked_id is not None and content.linked_id not in exist:
                continue
            kept.setdefault(content, said._replace(content=content))
        found[asset] = tuple(kept.values())
    return found


def replace_contents(
    connection: Connection,
    database: Database,
    fields: Mapping[str, MetadataField],
    entries: Sequence[tuple[int, str, str]],
    old: Content,
    new: Content,
    kind: OperationKind,
    summary: str,
    actor: str,
) -> int | None:
    """Let entries (asset, field, source; ordered by asset) say one value instead of another, once; returns the number
    of the operation, None if nothing was different. Who said it when stays."""

    def plan(before: Entry, effective: Sequence[Content]) -> Entry:
        kept: dict[Content, Any] = {}
        for said in before:
            content = new if said.content == old else said.content
            kept.setdefault(content, said._replace(content=content))
        return tuple(kept.values())

    values = ValueRepository(database)
    operation = values.begin(connection, kind, ValueSource.PERSON, actor, summary)
    for some in chunked(entries, CHUNK):
        present = set(values.lock(connection, sorted({asset for asset, _, _ in some})))
        groups: dict[tuple[str, str], list[int]] = {}
        for asset, key, source in some:
            if asset in present:
                groups.setdefault((key, source), []).append(asset)
        for (key, said_by), assets in groups.items():
            given = fields.get(key) or MetadataField(key, key)
            changes = values.plan(connection, given, ValueSource(said_by), assets, plan)
            values.write(connection, operation, given, ValueSource(said_by), changes)
        values.record(connection, operation, ValueSource.PERSON)
    values.finish(connection, operation)
    return operation.id if operation.changes else None
