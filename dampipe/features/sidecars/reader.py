"""Reading sidecars: what other programs say of assets becomes values with the source `sidecar`.

A scan notes which folders have sidecars that changed. Of each file in them the sidecar that counts is read; what it has
for the fields of the library replaces what the sidecar of that asset said before, as a whole. What we have written
ourselves is not what the sidecar says, as long as it stands there unchanged. A sidecar that cannot be read says what
it said before.
"""

import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from dampipe.features.metadata.entries import Entry, Said
from dampipe.features.metadata.queries import ValueRepository, said_of
from dampipe.features.metadata.references import ids_by_text, terms_for_writing
from dampipe.features.metadata.registry import hold_schema, library_fields
from dampipe.features.metadata.values import Content, parse_value
from dampipe.features.sidecars.files import FileProblem
from dampipe.features.sidecars.folders import SidecarFolder, folder_of
from dampipe.features.sidecars.mapping import mapped, texts_by_field, wanted_names
from dampipe.features.sidecars.model import OutboxState, SidecarProblem, reason_text
from dampipe.features.sidecars.naming import candidates
from dampipe.features.sidecars.packet import UnreadablePacket, read_packet
from dampipe.features.sidecars.queries import Known, SidecarRepository, Texts
from dampipe.features.sources.folders import mark_sidecars_read, unread_sidecars
from dampipe.features.sources.paths import full_path
from dampipe.features.sources.tables import LOCATION
from dampipe.kernel.access import Actor, ActorKind, Role
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.id_list import in_ids
from dampipe.kernel.errors import DampipeError
from dampipe.kernel.field import FieldType, MetadataField, ValueSource, ValueState
from dampipe.kernel.ids import FolderId
from dampipe.kernel.paths import printable
from dampipe.storage.files.stores import FileStores

log = logging.getLogger(__name__)

READER = Actor(ActorKind.WORKER, role=Role.EDITOR)
"""Terms that an open vocabulary does not have yet are proposed, since no person has seen them."""
AWAY_FOR = 300.0
"""Seconds for which sidecars of a folder whose storage did not answer are left alone."""
SETTLE = 2.0
"""Seconds after which a file that is written to again has another time, on file systems with coarse ones."""


