"""What the tree of terms says: which are narrower, and how deep it is."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from dampipe.features.vocabularies.model import MAX_DEPTH
from dampipe.features.vocabularies.tables import TERM, TERM_BROADER
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.ids import TermId

MANY = 4000
"""Ids of one statement."""


def narrower_of(connection: Connection, database: Database, terms: Collection[int]) -> set[TermId]:
    """Terms with all that are below them at any depth, by their parents or besides."""
    edges = select(TERM.c.id.label("id"), TERM.c.parent_id.label("above")).where(
        TERM.c.parent_id.is_not(None)
    )
    edge = edges.union_all(select(TERM_BROADER.c.term_id, TERM_BROADER.c.broader_id)).subquery("edge")
    found: set[TermId] = set()
    for some in chunked(sorted(set(terms)), MANY):
        start = select(TERM.c.id).where(database.among(TERM.c.id, some))
        below = start.cte("below", recursive=True)
        # UNION, not UNION ALL: a term that is below two others is followed once.
        below = below.union(select(edge.c.id).where(edge.c.above == below.c.id))
        found.update(map(TermId, connection.execute(select(below.c.id)).scalars()))
    return found


def depth_of(connection: Connection, term: int | None) -> int:
    """How many levels there are down to a term, with its own; 0 for none."""
    depth = 0
    while term is not None and depth <= MAX_DEPTH:
        term = connection.execute(select(TERM.c.parent_id).where(TERM.c.id == term)).scalar()
        depth += 1
    return depth


def height_of(connection: Connection, database: Database, terms: Collection[int]) -> int:
    """How many levels there are from terms down, with their own; 0 for none."""
    height, level = 0, set(terms)
    while level and height <= MAX_DEPTH:
        height += 1
        below: set[int] = set()
        for some in chunked(sorted(level), MANY):
            children = select(TERM.c.id).where(database.among(TERM.c.parent_id, some))
            below.update(connection.execute(children).scalars())
        level = below
    return height
