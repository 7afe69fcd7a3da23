"""The filter field of tags."""

from collections.abc import Sequence

from sqlalchemy import and_, exists, literal, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.tagging.errors import UNKNOWN_TAG
from dampipe.features.tagging.queries import TagRepository
from dampipe.features.tagging.tables import TAG
from dampipe.kernel.errors import NotFound
from dampipe.kernel.filter import FilterContext, FilterField, Restriction


def _tagged(context: FilterContext, names: Sequence[str]) -> Restriction:
    """Assets that have all of the tags."""
    with context.database.read() as connection:
        for name in names:
            known = select(TAG.c.id).where(TAG.c.name == name, context.view.shows_asset(TAG.c.asset_id))
            if connection.execute(known.limit(1)).first() is None:
                raise NotFound(UNKNOWN_TAG, name=name)
    has = (
        exists(select(literal(1)).where(TAG.c.asset_id == VERSION.c.asset_id, TAG.c.name == name))
        for name in names
    )
    return Restriction(where=and_(*has))


def _names(context: FilterContext) -> list[str]:
    return [tag.name for tag in TagRepository(context.database).all(context.view)]


FIELDS = (
    FilterField(
        "tag",
        "Tag",
        "Only what has this tag; several: all of them.",
        restrict=_tagged,
        parse=str,
        metavar="NAME",
        example="interview",
        suggest=_names,
    ),
)
