"""The archive: a gzipped tar with a manifest first, written beside its final name, fsynced and renamed."""

import errno
import gzip
import hashlib
import json
import os
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

from pydantic import ValidationError

from dampipe.features.backup.errors import (
    BACKUP_DAMAGED,
    BACKUP_FAILED,
    BACKUP_FULL,
    BACKUP_NEWER,
    NO_BACKUP,
)
from dampipe.features.backup.model import FORMAT, MANIFEST, BackupEntry, Manifest
from dampipe.kernel.errors import InvalidInput, NotFound, Permanent, StorageFull
from dampipe.kernel.paths import printable
from dampipe.storage.blobs import workspace

_BLOCK = 1 << 20
_STALE = 86400.0
"""Seconds after which the folder of a backup that was killed is deleted."""
_MOST_MANIFEST = 1 << 20
"""Bytes of a manifest."""


@contextmanager
def work_folder(parent: Path) -> Iterator[Path]:
    """A private folder on the disk of the archive, deleted at the end. Raises StorageFull and Permanent."""
    temporary = parent / ".dampipe-backup"
    with translated(parent):
        parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir(mode=0o700, exist_ok=True)
        workspace.sweep(temporary, _STALE)
        try:
            with workspace.private_folder(temporary) as folder:
                yield folder
        finally:
            with suppress(OSError):  # another backup is being made there
                temporary.rmdir()


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Translate errors of the file system while something is written into a folder."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(BACKUP_FULL, folder=printable(folder)) from error
        reason = error.strerror or str(error)
        raise Permanent(BACKUP_FAILED, folder=printable(folder), reason=reason) from error


def entries(files: Mapping[str, Path]) -> dict[str, BackupEntry]:
    """Sizes and checksums of files, by their names in the archive."""
    found = {}
    for name, path in files.items():
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        found[name] = BackupEntry(size=path.stat().st_size, sha256=digest)
    return found


def write_archive(target: Path, folder: Path, manifest: Manifest, files: Mapping[str, Path]) -> int:
    """Write an archive that only its owner can read; returns its size. folder: private, on the target's disk."""
    made = folder / "archive"
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        # A low level: vectors, the most of a catalogue, hardly shrink.
        with (
            gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=1) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
        ):
            text = manifest.model_dump_json(indent=2).encode()
            tar.addfile(_header(MANIFEST, len(text)), BytesIO(text))
            for name, path in files.items():
                with path.open("rb") as stream:
                    tar.addfile(_header(name, path.stat().st_size), stream)
        raw.flush()
        os.fsync(raw.fileno())
    made.replace(target)
    fsync_folder(target.parent)
    return target.stat().st_size


def read_archive(path: Path, folder: Path) -> Manifest:
    """Unpack an archive into a private folder, and verify every checksum.

    Only files that the manifest lists are written, under their own names. Raises NotFound, and InvalidInput for an
    archive that is damaged, incomplete, or made by a newer dampipe.
    """
    if not path.is_file():
        raise NotFound(NO_BACKUP, path=printable(path))
    try:
        with gzip.open(path) as packed, tarfile.open(fileobj=packed, mode="r:") as tar:
            manifest = _manifest(path, tar)
            seen = set(_unpacked(path, tar, manifest, folder))
            while packed.read(_BLOCK):  # up to the checksum at its end
                pass
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _damaged(path, str(error) or type(error).__name__) from error
    if missing := set(manifest.files) - seen:
        raise _damaged(path, f"{', '.join(sorted(missing))} is not in it")
    return manifest


def fsync_folder(folder: Path) -> None:
    """Make renames in a folder survive a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _manifest(path: Path, tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    if first is None or first.name != MANIFEST or not first.isfile() or first.size > _MOST_MANIFEST:
        raise _damaged(path, "it has no manifest")
    stream = tar.extractfile(first)
    assert stream is not None
    try:
        found = json.loads(stream.read())
        if found.get("format", 0) > FORMAT:
            raise InvalidInput(BACKUP_NEWER, path=printable(path), version=found.get("version", "?"))
        return Manifest.model_validate(found)
    except (ValueError, AttributeError, ValidationError) as error:
        raise _damaged(path, "its manifest cannot be read") from error


def _unpacked(path: Path, tar: tarfile.TarFile, manifest: Manifest, folder: Path) -> Iterator[str]:
    while member := tar.next():
        entry = manifest.files.get(member.name)
        if entry is None or not member.isfile() or "/" in member.name or member.size != entry.size:
            raise _damaged(path, f"{member.name!r} does not fit its manifest")
        stream, digest = tar.extractfile(member), hashlib.sha256()
        assert stream is not None
        with (folder / member.name).open("xb") as file:
            while block := stream.read(_BLOCK):
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        if digest.hexdigest() != entry.sha256:
            raise _damaged(path, f"{member.name} does not match its checksum")
        yield member.name


def _damaged(path: Path, reason: str) -> InvalidInput:
    return InvalidInput(BACKUP_DAMAGED, path=printable(path), reason=reason)


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    return header
