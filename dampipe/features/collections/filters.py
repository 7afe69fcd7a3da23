"""The filter field of collections, which a query over fields has as `in_collection:NAME`."""

from collections.abc import Sequence

from sqlalchemy import select

from dampipe.features.collections.finding import find
from dampipe.features.collections.rights import RightsReader, visible_ids
from dampipe.features.collections.smart import assets_in
from dampipe.features.collections.tables import COLLECTION
from dampipe.features.facets.index import FacetIndex
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.filter import FilterContext, FilterField, Restriction

MOST_SUGGESTED = 1000
MOST_VALUE = 1000
"""Characters."""


def _in_collections(context: FilterContext, names: Sequence[str]) -> Restriction:
    """Assets that are in any of the collections, or in one below it."""
    with context.database.read() as connection:
        numbers = [find(connection, context.actor, name[:MOST_VALUE]).row.id for name in names]
    found = [assets_in(context.database, context.view, number, context.search) for number in numbers]
    assets = AssetSet.union(found)
    return Restriction(assets=assets, versions=FacetIndex(context.database).versions_of(assets))


def _paths(context: FilterContext) -> list[str]:
    with context.database.read() as connection:
        count = len(connection.execute(select(COLLECTION.c.id).limit(MOST_SUGGESTED + 1)).all())
        if count > MOST_SUGGESTED:  # the names of the first at the top
            mine = COLLECTION.c.id.in_(select(visible_ids(context.actor).subquery().c.id))
            query = select(COLLECTION.c.name).where(mine, COLLECTION.c.parent_id.is_(None))
            names = connection.execute(query.order_by(COLLECTION.c.name).limit(MOST_SUGGESTED)).scalars()
            return sorted(set(names))
        return sorted({"/".join(held.names) for held in RightsReader(connection, context.actor).all()})


FIELDS = (
    FilterField(
        "collection",
        "Collection",
        "Only what is in this collection, or in one below it: its number, name or path; several: any of them.",
        restrict=_in_collections,
        parse=str,
        metavar="NAME",
        example="Film/Selects",
        in_queries="in_collection",
        suggest=_paths,
    ),
)
