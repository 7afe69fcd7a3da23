"""Clusters say of each cell what a look at each position says, whatever the box and the zoom."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dampipe.features.facets.positions import (
    Positions,
    entries_of,
    latitude_of,
    longitude_of,
    positions_of,
    to_map,
)
from dampipe.features.map.clusters import cells, visible, window_of, within, zoom_within
from dampipe.features.map.model import MOST_CELLS, Box
from dampipe.kernel.asset_set import AssetSet

DEGREES = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
SOME = st.dictionaries(st.integers(1, 3000), DEGREES, max_size=12)
BOXES = st.builds(
    lambda west, east, one, other: Box(west, min(one, other), east, max(one, other)),
    st.floats(-180, 180),
    st.floats(-180, 180),
    st.floats(-90, 90),
    st.floats(-90, 90),
)


def known(places: dict[int, tuple[float, float]]) -> Positions:
    entries = np.zeros(max(places, default=0) + 1, np.uint64)
    numbers = sorted(places)
    given = np.array([places[one] for one in numbers], np.float64).reshape(-1, 2)
    entries[numbers] = entries_of(to_map(given[:, 1], given[:, 0]))
    return Positions(entries)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(SOME, BOXES, st.integers(0, 22), st.sets(st.integers(0, 11)))
def test_cells_count_each_visible_position_in_the_box_once(
    places: dict[int, tuple[float, float]], box: Box, zoom: int, hidden: set[int]
) -> None:
    mask = AssetSet(one for index, one in enumerate(places) if index not in hidden)
    window = window_of(box)
    zoom = zoom_within(window, zoom)
    found = cells(within(visible(known(places), mask), window), window, zoom)
    right: Counter[tuple[int, int]] = Counter()
    newest: dict[tuple[int, int], int] = {}
    for version in sorted(mask):
        latitude, longitude = places[version]
        [[x, y]] = to_map(np.array([longitude]), np.array([latitude])).tolist()
        is_across = window.left > window.right
        inside = (x >= window.left or x <= window.right) if is_across else window.left <= x <= window.right
        if inside and window.top <= y <= window.bottom:
            cell = (x >> (30 - zoom), y >> (30 - zoom))
            right[cell] += 1
            newest[cell] = version
    assert {(one.left >> (30 - zoom), one.top >> (30 - zoom)): one.assets for one in found} == right
    assert len(found) <= MOST_CELLS
    for one in found:
        assert one.newest == newest[one.left >> (30 - zoom), one.top >> (30 - zoom)]
        assert one.left <= one.x <= one.right and one.top <= one.y <= one.bottom


@given(DEGREES)
def test_a_place_on_the_map_is_a_position_again(position: tuple[float, float]) -> None:
    latitude, longitude = position
    [[x, y]] = to_map(np.array([longitude]), np.array([latitude])).tolist()
    assert longitude_of(x) == pytest.approx(longitude, abs=1e-6)
    if abs(latitude) <= 85:
        assert latitude_of(y) == pytest.approx(latitude, abs=1e-6)
    else:
        assert abs(latitude_of(y)) >= 85


def test_the_last_valid_degrees_of_a_version_count() -> None:
    numbers = np.array([1, 2, 3], np.int64)
    facts = [(numbers, np.array([1.0, np.nan, 3.0]))]
    values = [(np.array([3], np.int64), np.array([99.0]))]
    versions, _ = positions_of([*facts, *values], [(numbers, np.array([10.0, 20.0, 30.0]))])
    assert versions.tolist() == [1], "2 has no latitude, and 99° north is none"
