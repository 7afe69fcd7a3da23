"""The terms that tags are. Tags that differ in upper and lower case are different ones."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from dampipe.features.metadata.errors import TERM_UNKNOWN
from dampipe.features.metadata.references import targets_of
from dampipe.features.tagging.fields import KEY
from dampipe.features.vocabularies.model import LabelKind, TermState, fold
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.features.vocabularies.tables import TERM, TERM_LABEL, VOCABULARY
from dampipe.features.vocabularies.writer import lock_vocabulary
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import NotFound


def find_spelled(
    connection: Connection, database: Database, name: str, states: Sequence[TermState] = tuple(TermState)
) -> int | None:
    """The term with a label that is spelled exactly so, a preferred one first; of a merged term its target."""
    query = (
        select(TERM.c.id, TERM.c.state, TERM.c.merged_into_id, TERM_LABEL.c.kind)
        .join(TERM_LABEL, TERM_LABEL.c.term_id == TERM.c.id)
        .join(VOCABULARY, VOCABULARY.c.id == TERM.c.vocabulary_id)
        .where(VOCABULARY.c.key == KEY, TERM_LABEL.c.folded == fold(name), TERM_LABEL.c.text == name)
    )
    rows = [row for row in connection.execute(query) if row.merged_into_id is not None or row.state in states]
    if not rows:
        return None
    best = min(
        rows, key=lambda row: (row.merged_into_id is not None, row.kind != LabelKind.PREFERRED, row.id)
    )
    return targets_of(database, connection, [best.id]).get(best.id)


def find_tag(connection: Connection, database: Database, name: str) -> int | None:
    """The term that a person means who looks for a tag: so spelled, else in any case, a synonym, or a path."""
    found = find_spelled(connection, database, name)
    if found is not None:
        return found
    return TermRepository(database).find(connection, KEY, [name], retired=True).get(name)


def term_to_give(connection: Connection, database: Database, name: str, actor: str, state: TermState) -> int:
    """The term of a tag that assets are about to get; added to the vocabulary if that is open. It is not merged until
    the transaction ends. Raises NotFound (TERM_UNKNOWN) where the vocabulary is strict."""
    vocabulary = lock_vocabulary(connection, KEY)
    found = find_spelled(connection, database, name, (TermState.ACTIVE, TermState.PROPOSED))
    if found is not None:
        return found
    if not vocabulary.is_open:
        raise NotFound(TERM_UNKNOWN, vocabulary=KEY, key=KEY, value=name, meant="")
    return TermRepository(database).add_many(connection, KEY, [name], actor, state, exact=True)[name]
