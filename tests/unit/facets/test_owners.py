"""Owners: what they say is what a look at each version says, whatever was replaced."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dampipe.features.facets.columns import OWNER, pack_column, replaced_blocks
from dampipe.features.facets.owners import Owners
from dampipe.features.facets.texts import BLOCK_BITS, block_of
from dampipe.kernel.asset_set import AssetSet

VERSIONS = st.integers(1, 3 << BLOCK_BITS)
ASSETS = st.integers(1, 5000)
NOTHING = np.zeros(0, np.uint32)
CHANGES = st.lists(st.dictionaries(VERSIONS, ASSETS | st.none(), max_size=20), min_size=1, max_size=5)
"""Versions with their assets; None: it is deleted."""


@given(CHANGES, st.sets(ASSETS, max_size=20), st.sets(VERSIONS, max_size=20))
def test_versions_and_assets_are_those_of_the_last_change(
    changes: list[dict[int, int | None]], assets: set[int], versions: set[int]
) -> None:
    right: dict[int, int] = {}
    blocks: dict[int, bytes] = {}
    entries = NOTHING
    for change in changes:
        right = {one: asset for one, asset in {**right, **change}.items() if asset is not None}
        touched = {block_of(version) for version in change}
        for block in touched:
            gone = sorted(one for one in change if block_of(one) == block)
            present = [one for one in gone if change[one] is not None]
            given_assets = np.array([change[one] for one in present], np.int64)
            blocks[block] = pack_column(
                OWNER,
                block,
                blocks.get(block),
                np.array(gone, np.int64),
                np.array(present, np.int64),
                given_assets,
            )
        entries = replaced_blocks(OWNER, entries, ((block, blocks[block]) for block in touched))
    owners = Owners(entries)
    asked = assets | set(list(right.values())[:10])
    assert set(owners.versions_of(AssetSet(asked))) == {v for v, a in right.items() if a in asked}
    some = versions | set(list(right)[:10])
    assert set(owners.assets_of(AssetSet(some))) == {right[one] for one in some if one in right}


def test_what_is_not_there_has_no_owner() -> None:
    assert not Owners(NOTHING).versions_of(AssetSet([1])) and not Owners(NOTHING).assets_of(AssetSet([1]))
    block = pack_column(OWNER, 0, None, np.array([1]), np.array([1]), np.array([7]))
    owners = Owners(replaced_blocks(OWNER, NOTHING, [(0, block)]))
    assert set(owners.versions_of(AssetSet([0, 7, 8, 2**32 - 1]))) == {1}
    assert set(owners.assets_of(AssetSet([0, 1, 2, 2**32 - 1]))) == {7}
