"""The use case of importing metadata from CSV: an export that people have edited, or a table made by hand.

Each cell is compared with what its asset had when the file was exported (from the history of values) and with what it
has now. A cell that was not edited changes nothing, whatever has happened meanwhile; one that was edited replaces the
value that it was made from, and no other one unless that is asked for.

A file is read twice: once for its assets, and then some thousand rows at a time, which is all that is held in memory.
"""

import difflib
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NamedTuple

from sqlalchemy import Connection

from dampipe.features.assets.queries import AssetRepository
from dampipe.features.metadata.csv.cells import (
    ASSET_COLUMN,
    CLEAR,
    OWN_COLUMNS,
    UNSET,
    VERSION_COLUMN,
    cell_of,
    restored,
    values_in,
)
from dampipe.features.metadata.csv.export import fact_cell, read_facts
from dampipe.features.metadata.csv.names import CellNames
from dampipe.features.metadata.csv.reader import CsvFile
from dampipe.features.metadata.entries import (
    Change,
    Entry,
    adding,
    cleared,
    counting,
    decode,
    removing,
    replaced,
    same,
    set_to,
)
from dampipe.features.metadata.errors import (
    CSV_ASSET_UNKNOWN,
    CSV_CHANGED,
    CSV_COLUMN_TWICE,
    CSV_COLUMN_UNKNOWN,
    CSV_HIDDEN,
    CSV_KEPT,
    CSV_NEW_TERM,
    CSV_READ_ONLY,
    CSV_ROW_LONG,
    CSV_ROW_TWICE,
    READ_ONLY,
    ROLE_MISSING,
    TERM_UNKNOWN,
)
from dampipe.features.metadata.model import (
    MOST_SHOWN,
    Difference,
    ImportOptions,
    ImportReport,
    RowProblem,
)
from dampipe.features.metadata.queries import CHUNK, Operation, OperationKind, ValueRepository, said_of
from dampipe.features.metadata.references import ids_by_text, is_sha1, takes_new_terms, terms_for_writing
from dampipe.features.metadata.registry import LibraryFields, hold_schema
from dampipe.features.metadata.service import check_count, may_write, read_values
from dampipe.features.metadata.values import Content, Given, plain
from dampipe.kernel.access import COMMENT, EDIT, Actor, require
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, DampipeError, Forbidden, InvalidInput, NotFound
from dampipe.kernel.field import FieldType, MetadataField, ValueSource, ValueState
from dampipe.kernel.paths import printable
from dampipe.kernel.visibility import View, Visibility

UNKNOWN = -1
"""In place of an asset: the row is about none, and is left out."""

Entries = Mapping[str, Entry]
"""What all sources say of one field of one asset."""


@dataclass(frozen=True)
class _Column:
    """A column of a field."""

    at: int
    name: str
    field: MetadataField
    may_write: bool


@dataclass(frozen=True)
class _Row:
    """A row that is imported."""

    number: int
    asset: int
    version: int | None
    """Number of the last change of the asset when it was exported; None: the file does not say."""
    cells: Sequence[str]


class _Edited(NamedTuple):
    """A cell that was edited."""

    row: _Row
    column: _Column
    cell: str


class _Base(NamedTuple):
    """What an asset had when it was exported."""

    entries: Mapping[tuple[str, str], Entry]
    """By field and source: those that were changed since."""
    actors: Mapping[str, str]
    """Who changed a field last, by field."""


class _Refused(Exception):
    """Ends the transaction of an import that has errors."""


@dataclass
class _Found:
    """What is reported."""

    limit: int
    rows: int = 0
    changed: int = 0
    changes: int = 0
    errors: int = 0
    left: int = 0
    problems: dict[bool, list[RowProblem]] = field(default_factory=lambda: {True: [], False: []})
    differences: list[Difference] = field(default_factory=list)

    def note(self, row: int, column: str, error: DampipeError, *, is_error: bool = True) -> None:
        """Count a problem, and list it if few were."""
        self.errors += is_error
        self.left += not is_error
        if len(self.problems[is_error]) < MOST_SHOWN:
            self.problems[is_error].append(
                RowProblem(
                    row=row,
                    column=column,
                    is_error=is_error,
                    code=error.code,
                    parameters=dict(error.parameters),
                    text=printable(str(error)),
                    hint=printable(error.hint),
                )
            )

    def report(self, operation: int | None, *, refused: bool) -> ImportReport:
        """The same for faces."""
        problems = sorted((one for some in self.problems.values() for one in some), key=lambda one: one.row)
        return ImportReport(
            operation=operation,
            rows=self.rows,
            changed=self.changed,
            changes=self.changes,
            errors=self.errors,
            left=self.left,
            refused=refused,
            problems=tuple(problems),
            differences=tuple(self.differences),
        )


