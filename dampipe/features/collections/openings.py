"""The assets that grants on collections open to users who do not see their folders.

A grant opens what people put into the collection by hand, and into those below it; a saved search opens nothing. Of that
it opens what its grantor sees by folders at the time of the question: nothing is passed on.
"""

from collections import defaultdict
from typing import Any

from sqlalchemy import Select, or_, select

from dampipe.features.collections.rights import below
from dampipe.features.collections.tables import COLLECTION, COLLECTION_GRANT, COLLECTION_ITEM
from dampipe.kernel.access import Actor, ActorKind
from dampipe.kernel.db.database import Database
from dampipe.kernel.visibility import Opened


def opened(database: Database, actor: Actor) -> list[Opened]:
    """See Opening."""
    if actor.kind is ActorKind.LINK or actor.user is None:
        return []
    holds = or_(COLLECTION_GRANT.c.user_id == actor.user, COLLECTION_GRANT.c.role <= int(actor.role))
    opens = or_(COLLECTION_GRANT.c.opens_all, COLLECTION_GRANT.c.grantor_id.is_not(None))
    columns = (COLLECTION_GRANT.c.collection_id, COLLECTION_GRANT.c.grantor_id, COLLECTION_GRANT.c.opens_all)
    collections: dict[int | None, set[int]] = defaultdict(set)
    with database.read() as connection:
        for row in connection.execute(select(*columns).where(holds, opens)):
            collections[None if row.opens_all else row.grantor_id].add(row.collection_id)
    by_user = sorted(collections.items(), key=lambda one: -1 if one[0] is None else one[0])
    return [Opened(by, assets_below(sorted(numbers))) for by, numbers in by_user if by != actor.user]


def assets_below(collections: list[int]) -> Select[Any]:
    """A query for the numbers of the assets that people put into collections, or into those below them."""
    tree = below(select(COLLECTION.c.id).where(COLLECTION.c.id.in_(collections)))
    item, of = COLLECTION_ITEM.alias(), COLLECTION.alias()
    return (
        select(item.c.asset_id)
        .join(of, of.c.id == item.c.collection_id)
        .where(of.c.id.in_(select(tree.c.id)), of.c.filters.is_(None), ~item.c.is_excluded)
    )
