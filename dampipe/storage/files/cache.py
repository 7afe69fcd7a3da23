"""Copies of remote footage on this machine: the folder in which they are, its quota, and their locks.

    copies/NAME.SIZE/      complete copies
        lock               locked (shared) while a stage reads the copy; its time is that of the last use
        record.json        what is known of it: `CopyRecord`
        tree/FOLDER/FILE   the file under its own name, sidecars beside it
    incoming/NAME.SIZE/    copies that are being fetched
        lock               locked (exclusive) by the process that fetches
        room               exists once space is reserved; says since which boot of the machine the bytes are there
    parts/NAME/            files of which only parts are fetched, for one call of a stage
        lock               locked (exclusive) by its process
        tree/FILE          as large as the file; takes as much of the disk as was fetched
    trash/                 what is being deleted
    lock                   locked for an instant, while space is reserved

The processes of a machine share the folder. The kernel frees the locks of a process that was killed. What is not on
the disk yet when the machine fails is not trusted: a copy of an earlier boot is hashed again before it is used.
"""

import errno
import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp

from dampipe.kernel.errors import StorageFull, Unavailable
from dampipe.kernel.private_files import make_folder
from dampipe.media.hashing import sha1_of
from dampipe.storage.files.errors import CACHE_FULL, TOO_LARGE_TO_STAGE

LEFTOVER_AGE = 6 * 3600.0
"""Seconds after which what a killed process has fetched is deleted; until then the next one continues it."""
DISK_RESERVE = 1 << 30
"""Bytes of the disk that copies leave free for everything else."""
PATIENCE = 6 * 3600.0
"""Seconds to wait for space that copies in use take."""
POLL = 0.2
"""Seconds between two looks at a lock, or for space."""
SLACK = 20
"""Where space has to be made, one n-th of the quota more is freed than is needed, so that the next ones find some."""


@dataclass(frozen=True)
class CopyRecord:
    """What is known of a copy."""

    path: str
    """Of the file, relative to the copy's folder."""
    size: int
    mtime_ns: int
    sha1: str
    boot: str
    """Of the machine, when the copy was made or last hashed."""
    sidecars: tuple[str, ...] = ()
    """Those that were looked for, relative to the file's folder."""
    sidecars_at: float = 0.0
    """When (seconds since 1970)."""


@dataclass(frozen=True)
class HeldCopy:
    """A copy in use."""

    folder: Path
    record: CopyRecord

    @property
    def path(self) -> Path:
        """Of the file."""
        return self.folder / self.record.path


@dataclass(frozen=True)
class Incoming:
    """A folder to fetch into, with its space reserved."""

    folder: Path
    continues: bool
    """Whether what a killed process has fetched is in it, and can be continued."""


