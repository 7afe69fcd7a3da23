"""The filter of assets by their subclips."""

from collections.abc import Sequence

from sqlalchemy import and_, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.values import fold
from dampipe.features.subclips.tables import SUBCLIP
from dampipe.kernel.filter import FilterContext, FilterField, Restriction


def _with_subclip(context: FilterContext, texts: Sequence[str]) -> Restriction:
    """Assets that have for each text a subclip whose name or note contains it; `*`: any subclip."""
    conditions = []
    for text in texts:
        query = select(SUBCLIP.c.asset_id)
        if text != "*":
            query = query.where(SUBCLIP.c.folded.contains(fold(text), autoescape=True))
        conditions.append(VERSION.c.asset_id.in_(query))
    return Restriction(where=and_(*conditions))


FIELDS = (
    FilterField(
        "subclip",
        "Subclip",
        "Only what has a subclip whose name or note contains this, * for any; several: one for each.",
        restrict=_with_subclip,
        parse=str,
        metavar="TEXT",
        example="wide shot",
    ),
)
