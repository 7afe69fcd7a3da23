"""The use case of searching: a ranking by text and one by pictures are fused into one result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dampipe.features.grouping.queries import GroupRepository
from dampipe.features.search.filters import FilterResolver, ResolvedFilter, Visible
from dampipe.features.search.fusion import reciprocal_rank_fusion
from dampipe.features.search.hits import HitRepository
from dampipe.features.search.model import Found, Hit, HitGroup, Only, SearchRequest
from dampipe.features.search.passages import Passages, marks_in
from dampipe.features.search.query_vectors import EncodedQuery, QueryEncoder
from dampipe.features.search.text_index import TextIndex, TextMatch
from dampipe.features.search.vectors import VectorRepository
from dampipe.kernel.access import READ, SEARCH, Actor, require
from dampipe.kernel.asset_set import ALL, Selection, intersection
from dampipe.kernel.container import Services
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.errors import SearchUnavailable
from dampipe.kernel.feature import registered
from dampipe.kernel.sorting import AssetOrder
from dampipe.storage.auto import AutoStorage, Owner
from dampipe.storage.moments import Moment

DEPTH = 200
"""Ranks by pictures that are fused with the ranking by text, at least."""
MAX_DEPTH = 64
"""How much deeper a ranking goes at most for a page whose assets are members of the same groups."""


class SearchService:
    """Search over one library. Any method may raise CatalogueDown."""

    def __init__(
        self,
        filters: FilterResolver,
        text_index: TextIndex,
        encoder: QueryEncoder,
        storage: AutoStorage,
        vectors: VectorRepository,
        hits: HitRepository,
        groups: GroupRepository,
        passages: Passages,
        services: Services,
    ) -> None:
        self._filters = filters
        self._passages = passages
        self._text_index = text_index
        self._encoder = encoder
        self._storage = storage
        self._vectors = vectors
        self._hits = hits
        self._groups = groups
        self._services = services

    def find(self, actor: Actor, request: SearchRequest, visible: Visible | None = None) -> Found:
        """The hits of one page.

        visible: what the actor may see; None: everything. Nothing else has an influence on the result. Without words,
        picture or moment: all assets that pass the filters, newest first. Raises SearchUnavailable, NotFound (a
        source, folder, tag or asset that does not exist) or InvalidInput.
        """
        require(actor, SEARCH)
        return self.results(actor, request, visible)

    def results(self, actor: Actor, request: SearchRequest, visible: Visible | None = None) -> Found:
        """The same for use cases that require a scope of their own."""
        resolved = self._filters.resolve(actor, request.filters, request.all_versions, visible)
        if request.sort:
            return self._sorted(actor, request, resolved)
        if not request.asks_vision:
            hits = self._hits.newest(resolved, request.limit + 1, request.offset)
            shown = self._with_groups(hits[: request.limit], resolved.visible)
            return Found(hits=shown, more=len(hits) > request.limit)
        matches = self._match_text(request, resolved)
        by_text = [(match.sha1, 0) for match in matches]
        if request.only in (Only.WORDS, Only.NAMES):
            return self._page(request, resolved, self._collapse(request, by_text), matches, None)
        try:
            seen, order = self._rank(actor, request, resolved, by_text)
        except SearchUnavailable as error:
            if not matches:
                raise
            found = self._page(request, resolved, self._collapse(request, by_text), matches, None)
            return found.model_copy(update={"warnings": (f"only text was searched: {error}",)})
        return self._page(request, resolved, order, matches, seen)

    def _sorted(self, actor: Actor, request: SearchRequest, resolved: ResolvedFilter) -> Found:
        """The hits of a list sorted by a field; of a group the first member that passes."""
        stood_for = self._hits.stood_for(resolved)

        def among() -> Selection:
            return self._filters.versions(resolved) - stood_for if stood_for else self._filters.mask(resolved)

        order: AssetOrder = self._services.get(AssetOrder)
        numbers = order.page(actor, request.sort, request.limit + 1, offset=request.offset, among=among)
        hits = self._hits.by_number(numbers[: request.limit], resolved)
        return Found(hits=self._with_groups(hits, resolved.visible), more=len(numbers) > request.limit)

    def _rank(
        self, actor: Actor, request: SearchRequest, resolved: ResolvedFilter, by_text: Sequence[Owner]
    ) -> tuple["_Seen", list[Owner]]:
        """The result by pictures, and the fused ranking; deeper where groups leave less than a page of it."""
        query = self._encoder.encode(actor, request, resolved.visible)
        mask = self._filters.mask(resolved)
        depth, ranked = 1, -1
        while True:
            seen = self._search_pictures(request, query, mask, by_text, depth=depth)
            rankings = [ranking for ranking in (seen.owners, seen.shown_as(by_text)) if ranking]
            fused = reciprocal_rank_fusion(rankings)
            fused += [owner for owner in seen.weak_owners if owner not in set(fused)]
            order = self._collapse(request, fused)
            is_enough = len(order) > request.offset + request.limit or len(order) == len(fused)
            if is_enough or len(fused) == ranked or depth >= MAX_DEPTH:
                return seen, order
            depth, ranked = depth * 4, len(fused)

    def _collapse(self, request: SearchRequest, order: Sequence[Owner]) -> list[Owner]:
        """A ranking in which of each group only the best member is left, as far as the page needs it."""
        if request.flat:
            return list(order)
        kept: list[Owner] = []
        met: set[int] = set()
        for portion in chunked(order):
            groups = self._groups.of_assets([sha1 for sha1, _ in portion])
            for owner in portion:
                group = groups.get(owner[0])
                if group is None or group[0] not in met:
                    kept.append(owner)
                    met |= {group[0]} if group else set()
            if len(kept) > request.offset + request.limit:
                break
        return kept

    def _with_groups(self, hits: Sequence[Hit], visible: Selection) -> tuple[Hit, ...]:
        """The hits, each with the group that it stands for: as far as its members are visible."""
        groups = self._groups.of_assets([hit.asset for hit in hits], visible)
        return tuple(
            hit.model_copy(
                update={"group": HitGroup(kind=groups[hit.asset][1], members=groups[hit.asset][2])}
            )
            if hit.asset in groups
            else hit
            for hit in hits
        )

    def moment_count(self, actor: Actor, sha1: str) -> int:
        """How many moments of an asset the model that answers now can find."""
        require(actor, READ)
        return self._vectors.count_of(sha1, self._encoder.model)

    def _match_text(self, request: SearchRequest, resolved: ResolvedFilter) -> list[TextMatch]:
        if not request.words or request.only is Only.VISION:
            return []
        return self._text_index.search(
            request.words, request.without, resolved, names_only=request.only is Only.NAMES
        )

    def _search_pictures(
        self,
        request: SearchRequest,
        query: EncodedQuery,
        mask: Selection,
        by_text: Sequence[Owner],
        depth: int,
    ) -> "_Seen":
        """The ranking by pictures. by_text: what it is fused with: then at least DEPTH owners are ranked.

        depth: how many times as many owners to rank as the page needs.
        """
        count = (request.offset + request.limit + 1) * depth + len(query.excluded)
        count = -(-count // DEPTH) * DEPTH if by_text else count
        moments = self._storage.search_moments(
            query.model,
            query.vector,
            lambda owners: len(owners) >= count,
            per_asset=(count if request.flat else 1) + len(query.excluded),
            mask=mask,
        )
        kept = [moment for moment in moments if (moment.asset, moment.shot) not in query.excluded]
        unseen = self._storage.unseen(query.model)
        marked = _marked(kept, query.floor)
        shown = [moment for moment in marked if not (request.strong and moment.weak)]
        seen = _Seen(query, mask, shown, 0, unseen, request.flat)
        left_out = replace(seen, moments=marked).weak_owners if request.strong else []
        return replace(seen, weaker=len(set(left_out) - set(by_text)))

    def _page(
        self,
        request: SearchRequest,
        resolved: ResolvedFilter,
        order: Sequence[Owner],
        matches: Sequence[TextMatch],
        seen: "_Seen | None",
    ) -> Found:
        """The page of a ranking. seen: the result by pictures, None where pictures were not searched."""
        owners = order[request.offset : request.offset + request.limit]
        more = len(order) > request.offset + request.limit
        cards = self._hits.by_sha1(list(dict.fromkeys(sha1 for sha1, _ in owners)), resolved)
        moments = {} if seen is None else self._moments(request, owners, list(cards), seen)
        words = {match.sha1: match.words for match in matches}
        spans = self._spans_of_words(request, words, cards)
        passages = self._passages.of(
            {sha1: words[sha1] for sha1 in cards if words.get(sha1)},
            resolved.view,
            names_only=request.only is Only.NAMES,
            said={sha1: [one.label for one in some] for sha1, some in spans.items()},
        )
        hits = tuple(
            _hit(
                cards[owner[0]].model_copy(update={"passages": passages.get(owner[0], ())}),
                moments.get(owner, ()),
                words.get(owner[0], ()),
                spans.pop(owner[0], ()),
            )
            for owner in owners
            if owner[0] in cards
        )
        hits = self._with_groups(hits, resolved.visible)
        if seen is None:
            return Found(hits=hits, more=more)
        warnings = seen.warnings(is_all=resolved.visible is ALL)
        return Found(hits=hits, more=more, floor=seen.query.floor, weaker=seen.weaker, warnings=warnings)

    def _spans_of_words(
        self, request: SearchRequest, words: Mapping[str, Sequence[str]], cards: Mapping[str, Hit]
    ) -> dict[str, Sequence[Moment]]:
        """The spans that have words of the query, of the assets on a page."""
        matches = {sha1: words[sha1] for sha1 in cards if words.get(sha1)}
        found: dict[str, Sequence[Moment]] = {}
        if not matches or request.only is Only.NAMES:
            return found
        for finder in registered("text_moments"):
            spans = self._services.get(finder)(matches, request.moments)
            for sha1, some in spans.items():
                card = cards[sha1]
                at_file = {"asset": sha1, "path": card.path, "name": card.name, "duration": card.duration}
                found[sha1] = [
                    *found.get(sha1, ()),
                    *(
                        Moment(
                            **at_file,
                            time=one.start,
                            start=one.start,
                            end=one.end,
                            score=1.0,
                            shot=-1 - number - len(found.get(sha1, ())),  # of none
                            subclip=one.subclip,
                            comment=one.comment,
                            label=one.name,
                            marks=marks_in(one.name, matches[sha1]),
                        )
                        for number, one in enumerate(some)
                    ),
                ]
        return found

    def _moments(
        self, request: SearchRequest, owners: Sequence[Owner], assets: list[str], seen: "_Seen"
    ) -> Mapping[Owner, Sequence[Moment]]:
        """The moments shown of each owner, with the spans of their shots."""
        if request.flat:
            page = set(owners)
            best = [moment for moment in seen.moments if (moment.asset, moment.shot) in page]
        else:
            best = self._best_of(request, assets, seen)
        shown: dict[Owner, list[Moment]] = {}
        for moment in self._vectors.with_spans(seen.query.model, best):
            shown.setdefault((moment.asset, moment.shot if request.flat else 0), []).append(moment)
        return shown

    def _best_of(self, request: SearchRequest, assets: list[str], seen: "_Seen") -> list[Moment]:
        """The best moments of each of these assets, by a second search among their vectors only."""
        query = seen.query
        found = self._storage.search_moments(
            query.model,
            query.vector,
            lambda owners: False,
            per_asset=request.moments + len(query.excluded),
            mask=intersection([self._vectors.numbers_of(assets), seen.mask]),
        )
        counts = dict.fromkeys(assets, 0)
        best = []
        for moment in _marked(found, query.floor):
            is_left_out = (moment.asset, moment.shot) in query.excluded or (request.strong and moment.weak)
            if not is_left_out and counts[moment.asset] < request.moments:
                counts[moment.asset] += 1
                best.append(moment)
        return best


@dataclass(frozen=True)
class _Seen:
    """The result by pictures."""

    query: EncodedQuery
    mask: Selection
    """What was searched."""
    moments: list[Moment]
    """Best first: one per shot if hits are moments, else one per asset."""
    weaker: int
    """Owners that were left out since they are weak."""
    unseen: int
    """Vectors that were not compared."""
    flat: bool

    @property
    def owners(self) -> list[Owner]:
        """What is ranked: (asset, shot) if hits are moments, else (asset, 0)."""
        return [self._owner(moment) for moment in self.moments if not moment.weak]

    @property
    def weak_owners(self) -> list[Owner]:
        """The same of what is weak, and of nothing that is not: it comes after all others."""
        strong = set(self.owners)
        weak = dict.fromkeys(self._owner(moment) for moment in self.moments if moment.weak)
        return [owner for owner in weak if owner not in strong]

    def _owner(self, moment: Moment) -> Owner:
        return moment.asset, moment.shot if self.flat else 0

    def shown_as(self, assets: Sequence[Owner]) -> list[Owner]:
        """A ranking of assets by text, where hits are moments by the best moment of each."""
        best = {moment.asset: self._owner(moment) for moment in reversed(self.moments)}
        return [best.get(owner[0], owner) for owner in assets]

    def warnings(self, is_all: bool) -> tuple[str, ...]:
        """What limits this result. is_all: the actor may see everything, and so how much there is."""
        if not self.unseen:
            return ()
        what = f"{self.unseen:,} moments" if is_all else "the newest moments"
        return (f"{what} were not searched: the vector index is being updated",)


def _hit(card: Hit, moments: Sequence[Moment], words: tuple[str, ...], spans: Sequence[Moment] = ()) -> Hit:
    """A hit with its moments, which are shown at the file of the hit: spans that have the words, then the best ones."""
    at_file = tuple(moment.model_copy(update={"path": card.path, "name": card.name}) for moment in moments)
    return card.model_copy(
        update={
            "score": at_file[0].score if at_file else None,
            "weak": bool(at_file) and at_file[0].weak and not words,
            "words": words,
            "moments": (*spans, *at_file),
        }
    )


ROUNDING = 1e-4
"""By how much two indexes may differ about the score of one pair of vectors."""


def _marked(moments: Sequence[Moment], floor: float | None) -> list[Moment]:
    """The moments with the weak ones marked."""
    if floor is None:
        return list(moments)
    return [moment.model_copy(update={"weak": moment.score <= floor + ROUNDING}) for moment in moments]
