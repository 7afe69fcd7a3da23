"""What terms and assets are called in cells."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection

from dampipe.features.metadata.references import Names, targets_of
from dampipe.features.metadata.values import Content
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import NotFound
from dampipe.kernel.field import FieldType, MetadataField
from dampipe.kernel.visibility import View

MOST_KEPT = 100_000
"""Terms whose names are remembered."""


class CellNames:
    """The names of terms and assets by number, as cells have them: a term by its preferred label if that is the name of
    no other term of the vocabulary, else by its key; an asset by its SHA-1."""

    def __init__(self, database: Database, view: View) -> None:
        """view: assets outside have no name."""
        self._db = database
        self._view = view
        self.terms: dict[int, str] = {}
        self.assets: dict[int, str] = {}

    def of(self, given: MetadataField) -> Mapping[int, str]:
        """The names that values of a field refer to, of those that were looked up."""
        return self.terms if given.type is FieldType.TERM else self.assets

    def look_up(self, connection: Connection, contents: Iterable[tuple[MetadataField, Content]]) -> None:
        """Read the names of terms and assets that values refer to."""
        if len(self.terms) > MOST_KEPT:
            self.terms.clear()
        by_vocabulary: dict[str, set[int]] = {}
        assets = set()
        for given, one in contents:
            if one.term_id is not None and one.term_id not in self.terms:
                by_vocabulary.setdefault(given.vocabulary, set()).add(one.term_id)
            elif one.linked_id is not None:
                assets.add(one.linked_id)
        for vocabulary, terms in by_vocabulary.items():
            self._look_up_terms(connection, vocabulary, terms)
        linked = [Content(linked_id=number) for number in assets]
        self.assets = Names(self._db, connection, linked, self._view).assets

    def _look_up_terms(self, connection: Connection, vocabulary: str, terms: Collection[int]) -> None:
        names = Names(self._db, connection, [Content(term_id=term) for term in terms])
        try:
            found = TermRepository(self._db).find(connection, vocabulary, set(names.labels.values()))
        except NotFound:  # of a field that had another vocabulary before
            found = {}
        became = targets_of(self._db, connection, terms)
        for term, key in names.terms.items():
            label = names.labels.get(term, key)
            self.terms[term] = label if found.get(label) == became[term] else key
