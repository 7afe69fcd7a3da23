"""The use case of finding what the library has more than once."""

from functools import lru_cache

from dampipe.features.assets.catalog import Catalog
from dampipe.features.duplicates.match import ALIKE, Alignment, align, likely_pairs
from dampipe.features.duplicates.model import Copy, Duplicates, NearDuplicate
from dampipe.features.duplicates.track import Track

AT_HAND = 2000
"""Assets whose prints are held at once: some 30 MB."""

__all__ = ["ALIKE", "find_duplicates"]


def find_duplicates(catalog: Catalog, near: bool = False, similarity: float = ALIKE) -> Duplicates:
    """The same bytes in several places; with `near` also other encodes, trims and resized versions.

    similarity: leave out pairs below, 0.55 at least. Raises CatalogueDown.
    """
    exact = tuple(catalog.prints.exact())
    if not near:
        return Duplicates(exact=exact)
    everything = ((asset, Track.of(times, rows)) for asset, times, rows in catalog.prints.each())
    pairs: list[tuple[int, int, Alignment]] = []

    @lru_cache(AT_HAND)
    def track(asset: int) -> Track | None:
        found = catalog.prints.of(asset)
        return Track.of(*found) if found else None

    for one, other in likely_pairs(everything):
        sides = [(asset, found) for asset in (one, other) if (found := track(asset)) and len(found.times)]
        if len(sides) == 2:  # neither was forgotten or previewed anew meanwhile
            # The longer one first: a trim lies somewhere in what it was cut from.
            (first, a), (second, b) = sorted(sides, key=lambda side: -float(side[1].times[-1]))
            aligned = align(a, b)
            if aligned is not None and aligned.similarity >= similarity:
                pairs.append((first, second, aligned))
    copies = catalog.prints.copies(sorted({asset for pair in pairs for asset in pair[:2]}))
    pairs.sort(key=lambda pair: (-pair[2].similarity, pair[0], pair[1]))
    found_pairs = (_pair(copies, *pair) for pair in pairs if pair[0] in copies and pair[1] in copies)
    return Duplicates(exact=exact, near=tuple(found_pairs), unknown=catalog.prints.missing())


def _pair(copies: dict[int, Copy], first: int, second: int, found: Alignment) -> NearDuplicate:
    # With 0.0 added nobody reads -0.0.
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