class MetadataImport:
    """Imports into one library. Any method may raise CatalogueDown."""

    def __init__(
        self,
        database: Database,
        values: ValueRepository,
        fields: LibraryFields,
        assets: AssetRepository,
        visibility: Visibility,
    ) -> None:
        self._db = database
        self._values = values
        self._fields = fields
        self._assets = assets
        self._visibility = visibility

    def run(self, actor: Actor, file: BinaryIO, options: ImportOptions) -> ImportReport:
        """Import a file, as one operation, or say what an import would change.

        The report lists every error and every cell that was left alone, by row and column; with an error nothing is
        imported unless `partial` is asked for. Raises InvalidInput for a file that cannot be read to its end.
        """
        require(actor, COMMENT)
        if options.source is ValueSource.IMPORT:
            require(actor, EDIT)
        view = self._visibility.of(actor)
        table = CsvFile(file, options.encoding)
        found = _Found(options.limit)
        with self._db.read() as connection:
            columns = self._columns(connection, actor, table, found)
        assets = self._rows_of_assets(table, view, found)
        run = _Run(self._db, self._values, actor, view, options, columns, found, table)
        if options.dry_run:
            with self._db.read() as connection:
                run.go_through(connection, assets, None)
            return found.report(None, refused=bool(found.errors) and not options.partial)
        try:
            with self._db.write() as connection:
                operation = self._write(connection, run, assets)
        except _Refused:
            found.changed = found.changes = 0
            return found.report(None, refused=True)
        return found.report(operation, refused=False)

    def _write(self, connection: Connection, run: "_Run", assets: "array[int]") -> int | None:
        hold_schema(connection, self._db)
        name = printable(run.options.name)
        summary = f"import of {name}" if name else "import of a table"
        source = ValueSource(run.options.source)
        operation = self._values.begin(connection, OperationKind.IMPORT, source, str(run.actor), summary)
        for some in chunked(sorted({asset for asset in assets if asset != UNKNOWN}), CHUNK):
            self._values.lock(connection, some)
        run.go_through(connection, assets, operation)
        if run.found.errors and not run.options.partial:
            raise _Refused
        self._values.finish(connection, operation)
        return operation.id if operation.changes else None

    def _columns(self, connection: Connection, actor: Actor, table: CsvFile, found: _Found) -> list[_Column]:
        known = self._fields.all(connection)
        columns: list[_Column] = []
        for at, name in enumerate(table.columns):
            if name in table.columns[:at] and name:
                found.note(1, name, InvalidInput(CSV_COLUMN_TWICE, column=printable(name)))
            elif name in known:
                columns.append(_Column(at, name, known[name], may_write(actor, known[name])))
            elif name and name not in OWN_COLUMNS:
                near = ", ".join(difflib.get_close_matches(name, known, n=3))
                remedy = (
                    f"Did you mean {near}?" if near else "Remove the column, or add a field to the schema."
                )
                found.note(1, name, NotFound(CSV_COLUMN_UNKNOWN, column=printable(name[:100]), remedy=remedy))
        return columns

    def _rows_of_assets(self, table: CsvFile, view: View, found: _Found) -> "array[int]":
        """The asset of each row, in their order; UNKNOWN for one that names none, or the same as a row before."""
        at = table.columns.index(ASSET_COLUMN)
        assets = array("q")
        first: dict[int, int] = {}
        portion: list[tuple[int, str, int]] = []

        def resolve() -> None:
            by_sha1 = self._assets.by_sha1([sha1 for _, sha1, _ in portion if is_sha1(sha1)], view)
            for number, sha1, cells in portion:
                asset = by_sha1.get(sha1, UNKNOWN)
                if asset == UNKNOWN:
                    shown = printable(sha1[:100])
                    found.note(number, ASSET_COLUMN, NotFound(CSV_ASSET_UNKNOWN, sha1=shown))
                elif asset in first:
                    found.note(number, ASSET_COLUMN, InvalidInput(CSV_ROW_TWICE, first=first[asset]))
                    asset = UNKNOWN
                elif cells > len(table.columns):
                    found.note(number, "", InvalidInput(CSV_ROW_LONG, cells=cells))
                    asset = UNKNOWN
                else:
                    first[asset] = number
                assets.append(asset)
            portion.clear()

        for number, cells in table.rows():
            sha1 = restored(cells[at].strip()).lower() if at < len(cells) else ""
            used = len(cells)
            while used > len(table.columns) and not cells[used - 1].strip():
                used -= 1
            portion.append((number, sha1, used))
            if len(portion) >= CHUNK:
                resolve()
        resolve()
        found.rows = len(assets)
        return assets


