"""Saved searches: filters, pins, exclusions, orders, and collections that name collections."""

import pytest

from dampipe.features.collections.model import CollectionChange, NewCollection, Place
from dampipe.features.facets import index
from dampipe.features.search.model import SearchRequest
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.facets.dirty import mark_assets
from dampipe.kernel.selection import AssetSelector
from tests.support.gathered import Gathered, chosen
from tests.support.searching import sha1

VIDEOS = {"kind": ("video",)}


def test_a_saved_search_shows_what_it_finds_with_pins_first_and_without_exclusions(here: Gathered) -> None:
    smart = here.make("Videos", filters=VIDEOS).id
    assert here.has(smart) == "fedcba"
    here.things.pin(LOCAL, smart, chosen("bd"))
    here.things.pin(LOCAL, smart, chosen("a"), Place(first=True))
    here.things.exclude(LOCAL, smart, chosen("ef"))
    assert here.has(smart) == "abdc"
    report = here.collections.show(LOCAL, smart)
    assert (report.items, report.cover) == (4, sha1("day/a.mp4"))
    assert [one.name for one in here.collections.exclusions(LOCAL, smart).items] == ["e.mp4", "f.mp4"]
    here.things.exclude(LOCAL, smart, chosen("b"))  # a pin that is excluded is not pinned any more
    assert here.has(smart) == "adc"
    here.things.pin(LOCAL, smart, chosen("e"))
    assert here.has(smart) == "adec"
    here.add("day/g.mp4")
    assert here.has(smart) == "adegc"
    here.things.remove(LOCAL, smart, chosen("ab"))
    assert here.has(smart) == "degcba"
    for expected in ("adegc", "adgc", "abdgc"):
        here.undo()
        assert here.has(smart) == expected


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_pages_of_any_size_have_each_item_once(here: Gathered, limit: int) -> None:
    smart = here.make("Videos", filters=VIDEOS).id
    here.things.pin(LOCAL, smart, chosen("ca"))
    here.things.exclude(LOCAL, smart, chosen("e"))
    found, after = "", None
    for _ in range(10):
        page = here.collections.items(LOCAL, smart, after, limit)
        assert len(page.items) == limit or page.after is None
        found += "".join(one.name[0] for one in page.items)
        after = page.after
        if after is None:
            break
    assert found == "cafdb"


def test_sorted_by_a_field(here: Gathered) -> None:
    with here.catalog.database.write() as connection:
        for number, name in enumerate("badcfe"):
            connection.exec_driver_sql(
                f"UPDATE version SET duration = {number + 1} WHERE sha1 = '{sha1(f'day/{name}.mp4')}'"
            )
        mark_assets(connection, range(1, 7))
    smart = here.make("Videos", filters=VIDEOS, sort="duration").id
    here.things.pin(LOCAL, smart, chosen("c"))
    assert here.has(smart) == "cbadfe"
    page = here.collections.items(LOCAL, smart, limit=3)
    assert here.has(smart, after=page.after) == "dfe"
    here.collections.change(LOCAL, smart, CollectionChange(sort="-duration"))
    assert here.has(smart) == "cefdab"


def test_a_search_is_checked_when_it_is_saved(here: Gathered) -> None:
    for filters, kind, code in (
        ({}, InvalidInput, "collection.filters_missing"),
        ({"kind": ()}, InvalidInput, "collection.filters_missing"),
        ({"no_such": ("x",)}, InvalidInput, "filter.unknown"),
        ({"where": ("rating>=",)}, InvalidInput, "query.where_invalid"),
        ({"tag": ("unknown",)}, NotFound, "tag.not_found"),
        ({"collection": ("unknown",)}, NotFound, "collection.not_found"),
    ):
        with pytest.raises(kind) as found:
            here.make("x", filters=filters)
        assert found.value.code.split(".")[0] in (code.split(".")[0], "facets", "where"), found.value.code
    with pytest.raises(NotFound):
        here.make("x", filters=VIDEOS, sort="no_such")
    with pytest.raises(InvalidInput):
        here.make("x", sort="rating")
    assert here.collections.all(LOCAL) == []


