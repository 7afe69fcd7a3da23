"""Values of assets that become one, or of one that becomes two: what the one lacks it gets from the other."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from dampipe.features.metadata.entries import Change, Entry, same
from dampipe.features.metadata.queries import OperationKind, ValueRepository, entries_that_refer, said_of
from dampipe.features.metadata.registry import library_fields
from dampipe.features.metadata.tables import OPERATION
from dampipe.features.metadata.undo import replace_contents, undo_operation
from dampipe.features.metadata.values import Content
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import WORKER
from dampipe.kernel.field import MetadataField, ValueSource, ValueState
from dampipe.kernel.ids import AssetId
from dampipe.kernel.merges import Kept, MergeOwner, State


def _entries(values: ValueRepository, connection: Connection, asset: int) -> dict[tuple[str, str], Entry]:
    """What all sources say of an asset, by field and source."""
    found: dict[tuple[str, str], Entry] = {}
    for row in values.rows(connection, [asset]):
        key = (row.field, row.source)
        found[key] = (*found.get(key, ()), said_of(row))
    return found


def _joined(given: MetadataField, own: Entry, more: Entry) -> Entry:
    """What the target says afterwards: its own values, of a field with several values followed by the other's."""
    if not own:
        return more
    if not given.multiple or any(said.state is ValueState.CLEARED for said in (*own, *more)):
        return own
    known = {said.content for said in own}
    return (*own, *(said for said in more if said.content not in known))


def _give(
    connection: Connection, database: Database, source: AssetId, target: AssetId, *, keeps: bool
) -> Kept:
    """Give what one asset has to another. keeps: whether it has it as well afterwards."""
    values, fields = ValueRepository(database), library_fields(connection)
    values.lock(connection, sorted((source, target)))
    mine, theirs = (_entries(values, connection, asset) for asset in (source, target))
    mine = {key: entry for key, entry in mine.items() if not (key[0] in fields and fields[key[0]].own_merge)}
    # What a file says goes with the file: it counts while that is the current version (`embedded.py`).
    mine = {key: entry for key, entry in mine.items() if key[1] != ValueSource.FILE}
    states: list[int] = []
    if mine:
        summary = "an asset became two" if keeps else "assets became one"
        operation = values.begin(connection, OperationKind.MERGE, ValueSource.PERSON, WORKER, summary)
        for (key, said_by), entry in mine.items():
            given = fields.get(key) or MetadataField(key, key)
            others = {
                name: said for (other, name), said in theirs.items() if other == key and name != said_by
            }
            own = theirs.get((key, said_by), ())
            joined = _joined(given, own, entry)
            changes = [] if same(own, joined) else [Change(target, own, joined, others)]
            values.write(connection, operation, given, ValueSource(said_by), changes)
            if not keeps:
                values.write(connection, operation, given, ValueSource(said_by), [Change(source, entry, ())])
            theirs[(key, said_by)] = joined
        values.record(connection, operation, ValueSource.PERSON)
        values.finish(connection, operation)
        states += [operation.id] if operation.changes else []
    if not keeps:
        refer = entries_that_refer(connection, linked=source)
        old, new = Content(linked_id=source), Content(linked_id=target)
        made = replace_contents(
            connection, database, fields, refer, old, new, OperationKind.MERGE, "assets became one", WORKER
        )
        states += [] if made is None else [made]
    labels = [fields[key].label if key in fields else key for key in dict.fromkeys(key for key, _ in mine)]
    return Kept(", ".join(labels), {"operations": states})


def _merge(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    return _give(connection, database, source, target, keeps=False)


def _copy(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    return _give(connection, database, source, target, keeps=True)


def undo_all(
    connection: Connection,
    database: Database,
    operations: Sequence[int],
    fields: Mapping[str, MetadataField] | None = None,
    actor: str = WORKER,
) -> None:
    """Undo operations, the last one first; what was changed since stays. fields: by default those of the library."""
    fields = library_fields(connection) if fields is None else fields
    for number in reversed(operations):
        query = select(OPERATION).where(OPERATION.c.id == number, OPERATION.c.undone_at.is_(None))
        row = connection.execute(query.with_for_update()).first()
        if row is not None:
            undo_operation(connection, database, fields, row, actor)


def _restore(
    connection: Connection, database: Database, source: AssetId, target: AssetId, state: State
) -> None:
    undo_all(connection, database, state["operations"])


VALUES = MergeOwner("metadata", _merge, _copy, _restore)
