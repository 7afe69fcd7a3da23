"""How often a model is right, as people have judged, and from which score it may say so itself. No I/O."""

from collections.abc import Sequence
from math import exp, sqrt

PROPOSED_FROM = 1.5
"""Standardised score from which a term is proposed."""
LEAST_VERDICTS = 20
"""Verdicts from which precision is measured."""
PRECISION = 0.8
"""Wanted by default."""
_CONFIDENCE = 1.96
"""Of the bound, in standard deviations: 95 %."""


def wilson(right: int, count: int) -> tuple[float, float]:
    """The bounds of a share that was measured, with a confidence of 95 % (Wilson score).

    >>> [round(bound, 2) for bound in wilson(41, 46)]
    [0.77, 0.95]
    """
    if not count:
        return 0.0, 1.0
    z2, share = _CONFIDENCE**2, right / count
    centre = share + z2 / (2 * count)
    spread = _CONFIDENCE * sqrt(share * (1 - share) / count + z2 / (4 * count * count))
    whole = 1 + z2 / count
    return max(0.0, (centre - spread) / whole), min(1.0, (centre + spread) / whole)


def threshold_for(verdicts: Sequence[tuple[float, bool]], wanted: float) -> float | None:
    """The least score from which values are right often enough: the lower bound of the precision of those with it or a
    higher one is as wanted, by LEAST_VERDICTS verdicts at least. None: there is none.

    verdicts: pairs of a score and whether a person has accepted it.
    """
    found, right = None, 0
    ranked = sorted(verdicts, key=lambda one: -one[0])
    for count, (score, is_right) in enumerate(ranked, 1):
        right += is_right
        is_last_of_score = count == len(ranked) or ranked[count][0] < score
        if is_last_of_score and count >= LEAST_VERDICTS and wilson(right, count)[0] >= wanted:
            found = score
    return found


def information(score: float, threshold: float | None, verdicts: int) -> float:
    """How much a verdict on a proposal says: most of a term with few verdicts, near the score that decides."""
    edge = PROPOSED_FROM + 0.75 if threshold is None else threshold
    return exp(-abs(score - edge)) / sqrt(1 + verdicts)
