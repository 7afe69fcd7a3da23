"""The filter fields of comments: whether assets have open ones, and by whom."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.review.queries import IS_OPEN, IS_THREAD, CommentRepository
from dampipe.features.review.tables import COMMENT
from dampipe.kernel.filter import FilterContext, FilterField, Restriction


def _has(context: FilterContext, values: Sequence[str]) -> Restriction:
    asset = VERSION.c.asset_id
    conditions = {
        "open": asset.in_(select(COMMENT.c.asset_id).where(IS_OPEN)),
        "resolved": asset.in_(
            select(COMMENT.c.asset_id).where(IS_THREAD, COMMENT.c.resolved_at.is_not(None))
        ),
        "any": asset.in_(select(COMMENT.c.asset_id)),
        "none": asset.not_in(select(COMMENT.c.asset_id)),
    }
    return Restriction(where=or_(*(conditions[value] for value in values)))


def _by(context: FilterContext, names: Sequence[str]) -> Restriction:
    mine = select(COMMENT.c.asset_id).where(COMMENT.c.author_name.in_(list(names)))
    return Restriction(where=VERSION.c.asset_id.in_(mine))


def _authors(context: FilterContext) -> list[str]:
    return CommentRepository(context.database).authors(context.view)


FIELDS = (
    FilterField(
        "comments",
        "Comments",
        "Only what has open comments or markers, resolved ones, any, or none.",
        restrict=_has,
        parse=str,
        choices=("open", "resolved", "any", "none"),
    ),
    FilterField(
        "commented_by",
        "Commented by",
        "Only what this user or guest commented on; several: any of them.",
        restrict=_by,
        parse=str.strip,
        metavar="NAME",
        example="anna",
        suggest=_authors,
    ),
)
