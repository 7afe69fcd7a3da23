"""The words that values add to the search documents of assets; `queries.py` marks these dirty."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, select

from dampipe.features.metadata.references import words_of_terms
from dampipe.features.metadata.registry import library_fields
from dampipe.features.metadata.tables import VALUE


def value_words(connection: Connection, assets: Collection[int]) -> Iterable[tuple[int, str]]:
    """What counts in the searchable fields of assets, as pairs of asset and text: of a term all its labels, and those
    of the terms above it."""
    keys = [key for key, given in library_fields(connection).items() if given.searchable]
    if not keys or not assets:
        return []
    mine = (VALUE.c.asset_id.in_(assets), VALUE.c.field.in_(keys), VALUE.c.is_effective)
    query = select(VALUE.c.asset_id, VALUE.c.text, VALUE.c.number, VALUE.c.term_id).where(*mine)
    rows = connection.execute(query.order_by(VALUE.c.asset_id, VALUE.c.field, VALUE.c.position)).all()
    labels = words_of_terms(connection, {row.term_id for row in rows if row.term_id is not None})
    found = []
    for row in rows:
        if row.term_id is not None:
            found += [(row.asset_id, label) for label in labels.get(row.term_id, ())]
        elif row.text is not None:
            found.append((row.asset_id, row.text))
        elif row.number is not None:
            found.append((row.asset_id, f"{row.number:g}"))
    return found
