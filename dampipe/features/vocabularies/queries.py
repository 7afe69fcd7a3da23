"""Reading vocabularies and terms; other features ask `TermRepository`. `writer.py` writes."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Integer, Row, Select, func, literal, not_, select, tuple_

from dampipe.features.vocabularies.errors import TERM_AMBIGUOUS, TERM_NOT_FOUND
from dampipe.features.vocabularies.model import (
    MAX_DEPTH,
    PATH_SEPARATOR,
    Label,
    LabelKind,
    LabelReport,
    NoteKind,
    NoteReport,
    TermReport,
    TermState,
    Vocabulary,
    best_label,
    fold,
    is_key,
)
from dampipe.features.vocabularies.nearest import meant, nearest_names
from dampipe.features.vocabularies.operations import add_term, add_terms
from dampipe.features.vocabularies.tables import TERM, TERM_BROADER, TERM_LABEL, TERM_NOTE, VOCABULARY
from dampipe.features.vocabularies.tree import narrower_of
from dampipe.features.vocabularies.writer import TermWriter, lock_vocabulary, no_vocabulary, vocabulary_of
from dampipe.kernel.access import Actor
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.errors import Conflict, NotFound
from dampipe.kernel.ids import TermId
from dampipe.kernel.storable import is_storable
from dampipe.kernel.term_uses import shown_by_any
from dampipe.kernel.visibility import EVERYTHING, View

USABLE = (TermState.ACTIVE, TermState.PROPOSED)
"""States of terms that values may get."""
_RANK = {LabelKind.PREFERRED: 1, LabelKind.ALTERNATIVE: 2, LabelKind.HIDDEN: 3}
_MOST_STEPS = 1000
"""Terms that were merged in a row, at most."""


class TermRepository:
    """The terms of all vocabularies."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # What other features ask for.

    def find(
        self,
        connection: Connection,
        vocabulary_key: str,
        texts: Collection[str],
        *,
        retired: bool = False,
        view: View = EVERYTHING,
    ) -> dict[str, TermId]:
        """The terms that texts name: by key, else by preferred label, else by synonym, of any language; or by path
        (Places > Europe). Case and composition do not matter, and a merged term leads to its target.

        Texts that name no term, or several that are not told apart by case, are left out. retired: find retired terms
        as well, where no other is called so. view: terms outside do not exist (`hidden`). Raises NotFound for an unknown
        vocabulary.
        """
        vocabulary = self.vocabulary(connection, vocabulary_key)
        hidden = self.hidden(connection, view, vocabulary)
        found = self.candidates(connection, vocabulary, texts, retired=retired, hidden=hidden)
        return {text: terms[0] for text, terms in found.items() if len(terms) == 1}

    def nearest(
        self, connection: Connection, vocabulary_key: str, text: str, view: View = EVERYTHING
    ) -> list[str]:
        """Names of terms that are much like a text which names none, those that are most alike first. Raises NotFound
        for an unknown vocabulary."""
        vocabulary = self.vocabulary(connection, vocabulary_key)
        return nearest_names(connection, vocabulary, text, self.hidden(connection, view, vocabulary))

    def narrower(self, connection: Connection, terms: Collection[int]) -> set[TermId]:
        """Terms with all that are below them, at any depth; merged ones are replaced by their targets."""
        return narrower_of(connection, self._db, set(self._targets(connection, terms).values()))

    def labels(
        self, connection: Connection, terms: Collection[int], language: str | None = None
    ) -> dict[TermId, str]:
        """The preferred labels of terms in a language, else in the default one of their vocabulary, else in any."""
        languages: dict[int, tuple[str, ...]] = {}
        found: dict[TermId, list[Label]] = {}
        of: dict[TermId, int] = {}
        columns = (
            TERM.c.id,
            TERM.c.vocabulary_id,
            TERM_LABEL.c.language,
            TERM_LABEL.c.text,
            VOCABULARY.c.languages,
        )
        joined = TERM.join(TERM_LABEL, TERM_LABEL.c.term_id == TERM.c.id).join(
            VOCABULARY, VOCABULARY.c.id == TERM.c.vocabulary_id
        )
        asked = (language,) if language else ()
        for some in chunked(sorted(set(terms)), 4000):
            query = select(*columns).select_from(joined).where(self._db.among(TERM.c.id, some))
            for row in connection.execute(query.where(TERM_LABEL.c.kind == LabelKind.PREFERRED)):
                found.setdefault(TermId(row.id), []).append(
                    Label(row.language, LabelKind.PREFERRED, row.text)
                )
                of[TermId(row.id)] = row.vocabulary_id
                if row.vocabulary_id not in languages:
                    languages[row.vocabulary_id] = (*asked, *json.loads(row.languages))
        return {term: best_label(labels, languages[of[term]]) for term, labels in found.items()}

    def words(self, connection: Connection, terms: Collection[int]) -> dict[TermId, list[str]]:
        """All labels of terms, in every language, with synonyms and hidden ones: for full-text search."""
        found: dict[TermId, list[str]] = {}
        for some in chunked(sorted(set(terms)), 4000):
            query = select(TERM_LABEL.c.term_id, TERM_LABEL.c.text).where(
                self._db.among(TERM_LABEL.c.term_id, some)
            )
            for row in connection.execute(query.order_by(TERM_LABEL.c.id)):
                found.setdefault(TermId(row.term_id), []).append(row.text)
        return found

    def add(
        self,
        connection: Connection,
        vocabulary_key: str,
        label: str,
        parent: TermId | None,
        actor: Actor | str,
        state: TermState,
    ) -> TermId:
        """Add a term in the default language, with its event, or return the one that has this label at this place; a
        retired one becomes usable again. The caller checks rights. Raises NotFound, InvalidInput."""
        vocabulary = lock_vocabulary(connection, vocabulary_key)
        writer = TermWriter(connection, self._db, vocabulary, str(actor))
        return TermId(add_term(writer, label, None, parent, state)[0])

    def add_many(
        self,
        connection: Connection,
        vocabulary_key: str,
        labels: Sequence[str],
        actor: Actor | str,
        state: TermState = TermState.ACTIVE,
        *,
        exact: bool = False,
    ) -> dict[str, TermId]:
        """Add terms at the top of a vocabulary, in a few statements and as one operation; returns the terms by label.

        Labels that exist lead to the terms that there are. Labels may differ in case alone: these are one term, unless
        `exact` says that they are several.
        Raises NotFound for an unknown vocabulary, InvalidInput for a label that is not valid.
        """
        vocabulary = lock_vocabulary(connection, vocabulary_key)
        writer = TermWriter(connection, self._db, vocabulary, str(actor))
        return {label: TermId(term) for label, term in add_terms(writer, labels, state, exact=exact).items()}

    def hidden(
        self,
        connection: Connection,
        view: View,
        vocabulary: Vocabulary | None = None,
        among: Collection[int] | None = None,
    ) -> frozenset[int]:
        """The terms that are not for who has a view: those that came with a value and were not approved since, unless a
        visible asset has them, or one that is shown is below them. vocabulary: only of this one. among: it is enough
        to know of these."""
        if view.is_all:
            return frozenset()
        query = select(TERM.c.id).where(TERM.c.came_with_value)
        if vocabulary is not None:
            query = query.where(TERM.c.vocabulary_id == vocabulary.id)
        if among is not None:
            some_are = query.where(in_ids(self._db, TERM.c.id, sorted(among)))
            if connection.execute(some_are.limit(1)).first() is None:
                return frozenset()
        unsure = set(connection.execute(query).scalars())
        unsure -= shown_by_any(connection, self._db, view, unsure)
        below: dict[int, set[int]] = {}
        for some in chunked(sorted(unsure), 4000):
            parents = select(TERM.c.parent_id, TERM.c.id).where(self._db.among(TERM.c.parent_id, some))
            others = select(TERM_BROADER.c.broader_id, TERM_BROADER.c.term_id).where(
                self._db.among(TERM_BROADER.c.broader_id, some)
            )
            for part in (parents, others):
                for above, term in connection.execute(part):
                    below.setdefault(above, set()).add(term)
        while shown := {term for term in unsure if below.get(term, set()) - unsure}:
            unsure -= shown
        return frozenset(unsure)

    # What this feature's service and faces ask for.

    def vocabulary(self, connection: Connection, key: str) -> Vocabulary:
        """A vocabulary by its key. Raises NotFound."""
        row = connection.execute(select(VOCABULARY).where(VOCABULARY.c.key == key)).first()
        return no_vocabulary(connection, key) if row is None else vocabulary_of(row)

    def vocabularies(self, connection: Connection) -> list[Vocabulary]:
        """All vocabularies, in the order of their keys."""
        return [
            vocabulary_of(row) for row in connection.execute(select(VOCABULARY).order_by(VOCABULARY.c.key))
        ]

    def counts(
        self,
        connection: Connection,
        vocabulary: Vocabulary | None = None,
        hidden: Collection[int] = (),
    ) -> dict[int, dict[str, int]]:
        """The numbers of terms by vocabulary and state. vocabulary: only of this one. hidden: without these."""
        grouped = select(TERM.c.vocabulary_id, TERM.c.state, func.count().label("number")).group_by(
            TERM.c.vocabulary_id, TERM.c.state
        )
        if vocabulary is not None:
            grouped = grouped.where(TERM.c.vocabulary_id == vocabulary.id)
        grouped = self._without(grouped, hidden)
        found: dict[int, dict[str, int]] = {}
        for row in connection.execute(grouped):
            found.setdefault(row.vocabulary_id, {})[row.state] = row.number
        return found

    def _without(self, query: Select[Any], hidden: Collection[int]) -> Select[Any]:
        return query.where(not_(in_ids(self._db, TERM.c.id, sorted(hidden)))) if hidden else query

    def resolve(
        self,
        connection: Connection,
        vocabulary: Vocabulary,
        text: str,
        *,
        retired: bool = False,
        hidden: Collection[int] = (),
    ) -> TermId:
        """The one term that a text names, as `find` has it. hidden: terms that it does not name. Raises NotFound, and
        Conflict if there are several."""
        named = self.candidates(connection, vocabulary, [text], retired=retired, hidden=hidden)
        found = named.get(text, [])
        if not found:
            near = meant(nearest_names(connection, vocabulary, text, hidden))
            raise NotFound(TERM_NOT_FOUND, vocabulary=vocabulary.key, term=text, meant=near)
        if len(found) > 1:
            keys = select(TERM.c.key).where(self._db.among(TERM.c.id, found[:20])).order_by(TERM.c.key)
            names = ", ".join(connection.execute(keys).scalars())
            raise Conflict(TERM_AMBIGUOUS, vocabulary=vocabulary.key, term=text, keys=names)
        return found[0]

    def candidates(
        self,
        connection: Connection,
        vocabulary: Vocabulary,
        texts: Collection[str],
        *,
        retired: bool,
        hidden: Collection[int] = (),
    ) -> dict[str, list[TermId]]:
        """All terms that texts may name, those of the best rank; see `find`."""
        texts = [text for text in texts if is_storable(text)]
        ranked = self._ranked(connection, vocabulary, {fold(text) for text in texts}, texts, hidden)
        found: dict[str, list[TermId]] = {}
        for text in texts:
            terms = self._best(ranked.get(fold(text), {}), ranked.get("\0" + text, {}), retired=retired)
            if not terms and PATH_SEPARATOR in text:
                terms = self._by_path(connection, vocabulary, text, retired=retired, hidden=hidden)
            if len(terms) > 1:
                terms = self._spelled(connection, terms, text) or terms
            if terms:
                found[text] = sorted(terms)
        return found

    def _spelled(self, connection: Connection, terms: Sequence[int], text: str) -> list[TermId]:
        """Those of some terms that have a label which is spelled exactly so."""
        query = select(TERM_LABEL.c.term_id).where(
            self._db.among(TERM_LABEL.c.term_id, terms), TERM_LABEL.c.text == text
        )
        return [TermId(term) for term in connection.execute(query.distinct()).scalars()]

    def _ranked(
        self,
        connection: Connection,
        vocabulary: Vocabulary,
        folded: Collection[str],
        keys: Collection[str],
        hidden: Collection[int],
    ) -> dict[str, dict[TermId, tuple[int, bool]]]:
        """By folded text, or by "\\0" and a key: terms with their rank, and whether they may be used."""
        rows: list[tuple[str, int, int]] = []
        mine = TERM.c.vocabulary_id == vocabulary.id
        for some in chunked(sorted(keys)):
            query = select(TERM.c.key, TERM.c.id).where(mine, TERM.c.key.in_(some))
            rows += [("\0" + row.key, row.id, 0) for row in connection.execute(query)]
        for some in chunked(sorted(one for one in folded if one)):
            query = (
                select(TERM_LABEL.c.folded, TERM_LABEL.c.kind, TERM_LABEL.c.term_id)
                .join(TERM, TERM.c.id == TERM_LABEL.c.term_id)
                .where(mine, TERM_LABEL.c.folded.in_(some))
            )
            rows += [(row.folded, row.term_id, _RANK[row.kind]) for row in connection.execute(query)]
        targets = self._targets(connection, {term for _, term, _ in rows})
        usable = self._usable(connection, set(targets.values()))
        found: dict[str, dict[TermId, tuple[int, bool]]] = {}
        for text, term, rank in rows:
            target = targets[term]
            if target in hidden or term in hidden:
                continue
            terms = found.setdefault(text, {})
            old = terms.get(target)
            # What a merged term was called is a synonym of its target, at best.
            rank = rank if target == term or rank == 0 else max(rank, _RANK[LabelKind.ALTERNATIVE])
            if old is None or rank < old[0]:
                terms[target] = (rank, target in usable)
        return found

    @staticmethod
    def _best(*ranked: Mapping[TermId, tuple[int, bool]], retired: bool) -> list[TermId]:
        found: dict[TermId, tuple[int, int]] = {}
        for terms in ranked:
            for term, (rank, is_usable) in terms.items():
                if is_usable or retired:
                    best = (0 if is_usable else 1, rank)
                    found[term] = min(best, found.get(term, best))
        least = min(found.values(), default=None)
        return [term for term, rank in found.items() if rank == least]

    def _by_path(
        self,
        connection: Connection,
        vocabulary: Vocabulary,
        text: str,
        *,
        retired: bool,
        hidden: Collection[int],
    ) -> list[TermId]:
        """The terms whose broader terms, from the top, have these labels."""
        steps = [part.strip() for part in text.split(PATH_SEPARATOR)]
        if len(steps) > MAX_DEPTH or not all(steps):
            return []
        ranked = self._ranked(connection, vocabulary, {fold(step) for step in steps}, (), hidden)
        above: set[int] | None = None
        for step in steps:
            terms = {term: rank for term, rank in ranked.get(fold(step), {}).items() if rank[1] or retired}
            parents = self._parents(connection, terms)
            terms = {
                term: rank
                for term, rank in terms.items()
                if (above is None and not parents[term]) or (above is not None and parents[term] & above)
            }
            above = set(self._best(terms, retired=retired))
        return [TermId(term) for term in above or ()]

    def _parents(self, connection: Connection, terms: Collection[int]) -> dict[int, set[int]]:
        """The directly broader terms of terms."""
        found: dict[int, set[int]] = {term: set() for term in terms}
        for some in chunked(sorted(found), 4000):
            parents = select(TERM.c.id, TERM.c.parent_id).where(
                self._db.among(TERM.c.id, some), TERM.c.parent_id.is_not(None)
            )
            more = select(TERM_BROADER.c.term_id, TERM_BROADER.c.broader_id).where(
                self._db.among(TERM_BROADER.c.term_id, some)
            )
            for query in (parents, more):
                for term, parent in connection.execute(query):
                    found[term].add(parent)
        return found

    def _targets(self, connection: Connection, terms: Collection[int]) -> dict[int, TermId]:
        """By each term: the one that it was merged into in the end, or itself."""
        found = {term: TermId(term) for term in terms}
        asked: set[int] = set(found)
        for _ in range(_MOST_STEPS):
            if not asked:
                break
            into: dict[int, int] = {}
            for some in chunked(sorted(asked), 4000):
                query = select(TERM.c.id, TERM.c.merged_into_id).where(
                    self._db.among(TERM.c.id, some), TERM.c.merged_into_id.is_not(None)
                )
                into.update((row.id, row.merged_into_id) for row in connection.execute(query))
            found = {term: TermId(into.get(target, target)) for term, target in found.items()}
            asked = set(into.values())
        return found

    def _usable(self, connection: Connection, terms: Collection[int]) -> set[int]:
        found: set[int] = set()
        for some in chunked(sorted(terms), 4000):
            query = select(TERM.c.id).where(self._db.among(TERM.c.id, some), TERM.c.state.in_(USABLE))
            found.update(connection.execute(query).scalars())
        return found

    def level(
        self,
        connection: Connection,
        vocabulary: Vocabulary,
        parent: TermId | None,
        limit: int,
        after: tuple[int, str, int] | None = None,
        *,
        retired: bool = False,
        hidden: Collection[int] = (),
    ) -> Sequence[Row[Any]]:
        """The terms directly below one, by parent or besides, or at the top, in their order: rows of `term`.

        after: position, sort label and id of the last row of the part before.
        """
        place = TERM.c.parent_id.is_(None)
        if parent is not None:
            children = select(TERM.c.id).where(TERM.c.parent_id == parent)
            more = select(TERM_BROADER.c.term_id).where(TERM_BROADER.c.broader_id == parent)
            place = TERM.c.id.in_(children.union_all(more))
        query = self._without(select(TERM).where(TERM.c.vocabulary_id == vocabulary.id, place), hidden)
        if not retired:
            query = query.where(TERM.c.state != TermState.RETIRED)
        order = (TERM.c.position, TERM.c.sort_label, TERM.c.id)
        if after is not None:
            query = query.where(tuple_(*order) > tuple_(*map(literal, after)))
        return connection.execute(query.order_by(*order).limit(limit)).all()

    def in_state(
        self,
        connection: Connection,
        vocabulary: Vocabulary,
        state: TermState,
        limit: int,
        after: int = 0,
        hidden: Collection[int] = (),
    ) -> Sequence[Row[Any]]:
        """Terms in a state, in the order of their ids: rows of `term`."""
        query = select(TERM).where(
            TERM.c.vocabulary_id == vocabulary.id, TERM.c.state == state, TERM.c.id > after
        )
        return connection.execute(self._without(query, hidden).order_by(TERM.c.id).limit(limit)).all()

    def search(
        self,
        connection: Connection,
        vocabulary: Vocabulary,
        text: str,
        limit: int,
        hidden: Collection[int] = (),
    ) -> Sequence[Row[Any]]:
        """Usable terms with a label that contains a text: rows of `term`; those that begin with it come first."""
        folded = fold(text).replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        if not folded:
            return []
        begins = func.max(
            func.coalesce(TERM_LABEL.c.folded.like(f"{folded}%", escape="\\"), False).cast(Integer)
        )
        matching: Select[Any] = (
            select(TERM_LABEL.c.term_id.label("term_id"), begins.label("begins"))
            .join(TERM, TERM.c.id == TERM_LABEL.c.term_id)
            .where(
                TERM.c.vocabulary_id == vocabulary.id,
                TERM.c.state.in_(USABLE),
                TERM_LABEL.c.folded.like(f"%{folded}%", escape="\\"),
            )
            .group_by(TERM_LABEL.c.term_id)
        )
        found = self._without(matching, hidden).subquery()
        query = select(TERM).join(found, found.c.term_id == TERM.c.id)
        return connection.execute(
            query.order_by(found.c.begins.desc(), TERM.c.sort_label, TERM.c.id).limit(limit)
        ).all()

    def by_key(self, connection: Connection, vocabulary: Vocabulary, key: str) -> TermId | None:
        """The term with a key, be it retired or merged."""
        if not is_key(key):
            return None
        query = select(TERM.c.id).where(TERM.c.vocabulary_id == vocabulary.id, TERM.c.key == key)
        found = connection.execute(query).scalar()
        return None if found is None else TermId(found)

    def row(self, connection: Connection, term: int) -> Row[Any]:
        """The row of a term that exists."""
        return connection.execute(select(TERM).where(TERM.c.id == term)).one()

    def keys(self, connection: Connection, terms: Iterable[int]) -> dict[int, str]:
        """The keys of terms, by id."""
        found: dict[int, str] = {}
        for some in chunked(sorted(set(terms)), 4000):
            query = select(TERM.c.id, TERM.c.key).where(self._db.among(TERM.c.id, some))
            found.update((row.id, row.key) for row in connection.execute(query))
        return found

    def broader_of(self, connection: Connection, term: int) -> list[int]:
        """The broader terms of a term besides its parent."""
        query = select(TERM_BROADER.c.broader_id).where(TERM_BROADER.c.term_id == term)
        return list(connection.execute(query.order_by(TERM_BROADER.c.broader_id)).scalars())

    def labels_of(self, connection: Connection, term: int) -> tuple[LabelReport, ...]:
        """All labels of a term: by language, the preferred one first."""
        query = select(TERM_LABEL).where(TERM_LABEL.c.term_id == term)
        rows = sorted(connection.execute(query), key=lambda row: (row.language, _RANK[row.kind], row.id))
        return tuple(
            LabelReport(text=row.text, language=row.language, kind=LabelKind(row.kind)) for row in rows
        )

    def notes_of(self, connection: Connection, term: int) -> tuple[NoteReport, ...]:
        """All notes on a term."""
        query = select(TERM_NOTE).where(TERM_NOTE.c.term_id == term).order_by(TERM_NOTE.c.id)
        return tuple(
            NoteReport(text=row.text, language=row.language, kind=NoteKind(row.kind))
            for row in connection.execute(query)
        )

    def narrower_counts(
        self, connection: Connection, terms: Collection[int], hidden: Collection[int] = ()
    ) -> dict[int, int]:
        """How many terms that are not retired are directly below each: by parent, or besides."""
        found: dict[int, int] = {}
        for some in chunked(sorted(set(terms)), 4000):
            parents = (
                select(TERM.c.parent_id, func.count())
                .where(self._db.among(TERM.c.parent_id, some), TERM.c.state != TermState.RETIRED)
                .group_by(TERM.c.parent_id)
            )
            more = (
                select(TERM_BROADER.c.broader_id, func.count())
                .join(TERM, TERM.c.id == TERM_BROADER.c.term_id)
                .where(self._db.among(TERM_BROADER.c.broader_id, some), TERM.c.state != TermState.RETIRED)
                .group_by(TERM_BROADER.c.broader_id)
            )
            for query in (parents, more):
                for term, count in connection.execute(self._without(query, hidden)):
                    found[term] = found.get(term, 0) + count
        return found

    def paths(self, connection: Connection, terms: Collection[int]) -> dict[int, tuple[int, ...]]:
        """The broader terms of terms by their parents, from the top."""
        above: dict[int, int | None] = {}
        asked = set(terms)
        while asked:
            for some in chunked(sorted(asked), 4000):
                query = select(TERM.c.id, TERM.c.parent_id).where(self._db.among(TERM.c.id, some))
                above.update((row.id, row.parent_id) for row in connection.execute(query))
            asked = {parent for parent in above.values() if parent is not None and parent not in above}
        return {term: tuple(reversed(list(_chain(above, term)))) for term in terms}

    def reports(
        self,
        connection: Connection,
        rows: Sequence[Row[Any]],
        language: str | None = None,
        *,
        with_paths: bool = False,
        hidden: Collection[int] = (),
    ) -> tuple[TermReport, ...]:
        """Terms as faces show them. rows: of `term`. hidden: terms that are not counted."""
        ids = [row.id for row in rows]
        paths = self.paths(connection, ids) if with_paths else {}
        everything = {*ids, *(one for path in paths.values() for one in path)}
        found = self.labels(connection, everything, language)
        labels = {int(term): text for term, text in found.items()}
        counts = self.narrower_counts(connection, ids, hidden)
        return tuple(
            TermReport(
                id=row.id,
                key=row.key,
                label=labels.get(row.id) or row.key,
                state=TermState(row.state),
                narrower=counts.get(row.id, 0),
                path=tuple(labels.get(one, "") for one in paths.get(row.id, ())),
            )
            for row in rows
        )


def _chain(above: Mapping[int, int | None], term: int) -> Iterator[int]:
    parent = above.get(term)
    while parent is not None:
        yield parent
        parent = above.get(parent)
