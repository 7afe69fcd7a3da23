"""A set of asset numbers behaves as Python's own, whatever its numbers are."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

from dampipe.kernel.asset_set import ALL, HIGHEST, NONE, AssetSet, intersection

RNG = np.random.default_rng(3)
SHAPES: dict[str, Callable[[], Any]] = {
    "empty": lambda: np.empty(0, np.int64),
    "sparse": lambda: RNG.integers(0, HIGHEST, 500),
    "dense": lambda: RNG.integers(0, 3000, 2000),
    "a run": lambda: np.arange(70_000, 140_000),
    "both ends": lambda: np.array([HIGHEST, 0, HIGHEST]),
}


@pytest.mark.parametrize("one", SHAPES)
@pytest.mark.parametrize("other", SHAPES)
def test_it_is_a_set(one: str, other: str) -> None:
    a, b = SHAPES[one](), SHAPES[other]()
    first, second = AssetSet.from_numpy(a), AssetSet(b.tolist())
    plain, others = set(a.tolist()), set(b.tolist())
    assert list(first) == sorted(plain) and len(first) == len(plain)
    assert set(first & second) == plain & others
    assert set(first | second) == plain | others
    assert set(first - second) == plain - others
    assert first.common(second) == len(plain & others)
    assert (first <= second) == (plain <= others)
    assert (first == second) == (plain == others)
    assert all((number in first) == (number in plain) for number in [*b.tolist()[:50], 1, 2, 3])


@pytest.mark.parametrize("shape", SHAPES)
def test_it_comes_back_from_bytes_and_arrays(shape: str) -> None:
    made = AssetSet.from_numpy(SHAPES[shape]())
    assert AssetSet.deserialize(made.serialize()) == made
    array = made.to_numpy()
    assert array.dtype == np.int64 and array.tolist() == list(made)
    assert AssetSet.from_numpy(array) == made and hash(AssetSet(made)) == hash(made)


def test_what_is_no_asset_number_is_in_no_set() -> None:
    made = AssetSet([1, 2])
    assert -1 not in made and HIGHEST + 1 not in made and "1" not in made and None not in made
    for numbers in ([-1], [HIGHEST + 1]):
        with pytest.raises(OverflowError):
            AssetSet(numbers)
        with pytest.raises(OverflowError):
            AssetSet.from_numpy(np.array(numbers))
    with pytest.raises(ValueError, match="deserialize"):
        AssetSet.deserialize(b"not a bitmap")


def test_it_stays_small() -> None:
    assert len(AssetSet.from_numpy(np.arange(1_000_000)).serialize()) < 150_000


def test_all_is_not_a_set_and_takes_nothing_away() -> None:
    some = AssetSet([1, 5])
    assert intersection([ALL, ALL]) is ALL
    assert intersection([ALL, some]) == some
    assert intersection([some, NONE, ALL]) == NONE
    assert NONE != ALL


@pytest.mark.parametrize(
    ("one", "other", "first"),
    [
        ([], [1], None),
        ([1, 2], [3], None),
        ([1, 5, 9], [5, 9], 5),
        (range(100_000), [99_999], 99_999),
        (range(0, 1000, 2), range(1, 1000, 2), None),
    ],
)
def test_the_first_number_of_two_sets(one: Iterable[int], other: Iterable[int], first: int | None) -> None:
    assert AssetSet(one).first_common(AssetSet(other)) == first
    assert AssetSet(other).first_common(AssetSet(one)) == first
