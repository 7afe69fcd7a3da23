"""Detects forbidden effects: opening the victim, requesting the address, leaving a process or a file behind."""

import contextlib
import ctypes
import os
import socket
import struct
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

IN_ACCESS, IN_OPEN, IN_NONBLOCK = 0x1, 0x20, 0o4000


class Watch:
    """A file and an address that must not be accessed; access by any process is detected (Linux)."""

    def __init__(self, victim: Path, listener: socket.socket) -> None:
        self.victim = str(victim)
        self._listener = listener
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}/film.mp4"
        libc = ctypes.CDLL(None, use_errno=True)
        self._inotify = libc.inotify_init1(IN_NONBLOCK)
        if (
            self._inotify < 0
            or libc.inotify_add_watch(self._inotify, os.fsencode(victim), IN_OPEN | IN_ACCESS) < 0
        ):
            raise OSError(ctypes.get_errno(), "inotify does not work")

    def touched(self) -> list[str]:
        """What was done since the last question."""
        found = []
        with contextlib.suppress(BlockingIOError):
            events = os.read(self._inotify, 1 << 16)
            found += ["the victim was opened" for _ in struct.iter_unpack("iIII", events)][:1]
        with contextlib.suppress(BlockingIOError):
            self._listener.accept()[0].close()
            found.append("the address was asked")
        return found

    def close(self) -> None:
        """Stop watching."""
        os.close(self._inotify)


@contextmanager
def watched(victim: Path) -> Iterator[Watch]:
    """Watch `victim`, which exists, and an address of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        watch = Watch(victim, listener)
        try:
            yield watch
        finally:
            watch.close()


def children(of: int, apart_from: Collection[int] = ()) -> set[int]:
    """Living processes that a process has started, and theirs.

    Args:
        apart_from: children that are not counted, nor what they start: servers of other tests, which start
            and end processes of their own at any time (PostgreSQL its autovacuum workers).
    """
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = entry.read_text().rpartition(")")[2].split()
            if fields[0] != "Z":
                parents[int(entry.parent.name)] = int(fields[1])
    found = {of}
    while (
        more := {pid for pid, parent in parents.items() if parent in found and pid not in apart_from} - found
    ):
        found |= more
    return found - {of}
