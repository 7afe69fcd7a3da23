"""The use cases of vocabularies."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import Connection

from dampipe.features.vocabularies.csv_file import read_csv, write_csv
from dampipe.features.vocabularies.errors import (
    CURSOR_INVALID,
    FILE_TOO_LARGE,
    STRICT,
    TAKEN,
)
from dampipe.features.vocabularies.events import VocabularyCreated, VocabularyUpdated
from dampipe.features.vocabularies.imported import ImportedVocabulary
from dampipe.features.vocabularies.importer import Missing, apply_import, plan_import, report_of
from dampipe.features.vocabularies.model import (
    FileFormat,
    ImportReport,
    NewTerm,
    NewVocabulary,
    OperationReport,
    TermChange,
    TermDetails,
    TermEdit,
    TermFacts,
    TermPage,
    TermState,
    Vocabulary,
    VocabularyChange,
    VocabularyReport,
)
from dampipe.features.vocabularies.operations import (
    Done,
    add_term,
    approve,
    edit,
    merge,
    move,
    rename,
    retire,
    share,
    undo,
)
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.features.vocabularies.skos import read_skos, write_skos
from dampipe.features.vocabularies.writer import (
    TermWriter,
    insert_vocabulary,
    lock_vocabulary,
    operations_of,
    update_vocabulary,
)
from dampipe.kernel.access import EDIT, MANAGE, READ, Actor, require
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, Forbidden, InvalidInput, TooLarge
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.ids import TermId
from dampipe.kernel.storable import is_storable
from dampipe.kernel.term_uses import count_all
from dampipe.kernel.visibility import Visibility

MAX_LANGUAGES = 50
MAX_FILE = 256 << 20
"""Bytes of a file that is imported."""


class VocabularyService:
    """Vocabularies. Terms are named by key, label, synonym or path; `TermRepository.find` says how.

    Any method may raise Forbidden, CatalogueDown, NotFound for an unknown vocabulary or term, and Conflict for a text
    that names several terms.
    """

    def __init__(self, database: Database, terms: TermRepository, visibility: Visibility) -> None:
        self._db = database
        self._terms = terms
        self._visibility = visibility

    # Reading.

    def all(self, actor: Actor) -> list[VocabularyReport]:
        """All vocabularies, in the order of their keys."""
        require(actor, READ)
        with self._db.read() as connection:
            counts = self._terms.counts(connection, hidden=self._hidden(connection, actor))
            return [_report(one, counts.get(one.id, {})) for one in self._terms.vocabularies(connection)]

    def get(self, actor: Actor, key: str) -> VocabularyReport:
        """One vocabulary."""
        require(actor, READ)
        with self._db.read() as connection:
            return self._reported(connection, actor, key)

    def level(
        self,
        actor: Actor,
        key: str,
        parent: str | None = None,
        *,
        language: str | None = None,
        limit: int = 200,
        cursor: str | None = None,
        retired: bool = False,
    ) -> TermPage:
        """A part of the terms directly below one, or at the top. Raises InvalidInput for a cursor that is not valid.

        retired: with retired terms.
        """
        require(actor, READ)
        after = None if cursor is None else _parse_cursor(cursor)
        with self._db.read() as connection:
            vocabulary = self._terms.vocabulary(connection, key)
            hidden = self._hidden(connection, actor, vocabulary)
            above = None
            if parent is not None:
                above = self._terms.resolve(connection, vocabulary, parent, retired=True, hidden=hidden)
            rows = self._terms.level(
                connection, vocabulary, above, limit + 1, after, retired=retired, hidden=hidden
            )
            terms = self._terms.reports(connection, rows[:limit], language, hidden=hidden)
        more = None
        if len(rows) > limit:
            last = rows[limit - 1]
            more = _make_cursor(last.position, last.sort_label, last.id)
        return TermPage(terms=terms, next=more)

    def find(
        self, actor: Actor, key: str, text: str, *, language: str | None = None, limit: int = 50
    ) -> TermPage:
        """Usable terms with a label that contains a text; those that begin with it come first."""
        require(actor, READ)
        with self._db.read() as connection:
            vocabulary = self._terms.vocabulary(connection, key)
            hidden = self._hidden(connection, actor, vocabulary)
            rows = self._terms.search(connection, vocabulary, text, limit, hidden)
            found = self._terms.reports(connection, rows, language, with_paths=True, hidden=hidden)
            return TermPage(terms=found)

    def proposals(
        self,
        actor: Actor,
        key: str,
        *,
        language: str | None = None,
        limit: int = 200,
        cursor: str | None = None,
    ) -> TermPage:
        """A part of the terms that wait for a manager, oldest first."""
        require(actor, READ)
        after = 0 if cursor is None else _parse_cursor(cursor)[2]
        with self._db.read() as connection:
            vocabulary = self._terms.vocabulary(connection, key)
            hidden = self._hidden(connection, actor, vocabulary)
            rows = self._terms.in_state(connection, vocabulary, TermState.PROPOSED, limit + 1, after, hidden)
            terms = self._terms.reports(connection, rows[:limit], language, with_paths=True, hidden=hidden)
        more = _make_cursor(0, "", rows[limit - 1].id) if len(rows) > limit else None
        return TermPage(terms=terms, next=more)

    def term(self, actor: Actor, key: str, term: str, *, language: str | None = None) -> TermDetails:
        """All of one term, be it retired; one that was merged leads to its target, unless it is named by its key."""
        require(actor, READ)
        with self._db.read() as connection:
            vocabulary = self._terms.vocabulary(connection, key)
            hidden = self._hidden(connection, actor, vocabulary)
            found = self._terms.by_key(connection, vocabulary, term)
            if found is None or found in hidden:
                found = self._terms.resolve(connection, vocabulary, term, retired=True, hidden=hidden)
            is_all = self._visibility.of(actor).is_all
            return self._details(connection, found, language, hidden, with_uses=is_all)

    def operations(self, actor: Actor, key: str, limit: int = 100) -> list[OperationReport]:
        """What was done with the terms of a vocabulary, newest first."""
        require(actor, MANAGE)
        with self._db.read() as connection:
            return operations_of(connection, self._terms.vocabulary(connection, key), limit)

    # Writing.

    def create(self, actor: Actor, request: NewVocabulary) -> VocabularyReport:
        """Make a vocabulary. Raises Conflict if the key is taken."""
        require(actor, MANAGE)
        languages = tuple(dict.fromkeys(one for one in request.languages if one)) or ("en",)
        made = Vocabulary(0, request.key, request.label or request.key, request.open, languages)
        with self._db.write() as connection:
            now = database_time(connection)
            if not insert_vocabulary(connection, self._db, made, now):
                raise Conflict(TAKEN, vocabulary=request.key)
            event = VocabularyCreated(vocabulary=request.key, open=request.open)
            record_event(connection, event, actor=actor, at=now)
            return self._reported(connection, actor, request.key)

    def update(self, actor: Actor, key: str, request: VocabularyChange) -> VocabularyReport:
        """Change the label, the languages or the rule of a vocabulary."""
        require(actor, MANAGE)
        with self._writing(actor, key) as writer:
            old = writer.vocabulary
            new = replace(
                old,
                label=request.label or old.label,
                is_open=old.is_open if request.open is None else request.open,
                languages=tuple(dict.fromkeys(one for one in request.languages if one)) or old.languages,
            )
            if new != old:
                update_vocabulary(writer.connection, new)
                writer.announce(VocabularyUpdated(vocabulary=key, open=new.is_open))
                if new.languages[:1] != old.languages[:1]:
                    self._sort_again(TermWriter(writer.connection, self._db, new, writer.actor))
            return self._reported(writer.connection, actor, key)

    def add(self, actor: Actor, key: str, request: NewTerm) -> TermChange:
        """Add a term; who may not manage proposes it, in an open vocabulary.

        A term that is at this place already is returned, with no operation. So is, for who proposes one without a
        place, a term anywhere in the vocabulary that is called so. Raises Forbidden if the vocabulary is strict.
        """
        require(actor, EDIT)
        is_manager = actor.may(MANAGE)
        with self._writing(actor, key) as writer:
            vocabulary, connection = writer.vocabulary, writer.connection
            if not is_manager and not vocabulary.is_open:
                raise Forbidden(STRICT, vocabulary=key)
            hidden = self._hidden(connection, actor, vocabulary)
            parent = None
            if request.parent is not None:
                parent = self._terms.resolve(connection, vocabulary, request.parent, hidden=hidden)
            if not is_manager and parent is None:
                known = self._terms.find(connection, key, [request.label]).get(request.label)
                if known is not None:
                    return self._changed(connection, share(writer, known), hidden)
            state = TermState.ACTIVE if is_manager else TermState.PROPOSED
            done = add_term(
                writer, request.label, request.language, parent, state, request.synonyms, request.key
            )
            return self._changed(connection, done, hidden)

    def rename(
        self,
        actor: Actor,
        key: str,
        term: str,
        label: str,
        *,
        language: str | None = None,
        keep: bool = False,
    ) -> TermChange:
        """Give a term another preferred label. keep: the old one becomes a synonym."""
        require(actor, MANAGE)
        with self._writing(actor, key) as writer:
            found = self._find(writer, term)
            return self._changed(writer.connection, rename(writer, found, label, language, keep=keep))

    def edit(self, actor: Actor, key: str, term: str, request: TermEdit) -> TermChange:
        """Add and remove labels, synonyms and notes of a term."""
        require(actor, MANAGE)
        with self._writing(actor, key) as writer:
            return self._changed(writer.connection, edit(writer, self._find(writer, term), request))

    def move(
        self, actor: Actor, key: str, term: str, parent: str | None, *, position: int | None = None
    ) -> TermChange:
        """Put a term with its branch below another. parent: None: at the top."""
        require(actor, MANAGE)
        with self._writing(actor, key) as writer:
            above = self._place(writer.connection, writer.vocabulary, parent)
            return self._changed(writer.connection, move(writer, self._find(writer, term), above, position))

    def merge(self, actor: Actor, key: str, term: str, target: str) -> TermChange:
        """Merge a term into another, with its values."""
        require(actor, MANAGE)
        with self._writing(actor, key) as writer:
            source = self._find(writer, term)
            into = self._find(writer, target)
            return self._changed(writer.connection, merge(writer, source, into))

    def retire(self, actor: Actor, key: str, term: str, *, with_narrower: bool = False) -> TermChange:
        """Let a term not be used any more; values that have it keep it."""
        require(actor, MANAGE)
        with self._writing(actor, key) as writer:
            done = retire(writer, self._find(writer, term), with_narrower=with_narrower)
            return self._changed(writer.connection, done)

    def approve(self, actor: Actor, key: str, term: str) -> TermChange:
        """Let a proposed term be an active one."""
        require(actor, MANAGE)
        with self._writing(actor, key) as writer:
            return self._changed(writer.connection, approve(writer, self._find(writer, term)))

    def undo(self, actor: Actor, key: str, operation: int | None = None) -> OperationReport:
        """Undo an operation; None: the newest that was not undone. Raises Conflict if it cannot be undone any more."""
        require(actor, MANAGE)
        with self._writing(actor, key) as writer:
            return undo(writer, operation)

    # Files.

    def import_file(
        self,
        actor: Actor,
        key: str,
        data: bytes,
        kind: FileFormat,
        *,
        name: str = "a file",
        scheme: str | None = None,
        missing: Missing = Missing.AUTO,
        overwrite: bool = False,
        dry_run: bool = False,
    ) -> ImportReport:
        """Import a SKOS or CSV file: terms that exist keep their ids and values.

        overwrite: replace what people wrote here where a SKOS file says something else; a CSV file always does. dry_run:
        only say what would be done. Raises InvalidInput for a file that is not valid, TooLarge, and Conflict if it lacks
        most of the terms that were imported before, unless `missing` says what happens to these.
        """
        require(actor, MANAGE)
        if len(data) > MAX_FILE:
            raise TooLarge(FILE_TOO_LARGE, limit=MAX_FILE >> 20)
        with self._db.read() as connection:
            vocabulary = self._terms.vocabulary(connection, key)
            if kind is FileFormat.CSV:
                file = read_csv(
                    data,
                    vocabulary,
                    lambda texts: self._terms.candidates(connection, vocabulary, texts, retired=True),
                )
        if kind is not FileFormat.CSV:
            file = read_skos(data, kind, vocabulary, scheme)
        overwrite = overwrite or not file.is_external
        if dry_run:
            with self._db.read() as connection:
                writer = TermWriter(connection, self._db, vocabulary, str(actor))
                return report_of(
                    plan_import(writer, file, missing=missing, overwrite=overwrite), dry_run=True
                )
        with self._writing(actor, key) as writer:
            plan = plan_import(writer, file, missing=missing, overwrite=overwrite)
            described = _described(writer.vocabulary, file)
            if described != writer.vocabulary:
                update_vocabulary(writer.connection, described)
            return apply_import(writer, plan, name)

    def export_file(self, actor: Actor, key: str, kind: FileFormat) -> bytes:
        """A vocabulary as SKOS or CSV, with its retired terms."""
        require(actor, READ)
        with self._db.read() as connection:
            vocabulary = self._terms.vocabulary(connection, key)
            writer = TermWriter(connection, self._db, vocabulary, str(actor))
            hidden = self._hidden(connection, actor, vocabulary)
            facts: Sequence[TermFacts] = [
                replace(one, merged_into=None if one.merged_into in hidden else one.merged_into)
                for one in writer.facts().values()
                if one.id not in hidden
            ]
        return write_csv(vocabulary, facts) if kind is FileFormat.CSV else write_skos(vocabulary, facts, kind)

    def _hidden(
        self, connection: Connection, actor: Actor, vocabulary: Vocabulary | None = None
    ) -> frozenset[int]:
        """The terms that an actor does not see. Who manages sees all, since these have to be approved."""
        if actor.may(MANAGE):
            return frozenset()
        return self._terms.hidden(connection, self._visibility.of(actor), vocabulary)

    @contextmanager
    def _writing(self, actor: Actor, key: str) -> Iterator[TermWriter]:
        """One transaction that alone changes the terms of a vocabulary."""
        with self._db.write() as connection:
            vocabulary = lock_vocabulary(connection, key)
            yield TermWriter(connection, self._db, vocabulary, str(actor))

    def _sort_again(self, writer: TermWriter) -> None:
        """Sort terms by their labels in another default language."""
        writer.change([(facts, facts) for facts in writer.facts().values()])

    def _find(self, writer: TermWriter, term: str) -> TermId:
        """The term that a text names; a retired one only by its key, or where no other is called so."""
        by_key = self._terms.by_key(writer.connection, writer.vocabulary, term)
        if by_key is not None:
            return by_key
        return self._terms.resolve(writer.connection, writer.vocabulary, term, retired=True)

    def _place(self, connection: Connection, vocabulary: Vocabulary, parent: str | None) -> TermId | None:
        return None if parent is None else self._terms.resolve(connection, vocabulary, parent)

    def _changed(
        self, connection: Connection, done: Done, hidden: Collection[int] = frozenset()
    ) -> TermChange:
        rows = [self._terms.row(connection, done[0])]
        report = self._terms.reports(connection, rows, with_paths=True, hidden=hidden)[0]
        return TermChange(term=report, operation=done[1])

    def _reported(self, connection: Connection, actor: Actor, key: str) -> VocabularyReport:
        vocabulary = self._terms.vocabulary(connection, key)
        counts = self._terms.counts(connection, vocabulary, self._hidden(connection, actor, vocabulary))
        return _report(vocabulary, counts.get(vocabulary.id, {}))

    def _details(
        self,
        connection: Connection,
        term: TermId,
        language: str | None,
        hidden: Collection[int],
        *,
        with_uses: bool,
    ) -> TermDetails:
        row = self._terms.row(connection, term)
        report = self._terms.reports(connection, [row], language, with_paths=True, hidden=hidden)[0]
        others = self._terms.broader_of(connection, term)
        named = {one for one in (row.parent_id, row.merged_into_id, *others) if one is not None}
        named.difference_update(hidden)
        keys = self._terms.keys(connection, named)
        return TermDetails(
            id=row.id,
            key=row.key,
            label=report.label,
            state=report.state,
            uri=row.uri,
            path=report.path,
            parent=keys.get(row.parent_id),
            also_below=tuple(keys[one] for one in others),
            merged_into=keys.get(row.merged_into_id),
            labels=self._terms.labels_of(connection, term),
            notes=self._terms.notes_of(connection, term),
            narrower=report.narrower,
            position=row.position,
            uses=count_all(connection, term) if with_uses else None,
        )


def _report(vocabulary: Vocabulary, counts: dict[str, int]) -> VocabularyReport:
    return VocabularyReport(
        key=vocabulary.key,
        label=vocabulary.label,
        open=vocabulary.is_open,
        languages=vocabulary.languages,
        uri=vocabulary.uri,
        terms=counts.get(TermState.ACTIVE, 0),
        proposed=counts.get(TermState.PROPOSED, 0),
        retired=counts.get(TermState.RETIRED, 0),
    )


def _described(vocabulary: Vocabulary, file: ImportedVocabulary) -> Vocabulary:
    """A vocabulary with what a file says of it: what people have set stays."""
    return replace(
        vocabulary,
        label=file.label if file.label and vocabulary.label == vocabulary.key else vocabulary.label,
        languages=tuple(dict.fromkeys((*vocabulary.languages, *file.languages)))[:MAX_LANGUAGES],
        uri=vocabulary.uri or file.uri,
    )


def _make_cursor(position: int, label: str, term: int) -> str:
    return urlsafe_b64encode(json.dumps([position, label, term]).encode()).decode()


def _parse_cursor(cursor: str) -> tuple[int, str, int]:
    try:
        position, label, term = json.loads(urlsafe_b64decode(cursor.encode()))
    except (ValueError, TypeError, RecursionError):
        raise InvalidInput(CURSOR_INVALID) from None
    is_valid = (
        type(position) is int
        and type(term) is int
        and isinstance(label, str)
        and len(label) <= 200
        and all(-(1 << 31) <= one < 1 << 31 for one in (position, term))
        and is_storable(label)
    )
    if not is_valid:
        raise InvalidInput(CURSOR_INVALID)
    return position, label, term
