"""Queries over both databases: by the index and by SQL, which agree."""

import random
from typing import Any

import pytest
from sqlalchemy import select, update

from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.facets import evaluation, filters
from dampipe.features.facets.index import BY_READERS, FacetIndex
from dampipe.features.search.filters import FilterResolver
from dampipe.features.search.model import SearchRequest
from dampipe.features.search.service import SearchService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.asset_set import ALL, AssetSet
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.filter import FilterRegistry
from dampipe.kernel.selection import AssetSelector
from dampipe.kernel.visibility import NoRights
from tests.support.described import Described, name_of
from tests.support.faceted import Faceted, FixedView, change_something, random_query


@pytest.fixture
def some(faceted: Faceted) -> Faceted:
    """Five assets, of which the fifth has no values."""
    faceted.edit(1, rating=5, city="Rome", iso=100, shot_on="2024-06-01", keywords=("beach",), good="yes")
    faceted.edit(2, rating=3, city="rome", iso=800, shot_on="2024-05-31", keywords=("dune",), title="The Sea")
    faceted.edit(3, rating=1, city="New York", iso=1600, weight=12.5, people=("Anna", "Ben"))
    faceted.edit(4, keywords=("town", "coast"), shot_on="2024-06-30T23:59", weight=12.6, good="no")
    faceted.fact(1, duration=59.0, camera="Sony FX3", kind="video")
    faceted.fact(2, duration=60.0, camera="Arri", kind="video")
    return faceted


def selected(some: Faceted, **filters: str) -> AssetSet:
    """The assets that pass filters."""
    resolver = FilterResolver(some.database, FilterRegistry(), NoRights())
    return resolver.assets(LOCAL, {name: (text,) for name, text in filters.items()})


@pytest.mark.parametrize(
    ("query", "assets"),
    [
        ("age>30d", [2, 3]),
        ("age >= 30d and rating<3", [3]),
        ("age<=36h", [4, 5]),
        ("not age<1w", [1, 2, 3]),
        ("age>1y or age<1d", [5]),
    ],
)
def test_assets_by_their_age(some: Faceted, query: str, assets: list[int]) -> None:
    with some.database.write() as connection:
        now = database_time(connection)
        for number, days in enumerate((10, 40, 300, 1.2, 0.1), 1):
            old = update(ASSET).where(ASSET.c.id == number).values(added_at=now - days * 86_400)
            connection.execute(old)
    assert list(selected(some, where=query)) == assets
    assert list(selected(some, age=">=30d")) == list(selected(some, age="30d")) == [2, 3]


@pytest.mark.parametrize("query", ["age=30d", "age:30d", "age>30", "age>30m", "age in (30d)", "age>-3d"])
def test_an_age_is_compared_with_one(some: Faceted, query: str) -> None:
    with pytest.raises(InvalidInput) as found:
        selected(some, where=query)
    assert found.value.code == "where.value_invalid"


@pytest.mark.parametrize(
    ("query", "assets"),
    [
        ("rating>=3", [1, 2]),
        ("rating in (1, 5)", [1, 3]),
        ("rating!=3", [1, 3, 4, 5]),
        ("not rating=3", [1, 3, 4, 5]),
        ("rating not in (1, 3)", [1, 4, 5]),
        ("city=ROME", [1, 2]),
        ("city:york", [3]),
        ('city="New York"', [3]),
        ("iso<=800 and rating>=3 and shot_on>=2024-06", [1]),
        ("shot_on=2024-06", [1, 4]),
        ("shot_on<2024-06", [2]),
        ("shot_on<=2024-06", [1, 2, 4]),
        ("shot_on>2024-05", [1, 4]),
        ("shot_on>2024", []),
        ("shot_on:2024", [1, 2, 4]),
        ("keywords:beach", [1, 2]),
        ("keywords:Strand", [1, 2]),
        ("keywords:coast", [1, 2, 4]),
        ("keywords=dune", [2]),
        ("has:keywords and not keywords:town", [1, 2]),
        ("title:sea", [2]),
        ("not has:title", [1, 3, 4, 5]),
        ("weight>=12.6", [4]),
        ("weight<12.6", [3]),
        ("weight in (12.5, 12.6)", [3, 4]),
        ("weight=12.5 kg", [3]),
        ("good=yes", [1]),
        ("good!=yes", [2, 3, 4, 5]),
        ("people=anna and people=ben", [3]),
        ("duration<1 min", [1]),
        ("duration>=1:00", [2]),
        ("camera:fx3 or camera=arri", [1, 2]),
        ("kind=video and not (camera:sony)", [2]),
        ("(rating>=3 or people:Anna) and not city:rome", [3]),
        (f"other={name_of(1)[:10]}", [5]),
    ],
)
def test_queries_find_what_they_say(some: Faceted, query: str, assets: list[int]) -> None:
    some.edit(5, other=name_of(1)) if "other" in query else None
    assert some.find(query) == assets


