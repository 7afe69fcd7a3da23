"""A lease: whoever holds runs says so again and again, and is known by a name that dies with its process."""

import os
import socket
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import ClassVar

from dampipe.kernel.progress import Progress


@lru_cache(maxsize=1)
def _host() -> str:
    """This machine since its last boot, and its view of process ids."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]
        view = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return socket.gethostname()
    return f"{socket.gethostname()}:{boot}:{view}"


def _started(pid: int) -> str:
    """When a process started, in the kernel's ticks; "" when it is not there (or no Linux)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def owner() -> str:
    """This process's name as a holder of leases."""
    return _name(os.getpid())


@lru_cache(maxsize=1)
def _name(pid: int) -> str:
    return f"{_host()}/{pid}/{_started(pid)}"


def is_dead(name: str) -> bool:
    """Whether a holder is known to be gone: a process of this machine that is no longer there.

    False where that cannot be told (another machine): then its lease has to run out.
    """
    host, _, rest = (name or "").rpartition("/")[0].rpartition("/")
    started = name.rpartition("/")[2] if name else ""
    if host != _host() or not rest.isdigit() or not Path("/proc/self/stat").exists():
        return False
    return _started(int(rest)) != started


NEWS_FIRST = 2.0
NEWS_LATEST = 5.0
NEWS_SHARE = 60.0
"""Seconds between two news of one holder: one in so many of the time it has taken, within these bounds."""
IDLE = 60.0
"""Seconds until the thread that renews looks again when nothing is held."""


class Lease:
    """Renews in the background for as long as the context lasts.

    One thread of the process renews all of them: most stages are over before a thread of their own
    would have started.
    """

    _held: ClassVar[dict["Lease", float]] = {}
    """Each lease that is held, and when it is renewed next (monotonic seconds).

    What the holder has to tell goes with a renewal, which is brought forward for it.
    """
    _changed: ClassVar[threading.Condition] = threading.Condition()
    _thread: ClassVar[threading.Thread | None] = None
    _wakes: ClassVar[float] = 0.0
    """When the thread looks again by itself: most leases are over by then, and are not worth waking it."""

    def __init__(self, renew: Callable[[Progress | None], None], seconds: float) -> None:
        """`renew` is called three times within `seconds`, and with news when there are any; what it raises
        is ignored until the next time."""
        self._renew = renew
        self._interval = seconds / 3
        self._began = self._told = time.monotonic()
        self._news: Progress | None = None

    def note(self, news: Progress) -> None:
        """Have `news` told with the next renewal, every few seconds at most; of several the last."""
        with Lease._changed:
            if self not in Lease._held:
                return
            self._news = news
            pause = min(NEWS_LATEST, max(NEWS_FIRST, (self._told - self._began) / NEWS_SHARE))
            if self._told + pause < Lease._held[self]:
                Lease._held[self] = self._told + pause
                Lease._changed.notify()

    def __enter__(self) -> "Lease":
        with Lease._changed:
            Lease._held[self] = time.monotonic() + self._interval
            if Lease._thread is None or not Lease._thread.is_alive():
                Lease._thread = threading.Thread(target=_renew_all, name="leases", daemon=True)
                Lease._thread.start()
            elif Lease._held[self] < Lease._wakes:
                Lease._changed.notify()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with Lease._changed:
            Lease._held.pop(self, None)

    @classmethod
    def _due(cls) -> tuple["Lease", Progress | None]:
        """Wait for the next lease that is to be renewed, and note when it is due again; with its news."""
        with cls._changed:
            while True:
                first = min(cls._held, key=cls._held.__getitem__, default=None)
                wait = None if first is None else cls._held[first] - time.monotonic()
                if first is not None and wait is not None and wait <= 0:
                    cls._held[first] = time.monotonic() + first._interval
                    news, first._news = first._news, None
                    if news is not None:
                        first._told = time.monotonic()
                    return first, news
                wait = IDLE if wait is None else wait
                cls._wakes = time.monotonic() + wait
                cls._changed.wait(wait)


def _renew_all() -> None:
    while True:
        try:
            lease, news = Lease._due()
            lease._renew(news)
        except Exception:  # a lease that cannot be renewed now may be in a moment
            continue
