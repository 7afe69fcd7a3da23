"""What tests do behind the back of a server, in the folder that it shows."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


class ServedFolder:
    """A folder that a server shows; all may write into it, since servers need not run as the user of the test."""

    def __init__(self, path: Path, tick_ns: int = 1) -> None:
        """tick_ns: how precisely the server states times."""
        self._path = path
        self._tick_ns = tick_ns
        path.mkdir()
        path.chmod(0o777)

    def path(self, key: str) -> Path:
        """The file of a key."""
        return self._path / key

    def write(self, key: str, content: bytes) -> None:
        """Create or replace a file in place; its time then differs."""
        target = self.path(key)
        self._make(target.parent)
        before = target.stat().st_mtime_ns if target.exists() else 0
        target.write_bytes(content)
        after = target.stat().st_mtime_ns
        if before // self._tick_ns == after // self._tick_ns:
            os.utime(target, ns=(after + self._tick_ns, after + self._tick_ns))

    def write_many(self, keys: Iterable[str]) -> None:
        """Create many files of one byte."""
        for key in keys:
            self.write(key, b"x")

    def delete(self, key: str) -> None:
        """Delete a file."""
        self.path(key).unlink()

    def link(self, key: str, target: str) -> None:
        """Make a symbolic link."""
        self.path(key).symlink_to(target)

    @contextmanager
    def locked(self, key: str) -> Iterator[None]:
        """Only root may read a folder."""
        self.path(key).chmod(0)
        try:
            yield
        finally:
            self.path(key).chmod(0o777)

    def clear(self) -> None:
        """Delete everything."""
        shutil.rmtree(self._path)

    def _make(self, folder: Path) -> None:
        if not folder.is_dir():
            self._make(folder.parent)
            folder.mkdir()
            folder.chmod(0o777)
