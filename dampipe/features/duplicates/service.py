"""The use case of finding duplicates."""

from functools import lru_cache

from dampipe.features.duplicates.fingerprints import FingerprintRepository
from dampipe.features.duplicates.match import Alignment, align, likely_pairs
from dampipe.features.duplicates.model import Copy, Duplicates, DuplicatesRequest, NearDuplicate
from dampipe.features.duplicates.track import Track
from dampipe.kernel.access import READ, Actor, require
from dampipe.kernel.visibility import View, Visibility

CACHED = 2000
"""Assets whose fingerprints are held at once: some 30 MB."""


class DuplicateService:
    """Duplicates in one library. Any method may raise CatalogueDown."""

    def __init__(self, fingerprints: FingerprintRepository, visibility: Visibility) -> None:
        self._visibility = visibility
        self._fingerprints = fingerprints

    def find(self, actor: Actor, request: DuplicatesRequest) -> Duplicates:
        """Contents that several files have; with `near` also pairs of contents that show the same."""
        require(actor, READ)
        view = self._visibility.of(actor)
        exact = tuple(self._fingerprints.exact(view))
        if not request.near:
            return Duplicates(exact=exact)
        pairs = self._near(request.similarity, view)
        copies = self._fingerprints.copies(sorted({asset for pair in pairs for asset in pair[:2]}), view)
        near = tuple(_pair(copies, *pair) for pair in pairs if pair[0] in copies and pair[1] in copies)
        return Duplicates(exact=exact, near=near, unknown=self._fingerprints.missing(view))

    def _near(self, similarity: float, view: View) -> list[tuple[int, int, Alignment]]:
        """Pairs of assets that show the same, the most similar first; of each pair the longer asset first."""

        @lru_cache(CACHED)
        def track(asset: int) -> Track | None:
            found = self._fingerprints.of(asset)
            return Track.of(*found) if found else None

        pairs = []
        tracks = ((asset, Track.of(times, rows)) for asset, times, rows in self._fingerprints.each(view))
        for one, other in likely_pairs(tracks):
            sides = [(asset, found) for asset in (one, other) if (found := track(asset)) and len(found.times)]
            if len(sides) < 2:  # one was pruned or previewed again meanwhile
                continue
            # The longer one first: a trim lies within what it was cut from.
            (first, longer), (second, shorter) = sorted(sides, key=lambda side: -float(side[1].times[-1]))
            aligned = align(longer, shorter)
            if aligned is not None and aligned.similarity >= similarity:
                pairs.append((first, second, aligned))
        return sorted(pairs, key=lambda pair: (-pair[2].similarity, pair[0], pair[1]))


def _pair(copies: dict[int, Copy], first: int, second: int, found: Alignment) -> NearDuplicate:
    # Adding 0.0 turns -0.0 into 0.0.
    spans = {"start": round(found.start, 3), "end": round(found.end, 3)}
    shifted = {name: round(time - found.offset, 3) + 0.0 for name, time in spans.items()}
    return NearDuplicate(
        first=copies[first].model_copy(update=spans),
        second=copies[second].model_copy(update=shifted),
        offset=round(found.offset, 3) + 0.0,
        other_offsets=tuple((round(begin, 3) + 0.0, round(end, 3) + 0.0) for begin, end in found.others),
        mirrored=found.mirrored,
        similarity=round(found.similarity, 4),
        coverage=round(found.coverage, 4),
        frames=found.frames,
    )
