"""A question becomes a vector; with it comes what cannot be an answer: what the question shows, and the floor."""

import io
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dampipe.features.assets.catalog import Catalog
from dampipe.features.search.model import Only, Query, split_like, split_words
from dampipe.kernel.errors import DampipeError, InvalidInput, NotFound, SearchUnavailable, Unavailable
from dampipe.kernel.ranges import parse_seconds
from dampipe.kernel.timecode import clock
from dampipe.storage.auto import AutoStorage, Owner
from dampipe.vision.base import Embedder
from dampipe.vision.query_arithmetic import MEANINGLESS, compose

log = logging.getLogger(__name__)

BEYOND = 1.0
"""Seconds by which a moment may lie beyond the end: players and containers do not agree on it."""

Vector: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True)
class EncodedQuery:
    """What a question says to a model."""

    model: str
    vector: Vector
    floor: float | None
    """The score that meaningless words reach; None where it does not apply."""
    itself: set[Owner]
    """The shots that the question itself shows: they are no answer to it."""


class QueryEncoder:
    """Questions to one library. The embedder is made when one needs it."""

    def __init__(self, catalog: Catalog, storage: AutoStorage, embedder: Callable[[], Embedder]) -> None:
        self._catalog = catalog
        self._storage = storage
        self._embedder = embedder

    def meaning(self, query: Query) -> EncodedQuery:
        """What the question asks of pictures. Raises SearchUnavailable, NotFound or InvalidInput."""
        try:
            embedder = self._embedder()
            model = embedder.fingerprint
            vector = self._vector(query, embedder)
            plain = bool(query.words) and not (query.without or query.image or query.like)
            floor = self._floor(embedder) if plain else None
        except Unavailable as error:
            raise SearchUnavailable(f"search by words is not possible: {error}", hint=error.hint) from error
        return EncodedQuery(model, vector, floor, self._themselves(query, model))

    def text_vectors(self, texts: Sequence[str]) -> tuple[str, list[Vector]]:
        """Texts as the model sees them that answers now, and its fingerprint. Raises SearchUnavailable."""
        try:
            embedder = self._embedder()
            return embedder.fingerprint, self._texts(texts, embedder)
        except Unavailable as error:
            raise SearchUnavailable(f"the model cannot be used: {error}", hint=error.hint) from error

    def _vector(self, query: Query, embedder: Embedder) -> Vector:
        wanted = self._texts([query.words], embedder) if query.words else []
        if query.image is not None:
            from dampipe.vision.pictures import load_picture

            picture = load_picture(io.BytesIO(query.image), embedder.spec, "the picture")
            wanted.append(embedder.pictures(picture)[0])
        wanted += [self._like(text, embedder.fingerprint) for text in query.like]
        return compose(wanted, self._texts(query.without, embedder))

    def _texts(self, texts: Iterable[str], embedder: Embedder) -> list[Vector]:
        """Vectors of texts; the model is loaded only for those that nobody has asked for yet."""
        wanted = list(texts)
        known = self._catalog.asked.vectors(embedder.fingerprint, wanted)
        new = [text for text in dict.fromkeys(wanted) if text not in known]
        if new:
            made = dict(zip(new, embedder.words(new), strict=True))
            known |= made
            _try(lambda: self._catalog.asked.keep(embedder.fingerprint, made))
        return [known[text] for text in wanted]

    def _floor(self, embedder: Embedder) -> float | None:
        """The highest score that meaningless words reach in this library; None while it is empty."""
        model = embedder.fingerprint
        known = self._catalog.asked.floor(model)
        if known is not None:
            return known
        reached = self._storage.highest(model, np.array(self._texts(MEANINGLESS, embedder)))
        if not reached:
            return None
        floor = max(reached)
        if not self._storage.unseen(model):  # of a part of the library it would be too low
            _try(lambda: self._catalog.asked.keep_floor(model, floor))
        return floor

    def _like(self, text: str, model: str) -> Vector:
        """The vector of the frame that shows a moment, or the mean of an asset's."""
        times, _, rows, at = self._moment(text, model)
        if at is None:
            return compose(list(rows), [])
        return np.asarray(rows[_frame(times, at)])

    def _moment(self, text: str, model: str) -> tuple[list[float], list[int], Vector, float | None]:
        name, time = split_like(text)
        asset = self._catalog.assets.find(name)
        times, shots, rows = self._catalog.vectors.of(asset.sha1, model)
        if not times:
            raise NotFound(f"{name} has no vectors of this model", hint=f"`dampipe show {name}` tells why.")
        at = None if time is None else parse_seconds(time)
        if at is not None and asset.duration is not None and at > asset.duration + BEYOND:
            raise InvalidInput(
                f"there is no {clock(at)} in {asset.name}: it is {clock(asset.duration)} long",
                hint="`dampipe show` tells how long an asset is.",
            )
        return times, shots, rows, at

    def _themselves(self, query: Query, model: str) -> set[Owner]:
        shown = set()
        for text in query.like:
            times, shots, _, at = self._moment(text, model)
            sha1 = self._catalog.assets.find(split_like(text)[0]).sha1
            shown |= {(sha1, shot) for shot in (shots if at is None else [shots[_frame(times, at)]])}
        return shown


def read(query: Query) -> Query:
    """The question with its minus signs read. Raises InvalidInput for one that asks for nothing."""
    words, without = split_words(query.words)
    without = tuple(dict.fromkeys([*(text.strip() for text in query.without if text.strip()), *without]))
    if without and not (words or query.image or query.like):
        raise InvalidInput(
            f"only told what is not wanted: {', '.join(without)}", hint="Say what is looked for, too."
        )
    if query.only in (Only.WORDS, Only.NAMES) and not words:
        raise InvalidInput(f"looking in {query.only} needs words to look for")
    return query.model_copy(update={"words": words, "without": without})


def _frame(times: Sequence[float], at: float) -> int:
    """The frame nearest to a time."""
    return min(range(len(times)), key=lambda row: abs(times[row] - at))


def _try(keep: Callable[[], None]) -> None:
    """What is only kept to be quicker next time must not fail an answer."""
    try:
        keep()
    except DampipeError as error:
        log.warning("not kept for the next search: %s", error)
