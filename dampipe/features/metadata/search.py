"""The words that values add to the search documents of assets; `queries.py` marks these dirty."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, select

from dampipe.features.metadata.references import words_of_terms
from dampipe.features.metadata.registry import library_fields
from dampipe.features.metadata.tables import VALUE
from dampipe.kernel.documents.text import DocumentText


def value_words(connection: Connection, assets: Collection[int]) -> Iterable[DocumentText]:
    """What counts in the searchable fields of assets: of a term all its labels, and those of the terms above it."""
    keys = {key: given.label for key, given in library_fields(connection).items() if given.searchable}
    if not keys or not assets:
        return []
    mine = (VALUE.c.asset_id.in_(assets), VALUE.c.field.in_(keys), VALUE.c.is_effective)
    columns = (VALUE.c.asset_id, VALUE.c.field, VALUE.c.text, VALUE.c.number, VALUE.c.term_id)
    query = select(*columns).where(*mine)
    rows = connection.execute(query.order_by(VALUE.c.asset_id, VALUE.c.field, VALUE.c.position)).all()
    labels = words_of_terms(connection, {row.term_id for row in rows if row.term_id is not None})
    found: list[DocumentText] = []
    for row in rows:
        texts: Iterable[str]
        if row.term_id is not None:
            texts = labels.get(row.term_id, ())
        elif row.text is not None:
            texts = (row.text,)
        else:
            texts = () if row.number is None else (f"{row.number:g}",)
        found += [DocumentText(row.asset_id, text, keys[row.field]) for text in texts]
    return found
