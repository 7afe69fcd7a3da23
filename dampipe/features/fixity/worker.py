"""The fixity worker: reads files again, one after the other, and compares them with their checksums.

It reads for some seconds and notifies the next worker, so that new footage, which waits in the same queue, comes first.
"""

import errno
import logging
import os
from collections.abc import Callable
from time import monotonic

from dampipe.features.fixity.model import BAD, Verdict
from dampipe.features.fixity.queue import FixityCheck, FixityQueue
from dampipe.jobs import lease
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.lease import LeaseRenewer
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.errors import BrokerDown, Conflict, InvalidInput, NotFound, StageError
from dampipe.kernel.paths import kept_time, printable
from dampipe.kernel.stage_io import SourceFile
from dampipe.media.hashing import drop_page_cache, sha1_file
from dampipe.storage.files.base import FileStore
from dampipe.storage.files.content import OnBytes, read_back
from dampipe.storage.files.errors import FILE_CHANGED
from dampipe.storage.files.known import KnownFile, check_readable

log = logging.getLogger(__name__)

PORTION = 5.0
"""Seconds of reading for one message; the next file is left to the next message."""
AWAY_FOR = 60.0
"""Seconds for which a storage that did not answer is not asked for further files."""
_EDITED = "size or modification time have changed"
_NOT_FOUND = {errno.ENOENT, errno.ENOTDIR}


class FixityWorker:
    """Reads the files that are requested."""

    def __init__(
        self,
        checks: FixityQueue,
        workers: WorkerRepository,
        transport: TaskTransport,
        queue: str,
        leases: LeaseRenewer,
        lease_seconds: float,
        stores: Callable[[str], FileStore],
    ) -> None:
        """queue: where the messages wait; as many files are read at a time as workers serve it.

        stores: opens the storage of a root.
        """
        self._checks = checks
        self._workers = workers
        self._transport = transport
        self.queue = queue
        self._leases = leases
        self._lease = lease_seconds
        self._stores = stores
        self._away: dict[str, float] = {}
        """When the storage of a root did not answer (monotonic seconds)."""

    def portion(self) -> int:
        """Read files for some seconds; returns how many."""
        owner, began, count = lease.owner(), monotonic(), 0
        while count == 0 or monotonic() - began < PORTION:
            check = self._checks.claim(owner, self._lease, self.readers())
            if check is None:
                return count
            self._read(check, owner)
            count += 1
        try:
            self._transport.notify("verify")
        except BrokerDown as error:
            log.warning("%s: the sweep continues the verification", error)
        return count

    def readers(self) -> int:
        """How many files may be read at a time: one on each worker of the queue."""
        return max(1, sum(self.queue in worker.queues for worker in self._workers.present()))

    def wake(self) -> None:
        """Notify workers if files are requested and none is being read; ends the leases of dead owners."""
        for owner in self._checks.owners():
            if lease.is_dead(owner):
                self._checks.release(owner)
        if self._checks.is_idle():
            for _ in range(self.readers()):
                self._transport.notify("verify")

    def _read(self, check: FixityCheck, owner: str) -> None:
        with self._leases.hold(lambda _: self._checks.renew(check, owner, self._lease), self._lease):
            result = check_file(check) if check.remote is None else self._check_remote(check.remote, check)
        if result is None:
            self._checks.give_up(check, owner)
            return
        verdict, reason = result
        if verdict in BAD:
            log.error("%s: %s", printable(check.path), reason)
        self._checks.finish(check, owner, verdict, reason)

    def _check_remote(self, file: KnownFile, check: FixityCheck) -> tuple[Verdict, str] | None:
        """Read a file from its storage, not from a copy; None if that does not answer, or has to restore it first."""
        since = self._away.get(file.root)
        if since is not None and monotonic() - since < AWAY_FOR:
            return None
        try:
            return check_remote(file, check.sha1, self._stores(file.root))
        except (StageError, InvalidInput) as error:
            log.warning("%s is not verified now: %s", printable(check.path), error)
            if isinstance(error, StageError):
                self._away[file.root] = monotonic()
            return None


def check_remote(
    file: KnownFile, sha1: str, store: FileStore, on_bytes: OnBytes = lambda _: None
) -> tuple[Verdict, str]:
    """Read a file and compare it with what the catalogue knows. Raises what the store raises where it cannot be asked,
    and Conflict for a file that is in an archive.
    """
    try:
        found = _remote_sha1(file, store, on_bytes)
        if found != sha1:
            found = _remote_sha1(
                file, store, on_bytes
            )  # an error in transfer does not happen twice in the same way
        if found == sha1:
            return Verdict.SAME, ""
        if not file.is_same(store.stat(file.key)):
            return Verdict.EDITED, _EDITED
    except NotFound:
        return Verdict.GONE, "does not exist now"
    except Conflict as error:
        if error.code == FILE_CHANGED.code:
            return Verdict.EDITED, _EDITED
        raise
    return (
        Verdict.MISMATCH,
        f"the content has changed while what the storage says of it has not: SHA-1 {found}, not {sha1}. Restore it from "
        "a backup; if the new content is right, store it again, and the next scan takes it as changed.",
    )


def _remote_sha1(file: KnownFile, store: FileStore, on_bytes: OnBytes) -> str:
    entry = store.stat(file.key)
    if not file.is_same(entry):
        raise Conflict(FILE_CHANGED, key=printable(file.key), store=file.root)
    check_readable(entry, file.root)
    return read_back(store, entry, on_bytes)


def check_file(check: FixityCheck) -> tuple[Verdict, str]:
    """Read a file and compare it with what the catalogue knows; the reason is for a person."""
    try:
        _check_unedited(check)
        sha1 = _sha1(check)
        if sha1 != check.sha1:
            sha1 = _sha1(check)  # an error in transfer does not happen twice in the same way
        if sha1 == check.sha1:
            return Verdict.SAME, ""
        _check_unedited(check)
    except _Edited:
        return Verdict.EDITED, _EDITED
    except OSError as error:
        if error.errno in _NOT_FOUND:
            return Verdict.GONE, "does not exist now"
        return Verdict.UNREADABLE, f"cannot be read: {error.strerror}"
    except StageError as error:
        return Verdict.UNREADABLE, str(error)
    return (
        Verdict.MISMATCH,
        f"the content has changed while size and time have not: SHA-1 {sha1}, not {check.sha1}. Restore it from "
        "a backup; if the new content is right, `touch` the file, and the next scan takes it as changed.",
    )


class _Edited(Exception):
    """The file's size or time is not as the last scan saw it."""


def _check_unedited(check: FixityCheck) -> None:
    facts = os.stat(check.path)
    if (facts.st_size, kept_time(facts.st_mtime_ns)) != (check.size, check.mtime_ns):
        raise _Edited


def _sha1(check: FixityCheck) -> str:
    drop_page_cache(check.path)
    file = SourceFile(location=check.location, path=check.path, size=check.size, mtime_ns=check.mtime_ns)
    try:
        return sha1_file(file).sha1
    except StageError:
        _check_unedited(check)  # changed or deleted meanwhile
        raise
