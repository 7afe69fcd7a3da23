"""Keys of frames: fixed for good, shared by versions of a clip, and rarely by others."""

import hashlib

import numpy as np
import pytest
from numpy.typing import NDArray

from dampipe.features.duplicates import keys
from dampipe.features.duplicates.keys import (
    FEWEST_PLANES,
    MOST_PROBES,
    PLANES,
    TABLES,
    frame_keys,
    planes_for,
    probes,
)
from dampipe.features.duplicates.track import Track
from tests.support.fingerprints import Clip, Footage, altered, pictures


def track(clip: Clip) -> Track:
    return Track.of(clip.times, clip.hashes)


def meet(stored: list[int], cells: NDArray[np.int64]) -> bool:
    """Whether a stored key is in one of the cells."""
    at = np.searchsorted(cells[:, 0], stored, side="right") - 1
    return bool(((at >= 0) & (np.array(stored) <= cells[at, 1])).any())


def test_keys_never_change() -> None:
    """Stored keys of an earlier version must still be found: a change needs a migration that computes all again."""
    rows = np.arange(40 * 192).reshape(40, 192) * 7919 % 255 - 127
    fixed = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    digest = hashlib.sha1(repr(frame_keys(fixed)).encode()).hexdigest()
    assert digest == "1483b44d603e442ee252a91a6bacedd673c567cc"


def test_the_cells_of_a_frame_hold_its_own_keys() -> None:
    rows = pictures(np.random.default_rng(1), 30)
    for planes in (FEWEST_PLANES, 23, PLANES):
        cells = probes(rows, planes)
        assert (cells[:, 1] - cells[:, 0] == (1 << PLANES - planes) - 1).all()
        assert (cells[1:, 0] > cells[:-1, 1]).all(), "ascending, and none twice"
        assert all(meet([key], cells) for key in frame_keys(rows))


def test_a_large_library_has_small_cells() -> None:
    counts = [planes_for(assets) for assets in (0, 1, 256, 257, 512, 1_000_000, 2**31)]
    assert counts == [FEWEST_PLANES, FEWEST_PLANES, FEWEST_PLANES, 17, 17, 28, PLANES]


def test_frames_that_show_nothing_have_no_keys() -> None:
    black = Track.of(np.arange(5.0), np.zeros((5, 192), np.int8))
    assert frame_keys(black.rows) == []
    assert probes(black.rows, PLANES).shape == (0, 2)


def test_footage_that_does_not_move_has_few_keys() -> None:
    rng = np.random.default_rng(2)
    still = np.repeat(pictures(rng, 1), 500, axis=0)
    assert len(frame_keys(still)) == TABLES
    noisy = altered(rng, still, 0.005)
    assert len(frame_keys(noisy)) < 20 * TABLES, "not one for each of the 500 frames"


def test_long_footage_looks_at_fewer_neighbours() -> None:
    rows = pictures(np.random.default_rng(3), 1500)
    assert TABLES * 1500 * 0.99 <= len(probes(rows, PLANES)) <= MOST_PROBES
    assert len(probes(rows[:64], PLANES)) == pytest.approx(64 * TABLES * 2**keys.PROBED, rel=0.01)


@pytest.mark.parametrize(("assets", "least"), [(256, 1.0), (1_000_000, 0.98)])
def test_versions_share_cells(assets: int, least: float) -> None:
    footage, planes = Footage(4), planes_for(assets)
    clips = [clip for clip in footage.clips(300) if clip.hashes.any()]
    found = [
        meet(frame_keys(track(clip).rows), probes(track(footage.version(clip)).rows, planes))
        for clip in clips
    ]
    assert np.mean(found) >= least


def test_unrelated_pictures_rarely_share_a_cell() -> None:
    """Else the candidates of a clip among millions would be thousands."""
    rows = pictures(np.random.default_rng(5), 3000)
    sides = keys._sides(rows) > 0
    for planes, most in ((12, 2e-3), (16, 3e-4), (20, 5e-5)):
        for table in range(TABLES):
            _, counts = np.unique(sides[:, table, :planes], axis=0, return_counts=True)
            assert (counts * (counts - 1)).sum() / (3000 * 2999) < most
