"""Tags of assets that become one, or of one that becomes two: the tags of both."""

from collections.abc import Mapping

from sqlalchemy import Connection

from dampipe.features.metadata.entries import Change, Entry, Said, decode, encode, same
from dampipe.features.metadata.queries import OperationKind, ValueRepository
from dampipe.features.metadata.references import targets_of
from dampipe.features.metadata.values import Content
from dampipe.features.tagging.fields import KEY, TAGS
from dampipe.features.tagging.queries import tags_of
from dampipe.features.tagging.terms import find_spelled
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import WORKER
from dampipe.kernel.field import ValueSource, ValueState
from dampipe.kernel.ids import AssetId
from dampipe.kernel.merges import Kept, MergeOwner, State


def _joined(own: Entry, more: Entry) -> Entry:
    """An entry with what another one says besides; one that says that there are no tags stays."""
    if not own or any(said.state is ValueState.CLEARED for said in (*own, *more)):
        return own or more
    known = {said.content for said in own}
    return (*own, *(said for said in more if said.content not in known))


def _without(own: Entry, less: Entry) -> Entry:
    gone = {said.content for said in less}
    return tuple(said for said in own if said.content not in gone)


def _write(
    connection: Connection, database: Database, wanted: Mapping[int, Mapping[str, Entry]], summary: str
) -> None:
    """Let entries of locked assets, by asset and source, be these."""
    values = ValueRepository(database)
    operation = values.begin(connection, OperationKind.MERGE, ValueSource.PERSON, WORKER, summary)
    for asset, entries in wanted.items():
        for source, entry in entries.items():
            now = values.entries(connection, KEY, [asset]).get(asset, {})
            if not same(now.get(source, ()), entry):
                others = {name: other for name, other in now.items() if name != source}
                change = Change(asset, now.get(source, ()), entry, others)
                values.write(connection, operation, TAGS, ValueSource(source), [change])
    values.record(connection, operation, ValueSource.PERSON)
    values.finish(connection, operation)


def _give(
    connection: Connection, database: Database, source: AssetId, target: AssetId, *, keeps: bool
) -> Kept:
    """Give the tags of one asset to another. keeps: whether it has them as well afterwards."""
    values = ValueRepository(database)
    values.lock(connection, sorted((source, target)))
    moved = tags_of(connection, database, source)
    found = values.entries(connection, KEY, [source, target])
    mine, theirs = found.get(source, {}), found.get(target, {})
    joined = {name: _joined(theirs.get(name, ()), entry) for name, entry in mine.items()}
    added = {name: _without(entry, theirs.get(name, ())) for name, entry in joined.items()}
    wanted: dict[int, Mapping[str, Entry]] = {target: joined}
    if not keeps:
        wanted[source] = dict.fromkeys(mine, ())
    _write(connection, database, wanted, "an asset became two" if keeps else "assets became one")
    state = {
        "moved": {name: encode(entry) for name, entry in mine.items()},
        "added": {name: encode(entry) for name, entry in added.items()},
    }
    return Kept(", ".join(moved), state)


def _merge(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    return _give(connection, database, source, target, keeps=False)


def _copy(connection: Connection, database: Database, source: AssetId, target: AssetId) -> Kept:
    return _give(connection, database, source, target, keeps=True)


def _decoded(
    connection: Connection, database: Database, stored: Mapping[str, str | None]
) -> dict[str, Entry]:
    """Entries with the terms that theirs have become since."""
    entries = {name: decode(text) for name, text in stored.items()}
    terms = {said.content.term_id for entry in entries.values() for said in entry}
    became = targets_of(database, connection, {term for term in terms if term is not None})
    found = {}
    for name, entry in entries.items():
        kept: dict[Content, Said] = {}
        for said in entry:
            term = said.content.term_id
            if term is None or term in became:
                content = said.content if term is None else said.content._replace(term_id=became[term])
                kept.setdefault(content, said._replace(content=content))
        found[name] = tuple(kept.values())
    return found


def _restore(
    connection: Connection, database: Database, source: AssetId, target: AssetId, state: State
) -> None:
    values = ValueRepository(database)
    values.lock(connection, sorted((source, target)))
    if isinstance(state["moved"], list):  # of a merge before tags were values
        state = _from_names(connection, database, state)
    moved, added = (_decoded(connection, database, state[part]) for part in ("moved", "added"))
    found = values.entries(connection, KEY, [source, target])
    mine, theirs = found.get(source, {}), found.get(target, {})
    wanted: dict[int, Mapping[str, Entry]] = {
        source: {name: _joined(mine.get(name, ()), entry) for name, entry in moved.items()},
        target: {name: _without(theirs.get(name, ()), entry) for name, entry in added.items()},
    }
    _write(connection, database, wanted, "undone: assets became one")


def _from_names(connection: Connection, database: Database, state: State) -> State:
    """The state that names tags, as one with entries."""
    now = database_time(connection)
    found: dict[str, dict[str, str | None]] = {}
    for part in ("moved", "added"):
        terms = [find_spelled(connection, database, name) for name in state[part]]
        entry = tuple(
            Said(Content(term_id=term), ValueState.ACCEPTED, None, WORKER, now)
            for term in terms
            if term is not None
        )
        found[part] = {ValueSource.PERSON: encode(entry)}
    return found


MERGE = MergeOwner("tags", _merge, _copy, _restore)
