"""Writing terms: the only writer of the tables of vocabularies. Many terms take as few statements as one."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, NoReturn

from sqlalchemy import Connection, Row, Select, Table, delete, func, select, update

from dampipe.features.vocabularies.errors import NOT_FOUND, TOO_MANY_TERMS
from dampipe.features.vocabularies.facts import Change, OperationState
from dampipe.features.vocabularies.model import (
    MAX_TERM_KEY,
    MAX_TERMS,
    Label,
    LabelKind,
    Note,
    NoteKind,
    OperationKind,
    OperationReport,
    TermFacts,
    TermState,
    Vocabulary,
    best_label,
    fold,
    make_key,
)
from dampipe.features.vocabularies.nearest import ALIKE, MOST, meant
from dampipe.features.vocabularies.tables import (
    TERM,
    TERM_BROADER,
    TERM_LABEL,
    TERM_NOTE,
    VOCABULARY,
    VOCABULARY_OPERATION,
)
from dampipe.features.vocabularies.tree import MANY, narrower_of
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, NotFound
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.events.payload import EventPayload
from dampipe.kernel.ids import TermId
from dampipe.kernel.term_uses import relabel_all

_SORTED = 200
"""Characters of a label by which terms are sorted."""


def vocabulary_of(row: Row[Any]) -> Vocabulary:
    """A row of the table `vocabulary`."""
    return Vocabulary(row.id, row.key, row.label, row.is_open, tuple(json.loads(row.languages)), row.uri)


def lock_vocabulary(connection: Connection, key: str) -> Vocabulary:
    """A vocabulary whose terms this transaction alone changes. Raises NotFound."""
    row = connection.execute(select(VOCABULARY).where(VOCABULARY.c.key == key).with_for_update()).first()
    return no_vocabulary(connection, key) if row is None else vocabulary_of(row)


def no_vocabulary(connection: Connection, key: str) -> NoReturn:
    """Raise NotFound about a vocabulary, with those whose keys are much like the one that was given."""
    known = connection.execute(select(VOCABULARY.c.key).order_by(VOCABULARY.c.key)).scalars().all()
    near = get_close_matches(key.lower(), known, n=MOST, cutoff=ALIKE)
    raise NotFound(NOT_FOUND, vocabulary=key, meant=meant(near))


def insert_vocabulary(connection: Connection, database: Database, vocabulary: Vocabulary, now: float) -> bool:
    """Make a vocabulary; returns False if the key is taken."""
    values = {
        "key": vocabulary.key,
        "label": vocabulary.label,
        "is_open": vocabulary.is_open,
        "languages": json.dumps(vocabulary.languages),
        "uri": vocabulary.uri,
        "created_at": now,
    }
    made = database.insert(VOCABULARY).values(**values).on_conflict_do_nothing().returning(VOCABULARY.c.id)
    return connection.execute(made).first() is not None


def update_vocabulary(connection: Connection, vocabulary: Vocabulary) -> None:
    """Write the label, the rule, the languages and the URI of a vocabulary."""
    connection.execute(
        update(VOCABULARY)
        .where(VOCABULARY.c.id == vocabulary.id)
        .values(
            label=vocabulary.label,
            is_open=vocabulary.is_open,
            languages=json.dumps(vocabulary.languages),
            uri=vocabulary.uri,
        )
    )


class TermWriter:
    """Writes the terms of one vocabulary, which the transaction has locked."""

    def __init__(
        self, connection: Connection, database: Database, vocabulary: Vocabulary, actor: str
    ) -> None:
        self.connection = connection
        self.database = database
        self.vocabulary = vocabulary
        self.actor = actor
        self.now = database_time(connection)

    def facts(self, terms: Collection[int] | None = None) -> dict[int, TermFacts]:
        """All of terms, by id. terms: ids; None: all terms of the vocabulary."""
        found: dict[int, TermFacts] = {}
        if terms is None:
            self._read(found, lambda query, column: self._of_vocabulary(query, column))
        else:
            for some in chunked(sorted(set(terms)), MANY):
                self._read(
                    found, lambda query, column, some=some: query.where(self.database.among(column, some))
                )
        return found

    def _of_vocabulary(self, query: Select[Any], column: Any) -> Select[Any]:
        mine = select(TERM.c.id).where(TERM.c.vocabulary_id == self.vocabulary.id)
        return query.where(column.in_(mine))

    def _read(self, found: dict[int, TermFacts], restrict: Any) -> None:
        read = self.connection.execute
        labels: dict[int, list[Label]] = {}
        kinds = {kind.value: kind for kind in LabelKind}
        columns = (TERM_LABEL.c.term_id, TERM_LABEL.c.language, TERM_LABEL.c.kind, TERM_LABEL.c.text)
        for term, language, kind, text, imported in read(
            restrict(select(*columns, TERM_LABEL.c.is_imported), TERM_LABEL.c.term_id)
        ):
            labels.setdefault(term, []).append(Label(language, kinds[kind], text, bool(imported)))
        notes: dict[int, list[Note]] = {}
        for row in read(restrict(select(TERM_NOTE), TERM_NOTE.c.term_id)):
            note = Note(row.language, NoteKind(row.kind), row.text, bool(row.is_imported))
            notes.setdefault(row.term_id, []).append(note)
        broader: dict[int, list[int]] = {}
        for term, above in read(restrict(select(TERM_BROADER), TERM_BROADER.c.term_id)):
            broader.setdefault(term, []).append(above)
        for row in read(restrict(select(TERM), TERM.c.id)):
            found[row.id] = TermFacts(
                row.id,
                row.key,
                row.parent_id,
                tuple(sorted(broader.get(row.id, ()))),
                row.position,
                TermState(row.state),
                row.merged_into_id,
                row.uri,
                bool(row.is_placed),
                bool(row.is_missing),
                bool(row.came_with_value),
                tuple(sorted(labels.get(row.id, ()))),
                tuple(sorted(notes.get(row.id, ()))),
            )

    def insert(self, terms: Sequence[TermFacts]) -> dict[int, int]:
        """Insert terms, whose ids are below 0 and may be referred to by each other; returns the new ids by those.

        Raises Conflict if the vocabulary would have too many.
        """
        if not terms:
            return {}
        count = select(func.count()).where(TERM.c.vocabulary_id == self.vocabulary.id)
        if self.connection.execute(count).scalar_one() + len(terms) > MAX_TERMS:
            raise Conflict(TOO_MANY_TERMS, limit=MAX_TERMS)
        columns = (
            "key",
            "position",
            "sort_label",
            "state",
            "uri",
            "is_placed",
            "is_missing",
            "came_with_value",
        )
        rows = [
            (
                one.key,
                one.position,
                self._sort_label(one),
                one.state.value,
                one.uri,
                one.is_placed,
                one.is_missing,
                one.came_with_value,
            )
            for one in terms
        ]
        same = {"vocabulary_id": self.vocabulary.id, "actor": self.actor, "created_at": self.now}
        made = self.database.insert_many(self.connection, TERM, columns, rows, same, ids=True)
        ids = dict(zip((one.id for one in terms), made, strict=True))
        parents = [(ids[one.id], ids.get(one.parent, one.parent)) for one in terms if one.parent is not None]
        self.database.update_many(self.connection, TERM, {}, ("parent_id",), parents)
        self._insert_labels((ids[one.id], one.labels) for one in terms)
        self._insert_notes((ids[one.id], one.notes) for one in terms)
        self._insert_broader(
            (ids[one.id], tuple(ids.get(other, other) for other in one.broader)) for one in terms
        )
        return ids

    def change(self, changes: Sequence[Change]) -> None:
        """Write what differs between facts before and after; those after may refer to each other."""
        columns = (
            "key",
            "parent_id",
            "position",
            "sort_label",
            "state",
            "merged_into_id",
            "uri",
            "is_placed",
            "is_missing",
            "came_with_value",
        )
        rows = [
            (
                after.id,
                after.key,
                after.parent,
                after.position,
                self._sort_label(after),
                after.state.value,
                after.merged_into,
                after.uri,
                after.is_placed,
                after.is_missing,
                after.came_with_value,
            )
            for _, after in changes
        ]
        self.database.update_many(self.connection, TERM, {}, columns, rows)
        labelled = [after for before, after in changes if before.labels != after.labels]
        self._delete(TERM_LABEL, [after.id for after in labelled])
        self._insert_labels((after.id, after.labels) for after in labelled)
        noted = [after for before, after in changes if before.notes != after.notes]
        self._delete(TERM_NOTE, [after.id for after in noted])
        self._insert_notes((after.id, after.notes) for after in noted)
        placed = [after for before, after in changes if before.broader != after.broader]
        self._delete(TERM_BROADER, [after.id for after in placed])
        self._insert_broader((after.id, after.broader) for after in placed)
        seen = [
            after.id
            for before, after in changes
            if (before.labels, before.parent, before.broader) != (after.labels, after.parent, after.broader)
        ]
        below = narrower_of(self.connection, self.database, seen)
        relabel_all(self.connection, self.database, sorted(below))

    def record(self, kind: OperationKind, summary: str, state: OperationState) -> OperationReport:
        """Record an operation, so that it can be undone."""
        values = {
            "vocabulary_id": self.vocabulary.id,
            "kind": kind.value,
            "actor": self.actor,
            "at": self.now,
            "summary": summary,
            "state": state.to_json(),
        }
        made = VOCABULARY_OPERATION.insert().values(**values).returning(VOCABULARY_OPERATION)
        return operation_report(self.connection.execute(made).one())

    def mark_undone(self, operation: int) -> None:
        """Record that an operation was undone."""
        self.connection.execute(
            update(VOCABULARY_OPERATION)
            .where(VOCABULARY_OPERATION.c.id == operation)
            .values(undone_at=self.now, undone_by=self.actor)
        )

    def announce(self, payload: EventPayload) -> None:
        """Record an event."""
        record_event(self.connection, payload, actor=self.actor, at=self.now)

    def free_keys(self, wanted: Sequence[str], taken: Collection[str] | None = None) -> list[str]:
        """Keys that no term has, made of the wanted ones, in their order. taken: all keys that there are."""
        used = set(self._similar_keys(wanted) if taken is None else taken)
        counts: dict[str, int] = {}
        found: list[str] = []
        for key in wanted:
            free, number = key, counts.get(key, 1)
            while free in used:
                number += 1
                free = f"{key[: MAX_TERM_KEY - 12]}-{number}"
            counts[key] = number
            used.add(free)
            found.append(free)
        return found

    def _similar_keys(self, wanted: Sequence[str]) -> set[str]:
        mine = select(TERM.c.key).where(TERM.c.vocabulary_id == self.vocabulary.id)
        found: set[str] = set()
        if len(wanted) > 1:
            return set(self.connection.execute(mine).scalars())
        for key in wanted:
            start = key[: MAX_TERM_KEY - 12]
            similar = mine.where(func.substr(TERM.c.key, 1, len(start)) == start)
            found.update(self.connection.execute(similar).scalars())
        return found

    def preferred_at(self, parent: int | None, folded: Collection[str]) -> dict[str, list[Row[Any]]]:
        """The terms directly below one, or at the top, with these preferred labels: rows of `term`, by folded label."""
        place = TERM.c.parent_id.is_(None) if parent is None else TERM.c.parent_id == parent
        found: dict[str, list[Row[Any]]] = {}
        for some in chunked(sorted(folded)):
            query = (
                select(TERM, TERM_LABEL.c.folded, TERM_LABEL.c.text)
                .join(TERM_LABEL, TERM_LABEL.c.term_id == TERM.c.id)
                .where(
                    TERM.c.vocabulary_id == self.vocabulary.id,
                    place,
                    TERM_LABEL.c.kind == LabelKind.PREFERRED,
                    TERM_LABEL.c.folded.in_(some),
                )
            )
            for row in self.connection.execute(query.order_by(TERM.c.id)):
                found.setdefault(row.folded, []).append(row)
        return found

    def usable_below(self, terms: Collection[int]) -> list[int]:
        """The terms that are not retired and have one of these as their parent."""
        found: list[int] = []
        for some in chunked(sorted(terms), MANY):
            below = select(TERM.c.id).where(
                self.database.among(TERM.c.parent_id, some), TERM.c.state != TermState.RETIRED
            )
            found += self.connection.execute(below).scalars()
        return found

    def _sort_label(self, facts: TermFacts) -> str:
        return fold(best_label(facts.labels, self.vocabulary.languages))[:_SORTED]

    def _delete(self, table: Table, terms: Sequence[int]) -> None:
        for some in chunked(terms, MANY):
            self.connection.execute(_delete_of(table, self.database, some))

    def _insert_labels(self, labels: Iterable[tuple[int, Sequence[Label]]]) -> None:
        rows = [
            (term, one.language, one.kind.value, one.text, fold(one.text), one.is_imported)
            for term, some in labels
            for one in some
        ]
        columns = ("term_id", "language", "kind", "text", "folded", "is_imported")
        self.database.insert_many(self.connection, TERM_LABEL, columns, rows)

    def _insert_notes(self, notes: Iterable[tuple[int, Sequence[Note]]]) -> None:
        rows = [
            (term, one.language, one.kind.value, one.text, one.is_imported)
            for term, some in notes
            for one in some
        ]
        columns = ("term_id", "language", "kind", "text", "is_imported")
        self.database.insert_many(self.connection, TERM_NOTE, columns, rows)

    def _insert_broader(self, broader: Iterable[tuple[int, Sequence[int]]]) -> None:
        rows = [(term, one) for term, some in broader for one in some]
        self.database.insert_many(self.connection, TERM_BROADER, ("term_id", "broader_id"), rows)


def _delete_of(table: Table, database: Database, terms: Sequence[int]) -> Any:
    if table is TERM_LABEL:
        return delete(TERM_LABEL).where(database.among(TERM_LABEL.c.term_id, terms))
    if table is TERM_NOTE:
        return delete(TERM_NOTE).where(database.among(TERM_NOTE.c.term_id, terms))
    return delete(TERM_BROADER).where(database.among(TERM_BROADER.c.term_id, terms))


def operation_report(row: Row[Any]) -> OperationReport:
    """An operation as faces show it."""
    undone = None if row.undone_at is None else datetime.fromtimestamp(row.undone_at, UTC)
    return OperationReport(
        id=row.id,
        kind=OperationKind(row.kind),
        at=datetime.fromtimestamp(row.at, UTC),
        actor=row.actor,
        summary=row.summary,
        undone_at=undone,
        undone_by=row.undone_by,
    )


def operations_of(
    connection: Connection, vocabulary: Vocabulary, limit: int, *, undone: bool = True
) -> list[OperationReport]:
    """The operations on the terms of a vocabulary, newest first. undone: with those that were undone."""
    columns = [column for column in VOCABULARY_OPERATION.c if column.name != "state"]
    query = select(*columns).where(VOCABULARY_OPERATION.c.vocabulary_id == vocabulary.id)
    if not undone:
        query = query.where(VOCABULARY_OPERATION.c.undone_at.is_(None))
    rows = connection.execute(query.order_by(VOCABULARY_OPERATION.c.id.desc()).limit(limit))
    return [operation_report(row) for row in rows]


def find_operation(connection: Connection, vocabulary: Vocabulary, operation: int | None) -> Row[Any] | None:
    """An operation of a vocabulary; None: the newest that was not undone."""
    query = select(VOCABULARY_OPERATION).where(VOCABULARY_OPERATION.c.vocabulary_id == vocabulary.id)
    if operation is not None:
        return connection.execute(query.where(VOCABULARY_OPERATION.c.id == operation)).first()
    query = query.where(VOCABULARY_OPERATION.c.undone_at.is_(None))
    return connection.execute(query.order_by(VOCABULARY_OPERATION.c.id.desc()).limit(1)).first()


def new_facts(number: int, labels: Sequence[Label], key: str | None = None, **more: Any) -> TermFacts:
    """The facts of a new term. number: counts the new terms of one operation from 0."""
    facts = TermFacts(-1 - number, key or "", labels=tuple(sorted(labels)), **more)
    return facts if key else replace(facts, key=make_key(best_label(facts.labels, ())))


def with_ids(facts: TermFacts, ids: Mapping[int, int]) -> TermFacts:
    """Facts whose references to new terms are replaced by their ids."""
    parent = facts.parent if facts.parent is None else ids.get(facts.parent, facts.parent)
    broader = tuple(sorted(ids.get(one, one) for one in facts.broader))
    return replace(facts, id=ids.get(facts.id, facts.id), parent=parent, broader=broader)


def term_id(row: Row[Any]) -> TermId:
    """The id of a row of `term`."""
    return TermId(row.id)