class _Run:
    """One import, or what one would change."""

    def __init__(
        self,
        database: Database,
        values: ValueRepository,
        actor: Actor,
        view: View,
        options: ImportOptions,
        columns: Sequence[_Column],
        found: _Found,
        table: CsvFile,
    ) -> None:
        self._db = database
        self._values = values
        self.actor = actor
        self._view = view
        self.options = options
        self._source = ValueSource(options.source)
        self._facts = [one for one in columns if one.field.is_fact]
        self._valued = [one for one in columns if not one.field.is_fact]
        self.found = found
        self._table = table
        self._names = CellNames(database, view)
        self._open: set[str] = set()
        """Vocabularies that take new terms."""
        self._new_terms: dict[tuple[str, str], int] = {}
        """In a preview: numbers that stand for terms that the vocabulary does not have yet."""

    def go_through(self, connection: Connection, assets: "array[int]", operation: Operation | None) -> None:
        """Import all rows; operation: None: only find out what would change."""
        portion: list[_Row] = []
        for row in self._rows(assets):
            portion.append(row)
            if len(portion) >= CHUNK:
                self._portion(connection, portion, operation)
                portion = []
        if portion:
            self._portion(connection, portion, operation)

    def _rows(self, assets: "array[int]") -> Iterator[_Row]:
        columns = self._table.columns
        at = columns.index(VERSION_COLUMN) if VERSION_COLUMN in columns else None
        for asset, (number, cells) in zip(assets, self._table.rows(), strict=True):
            if asset == UNKNOWN:
                continue
            version = cells[at].strip() if at is not None and at < len(cells) else ""
            is_known = version.isascii() and version.isdecimal() and len(version) < 19
            yield _Row(number, asset, int(version) if is_known else None, cells)

    def _portion(self, connection: Connection, rows: Sequence[_Row], operation: Operation | None) -> None:
        self._check_facts(connection, rows)
        if not self._valued:
            return
        assets = sorted(row.asset for row in rows)
        now = self._entries(connection, assets)
        bases = self._bases(connection, rows)
        edited = list(self._edited(connection, rows, now, bases))
        if not edited:
            return
        ids = self._ids(connection, edited, writes=operation is not None)
        by_field: dict[str, list[Change]] = {}
        for one in edited:
            change = self._change(one, now, bases, ids, operation.at if operation is not None else 0.0)
            if change is not None:
                by_field.setdefault(one.column.field.key, []).append(change)
        if by_field:
            self._apply(connection, by_field, operation)

    def _apply(
        self, connection: Connection, by_field: Mapping[str, list[Change]], operation: Operation | None
    ) -> None:
        fields = {one.field.key: one.field for one in self._valued}
        self.found.changed += len({change.asset for changes in by_field.values() for change in changes})
        self.found.changes += sum(map(len, by_field.values()))
        if len(self.found.differences) < self.found.limit:
            self._show(connection, fields, by_field)
        if operation is None:
            return
        for key, changes in by_field.items():
            ordered = sorted(changes, key=lambda one: one.asset)
            self._values.write(connection, operation, fields[key], self._source, ordered)
        self._values.record(connection, operation, self._source)

    # ---- what is there

    def _entries(
        self, connection: Connection, assets: Sequence[int]
    ) -> dict[tuple[int, str], dict[str, Entry]]:
        """What all sources say now, by asset and field."""
        found: dict[tuple[int, str], dict[str, list[Any]]] = {}
        for row in self._values.rows(connection, assets, [one.field.key for one in self._valued]):
            found.setdefault((row.asset_id, row.field), {}).setdefault(row.source, []).append(said_of(row))
        return {
            key: {source: tuple(said) for source, said in entries.items()} for key, entries in found.items()
        }

    def _bases(self, connection: Connection, rows: Sequence[_Row]) -> dict[int, _Base | None]:
        """What assets had when they were exported: by asset what differs from now; None where the file does not say,
        or speaks of another asset, which became this one."""
        stated = {row.asset: row.version for row in rows if row.version is not None}
        newest = self._values.newest_changes(connection, sorted(stated))
        older = {asset: number for asset, number in stated.items() if number != newest.get(asset, 0)}
        owners = self._values.assets_of_changes(connection, {number for number in older.values() if number})
        foreign = {asset for asset, number in older.items() if number and owners.get(number) != asset}
        behind = {asset: number for asset, number in older.items() if asset not in foreign}
        befores: dict[int, dict[tuple[str, str], Entry]] = {asset: {} for asset in stated}
        actors: dict[int, dict[str, str]] = {asset: {} for asset in stated}
        if behind:
            keys = [one.field.key for one in self._valued]
            for change in self._values.changes_after(connection, sorted(behind), min(behind.values()), keys):
                if change.id > behind[change.asset_id]:
                    of_asset = befores[change.asset_id]
                    of_asset.setdefault((change.field, change.source), decode(change.before))
                    actors[change.asset_id][change.field] = change.actor
        known = {
            asset: None if asset in foreign else _Base(befores[asset], actors[asset]) for asset in stated
        }
        return {row.asset: known.get(row.asset) for row in rows}

    def _check_facts(self, connection: Connection, rows: Sequence[_Row]) -> None:
        """Report cells of facts that were edited."""
        filled = [one for one in self._facts if any(_cell(row, one) for row in rows)]
        if not filled:
            return
        facts = read_facts(
            connection, self._db, self._view, sorted(row.asset for row in rows), [one.field for one in filled]
        )
        for row in rows:
            for one in filled:
                cell, fact = _cell(row, one), facts.get(row.asset)
                if cell is None or fact is None:
                    continue
                now = fact_cell(one.field, fact, self._table.delimiter)
                if cell != now and not _same_number(one.field, cell, now):
                    error = InvalidInput(CSV_READ_ONLY, label=one.field.label, now=restored(now) or "empty")
                    self.found.note(row.number, one.name, error, is_error=False)

    # ---- what was edited

    def _edited(
        self,
        connection: Connection,
        rows: Sequence[_Row],
        now: Mapping[tuple[int, str], Entries],
        bases: Mapping[int, _Base | None],
    ) -> Iterator[_Edited]:
        """The cells that are neither empty nor what their export had."""
        filled = [
            (row, one, cell) for row in rows for one in self._valued if (cell := _cell(row, one)) is not None
        ]
        contents = [
            (
                one.field,
                counting(
                    one.field,
                    _base_of(one.field.key, now.get((row.asset, one.field.key), {}), bases[row.asset]),
                ),
            )
            for row, one, _ in filled
        ]
        theirs = (
            (one.field, content)
            for row, one, _ in filled
            for entry in now.get((row.asset, one.field.key), {}).values()
            for content in (said.content for said in entry)
        )
        self._names.look_up(
            connection, [*((given, one) for given, some in contents for one in some), *theirs]
        )
        for (row, one, cell), (given, before) in zip(filled, contents, strict=True):
            if cell == cell_of(given, before, self._names.of(given), self._table.delimiter).strip():
                continue
            if one.may_write:
                yield _Edited(row, one, cell)
                continue
            error: DampipeError
            if given.write is None:
                error = InvalidInput(READ_ONLY, label=given.label)
            else:
                error = Forbidden(
                    ROLE_MISSING,
                    actor=str(self.actor),
                    label=given.label,
                    role=str(given.write),
                    scope=EDIT.name,
                )
            self.found.note(row.number, one.name, error, is_error=False)

    def _ids(
        self, connection: Connection, edited: Sequence[_Edited], *, writes: bool
    ) -> dict[str, Mapping[str, int]]:
        """The terms and assets that edited cells name, by field."""
        texts: dict[str, set[str]] = {}
        fields: dict[str, MetadataField] = {}
        for one in edited:
            given = one.column.field
            if given.type not in (FieldType.TERM, FieldType.ASSET) or one.cell.lower() in (CLEAR, UNSET):
                continue
            fields[given.key] = given
            try:
                found = values_in(given, one.cell, self._table.delimiter)
            except InvalidInput:  # it is reported with the cell
                continue
            texts.setdefault(given.key, set()).update(text.strip() for text in found if text.isprintable())
        return {
            key: self._ids_of(connection, fields[key], wanted, writes=writes) for key, wanted in texts.items()
        }

    def _ids_of(
        self, connection: Connection, given: MetadataField, texts: Collection[str], *, writes: bool
    ) -> dict[str, int]:
        if given.type is FieldType.ASSET:
            return ids_by_text(self._db, connection, given, texts, self._view)
        if takes_new_terms(self._db, connection, given):
            self._open.add(given.vocabulary)
        may_add = self.options.new_terms and given.vocabulary in self._open
        if writes:
            return terms_for_writing(self._db, connection, given, texts, self.actor, add=may_add)
        found = ids_by_text(self._db, connection, given, texts)
        if may_add:
            for text in sorted(set(texts) - found.keys()):
                number = self._new_terms.setdefault((given.vocabulary, text), -1 - len(self._new_terms))
                found[text] = number
                self._names.terms[number] = text
        return found

    def _change(
        self,
        edited: _Edited,
        now: Mapping[tuple[int, str], Entries],
        bases: Mapping[int, _Base | None],
        ids: Mapping[str, Mapping[str, int]],
        at: float,
    ) -> Change | None:
        """What becomes of one entry; None: nothing, which is reported unless the cell says what is there."""
        row, column, cell = edited
        given, entries = column.field, now.get((row.asset, column.field.key), {})
        theirs, before = counting(given, entries), entries.get(self._source, ())
        based = bases[row.asset]
        base = None if based is None else counting(given, _base_of(given.key, entries, based))
        try:
            if cell.lower() == UNSET:
                after: Entry = ()
            elif cell.lower() == CLEAR:
                after = cleared(str(self.actor), at)
            else:
                texts = values_in(given, cell, self._table.delimiter)
                mine = (*read_values(given, texts, ids.get(given.key, {})), *self._hidden(given, theirs))
                if (
                    not texts
                    or _alike(given, mine, theirs)
                    or (base is not None and _alike(given, mine, base))
                ):
                    return None
                after = self._after(given, mine, before, theirs, at)
            change = Change(
                row.asset,
                before,
                after,
                {name: entry for name, entry in entries.items() if name != self._source},
            )
            check_count(given, [change])
        except DampipeError as error:
            self.found.note(row.number, column.name, self._explained(given, error))
            return None
        if same(before, after):
            return None
        if not self.options.replace:
            objection = self._objection(given, entries, theirs, base, based)
            if objection is not None:
                self.found.note(row.number, column.name, objection, is_error=False)
                return None
        if after and not _decides(given, {**entries, self._source: after}, self._source):
            error_ = InvalidInput(CSV_HIDDEN, theirs=self._shown(given, theirs))
            self.found.note(row.number, column.name, error_, is_error=False)
        return change

    def _after(
        self,
        given: MetadataField,
        mine: Sequence[Content],
        before: Entry,
        theirs: Sequence[Content],
        at: float,
    ) -> Entry:
        """The new entry, by which these values count; who said it earlier of those that stay, stays."""
        actor = str(self.actor)
        if self._source is not ValueSource.PERSON:
            return set_to(mine, actor, at)(before, theirs)
        if not given.union:
            return replaced(before, mine, actor, at)
        new = [one for one in mine if one not in theirs]
        gone = [one for one in theirs if one not in mine]
        entry = adding(new, actor, at, union=True)(before, theirs)
        return removing(gone, actor, at, union=True)(entry, theirs)

    def _hidden(self, given: MetadataField, theirs: Sequence[Content]) -> list[Content]:
        """References to assets that the actor does not see, and which the cell cannot have therefore: they stay."""
        if given.type is not FieldType.ASSET or not given.multiple:
            return []
        return [
            one for one in theirs if one.linked_id is not None and one.linked_id not in self._names.assets
        ]

    def _objection(
        self,
        given: MetadataField,
        entries: Entries,
        theirs: Sequence[Content],
        base: Sequence[Content] | None,
        based: _Base | None,
    ) -> DampipeError | None:
        """Why a value is not replaced: it is not the one that the cell was made from."""
        said = entries.get(ValueSource.PERSON, ())
        if base is None or based is None:
            if self._source is not ValueSource.PERSON or not _counts(said):
                return None
            return Conflict(CSV_KEPT, by=said[-1].actor, theirs=self._shown(given, theirs))
        if _alike(given, base, theirs):
            return None
        by = based.actors.get(given.key, "")
        return Conflict(CSV_CHANGED, by=by, theirs=self._shown(given, theirs))

    def _explained(self, given: MetadataField, error: DampipeError) -> DampipeError:
        is_new = error.code == TERM_UNKNOWN.code and given.vocabulary in self._open
        if not is_new or self.options.new_terms:
            return error
        return NotFound(CSV_NEW_TERM, **error.parameters)

    def _shown(self, given: MetadataField, contents: Sequence[Content]) -> str:
        """Values in a message."""
        text = restored(cell_of(given, contents, self._names.of(given), self._table.delimiter))
        return printable(text if len(text) <= 200 else f"{text[:199]}…") or "empty"

    def _show(
        self,
        connection: Connection,
        fields: Mapping[str, MetadataField],
        by_field: Mapping[str, list[Change]],
    ) -> None:
        """Keep some differences for the report, ordered by asset."""
        pairs = [(fields[key], change) for key, changes in by_field.items() for change in changes]
        pairs.sort(key=lambda one: one[1].asset)
        pairs = pairs[: self.found.limit - len(self.found.differences)]
        sides = [
            (
                given,
                change.asset,
                counting(given, {**change.others, self._source: change.before}),
                counting(given, {**change.others, self._source: change.after}),
            )
            for given, change in pairs
        ]
        self._names.look_up(
            connection, ((given, one) for given, _, before, after in sides for one in (*before, *after))
        )
        shown = read_facts(connection, self._db, self._view, sorted({asset for _, asset, _, _ in sides}), [])
        for given, asset, before, after in sides:
            if (row := shown.get(asset)) is not None:
                name = printable(row.shown or row.sha1)
                sides_ = (self._values_of(given, before), self._values_of(given, after))
                self.found.differences.append(
                    Difference(sha1=row.sha1, name=name, field=given.key, before=sides_[0], after=sides_[1])
                )

    def _values_of(self, given: MetadataField, contents: Sequence[Content]) -> tuple[Given, ...]:
        values = (plain(given, one, self._names.of(given)) for one in contents)
        return tuple(value for value in values if value is not None)


