"""What requests for many assets select: named ones, filters or all, without some."""

from typing import Any

import pytest

from dampipe.features.assets.selected import Selected
from dampipe.features.assets.selection import AssetSelection
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import InvalidInput, NotFound
from tests.support.described import Described, name_of


def found(described: Described, most: int | None = None, **given: Any) -> list[int]:
    """The assets of a selection by their numbers, in their order."""
    selection = described.library.services.get(AssetSelection)
    more = {} if most is None else {"most": most}
    return selection.in_order(LOCAL, Selected(**given), **more)


def test_named_assets_keep_their_order_and_each_is_there_once(described: Described) -> None:
    names = (name_of(4), name_of(1)[:12], name_of(4).upper(), name_of(3))
    assert found(described, assets=names) == [4, 1, 3]
    assert found(described, assets=names, without=(name_of(1),)) == [4, 3]
    with pytest.raises(NotFound):
        found(described, assets=(name_of(1), "f" * 40))


def test_all_and_what_passes_filters_may_be_without_some(described: Described) -> None:
    described.bulk(2, 3, 5, set={"rating": 4})
    assert found(described, all=True) == [1, 2, 3, 4, 5]
    assert found(described, all=True, without=(name_of(2), name_of(5))) == [1, 3, 4]
    rated = {"field": ("rating>=4",)}
    assert found(described, filters=rated) == [2, 3, 5]
    assert found(described, filters=rated, without=(name_of(3), name_of(1))) == [2, 5]
    with pytest.raises(NotFound):  # else what was to be left out would be edited
        found(described, all=True, without=("f" * 40,))


def test_a_selection_says_one_thing(described: Described) -> None:
    one, filters = (name_of(1),), {"field": ("rating",)}
    for nothing in ({}, {"assets": ()}, {"filters": {}}, {"filters": {"field": ()}}, {"without": one}):
        with pytest.raises(InvalidInput, match="no asset is selected"):
            found(described, **nothing)
    for two in (
        {"assets": one, "filters": filters},
        {"assets": one, "all": True},
        {"filters": filters, "all": True},
    ):
        with pytest.raises(InvalidInput, match="more than one way"):
            found(described, **two)


def test_too_many_are_counted_without_those_left_out(described: Described) -> None:
    with pytest.raises(InvalidInput, match="5 assets are selected, 4 at most"):
        found(described, most=4, all=True)
    assert len(found(described, most=4, all=True, without=(name_of(1),))) == 4
