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
        """Search the near duplicates of versions that wait for it, for so long; returns how many were searched.

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
        while versions := self._pairs.next_unsearched(IN_ONE_STEP):
            done += self._search(versions, until)
            if len(versions) < IN_ONE_STEP or monotonic() >= until:
                break
            self._db.give_way()
        return done

    def _search(self, versions: Mapping[int, bool], until: float) -> int:
        """Search versions, given with whether their keys are stored, at least one; returns how many were searched."""
        stored = self._fingerprints.of(list(versions))
        without_keys = {version: found for version, found in stored.items() if not versions[version]}
        if without_keys:
            self._pairs.store_keys(without_keys)
        fingerprints: dict[int, Fingerprint | None] = {}
        found: dict[int, list[FoundPair]] = {}
        for version in versions:
            fingerprint = fingerprints[version] = stored.get(version)
            if fingerprint is not None:
                found[version] = self.find(version, fingerprint.track)
            if monotonic() >= until:  # footage of hours takes a second
                break
        return len(self._pairs.save(fingerprints, found))

    def find(self, version: int, track: Track) -> list[FoundPair]:
        """The versions that show the same as one with that track; saves nothing."""
        if not len(track.times):
            return []
        found: list[FoundPair] = []
        for some in chunked(self._pairs.candidates(version, track, MOST_CANDIDATES), AT_ONCE):
            others = self._fingerprints.of(some).items()
            same = [
                pair for other, one in others if (pair := _compare(version, track, other, one)) is not None
            ]
            if not same:
                break
            found += same
        return found


def _compare(version: int, track: Track, other: int, found: Fingerprint) -> FoundPair | None:
    if not len(found.track.times):
        return None
    # The longer one first: a trim lies within what it was cut from.
    mine, theirs = (
        (float(one.times[-1]), -number) for one, number in ((track, version), (found.track, other))
    )
    is_longer = theirs > mine
    aligned = align(found.track, track) if is_longer else align(track, found.track)
    return None if aligned is None else FoundPair(other, is_longer, aligned, found.saved_at)
