"""Vocabularies as CSV, as people keep them in spreadsheets: a line a term; see docs/vocabularies.md."""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from dampipe.features.vocabularies.errors import CSV_COLUMNS, CSV_ROW, FILE_EMPTY, FILE_INVALID
from dampipe.features.vocabularies.imported import ImportedTerm, ImportedVocabulary, existing_ref
from dampipe.features.vocabularies.model import (
    MAX_LABEL,
    MAX_NOTE,
    MAX_URI,
    PATH_SEPARATOR,
    FileFormat,
    Label,
    LabelKind,
    Note,
    NoteKind,
    TermFacts,
    TermState,
    Vocabulary,
    clean_note,
    clean_text,
    fold,
    is_key,
    valid_language,
)
from dampipe.kernel.errors import InvalidInput

SEPARATOR = "|"
"""Between several synonyms in one cell."""
_LABELS = {
    "label": LabelKind.PREFERRED,
    "synonyms": LabelKind.ALTERNATIVE,
    "hidden": LabelKind.HIDDEN,
}
_NOTES = {"note": NoteKind.NOTE, "scope": NoteKind.SCOPE, "definition": NoteKind.DEFINITION}
_PLAIN = ("key", "parent", "path", "uri", "state", "position")
_FORMULA = "=+-@\t\r"
"""A cell that begins with one of these is a formula for spreadsheets: an apostrophe is written before it."""
MAX_CELL = 1 << 20

Column = tuple[str, str]
"""Name and language."""
Find = Callable[[Collection[str]], Mapping[str, Sequence[int]]]
"""The ids of the terms that texts name, as `TermRepository.candidates` has it."""


def read_csv(data: bytes, vocabulary: Vocabulary, find: Find) -> ImportedVocabulary:
    """Read a line a term. find: the terms of the vocabulary by key or label, for parents that no line describes.

    Raises InvalidInput, naming the line.
    """
    text = _decode(data)
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=lambda one: (first.count(one), one == ","))
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    csv.field_size_limit(max(csv.field_size_limit(), MAX_CELL))
    try:
        rows.extend((reader.line_num, row) for row in reader if any(cell.strip() for cell in row))
    except csv.Error as error:
        raise InvalidInput(CSV_ROW, line=reader.line_num, problem=str(error)) from error
    if not rows:
        raise InvalidInput(FILE_EMPTY)
    columns = _columns(rows[0][1], vocabulary)
    found = ImportedVocabulary([], has_places=any(name in ("parent", "path") for name, _ in columns))
    found.columns = frozenset(
        (kind.value, language)
        for name, language in columns
        for kind in (_LABELS.get(name) or _NOTES.get(name),)
        if kind is not None
    )
    if any(name == "path" for name, _ in columns):
        found.columns |= {(LabelKind.PREFERRED.value, _default(vocabulary))}
    _Reader(vocabulary, columns, found, find).read(rows[1:])
    if not found.terms:
        raise InvalidInput(FILE_EMPTY)
    return found


def _decode(data: bytes) -> str:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        problem = "it is neither UTF-8 nor UTF-16; spreadsheets save it as CSV UTF-8"
        raise InvalidInput(FILE_INVALID, format=FileFormat.CSV.value, problem=problem) from error
    if "\0" in text:
        raise InvalidInput(FILE_INVALID, format=FileFormat.CSV.value, problem="it holds NUL characters")
    return text


def _default(vocabulary: Vocabulary) -> str:
    return vocabulary.languages[0] if vocabulary.languages else ""


def _columns(names: list[str], vocabulary: Vocabulary) -> list[Column]:
    found: list[Column] = []
    for cell in names:
        name, at, language = cell.strip().partition("@")
        name = name.strip().lower()
        if name in _LABELS or name in _NOTES:
            try:
                column = (name, valid_language(language.strip()) if at else _default(vocabulary))
            except InvalidInput as error:
                raise InvalidInput(CSV_COLUMNS, problem=str(error)) from error
        elif name in _PLAIN and not at:
            column = (name, "")
        else:
            raise InvalidInput(CSV_COLUMNS, problem=f"there is no column {cell.strip()[:100]!r}")
        if column in found:
            raise InvalidInput(CSV_COLUMNS, problem=f"the column {cell.strip()[:100]!r} stands twice")
        found.append(column)
    has = {name for name, _ in found}
    if not has & {"label", "path", "key"}:
        raise InvalidInput(CSV_COLUMNS, problem="it has neither path nor label")
    if {"path", "parent"} <= has:
        raise InvalidInput(CSV_COLUMNS, problem="it has both path and parent")
    return found


