"""How the index's files are written and read: whole, checksummed, or not at all."""

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
from pydantic import BaseModel, ConfigDict

from dampipe.kernel.errors import DampipeError, Permanent, StorageFull, Transient, Unavailable
from dampipe.storage.vectors.base import VectorIds

SUFFIXES = (".faiss", ".npy", ".tmp")
"""What belongs to the index and goes when no manifest names it any longer."""

_FULL = (errno.ENOSPC, errno.EDQUOT)
_AWAY = (errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.ENOTCONN, errno.EAGAIN, errno.EINTR)


class CorruptIndex(Exception):
    """The files are not what the manifest says; never leaves this package."""


class FileEntry(BaseModel):
    """One file; `count` is how many vectors (or ids) it holds."""

    model_config = ConfigDict(frozen=True)

    file: str
    sha256: str
    count: int
    bytes: int


def faiss() -> Any:
    """The FAISS package, imported when first needed, for one thread. Raises `Unavailable`.

    An exact scan for one query gains nothing from a second thread, and on a busy machine FAISS's
    threads wait for one another: 20 to 40 ms a search instead of 0.3 to 3.
    """
    try:
        package = import_module("faiss")
    except (ImportError, RuntimeError) as error:  # faiss-gpu raises the latter where it lacks CUDA
        raise Unavailable(f"FAISS cannot be loaded: {error}", hint="pip install faiss-cpu") from error
    package.omp_set_num_threads(1)  # for the calling thread only
    return package


def verify(folder: Path, entry: FileEntry) -> None:
    """Read the whole file (about 1 GB a second). Raises `CorruptIndex`."""
    try:
        with (folder / entry.file).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != entry.sha256:
                raise CorruptIndex(f"the checksum of {entry.file} is wrong")
    except OSError as error:
        raise CorruptIndex(f"{entry.file} cannot be read: {error}") from error


def look_for(folder: Path, entry: FileEntry) -> None:
    """Whether the file is there in its size. Raises `CorruptIndex`, and OSError where the place is away."""
    try:
        size = (folder / entry.file).stat().st_size
    except FileNotFoundError as error:
        raise CorruptIndex(f"{entry.file} is gone") from error
    if size != entry.bytes:
        raise CorruptIndex(f"{entry.file} has another size than it had")


def load_index(folder: Path, entry: FileEntry) -> Any:
    """The FAISS index of that file, mapped, not to be changed. Raises `CorruptIndex`."""
    try:
        look_for(folder, entry)
        index = faiss().read_index(str(folder / entry.file), faiss().IO_FLAG_MMAP_IFC)
    except (OSError, RuntimeError) as error:
        raise CorruptIndex(f"{entry.file} cannot be read: {error}") from error
    if index.ntotal != entry.count:
        raise CorruptIndex(f"{entry.file} does not hold what the manifest says")
    return index


def load_ids(folder: Path, entry: FileEntry) -> VectorIds:
    """The ids in that file. Raises `CorruptIndex`."""
    verify(folder, entry)
    ids: VectorIds = np.load(folder / entry.file)
    return ids


def write_index(folder: Path, kind: str, index: Any) -> FileEntry:
    """Write a FAISS index under a name that carries its checksum; durable but not yet part of the index."""
    return _write(
        folder,
        kind,
        ".faiss",
        index.ntotal,
        # FAISS's own file writer overlooks an error at the final flush; ours raises it.
        lambda write: faiss().write_index(index, faiss().PyCallbackIOWriter(write, 1 << 20)),
    )


def write_ids(folder: Path, kind: str, ids: VectorIds) -> FileEntry:
    """The same for an array of ids."""
    buffer = BytesIO()
    np.save(buffer, ids)
    return _write(folder, kind, ".npy", len(ids), lambda write: write(buffer.getvalue()))


def flush(file: IO[Any]) -> None:
    """Make what was written durable."""
    file.flush()
    os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Foreign errors as ours; `ValueError` and `CorruptIndex` pass."""
    try:
        yield
    except (DampipeError, ValueError, CorruptIndex):
        raise
    except MemoryError as error:
        raise Transient(f"not enough memory for the vector index in {folder}") from error
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(
                f"no space left for the vector index in {folder}", hint="free some space and try again"
            ) from error
        if error.errno in _AWAY:
            raise Transient(f"the vector index in {folder} cannot be used: {error.strerror}") from error
        raise Permanent(f"the vector index in {folder} cannot be used: {error}") from error
    except RuntimeError as error:
        raise Permanent(f"FAISS failed on the index in {folder}: {error}") from error


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
        flush(file)
    name = f"{kind}-{digest.hexdigest()[:16]}{suffix}"
    temporary.replace(folder / name)
    return FileEntry(file=name, sha256=digest.hexdigest(), count=count, bytes=size)
