"""The use case of facets: how many of the assets that pass filters, and are visible, have which values."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.facets.errors import FACET_INVALID, FACETS_BUILDING
from dampipe.features.facets.index import BY_READERS, FacetIndex
from dampipe.features.facets.keys import Mode, mode_of, month_text, text_name
from dampipe.features.facets.model import FacetReport, FacetRequest, Facets, FacetValue
from dampipe.features.facets.postings import FieldPostings
from dampipe.features.facets.terms import parents_of, with_broader
from dampipe.features.metadata.registry import library_fields
from dampipe.features.metadata.tables import VALUE
from dampipe.features.metadata.values import fold, plain_number
from dampipe.features.search.filters import FilterResolver
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.kernel.access import SEARCH, Actor, require
from dampipe.kernel.asset_set import ALL, AssetSet, Selection
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.errors import NotFound, SearchUnavailable
from dampipe.kernel.field import FieldType, MetadataField
from dampipe.kernel.ids import TermId

_COUNTED = frozenset({Mode.TEXT, Mode.NUMBER, Mode.TERM, Mode.MONTH})


class FacetService:
    """Counts of one library. Any method may raise CatalogueDown."""

    def __init__(self, database: Database, filters: FilterResolver, terms: TermRepository) -> None:
        self._db = database
        self._index = FacetIndex(database)
        self._filters = filters
        self._terms = terms

    def count(self, actor: Actor, request: FacetRequest, wait: bool = False) -> Facets:
        """Count assets by the values of facets. A value that no visible asset has is never named.

        wait: refresh the index, however long it takes. Raises NotFound (FACET_INVALID) for a field that is not a facet,
        SearchUnavailable (FACETS_BUILDING) while more is to be read than one waits for, and what filters raise.
        """
        require(actor, SEARCH)
        if not self._index.refresh(None if wait else BY_READERS):
            raise SearchUnavailable(FACETS_BUILDING, waiting=BY_READERS)
        mask = self._filters.mask(self._filters.resolve(actor, request.filters))
        with self._db.read() as connection:
            fields = library_fields(connection)
            facets = {key: one for key, one in fields.items() if is_facet(one)}
            for key in request.facet:
                if key not in facets:
                    raise NotFound(FACET_INVALID, key=key, keys=", ".join(facets))
            shown = {key: facets[key] for key in request.facet} or facets
            postings = self._index.read(connection, ["", *shown])
            # The mask may hold numbers of which there is no version.
            among = _within(postings[""].named(""), mask)
            counted = len(among)
            counts = {key: self._counts(connection, facets[key], postings[key], mask) for key in shown}
            asked = {
                key: self._containing(connection, shown[key], counts[key], request.containing)
                for key in shown
            }
            first = {key: _first(mode_of(shown[key]), asked[key], request.limit) for key in shown}
            written = self._spellings(connection, shown, first, postings, mask)
            reports = [
                FacetReport(
                    key=key,
                    label=given.label,
                    type=given.type,
                    unit=given.unit,
                    values=tuple(self._values(connection, given, first[key], written)),
                    more=len(asked[key]) - len(first[key]),
                    **_limits(given, counts[key]),
                    without=counted - _count(postings[key].named(""), mask),
                )
                for key, given in shown.items()
                if counts[key] or request.facet
            ]
        return Facets(assets=counted, facets=tuple(reports))

    def _counts(
        self, connection: Connection, given: MetadataField, known: FieldPostings, mask: Selection
    ) -> dict[str, int]:
        """Assets by the name of the key; without keys that none has."""
        if mode_of(given) is Mode.TERM:
            return self._by_term(connection, known, mask)
        counts = {name: _count(versions, mask) for name, versions in known.present() if name}
        return {name: count for name, count in counts.items() if count}

    def _by_term(self, connection: Connection, known: FieldPostings, mask: Selection) -> dict[str, int]:
        """Assets by term: each counts for the broader terms, too."""
        own = {int(name): versions for name, versions in known.present() if name}
        counts = {term: count for term, versions in own.items() if (count := _count(versions, mask))}
        own = {term: own[term] for term in counts}
        below: dict[int, list[AssetSet]] = {}
        for term, above in with_broader(self._db, connection, own).items():
            for one in above:
                below.setdefault(one, []).append(own[term])
        return {
            str(term): counts[term]
            if len(sets) == 1 and sets[0] is own.get(term)
            else _count(sets[0] if len(sets) == 1 else AssetSet.union(sets), mask)
            for term, sets in below.items()
        }

    def _containing(
        self, connection: Connection, given: MetadataField, counts: dict[str, int], text: str
    ) -> dict[str, int]:
        """The counts of values that contain a text."""
        wanted = fold(text.strip())
        if not wanted:
            return counts
        mode = mode_of(given)
        if mode is Mode.TERM:
            labels = self._terms.labels(connection, [TermId(int(name)) for name in counts])
            names = {str(term) for term, label in labels.items() if wanted in fold(label)}
        elif mode is Mode.TEXT:
            names = {name for name in counts if wanted in name}
        else:
            names = {name for name in counts if wanted in _text(given, mode, name)}
        return {name: count for name, count in counts.items() if name in names}

    def _values(
        self,
        connection: Connection,
        given: MetadataField,
        counts: Mapping[str, int],
        written: Mapping[tuple[str, str], str],
    ) -> Iterable[FacetValue]:
        mode = mode_of(given)
        if mode is Mode.TERM:
            numbers = [TermId(int(name)) for name in counts]
            counted = set(numbers)
            keys, labels = self._terms.keys(connection, numbers), self._terms.labels(connection, numbers)
            parents = parents_of(self._db, connection, numbers)
            for term, count in zip(numbers, counts.values(), strict=True):
                key = keys.get(term, str(term))
                parent = keys.get(TermId(parents[term]), "") if parents.get(term) in counted else ""
                yield FacetValue(value=key, label=labels.get(term, key), assets=count, parent=parent)
            return
        for name, count in counts.items():
            text = written.get((given.key, name), name) if mode is Mode.TEXT else _text(given, mode, name)
            yield FacetValue(value=text, label=f"{text} {given.unit}".strip(), assets=count)

    def _spellings(
        self,
        connection: Connection,
        fields: Mapping[str, MetadataField],
        first: Mapping[str, Mapping[str, int]],
        postings: Mapping[str, FieldPostings],
        mask: Selection,
    ) -> dict[tuple[str, str], str]:
        """Texts by field and name of the key, as visible assets have them: how a hidden one writes it is not shown."""
        texts = {key: one for key, one in fields.items() if mode_of(one) is Mode.TEXT}
        named = (postings[key].named(name) for key in texts for name in first[key])
        versions = sorted({first_one for one in named if (first_one := _first_of(one, mask)) is not None})
        facts = {key: one.column for key, one in texts.items() if one.column is not None}
        columns = [column.label(f"fact{number}") for number, column in enumerate(facts.values())]
        query = select(VERSION.c.asset_id, *columns).where(in_ids(self._db, VERSION.c.id, versions))
        found: dict[tuple[str, str], str] = {}
        rows = connection.execute(query.order_by(VERSION.c.id)).all() if versions else ()
        for row in rows:
            for key, text in zip(facts, row[1:], strict=True):
                if text is not None:
                    found.setdefault((key, text_name(text)), text)
        mine = (in_ids(self._db, VALUE.c.asset_id, [row[0] for row in rows]), VALUE.c.is_effective)
        values = select(VALUE.c.field, VALUE.c.text).where(
            *mine, VALUE.c.field.in_(texts.keys() - facts.keys())
        )
        ordered = values.order_by(VALUE.c.asset_id, VALUE.c.field, VALUE.c.source, VALUE.c.position)
        for key, text in connection.execute(ordered) if rows else ():
            if text is not None:
                found.setdefault((key, text_name(text)), text)
        return found


def is_facet(given: MetadataField) -> bool:
    """Whether assets are counted by a field."""
    return given.facet and mode_of(given) in _COUNTED


def _within(versions: AssetSet, mask: Selection) -> AssetSet:
    return versions if mask is ALL else versions & mask


def _count(versions: AssetSet, mask: Selection) -> int:
    return len(versions) if mask is ALL else versions.common(mask)


def _first_of(versions: AssetSet, mask: Selection) -> int | None:
    """The lowest of the versions that is visible."""
    return next(iter(versions), None) if mask is ALL else versions.first_common(mask)


def _first(mode: Mode, counts: Mapping[str, int], limit: int) -> dict[str, int]:
    """Those with most assets."""
    names = sorted(counts, key=lambda name: (-counts[name], _order(mode, name)))[:limit]
    return {name: counts[name] for name in names}


def _order(mode: Mode, name: str) -> tuple[float, str]:
    """The order of keys with equal counts."""
    return (0.0, name) if mode is Mode.TEXT else (float(name), "")


def _limits(given: MetadataField, counts: Mapping[str, int]) -> dict[str, str]:
    """The lowest and the highest of numbers or months."""
    mode = mode_of(given)
    if mode not in (Mode.NUMBER, Mode.MONTH) or given.type is FieldType.BOOLEAN or not counts:
        return {}
    lowest, highest = min(counts, key=float), max(counts, key=float)
    return {"least": _text(given, mode, lowest), "most": _text(given, mode, highest)}


def _text(given: MetadataField, mode: Mode, name: str) -> str:
    """A number or a month as a query has it."""
    if mode is Mode.MONTH:
        return month_text(int(name))
    if given.type is FieldType.BOOLEAN:
        return "yes" if float(name) else "no"
    return str(plain_number(float(name)))
