"""The use case of finding: a question becomes vectors and words, two rankings become one answer."""

import io
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dampipe.domain.amounts import parse_seconds
from dampipe.domain.assets import printable
from dampipe.domain.cuts import Cut, all_moments, beginning, span
from dampipe.domain.errors import DampipeError, InvalidInput, NotFound, SearchUnavailable, Unavailable
from dampipe.domain.fusion import reciprocal_rank_fusion
from dampipe.domain.media import MediaInfo
from dampipe.domain.moments import Moment
from dampipe.domain.search import Filter, Found, Only, Query, split_like, split_words
from dampipe.domain.timecode import clock
from dampipe.storage.auto import AutoStorage, Owner
from dampipe.storage.catalog.catalog import Catalog
from dampipe.storage.catalog.words import Written
from dampipe.vision.base import Embedder
from dampipe.vision.queries import MEANINGLESS, compose

log = logging.getLogger(__name__)

DEPTH = 200
"""So many places of the ranking by pictures are fused with the one by words, at least."""
BROAD = 0.2
"""A filter that lets this much of the library through is held against what was found, not given to the index."""
BEYOND = 1.0
"""Seconds by which a moment may lie beyond the end: players and containers do not agree on it."""

Vector: TypeAlias = NDArray[np.float32]


class Search:
    """Search over one library. The embedder is made when a question needs it."""

    def __init__(self, catalog: Catalog, storage: AutoStorage, embedder: Callable[[], Embedder]) -> None:
        self._catalog = catalog
        self._storage = storage
        self._embedder = embedder

    def find(self, query: Query) -> Found:
        """The hits of one page. A minus sign before a word in `words` is taken as `without`.

        Without words, picture or moment: all assets that the filter lets through, the newest first. Raises
        SearchUnavailable, NotFound (a source, folder, tag or asset that does not exist) or InvalidInput.
        """
        query = _read(query)
        if not query.asks_vision:
            return self._browse(query)
        written = self._written(query)
        by_names = [one.sha1 for one in written]
        if query.only in (Only.WORDS, Only.NAMES):
            return self._page(query, [(sha1, 0) for sha1 in by_names], written, None)
        try:
            seen = self._seen(query, deep=bool(written))
        except SearchUnavailable as error:
            if not written:
                raise
            named = self._page(query, [(sha1, 0) for sha1 in by_names], written, None)
            return named.model_copy(update={"warnings": (f"by what is written only: {error}",)})
        if query.flat:
            best = {moment.asset: (moment.asset, moment.shot) for moment in reversed(seen.moments)}
            rankings = [_owners(seen.moments), [best.get(sha1, (sha1, 0)) for sha1 in by_names]]
        else:
            rankings = [[(moment.asset, 0) for moment in seen.moments], [(sha1, 0) for sha1 in by_names]]
        order = reciprocal_rank_fusion([ranking for ranking in rankings if ranking])
        return self._page(query, order, written, seen)

    def text_vectors(self, texts: list[str]) -> tuple[str, list[Vector]]:
        """Texts as the model sees them that answers now, and its fingerprint. Raises SearchUnavailable."""
        try:
            embedder = self._embedder()
            return embedder.fingerprint, self._texts(texts, embedder)
        except Unavailable as error:
            raise SearchUnavailable(f"the model cannot be used: {error}", hint=error.hint) from error

    def cuts(self, found: Found) -> list[Cut]:
        """The moments of an answer as spans of files, each shot once; weak ones only if there are no others.

        Of a hit without moments its beginning is taken.
        """
        moments = all_moments(hit.moments or [beginning(hit)] for hit in found.hits)
        moments = [moment for moment in moments if not moment.weak] or moments
        media, cuts = dict[str, MediaInfo | None](), list[Cut]()
        places = dict[str, str]()
        for moment in moments:
            if moment.asset not in media:
                row = self._catalog.assets.find(moment.asset)
                files = self._catalog.assets.files(asset=row.id)
                media[moment.asset] = MediaInfo.model_validate_json(row.media) if row.media else None
                shown = [file.path for file in files if printable(file.path) == moment.path]
                places[moment.asset] = (shown or [file.path for file in files] or [""])[0]
            if places[moment.asset]:
                start, end = span(moment)
                cuts.append(
                    Cut(
                        asset=moment.asset,
                        path=places[moment.asset],
                        name=moment.name,
                        media=media[moment.asset],
                        moment=moment.time,
                        start=start,
                        end=end,
                        score=moment.score,
                    )
                )
        return cuts

    def _written(self, query: Query) -> list[Written]:
        if not query.words or query.only is Only.VISION:
            return []
        names_only = query.only is Only.NAMES
        return self._catalog.words.search(query.words, query.without, query.filter, names_only)

    def _seen(self, query: Query, deep: bool) -> "_Seen":
        try:
            embedder = self._embedder()
            model = embedder.fingerprint
            vector = self._vector(query, embedder)
            plain = bool(query.words) and not (query.without or query.image or query.like)
            floor = self._floor(embedder) if plain else None
        except Unavailable as error:
            raise SearchUnavailable(f"search by words is not possible: {error}", hint=error.hint) from error
        itself = self._themselves(query, model)
        places = query.offset + query.limit + 1 + len(itself)
        wanted = -(-places // DEPTH) * DEPTH if deep else places
        per_asset = wanted if query.flat else 1

        def enough(owners: Sequence[Owner]) -> bool:
            return len(owners) >= wanted

        look = partial(self._storage.search_moments, model, vector, enough, per_asset=per_asset + len(itself))
        found = look() if query.filter.empty else self._filtered(look, model, query.filter, wanted)
        found = [moment for moment in found if (moment.asset, moment.shot) not in itself]
        return _Seen(model, vector, floor, itself, _marked(found, floor, query.strong))

    def _filtered(
        self, look: Callable[..., list[Moment]], model: str, wanted: Filter, count: int
    ) -> list[Moment]:
        """The moments that count. To name all vectors of a filter that lets most through would take seconds."""
        filtering = self._catalog.filtering
        if filtering.share(wanted) >= BROAD:
            found = look(counting=partial(filtering.counting, wanted))
            if len(found) >= count:
                return found
        return look(among=filtering.vector_ids(model, wanted))

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
        """The shots that the question itself shows: they are no answer to it."""
        shown = set()
        for text in query.like:
            times, shots, _, at = self._moment(text, model)
            sha1 = self._catalog.assets.find(split_like(text)[0]).sha1
            shown |= {(sha1, shot) for shot in (shots if at is None else [shots[_frame(times, at)]])}
        return shown

    def _browse(self, query: Query) -> Found:
        filtering = self._catalog.filtering
        rows = self._catalog.assets.filtered(
            filtering.where(query.filter), query.limit + 1, query.offset, filtering.folders(query.filter)
        )
        return Found(hits=tuple(rows[: query.limit]), more=len(rows) > query.limit)

    def _page(
        self, query: Query, order: Sequence[Owner], written: Sequence[Written], seen: "_Seen | None"
    ) -> Found:
        page = order[query.offset : query.offset + query.limit]
        folders = self._catalog.filtering.folders(query.filter)
        cards = self._catalog.assets.cards(list(dict.fromkeys(sha1 for sha1, _ in page)), folders)
        words = {one.sha1: one.words for one in written}
        shown: dict[Owner, list[Moment]] = {}
        if seen is not None:
            best = (
                {(moment.asset, moment.shot): [moment] for moment in seen.moments}
                if query.flat
                else {(sha1, 0): found for sha1, found in self._best_of(query, list(cards), seen).items()}
            )
            shown = {owner: best.get(owner, []) for owner in page}
            spanned = self._catalog.vectors.with_spans(seen.model, [m for ms in shown.values() for m in ms])
            following = iter(spanned)
            shown = {owner: [next(following) for _ in found] for owner, found in shown.items()}
        hits = []
        for owner in page:
            found, named = shown.get(owner, []), words.get(owner[0], ())
            if owner[0] in cards:
                place = {"path": cards[owner[0]].path, "name": cards[owner[0]].name}
                found = [moment.model_copy(update=place) for moment in found]
                update = {
                    "score": found[0].score if found else None,
                    "weak": bool(found) and found[0].weak and not named,
                    "words": named,
                    "moments": tuple(found),
                }
                hits.append(cards[owner[0]].model_copy(update=update))
        more = len(order) > query.offset + query.limit
        return Found(hits=tuple(hits), more=more, floor=seen.floor if seen else None)

    def _best_of(self, query: Query, assets: list[str], seen: "_Seen") -> dict[str, list[Moment]]:
        """The best moments of each of these assets: asked for once more, among their vectors only."""
        found = self._storage.search_moments(
            seen.model,
            seen.vector,
            lambda owners: False,
            per_asset=query.moments + len(seen.itself),
            among=self._catalog.vectors.ids_of(seen.model, assets),
        )
        best: dict[str, list[Moment]] = {sha1: [] for sha1 in assets}
        for moment in _marked(found, seen.floor, query.strong):
            shown = best[moment.asset]
            if (moment.asset, moment.shot) not in seen.itself and len(shown) < query.moments:
                shown.append(moment)
        return best


@dataclass(frozen=True)
class _Seen:
    """The answer by pictures."""

    model: str
    vector: Vector
    floor: float | None
    itself: set[Owner]
    moments: list[Moment]
    """The ranking: one a shot if the hits are moments, else one an asset."""


def _marked(moments: Sequence[Moment], floor: float | None, strong: bool) -> list[Moment]:
    """The weak ones marked as such, or left out."""
    if floor is None:
        return list(moments)
    marked = [moment.model_copy(update={"weak": moment.score < floor}) for moment in moments]
    return [moment for moment in marked if not (strong and moment.weak)]


def _read(query: Query) -> Query:
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


def _owners(moments: Sequence[Moment]) -> list[Owner]:
    return [(moment.asset, moment.shot) for moment in moments]


def _try(keep: Callable[[], None]) -> None:
    """What is only kept to be quicker next time must not fail an answer."""
    try:
        keep()
    except DampipeError as error:
        log.warning("not kept for the next search: %s", error)
