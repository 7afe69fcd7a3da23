"""Looks whether a source can be used: reached, listed, read and, if it is managed, written to."""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from enum import StrEnum
from itertools import islice
from typing import cast

from pydantic import BaseModel, ConfigDict

from dampipe.features.sources import errors
from dampipe.features.sources.model import Source
from dampipe.features.sources.queries import SourceRepository
from dampipe.kernel.access import MANAGE, Actor, require
from dampipe.kernel.errors import DampipeError, NotFound
from dampipe.kernel.paths import is_url, printable
from dampipe.kernel.visibility import Visibility
from dampipe.storage.files.base import FileEntry, FileStore, ManagedStore, StorageState, Unread
from dampipe.storage.files.probe import Probe, probe
from dampipe.storage.files.stores import FileStores

MOST_LISTED = 1000
"""Files of the listing that are looked at: one page of a bucket."""
MOST_SKEW = 60.0
"""Seconds by which clocks may differ: times of files are rounded, and a request takes a while."""
LITTLE_SPACE = 1 << 30
"""Bytes."""
_LONG_AGO = 1_000_000_000 * 10**9
"""Nanoseconds since 1970: the time that is given to what is written, so that it is seen whose clock decides."""


class Finding(StrEnum):
    """What was found."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"
    """It was not tried, or cannot be told."""


class SourceCheck(BaseModel):
    """One thing that was looked at."""

    model_config = ConfigDict(frozen=True)

    what: str
    """`reach`, `list`, `read`, `change`, `write`, `clock`, `same` or `space`."""
    finding: Finding
    detail: str
    hint: str = ""
    code: str = ""
    """Of the error, if there was one."""


class SourceCheckReport(BaseModel):
    """Whether a source can be used by this machine, or why not."""

    model_config = ConfigDict(frozen=True)

    source: str
    root: str
    managed: bool
    checks: tuple[SourceCheck, ...]

    @property
    def is_away(self) -> bool:
        """Whether its files cannot be found at all."""
        return any(one.finding is Finding.FAILED and one.what in ("reach", "list") for one in self.checks)

    @property
    def failed(self) -> int:
        """How many checks have failed."""
        return sum(one.finding is Finding.FAILED for one in self.checks)


class SourceChecks:
    """Looks at sources. May raise CatalogueDown and, without the scope, Forbidden."""

    def __init__(
        self,
        sources: SourceRepository,
        visibility: Visibility,
        stores: FileStores,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._sources = sources
        self._visibility = visibility
        self._stores = stores
        self._clock = clock

    def check(self, actor: Actor, name: str) -> SourceCheckReport:
        """Look at a source; into a managed one a small hidden file is written, and deleted again.

        Raises NotFound, also where the actor does not see all of it.
        """
        require(actor, MANAGE)
        source = self._sources.named(name)
        view = self._visibility.of(actor)
        if not (view.is_all or view.holds(int(source.id), "")):
            raise NotFound(errors.NOT_FOUND, name=printable(name))
        others = [one for one in self._sources.all() if one.id != source.id]
        return SourceCheckReport(
            source=source.name,
            root=printable(source.root),
            managed=source.managed,
            checks=tuple(self._look(source, others)),
        )

    def _look(self, source: Source, others: Sequence[Source]) -> Iterator[SourceCheck]:
        try:
            store = self._stores.of(source.root)
            is_there = store.is_folder("")
        except DampipeError as error:
            yield _failed("reach", error)
            return
        if not is_there:
            yield _failed("reach", NotFound(errors.FOLDER_NOT_FOUND, path=printable(source.root)))
            return
        yield SourceCheck(what="reach", finding=Finding.OK, detail="it answers")
        entries, listed = _list(store)
        yield listed
        if listed.finding is Finding.FAILED:
            return
        yield _read(store, entries)
        yield _change_token(store, entries)
        yield from self._write(source, store, others)
        yield _space(source.root)

    def _write(self, source: Source, store: FileStore, others: Sequence[Source]) -> Iterator[SourceCheck]:
        if not source.managed:
            detail = "not tried: it is not managed, so that nothing is ever written to it"
            yield SourceCheck(what="write", finding=Finding.SKIPPED, detail=detail)
            detail = "not known: nothing may be written to it"
            yield SourceCheck(what="clock", finding=Finding.SKIPPED, detail=detail)
            yield self._same(source, store, others, None)
            return
        if not hasattr(store, "put"):
            detail = "files of this kind of storage can only be read"
            yield SourceCheck(what="write", finding=Finding.FAILED, detail=detail)
            return
        try:
            before = self._clock()
            with probe(cast(ManagedStore, store), content=Probe(_LONG_AGO)) as key:
                written = store.stat(key).mtime_ns / 1e9
                skew = None if written == _LONG_AGO / 1e9 else written - (before + self._clock()) / 2
                same = self._same(source, store, others, key)
            is_left = _has(store, key)
        except DampipeError as error:
            yield _failed("write", error)
            return
        if is_left:
            detail = (
                "a file was written, and could not be deleted again: credentials may write, and not delete"
            )
            yield SourceCheck(what="write", finding=Finding.FAILED, detail=detail)
        else:
            detail = "a file was written and deleted again"
            yield SourceCheck(what="write", finding=Finding.OK, detail=detail)
        yield _clock(skew)
        yield same

    def _same(
        self, source: Source, store: FileStore, others: Sequence[Source], key: str | None
    ) -> SourceCheck:
        """Whether another source leads to the same storage. key: of a file that was just written to this one."""
        same, unknown = [], []
        for other in others:
            found = self._is_same(source, store, other, key)
            if found is None:
                unknown.append(other.name)
            elif found:
                same.append(other.name)
        if same:
            detail = f"it is the same storage as {', '.join(same)}: copies in both count as one"
            return SourceCheck(what="same", finding=Finding.WARNING, detail=detail)
        if unknown:
            detail = (
                f"cannot be told from {', '.join(unknown)}: neither may be written to, or it does not answer"
            )
            return SourceCheck(what="same", finding=Finding.SKIPPED, detail=detail)
        return SourceCheck(what="same", finding=Finding.OK, detail="no other source is the same storage")

    def _is_same(self, source: Source, store: FileStore, other: Source, key: str | None) -> bool | None:
        """None: it cannot be told."""
        if not is_url(source.root) and not is_url(other.root):
            try:
                return os.path.samefile(source.root, other.root)
            except OSError:
                return None
        try:
            there = self._stores.of(other.root)
            if key is not None:
                return _has(there, key)
            if not other.managed or not hasattr(there, "put"):
                return None
            with probe(cast(ManagedStore, there)) as name:
                return _has(store, name)
        except DampipeError:
            return None


def _list(store: FileStore) -> tuple[list[FileEntry], SourceCheck]:
    try:
        found = list(islice(store.list(), MOST_LISTED))
    except DampipeError as error:
        return [], _failed("list", error)
    entries = [one for one in found if isinstance(one, FileEntry)]
    unread = [one for one in found if isinstance(one, Unread)]
    if any(not one.prefix for one in unread) and not entries:
        return [], SourceCheck(what="list", finding=Finding.FAILED, detail=unread[0].reason)
    more = " at least" if len(found) == MOST_LISTED else ""
    detail = f"{len(entries)} file{'' if len(entries) == 1 else 's'}{more}"
    if unread:
        detail += f"; {printable(unread[0].prefix) or 'the rest'} cannot be listed: {unread[0].reason}"
        return entries, SourceCheck(what="list", finding=Finding.WARNING, detail=detail)
    if not entries:
        detail = "no files: if there should be some, its volume may not be mounted"
        return entries, SourceCheck(what="list", finding=Finding.WARNING, detail=detail)
    return entries, SourceCheck(what="list", finding=Finding.OK, detail=detail)


def _read(store: FileStore, entries: Sequence[FileEntry]) -> SourceCheck:
    online = [
        one for one in entries if one.size and one.state in (StorageState.ONLINE, StorageState.RESTORED)
    ]
    if not online:
        detail = "there is no file that could be read" if entries else "there is no file"
        return SourceCheck(what="read", finding=Finding.SKIPPED, detail=detail)
    entry = min(online, key=lambda one: one.size)
    try:
        with closing(store.open(entry.key, entry, 1)) as stream:
            is_read = len(stream.read(1)) == 1
    except DampipeError as error:
        return _failed("read", error)
    if not is_read:
        return SourceCheck(what="read", finding=Finding.FAILED, detail=f"{printable(entry.key)} gave no byte")
    return SourceCheck(what="read", finding=Finding.OK, detail=f"{printable(entry.key)} was read")


def _change_token(store: FileStore, entries: Sequence[FileEntry]) -> SourceCheck:
    """By what scans see that a file has changed."""
    if not entries:
        return SourceCheck(what="change", finding=Finding.SKIPPED, detail="there is no file")
    algorithms = sorted({one.checksum.partition(":")[0] for one in entries if one.checksum})
    by_checksum = sum(bool(one.checksum) for one in entries)
    by_token = sum(bool(one.token and not one.checksum) for one in entries)
    ways = [f"size and checksum ({', '.join(algorithms)})"] if by_checksum else []
    ways += ["size and token"] if by_token else []
    if by_checksum + by_token < len(entries):
        ways.append("size, time and inode" if store.traits.has_inodes else "size and time")
    return SourceCheck(what="change", finding=Finding.OK, detail=f"seen by {', or '.join(ways)}")


def _clock(skew: float | None) -> SourceCheck:
    if skew is None:
        detail = "not known: files get the times that they are given"
        return SourceCheck(what="clock", finding=Finding.SKIPPED, detail=detail)
    if abs(skew) <= MOST_SKEW:
        return SourceCheck(what="clock", finding=Finding.OK, detail="it agrees with that of this machine")
    which = "ahead of" if skew > 0 else "behind"
    detail = f"it is {abs(skew):.0f} s {which} that of this machine"
    hint = "Set the clocks of both, by NTP for example."
    return SourceCheck(what="clock", finding=Finding.WARNING, detail=detail, hint=hint)


def _space(root: str) -> SourceCheck:
    if is_url(root):
        detail = "not known: this kind of storage does not say it"
        return SourceCheck(what="space", finding=Finding.SKIPPED, detail=detail)
    try:
        usage = shutil.disk_usage(root)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        return SourceCheck(what="space", finding=Finding.SKIPPED, detail=detail)
    finding = Finding.WARNING if usage.free < LITTLE_SPACE else Finding.OK
    detail = f"{usage.free / 1e9:.1f} GB free of {usage.total / 1e9:.1f} GB"
    return SourceCheck(what="space", finding=finding, detail=detail)


def _failed(what: str, error: DampipeError) -> SourceCheck:
    return SourceCheck(what=what, finding=Finding.FAILED, detail=str(error), hint=error.hint, code=error.code)


def _has(store: FileStore, key: str) -> bool:
    try:
        store.stat(key)
    except NotFound:
        return False
    return True
