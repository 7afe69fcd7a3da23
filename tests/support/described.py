"""A library whose assets have metadata: rows of versions without files, and the services over them."""

import hashlib
import json
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.metadata.entries import Entry, Said
from dampipe.features.metadata.model import AssetEdit, BulkEdit, EditReport
from dampipe.features.metadata.queries import ValueRepository
from dampipe.features.metadata.registry import LibraryFields
from dampipe.features.metadata.schema import Schema
from dampipe.features.metadata.schema_service import SchemaService
from dampipe.features.metadata.service import MetadataService, read_values
from dampipe.features.metadata.tables import CHANGE, OPERATION, SCHEMA, VALUE
from dampipe.features.vocabularies.queries import TermRepository
from dampipe.features.vocabularies.tables import TERM, VOCABULARY, VOCABULARY_OPERATION
from dampipe.kernel.access import LOCAL, Actor
from dampipe.kernel.documents.tables import DIRTY_DOCUMENT
from dampipe.kernel.events.tables import EVENT
from dampipe.kernel.field import Operator, ValueSource, ValueState
from tests.support.searching import Searching
from tests.support.version_rows import insert_many_versions


def name_of(number: int) -> str:
    """The SHA-1 of an asset of a `Described` library."""
    return hashlib.sha1(f"described {number}".encode()).hexdigest()


class Described:
    """Assets 1 to `count`, each of one version with another number, so that one taken for the other is noticed."""

    SHIFT = 1000
    """By how much numbers of versions exceed those of their assets, where there are few."""

    def __init__(self, url: str, folder: Path, count: int = 5) -> None:
        self.library = Searching(url, folder)
        self.database = self.library.catalog.database
        self.metadata = self.library.services.get(MetadataService)
        self.schemas = self.library.services.get(SchemaService)
        self.values = self.library.services.get(ValueRepository)
        self.fields = self.library.services.get(LibraryFields)
        self._count = count
        self._fill()

    def _fill(self) -> None:
        count = self._count
        rows = [(n + self.SHIFT, name_of(n), 1, f"{n}.mov", 1.0) for n in range(1, count + 1)]
        with self.database.write() as connection:
            insert_many_versions(connection, rows)
            if not self.database.is_sqlite:
                for table in ("asset", "version"):
                    sequence = f"pg_get_serial_sequence('{table}', 'id')"
                    connection.execute(text(f"SELECT setval({sequence}, {count + self.SHIFT})"))
            if count < self.SHIFT:
                self._renumber(connection)

    def reset(self) -> None:
        """As it was at the beginning."""
        with self.database.write() as connection:
            for table in (
                VALUE,
                CHANGE,
                OPERATION,
                SCHEMA,
                EVENT,
                DIRTY_DOCUMENT,
                VOCABULARY_OPERATION,
                TERM,
                VERSION,
                ASSET,
            ):
                connection.execute(table.delete())
            connection.execute(VOCABULARY.delete().where(VOCABULARY.c.key != "tags"))
        self._fill()

    def _renumber(self, connection: Any) -> None:
        """Give assets the numbers from 1."""
        for row in connection.execute(select(VERSION.c.id)).all():
            asset = row.id - self.SHIFT
            connection.execute(ASSET.insert().values(id=asset, added_at=1.0))
            connection.execute(VERSION.update().where(VERSION.c.id == row.id).values(asset_id=asset))
            connection.execute(ASSET.delete().where(ASSET.c.id == row.id))

    def close(self) -> None:
        self.library.close()

    def schema(self, toml: str, **more: Any) -> None:
        """Apply a schema."""
        self.schemas.apply(LOCAL, Schema.from_toml(toml), **more)

    def edit(self, asset: int, actor: Actor = LOCAL, if_version: Any = None, **parts: Any) -> Any:
        """Edit one asset by its number."""
        edit = AssetEdit(**parts, if_version=if_version or {})
        return self.metadata.edit(actor, name_of(asset), edit)

    def bulk(self, *assets: int, actor: Actor = LOCAL, **parts: Any) -> EditReport:
        """Edit some assets, or all."""
        names = {"assets": tuple(map(name_of, assets))} if assets else {"all": True}
        return self.metadata.bulk(actor, BulkEdit(**{**names, **parts}))

    def says(self, source: ValueSource, asset: int, key: str, *given: Any, state: str = "accepted") -> int:
        """Let a machine say something; without values: nothing."""
        with self.database.write() as connection:
            field = self.fields.find(connection, key)
            contents = read_values(field, given)
            entry: Entry = tuple(Said(one, ValueState(state), 0.5, str(source), 1.0) for one in contents)
            return self.values.set_values(connection, field, {asset: entry}, source, str(source))

    def get(self, asset: int, key: str) -> list[Any]:
        """The values that count, by the service; those in the table are the same."""
        found = self.metadata.get(LOCAL, name_of(asset), [key]).fields[0]
        with self.database.read() as connection:
            mine = (VALUE.c.asset_id == asset, VALUE.c.field == key, VALUE.c.is_effective)
            count = len(connection.execute(select(VALUE.c.id).where(*mine)).all())
        assert found.source is None or count == len(found.values), "the table says something else"
        return list(found.values)

    def version(self, asset: int, key: str) -> int:
        return self.metadata.get(LOCAL, name_of(asset), [key]).fields[0].version

    def which(self, key: str, operator: str, *texts: str) -> list[int]:
        """The assets for which a comparison holds."""
        with self.database.read() as connection:
            condition = self.fields.condition(connection, key, Operator(operator), texts)
            found = connection.execute(select(VERSION.c.asset_id).where(condition)).scalars()
            return sorted(found)

    def events(self, name: str) -> list[Any]:
        with self.database.read() as connection:
            rows = connection.execute(select(EVENT).where(EVENT.c.name == name).order_by(EVENT.c.asset)).all()
        return [(row.asset, row.actor, json.loads(row.data)) for row in rows]

    def vocabulary(self, key: str, *labels: str, is_open: bool = False) -> dict[str, int]:
        """Make a vocabulary with terms; returns their numbers by label."""
        with self.database.write() as connection:
            row = {"key": key, "label": key, "is_open": is_open, "languages": '["en"]', "created_at": 1.0}
            connection.execute(VOCABULARY.insert().values(row))
            return (
                dict(TermRepository(self.database).add_many(connection, key, labels, LOCAL)) if labels else {}
            )
