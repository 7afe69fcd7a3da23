"""The buffer of a walk: what it found and has not written yet."""

import json
import time
from collections.abc import Callable, Mapping

from dampipe.features.scanning.changes import ChangeSet, ChangeWriter
from dampipe.features.scanning.checkpoint import Checkpoint
from dampipe.features.scanning.model import OTHER_KINDS, ScanJob, UnknownKinds
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.jobs.keys import RunKey
from dampipe.kernel.db.database import Database


class Warnings:
    """The warnings of a scan: the first ones as texts, the rest as a number."""

    def __init__(self, texts: list[str], omitted: int, most: int) -> None:
        """most: warnings kept as texts."""
        self._texts = texts[:most]
        self._most = most
        self.omitted = omitted

    def add(self, text: str) -> None:
        """Keep a warning, or count it. One that is kept already, from before an interruption, is not kept twice."""
        if text in self._texts:
            return
        if len(self._texts) < self._most:
            self._texts.append(text)
        else:
            self.omitted += 1

    def texts(self) -> list[str]:
        """What a person reads; the last line says how many warnings are not among them."""
        return self._texts + ([f"and {self.omitted} more warnings"] if self.omitted else [])


class ChangeBuffer:
    """Collects the changes, the warnings and the number of files of one walk, and writes them together."""

    def __init__(
        self,
        job: ScanJob,
        database: Database,
        hash_key: RunKey,
        policy: ScanPolicy,
        omitted_warnings: int,
        on_change: Callable[[], object],
    ) -> None:
        """on_change: called after changes were written, when there may be runs to start."""
        self.changes = ChangeSet()
        self.found = job.found
        """Media files seen so far."""
        self.warnings = Warnings(job.warnings, omitted_warnings, policy.most_warnings)
        self._job = job
        self._writer = ChangeWriter(database)
        self._hash_key = hash_key
        self._policy = policy
        self._on_change = on_change
        self._written_at = time.monotonic()

    @property
    def is_due(self) -> bool:
        """Whether it is time to write."""
        return (
            len(self.changes) >= self._policy.changes_written
            or time.monotonic() - self._written_at > self._policy.write_interval
        )

    def write(self, checkpoint: Checkpoint) -> None:
        """Write everything in one transaction, with the checkpoint.

        Raises ScanStopped when the scan is paused, cancelled or claimed by another worker.
        """
        checkpoint.omitted_warnings = self.warnings.omitted
        self._writer.apply(
            self._job,
            self.changes,
            self._hash_key,
            self.found,
            checkpoint.to_json(),
            json.dumps(self.warnings.texts()),
            json.dumps(_most_frequent(checkpoint.unknown)),
        )
        has_changes, self.changes = bool(len(self.changes)), ChangeSet()
        self._written_at = time.monotonic()
        if has_changes:
            self._on_change()


def _most_frequent(unknown: Mapping[str, int]) -> dict[str, int]:
    """What a scan's row keeps of the files of unknown kinds: the most frequent suffixes, and the sum of the others."""
    kinds = UnknownKinds.of(unknown)
    return kinds.suffixes | ({OTHER_KINDS: kinds.others} if kinds.others else {})