class SidecarReader:
    """Reads sidecars."""

    def __init__(
        self, database: Database, sidecars: SidecarRepository, values: ValueRepository, stores: FileStores
    ) -> None:
        self._db = database
        self._sidecars = sidecars
        self._values = values
        self._stores = stores
        self._away: dict[int, float] = {}
        """Folders whose storage did not answer, with when (monotonic seconds)."""

    def read_folders(self, limit: int, until: float | None = None) -> int:
        """Read the sidecars of up to `limit` folders in which some have changed; returns how many folders.

        until: a time of `time.monotonic` after which no further folder is begun.
        """
        now = time.monotonic()
        self._away = {folder: since for folder, since in self._away.items() if now - since < AWAY_FOR}
        with self._db.read() as connection:
            due = unread_sidecars(connection, limit + len(self._away))
        due = [folder for folder in due if folder.id not in self._away][:limit]
        for done, folder in enumerate(due):
            if until is not None and time.monotonic() > until:
                return done
            self._read_folder(FolderId(folder.id), folder.sidecars_unread)
        return len(due)

    def _read_folder(self, folder: FolderId, unread: int) -> None:
        with self._db.read() as connection:
            rows = self._sidecars.locations(connection, LOCATION.c.folder_id == folder)
            known = self._sidecars.known(connection, [row.id for row in rows])
            fields = mapped(library_fields(connection).values())
        found = []
        for row in rows:
            before = known.get(row.id)
            found.append((row, before if folder in self._away else self.look(row, before, fields)))
        with self._db.write() as connection:
            self.take(connection, found, known)
            if folder not in self._away and all(_is_settled(one) for _, one in found):
                mark_sidecars_read(connection, folder, unread)

    def read_locations(self, locations: Sequence[int], *, again: bool = False) -> None:
        """Read the sidecars of some files now. again: those that have not changed as well."""
        with self._db.read() as connection:
            rows = self._sidecars.locations(connection, in_ids(self._db, LOCATION.c.id, locations))
            known = self._sidecars.known(connection, [row.id for row in rows])
            fields = mapped(library_fields(connection).values())
        found = [(row, self.look(row, known.get(row.id), fields, again=again)) for row in rows]
        with self._db.write() as connection:
            self.take(connection, found, known)

    # ---- files

    def look(
        self, row: Any, known: Known | None, fields: Mapping[str, MetadataField], *, again: bool = False
    ) -> Known | None:
        """What is known of the sidecar of a file after reading it, if it has changed; None: there is none."""
        names = candidates(row.file, json.loads(row.sidecars))
        if known is not None and known.name not in names:
            names.append(known.name)  # written since the last scan
        try:
            with folder_of(row, self._stores.of) as folder:
                for name in names:
                    facts = folder.stat(name)
                    if facts is None:
                        continue
                    seen = None if known is None or again else (known.name, known.size, known.mtime_ns)
                    if seen == (name, *facts):
                        return known
                    return self._read(row, known, folder, name, fields)
        except FileProblem as problem:
            if problem.state is OutboxState.AWAY:
                self._away[row.folder_id] = time.monotonic()
            log.info("%s: its sidecar cannot be read now: %s", printable(full_path(row)), problem.reason)
            return known
        return None

    def _read(
        self,
        row: Any,
        known: Known | None,
        folder: SidecarFolder,
        name: str,
        fields: Mapping[str, MetadataField],
    ) -> Known | None:
        before = known or Known(row.id, row.asset_id, name, 0, 0, b"", {}, {})
        if known is not None and known.name != name:
            before = replace(before, said={}, written={})  # another file is not what we wrote
        facts = folder.stat(name)
        try:
            file = folder.read(name)
            if file is None:
                return None
            packet = read_packet(file.data, wanted_names(fields.values()))
        except (FileProblem, UnreadablePacket) as error:
            if isinstance(error, FileProblem) and error.state is OutboxState.AWAY:
                raise
            problem = _problem_of(error)
            log.warning(
                "%s: the sidecar %s is not read: %s",
                printable(full_path(row)),
                printable(name),
                reason_text(problem),
            )
            size, mtime = facts if facts is not None else (0, 0)
            return replace(before, name=name, size=size, mtime_ns=mtime, digest=b"", problem=problem)
        said = texts_by_field(packet, fields.values())
        written = before.written
        if before.intended_digest == file.digest and before.intended is not None:
            written = before.intended  # of a process that was killed after it had written
        written = {key: texts for key, texts in written.items() if texts == said.get(key, ())}
        return replace(
            before,
            name=name,
            size=file.size,
            mtime_ns=file.mtime_ns,
            digest=file.digest,
            said=said,
            written=written,
            problem=None,
            intended_digest=None,
            intended=None,
        )

    # ---- values

    def take(
        self, connection: Connection, found: Sequence[tuple[Any, Known | None]], known: Mapping[int, Known]
    ) -> None:
        """Store what was read, and give it to the assets, as a part of the caller's transaction.

        found: files with what is known of their sidecars now; known: before.
        """
        changed: list[tuple[Any, Known | None]] = []
        for row, after in found:
            if after is not None and after.asset != row.asset_id:  # the file has become that of another asset
                after = replace(after, asset=row.asset_id, written={})
            if after is not known.get(row.id):
                changed.append((row, after))
        if not changed:
            return
        assets = sorted({row.asset_id for row, _ in changed})
        hold_schema(connection, self._db)
        self._values.lock(connection, assets)
        for row, after in changed:
            if after is None:
                self._sidecars.forget(connection, row.id)
            else:
                self._sidecars.save(connection, after)
        self._give(connection, assets)

    def _give(self, connection: Connection, assets: Sequence[int]) -> None:
        """Have values with the source `sidecar` be what the sidecars of assets say."""
        fields = mapped(library_fields(connection).values())
        counting = self._sidecars.of_assets(connection, assets)
        has: dict[tuple[int, str], list[Said]] = {}
        for row in self._values.rows(connection, assets, fields):
            if row.source == ValueSource.SIDECAR:
                has.setdefault((row.asset_id, row.field), []).append(said_of(row))
        said: dict[int, Texts] = {asset: one.foreign for asset, one in counting.items()}
        own = {(one.asset, key) for one in counting.values() for key in fields if one.is_own(key)}
        skipped: dict[int, list[str]] = {asset: [] for asset in counting}
        for key, given in fields.items():
            texts = {asset: said.get(asset, {}).get(key, ()) for asset in assets if (asset, key) not in own}
            contents = self._contents(connection, given, texts)
            entries: dict[int, Entry] = {}
            for asset, (some, is_whole) in contents.items():
                if not is_whole and asset in skipped:
                    skipped[asset].append(key)
                before = [
                    one.content for one in has.get((asset, key), ()) if one.state is ValueState.ACCEPTED
                ]
                if list(some) != before:
                    now = time.time()
                    entries[asset] = tuple(
                        Said(content, ValueState.ACCEPTED, None, str(READER), now) for content in some
                    )
            if entries:
                self._values.set_values(connection, given, entries, ValueSource.SIDECAR, str(READER))
        for asset, keys in skipped.items():
            self._sidecars.save_skipped(connection, counting[asset].location, keys)

    def _contents(
        self, connection: Connection, given: MetadataField, texts: Mapping[int, Sequence[str]]
    ) -> dict[int, tuple[tuple[Content, ...], bool]]:
        """The values that texts are, by asset, with whether all of them are."""
        ids: Mapping[str, int] = {}
        if given.type in (FieldType.TERM, FieldType.ASSET):
            every = {text for some in texts.values() for text in some if _is_line(text)}
            try:
                if given.type is FieldType.TERM and every:
                    ids = terms_for_writing(self._db, connection, given, sorted(every), READER)
                elif every:
                    ids = ids_by_text(self._db, connection, given, every)
            except DampipeError as error:  # its vocabulary was removed, for example
                log.warning("%s is not read of sidecars: %s", given.label, error)
        return {asset: _parsed(given, some, ids) for asset, some in texts.items()}


def _parsed(
    given: MetadataField, texts: Sequence[str], ids: Mapping[str, int]
) -> tuple[tuple[Content, ...], bool]:
    """Those of the texts that are values of a field, and whether all are."""
    found: dict[Content, None] = {}
    for text in texts:
        try:
            found[parse_value(given, text, ids)] = None
        except DampipeError:
            continue
    kept = tuple(found)[: None if given.multiple else 1]
    return kept, len(kept) == len(texts)


def _is_line(text: str) -> bool:
    return text.isprintable() and 0 < len(text) <= 200


def _is_settled(known: Known | None) -> bool:
    """Whether a file that is written to again has another size or time."""
    return known is None or not 0 <= time.time() - known.mtime_ns / 1e9 < SETTLE


def _problem_of(error: FileProblem | UnreadablePacket) -> SidecarProblem:
    if isinstance(error, UnreadablePacket):
        return SidecarProblem(error.problem.value)
    known: Iterable[str] = list(SidecarProblem)
    return SidecarProblem(error.reason) if error.reason in known else SidecarProblem.UNREADABLE
