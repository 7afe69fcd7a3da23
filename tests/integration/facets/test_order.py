"""Sorted lists: by any sortable field, page by page, for what one sees, in the same order whatever answers."""

import random
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from dampipe.features.assets.service import AssetService
from dampipe.features.assets.tables import VERSION
from dampipe.features.facets import order
from dampipe.features.facets.order import FacetOrder
from dampipe.features.grouping.tables import ASSET_GROUP, GROUP_MEMBER
from dampipe.features.metadata.registry import LibraryFields
from dampipe.features.metadata.values import SHORT, fold
from dampipe.features.search.filters import FilterResolver
from dampipe.features.search.model import SearchRequest
from dampipe.features.search.service import SearchService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.filter import FilterRegistry
from tests.support.described import Described, name_of
from tests.support.faceted import SCHEMA, Faceted, FixedView, change_something

KEYS = (
    "title",
    "city",
    "rating",
    "weight",
    "iso",
    "shot_on",
    "good",
    "camera",
    "duration",
    "recorded_on",
    "lines",
)


@pytest.fixture
def sortable(faceted: Faceted) -> Faceted:
    blocks = SCHEMA.split("[[field]]")
    faceted.described.schema(
        "[[field]]".join(
            one if "multiple" in one or "long_text" in one or not one.strip() else one + "sortable = true\n"
            for one in blocks
        )
    )
    return faceted


def made(faceted: Faceted, sees: Iterable[int] | None = None) -> FacetOrder:
    """The order of who sees these versions."""
    if sees is None:
        return faceted.described.library.services.get(FacetOrder)
    resolver = FilterResolver(faceted.database, FilterRegistry(), FixedView(sees))
    return FacetOrder(faceted.database, LibraryFields(faceted.database), resolver)


def expected(faceted: Faceted, key: str, seen: Sequence[int], *, is_descending: bool) -> list[int]:
    """The order, by Python."""
    with faceted.database.read() as connection:
        column = faceted.described.fields.order(connection, key)
        rows = {row[0]: row[1] for row in connection.execute(select(VERSION.c.id, column))}
        is_fact = faceted.described.fields.find(connection, key).is_fact
    places = {one: fold(rows[one]) if isinstance(rows[one], str) else rows[one] for one in seen}
    if key == "title" and not is_fact:
        places = {
            one: place if place is not None and len(place) <= SHORT else None for one, place in places.items()
        }
    having = [one for one in seen if places[one] is not None]
    having.sort(key=lambda one: (places[one], one), reverse=is_descending)
    return [*having, *sorted((one for one in seen if places[one] is None), reverse=True)]


def paged(given: FacetOrder, sort: str, size: int, **more: Any) -> list[int]:
    """All pages, one after the other."""
    found: list[int] = []
    while page := given.page(LOCAL, sort, size, after=found[-1] if found else None, **more):
        assert len(page) <= size
        found += page
        assert len(found) < 100
    return found


@pytest.mark.parametrize("seed", range(3))
def test_pages_follow_each_other_in_the_order_of_the_field(
    sortable: Faceted, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)
    every = [number + Described.SHIFT for number in range(1, 6)]
    for _ in range(40):
        change_something(sortable, rng, 5)
    for few, portion in ((20_000, 2_000), (0, 1)):
        monkeypatch.setattr(order, "FEW", few)
        monkeypatch.setattr(order, "PORTION", portion)
        for key in KEYS:
            for is_descending in (False, True):
                sort = f"-{key}" if is_descending else key
                seen = sorted(rng.sample(every, 3))
                wanted = expected(sortable, key, every, is_descending=is_descending)
                assert paged(made(sortable), sort, 2) == wanted, sort
                assert made(sortable).page(LOCAL, sort, 2, offset=2) == wanted[2:4], sort
                assert paged(made(sortable, seen), sort, 1) == [one for one in wanted if one in seen], sort
                among = AssetSet(seen)
                assert paged(made(sortable), sort, 2, among=lambda among=among: among) == [
                    one for one in wanted if one in seen
                ], sort


