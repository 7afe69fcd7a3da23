"""Terms and those above them."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from dampipe.features.vocabularies.tables import TERM, TERM_BROADER
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids


def with_broader(database: Database, connection: Connection, terms: Collection[int]) -> dict[int, set[int]]:
    """By each term: itself and all broader terms, at any depth."""
    above: dict[int, set[int]] = {}
    asked = set(terms)
    while asked:
        above |= {term: set() for term in asked}
        some = sorted(asked)
        parents = select(TERM.c.id, TERM.c.parent_id).where(
            in_ids(database, TERM.c.id, some), TERM.c.parent_id.is_not(None)
        )
        others = select(TERM_BROADER.c.term_id, TERM_BROADER.c.broader_id).where(
            in_ids(database, TERM_BROADER.c.term_id, some)
        )
        for query in (parents, others):
            for term, broader in connection.execute(query):
                above[term].add(broader)
        asked = {broader for term in asked for broader in above[term]} - above.keys()
    return {term: _reachable(above, term) for term in terms}


def parents_of(database: Database, connection: Connection, terms: Collection[int]) -> dict[int, int]:
    """The term under which each stands in the tree of its vocabulary; without those at the top."""
    mine = in_ids(database, TERM.c.id, sorted(terms))
    query = select(TERM.c.id, TERM.c.parent_id).where(mine, TERM.c.parent_id.is_not(None))
    return {row.id: row.parent_id for row in connection.execute(query)}


def _reachable(above: dict[int, set[int]], term: int) -> set[int]:
    found, new = {term}, {term}
    while new:
        new = {broader for one in new for broader in above[one]} - found
        found |= new
    return found
