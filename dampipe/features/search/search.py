"""The use case of finding: a question becomes vectors and words, two rankings become one answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from dampipe.features.assets.catalog import Catalog
from dampipe.features.search.fusion import reciprocal_rank_fusion
from dampipe.features.search.model import Filter, Found, Only, Query
from dampipe.features.search.query_vectors import EncodedQuery, QueryEncoder, Vector, read
from dampipe.features.search.text_index import TextMatch
from dampipe.kernel.errors import SearchUnavailable
from dampipe.storage.auto import AutoStorage, Owner
from dampipe.storage.moments import Moment
from dampipe.vision.base import Embedder

DEPTH = 200
"""So many places of the ranking by pictures are fused with the one by words, at least."""
BROAD = 0.2
"""A filter that lets this much of the library through is held against what was found, not given to the index."""


class SearchService:
    """Search over one library. The embedder is made when a question needs it."""

    def __init__(self, catalog: Catalog, storage: AutoStorage, embedder: Callable[[], Embedder]) -> None:
        self._catalog = catalog
        self._storage = storage
        self._questions = QueryEncoder(catalog, storage, embedder)

    def find(self, query: Query) -> Found:
        """The hits of one page. A minus sign before a word in `words` is taken as `without`.

        Without words, picture or moment: all assets that the filter lets through, the newest first. Raises
        SearchUnavailable, NotFound (a source, folder, tag or asset that does not exist) or InvalidInput.
        """
        query = read(query)
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

    def text_vectors(self, texts: Sequence[str]) -> tuple[str, list[Vector]]:
        """See Questions.text_vectors."""
        return self._questions.text_vectors(texts)

    def _written(self, query: Query) -> list[TextMatch]:
        if not query.words or query.only is Only.VISION:
            return []
        names_only = query.only is Only.NAMES
        return self._catalog.words.search(query.words, query.without, query.filter, names_only)

    def _seen(self, query: Query, deep: bool) -> "_Seen":
        asked = self._questions.meaning(query)
        places = query.offset + query.limit + 1 + len(asked.itself)
        wanted = -(-places // DEPTH) * DEPTH if deep else places
        per_asset = wanted if query.flat else 1

        def enough(owners: Sequence[Owner]) -> bool:
            return len(owners) >= wanted

        per_asset += len(asked.itself)
        look = partial(self._storage.search_moments, asked.model, asked.vector, enough, per_asset=per_asset)
        found = look() if query.filter.empty else self._filtered(look, asked.model, query.filter, wanted)
        found = [moment for moment in found if (moment.asset, moment.shot) not in asked.itself]
        unseen = self._storage.unseen(asked.model)
        return _Seen(asked, _marked(found, asked.floor, query.strong), unseen)

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

    def _browse(self, query: Query) -> Found:
        filtering = self._catalog.filtering
        rows = self._catalog.assets.filtered(
            filtering.where(query.filter), query.limit + 1, query.offset, filtering.folders(query.filter)
        )
        return Found(hits=tuple(rows[: query.limit]), more=len(rows) > query.limit)

    def _page(
        self, query: Query, order: Sequence[Owner], written: Sequence[TextMatch], seen: "_Seen | None"
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
                else {
                    (sha1, 0): found for sha1, found in self._best_of(query, list(cards), seen.asked).items()
                }
            )
            shown = {owner: best.get(owner, []) for owner in page}
            spanned = self._catalog.vectors.with_spans(
                seen.asked.model, [m for ms in shown.values() for m in ms]
            )
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
        if seen is None:
            return Found(hits=tuple(hits), more=more)
        return Found(hits=tuple(hits), more=more, floor=seen.asked.floor, warnings=seen.warnings)

    def _best_of(self, query: Query, assets: list[str], asked: EncodedQuery) -> dict[str, list[Moment]]:
        """The best moments of each of these assets: asked for once more, among their vectors only."""
        found = self._storage.search_moments(
            asked.model,
            asked.vector,
            lambda owners: False,
            per_asset=query.moments + len(asked.itself),
            among=self._catalog.vectors.ids_of(asked.model, assets),
        )
        best: dict[str, list[Moment]] = {sha1: [] for sha1 in assets}
        for moment in _marked(found, asked.floor, query.strong):
            shown = best[moment.asset]
            if (moment.asset, moment.shot) not in asked.itself and len(shown) < query.moments:
                shown.append(moment)
        return best


@dataclass(frozen=True)
class _Seen:
    """The answer by pictures."""

    asked: EncodedQuery
    moments: list[Moment]
    """The ranking: one a shot if the hits are moments, else one an asset."""
    unseen: int
    """Vectors that were not looked at."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know of the answer."""
        if not self.unseen:
            return ()
        return (f"{self.unseen:,} moments were not looked at: the vector index is being brought up",)


def _marked(moments: Sequence[Moment], floor: float | None, strong: bool) -> list[Moment]:
    """The weak ones marked as such, or left out."""
    if floor is None:
        return list(moments)
    marked = [moment.model_copy(update={"weak": moment.score < floor}) for moment in moments]
    return [moment for moment in marked if not (strong and moment.weak)]


def _owners(moments: Sequence[Moment]) -> list[Owner]:
    return [(moment.asset, moment.shot) for moment in moments]
