"""Values of subclips that refer to terms of vocabularies: what happens when terms are merged or renamed."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet

from sqlalchemy import Connection, func, select

from dampipe.features.subclips.queries import replace_term
from dampipe.features.subclips.tables import SUBCLIP, SUBCLIP_VALUE
from dampipe.features.vocabularies.tree import narrower_of
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.documents.dirty import mark_selected
from dampipe.kernel.ids import TermId
from dampipe.kernel.term_uses import State, TermUse
from dampipe.kernel.visibility import View


def _count(connection: Connection, term: TermId) -> int:
    return connection.execute(select(func.count()).where(SUBCLIP_VALUE.c.term_id == term)).scalar_one()


def _move(connection: Connection, database: Database, source: TermId, target: TermId) -> State:
    moved = replace_term(connection, source, target)
    _relabel(connection, database, [target])
    return {"moved": moved}


def _restore(
    connection: Connection, database: Database, source: TermId, target: TermId, state: State
) -> None:
    replace_term(connection, target, source, state["moved"])
    _relabel(connection, database, [source, target])


def _relabel(connection: Connection, database: Database, terms: Sequence[TermId]) -> None:
    """Mark the documents of assets whose subclips have the terms, or narrower ones."""
    concerned = sorted(narrower_of(connection, database, terms))
    joined = SUBCLIP.join(SUBCLIP_VALUE, SUBCLIP_VALUE.c.subclip_id == SUBCLIP.c.id)
    mine = in_ids(database, SUBCLIP_VALUE.c.term_id, concerned)
    mark_selected(connection, assets=select(SUBCLIP.c.asset_id).select_from(joined).where(mine).distinct())


def _shown(
    connection: Connection, database: Database, view: View, terms: Collection[int]
) -> AbstractSet[int]:
    joined = SUBCLIP.join(SUBCLIP_VALUE, SUBCLIP_VALUE.c.subclip_id == SUBCLIP.c.id)
    mine = (in_ids(database, SUBCLIP_VALUE.c.term_id, sorted(terms)), view.shows_asset(SUBCLIP.c.asset_id))
    query = select(SUBCLIP_VALUE.c.term_id).select_from(joined).where(*mine).distinct()
    return set(connection.execute(query).scalars())


TERMS = TermUse("values of subclips", _count, _move, _restore, _relabel, _shown)
