"""Values that refer to terms of vocabularies: what happens when terms are merged or renamed."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from dampipe.features.metadata.merge import undo_all
from dampipe.features.metadata.queries import OperationKind, entries_that_refer
from dampipe.features.metadata.references import shown_terms
from dampipe.features.metadata.registry import library_fields
from dampipe.features.metadata.tables import VALUE
from dampipe.features.metadata.undo import replace_contents
from dampipe.features.metadata.values import Content
from dampipe.features.vocabularies.tree import narrower_of
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.documents.dirty import mark_selected
from dampipe.kernel.events.outbox import WORKER
from dampipe.kernel.ids import TermId
from dampipe.kernel.term_uses import State, TermUse


def _count(connection: Connection, term: TermId) -> int:
    return connection.execute(select(func.count()).where(VALUE.c.term_id == term)).scalar_one()


def _move(connection: Connection, database: Database, source: TermId, target: TermId) -> State:
    refer = entries_that_refer(connection, term=source)
    old, new = Content(term_id=source), Content(term_id=target)
    made = replace_contents(
        connection,
        database,
        library_fields(connection),
        refer,
        old,
        new,
        OperationKind.TERM,
        "terms became one",
        WORKER,
    )
    return {"operations": [] if made is None else [made]}


def _restore(
    connection: Connection, database: Database, source: TermId, target: TermId, state: State
) -> None:
    undo_all(connection, database, state["operations"])


def _relabel(connection: Connection, database: Database, terms: Sequence[TermId]) -> None:
    """Mark the documents of assets that have the terms, or narrower ones."""
    concerned = sorted(narrower_of(connection, database, terms))
    mine = (in_ids(database, VALUE.c.term_id, concerned), VALUE.c.is_effective)
    mark_selected(connection, assets=select(VALUE.c.asset_id).where(*mine).distinct())


TERMS = TermUse("values", _count, _move, _restore, _relabel, shown_terms)
