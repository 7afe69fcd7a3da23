"""Folders of this machine."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dampipe.storage.files.local import LocalFiles
from tests.support.file_stores import Plant, Planted
from tests.support.no_override import permissions_hold


@contextmanager
def serve() -> Iterator[Plant]:
    """There is no server: stores are folders."""
    yield _plant


@contextmanager
def _plant(folder: Path) -> Iterator[Planted]:
    root = folder / "root"
    root.mkdir()

    def path(key: str) -> Path:
        return root / key

    def write(key: str, content: bytes) -> None:
        target = path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        before = target.stat().st_mtime_ns if target.exists() else 0
        target.write_bytes(content)
        if target.stat().st_mtime_ns == before:  # clocks of file systems tick every few milliseconds
            os.utime(target, ns=(before + 1, before + 1))

    def write_many(keys: Iterable[str]) -> None:
        for key in keys:
            write(key, b"x")

    @contextmanager
    def locked(key: str) -> Iterator[None]:
        path(key).chmod(0)
        try:
            with permissions_hold():
                yield
        finally:
            path(key).chmod(0o755)

    @contextmanager
    def away() -> Iterator[None]:
        root.rename(folder / "unmounted")
        try:
            yield
        finally:
            (folder / "unmounted").rename(root)

    def link(key: str, target: str) -> None:
        path(key).symlink_to(target)

    yield Planted(
        LocalFiles(root),
        write,
        lambda key: path(key).unlink(),
        write_many,
        names=frozenset({"bytes", "control", "forms", "case", "windows"}),
        link=link,
        away=away,
        locked=locked,
        gone=lambda: LocalFiles(folder / "none"),
    )
