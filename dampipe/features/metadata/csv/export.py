"""The use case of exporting metadata as CSV: a row for each asset, a column for each field."""

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from dampipe.features.assets.lineage import is_superseded
from dampipe.features.assets.names import shown_name
from dampipe.features.assets.selection import AssetSelection
from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.csv.cells import OWN_COLUMNS, Delimiter, cell_of, cell_of_values, defused
from dampipe.features.metadata.csv.names import CellNames
from dampipe.features.metadata.model import ExportRequest
from dampipe.features.metadata.queries import CHUNK, ValueRepository
from dampipe.features.metadata.registry import LibraryFields
from dampipe.features.metadata.values import Content, Given, fact_date
from dampipe.features.sources.model import LocationState
from dampipe.features.sources.paths import full_path, place_columns
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.kernel.access import READ, Actor, require
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids, read_ids
from dampipe.kernel.field import FieldType, MetadataField
from dampipe.kernel.paths import printable
from dampipe.kernel.visibility import View, Visibility

END_OF_ROW = "\r\n"


class MetadataExport:
    """Exports of one library. Any method may raise CatalogueDown."""

    def __init__(
        self,
        database: Database,
        values: ValueRepository,
        fields: LibraryFields,
        selection: AssetSelection,
        visibility: Visibility,
    ) -> None:
        self._db = database
        self._values = values
        self._fields = fields
        self._selection = selection
        self._visibility = visibility

    def write(self, actor: Actor, request: ExportRequest) -> Iterator[bytes]:
        """The file, some thousand rows at a time: UTF-8 with a byte order mark, by which spreadsheets know it.

        Which assets it has is decided now; each row has the values of its asset as they are when it is read. Raises
        NotFound for assets, fields and filters that do not exist, InvalidInput for a filter that is not valid.
        """
        require(actor, READ)
        view = self._visibility.of(actor)
        with self._db.read() as connection:
            shown = [self._fields.find(connection, key) for key in dict.fromkeys(request.fields)]
            shown = shown or list(self._fields.all(connection).values())
            if not request.is_given:
                shows = (view.shows_version(VERSION.c.id), ~is_superseded(view))
                everything = read_ids(self._db, connection, VERSION.c.asset_id, *shows)
                assets: Sequence[int] = AssetSet.from_numpy(everything).to_numpy().tolist()
        if request.is_given:
            assets = list(self._selection.of(actor, request))
        return self._parts(view, request.delimiter, shown, assets)

    def _parts(
        self, view: View, delimiter: Delimiter, shown: Sequence[MetadataField], assets: Sequence[int]
    ) -> Iterator[bytes]:
        yield codecs.BOM_UTF8 + _encoded([[*OWN_COLUMNS, *(one.key for one in shown)]], delimiter)
        names = CellNames(self._db, view)
        for some in chunked(assets, CHUNK):
            with self._db.read() as connection:
                rows = self._rows(connection, view, delimiter, shown, some, names)
            yield _encoded(rows, delimiter)

    def _rows(
        self,
        connection: Connection,
        view: View,
        delimiter: Delimiter,
        shown: Sequence[MetadataField],
        assets: Sequence[int],
        names: CellNames,
    ) -> list[list[str]]:
        # The changes first: what happens between two statements is then taken for a later one.
        newest = self._values.newest_changes(connection, assets)
        versions = read_facts(connection, self._db, view, assets, [one for one in shown if one.is_fact])
        valued = {one.key: one for one in shown if not one.is_fact}
        effective = self._values.effective(connection, list(versions), list(valued)) if valued else {}
        pairs = (
            (valued[key], content)
            for of_asset in effective.values()
            for key, contents in of_asset.items()
            for content in contents
        )
        names.look_up(connection, pairs)
        paths = self._paths(connection, view, [row.id for row in versions.values()])
        rows, known = [], dict[tuple[str, tuple[Content, ...]], str]()
        nothing: Mapping[str, tuple[Content, ...]] = {}

        def known_cell(one: MetadataField, contents: tuple[Content, ...] | None) -> str:
            if contents is None:
                return ""
            key = (one.key, contents)  # many assets have the same
            if key not in known:
                known[key] = cell_of(one, contents, names.of(one), delimiter)
            return known[key]

        for asset in assets:
            row = versions.get(asset)
            if row is None:  # deleted since
                continue
            path = paths.get(row.id) or printable(row.shown or "")
            said = effective.get(asset, nothing)
            cells = [
                fact_cell(one, row, delimiter) if one.is_fact else known_cell(one, said.get(one.key))
                for one in shown
            ]
            rows.append([defused(row.sha1), defused(path), str(newest.get(asset, 0)), *cells])
        return rows

    def _paths(self, connection: Connection, view: View, versions: Sequence[int]) -> dict[int, str]:
        """The path of a visible file of each version that has one, of a present one if there is any."""
        columns = (LOCATION.c.version_id, LOCATION.c.state, *place_columns(self._db))
        query = (
            select(*columns)
            .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE))
            .where(in_ids(self._db, LOCATION.c.version_id, versions), view.shows_folder(LOCATION.c.folder_id))
            .order_by(LOCATION.c.id)
        )
        found: dict[int, tuple[bool, str]] = {}
        for row in connection.execute(query):
            is_present = row.state == LocationState.PRESENT
            if row.version_id not in found or (is_present and not found[row.version_id][0]):
                found[row.version_id] = is_present, printable(full_path(row))
        return {version: path for version, (_, path) in found.items()}


def read_facts(
    connection: Connection,
    database: Database,
    view: View,
    assets: Sequence[int],
    facts: Sequence[MetadataField],
) -> dict[int, Row[Any]]:
    """By asset: number, SHA-1, `shown` name and facts of its current version, or of the newest one that is visible."""
    columns: list[Any] = [VERSION.c.id, VERSION.c.asset_id, VERSION.c.sha1, shown_name(view)]
    for one in facts:
        assert one.column is not None
        columns.append(one.column.label(f"f_{one.key}"))
        columns += [] if one.zone is None else [one.zone.label(f"z_{one.key}")]
    mine = (
        in_ids(database, VERSION.c.asset_id, assets),
        view.shows_version(VERSION.c.id),
        ~is_superseded(view),
    )
    return {row.asset_id: row for row in connection.execute(select(*columns).where(*mine))}


def fact_cell(one: MetadataField, row: Row[Any], delimiter: Delimiter) -> str:
    """The cell of a fact. row: of `read_facts`."""
    value = getattr(row, f"f_{one.key}")
    if value is None:
        return ""
    given: Given = value
    if one.type is FieldType.DATE:
        given = fact_date(value, getattr(row, f"z_{one.key}") if one.zone is not None else None)
    elif one.type is FieldType.BOOLEAN:
        given = bool(value)
    elif isinstance(value, str):
        given = printable(value)
    return cell_of_values(one, [given], delimiter)


def _encoded(rows: Sequence[Sequence[str]], delimiter: Delimiter) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter.character, lineterminator=END_OF_ROW).writerows(rows)
    return text.getvalue().encode("utf-8", "backslashreplace")
