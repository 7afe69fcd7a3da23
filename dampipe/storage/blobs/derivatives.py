"""Derivatives in a blob store. The key is made of the asset's SHA-1, the recipe's fingerprint and the file name."""

import errno
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from dampipe.kernel.errors import NotFound, Permanent, Transient
from dampipe.kernel.stage_io import StageOutput
from dampipe.media.outputs import Derivative, DerivativeKind
from dampipe.storage.blobs.base import BlobStore
from dampipe.storage.blobs.errors import BLOB_UNREADABLE, STORE_UNREACHABLE
from dampipe.storage.blobs.workspace import LEFTOVER_AGE

_KEY = re.compile(r"[0-9a-f]{2}/([0-9a-f]{40})/[^/]+/[^/]+")
_BLOCK = 1 << 20
"""Bytes read at a time."""
Output = TypeVar("Output", bound=StageOutput)


class Damaged(Permanent):
    """A stored file cannot be read to its end."""


class FinishedFile(Protocol):
    """A finished file in the workspace."""

    @property
    def kind(self) -> DerivativeKind:
        """Kind of derivative."""

    @property
    def path(self) -> Path:
        """Its path in the workspace. The file name becomes the last part of the key."""

    @property
    def media_type(self) -> str:
        """Its MIME type."""


class DerivativeStore:
    """Stores the files that media stages make. Errors are those of the blob store."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    def workspace(self) -> AbstractContextManager[Path]:
        """A private folder to write files in. Deleted when the context ends."""
        return self._blobs.workspace()

    def sweep_workspaces(self, dry_run: bool = False) -> int:
        """Delete the workspaces of killed processes, and return their number. dry_run: only count them."""
        return self._blobs.sweep(LEFTOVER_AGE, dry_run)

    def publish(
        self, sha1: str, recipe_of: Callable[[DerivativeKind], str], files: Iterable[FinishedFile]
    ) -> tuple[Derivative, ...]:
        """Move finished files into the store, each atomically. recipe_of: the fingerprint of the recipe by kind.

        Checksums are computed here: ffmpeg writes the files and goes back in them, so that no stream of their bytes
        passes through this process, and what was just written is still in the page cache.
        """
        derivatives = []
        for file in files:
            recipe = recipe_of(file.kind)
            key = f"{sha1[:2]}/{sha1}/{recipe}/{file.path.name}"
            with file.path.open("rb") as stream:
                checksum = hashlib.file_digest(stream, _sha1).hexdigest()
            size = self._blobs.put(key, file.path)
            derivatives.append(
                Derivative(
                    kind=file.kind,
                    key=key,
                    recipe=recipe,
                    media_type=file.media_type,
                    size=size,
                    checksum=checksum,
                )
            )
        return tuple(derivatives)

    def put_handover(self, sha1: str, recipe: str, output: StageOutput) -> None:
        """Store the output of another stage that was made in the same pass, for `take_handover`."""
        with self.workspace() as folder:
            file = folder / "handover.json"
            file.write_text(output.model_dump_json(), encoding="utf-8")
            self._blobs.put(_handover_key(sha1, recipe, type(output)), file)

    def take_handover(self, sha1: str, recipe: str, kind: type[Output]) -> Output | None:
        """The output stored for this recipe, which is deleted; None if there is none."""
        key = _handover_key(sha1, recipe, kind)
        if not self._blobs.exists(key):
            return None
        with self._blobs.open(key) as stream:
            output = kind.model_validate_json(stream.read())
        self._blobs.delete(key)
        return output

    def local_path(self, derivative: Derivative) -> AbstractContextManager[Path]:
        """The derivative as a local file until the context ends."""
        return self._blobs.local_path(derivative.key)

    def delete(self, key: str) -> None:
        """Delete the file with that key. Does nothing if there is none."""
        self._blobs.delete(key)

    def keys(self, sha1: str = "") -> Iterator[tuple[str, str]]:
        """The SHA-1 of the asset and the key of every stored file, of all assets or of one.

        Blobs with other names are skipped.
        """
        for key in self._blobs.keys(f"{sha1[:2]}/{sha1}/" if sha1 else ""):
            if match := _KEY.fullmatch(key):
                yield match[1], key

    def size(self, key: str) -> int:
        """Size in bytes; 0 if the file does not exist."""
        try:
            return self._blobs.size(key)
        except NotFound:
            return 0

    def modified(self, key: str) -> float:
        """When the file was stored, in seconds since 1970 by the clock of the store. Raises NotFound."""
        return self._blobs.modified(key)

    def exists(self, key: str) -> bool:
        """Whether there is a file with that key."""
        return self._blobs.exists(key)

    def read_again(self, key: str) -> tuple[int, str]:
        """Size in bytes and SHA-1 of a stored file, read past the page cache where the system can.

        Raises NotFound if there is none, Damaged if it cannot be read to its end, Transient if the store is away.
        """
        digest, size = _sha1(), 0
        with self._blobs.open(key) as stream:
            try:
                _drop_page_cache(stream)
                while block := stream.read(_BLOCK):
                    digest.update(block)
                    size += len(block)
            except OSError as error:
                reason = error.strerror or str(error)
                if error.errno == errno.EIO:
                    raise Damaged(BLOB_UNREADABLE, key=key, reason=reason) from error
                raise Transient(STORE_UNREACHABLE, store=key, reason=reason) from error
        return size, digest.hexdigest()

    def open(self, derivative: Derivative) -> BinaryIO:
        """A seekable reader."""
        return self._blobs.open(derivative.key)


def _sha1() -> "hashlib._Hash":
    return hashlib.sha1(usedforsecurity=False)


def _drop_page_cache(stream: BinaryIO) -> None:
    """Let the bytes come from the disk. Does nothing for streams that are not files of this machine."""
    try:
        descriptor = stream.fileno()
    except OSError:
        return
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def _handover_key(sha1: str, recipe: str, kind: type[StageOutput]) -> str:
    return f"{sha1[:2]}/{sha1}/{recipe}/{kind.__name__.lower()}.json"