@pytest.mark.parametrize(
    ("query", "problem", "position"),
    [
        ("raiting=3", "did you mean rating", 1),
        ("rating=3 and nonsense=1", "there is no field “nonsense”", 14),
        ("rating=abc", "is not a valid Rating", 1),
        ("rating=1 and keywords:nowhere", "has no term 'nowhere'", 14),
        ("keywords:baech", "did you mean 'beach'?", 1),
        ("shot_on=yesterday", "invalid date", 1),
        ("city<Rome", "cannot be compared", 1),
        ("good=perhaps", "neither yes nor no", 1),
        ("other=ffffffffff", "there is no asset", 1),
    ],
)
def test_what_cannot_be_asked_is_pointed_at(some: Faceted, query: str, problem: str, position: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        some.both_ways(query)
    assert problem in str(caught.value)
    assert caught.value.parameters["position"] == position
    assert caught.value.code.startswith("where.")


def test_the_index_and_sql_agree_about_any_query_after_any_writes(faceted: Faceted) -> None:
    rng = random.Random(13)
    found = 0
    for round_ in range(12):
        for _ in range(15):
            change_something(faceted, rng, 5)
        if round_ == 6:
            faceted.add_version(3, 70_000, kind="video", duration=30.0)  # of another chunk
        for _ in range(12):
            query = random_query(rng)
            by_index, by_sql = faceted.both_ways(query)
            assert by_index == by_sql, str(query)
            found += len(by_index)
    assert found > 100
    faceted.assert_as_rebuilt()


def names(some: Faceted, **given: Any) -> list[str]:
    search = some.described.library.services.get(SearchService)
    return [hit.asset for hit in search.find(LOCAL, SearchRequest(**given)).hits]


def test_a_search_and_a_selection_take_the_query(some: Faceted) -> None:
    where = {"where": ("rating>=1 and not city:york",)}
    assert names(some, filters=where) == [name_of(2), name_of(1)]
    assert names(some, filters=where | {"camera": ("arri",)}) == [name_of(2)]
    selector = some.described.library.services.get(AssetSelector)
    assert list(selector.assets(LOCAL, where)) == [1, 2]
    assert list(selector.assets(LOCAL, {"where": ("rating>5",)})) == []


def test_long_lists_are_found_as_short_ones(some: Faceted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dampipe.features.search.filters.SHORT_LIST", 0)
    test_a_search_and_a_selection_take_the_query(some)


def test_while_much_is_dirty_a_query_is_answered_without_the_index(
    some: Faceted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dampipe.features.facets.filters.BY_READERS", 0)
    refreshed = FacetIndex(some.database).waiting(BY_READERS)
    assert refreshed > 0
    assert names(some, filters={"where": ("rating>=3",)}) == [name_of(2), name_of(1)]
    assert FacetIndex(some.database).waiting(BY_READERS) == refreshed


def test_superseded_versions_are_found_by_their_own_facts(some: Faceted) -> None:
    some.add_version(1, 5_000, duration=10.0)
    filters = {"where": ("duration=59",)}
    assert names(some, filters=filters) == []
    assert names(some, filters=filters, all_versions=True) == [name_of(1)]
    by_index, _ = some.both_ways("rating=5")
    assert by_index == [1 + Described.SHIFT, 5_000], "values are those of the asset"


def test_a_bulk_edit_takes_the_query(some: Faceted) -> None:
    some.described.metadata.bulk(LOCAL, _bulk(filters={"where": ("rating>=3",)}, set={"title": "good"}))
    assert some.find("title=good") == [1, 2]


def _bulk(**given: Any) -> Any:
    from dampipe.features.metadata.model import BulkEdit

    return BulkEdit(**given)


@pytest.mark.parametrize("most", [BY_READERS, 0])
@pytest.mark.parametrize(
    ("comparisons", "assets"),
    [
        (("rating>=3",), [1, 2]),
        (("rating!=3",), [1, 3, 4, 5]),
        (("city=ROME",), [1, 2]),
        (("city~york",), [3]),
        (("city~o", "rating<5"), [2, 3]),
        (("title~sea",), [2]),
        (("title~the s", "city!=rome"), []),
        (("title=sea",), []),
        (("title",), [2]),
        (("weight>12.5", "good=no"), [4]),
        (("shot_on>=2024-06",), [1, 4]),
        (("camera~fx3",), [1]),
        (("duration>=60",), [2]),
        (("people=anna", "people=ben"), [3]),
    ],
)
def test_comparisons_find_the_same_by_the_index_and_without_it(
    some: Faceted,
    monkeypatch: pytest.MonkeyPatch,
    comparisons: tuple[str, ...],
    assets: list[int],
    most: int,
) -> None:
    """most: 0: no reader refreshes the index, whose marks wait, and SQL answers."""
    monkeypatch.setattr(filters, "BY_READERS", most)
    if not most:
        some.edit(5, notes="not read yet")
    for sees in ({1, 2, 3, 4, 5}, {2, 4}, set[int]()):
        shown = [asset + Described.SHIFT for asset in sees]
        resolver = FilterResolver(some.database, FilterRegistry(), FixedView(shown))
        resolved = resolver.resolve(LOCAL, {"field": comparisons})
        assert (resolved.known is ALL) == (not most)
        right = {asset + Described.SHIFT for asset in assets if asset in sees}
        assert set(resolver.versions(resolved)) == right
        with some.database.read() as connection:
            query = select(VERSION.c.id).where(resolved.where)
            assert set(connection.execute(query).scalars()) == right, "as the condition says it"


def test_numbers_in_question_are_found_by_their_values(
    some: Faceted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies in a span or a month at the edge of what is asked, of more versions than are checked one by one."""
    monkeypatch.setattr(evaluation, "CHECKED_ONE_BY_ONE", 0)
    for query, assets in (
        ("shot_on>=2024-06-15", [4]),
        ("shot_on<=2024-06-01", [1, 2]),
        ("shot_on<2024-06-15T12:00+02:00", [1, 2]),
        ("weight>12.55", [4]),
        ("weight<=12.55 or shot_on=2024-06-30", [3, 4]),
        ("not weight>12.55", [1, 2, 3, 5]),
    ):
        assert some.find(query) == assets, query
