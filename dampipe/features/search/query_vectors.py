"""Encodes a query as a vector, with what the result depends on: the score floor, and the shots that are no answer."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dampipe.features.assets.errors import UNKNOWN_ASSET
from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.service import AssetService
from dampipe.features.frames.service import FrameService
from dampipe.features.search.errors import BEYOND_END, MODEL_UNAVAILABLE, NO_VECTORS, VISION_UNAVAILABLE
from dampipe.features.search.model import SearchRequest, split_box, split_like
from dampipe.features.search.model_service import ModelService
from dampipe.features.search.pictures import QueryPictures
from dampipe.features.search.query_cache import QueryVectorCache
from dampipe.features.search.vectors import VectorRepository
from dampipe.kernel.access import SEARCH, Actor, require
from dampipe.kernel.asset_set import ALL, Selection
from dampipe.kernel.errors import DampipeError, InvalidInput, NotFound, SearchUnavailable, Unavailable
from dampipe.kernel.ranges import parse_seconds
from dampipe.kernel.timecode import clock
from dampipe.storage.auto import AutoStorage, Owner
from dampipe.vision.base import Embedder
from dampipe.vision.query_arithmetic import MEANINGLESS, compose

log = logging.getLogger(__name__)

END_TOLERANCE = 1.0
"""Seconds by which a moment may lie after the end: players and containers do not agree on it."""

Vector: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True)
class EncodedQuery:
    """A query as a model sees it."""

    model: str
    vector: Vector
    floor: float | None
    """The score that meaningless words reach; None where it does not apply."""
    excluded: frozenset[Owner]
    """The shots that the query itself shows: they are no answer to it."""


@dataclass(frozen=True)
class _Example:
    """A moment or an asset that a query names as an example."""

    vector: Vector
    shots: frozenset[Owner]


class QueryEncoder:
    """Encodes queries to one library. The model is loaded when a query needs it."""

    def __init__(
        self,
        assets: AssetService,
        rows: AssetRepository,
        vectors: VectorRepository,
        cache: QueryVectorCache,
        storage: AutoStorage,
        models: ModelService,
        pictures: QueryPictures,
        frames: FrameService,
    ) -> None:
        self._frames = frames
        self._assets = assets
        self._rows = rows
        self._vectors = vectors
        self._cache = cache
        self._storage = storage
        self._models = models
        self._pictures = pictures

    @property
    def model(self) -> str:
        """The fingerprint of the model that answers now."""
        return self._models.answering().fingerprint

    def encode(self, actor: Actor, request: SearchRequest, visible: Selection = ALL) -> EncodedQuery:
        """Encode what a request asks of pictures. visible: the versions that may serve as examples, and that are scored.

        Raises SearchUnavailable, Busy, NotFound (an asset that does not exist or has no vectors) or InvalidInput.
        """
        try:
            embedder = self._models.answering()
            model = embedder.fingerprint
            examples = [self._example(actor, text, embedder, visible) for text in request.like]
            vector = self._vector(request, examples, embedder)
            words_only = bool(request.words) and not (request.without or request.image or request.like)
            floor = self._floor(embedder, visible) if words_only else None
        except Unavailable as error:
            raise SearchUnavailable(VISION_UNAVAILABLE, hint=error.hint, reason=str(error)) from error
        shots = frozenset[Owner]().union(*(example.shots for example in examples))
        return EncodedQuery(model, vector, floor, shots)

    def warm_up(self) -> None:
        """Load the model and compute the floor, so that the first search is as fast as later ones.

        Raises Unavailable where the model cannot be loaded.
        """
        embedder = self._models.answering()
        embedder.words([MEANINGLESS[0]])  # in the cache or not
        self._floor(embedder, ALL)

    def text_vectors(self, actor: Actor, texts: Sequence[str]) -> tuple[str, list[Vector]]:
        """The fingerprint of the model that answers, and texts as vectors of it. Raises SearchUnavailable."""
        require(actor, SEARCH)
        try:
            embedder = self._models.answering()
            return embedder.fingerprint, self._texts(texts, embedder)
        except Unavailable as error:
            raise SearchUnavailable(MODEL_UNAVAILABLE, hint=error.hint, reason=str(error)) from error

    def _vector(self, request: SearchRequest, examples: Sequence[_Example], embedder: Embedder) -> Vector:
        parts = self._texts([request.words], embedder) if request.words else []
        if request.image is not None:
            parts.append(embedder.pictures(self._pictures.read(request.image, embedder.spec))[0])
        parts += [example.vector for example in examples]
        return compose(parts, self._texts(request.without, embedder))

    def _texts(self, texts: Iterable[str], embedder: Embedder) -> list[Vector]:
        """Vectors of texts; the model is loaded only for texts that are not in the cache."""
        asked = list(texts)
        known = self._cache.vectors(embedder.fingerprint, asked)
        new = [text for text in dict.fromkeys(asked) if text not in known]
        if new:
            made = dict(zip(new, embedder.words(new), strict=True))
            known |= made
            _keep(lambda: self._cache.keep(embedder.fingerprint, made))
        return [known[text] for text in asked]

    def _floor(self, embedder: Embedder, visible: Selection) -> float | None:
        """The highest score that meaningless words reach in this library, as far as it is visible; None if none is."""
        model = embedder.fingerprint
        known = self._cache.floor(model, visible)
        if known is not None:
            return known
        scores = self._storage.highest(model, np.array(self._texts(MEANINGLESS, embedder)), visible)
        if not scores:
            return None
        floor = max(scores)
        if not self._storage.unseen(model):  # the floor of a part of the library is too low for all of it
            _keep(lambda: self._cache.keep_floor(model, floor, visible))
        return floor

    def _example(self, actor: Actor, text: str, embedder: Embedder, visible: Selection) -> _Example:
        """The frame nearest to ASSET@TIME, a part of the one in view then, or the mean of all frames of ASSET.

        With the shots they lie in.
        """
        moment, box = split_box(text)
        name, time = split_like(moment)
        asset = self._rows.find(self._assets.sha1(actor, name))
        if visible is not ALL and asset.id not in visible:
            raise NotFound(UNKNOWN_ASSET, sha1=name)
        times, shots, rows = self._vectors.of(asset.sha1, embedder.fingerprint)
        if not times:
            raise NotFound(NO_VECTORS, name=name)
        if time is None and box is None:
            return _Example(compose(list(rows), []), frozenset((asset.sha1, shot) for shot in shots))
        at = 0.0 if time is None else parse_seconds(time)
        if asset.duration is not None and at > asset.duration + END_TOLERANCE:
            limits = {"time": clock(at), "name": asset.name, "duration": clock(asset.duration)}
            raise InvalidInput(BEYOND_END, asset=asset.sha1[:12], **limits)
        nearest = min(range(len(times)), key=lambda row: abs(times[row] - at))
        vector = np.asarray(rows[nearest])
        if box is not None:
            jpeg = self._frames.read(actor, asset.sha1, at, box=box).jpeg
            vector = embedder.pictures(self._pictures.read(jpeg, embedder.spec))[0]
        return _Example(vector, frozenset({(asset.sha1, shots[nearest])}))


def _keep(write: Callable[[], None]) -> None:
    """Write to the cache; a failure must not fail the search."""
    try:
        write()
    except DampipeError as error:
        log.warning("not cached for the next search: %s", error)
