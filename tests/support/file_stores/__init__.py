"""Stores of footage for the contract suite: a module for each kind starts what it needs and plants stores.

A module has `serve()`, a context manager that starts a server of its own and yields a function of an empty local folder
that plants a store; the server lasts for a session, the store for a test.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from dampipe.storage.files.base import FileStore, ManagedStore


@dataclass(frozen=True)
class Planted:
    """An empty store, and the means to change its files behind its back.

    What is None does not exist for a kind.
    """

    store: ManagedStore
    write: Callable[[str, bytes], object]
    """Create or replace a file; its token or time then differs from that of the file before."""
    delete: Callable[[str], object]
    write_many: Callable[[Iterable[str]], object]
    """Create many files of one byte."""
    names: frozenset[str] = frozenset()
    """What names may be.

    `bytes`: not UTF-8; `empty`: with empty segments, as in `a//b` and `/a`; `collisions`: `a` beside `a/b`; `control`:
    with characters such as newline; `forms`: both of Unicode's spellings of é in one folder; `case`: `a` beside `A`;
    `windows`: what Windows forbids (`a:b`, `a?`).
    """
    link: Callable[[str, str], object] | None = None
    """Make a symbolic link: its key, and what it leads to."""
    reads: Callable[[], int] | None = None
    """How many requests for the content of a file there have been."""
    away: Callable[[], AbstractContextManager[object]] | None = None
    """The server does not answer during the context."""
    refused: Callable[[], FileStore] | None = None
    """The same store with wrong credentials."""
    locked: Callable[[str], AbstractContextManager[object]] | None = None
    """A folder (key) cannot be read during the context."""
    gone: Callable[[], FileStore] | None = None
    """A store whose root does not exist on the server."""
    secrets: frozenset[str] = frozenset()
    """Texts that no error and no log may contain."""


Plant: TypeAlias = Callable[[Path], AbstractContextManager[Planted]]
Serve: TypeAlias = Callable[[], AbstractContextManager[Plant]]
