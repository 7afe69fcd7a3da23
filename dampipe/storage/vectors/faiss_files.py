"""How the index's files are written and read: whole, checksummed, or not at all."""

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from dampipe.domain.errors import DampipeError, Permanent, StorageFull, Transient, Unavailable

FORMAT = 1
KIND = "IDMap2,SQfp16"
MANIFEST = "manifest.json"

_FULL = (errno.ENOSPC, errno.EDQUOT)
_AWAY = (errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.ENOTCONN, errno.EAGAIN, errno.EINTR)


class CorruptIndex(Exception):
    """The files are not what the manifest says; never leaves this package."""


class FileEntry(BaseModel):
    """One index file."""

    model_config = ConfigDict(frozen=True)

    file: str
    sha256: str
    count: int


class Manifest(BaseModel):
    """What the index consists of."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    kind: str = KIND
    dimension: int
    name: str = ""
    watermark: int = 0
    base: FileEntry | None = None
    delta: FileEntry | None = None
    removed: tuple[int, ...] = ()
    """Ids that the base holds and that no longer count."""
    written: str = ""
    """Different at every writing: a rebuilt index is never taken for the damaged one it replaces."""

    @property
    def live(self) -> int:
        """How many vectors count."""
        return sum(entry.count for entry in (self.base, self.delta) if entry) - len(self.removed)


def faiss() -> Any:
    """The FAISS package, imported when first needed, for one thread. Raises `Unavailable`.

    An exact scan for one query gains nothing from a second thread, and on a busy machine FAISS's
    threads wait for one another: 20 to 40 ms a search instead of 0.3 to 3.
    """
    try:
        package = import_module("faiss")
    except ImportError as error:
        raise Unavailable(f"FAISS cannot be loaded: {error}", hint="pip install faiss-cpu") from error
    package.omp_set_num_threads(1)  # for the calling thread only
    return package


def new_index(dimension: int) -> Any:
    """An empty FAISS index of our kind."""
    return faiss().index_factory(dimension, KIND, faiss().METRIC_INNER_PRODUCT)


def raw_manifest(folder: Path) -> bytes | None:
    """The manifest's bytes; None if there is none. Comparing them tells whether anything changed."""
    with translated(folder):
        try:
            return (folder / MANIFEST).read_bytes()
        except FileNotFoundError:
            return None


def read_manifest(raw: bytes, folder: Path, dimension: int, name: str) -> Manifest:
    """Parse and verify. Raises `CorruptIndex`, or `Permanent` if it is another model's index."""
    try:
        document = json.loads(raw)
        body = document["index"]
        if document["sha256"] != _digest_of(body):
            raise CorruptIndex("the manifest's checksum is wrong")
        if body["format"] != FORMAT or body["kind"] != KIND:
            raise CorruptIndex(f"format {body['format']} ({body['kind']}) is not read by this version")
        manifest = Manifest.model_validate(body)
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise CorruptIndex("the manifest cannot be read") from error
    if (manifest.dimension, manifest.name) != (dimension, name):
        raise Permanent(
            f"{folder} holds vectors of {manifest.name or 'a model'} with dimension {manifest.dimension}, "
            f"not of {name or 'this model'} with {dimension}",
            hint="give each model a folder of its own",
        )
    return manifest


def load_index(folder: Path, entry: FileEntry | None, dimension: int, *, mapped: bool) -> Any:
    """The FAISS index of that file, None for no file; `mapped` ones must not be changed."""
    if entry is None:
        return None
    path = folder / entry.file
    try:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != entry.sha256:
                raise CorruptIndex(f"the checksum of {entry.file} is wrong")
        index = faiss().read_index(str(path), faiss().IO_FLAG_MMAP_IFC if mapped else 0)
    except (OSError, RuntimeError) as error:
        raise CorruptIndex(f"{entry.file} cannot be read: {error}") from error
    if (index.d, index.ntotal) != (dimension, entry.count):
        raise CorruptIndex(f"{entry.file} does not hold what the manifest says")
    return index


def write_index(folder: Path, kind: str, index: Any) -> FileEntry:
    """Write `index` under a name that carries its checksum; durable but not yet part of the index."""
    temporary = folder / f"{uuid4().hex}.tmp"
    digest = hashlib.sha256()
    with temporary.open("xb") as file:
        # FAISS's own file writer overlooks an error at the final flush; ours raises it.
        def write(block: bytes) -> None:
            file.write(block)
            digest.update(block)

        faiss().write_index(index, faiss().PyCallbackIOWriter(write, 1 << 20))
        file.flush()
        os.fsync(file.fileno())
    name = f"{kind}-{digest.hexdigest()[:16]}.faiss"
    temporary.replace(folder / name)
    return FileEntry(file=name, sha256=digest.hexdigest(), count=index.ntotal)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Make this the index, durably: from here on every reader sees it."""
    _sync(folder)  # the index files' names, before anything points at them
    body = manifest.model_copy(update={"written": uuid4().hex}).model_dump(mode="json")
    temporary = folder / f"{uuid4().hex}.tmp"
    with temporary.open("x", encoding="utf-8") as file:
        json.dump({"sha256": _digest_of(body), "index": body}, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / MANIFEST)
    _sync(folder)


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


def _digest_of(body: object) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