class _Reader:
    """Reads lines into terms; what a path names above its term is made where no line does."""

    def __init__(
        self, vocabulary: Vocabulary, columns: list[Column], found: ImportedVocabulary, find: Find
    ) -> None:
        self._find = find
        self._columns = columns
        self._found = found
        self._default = _default(vocabulary)
        self._by_path: dict[tuple[str, ...], ImportedTerm] = {}
        self._said: dict[str, int] = {}
        """By ref: the line that describes the term."""

    def read(self, rows: Iterable[tuple[int, list[str]]]) -> None:
        by_key: dict[str, ImportedTerm] = {}
        by_label: dict[str, list[ImportedTerm]] = {}
        waiting: list[tuple[int, ImportedTerm, str]] = []
        for line, row in rows:
            if len(row) > len(self._columns) and any(cell.strip() for cell in row[len(self._columns) :]):
                raise InvalidInput(CSV_ROW, line=line, problem="it has more cells than the first line")
            cells = {
                column: _unescaped(cell)
                for column, cell in zip(self._columns, row, strict=False)
                if cell.strip()
            }
            one = self._term(line, cells)
            if one.key:
                if one.key in by_key:
                    raise InvalidInput(CSV_ROW, line=line, problem=f"the key {one.key!r} stands twice")
                by_key[one.key] = one
            for label in one.labels:
                if label.kind is LabelKind.PREFERRED:
                    by_label.setdefault(fold(label.text), []).append(one)
            if parent := cells.get(("parent", "")):
                waiting.append((line, one, parent.strip()))
        foreign = {
            parent for _, _, parent in waiting if parent not in by_key and fold(parent) not in by_label
        }
        existing = self._find(sorted(foreign)) if foreign else {}
        for line, one, parent in waiting:
            if parent in by_key:
                refs = [by_key[parent].ref]
            elif parent in foreign:
                refs = [existing_ref(term) for term in existing.get(parent, ())]
            else:
                refs = [named.ref for named in by_label[fold(parent)]]
            if len(refs) != 1:
                problem = (
                    f"several terms are called {parent[:100]!r}: give the key of the parent"
                    if refs
                    else f"there is no term {parent[:100]!r} to be below"
                )
                raise InvalidInput(CSV_ROW, line=line, problem=problem)
            one.parents = refs

    def _term(self, line: int, cells: Mapping[Column, str]) -> ImportedTerm:
        path = cells.get(("path", ""))
        if path is None:
            one = ImportedTerm(f"line {line}")
            self._found.terms.append(one)
        else:
            one = self._at(line, path)
        if one.ref in self._said:
            problem = f"it describes the same term as line {self._said[one.ref]}"
            raise InvalidInput(CSV_ROW, line=line, problem=problem)
        self._said[one.ref] = line
        key = cells.get(("key", ""), "").strip()
        if key and not is_key(key):
            raise InvalidInput(CSV_ROW, line=line, problem=f"{key[:100]!r} is not a valid key")
        one.key = key or None
        uri = cells.get(("uri", ""), "").strip()
        if uri and (clean_text(uri, MAX_URI) != uri or len(uri.encode()) > MAX_URI):
            raise InvalidInput(CSV_ROW, line=line, problem="the uri is not valid")
        one.uri = uri or None
        one.state = self._state(line, cells.get(("state", ""), ""))
        one.position = self._position(line, cells.get(("position", ""), ""))
        for (name, language), cell in cells.items():
            if name in _LABELS:
                self._add_labels(line, one, _LABELS[name], language, cell)
            elif name in _NOTES:
                for part in _split(cell):
                    note = clean_note(part)
                    if note is None:
                        problem = f"a note has more than {MAX_NOTE} characters"
                        raise InvalidInput(CSV_ROW, line=line, problem=problem)
                    one.notes.append(Note(language, _NOTES[name], note))
        if not one.key and not any(label.kind is LabelKind.PREFERRED for label in one.labels):
            raise InvalidInput(CSV_ROW, line=line, problem="it has no label")
        return one

    def _at(self, line: int, path: str) -> ImportedTerm:
        """The term at the end of a path, with those above it."""
        steps = [clean_text(step, MAX_LABEL) for step in path.split(PATH_SEPARATOR)]
        above: tuple[str, ...] = ()
        parent: ImportedTerm | None = None
        for step in steps:
            if step is None or not fold(step):
                raise InvalidInput(CSV_ROW, line=line, problem=f"{path[:100]!r} is not a valid path")
            above = (*above, fold(step))
            one = self._by_path.get(above)
            if one is None:
                one = ImportedTerm(
                    "path " + "\n".join(above), [Label(self._default, LabelKind.PREFERRED, step)]
                )
                one.parents = [parent.ref] if parent else []
                self._by_path[above] = one
                self._found.terms.append(one)
            parent = one
        assert parent is not None
        return parent

    def _add_labels(self, line: int, one: ImportedTerm, kind: LabelKind, language: str, cell: str) -> None:
        texts = [cell] if kind is LabelKind.PREFERRED else _split(cell)
        for text in texts:
            clean = clean_text(text, MAX_LABEL)
            if clean is None or not fold(clean):
                raise InvalidInput(CSV_ROW, line=line, problem=f"{text[:100]!r} is not a valid label")
            if kind is LabelKind.PREFERRED:  # the column label says how what a path names is written
                one.labels = [
                    label for label in one.labels if (label.language, label.kind) != (language, kind)
                ]
            if all((label.language, fold(label.text)) != (language, fold(clean)) for label in one.labels):
                one.labels.append(Label(language, kind, clean))

    @staticmethod
    def _state(line: int, cell: str) -> TermState | None:
        if not cell.strip():
            return None
        try:
            return TermState(cell.strip().lower())
        except ValueError:
            problem = f"{cell[:100]!r} is not a valid state"
            raise InvalidInput(CSV_ROW, line=line, problem=problem) from None

    @staticmethod
    def _position(line: int, cell: str) -> int | None:
        if not cell.strip():
            return None
        try:
            position = int(cell)
        except ValueError:
            position = -1
        if not 0 <= position < 1 << 31:
            raise InvalidInput(CSV_ROW, line=line, problem=f"{cell[:100]!r} is not a valid position")
        return position


