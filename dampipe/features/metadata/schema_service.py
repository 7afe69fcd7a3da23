"""The use cases of the schema: showing, checking, applying and undoing it."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from dampipe.features.metadata.entries import Entry
from dampipe.features.metadata.errors import (
    SCHEMA_BREAKS,
    SCHEMA_CANNOT_KEEP,
    SCHEMA_CHANGED,
    SCHEMA_NOTHING_TO_UNDO,
)
from dampipe.features.metadata.events import SchemaChanged
from dampipe.features.metadata.merge import undo_all
from dampipe.features.metadata.model import SchemaApplied, SchemaDiff, SchemaReport, SchemaState
from dampipe.features.metadata.queries import CHUNK, Operation, OperationKind, ValueRepository
from dampipe.features.metadata.references import require_vocabulary
from dampipe.features.metadata.registry import hold_schema, read_schema
from dampipe.features.metadata.schema import Schema, default_schema
from dampipe.features.metadata.schema_changes import (
    REMOVED,
    SINGLE,
    TYPE,
    Converter,
    FieldChange,
    SchemaChange,
    SchemaCheck,
    compare,
    converted_entry,
)
from dampipe.features.metadata.tables import SCHEMA, VALUE
from dampipe.kernel.access import MANAGE, READ, Actor, require
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.documents.dirty import mark_selected
from dampipe.kernel.errors import Conflict, NotFound
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.field import FieldType, MetadataField, ValueSource, declared_fields


class SchemaService:
    """The schema of a library. Any method may raise CatalogueDown."""

    def __init__(self, database: Database, values: ValueRepository) -> None:
        self._db = database
        self._values = values

    def show(self, actor: Actor) -> SchemaReport:
        """The schema that is valid now."""
        require(actor, READ)
        with self._db.read() as connection:
            return self._report(connection)

    def as_toml(self, actor: Actor) -> str:
        """The same as a schema file."""
        require(actor, READ)
        with self._db.read() as connection:
            return read_schema(connection)[1].to_toml()

    def as_json_schema(self, actor: Actor) -> dict[str, Any]:
        """The same as a JSON Schema of the values of one asset."""
        require(actor, READ)
        with self._db.read() as connection:
            return read_schema(connection)[1].to_json_schema()

    def check(self, actor: Actor, schema: Schema) -> SchemaDiff:
        """What a schema would change, and which values it would break. Raises InvalidInput and NotFound."""
        require(actor, MANAGE)
        with self._db.read() as connection:
            version, old = read_schema(connection)
            change = self._compared(connection, old, schema)
            return SchemaCheck(self._db, connection).run(change, version)

    def apply(
        self,
        actor: Actor,
        schema: Schema,
        *,
        keep: Collection[str] = (),
        clear: Collection[str] = (),
        if_version: int | None = None,
    ) -> SchemaApplied:
        """Make a schema the one of the library; values that fit after a conversion are converted.

        keep: fields whose values stay although they do not fit: they are shown as they are, or, of a field that is
        removed, come back with it. clear: fields whose values are cleared where they do not fit. if_version: of the
        schema that the caller has seen.

        Raises InvalidInput, NotFound for a vocabulary that does not exist, and Conflict if values of other fields would
        break, or the schema is not the one that the caller has seen.
        """
        require(actor, MANAGE)
        with self._db.write() as connection:
            hold_schema(connection, self._db, exclusive=True)
            version, old = read_schema(connection)
            if if_version is not None and if_version != version:
                raise Conflict(SCHEMA_CHANGED, version=version, expected=if_version)
            return self._apply(connection, actor, version, old, schema, frozenset(keep), frozenset(clear))

    def undo(self, actor: Actor, *, keep: Collection[str] = (), clear: Collection[str] = ()) -> SchemaApplied:
        """Undo the last change of the schema, with what it did to values, unless they were changed since.

        keep, clear: as for `apply`, for values that were written since and do not fit. Raises NotFound and Conflict.
        """
        require(actor, MANAGE)
        with self._db.write() as connection:
            hold_schema(connection, self._db, exclusive=True)
            row = self._to_undo(connection)
            if row is None:
                raise NotFound(SCHEMA_NOTHING_TO_UNDO)
            version, new = read_schema(connection)
            before = connection.execute(
                select(SCHEMA.c.fields)
                .where(SCHEMA.c.version < row.version)
                .order_by(SCHEMA.c.version.desc())
                .limit(1)
            ).scalar()
            old = default_schema() if before is None else Schema.from_json(before)
            renamed = SchemaState.model_validate_json(row.state).renamed
            back = {new_key: old_key for old_key, new_key in renamed.items()}
            schema = Schema(
                field=tuple(
                    one.model_copy(update={"renamed_from": renamed.get(one.key, "")}) for one in old.field
                )
            )
            self._rename(connection, back)
            if row.operation_id is not None:
                fields = declared_fields() | {one.key: one for one in old.metadata_fields()}
                undo_all(connection, self._db, [row.operation_id], fields, str(actor))
            # What is left to do is what a change to that schema does; the fields have their old keys already.
            named = Schema(
                field=tuple(one.model_copy(update={"key": back.get(one.key, one.key)}) for one in new.field)
            )
            plain = Schema(field=tuple(one.model_copy(update={"renamed_from": ""}) for one in schema.field))
            done = self._apply(
                connection,
                actor,
                version,
                named,
                plain,
                frozenset(keep),
                frozenset(clear),
                undoes=row.version,
            )
            undone = update(SCHEMA).where(SCHEMA.c.version == row.version)
            connection.execute(undone.values(undone_at=database_time(connection)))
            return done

    # ---- parts

    def _report(self, connection: Connection) -> SchemaReport:
        version, schema = read_schema(connection)
        row = connection.execute(select(SCHEMA).where(SCHEMA.c.version == version)).first()
        return SchemaReport(
            version=version,
            at=None if row is None else datetime.fromtimestamp(row.at, UTC),
            actor=None if row is None else row.actor,
            fields=schema.field,
            can_undo=self._to_undo(connection) is not None,
        )

    @staticmethod
    def _to_undo(connection: Connection) -> Row[Any] | None:
        """The row of the newest version that was not undone and is not an undo itself."""
        rows = connection.execute(
            select(SCHEMA).where(SCHEMA.c.undone_at.is_(None)).order_by(SCHEMA.c.version.desc())
        )
        for row in rows:
            if SchemaState.model_validate_json(row.state).undoes is None:
                return row
        return None

    @staticmethod
    def _compared(connection: Connection, old: Schema, new: Schema) -> SchemaChange:
        change = compare(old, new, declared_fields())
        for one in new.metadata_fields():
            if one.type is FieldType.TERM:
                require_vocabulary(connection, one)
        return change

    def _apply(
        self,
        connection: Connection,
        actor: Actor,
        version: int,
        old: Schema,
        new: Schema,
        keep: frozenset[str],
        clear: frozenset[str],
        undoes: int | None = None,
    ) -> SchemaApplied:
        change = self._compared(connection, old, new)
        diff = SchemaCheck(self._db, connection).run(change, version)
        _require_decisions(diff, keep, clear)
        self._rename(connection, change.renamed)
        summary = _summary(diff)
        operation = self._values.begin(
            connection, OperationKind.SCHEMA, ValueSource.PERSON, str(actor), f"schema: {summary}"[:1000]
        )
        cleared = 0
        broken = {one.field: one for one in diff.breaks}
        for gone in change.removed:
            if gone.key in broken and gone.key in clear:
                cleared += self._rewrite(
                    connection, operation, gone, lambda entries: dict.fromkeys(entries, ())
                )
        for one in change.kept:
            if one.may_break:
                cleared += self._convert(connection, operation, one, keeps=one.new.key in keep)
            if {"precedence", "union"} & set(one.attributes):
                self._values.recompute(connection, one.new)
        self._values.finish(connection, operation)
        self._mark_documents(connection, change)
        made = {
            "version": version + 1,
            "fields": new.to_json(),
            "at": operation.at,
            "actor": str(actor),
            "summary": summary,
            "operation_id": operation.id if operation.changes else None,
            "state": SchemaState(renamed=dict(change.renamed), undoes=undoes).model_dump_json(),
        }
        connection.execute(SCHEMA.insert().values(made))
        event = SchemaChanged(
            version=version + 1,
            added=(*diff.added, *diff.renamed.values()),
            removed=(*diff.removed, *diff.renamed),
            changed=tuple(diff.changed),
        )
        record_event(connection, event, actor=actor, at=operation.at)
        return SchemaApplied(
            diff=diff,
            version=version + 1,
            cleared=cleared,
            operation=operation.id if operation.changes else None,
        )

    def _rename(self, connection: Connection, renamed: Mapping[str, str]) -> None:
        """Give values new keys; by way of keys that no field has, since two fields may change places."""
        for number, old in enumerate(renamed):
            self._values.rename_field(connection, old, f"~{number}")
        for number, new in enumerate(renamed.values()):
            self._values.rename_field(connection, f"~{number}", new)

    def _convert(
        self, connection: Connection, operation: Operation, change: FieldChange, *, keeps: bool
    ) -> int:
        """Convert the values of a field; returns how many were left out."""
        converter = Converter(self._db, connection, change)

        def convert(entries: Mapping[Any, Entry]) -> dict[Any, Entry]:
            contents = list({said.content for entry in entries.values() for said in entry})
            became = dict(zip(contents, converter.convert(contents), strict=True))
            return {
                one: converted_entry(entry, became, change, keeps=keeps) for one, entry in entries.items()
            }

        return self._rewrite(connection, operation, change.new, convert)

    def _rewrite(
        self,
        connection: Connection,
        operation: Operation,
        given: MetadataField,
        rewrite: Callable[[Mapping[Any, Entry]], Mapping[Any, Entry]],
    ) -> int:
        """Replace what all sources say of a field, of all assets; returns how many values less there are."""
        fewer = 0
        for assets in self._assets_with(connection, given.key):
            present = self._values.lock(connection, assets)
            said = self._values.entries(connection, given.key, present)
            before = {
                (asset, source): entry for asset, entries in said.items() for source, entry in entries.items()
            }
            after = rewrite(before)
            fewer += sum(len(entry) - len(after[one]) for one, entry in before.items())
            for source in sorted({source for _, source in before}):
                new = {asset: entry for (asset, name), entry in after.items() if name == source}
                mine = ValueSource(source)
                changes = self._values.plan(connection, given, mine, sorted(new), new)
                self._values.write(connection, operation, given, mine, changes)
            self._values.record(connection, operation, ValueSource.PERSON)
        return fewer

    def _assets_with(self, connection: Connection, key: str) -> Iterator[list[int]]:
        """The assets with values of a field, ascending, some at a time."""
        last = 0
        while True:
            mine = (VALUE.c.field == key, VALUE.c.asset_id > last)
            query = select(VALUE.c.asset_id).where(*mine).distinct().order_by(VALUE.c.asset_id).limit(CHUNK)
            assets = list(connection.execute(query).scalars())
            if not assets:
                return
            yield assets
            last = assets[-1]

    @staticmethod
    def _mark_documents(connection: Connection, change: SchemaChange) -> None:
        """Mark the documents of assets whose words are others because fields are searchable or are not any more."""
        keys = [one.new.key for one in change.kept if one.old.searchable != one.new.searchable]
        keys += [one.key for one in change.removed if one.searchable]
        keys += change.added  # values of a field that was removed come back with it
        if keys:
            query: Select[Any] = select(VALUE.c.asset_id).where(VALUE.c.field.in_(keys)).distinct()
            mark_selected(connection, assets=query)


def _require_decisions(diff: SchemaDiff, keep: frozenset[str], clear: frozenset[str]) -> None:
    """Raise Conflict unless it is said what becomes of each field whose values break."""
    open_ = [one for one in diff.breaks if one.field not in keep | clear]
    if open_:
        fields = ", ".join(dict.fromkeys(one.field for one in open_))
        raise Conflict(
            SCHEMA_BREAKS,
            values=sum(one.values for one in open_),
            fields=fields,
            breaks=json.loads(diff.model_dump_json())["breaks"],
        )
    for one in diff.breaks:
        if one.field in keep and one.field not in clear and one.reason in (TYPE, SINGLE):
            raise Conflict(SCHEMA_CANNOT_KEEP, key=one.field, reason=one.text)


def _summary(diff: SchemaDiff) -> str:
    parts = {
        "added": diff.added,
        REMOVED: diff.removed,
        "renamed": [f"{old} to {new}" for old, new in diff.renamed.items()],
        "changed": tuple(diff.changed),
    }
    return "; ".join(f"{name} {', '.join(keys)}" for name, keys in parts.items() if keys) or "nothing changed"
