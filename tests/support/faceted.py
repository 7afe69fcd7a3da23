"""A described library whose fields have all types, and what the facet index says of it."""

import random
import struct
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from dampipe.features.assets.tables import VERSION
from dampipe.features.facets.columns import COLUMNS, OWNER
from dampipe.features.facets.evaluation import IndexSearch, QueryReader, as_sql
from dampipe.features.facets.grammar import All, Condition, Negation, Query, parse_query
from dampipe.features.facets.grammar import Any as AnyOf
from dampipe.features.facets.index import FacetIndex
from dampipe.features.facets.model import FacetReport, FacetRequest, Facets
from dampipe.features.facets.service import FacetService
from dampipe.features.facets.tables import FACET_KEY, FACET_POSTING, FACET_TEXT, FACET_VERSION
from dampipe.features.facets.texts import BLOCK_BITS, texts_of, unpack
from dampipe.features.search.filters import FilterResolver
from dampipe.features.sources.tables import FOLDER
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.features.vocabularies.tables import TERM, TERM_LABEL
from dampipe.kernel.access import LOCAL, Actor
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.facets.dirty import mark_assets, mark_versions
from dampipe.kernel.field import Operator
from dampipe.kernel.filter import FilterRegistry
from dampipe.kernel.visibility import View
from tests.support.described import Described

SCHEMA = """
[[field]]
key = "title"
label = "Title"
[[field]]
key = "city"
label = "City"
facet = true
[[field]]
key = "people"
label = "People"
type = "person"
multiple = true
facet = true
[[field]]
key = "rating"
label = "Rating"
type = "rating"
facet = true
[[field]]
key = "weight"
label = "Weight"
type = "number"
unit = "kg"
[[field]]
key = "iso"
label = "ISO"
type = "number"
facet = true
[[field]]
key = "shot_on"
label = "Shot on"
type = "date"
facet = true
[[field]]
key = "good"
label = "Good"
type = "boolean"
facet = true
[[field]]
key = "keywords"
label = "Keywords"
type = "term"
vocabulary = "places"
multiple = true
facet = true
[[field]]
key = "other"
label = "Other"
type = "asset"
[[field]]
key = "notes"
label = "Notes"
type = "long_text"
[[field]]
key = "aliases"
label = "Aliases"
multiple = true
"""
TREE = {"coast": None, "beach": "coast", "dune": "beach", "town": None}
"""Terms and their parents."""


class FixedView:
    """Everybody sees the same versions."""

    def __init__(self, versions: Iterable[int]) -> None:
        seen = sorted(versions)
        ids = select(VERSION.c.id).where(VERSION.c.id.in_(seen))
        self._view = View(
            folder_ids=select(FOLDER.c.id).where(FOLDER.c.id < 0),
            version_ids=ids,
            asset_ids=select(VERSION.c.asset_id).where(VERSION.c.id.in_(ids)),
            places=((1, f"{hash(tuple(seen))}"),),
            read_mask=lambda: AssetSet(seen),
        )

    def of(self, actor: Actor) -> View:
        return self._view


