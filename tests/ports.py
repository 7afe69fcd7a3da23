"""Ports for tests: each port belongs to one test run until it ends, also if several run on the machine."""

import fcntl
import os
import socket
import tempfile
from pathlib import Path

FIRST, LAST = 20_000, 30_000
"""Below the range from which the kernel assigns ephemeral ports."""
_LOCKS: list[int] = []
"""Open file descriptors of the lock files, held until this process ends."""


def free_port() -> int:
    """An unused port, reserved for this process."""
    folder = Path(tempfile.gettempdir()) / f"dampipe-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for port in range(FIRST, LAST):
        lock = os.open(folder / str(port), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        except OSError:
            os.close(lock)
            continue
        _LOCKS.append(lock)
        return port
    raise RuntimeError(f"no port between {FIRST} and {LAST} is free")
