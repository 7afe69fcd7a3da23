"""The assets that grants on collections open to users who do not see their folders.

A grant opens what its grantor sees by folders at the time of the question, and what people put into the collection by
hand: a saved search opens nothing. Nothing is passed on: what was opened to the grantor is not opened by them.
"""

from collections import defaultdict
from typing import Any

from sqlalchemy import Select, and_, or_, select, union_all

from dampipe.features.collections.rights import below
from dampipe.features.collections.tables import COLLECTION, COLLECTION_GRANT, COLLECTION_ITEM
from dampipe.kernel.access import Actor
from dampipe.kernel.db.database import Database
from dampipe.kernel.visibility import SeenByFolders


def opened(database: Database, actor: Actor, seen: SeenByFolders) -> Select[Any] | None:
    """See Opening."""
    if actor.user is None:
        return None
    holds = or_(COLLECTION_GRANT.c.user_id == actor.user, COLLECTION_GRANT.c.role <= int(actor.role))
    opens = or_(COLLECTION_GRANT.c.opens_all, COLLECTION_GRANT.c.grantor_id.is_not(None))
    columns = (COLLECTION_GRANT.c.collection_id, COLLECTION_GRANT.c.grantor_id, COLLECTION_GRANT.c.opens_all)
    by_grantor: dict[int | None, set[int]] = defaultdict(set)
    with database.read() as connection:
        for row in connection.execute(select(*columns).where(holds, opens)):
            # Nobody opens anything to themselves.
            if row.opens_all or row.grantor_id != actor.user:
                by_grantor[None if row.opens_all else row.grantor_id].add(row.collection_id)
    queries = []
    for grantor, collections in by_grantor.items():
        found = assets_below(sorted(collections))
        limit = None if grantor is None else seen(grantor)
        queries.append(found if limit is None else found.where(COLLECTION_ITEM.c.asset_id.in_(limit)))
    if not queries:
        return None
    return queries[0] if len(queries) == 1 else select(union_all(*queries).subquery().c.asset_id)


def assets_below(collections: list[int]) -> Select[Any]:
    """The numbers of the assets that people put into collections, or into those below them."""
    tree = below(select(COLLECTION.c.id).where(COLLECTION.c.id.in_(collections)))
    by_hand = and_(COLLECTION.c.id == COLLECTION_ITEM.c.collection_id, COLLECTION.c.filters.is_(None))
    return (
        select(COLLECTION_ITEM.c.asset_id)
        .join(COLLECTION, by_hand)
        .where(COLLECTION.c.id.in_(select(tree.c.id)), ~COLLECTION_ITEM.c.is_excluded)
    )
