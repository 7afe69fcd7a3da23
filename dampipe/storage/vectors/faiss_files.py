"""Files of a FAISS index: written atomically, named by their checksum, verified when read."""

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from dampipe.kernel.errors import DampipeError, Permanent, StorageFull, Transient, Unavailable
from dampipe.storage.vectors.errors import (
    FAISS_UNAVAILABLE,
    INDEX_DISK_FULL,
    INDEX_FAILED,
    INDEX_NO_MEMORY,
    INDEX_UNREACHABLE,
)

SUFFIXES = (".faiss", ".npy", ".tmp")
"""Files of the index. They are deleted when the manifest no longer names them."""

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
_UNREACHABLE = (
    errno.EIO,
    errno.ESTALE,
    errno.ETIMEDOUT,
    errno.EHOSTDOWN,
    errno.ENOTCONN,
    errno.EAGAIN,
    errno.EINTR,
)


class CorruptIndex(Exception):
    """The files do not match the manifest. Internal to this package."""


class FileEntry(BaseModel):
    """One file. `count`: the number of vectors (or numbers) in it."""

    model_config = ConfigDict(frozen=True)

    file: str
    sha256: str
    count: int
    bytes: int


def faiss() -> Any:
    """The FAISS package, imported on first use, limited to one thread. Raises `Unavailable`.

    An exact scan for one query is not faster with a second thread, and on a busy machine the threads of FAISS wait for
    each other: 20 to 40 ms per search instead of 0.3 to 3.
    """
    try:
        package = import_module("faiss")
    except (ImportError, RuntimeError) as error:  # faiss-gpu raises RuntimeError if CUDA is missing
        raise Unavailable(FAISS_UNAVAILABLE, reason=str(error)) from error
    package.omp_set_num_threads(1)  # for the calling thread only
    return package


def verify(folder: Path, entry: FileEntry) -> None:
    """Compare the checksum of the file (about 1 GB per second). Raises `CorruptIndex`."""
    try:
        with (folder / entry.file).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != entry.sha256:
                raise CorruptIndex(f"the checksum of {entry.file} is wrong")
    except OSError as error:
        raise CorruptIndex(f"{entry.file} cannot be read: {error}") from error


def check_size(folder: Path, entry: FileEntry) -> None:
    """Check that the file exists in its size. Raises `CorruptIndex`; OSError if the file system is unreachable."""
    try:
        size = (folder / entry.file).stat().st_size
    except FileNotFoundError as error:
        raise CorruptIndex(f"{entry.file} does not exist") from error
    if size != entry.bytes:
        raise CorruptIndex(f"{entry.file} has another size than the manifest says")


def load_index(folder: Path, entry: FileEntry) -> Any:
    """The FAISS index in that file, memory-mapped and read-only. Raises `CorruptIndex`."""
    try:
        check_size(folder, entry)
        index = faiss().read_index(str(folder / entry.file), faiss().IO_FLAG_MMAP_IFC)
    except (OSError, RuntimeError) as error:
        raise CorruptIndex(f"{entry.file} cannot be read: {error}") from error
    if index.ntotal != entry.count:
        raise CorruptIndex(f"{entry.file} holds another number of vectors than the manifest says")
    return index


def load_numbers(folder: Path, entry: FileEntry) -> NDArray[Any]:
    """The array of ids or owners in that file. Raises `CorruptIndex`."""
    verify(folder, entry)
    numbers: NDArray[Any] = np.load(folder / entry.file)
    return numbers


def write_index(folder: Path, kind: str, index: Any) -> FileEntry:
    """Write a FAISS index to a file named by its checksum. Durable; the manifest must name it afterwards."""
    return _write(
        folder,
        kind,
        ".faiss",
        index.ntotal,
        # FAISS's own file writer ignores an error of the final flush.
        lambda write: faiss().write_index(index, faiss().PyCallbackIOWriter(write, 1 << 20)),
    )


def write_numbers(folder: Path, kind: str, numbers: NDArray[Any]) -> FileEntry:
    """Write an array of ids or owners in the same way."""
    buffer = BytesIO()
    np.save(buffer, numbers)
    return _write(folder, kind, ".npy", len(numbers), lambda write: write(buffer.getvalue()))


def fsync_file(file: IO[Any]) -> None:
    """Flush and fsync an open file."""
    file.flush()
    os.fsync(file.fileno())


def fsync_folder(folder: Path) -> None:
    """Fsync a folder, which makes the names in it durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def translate_errors(folder: Path) -> Iterator[None]:
    """Translate errors of FAISS and the file system. `ValueError` and `CorruptIndex` pass."""
    try:
        yield
    except (DampipeError, ValueError, CorruptIndex):
        raise
    except MemoryError as error:
        raise Transient(INDEX_NO_MEMORY, index=str(folder)) from error
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise StorageFull(INDEX_DISK_FULL, index=str(folder)) from error
        if error.errno in _UNREACHABLE:
            raise Transient(INDEX_UNREACHABLE, index=str(folder), reason=error.strerror) from error
        raise Permanent(INDEX_FAILED, index=str(folder), reason=str(error)) from error
    except RuntimeError as error:
        raise Permanent(INDEX_FAILED, index=str(folder), reason=f"FAISS: {error}") from error


def _write(
    folder: Path, kind: str, suffix: str, count: int, save: Callable[[Callable[[bytes], None]], None]
) -> FileEntry:
    temporary = folder / f"{uuid4().hex}.tmp"
    digest, size = hashlib.sha256(), 0
    with temporary.open("xb") as file:

        def write(block: bytes) -> None:
            nonlocal size
            file.write(block)
            digest.update(block)
            size += len(block)

        save(write)
        fsync_file(file)
    name = f"{kind}-{digest.hexdigest()[:16]}{suffix}"
    temporary.replace(folder / name)
    return FileEntry(file=name, sha256=digest.hexdigest(), count=count, bytes=size)