class Faceted:
    """Versions have the numbers of their assets and `Described.SHIFT`."""

    def __init__(self, described: Described) -> None:
        self.described = described
        self.database = described.database
        self.index = FacetIndex(self.database)
        self.facets = described.library.services.get(FacetService)
        self.terms = described.vocabulary("places", *TREE)
        self._plant()
        described.schema(SCHEMA)

    def _plant(self) -> None:
        with self.database.write() as connection:
            for term, parent in TREE.items():
                if parent is not None:
                    change = TERM.update().where(TERM.c.id == self.terms[term])
                    connection.execute(change.values(parent_id=self.terms[parent]))
            synonym = {"language": "de", "kind": "alternative", "text": "Strand", "folded": "strand"}
            connection.execute(
                TERM_LABEL.insert().values(term_id=self.terms["beach"], is_imported=False, **synonym)
            )

    def edit(self, asset: int, **values: Any) -> None:
        """Set fields of an asset; None: nothing is said."""
        given = {key: value for key, value in values.items() if value is not None}
        gone = tuple(key for key, value in values.items() if value is None)
        self.described.edit(asset, set=given, unset=gone)

    def fact(self, asset: int, **columns: Any) -> None:
        """Change facts of an asset's version, as a probe does."""
        version = asset + Described.SHIFT
        with self.database.write() as connection:
            connection.execute(VERSION.update().where(VERSION.c.id == version).values(**columns))
            mark_versions(connection, [version])

    def add_version(self, asset: int, number: int, **columns: Any) -> None:
        """Give an asset another version, which becomes the current one."""
        with self.database.write() as connection:
            old = VERSION.update().where(VERSION.c.asset_id == asset).values(superseded_at=2.0)
            connection.execute(old)
            row = {"sha1": f"{number:040x}", "size": 1, "name": f"{number}.mov", "added_at": 2.0}
            connection.execute(VERSION.insert().values(id=number, asset_id=asset, **row, **columns))
            mark_versions(connection, [number])
            mark_assets(connection, [asset])

    def both_ways(self, query: str | Query, database: Database | None = None) -> tuple[list[int], list[int]]:
        """The versions that a query finds, by the index and by SQL."""
        text = query if isinstance(query, str) else str(query)
        tree = parse_query(text)
        database = database or self.database
        index = FacetIndex(database)
        index.refresh()
        with database.read() as connection:
            meaning = QueryReader(database, connection).read(text, tree)
            by_sql = connection.execute(select(VERSION.c.id).where(as_sql(tree, meaning))).scalars()
            by_index = IndexSearch(database, connection, index, meaning).find(tree)
            return list(by_index), sorted(by_sql)

    def find(self, query: str) -> list[int]:
        """The assets that a query finds; the index and SQL agree about their versions."""
        by_index, by_sql = self.both_ways(query)
        assert by_index == by_sql
        with self.database.read() as connection:
            mine = select(VERSION.c.asset_id).where(VERSION.c.id.in_(by_index)).distinct()
            return sorted(connection.execute(mine).scalars())

    def service(self, versions: Iterable[int] | None = None) -> FacetService:
        """Counts for who sees these versions; None: all."""
        if versions is None:
            return self.facets
        resolver = FilterResolver(self.database, FilterRegistry(), FixedView(versions))
        return FacetService(self.database, resolver, TermRepository(self.database))

    def count(
        self,
        *facets: str,
        sees: Iterable[int] | None = None,
        limit: int = 20,
        containing: str = "",
        **filters: str,
    ) -> Facets:
        """Counts of facets. sees: numbers of versions."""
        request = FacetRequest(
            facet=facets,
            limit=limit,
            containing=containing,
            filters={name: (value,) for name, value in filters.items()},
        )
        return self.service(sees).count(LOCAL, request)

    def counts(self, facet: str, **more: Any) -> dict[str, int]:
        """Counts of one facet by value."""
        return by_value(self.count(facet, **more).facets[0])

    def stored(self) -> dict[tuple[str, str], list[int]]:
        """The sets in the catalogue by field and name, without empty ones."""
        joined = FACET_POSTING.join(FACET_KEY, FACET_KEY.c.id == FACET_POSTING.c.key_id)
        columns = (FACET_KEY.c.field, FACET_KEY.c.name, FACET_POSTING.c.numbers)
        found: dict[tuple[str, str], list[int]] = {}
        with self.database.read() as connection:
            for field, name, numbers in connection.execute(select(*columns).select_from(joined)):
                found.setdefault((field, name), []).extend(AssetSet.deserialize(bytes(numbers)))
        return {key: sorted(numbers) for key, numbers in found.items() if numbers}

    def texts(self) -> dict[str, list[tuple[int, bytes]]]:
        """The texts in the catalogue by field, without empty blocks."""
        found: dict[str, list[tuple[int, bytes]]] = {}
        with self.database.read() as connection:
            for row in connection.execute(
                select(FACET_TEXT).where(FACET_TEXT.c.field.not_in([one.field for one in COLUMNS]))
            ):
                found.setdefault(row.field, []).extend(texts_of(unpack(row.block, bytes(row.texts))))
        return {key: sorted(texts) for key, texts in found.items() if texts}

    def owners(self) -> dict[int, int]:
        """The assets of versions that are stored."""
        with self.database.read() as connection:
            rows = connection.execute(select(FACET_TEXT).where(FACET_TEXT.c.field == OWNER.field)).all()
        return {
            (row.block << BLOCK_BITS) + at: asset
            for row in rows
            for at, (asset,) in enumerate(struct.iter_unpack("<I", bytes(row.texts)))
            if asset
        }

    def forward(self) -> dict[int, set[tuple[str, str]]]:
        """The keys of versions that are stored."""
        found: dict[int, set[tuple[str, str]]] = {}
        with self.database.read() as connection:
            keys = {row.id: (row.field, row.name) for row in connection.execute(select(FACET_KEY))}
            for row in connection.execute(select(FACET_VERSION)):
                numbers = [number for (number,) in struct.iter_unpack("<I", bytes(row.key_ids))]
                assert numbers == sorted(set(numbers))
                found[row.version_id] = {keys[number] for number in numbers}
        return found

    def assert_as_rebuilt(self) -> None:
        """The index is the same as one that is built from nothing."""
        self.index.refresh()
        kept = self.stored(), self.texts(), self.forward(), self.owners()
        self.index.clear()
        self.index.refresh()
        assert kept == (self.stored(), self.texts(), self.forward(), self.owners())
        with self.database.read() as connection:
            rows = connection.execute(select(VERSION.c.id, VERSION.c.asset_id)).all()
        assert self.owners() == {row.id: row.asset_id for row in rows}


