"""The filter field of machine tags. Those without a verdict are found by it, never by the field of tags."""

from collections.abc import Sequence

from sqlalchemy import and_, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.machinetags.errors import UNKNOWN_TERM
from dampipe.features.machinetags.names import terms_named
from dampipe.features.machinetags.queries import MachineTagRepository
from dampipe.features.metadata.tables import VALUE
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.errors import NotFound
from dampipe.kernel.field import ValueSource, ValueState
from dampipe.kernel.filter import FilterContext, FilterField, Restriction


def _found(context: FilterContext, names: Sequence[str]) -> Restriction:
    """Assets in which a model has found all of the terms, or narrower ones."""
    database, conditions = context.database, []
    with database.read() as connection:
        schemes = MachineTagRepository(database).schemes(connection)
        fields = {scheme.field for scheme in schemes}
        for name in names:
            terms = terms_named(connection, database, schemes, name, context.view)
            if not terms:
                raise NotFound(UNKNOWN_TERM, term=name)
            below = TermRepository(database).narrower(connection, terms)
            mine = (
                VALUE.c.source == ValueSource.MODEL,
                VALUE.c.state == ValueState.ACCEPTED,
                VALUE.c.field.in_(fields),
                in_ids(database, VALUE.c.term_id, sorted(below)),
            )
            conditions.append(VERSION.c.asset_id.in_(select(VALUE.c.asset_id).where(*mine)))
    return Restriction(where=and_(*conditions))


FIELDS = (
    FilterField(
        "machine_tag",
        "Machine tag",
        "Only what has this tag from a model, set or accepted, or one below it; several: all of them.",
        restrict=_found,
        parse=str,
        metavar="TERM",
        example="beach",
    ),
)
