"""The use case of facets: how many of the assets that pass filters, and are visible, have which values."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.facets.errors import FACET_INVALID, FACETS_BUILDING
from dampipe.features.facets.index import BY_READERS, FacetIndex
from dampipe.features.facets.keys import Mode, mode_of, month_text, text_name
from dampipe.features.facets.model import FacetReport, FacetRequest, Facets, FacetValue
from dampipe.features.facets.postings import FieldPostings
from dampipe.features.facets.terms import with_broader
from dampipe.features.metadata.registry import library_fields
from dampipe.features.metadata.tables import VALUE
from dampipe.features.metadata.values import plain_number
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

        wait: refresh the index, however long it takes. Raises NotFound (FACET_INVALID) for a field that is no facet,
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
            reports = []
            for one in shown.values():
                report = self._report(connection, one, postings[one.key], mask, request.limit, counted)
                if report.values or request.facet:
                    reports.append(report)
        return Facets(assets=counted, facets=tuple(reports))

    def _report(
        self,
        connection: Connection,
        given: MetadataField,
        known: FieldPostings,
        mask: Selection,
        limit: int,
        counted: int,
    ) -> FacetReport:
        mode = mode_of(given)
        counts = self._by_term(connection, known, mask) if mode is Mode.TERM else _counts(known, mask)
        first = sorted(counts, key=lambda name: (-counts[name], _order(mode, name)))[:limit]
        return FacetReport(
            key=given.key,
            label=given.label,
            type=given.type,
            unit=given.unit,
            values=tuple(
                self._values(connection, given, known, mask, {name: counts[name] for name in first})
            ),
            more=len(counts) - len(first),
            without=counted - _count(known.named(""), mask),
        )

    def _by_term(self, connection: Connection, known: FieldPostings, mask: Selection) -> dict[str, int]:
        """Assets by term: each counts for the broader terms, too."""
        own = {int(name): versions for name, versions in known.present() if name}
        own = {term: versions for term, versions in own.items() if _count(versions, mask)}
        below: dict[int, list[AssetSet]] = {}
        for term, above in with_broader(self._db, connection, own).items():
            for one in above:
                below.setdefault(one, []).append(own[term])
        return {
            str(term): _count(sets[0] if len(sets) == 1 else AssetSet.union(sets), mask)
            for term, sets in below.items()
        }

    def _values(
        self,
        connection: Connection,
        given: MetadataField,
        known: FieldPostings,
        mask: Selection,
        counts: Mapping[str, int],
    ) -> Iterable[FacetValue]:
        mode = mode_of(given)
        if mode is Mode.TEXT:
            # As a visible asset has it: how a hidden one writes it is not shown.
            first = {name: next(iter(_within(known.named(name), mask))) for name in counts}
            written = self._spellings(connection, given, first)
            for name, count in counts.items():
                text = written.get(name, name)
                yield FacetValue(value=text, label=text, assets=count)
            return
        if mode is Mode.TERM:
            numbers = [TermId(int(name)) for name in counts]
            keys, labels = self._terms.keys(connection, numbers), self._terms.labels(connection, numbers)
            for name, count in counts.items():
                key = keys.get(TermId(int(name)), name)
                yield FacetValue(value=key, label=labels.get(TermId(int(name)), key), assets=count)
            return
        for name, count in counts.items():
            text = _text(given, mode, name)
            yield FacetValue(value=text, label=f"{text} {given.unit}".strip(), assets=count)

    def _spellings(
        self, connection: Connection, given: MetadataField, versions: Mapping[str, int]
    ) -> dict[str, str]:
        """Texts by the names of their keys, as these versions have them."""
        mine = in_ids(self._db, VERSION.c.id, sorted(set(versions.values())))
        if given.column is not None:
            texts = connection.execute(select(given.column).where(mine)).scalars()
        else:
            joined = VALUE.join(VERSION, VERSION.c.asset_id == VALUE.c.asset_id)
            said = (mine, VALUE.c.field == given.key, VALUE.c.is_effective)
            query = select(VALUE.c.text).select_from(joined).where(*said)
            texts = connection.execute(query.order_by(VALUE.c.asset_id, VALUE.c.position)).scalars()
        found: dict[str, str] = {}
        for text in texts:
            if text is not None:
                found.setdefault(text_name(text), text)
        return found


def is_facet(given: MetadataField) -> bool:
    """Whether assets are counted by a field."""
    return given.facet and mode_of(given) in _COUNTED


def _within(versions: AssetSet, mask: Selection) -> AssetSet:
    return versions if mask is ALL else versions & mask


def _count(versions: AssetSet, mask: Selection) -> int:
    return len(versions) if mask is ALL else versions.common(mask)


def _counts(known: FieldPostings, mask: Selection) -> dict[str, int]:
    """Assets by the name of the key; without keys that none has."""
    counts = {name: _count(versions, mask) for name, versions in known.present() if name}
    return {name: count for name, count in counts.items() if count}


def _order(mode: Mode, name: str) -> tuple[float, str]:
    """The order of keys with equal counts."""
    return (0.0, name) if mode is Mode.TEXT else (float(name), "")


def _text(given: MetadataField, mode: Mode, name: str) -> str:
    """A number or a month as a query has it."""
    if mode is Mode.MONTH:
        return month_text(int(name))
    if given.type is FieldType.BOOLEAN:
        return "yes" if float(name) else "no"
    return str(plain_number(float(name)))