def test_what_is_for_the_other_kind_is_refused(here: Gathered) -> None:
    hand, smart = here.make("Hand").id, here.make("Smart", filters=VIDEOS).id
    for refused in (
        lambda: here.put(smart, "a"),
        lambda: here.things.sort(LOCAL, smart, "duration"),
    ):
        with pytest.raises(InvalidInput) as found:
            refused()
        assert found.value.code == "collection.is_smart"
    for refused in (
        lambda: here.things.pin(LOCAL, hand, chosen("a")),
        lambda: here.things.exclude(LOCAL, hand, chosen("a")),
        lambda: here.collections.change(LOCAL, hand, CollectionChange(filters=VIDEOS)),
    ):
        with pytest.raises(InvalidInput) as found:
            refused()
        assert found.value.code == "collection.is_by_hand"


@pytest.mark.parametrize("looked_up", [0, 500])
def test_collections_are_a_filter_and_stand_in_queries(
    here: Gathered, monkeypatch: pytest.MonkeyPatch, looked_up: int
) -> None:
    """With versions by the index (0), and by SQL."""
    monkeypatch.setattr(index, "LOOKED_UP", looked_up)
    film = here.make("Film").id
    here.make("Selects", "Film")
    here.put("Film", "ab")
    here.put("Selects", "bc")
    smart = here.make("Rest", "Film", filters={"where": ("not in_collection:Film/Selects",)}).id
    assert set(here.has(smart)) == set("adef")
    found = {one.name[0] for one in here.find(collection="Film", limit=100).hits}
    assert found == set("abcdef")  # with what the saved search below it finds
    assert sorted(here.names(collection="Selects")) == ["b.mp4", "c.mp4"]
    assert sorted(here.names(collection=("Selects", str(film)))) == [f"{one}.mp4" for one in "abcdef"]
    for query, names in (
        ("in_collection:Selects", "bc"),
        ("in_collection=Selects and not in_collection:Rest", "bc"),
        ("in_collection != Selects", "adef"),
        ("in_collection in (Selects, Rest)", "abcdef"),
        ("in_collection:Rest and kind=video", "adef"),
    ):
        assert {name[0] for name in here.names(where=query, limit=100)} == set(names), query
    with pytest.raises(InvalidInput) as error:
        here.names(where="in_collection:nowhere")
    assert error.value.parameters["cause"] == "collection.not_found"
    with pytest.raises(InvalidInput):
        here.names(where="in_collection>Selects")
    assert "Film/Selects" in here.filters.suggestions(LOCAL, "collection")
    selector = here.services.get(AssetSelector)
    assert len(selector.assets(LOCAL, {"collection": ("Selects",)})) == 2


def test_saved_searches_that_name_each_other_end(here: Gathered) -> None:
    one = here.make("One", filters=VIDEOS).id
    two = here.make("Two", filters={"collection": (str(one),), "kind": ("video",)}).id
    with pytest.raises(InvalidInput) as found:
        here.collections.change(LOCAL, one, CollectionChange(filters={"collection": ("One",)}))
    assert found.value.code == "collection.refers_to_itself"
    here.collections.change(LOCAL, one, CollectionChange(filters={"collection": (str(two),)}))
    assert (here.has(one), here.has(two)) == ("", "")
    here.put(here.make("Inner", one).id, "a")
    assert here.has(two) == "a"
    where = {"where": (f"in_collection:{one} or in_collection:{two}",)}
    assert here.has(here.make("Three", filters=where).id) == "a"


def test_a_search_whose_terms_are_gone_is_shown_and_can_be_mended(here: Gathered) -> None:
    other = here.make("Other").id
    smart = here.make("Smart", filters={"collection": (str(other),)}).id
    over = here.make("Over", filters={"where": (f"in_collection:{smart}",)}).id
    here.collections.delete(LOCAL, other)
    assert here.collections.show(LOCAL, smart).items is None
    assert here.has(over) == ""
    with pytest.raises(NotFound):
        here.collections.items(LOCAL, smart)
    here.collections.change(LOCAL, smart, CollectionChange(filters=VIDEOS))
    assert len(here.has(smart)) == 6 == len(here.has(over))


def test_a_saved_search_is_found_by_the_page_of_a_search(here: Gathered) -> None:
    here.collections.create(LOCAL, NewCollection(name="S", filters={"kind": ("video",)}))
    here.things.exclude(LOCAL, "S", chosen("abc"))
    found = here.search.find(LOCAL, SearchRequest(filters={"collection": ("S",)}))
    assert {hit.name for hit in found.hits} == {"d.mp4", "e.mp4", "f.mp4"}
