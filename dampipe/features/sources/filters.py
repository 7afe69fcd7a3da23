"""The filter field of sources."""

from collections.abc import Sequence

from sqlalchemy import select

from dampipe.features.sources.errors import NOT_FOUND
from dampipe.features.sources.queries import SourceRepository
from dampipe.features.sources.tables import FOLDER
from dampipe.kernel.errors import NotFound
from dampipe.kernel.filter import FilterContext, FilterField, Restriction
from dampipe.kernel.paths import printable


def _of_sources(context: FilterContext, names: Sequence[str]) -> Restriction:
    sources = SourceRepository(context.database)
    ids = [sources.named(name).id for name in names]
    if not context.view.is_all:
        shown = {source for source, _ in context.view.places}
        for name, source in zip(names, ids, strict=True):
            if source not in shown:
                raise NotFound(NOT_FOUND, name=printable(name))  # the same as for one that does not exist
    with context.database.read() as connection:
        held = select(FOLDER.c.id).where(FOLDER.c.source_id.in_(ids), context.view.shows_folder(FOLDER.c.id))
        return Restriction(folders=frozenset(connection.execute(held).scalars()))


def _names(context: FilterContext) -> list[str]:
    shown = {source for source, _ in context.view.places}
    sources = SourceRepository(context.database).all()
    return [source.name for source in sources if context.view.is_all or source.id in shown]


FIELDS = (
    FilterField(
        "source",
        "Source",
        "Only footage of this source.",
        restrict=_of_sources,
        parse=str,
        metavar="NAME",
        example="archive",
        suggest=_names,
    ),
)
