"""Copies of one file: written to a key that is free, read back from the storage, and only then worth being counted.

    origin ──read, hashed──> put (nothing half written is visible) ──> read back ──> compared with the SHA-1

Killed at any step, the next attempt finds no file, or a whole one, which it reads back. Nothing is ever overwritten.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

from dampipe.features.fixity.model import BAD, Verdict
from dampipe.features.fixity.worker import check_remote
from dampipe.features.sources.model import Source, Tier
from dampipe.features.tiers import reasons
from dampipe.features.tiers.known_copies import KnownCopy
from dampipe.features.tiers.mounted import Mounted
from dampipe.kernel.errors import (
    Conflict,
    DampipeError,
    InvalidInput,
    NotFound,
    Permanent,
    StageError,
    StorageFull,
    Transient,
)
from dampipe.kernel.paths import printable
from dampipe.storage.files.base import FileEntry, FileStore, ManagedStore
from dampipe.storage.files.content import OnBytes, StoredContent, read_back
from dampipe.storage.files.errors import FILE_DIFFERS, FILE_EXISTS
from dampipe.storage.files.known import check_readable

AWAY_DELAY = 60.0
"""Seconds before a copy is tried again whose origin or destination was away."""


@dataclass
class Copied:
    """A copy that was read back."""

    entry: FileEntry
    was_there: bool
    """Whether it was there before: from an attempt that was killed, or from someone else."""


@dataclass
class Problems:
    """What was found wrong with origins."""

    bad: list[tuple[int, Verdict, str]] = field(default_factory=list)
    """Location, verdict and reason of those that were read and are damaged."""
    texts: list[str] = field(default_factory=list)
    """For people."""
    may_pass: bool = False
    """Whether some origin was away, so that another try is worth it."""

    def add(self, origin: KnownCopy, error: DampipeError) -> None:
        """Note why an origin could not be used."""
        self.texts.append(f"{printable(origin.path)}: {error}")
        self.may_pass = self.may_pass or isinstance(error, (Transient, StorageFull))


class Copier:
    """Copies files from store to store."""

    def __init__(self, stores: Callable[[str], FileStore], mounted: Mounted) -> None:
        """stores: opens the storage of a root."""
        self._stores = stores
        self._mounted = mounted

    def copy(
        self,
        origins: Sequence[KnownCopy],
        destination: Source,
        key: str,
        sha1: str,
        size: int,
        problems: Problems,
        on_bytes: OnBytes,
    ) -> Copied:
        """Have a file with these bytes at a key of a destination, and read it back.

        origins: where it may be read, best first. problems: filled with what was wrong with them.

        Raises Transient (away, full, or what was read back differs), Conflict (NAME_TAKEN), Permanent (NO_ORIGIN), other
        errors of the destination's store, and what `on_bytes` raises.
        """
        store = cast(ManagedStore, self._stores(destination.root))
        self._mounted.check(destination, store)
        entry = _found(store, key)
        if entry is None:
            try:
                entry = self._write(origins, store, key, sha1, problems, on_bytes)
            except Conflict as error:
                if error.code != FILE_EXISTS.code:
                    raise
            else:
                self._check_written(store, entry, sha1, on_bytes)
                return Copied(entry, was_there=False)
            entry = store.stat(key)  # another worker was faster
        if entry.size != size or read_back(store, entry, on_bytes) != sha1:
            raise Conflict(reasons.NAME_TAKEN)
        return Copied(entry, was_there=True)

    def verify(self, there: KnownCopy, sha1: str, on_bytes: OnBytes) -> tuple[Verdict, str, FileEntry | None]:
        """Read back a copy that is known already: the verdict, its reason, and the file as it is. Raises StageError."""
        store = self._stores(there.file.root)
        verdict, reason = check_remote(there.file, sha1, store, on_bytes)
        return verdict, reason, store.stat(there.file.key) if verdict is Verdict.SAME else None

    def _write(
        self,
        origins: Sequence[KnownCopy],
        store: ManagedStore,
        key: str,
        sha1: str,
        problems: Problems,
        on_bytes: OnBytes,
    ) -> FileEntry:
        for origin in in_order(origins):
            try:
                reading = self._stores(origin.file.root)
                found = reading.stat(origin.file.key)
                if not origin.file.is_same(found):
                    problems.texts.append(f"{printable(origin.path)}: it has changed")
                    continue
                check_readable(found, origin.file.root)
            except DampipeError as error:
                problems.add(origin, error)
                continue
            content = StoredContent(reading, found, sha1, on_bytes)
            try:
                return store.put(key, content, metadata={"sha1": sha1})
            except DampipeError:
                if content.problem is None:  # the destination's
                    raise
                problems.add(origin, content.problem)
                if content.problem.code == FILE_DIFFERS.code:
                    self._judge(origin, sha1, reading, problems)
        text = "; ".join(problems.texts) or "-"
        if problems.may_pass:
            raise Transient(reasons.NO_ORIGIN, problems=text, delay=AWAY_DELAY)
        raise Permanent(reasons.NO_ORIGIN, problems=text)

    def _judge(self, origin: KnownCopy, sha1: str, store: FileStore, problems: Problems) -> None:
        """Read an origin again whose bytes were wrong, as a fixity check does."""
        try:
            verdict, reason = check_remote(origin.file, sha1, store)
        except (StageError, InvalidInput) as error:
            problems.add(origin, error)
            return
        if verdict in BAD:
            problems.bad.append((origin.location, verdict, reason))
        elif verdict is Verdict.SAME:  # an error in transfer
            problems.may_pass = True

    def _check_written(self, store: ManagedStore, entry: FileEntry, sha1: str, on_bytes: OnBytes) -> None:
        """Read back what this worker has written. What differs is deleted: it was never counted."""
        if read_back(store, entry, on_bytes) == sha1 or read_back(store, entry, on_bytes) == sha1:
            return
        with suppress(Conflict):
            store.delete(entry.key, entry)
        raise Transient(reasons.COPY_DIFFERS, store=store.url)


def in_order(origins: Sequence[KnownCopy]) -> list[KnownCopy]:
    """Readable ones first, then those that were verified; offline media last. Of equals the first one given."""
    return sorted(
        (one for one in origins if one.is_there),
        key=lambda one: (one.tier is Tier.OFFLINE, not one.is_readable, one.verified_at is None),
    )


def _found(store: FileStore, key: str) -> FileEntry | None:
    try:
        return store.stat(key)
    except NotFound:
        return None
