"""The manifest: what a vector index consists of, replaced last, so that a reader sees all of an index or none."""

import hashlib
import json
from pathlib import Path
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from dampipe.kernel.errors import Permanent
from dampipe.storage.vectors.faiss_files import CorruptIndex, FileEntry, flush, sync, translated

FORMAT = 2
MANIFEST = "manifest.json"


class SegmentEntry(BaseModel):
    """One part of the index."""

    model_config = ConfigDict(frozen=True)

    rows: FileEntry
    """Ids and float16 rows, FAISS's `IDMap,SQfp16`, ids ascending."""
    codes: FileEntry | None = None
    """FAISS's `RaBitQ` of the same rows in the same order: quick estimates, for large libraries."""
    removed: FileEntry | None = None
    """Ids among the rows that no longer count, a NumPy array."""

    @property
    def files(self) -> tuple[FileEntry, ...]:
        """All that there are."""
        return tuple(entry for entry in (self.rows, self.codes, self.removed) if entry)

    @property
    def live(self) -> int:
        """How many vectors count."""
        return self.rows.count - (self.removed.count if self.removed else 0)


class Manifest(BaseModel):
    """What the index consists of."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    dimension: int
    name: str = ""
    watermark: int = 0
    segments: tuple[SegmentEntry, ...] = ()
    """Ids ascend from one to the next."""
    written: str = ""
    """Different at every writing: a rebuilt index is never taken for the damaged one it replaces."""

    @property
    def live(self) -> int:
        """How many vectors count."""
        return sum(segment.live for segment in self.segments)

    @property
    def files(self) -> tuple[FileEntry, ...]:
        """Of all segments."""
        return tuple(entry for segment in self.segments for entry in segment.files)


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
        if body["format"] != FORMAT:
            raise CorruptIndex(f"format {body['format']} is not read by this version")
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


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Make this the index, durably: from here on every reader sees it."""
    sync(folder)  # the index files' names, before anything points at them
    body = manifest.model_copy(update={"written": uuid4().hex}).model_dump(mode="json")
    temporary = folder / f"{uuid4().hex}.tmp"
    with temporary.open("x", encoding="utf-8") as file:
        json.dump({"sha256": _digest_of(body), "index": body}, file)
        flush(file)
    temporary.replace(folder / MANIFEST)
    sync(folder)


def _digest_of(body: object) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
