"""The use cases of values: showing, editing one asset or many, history and undo."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from dampipe.features.assets.lineage import IS_CURRENT
from dampipe.features.assets.names import names_of
from dampipe.features.assets.selection import AssetSelection
from dampipe.features.assets.service import AssetService
from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.entries import (
    Change,
    Entry,
    Planner,
    adding,
    cleared,
    counting,
    decode,
    removing,
    set_to,
)
from dampipe.features.metadata.errors import (
    CANNOT_UNDO,
    NOT_MULTIPLE,
    NOTHING_TO_UNDO,
    OPERATION_UNKNOWN,
    READ_ONLY,
    ROLE_MISSING,
    TOO_MANY_VALUES,
    UNDONE_ALREADY,
    VALUE_CHANGED,
)
from dampipe.features.metadata.model import (
    MOST_SHOWN,
    MOST_VALUES,
    AssetEdit,
    AssetMetadata,
    BulkEdit,
    Difference,
    Edit,
    EditReport,
    FieldReport,
    HistoryEntry,
    LeftAlone,
    OperationReport,
    PreviewReport,
    SourceReport,
    UndoReport,
    ValueReport,
    parts_of,
)
from dampipe.features.metadata.queries import CHUNK, OperationKind, ValueRepository, said_of
from dampipe.features.metadata.references import (
    Names,
    ids_by_text,
    near_terms,
    takes_new_terms,
    terms_for_writing,
    unknown,
)
from dampipe.features.metadata.registry import LibraryFields, hold_schema, read_schema
from dampipe.features.metadata.undo import undo_operation
from dampipe.features.metadata.values import (
    Content,
    Given,
    fact_date,
    parse_value,
    plain,
    plain_number,
    wording,
)
from dampipe.kernel.access import COMMENT, EDIT, READ, Actor, Role, require
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from dampipe.kernel.field import FieldType, MetadataField, ValueSource, ValueState
from dampipe.kernel.visibility import View, Visibility

_PERSON = ValueSource.PERSON


@dataclass(frozen=True)
class _Step:
    """What an edit does with one field."""

    part: str
    given: MetadataField
    contents: tuple[Content, ...]
    new_terms: Mapping[int, str] = field(default_factory=dict)
    """In a preview: labels of terms that the vocabulary does not have yet, by numbers that stand for them."""

    def planner(self, actor: str, at: float) -> Planner:
        """Makes the new entry of a person."""
        union = self.given.union
        match self.part:
            case "set" if self.contents:
                return set_to(self.contents, actor, at)
            case "add":
                return adding(self.contents, actor, at, union=union)
            case "remove":
                return removing(self.contents, actor, at, union=union)
            case "unset":
                return lambda before, effective: ()
            case _:
                entry = cleared(actor, at)
                return lambda before, effective: entry


class MetadataService:
    """The metadata of assets. Names of assets are those of `AssetService`. Any method may raise CatalogueDown."""

    def __init__(
        self,
        database: Database,
        values: ValueRepository,
        fields: LibraryFields,
        assets: AssetService,
        selection: AssetSelection,
        visibility: Visibility,
    ) -> None:
        self._db = database
        self._values = values
        self._fields = fields
        self._assets = assets
        self._selection = selection
        self._visibility = visibility

    def fields(self, actor: Actor) -> list[FieldReport]:
        """All fields: those of files, then those of the schema in its order."""
        require(actor, READ)
        with self._db.read() as connection:
            return [field_report(one, actor) for one in self._fields.all(connection).values()]

    def get(self, actor: Actor, name: str, keys: Sequence[str] = ()) -> AssetMetadata:
        """The fields of an asset, those without a value included. keys: only these. Raises NotFound."""
        require(actor, READ)
        return self.of_asset(actor, self._assets.asset_id(actor, name), keys)

    def of_asset(self, actor: Actor, asset: int, keys: Sequence[str] = ()) -> AssetMetadata:
        """The same for an asset by its number."""
        require(actor, READ)
        view = self._visibility.of(actor)
        sha1 = self._assets.current_sha1(actor, asset)
        with self._db.read() as connection:
            version, _ = read_schema(connection)
            known = self._fields.all(connection)
            shown = [self._fields.find(connection, key) for key in keys] or list(known.values())
            facts = self._facts(connection, sha1, [one for one in shown if one.is_fact])
            valued = [one.key for one in shown if not one.is_fact]
            rows = self._values.rows(connection, [asset], valued)
            versions = self._values.versions(connection, asset, valued)
            said: dict[str, dict[str, Entry]] = {}
            for row in rows:
                of_field = said.setdefault(row.field, {})
                of_field[row.source] = (*of_field.get(row.source, ()), said_of(row))
            contents = {
                one.content for of_field in said.values() for entry in of_field.values() for one in entry
            }
            names = Names(self._db, connection, contents, view)
        return AssetMetadata(
            sha1=sha1,
            schema_version=version,
            fields=tuple(
                facts[one.key]
                if one.is_fact
                else _report(one, said.get(one.key, {}), names, versions.get(one.key, 0))
                for one in shown
            ),
        )

    def values_of(self, actor: Actor, asset: int) -> list[ValueReport]:
        """The fields of an asset that have values, without facts."""
        found = self.of_asset(actor, asset).fields
        return [one for one in found if one.values and one.source is not None]

    def edit(self, actor: Actor, name: str, edit: AssetEdit) -> AssetMetadata:
        """Edit one asset; returns the fields that were named, as they are now.

        Raises NotFound, InvalidInput, Forbidden, and Conflict (VALUE_CHANGED) if a field has another version than
        `if_version` says.
        """
        require(actor, COMMENT)
        view = self._visibility.of(actor)
        asset = self._assets.asset_id(actor, name)
        with self._db.write() as connection:
            hold_schema(connection, self._db)
            steps = self._steps(connection, actor, edit, view)
            self._values.lock(connection, [asset])
            self._check_versions(connection, asset, edit, steps, view)
            self._apply(connection, actor, steps, [asset])
        return self.of_asset(actor, asset, [step.given.key for step in steps])

    def preview(self, actor: Actor, edit: BulkEdit, limit: int = 100) -> PreviewReport:
        """What an edit would change, without changing it; the first `limit` differences. Raises as `bulk`."""
        require(actor, COMMENT)
        view = self._visibility.of(actor)
        assets = list(self._selection.of(actor, edit))
        changed, changes = 0, 0
        first: list[tuple[_Step, Change]] = []
        with self._db.read() as connection:
            steps = self._steps(connection, actor, edit, view, writes=False)
            for some in chunked(assets, CHUNK):
                touched: set[int] = set()
                planned = []
                for step in steps:
                    found = self._values.plan(
                        connection, step.given, _PERSON, some, step.planner(str(actor), 0.0)
                    )
                    planned += [(step, change) for change in found]
                touched = {change.asset for _, change in planned}
                changed, changes = changed + len(touched), changes + len(planned)
                if len(first) < limit:
                    first += sorted(planned, key=lambda one: one[1].asset)[: limit - len(first)]
            differences = self._differences(connection, first, view)
        return PreviewReport(assets=len(assets), changed=changed, changes=changes, differences=differences)

    def bulk(self, actor: Actor, edit: BulkEdit) -> EditReport:
        """Edit many assets, all or nothing, as one operation.

        Raises InvalidInput for a value that a field does not take or without a selection, NotFound for assets, fields,
        filters or terms that do not exist, Forbidden for fields that the actor may not write.
        """
        require(actor, COMMENT)
        view = self._visibility.of(actor)
        assets = list(self._selection.of(actor, edit))
        with self._db.write() as connection:
            hold_schema(connection, self._db)
            steps = self._steps(connection, actor, edit, view)
            number, changed, changes = self._apply(connection, actor, steps, assets)
        return EditReport(operation=number, assets=len(assets), changed=changed, changes=changes)

    def history(
        self, actor: Actor, name: str, key: str | None = None, limit: int = 100, before: int | None = None
    ) -> list[HistoryEntry]:
        """Changes of an asset, newest first. key: of one field. before: older than the change with this number."""
        require(actor, READ)
        asset, view = self._assets.asset_id(actor, name), self._visibility.of(actor)
        with self._db.read() as connection:
            known = self._fields.all(connection)
            rows = self._values.history(connection, asset, key, min(limit, MOST_SHOWN), before)
            both = [(row, decode(row.before), decode(row.after)) for row in rows]
            contents = {said.content for _, one, other in both for said in (*one, *other)}
            names = Names(self._db, connection, contents, view)
        found = []
        for row, old, new in both:
            given = known.get(row.field) or MetadataField(row.field, row.field)
            found.append(
                HistoryEntry(
                    id=row.id,
                    operation=row.operation_id,
                    kind=row.kind,
                    field=row.field,
                    source=row.source,
                    actor=row.actor,
                    at=_time(row.at),
                    before=_plain(given, [one.content for one in old], names),
                    after=_plain(given, [one.content for one in new], names),
                    cleared=any(one.state is ValueState.CLEARED for one in new),
                    undone=row.undone_at is not None,
                )
            )
        return found

    def operations(
        self, actor: Actor, limit: int = 100, before: int | None = None, by: str | None = None
    ) -> list[OperationReport]:
        """Changes, newest first; those of which the actor sees every asset. by: of one actor."""
        require(actor, READ)
        view = self._visibility.of(actor)
        with self._db.read() as connection:
            limit = min(limit, MOST_SHOWN)
            rows = self._values.operations(connection, view, actor=by, limit=limit, before=before)
        return [_operation(row) for row in rows]

    def undo(self, actor: Actor, number: int | None = None) -> UndoReport:
        """Undo an operation, or the actor's last one: what was not changed since is as it was before.

        Raises NotFound, Conflict if it was undone already or cannot be undone alone, and Forbidden.
        """
        require(actor, COMMENT)
        view = self._visibility.of(actor)
        with self._db.write() as connection:
            hold_schema(connection, self._db)
            row = self._to_undo(connection, actor, number, view)
            known = self._fields.all(connection)
            for key in self._values.fields_of(connection, row.id):
                if key in known:
                    require_write(actor, known[key])
                else:
                    require(actor, EDIT)
            done = undo_operation(connection, self._db, known, row, str(actor))
            left = [asset for asset, _, _ in done.examples]
            named = self._names_of(connection, left, view)
        return UndoReport(
            undone=_operation(row),
            restored=done.restored,
            left=done.left,
            left_alone=tuple(
                LeftAlone(sha1=named.get(asset, (None, ""))[0], field=key, reason=reason)
                for asset, key, reason in done.examples
            ),
        )

    def _to_undo(self, connection: Connection, actor: Actor, number: int | None, view: View) -> Row[Any]:
        if number is None:
            number = self._values.last_of(connection, str(actor))
            if number is None:
                raise NotFound(NOTHING_TO_UNDO, actor=str(actor))
        row = self._values.operation(connection, number)
        if row is None or not row.changes or self._values.touches_hidden(connection, number, view):
            raise NotFound(OPERATION_UNKNOWN, operation=number)
        if row.undone_at is not None:
            raise Conflict(UNDONE_ALREADY, operation=number)
        elsewhere = {
            OperationKind.UNDO: ("it is an undo itself", "Make the change once more."),
            OperationKind.MERGE: ("versions were stacked or split", "Undo that."),
            OperationKind.TERM: ("terms were merged", "Undo that in the vocabulary."),
            OperationKind.SCHEMA: ("the schema was changed", "Undo the change of the schema."),
        }
        if row.kind in elsewhere:
            reason, remedy = elsewhere[OperationKind(row.kind)]
            raise Conflict(CANNOT_UNDO, operation=number, reason=reason, remedy=remedy)
        return row

    # ---- editing

    def _steps(
        self, connection: Connection, actor: Actor, edit: Edit, view: View, *, writes: bool = True
    ) -> list[_Step]:
        """What an edit does, with its values checked and looked up."""
        found = []
        for part, fields in parts_of(edit).items():
            for key, given in fields.items():
                one = self._fields.find(connection, key)
                require_write(actor, one)
                if part in ("add", "remove") and not one.multiple:
                    raise InvalidInput(NOT_MULTIPLE, label=one.label, count="several")
                new: dict[int, str] = {}
                ids = self._ids(connection, actor, one, given, view, part, None if writes else new)
                found.append(_Step(part, one, read_values(one, given, ids), new))
        return found

    def _ids(
        self,
        connection: Connection,
        actor: Actor,
        one: MetadataField,
        given: Sequence[Given],
        view: View,
        part: str,
        new: dict[int, str] | None,
    ) -> Mapping[str, int]:
        """The terms or assets that values name. Raises NotFound.

        new: filled, instead of an open vocabulary, with the terms that would be added; None: they are added.
        """
        if one.type not in (FieldType.TERM, FieldType.ASSET) or not given:
            return {}
        texts = [str(value) for value in given]
        if one.type is FieldType.TERM and new is None and part in ("set", "add"):
            ids = terms_for_writing(self._db, connection, one, texts, actor)
        else:
            ids = ids_by_text(self._db, connection, one, texts, view)
        for text in dict.fromkeys(text.strip() for text in texts):
            if text in ids:
                continue
            if new is None or part == "remove" or not takes_new_terms(self._db, connection, one):
                raise unknown(one, text, near_terms(self._db, connection, one, text, view))
            ids[text] = -1 - len(new)
            new[ids[text]] = text
        return ids

    def _apply(
        self, connection: Connection, actor: Actor, steps: Sequence[_Step], assets: Sequence[int]
    ) -> tuple[int | None, int, int]:
        """Change assets, as one operation; returns its number, how many assets and how many fields changed."""
        kinds = {step.part for step in steps}
        kind = OperationKind(kinds.pop()) if len(kinds) == 1 else OperationKind.SET
        summary = "; ".join(self._summary(connection, step) for step in steps)[:1000]
        operation = self._values.begin(connection, kind, _PERSON, str(actor), summary)
        planners = [step.planner(str(actor), operation.at) for step in steps]
        for some in chunked(assets, CHUNK):
            present = self._values.lock(connection, some)
            for step, planner in zip(steps, planners, strict=True):
                changes = self._values.plan(connection, step.given, _PERSON, present, planner)
                check_count(step.given, changes)
                self._values.write(connection, operation, step.given, _PERSON, changes)
            self._values.record(connection, operation, _PERSON)
        self._values.finish(connection, operation)
        return (operation.id if operation.changes else None), operation.assets, operation.changes

    def _summary(self, connection: Connection, step: _Step) -> str:
        names = Names(self._db, connection, step.contents)
        texts = [
            str(wording(step.given, one)) for one in _plain(step.given, step.contents, names, labels=True)
        ]
        # An actor who sees the changed assets sees this, but perhaps not the assets that they refer to.
        texts = [] if step.given.type is FieldType.ASSET else texts
        shown = ", ".join(text if len(text) <= 60 else f"{text[:59]}…" for text in texts[:5])
        words = {"set": "set", "add": "add to", "remove": "remove from", "unset": "unset", "clear": "clear"}
        return f"{words[step.part]} {step.given.label}" + (f": {shown}" if shown else "")

    def _check_versions(
        self, connection: Connection, asset: int, edit: AssetEdit, steps: Sequence[_Step], view: View
    ) -> None:
        """Raise Conflict for the first field whose version is not the one that was read. The asset is locked."""
        if not edit.if_version:
            return
        now = self._values.versions(connection, asset, [step.given.key for step in steps])
        for step in steps:
            key = step.given.key
            if key not in edit.if_version or edit.if_version[key] == now.get(key, 0):
                continue
            entries = self._values.entries(connection, key, [asset]).get(asset, {})
            theirs = counting(step.given, entries)
            planned = step.planner("", 0.0)(entries.get(_PERSON, ()), theirs)
            mine = counting(step.given, {**entries, _PERSON: planned})
            names = Names(self._db, connection, [*theirs, *mine], view)
            last = self._values.history(connection, asset, key, 1)
            raise Conflict(
                VALUE_CHANGED,
                label=step.given.label,
                field=key,
                mine=list(_plain(step.given, mine, names)),
                theirs=list(_plain(step.given, theirs, names)),
                by=last[0].actor if last else "",
                version=now.get(key, 0),
            )

    # ---- showing

    def _facts(
        self, connection: Connection, sha1: str, fields: Sequence[MetadataField]
    ) -> dict[str, ValueReport]:
        if not fields:
            return {}
        columns: list[Any] = []
        for one in fields:
            assert one.column is not None
            columns.append(one.column.label(f"f_{one.key}"))
            columns += [] if one.zone is None else [one.zone.label(f"z_{one.key}")]
        row = connection.execute(select(*columns).where(VERSION.c.sha1 == sha1)).one()._mapping
        found = {}
        for one in fields:
            value = row[f"f_{one.key}"]
            given: Given | None = value
            if value is not None and one.type is FieldType.DATE:
                given = fact_date(value, row[f"z_{one.key}"] if one.zone is not None else None)
            elif isinstance(value, float):
                given = plain_number(value)
            values = () if given is None else (given,)
            found[one.key] = ValueReport(
                key=one.key,
                label=one.label,
                group=one.group,
                values=values,
                texts=tuple(wording(one, given) for given in values),
            )
        return found

    def _differences(
        self, connection: Connection, found: Sequence[tuple[_Step, Change]], view: View
    ) -> tuple[Difference, ...]:
        named = self._names_of(connection, [change.asset for _, change in found], view)
        sides = []
        for step, change in found:
            before = counting(step.given, {**change.others, _PERSON: change.before})
            after = counting(step.given, {**change.others, _PERSON: change.after})
            sides.append((step.given, change.asset, before, after))
        contents = {one for _, _, before, after in sides for one in (*before, *after)}
        names = Names(self._db, connection, contents, view)
        for step, _ in found:
            names.terms.update(step.new_terms)
        return tuple(
            Difference(
                sha1=named[asset][0],
                name=named[asset][1],
                field=given.key,
                before=_plain(given, before, names),
                after=_plain(given, after, names),
            )
            for given, asset, before, after in sides
            if asset in named
        )

    def _names_of(
        self, connection: Connection, assets: Collection[int], view: View
    ) -> dict[int, tuple[str, str]]:
        """SHA-1 and name of the current versions of visible assets."""
        mine = (in_ids(self._db, VERSION.c.asset_id, sorted(set(assets))), IS_CURRENT)
        query = select(VERSION.c.asset_id, VERSION.c.sha1).where(*mine)
        shown = connection.execute(query.where(view.shows_some_asset(VERSION.c.asset_id))).all()
        names = names_of(connection, self._db, view, [row.asset_id for row in shown])
        return {row.asset_id: (row.sha1, names[row.asset_id]) for row in shown}


def read_values(
    one: MetadataField, given: Sequence[Given], ids: Mapping[str, int] | None = None
) -> tuple[Content, ...]:
    """What a field holds after it was given these values, each once; ids: see `parse_value`. Raises InvalidInput."""
    if not one.multiple and len(given) > 1:
        raise InvalidInput(NOT_MULTIPLE, label=one.label, count=len(given))
    if len(given) > MOST_VALUES:
        raise InvalidInput(TOO_MANY_VALUES, label=one.label, count=len(given), most=MOST_VALUES)
    return tuple(dict.fromkeys(parse_value(one, value, ids) for value in given))


def field_report(one: MetadataField, actor: Actor) -> FieldReport:
    """A field as faces show it."""
    least, most = one.limits
    limits = one.constraints
    return FieldReport(
        **{
            name: getattr(one, name)
            for name in ("key", "label", "type", "help", "group", "multiple", "unit", "vocabulary", "xmp")
        },
        **{
            name: getattr(one, name)
            for name in ("is_fact", "searchable", "facet", "sortable", "operators", "own_detail")
        },
        least=least,
        most=most,
        pattern=limits.pattern,
        max_length=limits.max_length,
        choices=limits.choices,
        write=None if one.write is None else str(one.write),
        may_write=may_write(actor, one),
    )


def may_write(actor: Actor, one: MetadataField) -> bool:
    """Whether an actor may write a field."""
    if one.write is None:
        return False
    return actor.role >= one.write and actor.may(COMMENT if one.write <= Role.COMMENTER else EDIT)


def require_write(actor: Actor, one: MetadataField) -> None:
    """Raise InvalidInput for a read-only field, Forbidden for one that the actor may not write."""
    if one.write is None:
        raise InvalidInput(READ_ONLY, label=one.label)
    require(actor, COMMENT if one.write <= Role.COMMENTER else EDIT)
    if actor.role < one.write:
        raise Forbidden(ROLE_MISSING, actor=str(actor), label=one.label, role=str(one.write), scope=EDIT.name)


def check_count(one: MetadataField, changes: Iterable[Change]) -> None:
    """Raise InvalidInput for an asset that would have too many values of a field."""
    for change in changes:
        if len(change.after) > MOST_VALUES:
            raise InvalidInput(TOO_MANY_VALUES, label=one.label, count=len(change.after), most=MOST_VALUES)


def _plain(
    one: MetadataField, contents: Iterable[Content], names: Names, *, labels: bool = False
) -> tuple[Given, ...]:
    known = names.labels if labels and one.type is FieldType.TERM else names.of(one)
    values = (plain(one, content, known) for content in contents)
    return tuple(value for value in values if value is not None)


def _report(one: MetadataField, said: Mapping[str, Entry], names: Names, version: int) -> ValueReport:
    count = counting(one, said)
    first = next(
        ((source, said[source]) for source in one.order if _counts(said.get(source, ()), count)), None
    )
    sources = []
    for source in one.order:
        if entry := said.get(source, ()):
            shown = [(plain(one, row.content, names.of(one)), row) for row in entry]
            sources.append(
                SourceReport(
                    source=source,
                    values=tuple(value for value, _ in shown if value is not None),
                    states=tuple(
                        str(row.state)
                        for value, row in shown
                        if value is not None or row.state is ValueState.CLEARED
                    ),
                    actor=entry[-1].actor,
                    at=_time(max(row.at for row in entry)),
                )
            )
    return ValueReport(
        key=one.key,
        label=one.label,
        group=one.group,
        values=_plain(one, count, names),
        texts=tuple(wording(one, value) for value in _plain(one, count, names, labels=True)),
        source=first[0] if first else None,
        actor=first[1][-1].actor if first else None,
        at=_time(max(row.at for row in first[1])) if first else None,
        version=version,
        sources=tuple(sources),
    )


def _counts(entry: Entry, count: Collection[Content]) -> bool:
    """Whether a source decides what counts."""
    return any(
        row.state is ValueState.CLEARED or (row.state is ValueState.ACCEPTED and row.content in count)
        for row in entry
    )


def _operation(row: Row[Any]) -> OperationReport:
    return OperationReport(
        id=row.id,
        kind=row.kind,
        source=row.source,
        actor=row.actor,
        at=_time(row.at),
        summary=row.summary,
        changes=row.changes,
        undone_at=None if row.undone_at is None else _time(row.undone_at),
        undoes=row.undoes_id,
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
