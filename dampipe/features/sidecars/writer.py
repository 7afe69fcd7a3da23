"""Writing sidecars: wishes of the outbox are fulfilled, file by file, by whichever process claims them first.

    claim       in a transaction; no other process takes the wish until the lease ends, or its owner is dead
    read        the sidecar as it is; what others have changed in it since is read first
    intend      in a transaction: the digest of the bytes that are about to be written
    replace     the file, by compare-and-swap
    finish      in a transaction: what was written, and that the wish is fulfilled

A process that is killed after it replaced the file leaves the digest; so its bytes are recognised as our own by the
process that reads the file next, and the wish, which is still there, finds nothing left to write.
"""

import json
import logging
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, true

from dampipe.features.metadata.entries import counting
from dampipe.features.metadata.queries import ValueRepository
from dampipe.features.metadata.references import Names
from dampipe.features.metadata.registry import library_fields
from dampipe.features.metadata.values import Content, plain
from dampipe.features.sidecars.edit import NEW_PACKET, CannotEdit, edit_packet
from dampipe.features.sidecars.events import SidecarConflict, SidecarWritten
from dampipe.features.sidecars.files import (
    Changed,
    FileProblem,
    Read,
    digest_of,
    opened_folder,
    read_file,
    remove_leftover,
    replace_file,
)
from dampipe.features.sidecars.folders import folder_of
from dampipe.features.sidecars.mapping import changes, mapped, texts_by_field, wanted_names
from dampipe.features.sidecars.model import Naming, OutboxState, Place, SidecarProblem
from dampipe.features.sidecars.naming import candidates, is_shared, new_name
from dampipe.features.sidecars.packet import UnreadablePacket, read_packet
from dampipe.features.sidecars.properties import text_of
from dampipe.features.sidecars.queries import BY_PEOPLE, Claimed, Known, OutboxRepository, SidecarRepository
from dampipe.features.sidecars.reader import SidecarReader
from dampipe.features.sources.paths import full_path
from dampipe.features.sources.tables import LOCATION
from dampipe.jobs import lease
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.outbox import WORKER, record_event
from dampipe.kernel.field import FieldType, MetadataField, ValueSource
from dampipe.kernel.paths import is_url, printable
from dampipe.storage.files.stores import FileStores

log = logging.getLogger(__name__)

LEASE = 120.0
"""Seconds after which another process takes what this one has claimed."""
TOGETHER = 20
"""Wishes claimed in one transaction."""
FIRST_DELAY, LONGEST_DELAY = 60.0, 3600.0
"""Seconds before the second attempt, and at most between two."""

_READ = (*BY_PEOPLE, ValueSource.SIDECAR)
"""Whose values are written: those of people, and after these were taken back what the sidecar had said itself."""


@dataclass(frozen=True)
class _Target:
    """Where the sidecar of a file is, and what it is to say."""

    root: str
    folder: str
    name: str
    is_beside: bool
    values: Mapping[str, tuple[str, ...]]
    """Texts by field."""


