"""Searches the near duplicates of new assets: candidates by the keys of their frames, each compared frame by frame.

Exactly once for each fingerprint: an asset is listed for the search in the transaction that saves its fingerprint and
keys, and taken off the list in the one that saves its pairs. A kill in between repeats the search. Every pair is found,
since the keys of an asset are committed before it is searched: of two assets, the later search sees the other's keys.
"""

from collections.abc import Mapping
from time import monotonic

from dampipe.features.duplicates.fingerprints import Fingerprint, FingerprintRepository
from dampipe.features.duplicates.match import align
from dampipe.features.duplicates.pairs import FoundPair, PairRepository
from dampipe.features.duplicates.track import Track
from dampipe.kernel.db.advisory_lock import advisory_lock
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Busy

MOST_CANDIDATES = 120
"""Assets that one is compared with at the most …"""
AT_ONCE = 24
"""… in the order of the keys that they share, until so many in a row do not show the same."""
IN_ONE_STEP = 20
"""Assets searched between two transactions."""


class NearDuplicateSearch:
    """The search of one library. Any method may raise CatalogueDown."""

    def __init__(
        self, database: Database, fingerprints: FingerprintRepository, pairs: PairRepository
    ) -> None:
        self._db = database
        self._fingerprints = fingerprints
        self._pairs = pairs

    def catch_up(self, seconds: float) -> int:
        """Search the near duplicates of assets that wait for it, for so long; returns how many were searched.

        Returns 0 while another process is searching.
        """
        if not self._pairs.next_unsearched(1):
            return 0
        try:
            with advisory_lock(self._db, "duplicates"):
                return self._catch_up(monotonic() + seconds)
        except Busy:
            return 0

    def _catch_up(self, until: float) -> int:
        done = 0
        while assets := self._pairs.next_unsearched(IN_ONE_STEP):
            done += self._search(assets, until)
            if len(assets) < IN_ONE_STEP or monotonic() >= until:
                break
            self._db.give_way()
        return done

    def _search(self, assets: Mapping[int, bool], until: float) -> int:
        """Search assets, given with whether their keys are stored, at least one; returns how many were searched."""
        stored = self._fingerprints.of(list(assets))
        without_keys = {asset: found for asset, found in stored.items() if not assets[asset]}
        if without_keys:
            self._pairs.store_keys(without_keys)
        fingerprints: dict[int, Fingerprint | None] = {}
        found: dict[int, list[FoundPair]] = {}
        for asset in assets:
            fingerprint = fingerprints[asset] = stored.get(asset)
            if fingerprint is not None:
                found[asset] = self.find(asset, fingerprint.track)
            if monotonic() >= until:  # footage of hours takes a second
                break
        return len(self._pairs.save(fingerprints, found))

    def find(self, asset: int, track: Track) -> list[FoundPair]:
        """The assets that show the same as one with that track; saves nothing."""
        if not len(track.times):
            return []
        found: list[FoundPair] = []
        for some in chunked(self._pairs.candidates(asset, track, MOST_CANDIDATES), AT_ONCE):
            others = self._fingerprints.of(some).items()
            same = [pair for other, one in others if (pair := _compare(asset, track, other, one)) is not None]
            if not same:
                break
            found += same
        return found


def _compare(asset: int, track: Track, other: int, found: Fingerprint) -> FoundPair | None:
    if not len(found.track.times):
        return None
    # The longer one first: a trim lies within what it was cut from.
    mine, theirs = ((float(one.times[-1]), -number) for one, number in ((track, asset), (found.track, other)))
    is_longer = theirs > mine
    aligned = align(found.track, track) if is_longer else align(track, found.track)
    return None if aligned is None else FoundPair(other, is_longer, aligned, found.saved_at)
