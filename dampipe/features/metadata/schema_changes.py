"""What a new schema changes: found by comparing declarations, and by asking the catalogue for the values concerned.

Values are read grouped: each different value once, with the number of its occurrences, so that a field of few
different values takes one statement, whatever the size of the library. Nothing but one group of some thousand is held.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, func, select

from dampipe.features.metadata.entries import Entry
from dampipe.features.metadata.errors import REFERENCE_UNKNOWN, TERM_UNKNOWN, VALUE_INVALID
from dampipe.features.metadata.model import Break, SchemaDiff, shown
from dampipe.features.metadata.queries import CHUNK
from dampipe.features.metadata.references import Names, ids_by_text
from dampipe.features.metadata.schema import FieldDeclaration, Schema
from dampipe.features.metadata.tables import VALUE
from dampipe.features.metadata.values import Content, Given, content_of, fits, parse_value, plain
from dampipe.features.vocabularies.tables import TERM, VOCABULARY
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.field import FIELD_INVALID, FieldType, MetadataField, ValueState

EXAMPLES = 5
"""Values that a report names of each break."""
REMOVED, TYPE, SINGLE = "removed", "type", "single"
"""Reasons for which values break besides the codes of errors of values."""
_CHECKED = frozenset({"type", "vocabulary", "least", "most", "pattern", "max_length", "choices"})
"""Attributes whose change may make values invalid."""
_STATES = (ValueState.ACCEPTED, ValueState.PROPOSED)


@dataclass(frozen=True)
class FieldChange:
    """A field before and after."""

    old: MetadataField
    new: MetadataField
    attributes: tuple[str, ...]
    """Those that differ."""

    @property
    def may_break(self) -> bool:
        """Whether values may have to be converted, or may become invalid."""
        return bool(_CHECKED & set(self.attributes)) or self.becomes_single

    @property
    def becomes_single(self) -> bool:
        """Whether assets may have more values than the new field takes."""
        return self.old.multiple and not self.new.multiple


@dataclass(frozen=True)
class SchemaChange:
    """The difference of two schemas."""

    added: tuple[str, ...]
    removed: tuple[MetadataField, ...]
    renamed: Mapping[str, str]
    """New keys by old ones."""
    kept: tuple[FieldChange, ...]
    """Fields that are in both, changed or not."""

    @property
    def changed(self) -> tuple[FieldChange, ...]:
        """Fields of which something differs."""
        return tuple(one for one in self.kept if one.attributes)


def compare(old: Schema, new: Schema, declared: Mapping[str, MetadataField]) -> SchemaChange:
    """What differs. Raises InvalidInput.

    declared: the fields of features, whose keys a schema may not take unless they are facts that it may replace.
    """
    before = {one.key: one for one in old.field}
    after = {one.key: one for one in new.field}
    for key in after:
        if key in declared and not declared[key].replaceable:
            raise InvalidInput(FIELD_INVALID, key=key, reason="dampipe has a field of its own with that key")
    renamed = {}
    for one in new.field:
        if not one.renamed_from or (one.renamed_from not in before and one.key in before):
            continue  # or: the schema was applied before, and is applied again
        if one.renamed_from not in before or one.key in before or one.renamed_from in after:
            reason = f"there is no field {one.renamed_from!r} that it could be renamed from"
            raise InvalidInput(FIELD_INVALID, key=one.key, reason=reason)
        if one.renamed_from in renamed:
            raise InvalidInput(FIELD_INVALID, key=one.key, reason="two fields are renamed from one")
        renamed[one.renamed_from] = one.key
    came_from = {new_key: old_key for old_key, new_key in renamed.items()}
    kept = []
    for key, one in after.items():
        earlier = before.get(came_from.get(key, key))
        if earlier is not None:
            kept.append(FieldChange(earlier.metadata_field(), one.metadata_field(), _differing(earlier, one)))
    return SchemaChange(
        added=tuple(key for key in after if key not in before and key not in came_from),
        removed=tuple(
            one.metadata_field() for key, one in before.items() if key not in after and key not in renamed
        ),
        renamed=renamed,
        kept=tuple(kept),
    )


def _differing(old: FieldDeclaration, new: FieldDeclaration) -> tuple[str, ...]:
    names = (name for name in FieldDeclaration.model_fields if name != "renamed_from")
    return tuple(name for name in names if getattr(old, name) != getattr(new, name))


class Converter:
    """Turns values of a field into those of the field as it is declared in the new schema."""

    def __init__(self, database: Database, connection: Connection, change: FieldChange) -> None:
        self._db = database
        self._connection = connection
        self._change = change

    def convert(self, contents: Sequence[Content]) -> list[Content | InvalidInput]:
        """The new value of each, or why there is none."""
        old, new = self._change.old, self._change.new
        # By what a value is, not by what the field was: an undo has restored some before.
        own = self._own(new, contents)
        texts = _texts(self._db, self._connection, old, contents)
        ids: Mapping[str, int] = {}
        if new.type in (FieldType.TERM, FieldType.ASSET):
            foreign = [text for one, text in zip(contents, texts, strict=True) if one not in own]
            ids = ids_by_text(
                self._db, self._connection, new, [str(one) for one in foreign if one is not None]
            )
        return [
            one if one in own else self._converted(new, text, ids)
            for one, text in zip(contents, texts, strict=True)
        ]

    def _own(self, new: MetadataField, contents: Sequence[Content]) -> set[Content]:
        """The contents that are values of the new field as they are."""
        if new.type is not FieldType.TERM:
            return {one for one in contents if fits(new, one)}
        terms = sorted({one.term_id for one in contents if one.term_id is not None})
        joined = TERM.join(VOCABULARY, VOCABULARY.c.id == TERM.c.vocabulary_id)
        mine = (in_ids(self._db, TERM.c.id, terms), VOCABULARY.c.key == new.vocabulary)
        found = set(self._connection.execute(select(TERM.c.id).select_from(joined).where(*mine)).scalars())
        return {one for one in contents if one.term_id in found}

    @staticmethod
    def _converted(new: MetadataField, value: Given | None, ids: Mapping[str, int]) -> Content | InvalidInput:
        if value is None:
            return InvalidInput(REFERENCE_UNKNOWN, label=new.label, value="?")
        try:
            return parse_value(new, value, ids)
        except InvalidInput as error:
            return error


def _texts(
    database: Database, connection: Connection, old: MetadataField, contents: Sequence[Content]
) -> list[Given | None]:
    """Values as a person reads them: terms by their labels, assets by their SHA-1."""
    names = Names(database, connection, contents)
    return [plain(old, one, names.assets if one.term_id is None else names.labels) for one in contents]


def converted_entry(
    entry: Entry, became: Mapping[Content, Content | InvalidInput], change: FieldChange, *, keeps: bool
) -> Entry:
    """An entry after the change: what cannot be converted is kept or left out."""
    kept: dict[Content, Any] = {}
    for said in entry:
        if said.state is ValueState.CLEARED:
            return entry
        found = became[said.content]
        if isinstance(found, Content):
            kept.setdefault(found, said._replace(content=found))
        elif keeps:
            kept.setdefault(said.content, said)
    if change.becomes_single:
        accepted = [said for said in kept.values() if said.state is ValueState.ACCEPTED][:1]
        return (*accepted, *(said for said in kept.values() if said.state is not ValueState.ACCEPTED))
    return tuple(kept.values())


@dataclass
class _Broken:
    """Values of one field that break for one reason."""

    text: str
    values: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, value: object, count: int) -> None:
        self.values += count
        if len(self.examples) < EXAMPLES:
            self.examples.append(shown(value))


class SchemaCheck:
    """Finds out what a new schema would break, in the values that there are."""

    def __init__(self, database: Database, connection: Connection) -> None:
        self._db = database
        self._connection = connection

    def run(self, change: SchemaChange, version: int) -> SchemaDiff:
        """What changes and what breaks. version: of the schema that is valid now."""
        breaks: list[Break] = []
        converted: dict[str, int] = {}
        for gone in change.removed:
            breaks += self._removed(gone)
        for one in change.kept:
            if one.may_break:
                found, count = self._changed(one)
                breaks += found
                converted |= {one.new.key: count} if count else {}
        return SchemaDiff(
            version=version,
            added=change.added,
            removed=tuple(one.key for one in change.removed),
            renamed=dict(change.renamed),
            changed={one.new.key: one.attributes for one in change.changed if set(one.attributes) != {"key"}},
            converted=converted,
            breaks=tuple(breaks),
        )

    def _removed(self, gone: MetadataField) -> list[Break]:
        broken = _Broken(f"{gone.label} is not in the new schema")
        for contents, counts in self._grouped(gone):
            texts = self._texts(gone, contents) if len(broken.examples) < EXAMPLES else map(str, contents)
            for text, count in zip(texts, counts, strict=True):
                broken.add(text, count)
        return [self._report(gone.key, REMOVED, broken)] if broken.values else []

    def _changed(self, change: FieldChange) -> tuple[list[Break], int]:
        """What breaks, and how many values are converted."""
        converter = Converter(self._db, self._connection, change)
        broken: dict[str, _Broken] = {}
        converted = 0
        for contents, counts in self._grouped(change.old):
            became = converter.convert(contents)
            texts = self._texts(change.old, contents)
            for content, new, text, count in zip(contents, became, texts, counts, strict=True):
                if isinstance(new, Content):
                    converted += count if new != content else 0
                    continue
                reason = TYPE if change.old.type is not change.new.type else new.code
                if reason not in broken:
                    broken[reason] = _Broken(self._sentence(change, new))
                broken[reason].add(text, count)
        found = [self._report(change.new.key, reason, one) for reason, one in broken.items()]
        if change.becomes_single and (surplus := self._surplus(change.old)).values:
            found.append(self._report(change.new.key, SINGLE, surplus))
        return found, converted

    @staticmethod
    def _sentence(change: FieldChange, error: InvalidInput) -> str:
        label = change.new.label
        if change.old.type is not change.new.type:
            return f"{label} becomes a {str(change.new.type).replace('_', ' ')}, which these are not"
        if error.code == TERM_UNKNOWN.code:
            return f"the vocabulary {change.new.vocabulary!r} of {label} does not have these"
        if error.code == VALUE_INVALID.code:
            return f"{label}: {error.parameters['reason']}"
        return f"{label}: {error}"

    def _surplus(self, old: MetadataField) -> _Broken:
        """Accepted values after the first one of each source of each asset."""
        of_entry = (
            select(func.count().label("number"))
            .where(VALUE.c.field == old.key, VALUE.c.state == ValueState.ACCEPTED)
            .group_by(VALUE.c.asset_id, VALUE.c.source)
            .having(func.count() > 1)
            .subquery()
        )
        query = select(func.coalesce(func.sum(of_entry.c.number - 1), 0))
        broken = _Broken(f"{old.label} takes one value, and assets have several")
        broken.values = int(self._connection.execute(query).scalar_one())
        return broken

    def _grouped(self, old: MetadataField) -> Iterator[tuple[list[Content], list[int]]]:
        """The different values of a field, some thousand at a time, with the number of each."""
        columns = (VALUE.c.text, VALUE.c.number, VALUE.c.term_id, VALUE.c.linked_id, VALUE.c.zone)
        mine = and_(VALUE.c.field == old.key, VALUE.c.state.in_(_STATES))
        query = select(*columns, func.count().label("many")).where(mine).group_by(*columns)
        query = query.order_by(
            func.count().desc(), VALUE.c.text, VALUE.c.number, VALUE.c.term_id, VALUE.c.linked_id
        )
        result = self._connection.execute(query.execution_options(yield_per=CHUNK))
        for rows in result.partitions():
            yield [content_of(row) for row in rows], [row.many for row in rows]

    def _texts(self, old: MetadataField, contents: Sequence[Content]) -> list[str]:
        return [str(one) for one in _texts(self._db, self._connection, old, contents)]

    @staticmethod
    def _report(key: str, reason: str, broken: _Broken) -> Break:
        return Break(
            field=key, reason=reason, text=broken.text, values=broken.values, examples=tuple(broken.examples)
        )