def _cell(row: _Row, column: _Column) -> str | None:
    """The cell of a column, without spaces around it; None for an empty one."""
    if column.at >= len(row.cells):
        return None
    return row.cells[column.at].replace("\r\n", "\n").replace("\r", "\n").strip() or None


def _base_of(key: str, entries: Entries, base: _Base | None) -> Entries:
    """What sources said of a field at the time of the export."""
    changed = {source: entry for (name, source), entry in base.entries.items() if name == key} if base else {}
    return {**entries, **changed} if changed else entries


def _alike(given: MetadataField, one: Sequence[Content], other: Sequence[Content]) -> bool:
    """Whether values are the same; those that several sources give have no order of their own."""
    return set(one) == set(other) if given.union else tuple(one) == tuple(other)


def _counts(entry: Entry) -> bool:
    return any(said.state in (ValueState.ACCEPTED, ValueState.CLEARED) for said in entry)


def _decides(given: MetadataField, entries: Entries, source: ValueSource) -> bool:
    """Whether no source that comes first hides what one says."""
    if given.union:
        return True
    before = given.order[: given.order.index(source)]
    return not any(_counts(entries.get(one, ())) for one in before)


def _same_number(given: MetadataField, cell: str, now: str) -> bool:
    """Whether a spreadsheet wrote a number in another way."""
    if given.type is not FieldType.NUMBER:
        return False
    try:
        return abs(float(cell.replace(",", ".")) - float(now.replace(",", "."))) < 0.0005
    except ValueError:
        return False
