"""The filter field of sources."""

from collections.abc import Sequence

from sqlalchemy import select

from dampipe.features.sources.queries import SourceRepository
from dampipe.features.sources.tables import FOLDER
from dampipe.kernel.db.database import Database
from dampipe.kernel.filter import FilterContext, FilterField, Restriction


def _of_sources(context: FilterContext, names: Sequence[str]) -> Restriction:
    sources = SourceRepository(context.database)
    ids = [sources.named(name).id for name in names]
    with context.database.read() as connection:
        folders = connection.execute(select(FOLDER.c.id).where(FOLDER.c.source_id.in_(ids))).scalars()
        return Restriction(folders=frozenset(folders))


def _names(database: Database) -> list[str]:
    return [source.name for source in SourceRepository(database).all()]


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