class FootageCache:
    """The copies of one machine, at most `quota` bytes."""

    def __init__(self, folder: Path, quota: int = 0, disk_reserve: int = DISK_RESERVE) -> None:
        """quota: bytes; 0: half of what is free on the disk, not counting the copies."""
        self._folder = folder
        self._quota = quota
        self._reserve = disk_reserve
        self._copies, self._incoming = folder / "copies", folder / "incoming"

    @contextmanager
    def held(self, name: str, size: int) -> Iterator[HeldCopy | None]:
        """The copy of that name, which is not deleted until the context ends; None if there is none."""
        lock = self._lock_copy(f"{name}.{size}")
        if lock is None:
            yield None
            return
        try:
            yield self._read(self._copies / f"{name}.{size}")
        finally:
            os.close(lock)

    @contextmanager
    def hold(
        self, name: str, size: int, fetch: Callable[[Incoming], CopyRecord], *, waits: bool = True
    ) -> Iterator[HeldCopy]:
        """The copy of that name; made by `fetch` if there is none, which one process does while others wait for it.

        waits: for space that copies in use take. Raises StorageFull, and Unavailable where the file is larger than the
        quota.
        """
        entry = f"{name}.{size}"
        lock: int | None = None
        held: HeldCopy | None = None
        try:
            while held is None:
                if lock is None:
                    lock = self._lock_copy(entry)
                if lock is None:
                    lock = self._fetch(entry, size, fetch, waits)
                if lock is not None:
                    held = self._read(self._copies / entry)
                    if held is None:  # damaged
                        os.close(lock)
                        lock = None
                        self._drop(self._copies / entry)
            yield held
        finally:
            if lock is not None:
                _touch(lock)
                os.close(lock)

    def save_record(self, held: HeldCopy, record: CopyRecord) -> None:
        """Replace what is known of a copy in use."""
        _write_record(held.folder, record)

    @contextmanager
    def parts(self) -> Iterator[Path]:
        """An empty folder for parts of a file; deleted when the context ends, or after its process was killed."""
        parts = self._folder / "parts"
        make_folder(parts)
        with self._locked():
            for other in parts.iterdir():
                if self._is_stopped(other):
                    shutil.rmtree(other, ignore_errors=True)
            folder = Path(mkdtemp(dir=parts))
            lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)

    def check_space(self, size: int) -> None:
        """Raise StorageFull where so many bytes of parts do not fit on the disk."""
        disk = os.statvfs(self._folder)
        reserve = min(self._reserve, disk.f_blocks * disk.f_frsize // 20)
        lacking = size + reserve - disk.f_bavail * disk.f_frsize
        if lacking > 0:
            raise StorageFull(CACHE_FULL, folder=self._folder, megabytes=-(-lacking // 10**6))

    # ---- complete copies

    def _lock_copy(self, entry: str) -> int | None:
        """Keep a copy from being deleted; None if there is none."""
        path = self._copies / entry / "lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        if not _is_at(descriptor, path):  # deleted before it was locked
            os.close(descriptor)
            return None
        _touch(descriptor)
        return descriptor

    def _read(self, folder: Path) -> HeldCopy | None:
        """A locked copy; None if it is damaged."""
        try:
            found = json.loads((folder / "record.json").read_bytes())
            record = CopyRecord(**{**found, "sidecars": tuple(found["sidecars"])})
            path = folder / record.path
            if path.stat().st_size != record.size:
                return None
            if record.boot != boot_id():
                if sha1_of(path) != record.sha1:
                    return None
                record = CopyRecord(**{**asdict(record), "boot": boot_id()})
                _write_record(folder, record)
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return HeldCopy(folder, record)

    def _drop(self, folder: Path) -> bool:
        """Delete a copy, or what was fetched of one, unless it is in use."""
        path = folder / "lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            if folder.parent == self._copies:  # someone has deleted its lock
                self._delete(folder)
            return True
        try:
            if not _try_lock(descriptor):
                return False
            if _is_at(descriptor, path):
                self._delete(folder)
        finally:
            os.close(descriptor)
        return True

    def _delete(self, folder: Path) -> None:
        """Delete a folder that this process has locked; it is gone at once."""
        if not folder.exists():
            return
        make_folder(self._folder / "trash")
        trash = mkdtemp(dir=self._folder / "trash")
        with suppress(FileNotFoundError):
            folder.rename(Path(trash) / "it")
        shutil.rmtree(trash, ignore_errors=True)

    # ---- new copies

    def _fetch(
        self, entry: str, size: int, fetch: Callable[[Incoming], CopyRecord], waits: bool
    ) -> int | None:
        """Make a copy, and return it locked; None if another process has made it meanwhile."""
        lock = self._lock_incoming(entry)
        if lock is None:
            return None
        folder = self._incoming / entry
        try:
            continues = _reserved_since(folder) == boot_id()
            if not continues:
                _clear(folder)
            self._wait_for_room(folder, size, waits)
            _write_record(folder, fetch(Incoming(folder, continues)))
            with self._locked():  # nothing is deleted before it is locked in the other way
                (folder / "room").unlink(missing_ok=True)
                make_folder(self._copies)
                self._delete(self._copies / entry)
                folder.rename(self._copies / entry)
                fcntl.flock(lock, fcntl.LOCK_SH)
                _touch(lock)
        except BaseException as error:
            is_full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
            if is_full or isinstance(error, (StorageFull, Unavailable)):  # others need the space
                self._delete(folder)
            os.close(lock)
            raise
        return lock

    def _lock_incoming(self, entry: str) -> int | None:
        """Be the process that fetches; None once another one has."""
        path = self._incoming / entry / "lock"
        while True:
            if (self._copies / entry / "lock").exists():
                return None
            make_folder(path.parent)
            try:
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except FileNotFoundError:  # just finished
                continue
            while not _try_lock(descriptor):
                time.sleep(POLL)
            if _is_at(descriptor, path):
                if not (self._copies / entry / "lock").exists():
                    return descriptor
                self._delete(path.parent)
            os.close(descriptor)

    def _wait_for_room(self, folder: Path, size: int, waits: bool) -> None:
        """Reserve space. Raises StorageFull and Unavailable."""
        began = time.monotonic()
        while True:
            with self._locked():
                lacking, may_change = self._make_room(folder, size)
                if lacking <= 0:
                    (folder / "room").write_text(boot_id())
                    return
            if not (waits and may_change) or time.monotonic() - began > PATIENCE:
                raise StorageFull(CACHE_FULL, folder=self._folder, megabytes=-(-lacking // 10**6))
            time.sleep(POLL)

    def _make_room(self, own: Path, size: int) -> tuple[int, bool]:
        """Delete what was used longest ago until `size` bytes fit; returns how many are lacking, and whether they may
        become free. Raises Unavailable.
        """
        copies = _sizes(self._copies)
        used, coming, may_change = sum(copies.values()), 0, False
        stopped: dict[Path, int] = {}
        for path, whole in _sizes(self._incoming).items():
            if path == own:
                continue
            written = _written(path)
            if self._is_stopped(path):
                if self._is_useless(path):
                    self._drop(path)
                else:
                    stopped[path] = written
                    used += written
            elif (path / "room").exists():
                used, coming, may_change = used + whole, coming + max(0, whole - written), True
        disk = os.statvfs(self._folder)
        free = disk.f_bavail * disk.f_frsize
        quota = self._quota or (free + used - coming) // 2
        if size > quota:
            raise Unavailable(TOO_LARGE_TO_STAGE, gigabytes=f"{size / 1e9:.1f}", quota=f"{quota / 1e9:.1f}")
        reserve = min(self._reserve, disk.f_blocks * disk.f_frsize // 20)
        needed = coming + max(0, size - _written(own)) + reserve
        lacking = max(used + size - quota, needed - free)
        if lacking <= 0:
            return 0, may_change
        freed, wanted = 0, lacking + quota // SLACK
        for path in [*stopped, *sorted(copies, key=_last_use)]:
            if freed >= (lacking if path in stopped else wanted):
                continue
            if self._drop(path):
                freed += stopped[path] if path in stopped else copies[path]
            else:
                may_change = True
        return lacking - freed, may_change

    def _is_stopped(self, folder: Path) -> bool:
        """Whether no process fetches there now."""
        try:
            descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            return _try_lock(descriptor)
        finally:
            os.close(descriptor)

    def _is_useless(self, folder: Path) -> bool:
        """Whether what was fetched is not going to be continued."""
        since = _reserved_since(folder)
        is_of_other_boot = since is not None and since != boot_id()
        return is_of_other_boot or time.time() - _last_change(folder) > LEFTOVER_AGE

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """What one process at a time does, and for an instant only."""
        make_folder(self._folder)
        descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


@contextmanager
def full_disk(folder: Path, size: int) -> Iterator[None]:
    """Raise StorageFull where `size` bytes cannot be written to a folder for want of space."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(CACHE_FULL, folder=folder, megabytes=-(-size // 10**6)) from error
        raise


@lru_cache(maxsize=1)
def boot_id() -> str:
    """Which boot of the machine this is; "" where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether an open file is still at its path."""
    try:
        found, mine = path.stat(), os.fstat(descriptor)
    except OSError:
        return False
    return (found.st_dev, found.st_ino) == (mine.st_dev, mine.st_ino)


def _touch(descriptor: int) -> None:
    now = time.time_ns()  # more precise than the clock of the file system
    os.utime(descriptor, ns=(now, now))


def _write_record(folder: Path, record: CopyRecord) -> None:
    temporary = folder / f"record.{os.getpid()}.{time.monotonic_ns()}"
    temporary.write_text(json.dumps(asdict(record)))
    temporary.replace(folder / "record.json")


def _reserved_since(folder: Path) -> str | None:
    try:
        return (folder / "room").read_text()
    except OSError:
        return None


def _clear(folder: Path) -> None:
    (folder / "room").unlink(missing_ok=True)
    shutil.rmtree(folder / "tree", ignore_errors=True)


def _sizes(folder: Path) -> dict[Path, int]:
    """The size of each copy in a folder, which its name says."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return {}
    return {folder / name: int(size) for name in names if (size := name.rpartition(".")[2]).isdigit()}


def _written(folder: Path) -> int:
    """Bytes in a copy that is being fetched."""
    return sum(found.st_size for found in _facts(folder))


def _last_change(folder: Path) -> float:
    """When something was written to a copy that is being fetched (seconds since 1970)."""
    times = [found.st_mtime for found in _facts(folder)]
    with suppress(OSError):
        times.append((folder / "lock").stat().st_mtime)
    return max(times, default=0.0)


def _facts(folder: Path) -> Iterator[os.stat_result]:
    """Of the files in a copy that is being fetched."""
    for above, _, names in os.walk(folder / "tree"):
        for name in names:
            with suppress(OSError):  # just moved or deleted
                yield os.stat(os.path.join(above, name))


def _last_use(folder: Path) -> int:
    try:
        return (folder / "lock").stat().st_mtime_ns
    except OSError:
        return 0
