"""The table of the files of imports, written here only, and only by the worker that holds the session."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, repeat
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update

from dampipe.features.imports.events import ImportFileSetAside
from dampipe.features.imports.held import ImportJob, fenced
from dampipe.features.imports.importers import OriginFile
from dampipe.features.imports.model import EXPECTED, Copy, Destination, FileState, Phase, Reason
from dampipe.features.imports.notes.queries import insert_notes
from dampipe.features.imports.outcomes import Outcome
from dampipe.features.imports.queries import choose_alone
from dampipe.features.imports.tables import IMPORT_FILE, ImportFileRow
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.clock import NOW
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.rows import rows_of
from dampipe.kernel.events.outbox import record_event

_PAGE = 1000
"""Files that are read at once."""


class ImportFileRepository:
    """The files of imports, as the worker that holds their session reads and writes them."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add_files(
        self,
        job: ImportJob,
        files: Sequence[OriginFile],
        choose: Callable[[frozenset[tuple[Destination, str]]], Mapping[str, str]],
    ) -> ImportJob:
        """Add the files of a listing that are not known yet, and choose the folders of structures; then copy.

        choose: given the destinations and folders that other open sessions have chosen, returns the folder of each
        structure. Raises ImportStopped.
        """
        with self._db.write() as connection:
            structures = dict(choose(choose_alone(connection, self._db, job)))
            fenced(connection, job, phase=Phase.COPY, structures=json.dumps(structures))
            self._insert(connection, job, files)
        return replace(job, phase=Phase.COPY, structures=structures)

    def _insert(self, connection: Connection, job: ImportJob, files: Sequence[OriginFile]) -> None:
        rows = []
        for file in files:
            aside = file.set_aside
            state = FileState.PENDING if aside is None else FileState.SET_ASIDE
            rows.append(
                {
                    "session_id": job.number, "key": file.key, "size": file.size, "mtime_ns": file.mtime_ns,
                    "lead": file.lead, "structure": file.structure, "state": state, "reason": aside or "",
                    "named": file.name, "facts": "" if file.facts is None else file.facts.model_dump_json(),
                    "is_metadata": file.is_metadata, "token": file.token, "detail": file.detail,
                    "target": "", "placing": False, "copies": "[]", "attempts": 0, "turn": 0,
                }
            )  # fmt: skip
        if not rows:
            return
        connection.execute(self._db.insert(IMPORT_FILE).on_conflict_do_nothing(), rows)
        notes = {file.key: file.notes for file in files if file.notes is not None and file.set_aside is None}
        insert_notes(connection, self._db, job.number, notes)
        at_fault = [row["key"] for row in rows if row["reason"] and row["reason"] not in EXPECTED]
        for keys in chunked(at_fault):
            found = select(IMPORT_FILE.c.id, IMPORT_FILE.c.reason).where(
                IMPORT_FILE.c.session_id == job.number, IMPORT_FILE.c.key.in_(keys)
            )
            for row in connection.execute(found).all():
                _record_set_aside(connection, job, row.id, row.reason)

    def list_again(self, job: ImportJob, files: Sequence[OriginFile], changed: Sequence[int]) -> ImportJob:
        """Add files that have appeared, and set copied ones aside that have changed since; copy again if need be.

        changed: ids of files. Raises ImportStopped.
        """
        with self._db.write() as connection:
            phase = Phase.COPY if files else Phase.MANIFEST
            fenced(connection, job, phase=phase, rounds=job.rounds + 1)
            self._insert(connection, job, files)
            for number in changed:
                _set_aside(connection, job, number, Reason.CHANGED_AFTER_COPY, "")
        return replace(job, phase=phase, rounds=job.rounds + 1)

    def all_files(self, number: int) -> dict[str, tuple[int, int, int, FileState, str]]:
        """Id, size, time, state and reason of every file of a session, by key."""
        columns = ("key", "id", "size", "mtime_ns", "state", "reason")
        with self._db.read() as connection:
            rows = connection.execute(
                select(*(IMPORT_FILE.c[name] for name in columns)).where(IMPORT_FILE.c.session_id == number)
            )
            return {
                row.key: (row.id, row.size, row.mtime_ns, FileState(row.state), row.reason) for row in rows
            }

    def listed(self, number: int) -> Iterator[tuple[str, int, int]]:
        """Key, size and time of every file of a session, read page by page: mostly the first is enough."""
        after, columns = 0, (IMPORT_FILE.c[name] for name in ("id", "key", "size", "mtime_ns"))
        page = select(*columns).where(IMPORT_FILE.c.session_id == number).order_by(IMPORT_FILE.c.id)
        for count in chain((1, 10), repeat(_PAGE)):
            with self._db.read() as connection:
                rows = connection.execute(page.where(IMPORT_FILE.c.id > after).limit(count)).all()
            if not rows:
                return
            yield from ((row.key, row.size, row.mtime_ns) for row in rows)
            after = rows[-1].id

    def next_files(self, number: int, most: int) -> list[ImportFileRow]:
        """The next files to copy, in order."""
        pending = (IMPORT_FILE.c.session_id == number, IMPORT_FILE.c.state == FileState.PENDING)
        with self._db.read() as connection:
            first = (
                select(IMPORT_FILE).where(*pending).order_by(IMPORT_FILE.c.turn, IMPORT_FILE.c.id).limit(most)
            )
            return rows_of(ImportFileRow, connection.execute(first))

    def states_of(self, number: int, keys: Collection[str]) -> dict[str, FileState]:
        """The states of files of a session, by key; a key that it does not have is missing."""
        found: dict[str, FileState] = {}
        with self._db.read() as connection:
            for some in chunked(list(keys)):
                own = (IMPORT_FILE.c.session_id == number, IMPORT_FILE.c.key.in_(some))
                rows = connection.execute(select(IMPORT_FILE.c.key, IMPORT_FILE.c.state).where(*own)).all()
                found.update({row.key: FileState(row.state) for row in rows})
        return found

    def use_metadata(self, job: ImportJob, details: Mapping[int, str]) -> None:
        """Save that files were used which describe others. details: by id, what they describe. Raises ImportStopped."""
        if not details:
            return
        change = (
            update(IMPORT_FILE)
            .where(IMPORT_FILE.c.id == bindparam("of"), IMPORT_FILE.c.state == FileState.PENDING)
            .values(
                state=FileState.METADATA_USED, sha1=None, copies="[]", detail=bindparam("what"), reason="",
                placing=False, done_at=NOW,
            )
        )  # fmt: skip
        with self._db.write() as connection:
            fenced(connection, job)
            connection.execute(change, [{"of": file, "what": detail} for file, detail in details.items()])

    def file_of_key(self, number: int, key: str) -> ImportFileRow | None:
        """The file of a session by its key."""
        own = (IMPORT_FILE.c.session_id == number, IMPORT_FILE.c.key == key)
        with self._db.read() as connection:
            rows = rows_of(ImportFileRow, connection.execute(select(IMPORT_FILE).where(*own)))
        return rows[0] if rows else None

    def travelling(self, number: int, lead: str) -> list[ImportFileRow]:
        """The files that travel with one, by its key."""
        own = (IMPORT_FILE.c.session_id == number, IMPORT_FILE.c.lead == lead)
        with self._db.read() as connection:
            return rows_of(ImportFileRow, connection.execute(select(IMPORT_FILE).where(*own)))

    def pending_targets(self, number: int) -> list[str]:
        """The targets that files without an outcome have, or may have."""
        own = (IMPORT_FILE.c.session_id == number, IMPORT_FILE.c.state == FileState.PENDING)
        with self._db.read() as connection:
            return list(connection.execute(select(IMPORT_FILE.c.target).where(*own).distinct()).scalars())

    def reserved_targets(self, number: int) -> list[str]:
        """The targets of files with content and no outcome whose names may be reserved by empty files."""
        own = (
            IMPORT_FILE.c.session_id == number, IMPORT_FILE.c.state == FileState.PENDING,
            IMPORT_FILE.c.placing, IMPORT_FILE.c.size > 0, IMPORT_FILE.c.target != "",
        )  # fmt: skip
        with self._db.read() as connection:
            return list(connection.execute(select(IMPORT_FILE.c.target).where(*own)).scalars())

    def save_target(self, job: ImportJob, file: int, target: str) -> None:
        """Note where a file is going to be written, before anything is. Raises ImportStopped."""
        self._change_file(job, file, target=target)

    def begin_placing(self, job: ImportJob, file: int, sha1: str) -> None:
        """Note that verified copies are about to be given their name. Raises ImportStopped."""
        self._change_file(job, file, placing=True, sha1=sha1)

    def relist_file(self, job: ImportJob, file: int, size: int, mtime_ns: int, token: str) -> None:
        """A file has changed before it was copied: take it as it is now. Raises ImportStopped."""
        self._change_file(job, file, size=size, mtime_ns=mtime_ns, token=token)

    def _change_file(self, job: ImportJob, file: int, **values: Any) -> None:
        with self._db.write() as connection:
            fenced(connection, job)
            connection.execute(update(IMPORT_FILE).where(IMPORT_FILE.c.id == file).values(values))

    def finish_files(self, job: ImportJob, outcomes: Sequence[Outcome]) -> None:
        """Save the outcomes of files. Raises ImportStopped."""
        change = (
            update(IMPORT_FILE)
            .where(IMPORT_FILE.c.id == bindparam("of"), IMPORT_FILE.c.state == FileState.PENDING)
            .values(
                state=bindparam("outcome"), sha1=bindparam("content"), copies=bindparam("made"),
                detail=bindparam("what"), reason="", placing=False, done_at=NOW,
            )
        )  # fmt: skip
        with self._db.write() as connection:
            fenced(connection, job)
            now = float(connection.execute(select(NOW)).scalar_one())
            rows = [
                {
                    "of": one.file, "outcome": one.state, "content": one.sha1 or None, "what": one.detail,
                    "made": json.dumps([copy.model_dump() for copy in _copies(one, now)]),
                }
                for one in outcomes
            ]  # fmt: skip
            connection.execute(change, rows)

    def set_aside(self, job: ImportJob, file: int, reason: Reason, detail: str = "") -> None:
        """Save that a file is not copied, and why. Raises ImportStopped."""
        with self._db.write() as connection:
            fenced(connection, job)
            _set_aside(connection, job, file, reason, detail)

    def try_again(self, job: ImportJob, file: ImportFileRow, reason: Reason, detail: str) -> None:
        """Have a file tried again after the others, and what travels with it after it. Raises ImportStopped."""
        own = IMPORT_FILE.c.session_id == job.number
        with self._db.write() as connection:
            fenced(connection, job)
            connection.execute(
                update(IMPORT_FILE)
                .where(IMPORT_FILE.c.id == file.id)
                .values(attempts=IMPORT_FILE.c.attempts + 1, reason=reason, detail=detail)
            )
            connection.execute(
                update(IMPORT_FILE)
                .where(own, or_(IMPORT_FILE.c.id == file.id, IMPORT_FILE.c.lead == file.key))
                .values(turn=IMPORT_FILE.c.turn + 1)
            )


def _copies(outcome: Outcome, now: float) -> Iterator[Copy]:
    for one, written in sorted(outcome.copied.items()):
        mtime_ns, inode = outcome.seen.get(one, (None, 0))
        yield Copy(destination=one, verified_at=now, written=written, mtime_ns=mtime_ns, inode=inode)


def _set_aside(connection: Connection, job: ImportJob, file: int, reason: Reason, detail: str) -> None:
    connection.execute(
        update(IMPORT_FILE)
        .where(IMPORT_FILE.c.id == file, IMPORT_FILE.c.session_id == job.number)
        .values(state=FileState.SET_ASIDE, reason=reason, detail=detail, placing=False, done_at=NOW)
    )
    _record_set_aside(connection, job, file, reason)


def _record_set_aside(connection: Connection, job: ImportJob, file: int, reason: str) -> None:
    event = ImportFileSetAside(number=job.number, file=file, reason=reason)
    record_event(connection, event, actor=job.actor)
