"""Positions: what is put between two things has a place there, whatever was put there before."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dampipe.features.collections.model import Place, Right, valid_name
from dampipe.features.collections.order import GAP, LEAST_GAP, Slot, spread, widened
from dampipe.kernel.errors import InvalidInput

positions = st.integers(-(1 << 60), 1 << 60)


@given(low=positions, width=st.integers(0, 1 << 40), count=st.integers(1, 300))
def test_positions_lie_between_their_neighbours_and_rise(low: int, width: int, count: int) -> None:
    found = spread(Slot(low, low + width), count)
    if found is None:
        assert width < count + 1
        return
    assert [low, *found, low + width] == sorted({low, *found, low + width})
    assert len(found) == count


@given(position=positions, count=st.integers(1, 300))
def test_at_an_end_there_is_always_room(position: int, count: int) -> None:
    last, first = spread(Slot(position, None), count), spread(Slot(None, position), count)
    assert last is not None and first is not None
    assert [position, *last] == sorted({position, *last}) and [*first, position] == sorted({*first, position})
    assert spread(Slot(None, None), count) == [GAP * number for number in range(count)]


@given(
    before=st.lists(st.integers(-60, 0), max_size=60, unique=True),
    after=st.lists(st.integers(1, 60), max_size=60, unique=True),
    count=st.integers(1, 50),
)
def test_a_neighbourhood_that_is_numbered_anew_keeps_its_order(
    before: list[int], after: list[int], count: int
) -> None:
    before.sort(reverse=True)
    after.sort()
    wide = widened(before, after, count)
    assert wide is not None
    left, right, found = wide
    assert len(found) == left + count + right
    rest = [*before[left:], *after[right:]]
    low, high = before[left:][:1], after[right:][:1]
    assert all(one < found[0] for one in before[left:]) and all(one > found[-1] for one in after[right:])
    assert len({*found, *rest}) == len(found) + len(rest) and found == sorted(found)
    whole = [*low, *found, *high]
    assert min(b - a for a, b in pairwise(whole)) >= LEAST_GAP if len(whole) > 1 else True


def test_a_wide_gap_is_used_some_thirty_times_before_it_is_numbered_anew() -> None:
    low, high, count = 0, GAP, 0
    while (found := spread(Slot(low, high), 1)) is not None:
        high, count = found[0], count + 1
    assert count == 32


def test_only_the_neighbourhood_is_numbered_anew() -> None:
    before = [-GAP * number for number in range(100_000)]
    after = [1 + GAP * number for number in range(100_000)]
    wide = widened(before, after, 1)
    assert wide is not None and wide[0] + wide[1] <= 16


def test_a_place_is_given_in_one_way() -> None:
    assert str(Place(before=3)) == "before 3" and str(Place()) == "last" and not Place().is_given
    with pytest.raises(InvalidInput) as found:
        Place(before=3, first=True)
    assert found.value.code == "collection.place_invalid"


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a\nb", "x" * 201, "\ud800", "a\x00"])
def test_a_name_is_one_line_without_a_slash(name: str) -> None:
    with pytest.raises(InvalidInput) as found:
        valid_name(name)
    assert found.value.code == "collection.name_invalid"


def test_a_name_loses_the_space_around_it() -> None:
    assert valid_name("  Day 1: Müller — 素材 ") == "Day 1: Müller — 素材"


def test_rights_are_ordered() -> None:
    assert Right.VIEW < Right.COMMENT < Right.EDIT < Right.MANAGE
