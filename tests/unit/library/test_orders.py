"""Orders: what is merged into one stands where it would stand if all were sorted anew."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dampipe.features.library.orders import SortKey, merged, sorted_anew

VERSIONS = st.integers(1, 40)
ENTRIES = st.tuples(st.integers(0, 3), st.sampled_from([b"", b"a", b"ab", b"b"]))
CHANGES = st.lists(st.dictionaries(VERSIONS, ENTRIES | st.none(), max_size=15), min_size=1, max_size=6)
"""Versions with what they are compared by; None: it is deleted."""


@given(CHANGES, st.tuples(st.booleans(), st.booleans(), st.booleans()))
def test_a_change_is_merged_as_if_all_were_sorted(
    changes: list[dict[int, tuple[int, bytes] | None]], directions: tuple[bool, bool, bool]
) -> None:
    first, second, is_descending = directions
    right: dict[int, tuple[int, bytes]] = {}
    known = sorted_anew(
        np.zeros(0, bool),
        [SortKey(np.zeros(0), first), SortKey(np.zeros(0, "S2"), second)],
        is_descending=is_descending,
    )
    for change in changes:
        right = {one: entry for one, entry in {**right, **change}.items() if entry is not None}
        size = max([0, *right]) + 1
        is_present, numbers, texts = np.zeros(size, bool), np.zeros(size), np.zeros(size, "S2")
        for version, (number, text) in right.items():
            is_present[version], numbers[version], texts[version] = True, number, text
        known = merged(known, is_present, [SortKey(numbers, first), SortKey(texts, second)])
        expected = sorted(right, reverse=is_descending)
        expected.sort(key=lambda one: right[one][1], reverse=second)
        expected.sort(key=lambda one: right[one][0], reverse=first)
        assert known.versions.tolist() == expected


def test_nothing_is_done_where_nothing_has_changed() -> None:
    is_present, numbers = np.array([False, True, True]), np.array([0.0, 2.0, 1.0])
    known = sorted_anew(is_present, [SortKey(numbers)], is_descending=False)
    assert known.versions.tolist() == [2, 1]
    assert merged(known, is_present, [SortKey(numbers)]) is known
    # An array with the same in it is another object, which later comparisons are made with.
    again = merged(known, is_present, [SortKey(numbers.copy())])
    assert again.versions is known.versions