def test_a_page_stays_right_when_values_change_between_two(sortable: Faceted) -> None:
    for number in range(1, 6):
        sortable.edit(number, rating=number, title=f"T{number}")
    for sort in ("rating", "title"):
        first = made(sortable).page(LOCAL, sort, 2)
        sortable.edit(1, rating=5, title="T6")
        rest = made(sortable).page(LOCAL, sort, 10, after=first[-1])
        assert [one - Described.SHIFT for one in first] == [1, 2]
        assert {one - Described.SHIFT for one in rest} >= {3, 4, 5}, "nothing is left out"
        sortable.edit(1, rating=1, title="T1")


def test_lists_of_the_api_and_of_searches_are_sorted(sortable: Faceted) -> None:
    for number, rating in ((1, 3), (2, 5), (3, 1), (4, 5)):
        sortable.edit(number, rating=rating)
    services = sortable.described.library.services
    assets, search = services.get(AssetService), services.get(SearchService)
    wanted = [name_of(number) for number in (4, 2, 1, 3, 5)]
    assert [one.sha1 for one in assets.page(LOCAL, sort="-rating")] == wanted
    assert [one.sha1 for one in assets.page(LOCAL, 2, after=wanted[1], sort="-rating")] == wanted[2:4]
    assert [one.sha1 for one in assets.page(LOCAL, sort="-rating", pending=False)] == wanted
    assert assets.page(LOCAL, sort="-rating", pending=True) == []
    found = search.find(LOCAL, SearchRequest(sort="-rating", limit=2, offset=1))
    assert ([hit.asset for hit in found.hits], found.more) == (wanted[1:3], True)
    filtered = search.find(LOCAL, SearchRequest(sort="rating", filters={"where": ("rating<5",)}))
    assert ([hit.asset for hit in filtered.hits], filtered.more) == ([name_of(3), name_of(1)], False)


def test_what_cannot_be_sorted_is_refused(sortable: Faceted) -> None:
    assets = sortable.described.library.services.get(AssetService)
    for sort, error in (("nothing", NotFound), ("people", InvalidInput), ("-keywords", InvalidInput)):
        with pytest.raises(error):
            assets.page(LOCAL, sort=sort)
    with pytest.raises(InvalidInput, match="ranked"):
        SearchRequest(words="beach", sort="rating")
    with pytest.raises(InvalidInput, match="superseded"):
        SearchRequest(sort="rating", all_versions=True)


def test_every_field_that_says_so_is_a_sort_order(sortable: Faceted) -> None:
    keys = {one.key for one in made(sortable).fields(LOCAL)}
    assert keys >= {*KEYS, "file_size", "width"} and not keys & {"people", "keywords", "other"}
    for key in keys:
        assert len(made(sortable).page(LOCAL, key, 10)) == 5


def test_a_group_is_one_hit_of_a_sorted_list_too(sortable: Faceted) -> None:
    """The first member that passes the filters stands for the group."""
    with sortable.database.write() as connection:
        connection.execute(ASSET_GROUP.insert().values(id=1, kind="live"))
        for position, number in enumerate((3, 1)):
            row = {
                "version_id": number + Described.SHIFT,
                "group_id": 1,
                "role": "film",
                "position": position,
            }
            connection.execute(GROUP_MEMBER.insert().values(row))
    for number in range(1, 6):
        sortable.edit(number, rating=number)
    search = sortable.described.library.services.get(SearchService)

    def listed(**more: Any) -> list[str]:
        return [hit.asset for hit in search.find(LOCAL, SearchRequest(sort="rating", **more)).hits]

    try:
        assert listed() == [name_of(number) for number in (2, 3, 4, 5)]
        assert listed(filters={"where": ("rating<3",)}) == [name_of(number) for number in (1, 2)]
    finally:
        with sortable.database.write() as connection:
            connection.execute(GROUP_MEMBER.delete())
            connection.execute(ASSET_GROUP.delete())