class SidecarWriter:
    """Fulfils wishes."""

    def __init__(
        self,
        database: Database,
        outbox: OutboxRepository,
        sidecars: SidecarRepository,
        values: ValueRepository,
        reader: SidecarReader,
        stores: FileStores,
    ) -> None:
        self._db = database
        self._stores = stores
        self._outbox = outbox
        self._sidecars = sidecars
        self._values = values
        self._reader = reader

    def flush(
        self, among: ColumnElement[bool] | None = None, until: float | None = None
    ) -> Counter[OutboxState]:
        """Try all wishes that are due; returns what became of them. among: a condition on rows of `sidecar_outbox`.

        until: a time of `time.monotonic` after which none is begun.
        """
        done: Counter[OutboxState] = Counter()
        with self._db.read() as connection:
            if not self._outbox.is_due(connection):
                return done
        with self._db.write() as connection:
            self._outbox.free_dead(connection, lease.is_dead)
        while until is None or time.monotonic() < until:
            with self._db.write() as connection:
                where = true() if among is None else among
                claimed = self._outbox.claim(connection, lease.owner(), LEASE, TOGETHER, among=where)
            if not claimed:
                break
            hopeless: dict[int, FileProblem] = {}
            for one in claimed:
                done[self._write(one, hopeless)] += 1
        return done

    def _write(self, claimed: Claimed, hopeless: dict[int, FileProblem]) -> OutboxState:
        """Fulfil the wishes of one file. hopeless: sources that nothing can be written to now."""
        with self._db.read() as connection:
            found = self._sidecars.locations(
                connection, LOCATION.c.id == claimed.location, only_present=False
            )
            row = found[0] if found else None
            known = self._sidecars.known(connection, [claimed.location]).get(claimed.location)
            fields = mapped(library_fields(connection).values())
            target = None
            if row is not None and row.place is not None and row.asset_id == claimed.asset:
                files = self._sidecars.files_in(connection, row.folder_id)
                target = self._target(row, known, files, self._wanted(connection, claimed, fields))
        if row is None or target is None:
            return self._give_up(claimed)
        if row.source_id in hopeless:
            return self._postpone(claimed, hopeless[row.source_id])
        try:
            return self._write_to(claimed, row, target, known, fields)
        except FileProblem as problem:
            if problem.is_whole_place:
                hopeless[row.source_id] = problem
                with self._db.write() as connection:
                    delay = self._delay(claimed)
                    self._outbox.postpone_source(
                        connection, row.source_id, problem.state, problem.reason, delay
                    )
            return self._postpone(claimed, problem)
        except (UnreadablePacket, CannotEdit) as error:
            reason = (
                str(error.problem) if isinstance(error, UnreadablePacket) else str(SidecarProblem.CANNOT_EDIT)
            )
            log.warning("%s: its sidecar is not written: %s", printable(full_path(row)), reason)
            return self._postpone(claimed, FileProblem(OutboxState.FAILED, reason))

    def _write_to(
        self,
        claimed: Claimed,
        row: Any,
        target: _Target,
        known: Known | None,
        fields: Mapping[str, MetadataField],
    ) -> OutboxState:
        if is_url(target.root):
            raise FileProblem(OutboxState.READ_ONLY, SidecarProblem.REMOTE, is_whole_place=True)
        names = wanted_names(fields.values())
        with opened_folder(target.root, target.folder, create=not target.is_beside) as folder:
            before = read_file(folder, target.name)
            base = before.data if before is not None else self._base(row, known, target)
            packet = read_packet(base, names)
            has = texts_by_field(packet, fields.values())
            if target.is_beside and before is not None:
                if not claimed.overwrite and (both := _changed_by_both(claimed, target, known, before, has)):
                    return self._conflict(claimed, row, both)
                if known is None or known.name != target.name or known.digest != before.digest:
                    self._reader.read_locations([claimed.location])
                    with self._db.read() as connection:
                        known = self._sidecars.known(connection, [claimed.location]).get(claimed.location)
            data = edit_packet(base, changes(packet, fields, target.values))
            said = texts_by_field(read_packet(data, names), fields.values())
            own = {key: said.get(key, ()) for key in target.values}
            if before is None and base == NEW_PACKET == data:  # nothing to say, and nothing there
                return self._give_up(claimed)
            if before is not None and data == before.data:
                facts = (before.size, before.mtime_ns)
                remove_leftover(folder, target.name)
            else:
                if target.is_beside:
                    self._intend(claimed, target, known, data, own)
                try:
                    facts = replace_file(folder, target.name, data, before)
                except Changed as error:
                    raise FileProblem(OutboxState.PENDING, SidecarProblem.CHANGING) from error
        written = Known(
            claimed.location,
            claimed.asset,
            target.name,
            *facts,
            digest_of(data),
            said,
            {**(known.written if known is not None and known.name == target.name else {}), **own},
            skipped=known.skipped if known is not None else (),
        )
        with self._db.write() as connection:
            is_done = self._outbox.finish(connection, claimed)
            if target.is_beside:
                self._sidecars.save(connection, written)
            payload = SidecarWritten(fields=tuple(sorted(target.values)))
            record_event(connection, payload, actor=WORKER, asset=claimed.asset, sha1=row.sha1)
        return OutboxState.WRITTEN if is_done else OutboxState.PENDING

    def _intend(
        self,
        claimed: Claimed,
        target: _Target,
        known: Known | None,
        data: bytes,
        own: Mapping[str, tuple[str, ...]],
    ) -> None:
        """Record which bytes are about to be written."""
        before = known or Known(claimed.location, claimed.asset, target.name, 0, 0, b"", {}, {})
        if before.name != target.name:
            before = replace(before, name=target.name, size=0, mtime_ns=0, digest=b"", said={}, written={})
        with self._db.write() as connection:
            intended = {**before.written, **own}
            self._sidecars.save(
                connection, replace(before, intended_digest=digest_of(data), intended=intended)
            )

    def _base(self, row: Any, known: Known | None, target: _Target) -> bytes:
        """What a new sidecar begins with: the one that counts until now, so that nothing in it is lost."""
        names = candidates(row.file, json.loads(row.sidecars))
        if known is not None and known.name not in names:
            names.append(known.name)
        with folder_of(row, self._stores.of) as folder:
            for name in names:
                found = folder.read(name)
                if found is not None and (name != target.name or not target.is_beside):
                    read_packet(found.data, ())  # what cannot be read is not replaced by less
                    return found.data
        return NEW_PACKET

    def _target(
        self, row: Any, known: Known | None, files: Sequence[str], values: Mapping[str, tuple[str, ...]]
    ) -> _Target:
        attached = json.loads(row.sidecars)
        names = candidates(row.file, attached)
        if known is not None and known.name not in names:
            names.append(known.name)
        if names and not is_shared(names[0], attached):
            name = names[0]
        else:  # one that others share is not written: what it says is about them as well
            name = new_name(row.file, Naming.FULL if names else Naming(row.naming), files)
        is_beside = row.place == Place.BESIDE
        return _Target(row.root if is_beside else row.tree, row.folder, name, is_beside, values)

    def _wanted(
        self, connection: Any, claimed: Claimed, fields: Mapping[str, MetadataField]
    ) -> dict[str, tuple[str, ...]]:
        """The texts that a sidecar is to have for each field; fields that are no longer mapped are left out."""
        found: dict[str, tuple[Content, ...]] = {}
        for key in claimed.wanted:
            if key in fields:
                entries = self._values.entries(connection, key, [claimed.asset]).get(claimed.asset, {})
                said = {source: entry for source, entry in entries.items() if source in _READ}
                found[key] = counting(fields[key], said)
        names = Names(self._db, connection, {one for contents in found.values() for one in contents})
        texts = {}
        for key, contents in found.items():
            given = fields[key]
            known = names.labels if given.type is FieldType.TERM else names.of(given)
            values = (plain(given, content, known) for content in contents)
            texts[key] = tuple(dict.fromkeys(text_of(given, one) for one in values if one is not None))
        return texts

    # ---- what becomes of a wish

    def _give_up(self, claimed: Claimed) -> OutboxState:
        """There is nothing to write, or nowhere."""
        with self._db.write() as connection:
            self._outbox.finish(connection, claimed, was_written=False)
        return OutboxState.WRITTEN

    def _postpone(self, claimed: Claimed, problem: FileProblem) -> OutboxState:
        with self._db.write() as connection:
            self._outbox.postpone(
                connection, claimed, problem.state, str(problem.reason), self._delay(claimed)
            )
        return problem.state

    @staticmethod
    def _delay(claimed: Claimed) -> float:
        return float(min(FIRST_DELAY * 2.0 ** min(claimed.attempts, 20), LONGEST_DELAY))

    def _conflict(self, claimed: Claimed, row: Any, both: Sequence[str]) -> OutboxState:
        """Leave the file as it is, and read what others have written, so that a person can decide."""
        self._reader.read_locations([claimed.location])
        with self._db.write() as connection:
            self._outbox.postpone(connection, claimed, OutboxState.CONFLICT, ", ".join(both), 0.0)
            payload = SidecarConflict(fields=tuple(both))
            record_event(connection, payload, actor=WORKER, asset=claimed.asset, sha1=row.sha1)
        log.warning(
            "%s: another program has changed its sidecar: %s", printable(full_path(row)), ", ".join(both)
        )
        return OutboxState.CONFLICT


def _changed_by_both(
    claimed: Claimed,
    target: _Target,
    known: Known | None,
    before: Read,
    has: Mapping[str, tuple[str, ...]],
) -> list[str]:
    """The fields of which the file has other texts than when it was read last, and than it is to have."""
    if known is not None and known.name == target.name and known.digest == before.digest:
        return []
    if known is not None and known.intended_digest == before.digest:
        return []  # we have written it ourselves, and were killed
    said = known.said if known is not None and known.name == target.name else {}
    return [
        key
        for key, texts in target.values.items()
        if has.get(key, ()) != said.get(key, ()) and set(has.get(key, ())) != set(texts)
    ]
