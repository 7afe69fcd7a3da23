"""Buckets in this process."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from dampipe.storage.files.memory import Bucket, MemoryFiles
from tests.support.file_stores import Plant, Planted

PREFIX = "prefix"


@contextmanager
def serve() -> Iterator[Plant]:
    """There is no server: stores are objects."""
    yield _plant


@contextmanager
def _plant(_: Path) -> Iterator[Planted]:
    bucket = Bucket(uuid4().hex)
    for key in ("prefix-other/x", "prefix", "0", "zz/x"):
        bucket.write(key, b"outside")

    def write(key: str, content: bytes) -> None:
        bucket.write(f"{PREFIX}/{key}", content)

    def write_many(keys: Iterable[str]) -> None:
        for key in keys:
            write(key, b"x")

    @contextmanager
    def away() -> Iterator[None]:
        bucket.faults.away = "switched off"
        try:
            yield
        finally:
            bucket.faults.away = ""

    def refused() -> MemoryFiles:
        other = Bucket(bucket.name)
        other.faults.refused = "wrong password"
        return MemoryFiles(other, PREFIX)

    yield Planted(
        MemoryFiles(bucket, PREFIX),
        write,
        lambda key: bucket.remove(f"{PREFIX}/{key}"),
        write_many,
        names=frozenset({"bytes", "empty", "collisions", "control", "forms", "case", "windows"}),
        reads=lambda: bucket.calls["open"],
        away=away,
        refused=refused,
    )
