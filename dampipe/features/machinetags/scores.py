"""How vectors of frames become tags: prompts, standardised scores, moments, and measured precision. No I/O.

A cosine says nothing alone: similarities differ more from term to term than between right and wrong. So the score
of a frame is how much nearer it is to a term's prompts than to background prompts, in standard deviations over the
frames of the library itself.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from hashlib import sha1
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PROPOSED_FROM = 1.5
"""Standardised score from which a term is proposed."""
MOST_MOMENTS = 5
"""Moments kept of a term in a version: the best one of each shot."""
SAMPLE = 10_000
"""Frames over which scores are standardised."""
LEAST_SAMPLE = 10
"""Fewer frames say nothing about a library."""
LEAST_VERDICTS = 20
"""Verdicts from which precision is measured."""
PRECISION = 0.8
"""Wanted by default."""
_CONFIDENCE = 1.96
"""Of the bound, in standard deviations: 95 %."""

BACKGROUND = (
    "a photo",
    "a picture of something",
    "an object",
    "a background",
    "a blurry picture",
)
"""Prompts that any frame fits: how near it is to these is subtracted."""


class Facet(StrEnum):
    """What kind of thing a term names: its prompts are made accordingly."""

    SUBJECT = "subject"
    ACTION = "action"
    PLACE = "place"
    LIGHT = "light"
    SHOT = "shot"
    """The size of the shot, or how the camera moves."""
    PLAIN = "plain"
    """The label itself is the prompt."""


TEMPLATES: Mapping[Facet, tuple[str, ...]] = {
    Facet.SUBJECT: ("{a}", "a photo of {a}"),
    Facet.ACTION: ("someone {term}", "a photo of people {term}", "{term}"),
    Facet.PLACE: ("{a}", "a view of {a}", "at {a}"),
    Facet.LIGHT: ("{term}", "a scene in {term}", "a photo taken in {term}"),
    Facet.SHOT: ("{a}", "{a} from a film"),
    Facet.PLAIN: ("{term}",),
}

SENSITIVE = frozenset({
    "race", "ethnicity", "ethnic", "nationality", "black", "white", "asian", "caucasian",
    "african", "arab", "jewish", "muslim", "christian", "hindu", "religion", "gay",
    "lesbian", "homosexual", "bisexual", "transgender", "queer", "gender", "man", "men",
    "woman", "women", "male", "female", "boy", "boys", "girl", "girls",
    "disability", "disabled", "wheelchair", "handicapped", "obese", "overweight", "fat", "ugly",
    "beautiful", "attractive", "pregnant", "illness", "sick", "patient", "drunk", "criminal",
    "terrorist", "prisoner", "refugee", "refugees", "immigrant", "poor", "homeless", "nude",
    "nudity", "naked", "sex", "sexual", "porn", "child", "children", "baby",
    "babies", "teenager", "elderly", "old",
})  # fmt: skip
"""Words for traits of people, for intimacy and for children: a model's guess at these does harm when it is wrong."""


def is_sensitive(labels: Sequence[str]) -> bool:
    """Whether one of a term's labels is, or holds, a sensitive word.

    >>> is_sensitive(["white shark"]), is_sensitive(["Homeless people"]), is_sensitive(["harbour"])
    (True, True, False)
    """
    words = {word for label in labels for word in label.casefold().replace("-", " ").split()}
    return bool(words & SENSITIVE)


def prompts_of(label: str, facet: Facet) -> tuple[str, ...]:
    """The texts that describe a term.

    >>> prompts_of("orange circle", Facet.SUBJECT)
    ('an orange circle', 'a photo of an orange circle')
    """
    term = label.strip()
    article = "an" if term[:1].lower() in tuple("aeiou") else "a"
    with_article = term if term.lower().startswith(("a ", "an ", "the ")) else f"{article} {term}"
    return tuple(template.format(term=term, a=with_article) for template in TEMPLATES[facet])


def digest(prompts: Sequence[str]) -> str:
    """By which prompts, background prompts included, are compared."""
    return sha1("\n".join([*prompts, "", *BACKGROUND]).encode()).hexdigest()


def direction(vectors: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The mean of unit vectors of prompts, as a unit vector."""
    mean = np.mean(np.stack(list(vectors)), axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)


def margins(
    frames: NDArray[np.float32], terms: NDArray[np.float32], background: NDArray[np.float32]
) -> NDArray[np.float32]:
    """By how much each frame (rows) is nearer to each term than to the background prompts."""
    near: NDArray[np.float32] = frames @ terms.T
    return np.asarray(near - (frames @ background.T).mean(axis=1, keepdims=True), dtype=np.float32)


class Moment(NamedTuple):
    """When a term is to be seen."""

    time: float
    score: float


def moments_of(
    times: Sequence[float], shots: Sequence[int], scores: NDArray[np.float32]
) -> tuple[Moment, ...]:
    """The best moment of each shot in which a term is proposed, the best ones alone, in the order of time."""
    best: dict[int, Moment] = {}
    for row in np.flatnonzero(scores >= PROPOSED_FROM).tolist():
        found = Moment(times[row], round(float(scores[row]), 3))
        if shots[row] not in best or found.score > best[shots[row]].score:
            best[shots[row]] = found
    chosen = sorted(best.values(), key=lambda one: -one.score)[:MOST_MOMENTS]
    return tuple(sorted(chosen))


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
    return float(np.exp(-abs(score - edge)) / sqrt(1 + verdicts))
