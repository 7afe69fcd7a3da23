"""The verifier: reads files again, one after the other, as long as somebody wants it, and says what it saw.

It does a portion and rings for the next, so that new footage, which waits in the same queue, comes first.
"""

import errno
import logging
import os
from time import monotonic

from dampipe.features.assets.catalog import Catalog
from dampipe.features.fixity.model import BAD, Verdict
from dampipe.features.fixity.queue import FixityCheck
from dampipe.jobs import lease
from dampipe.jobs.dispatch import TaskTransport
from dampipe.jobs.lease import LeaseRenewer
from dampipe.kernel.errors import BrokerDown, StageError
from dampipe.kernel.paths import kept_time, printable
from dampipe.kernel.stage_io import SourceFile
from dampipe.media.hashing import drop_page_cache, sha1_file

log = logging.getLogger(__name__)

PORTION = 5.0
"""Seconds after which the next file is left to the next message."""
_GONE = {errno.ENOENT, errno.ENOTDIR}


class FixityWorker:
    """Reads what is wanted."""

    def __init__(
        self,
        catalog: Catalog,
        carrier: TaskTransport,
        queue: str,
        leases: LeaseRenewer,
        lease_seconds: float,
    ) -> None:
        """`queue`: where the messages wait; as many files are read at a time as workers serve it."""
        self._catalog = catalog
        self._wanted = catalog.verifications
        self._carrier = carrier
        self.queue = queue
        self._leases = leases
        self._lease = lease_seconds

    def portion(self) -> int:
        """Read files for some seconds; returns how many."""
        me, began, count = lease.owner(), monotonic(), 0
        while count == 0 or monotonic() - began < PORTION:
            check = self._wanted.claim(me, self._lease, self.readers())
            if check is None:
                return count
            self._read(check, me)
            count += 1
        try:
            self._carrier.notify("verify")
        except BrokerDown as error:
            log.warning("%s: the sweep goes on with it", error)
        return count

    def readers(self) -> int:
        """How many files may be read at a time: one on each worker of the queue."""
        return max(1, sum(self.queue in worker.queues for worker in self._catalog.workers.present()))

    def wake(self) -> None:
        """Ring for readers if files are wanted and nobody reads; frees what dead ones held."""
        for owner in self._wanted.owners():
            if lease.is_dead(owner):
                self._wanted.release(owner)
        if self._wanted.is_idle():
            for _ in range(self.readers()):
                self._carrier.notify("verify")

    def _read(self, check: FixityCheck, me: str) -> None:
        with self._leases.hold(lambda _: self._wanted.renew(check, me, self._lease), self._lease):
            verdict, reason = verdict_on(check)
        if verdict in BAD:
            log.error("%s: %s", printable(check.path), reason)
        self._wanted.finish(check, me, verdict, reason)


def verdict_on(check: FixityCheck) -> tuple[Verdict, str]:
    """Read a file and compare it with what the catalogue knows; the reason is for a person."""
    try:
        _expect(check)
        found = _sha1(check)
        if found != check.sha1:
            found = _sha1(check)  # a fault on the way does not come twice in the same way
        if found == check.sha1:
            return Verdict.SAME, ""
        _expect(check)
    except _Edited:
        return Verdict.EDITED, "size or modification time have changed"
    except OSError as error:
        if error.errno in _GONE:
            return Verdict.GONE, "is not there now"
        return Verdict.UNREADABLE, f"cannot be read: {error.strerror}"
    except StageError as error:
        return Verdict.UNREADABLE, str(error)
    return (
        Verdict.MISMATCH,
        f"the content has changed while size and time have not: SHA-1 {found}, not {check.sha1}. Restore it from "
        "a backup; if it is what it should be, `touch` it, and the next scan takes it as changed.",
    )


class _Edited(Exception):
    """The file is not as the last scan saw it."""


def _expect(check: FixityCheck) -> None:
    facts = os.stat(check.path)
    if (facts.st_size, kept_time(facts.st_mtime_ns)) != (check.size, check.mtime_ns):
        raise _Edited


def _sha1(check: FixityCheck) -> str:
    drop_page_cache(check.path)
    file = SourceFile(location=check.location, path=check.path, size=check.size, mtime_ns=check.mtime_ns)
    try:
        return sha1_file(file).sha1
    except StageError:
        _expect(check)  # changed or gone meanwhile
        raise
