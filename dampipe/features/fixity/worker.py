"""The fixity worker: reads files again, one after the other, and compares them with their checksums.

It reads for some seconds and notifies the next worker, so that new footage, which waits in the same queue, comes first.
"""

import errno
import logging
import os
from time import monotonic

from dampipe.features.fixity.model import BAD, Verdict
from dampipe.features.fixity.queue import FixityCheck, FixityQueue
from dampipe.jobs import lease
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.lease import LeaseRenewer
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.errors import BrokerDown, StageError
from dampipe.kernel.paths import kept_time, printable
from dampipe.kernel.stage_io import SourceFile
from dampipe.media.hashing import drop_page_cache, sha1_file

log = logging.getLogger(__name__)

PORTION = 5.0
"""Seconds of reading for one message; the next file is left to the next message."""
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
    ) -> None:
        """queue: where the messages wait; as many files are read at a time as workers serve it."""
        self._checks = checks
        self._workers = workers
        self._transport = transport
        self.queue = queue
        self._leases = leases
        self._lease = lease_seconds

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
            verdict, reason = check_file(check)
        if verdict in BAD:
            log.error("%s: %s", printable(check.path), reason)
        self._checks.finish(check, owner, verdict, reason)


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
        return Verdict.EDITED, "size or modification time have changed"
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
