"""The filter field of tags."""

from collections.abc import Sequence

from sqlalchemy import and_, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.tables import VALUE
from dampipe.features.tagging.errors import UNKNOWN_TAG
from dampipe.features.tagging.fields import is_tag
from dampipe.features.tagging.queries import TagRepository
from dampipe.features.tagging.terms import find_tag
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.errors import NotFound
from dampipe.kernel.filter import FilterContext, FilterField, Restriction


def _tagged(context: FilterContext, names: Sequence[str]) -> Restriction:
    """Assets that have all of the tags, or narrower ones. What models alone say is not among them."""
    conditions = []
    with context.database.read() as connection:
        for name in names:
            term = find_tag(connection, context.database, name)
            if term is None:
                raise NotFound(UNKNOWN_TAG, name=name)
            terms = TermRepository(context.database).narrower(connection, [term])
            mine = (is_tag(), in_ids(context.database, VALUE.c.term_id, sorted(terms)))
            visible = select(VALUE.c.id).where(*mine, context.view.shows_asset(VALUE.c.asset_id))
            if connection.execute(visible.limit(1)).first() is None:
                raise NotFound(UNKNOWN_TAG, name=name)
            conditions.append(VERSION.c.asset_id.in_(select(VALUE.c.asset_id).where(*mine)))
    return Restriction(where=and_(*conditions))


def _names(context: FilterContext) -> list[str]:
    return [tag.name for tag in TagRepository(context.database).all(context.view)]


FIELDS = (
    FilterField(
        "tag",
        "Tag",
        "Only what has this tag, or one below it; several: all of them.",
        restrict=_tagged,
        parse=str,
        metavar="NAME",
        example="interview",
        suggest=_names,
    ),
)
