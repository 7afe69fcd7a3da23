"""An object of which each process has its own: connections must not be used by a process that was forked."""

import os
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class PerProcess(Generic[T]):
    """Makes the object when a process first asks for it. Safe to use from several threads, and after a fork.

    What the parent of this process made is kept, not closed: it is still in use there.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._locks: dict[int, threading.Lock] = {}
        """By process: a lock that another thread held during the fork would stay locked for ever."""
        self._made: dict[int, T] = {}

    def get(self) -> T:
        """This process's object."""
        pid = os.getpid()
        if pid not in self._made:
            with self._lock(pid):
                if pid not in self._made:
                    self._made[pid] = self._make()
        return self._made[pid]

    def take(self) -> T | None:
        """This process's object if there is one, which is forgotten; for closing it."""
        pid = os.getpid()
        with self._lock(pid):
            return self._made.pop(pid, None)

    def _lock(self, pid: int) -> threading.Lock:
        return self._locks.setdefault(pid, threading.Lock())