def _split(cell: str) -> list[str]:
    """The parts of a cell; a separator after a backslash belongs to a part."""
    parts = re.split(rf"(?<!\\){re.escape(SEPARATOR)}", cell)
    return [part.replace(f"\\{SEPARATOR}", SEPARATOR) for part in parts if part.strip()]


def _joined(texts: Sequence[str]) -> str:
    return SEPARATOR.join(text.replace(SEPARATOR, f"\\{SEPARATOR}") for text in texts)


def _unescaped(cell: str) -> str:
    """A cell without the apostrophe that an export writes before what a spreadsheet would take for a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:2] in tuple(_FORMULA) else cell


def _escaped(cell: str) -> str:
    return f"'{cell}" if cell.startswith(tuple(_FORMULA)) else cell


def write_csv(vocabulary: Vocabulary, terms: Iterable[TermFacts]) -> bytes:
    """Write a line a term, those above before those below: UTF-8 with a BOM, by which spreadsheets recognise it.

    Merged terms are left out: their labels are synonyms of their targets.
    """
    every = {one.id: one for one in terms if one.merged_into is None}
    used = {(label.kind, label.language) for one in every.values() for label in one.labels}
    noted = {(note.kind, note.language) for one in every.values() for note in one.notes}
    default = _default(vocabulary)
    used.add((LabelKind.PREFERRED, default))
    kinds = [(name, kind) for name, kind in {**_LABELS, **_NOTES}.items()]
    columns = [
        (name, kind, language)
        for name, kind in kinds
        for language in sorted(
            {language for one, language in {*used, *noted} if one is kind},
            key=lambda one: (one != default, one),
        )
    ]
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\r\n")
    named = [f"{name}@{language}" if language or default else name for name, _, language in columns]
    writer.writerow(["key", "parent", *named, "uri", "state", "position"])
    for one in _from_top(every):
        cells = []
        for _, kind, language in columns:
            texts = [label.text for label in one.labels if (label.kind, label.language) == (kind, language)]
            texts += [note.text for note in one.notes if (note.kind, note.language) == (kind, language)]
            cells.append("".join(texts) if kind is LabelKind.PREFERRED else _joined(texts))
        parent = every[one.parent].key if one.parent in every else ""
        row = [one.key, parent, *cells, one.uri or "", one.state.value, str(one.position)]
        writer.writerow(map(_escaped, row))
    return b"\xef\xbb\xbf" + output.getvalue().encode()


def _from_top(terms: Mapping[int, TermFacts]) -> list[TermFacts]:
    below: dict[int | None, list[TermFacts]] = {}
    for one in terms.values():
        below.setdefault(one.parent if one.parent in terms else None, []).append(one)
    for some in below.values():
        some.sort(key=lambda one: (one.position, one.key))
    found: list[TermFacts] = []
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += reversed(below.get(one.id, []))
    return found
