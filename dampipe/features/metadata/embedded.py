"""What files say about their contents: the texts in the current version of an asset, as values of the source `file`.

Each property of XMP that the probe has found is the value of the field with that property, if the schema has one and
takes the value. All that the source says of an asset is replaced when its current version is probed again or changes.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from dampipe.features.assets.lineage import IS_CURRENT
from dampipe.features.assets.tables import VERSION
from dampipe.features.metadata.entries import Entry, Said
from dampipe.features.metadata.queries import CHUNK, ValueRepository
from dampipe.features.metadata.references import terms_for_writing
from dampipe.features.metadata.registry import fields_of_properties, hold_schema, library_fields
from dampipe.features.metadata.tables import VALUE
from dampipe.features.metadata.values import Content, parse_value
from dampipe.jobs.savers import OutputBatch
from dampipe.kernel.access import Actor, ActorKind, Role
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.events.outbox import WORKER
from dampipe.kernel.field import FieldType, MetadataField, ValueSource, ValueState
from dampipe.media.info import MediaInfo

_PROPOSER = Actor(ActorKind.WORKER, role=Role.EDITOR)
"""New terms of open vocabularies are proposals: keywords of files are not those of the library."""
Properties = Mapping[str, tuple[str, ...]]


def save_descriptions(batch: OutputBatch[MediaInfo]) -> None:
    """Let the files that were probed say what they contain."""
    versions = [version for version, _ in batch.outputs]
    query = select(VERSION.c.asset_id, VERSION.c.id).where(
        in_ids(batch.database, VERSION.c.id, versions), IS_CURRENT
    )
    asset_of = {row.id: row.asset_id for row in batch.connection.execute(query)}
    described = {
        asset_of[version]: media.description.properties
        for version, media in batch.outputs
        if version in asset_of
    }
    say(batch.connection, batch.database, described)


def follow_current(connection: Connection, database: Database, assets: Sequence[int]) -> None:
    """Let the current versions of assets say what they contain, instead of earlier ones."""
    for some in chunked(assets, CHUNK):
        query = select(VERSION.c.asset_id, VERSION.c.media)
        rows = connection.execute(query.where(in_ids(database, VERSION.c.asset_id, some), IS_CURRENT)).all()
        say(connection, database, {row.asset_id: _properties(row.media) for row in rows})


def _properties(media: str | None) -> Properties:
    return {} if media is None else MediaInfo.model_validate_json(media).description.properties


def say(connection: Connection, database: Database, described: Mapping[int, Properties]) -> None:
    """Replace all that the source `file` says of assets. described: properties by asset; {}: it says nothing."""
    mine = (in_ids(database, VALUE.c.asset_id, sorted(described)), VALUE.c.source == ValueSource.FILE)
    before = set(connection.execute(select(VALUE.c.field).where(*mine).distinct()).scalars())
    if not before and not any(described.values()):  # as of nearly all footage
        return
    hold_schema(connection, database)
    fields = library_fields(connection)
    by_property = fields_of_properties(fields.values())
    wanted = {name for properties in described.values() for name in properties}
    concerned = {one.key: one for name, one in by_property.items() if name in wanted}
    concerned |= {key: fields.get(key) or MetadataField(key, key) for key in before}
    values = ValueRepository(database)
    for given in concerned.values():
        texts = {asset: properties.get(given.xmp, ()) for asset, properties in described.items()}
        entries = _entries(connection, database, given, texts)
        values.set_values(connection, given, entries, ValueSource.FILE, WORKER, "what files say")


def _entries(
    connection: Connection, database: Database, given: MetadataField, texts: Mapping[int, Sequence[str]]
) -> dict[int, Entry]:
    """The entry of each asset; texts that the field does not take are left out."""
    ids: dict[str, int] = {}
    if given.type is FieldType.TERM and any(texts.values()):
        ids = _terms(connection, database, given, {one for values in texts.values() for one in values})
    found: dict[int, Entry] = {}
    for asset, values in texts.items():
        contents: dict[Content, None] = {}
        for text in values:
            try:
                contents[parse_value(given, text, ids)] = None
            except (InvalidInput, NotFound):
                continue
        kept = list(contents)[: None if given.multiple else 1]
        found[asset] = tuple(Said(one, ValueState.ACCEPTED, None, WORKER, 0.0) for one in kept)
    return found


def _terms(
    connection: Connection, database: Database, given: MetadataField, texts: set[str]
) -> dict[str, int]:
    try:
        return terms_for_writing(database, connection, given, sorted(texts), _PROPOSER)
    except (InvalidInput, NotFound):  # the field's vocabulary is gone, or it takes no such terms
        return {}
