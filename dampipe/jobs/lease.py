"""Leases on runs, scans and fixity checks, renewed by the heartbeat of one background thread.

The owner id encodes host, boot, pid namespace, pid and process start, so that a dead owner on the same machine is
detected at once, without waiting for its lease to expire.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType

from dampipe.kernel.errors import DampipeError
from dampipe.kernel.progress import Progress

log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def _host() -> str:
    """This machine since its last boot, and its pid namespace."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]
        view = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return socket.gethostname()
    return f"{socket.gethostname()}:{boot}:{view}"


def _started(pid: int) -> str:
    """When a process started, in the kernel's ticks; "" if it does not exist, or this is not Linux."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def owner() -> str:
    """The owner id of this process: host, boot, pid namespace, pid and start time."""
    return _name(os.getpid())


@lru_cache(maxsize=1)
def _name(pid: int) -> str:
    return f"{_host()}/{pid}/{_started(pid)}"


def is_dead(name: str) -> bool:
    """Whether an owner is known to be dead: a process of this machine that no longer exists.

    False for an owner on another machine, which cannot be asked: its lease has to expire.
    """
    host, _, rest = (name or "").rpartition("/")[0].rpartition("/")
    started = name.rpartition("/")[2] if name else ""
    if host != _host() or not rest.isdigit() or not Path("/proc/self/stat").exists():
        return False
    return _started(int(rest)) != started


@dataclass(frozen=True)
class ProgressInterval:
    """How often the progress of one holder is written: every 1/`share` of the time it has taken, within bounds."""

    first: float = 2.0
    """Seconds; the shortest interval."""
    longest: float = 5.0
    share: float = 60.0

    def seconds(self, elapsed: float) -> float:
        """The pause after progress that was written `elapsed` seconds after the start."""
        return min(self.longest, max(self.first, elapsed / self.share))


_IDLE = 60.0
"""Seconds until the thread checks again when no lease is held."""


class LeaseRenewer:
    """Renews the leases that this process holds, all by one thread.

    Most stages are over before a thread of their own would have started.
    """

    def __init__(self, interval: ProgressInterval | None = None) -> None:
        self._interval = interval or ProgressInterval()
        self._held: dict[HeldLease, float] = {}
        """Each lease that is held, and when it is renewed next (monotonic seconds).

        Progress is written by a renewal, which is brought forward for it.
        """
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._wakes = 0.0
        """When the thread wakes next: most leases are over by then, and are not worth waking it."""

    def hold(
        self,
        renew: Callable[[Progress | None], None],
        seconds: float,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> "HeldLease":
        """A context that renews a lease of `seconds` until it is left.

        renew: called three times within `seconds`, and with progress when there is any. What it raises is logged,
        and it is called again when it is due. on_progress: called synchronously on every progress update.
        """
        return HeldLease(self, renew, seconds, on_progress)

    def _enter(self, lease: "HeldLease") -> None:
        with self._changed:
            self._held[lease] = time.monotonic() + lease.interval
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._renew_all, name="leases", daemon=True)
                self._thread.start()
            elif self._held[lease] < self._wakes:
                self._changed.notify()

    def _leave(self, lease: "HeldLease") -> None:
        with self._changed:
            self._held.pop(lease, None)

    def _note(self, lease: "HeldLease", progress: Progress) -> None:
        with self._changed:
            if lease not in self._held:
                return
            lease.progress = progress
            due = lease.written + self._interval.seconds(lease.written - lease.began)
            if due < self._held[lease]:
                self._held[lease] = due
                self._changed.notify()

    def _due(self) -> tuple["HeldLease", Progress | None]:
        """Wait for the next lease that is to be renewed, and schedule its next renewal; with its progress."""
        with self._changed:
            while True:
                first = min(self._held, key=self._held.__getitem__, default=None)
                wait = None if first is None else self._held[first] - time.monotonic()
                if first is not None and wait is not None and wait <= 0:
                    self._held[first] = time.monotonic() + first.interval
                    progress, first.progress = first.progress, None
                    if progress is not None:
                        first.written = time.monotonic()
                    return first, progress
                wait = _IDLE if wait is None else wait
                self._wakes = time.monotonic() + wait
                self._changed.wait(wait)

    def _renew_all(self) -> None:
        while True:
            lease, progress = self._due()
            try:
                lease.renew(progress)
            except DampipeError as error:
                log.warning("a lease could not be renewed: %s; trying again in %.0f s", error, lease.interval)
            except Exception:
                log.exception(
                    "a lease could not be renewed, which is a bug; trying again in %.0f s", lease.interval
                )


class HeldLease:
    """One lease, renewed for as long as the context lasts."""

    def __init__(
        self,
        renewer: LeaseRenewer,
        renew: Callable[[Progress | None], None],
        seconds: float,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self._renewer = renewer
        self.renew = renew
        self._listener = on_progress
        self.interval = seconds / 3
        self.began = self.written = time.monotonic()
        """When it began, and when its progress was written last (monotonic seconds)."""
        self.progress: Progress | None = None
        """What the next renewal writes."""

    def on_progress(self, progress: Progress) -> None:
        """Have progress written with a renewal, every few seconds at most; the latest replaces earlier ones."""
        self._renewer._note(self, progress)
        if self._listener is not None:
            self._listener(progress)

    def __enter__(self) -> "HeldLease":
        self._renewer._enter(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._renewer._leave(self)