def by_value(report: FacetReport) -> dict[str, int]:
    return {one.value: one.assets for one in report.values}


WORDS: dict[str, Sequence[Any]] = {
    "title": ("Sea", "a sea", "hills", "Straße 50% _", "x" * 230),
    "notes": ("the sea\nhills and more sea", "É 100%", "é", "y" * 999 + "sea", "z" * 999 + "seaé"),
    "aliases": ("Sea", "STRASSE", "ssea", "hill", "s"),
    "city": ("Rome", "ROME", "Paris", "New York", "y" * 200, "y" * 210),
    "people": ("Anna", "Ben", "anna"),
    "rating": (0, 1, 3, 5),
    "weight": (0, 0.5, 1, 99.5, 100, 101, 1000, -3),
    "iso": (100, 400, 800, 801.5, 12800),
    "shot_on": (
        "2024",
        "2024-06",
        "2024-06-01",
        "2024-05-31T23:30+02:00",
        "2024-06-01T00:10Z",
        "2023-12-31",
        "2024-06-15T12:00",
    ),
    "good": ("yes", "no"),
    "keywords": tuple(TREE),
}
FACTS: dict[str, Sequence[Any]] = {
    "kind": ("video", "photo", None),
    "camera": ("Sony FX3", "sony fx30", "Arri", None),
    "duration": (0.0, 1.5, 29.97, 30.0, 3600.0, None),
    "width": (1920, 1080, None),
    "height": (1080, 1920, None),
    "recorded_at": (1_717_200_000.0, 1_717_203_600.0, 1_704_067_199.0, None),
    "recorded_offset": (120, -300, None),
}
_PARTS = ("sea", "EA", "s", "ss", "%", "_", "é", "é 1", "hills and", "yyy", "zsea", "x" * 230, "nothing")
_QUERIED = WORDS | {
    "title": WORDS["title"] + _PARTS,
    "notes": ("é", "the sea", "z" * 999 + "seaé", "y" * 999 + "sea", *_PARTS),
    "aliases": WORDS["aliases"] + _PARTS,
    "kind": ("video", "photo", "vid"),
    "camera": ("fx3", "Sony FX3", "ARRI"),
    "duration": (0, 1.5, 29.9, 30, "1 min", "2:00"),
    "lines": (1080, 2000),
    "recorded_on": ("2024", "2024-06", "2024-06-01T00:00", "2024-06-01T02:00+02:00", "2023-12-31"),
}


def change_something(faceted: Faceted, rng: random.Random, assets: int) -> None:
    """One random write."""
    asset = rng.randint(1, assets)
    if rng.random() < 0.3:
        name = rng.choice(list(FACTS))
        faceted.fact(asset, **{name: rng.choice(FACTS[name])})
        return
    key = rng.choice(list(WORDS))
    value: Any = rng.choice(WORDS[key])
    if key in ("people", "keywords", "aliases"):
        value = tuple(rng.sample(WORDS[key], rng.randint(1, 2)))
    faceted.edit(asset, **{key: None if rng.random() < 0.2 else value})


def random_query(rng: random.Random, depth: int = 3) -> Query:
    """A query over the fields of the library."""
    kind = rng.random()
    if depth and kind < 0.5:
        parts = tuple(random_query(rng, depth - 1) for _ in range(rng.randint(2, 3)))
        if kind < 0.1:
            return Negation(parts[0])
        return All(parts) if kind < 0.3 else AnyOf(parts)
    key = rng.choice(list(_QUERIED))
    if rng.random() < 0.1:
        return Condition(key, Operator.IS_SET)
    if key in ("rating", "weight", "iso", "shot_on", "duration", "lines", "recorded_on"):
        operator = rng.choice([one for one in Operator if one is not Operator.IS_SET])
    else:
        operator = rng.choice([Operator.EQUAL, Operator.NOT_EQUAL, Operator.CONTAINS])
    count = rng.randint(1, 3) if operator in (Operator.EQUAL, Operator.NOT_EQUAL) else 1
    return Condition(key, operator, tuple(str(rng.choice(_QUERIED[key])) for _ in range(count)))
