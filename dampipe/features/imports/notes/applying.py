"""Applies notes: edited versions are stacked, collections filled, and values given with the source `import`.

What a person wrote counts before it, what a person has rejected stays rejected, and what was applied once is not applied
again: a person who has split versions, or taken an asset out of a collection, is not overruled by the next import.
Stacking and filling are repeated without harm; values are written in the transaction that marks the notes as applied.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from time import monotonic

from sqlalchemy import Connection

from dampipe.features.collections.item_service import CollectionItemService
from dampipe.features.collections.model import Chosen
from dampipe.features.collections.paths import CollectionPaths
from dampipe.features.imports.notes.model import Given, is_same_moment
from dampipe.features.imports.notes.queries import DueNote, NoteRepository
from dampipe.features.metadata.entries import Entry, Said
from dampipe.features.metadata.model import MOST_VALUES
from dampipe.features.metadata.queries import ValueRepository
from dampipe.features.metadata.references import terms_for_writing
from dampipe.features.metadata.registry import hold_schema, library_fields
from dampipe.features.metadata.values import MAX_TEXT, Content, parse_value
from dampipe.features.versions.model import StackRequest
from dampipe.features.versions.service import VersionService
from dampipe.kernel.access import SYSTEM
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import CatalogueDown, DampipeError, InvalidInput, NotFound
from dampipe.kernel.field import FieldType, MetadataField, ValueSource, ValueState

log = logging.getLogger(__name__)

TOGETHER = 200
"""Notes that are applied in one transaction."""


class NoteApplier:
    """Applies the notes of files whose content is in the library."""

    def __init__(
        self,
        database: Database,
        notes: NoteRepository,
        values: ValueRepository,
        versions: VersionService,
        collections: CollectionPaths,
        items: CollectionItemService,
    ) -> None:
        self._db = database
        self._notes = notes
        self._values = values
        self._versions = versions
        self._collections = collections
        self._items = items

    def apply(self, until: float | None = None) -> int:
        """Apply what can be; returns how many notes. until: a time of `monotonic` after which no batch is begun."""
        done, last = 0, 0
        while until is None or monotonic() < until:
            due = self._notes.due(TOGETHER, last)
            if not due:
                break
            last = due[-1].file
            self._apply(due)
            done += len(due)
        return done

    def _apply(self, due: Sequence[DueNote]) -> None:
        before = self._notes.applied_before(due)
        for one in due:
            if one.original is not None and not any(said.edit_of for said in before.get(one.sha1, ())):
                self._stack(one.sha1, one.original)
        filled: dict[tuple[str, ...], list[str]] = {}
        for one in due:
            known = {path for said in before.get(one.sha1, ()) for path in said.collections}
            for path in one.notes.collections:
                if path not in known:
                    filled.setdefault(path, []).append(one.sha1)
        for path, sha1s in filled.items():
            self._fill(path, sha1s)
        with self._db.write() as connection:
            hold_schema(connection, self._db)
            self._give(connection, due)
            self._notes.mark_applied(connection, [one.file for one in due])

    def _stack(self, edited: str, original: str) -> None:
        """Make both contents versions of one asset, the edited one current."""
        with self._db.read() as connection:
            of = self._notes.assets(connection, (edited, original))
        if len(set(of.values())) < 2:  # they are, or one was deleted meanwhile
            return
        try:
            self._versions.stack(SYSTEM, StackRequest(asset=edited, others=(original,)))
        except CatalogueDown:
            raise
        except DampipeError as error:
            log.warning("%s is not made a version of %s: %s", edited, original, error)

    def _fill(self, path: Sequence[str], sha1s: Sequence[str]) -> None:
        number = self._collections.make(SYSTEM, path)
        try:
            self._items.add(SYSTEM, number, Chosen(assets=tuple(dict.fromkeys(sha1s))))
        except NotFound as error:  # an asset was deleted, or the collection: a person wants it so
            log.warning("the collection %s is not filled: %s", "/".join(path), error)

    def _give(self, connection: Connection, due: Sequence[DueNote]) -> None:
        fields = library_fields(connection)
        of = self._notes.assets(connection, (one.sha1 for one in due))
        given: dict[str, dict[int, list[Given]]] = {}
        actors: dict[str, str] = {}
        for one in due:
            asset = of.get(one.sha1)
            for key, some in _values(one).items() if asset is not None else ():
                if key in fields and fields[key].write is not None:
                    assert asset is not None
                    given.setdefault(key, {}).setdefault(asset, []).extend(some)
                    actors[key] = one.actor
        for key, by_asset in given.items():
            actor = actors[key]
            entries = self._entries(connection, fields[key], by_asset, actor)
            self._values.set_values(
                connection, fields[key], entries, ValueSource.IMPORT, actor, f"import: {fields[key].label}"
            )

    def _entries(
        self, connection: Connection, field: MetadataField, given: dict[int, list[Given]], actor: str
    ) -> dict[int, Entry]:
        """The new entries of assets; values that the field does not take are left out."""
        ids: dict[str, int] = {}
        if field.type is FieldType.TERM:
            texts = {str(text) for some in given.values() for text in _texts(field, some)}
            try:
                ids = terms_for_writing(self._db, connection, field, sorted(texts), SYSTEM)
            except (InvalidInput, NotFound) as error:
                log.warning("%s is not imported: %s", field.label, error)
                return {}
        now = database_time(connection)
        known = self._values.entries(connection, field.key, sorted(given))
        found: dict[int, Entry] = {}
        for asset, some in given.items():
            new: dict[Content, None] = {}
            for value in _texts(field, some):
                try:
                    new[parse_value(field, value, ids)] = None
                except (InvalidInput, NotFound) as error:
                    log.info("a value is not imported: %s", error)
            before = known.get(asset, {}).get(ValueSource.IMPORT, ())
            kept = {said.content: said for said in before} if field.multiple else {}
            entry = [*kept.values()]
            entry += [Said(one, ValueState.ACCEPTED, None, actor, now) for one in new if one not in kept]
            if new:
                found[asset] = tuple(entry[:MOST_VALUES] if field.multiple else entry[-1:])
        return found


def _values(one: DueNote) -> dict[str, tuple[Given, ...]]:
    """The values of a note, with the time of recording where the file says none or another one."""
    moment = one.notes.moment
    if moment is None or is_same_moment(moment, *one.recorded):
        return one.notes.values
    return {**one.notes.values, "shot_on": (datetime.fromtimestamp(moment, UTC).isoformat(),)}


def _texts(field: MetadataField, given: Iterable[Given]) -> list[Given]:
    """Values as the field takes them: one line where it holds one, and not longer than it may be."""
    if not (field.type.is_text or field.type is FieldType.TERM) or field.type is FieldType.LONG_TEXT:
        return list(given)
    most = field.constraints.max_length or (200 if field.type is FieldType.TERM else MAX_TEXT)
    lines = (" ".join("".join(c if c.isprintable() else " " for c in str(one)).split()) for one in given)
    return [line[:most].strip() for line in lines if line]
