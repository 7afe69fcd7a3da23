"""How people name terms of the vocabularies for machine tags: `beach`, or `places:beach`."""

from collections.abc import Sequence

from sqlalchemy import Connection

from dampipe.features.machinetags.queries import Scheme
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.kernel.db.database import Database
from dampipe.kernel.visibility import EVERYTHING, View


def terms_named(
    connection: Connection,
    database: Database,
    schemes: Sequence[Scheme],
    text: str,
    view: View = EVERYTHING,
) -> list[int]:
    """The terms that a text names, by key, label, synonym or path, at most one of each vocabulary. view: terms outside
    do not exist."""
    key, colon, rest = text.partition(":")
    if colon and any(scheme.vocabulary == key for scheme in schemes):
        schemes, text = [one for one in schemes if one.vocabulary == key], rest
    terms = TermRepository(database)
    found = (
        terms.find(connection, one.vocabulary, [text], retired=True, view=view).get(text) for one in schemes
    )
    return [term for term in found if term is not None]
