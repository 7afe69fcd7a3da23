"""Counts of facets over both databases: for everybody, under filters, and for who sees a part."""

import json

import pytest

from dampipe.features.facets.model import FacetRequest
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import NotFound, SearchUnavailable
from tests.support.described import Described
from tests.support.faceted import Faceted, by_value

V1, V2, V3, V4, V5 = (number + Described.SHIFT for number in range(1, 6))


@pytest.fixture
def some(faceted: Faceted) -> Faceted:
    faceted.edit(1, rating=5, city="Rome", iso=100, shot_on="2024-06-01", keywords=("beach",), good="yes")
    faceted.edit(2, rating=3, city="rome", iso=801.5, shot_on="2024-05-31", keywords=("dune", "beach"))
    faceted.edit(3, rating=3, city="Paris", people=("Anna", "Ben"), keywords=("town",))
    faceted.edit(4, rating=1, city="Oslo", keywords=("coast",))
    faceted.fact(1, kind="video")
    return faceted


def test_values_are_counted_with_most_assets_first(some: Faceted) -> None:
    report = some.count("city").facets[0]
    assert [(one.value, one.assets) for one in report.values] == [("Rome", 2), ("Oslo", 1), ("Paris", 1)]
    assert (report.without, report.more) == (1, 0)
    assert some.counts("rating") == {"3": 2, "1": 1, "5": 1}
    assert some.counts("iso") == {"100": 1, "801.5": 1}
    assert some.counts("people") == {"Anna": 1, "Ben": 1}
    assert some.counts("good") == {"yes": 1}
    assert some.counts("shot_on") == {"2024-05": 1, "2024-06": 1}
    assert some.counts("kind") == {"video": 1}


def test_a_term_counts_for_the_broader_ones_once(some: Faceted) -> None:
    keys = some.counts("keywords")
    assert keys == {"coast": 3, "beach": 2, "dune": 1, "town": 1}


def test_each_value_finds_as_many_assets_as_it_counts(some: Faceted) -> None:
    for facet in some.count().facets:
        for one in facet.values:
            found = some.find(f'{facet.key}="{one.value}"')
            assert len(found) == one.assets, (facet.key, one.value)
        assert len(some.find(f"not has:{facet.key}")) == facet.without


def test_facets_without_values_are_left_out_unless_asked_for(some: Faceted) -> None:
    assert {one.key for one in some.count().facets} == {
        "kind", "city", "people", "rating", "iso", "shot_on", "good", "keywords",
    }  # fmt: skip
    assert some.count("camera").facets[0].values == ()


def test_counts_are_of_what_passes_the_filters(some: Faceted) -> None:
    found = some.count("city", where="rating>=3")
    assert found.assets == 3
    assert by_value(found.facets[0]) == {"Rome": 2, "Paris": 1}
    assert some.counts("city", where="rating>=3", kind="video") == {"Rome": 1}
    assert some.counts("city", kind="video") == {"Rome": 1}


def test_the_rest_is_counted(some: Faceted) -> None:
    report = some.count("city", limit=1).facets[0]
    assert [one.value for one in report.values] == ["Rome"] and report.more == 2


@pytest.mark.parametrize("sees", [[V2], [V2, V3], [V1, V2, V3, V4, V5]])
def test_who_sees_a_part_gets_counts_of_it_and_no_other_value(some: Faceted, sees: list[int]) -> None:
    found = some.count(sees=sees)
    assert found.assets == len(sees)
    shown = json.dumps(found.model_dump(mode="json"))
    assert ("Paris" in shown) == (V3 in sees)
    assert ("Oslo" in shown) == (V4 in sees)
    assert ("town" in shown) == (V3 in sees)
    spelling = "Rome" if V1 in sees else "rome"
    assert some.counts("city", sees=sees)[spelling] == len({V1, V2} & set(sees)), "as what is seen has it"
    assert some.counts("keywords", sees=sees)["coast"] == len({V1, V2, V4} & set(sees))


def test_a_view_without_the_current_version_counts_the_one_that_is_seen(some: Faceted) -> None:
    some.add_version(1, 5_000, kind="photo")
    assert some.counts("kind") == {"photo": 1}
    assert some.count().assets == 5, "an asset counts once"
    assert some.counts("kind", sees=[V1, V2]) == {"video": 1}
    assert some.counts("city", sees=[V1, V2]) == {"Rome": 2}
    assert some.counts("city", sees=[5_000, V1]) == {"Rome": 1}


def test_what_is_no_facet_is_refused(some: Faceted) -> None:
    for key in ("title", "nonsense", "other", "weight"):
        with pytest.raises(NotFound) as caught:
            some.count(key)
        assert caught.value.code == "facet.invalid" and "city" in str(caught.value.hint)


def test_counts_say_so_while_the_index_is_being_built(some: Faceted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dampipe.features.facets.service.BY_READERS", 0)
    with pytest.raises(SearchUnavailable) as caught:
        some.count("city")
    assert caught.value.code == "facet.building"
    assert some.facets.count(LOCAL, FacetRequest(facet=("city",)), wait=True).assets == 5
    assert some.count("city").assets == 5


def test_a_deleted_value_is_not_counted_any_more(some: Faceted) -> None:
    assert some.counts("city")["Oslo"] == 1
    some.edit(4, city=None)
    assert "Oslo" not in some.counts("city")
    some.edit(4, city="oslo")
    assert some.counts("city")["oslo"] == 1


def test_values_are_found_by_a_part_of_them_and_limits_are_told(some: Faceted) -> None:
    [found] = some.count("city", containing="RO").facets
    assert [one.value for one in found.values] == ["Rome"] and found.more == 0
    [rating] = some.count("rating").facets
    numbers = [float(one.value) for one in rating.values]
    assert (rating.least, rating.most) == (f"{min(numbers):g}", f"{max(numbers):g}")
    assert found.least is None


def test_a_term_names_the_one_above_it(some: Faceted) -> None:
    [found] = some.count("keywords").facets
    assert {one.value: one.parent for one in found.values} == {
        "coast": "", "beach": "coast", "dune": "beach", "town": "",
    }  # fmt: skip
    [beach] = some.count("keywords", containing="each").facets[0].values
    assert (beach.value, beach.parent) == ("beach", ""), "the one above is not among them"
