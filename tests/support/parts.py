"""Files in buckets that are read in parts, and sandboxes for tests of what reads them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dampipe.kernel.stage_io import FileParts, RemotePlace, SourceFile
from dampipe.media.ffmpeg.sandbox import Sandbox
from dampipe.storage.files.cache import FootageCache
from dampipe.storage.files.memory import Bucket
from dampipe.storage.files.staging import FootageStaging
from tests.support.buckets import url_of
from tests.support.memory_stores import MemoryStores

KEY = "card/take.mov"


@dataclass(frozen=True)
class NoWalls(Sandbox):
    """Counts as a sandbox and is none, for machines that allow none: what runs in it is the same."""

    @property
    def active(self) -> bool:
        """It is not."""
        return True

    def wrap(self, command: Iterable[str], inputs: Iterable[str], folder: Path) -> list[str]:
        """As it is."""
        return [*command]

    def wrap_reader(self, command: Iterable[str]) -> list[str]:
        """As it is."""
        return [*command]

    def wrap_program(self, command: Iterable[str], readable: Iterable[str]) -> list[str]:
        """As it is."""
        return [*command]


def known(bucket: Bucket, key: str = KEY) -> SourceFile:
    """A file as a scan has seen it."""
    entry = bucket.files[key].entry
    place = RemotePlace(root=url_of(bucket), key=key, checksum=entry.checksum, token=entry.token)
    return SourceFile(
        location=1, path=f"{place.root}/{key}", size=entry.size, mtime_ns=entry.mtime_ns, remote=place
    )


def stager(folder: Path, quota: int = 0) -> FootageStaging:
    """Stages in a folder, and does not wait before it tries again."""
    return FootageStaging(
        MemoryStores().of, FootageCache(folder, quota, disk_reserve=0), pause=lambda _: None
    )


@contextmanager
def parts_of(bucket: Bucket, folder: Path, content: bytes) -> Iterator[FileParts]:
    """A file of that content in parts."""
    bucket.write(KEY, content)
    with stager(folder).parts(known(bucket), lambda *_: None, lambda _: None) as parts:
        assert parts is not None
        yield parts
