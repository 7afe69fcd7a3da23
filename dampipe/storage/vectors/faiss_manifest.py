"""The manifest of a FAISS index: the list of its files. Replaced last, so that readers see a complete index."""

import hashlib
import json
from pathlib import Path
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from dampipe.kernel.errors import Permanent
from dampipe.storage.vectors.errors import INDEX_OTHER_MODEL
from dampipe.storage.vectors.faiss_files import (
    CorruptIndex,
    FileEntry,
    fsync_file,
    fsync_folder,
    translate_errors,
)

FORMAT = 2
MANIFEST = "manifest.json"


class SegmentEntry(BaseModel):
    """One segment of the index."""

    model_config = ConfigDict(frozen=True)

    rows: FileEntry
    """Ids and float16 rows, FAISS's `IDMap,SQfp16`, ids ascending."""
    codes: FileEntry | None = None
    """FAISS's `RaBitQ` of the same rows in the same order: fast estimates, for large libraries."""
    removed: FileEntry | None = None
    """Removed ids among the rows, a NumPy array."""
    owners: FileEntry | None = None
    """The owners of all rows in their order, a NumPy array; None: written by a version that stored none."""

    @property
    def files(self) -> tuple[FileEntry, ...]:
        """The files of the segment."""
        return tuple(entry for entry in (self.rows, self.codes, self.removed, self.owners) if entry)

    @property
    def live(self) -> int:
        """The number of vectors that are not removed."""
        return self.rows.count - (self.removed.count if self.removed else 0)


class Manifest(BaseModel):
    """The content of the index."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    dimension: int
    name: str = ""
    watermark: int = 0
    segments: tuple[SegmentEntry, ...] = ()
    """Ids ascend from segment to segment."""
    written: str = ""
    """Random, new at every write: distinguishes a rebuilt index from the damaged one with the same vectors."""

    @property
    def live(self) -> int:
        """The number of vectors that are not removed."""
        return sum(segment.live for segment in self.segments)

    @property
    def files(self) -> tuple[FileEntry, ...]:
        """The files of all segments."""
        return tuple(entry for segment in self.segments for entry in segment.files)


def raw_manifest(folder: Path) -> bytes | None:
    """The bytes of the manifest; None if there is none. Equal bytes mean an unchanged index."""
    with translate_errors(folder):
        try:
            return (folder / MANIFEST).read_bytes()
        except FileNotFoundError:
            return None


def read_manifest(raw: bytes, folder: Path, dimension: int, name: str) -> Manifest:
    """Parse and verify a manifest. Raises `CorruptIndex`, or `Permanent` if it is the index of another model."""
    try:
        document = json.loads(raw)
        body = document["index"]
        if document["sha256"] != _digest_of(body):
            raise CorruptIndex("the checksum of the manifest is wrong")
        if body["format"] != FORMAT:
            raise CorruptIndex(f"this version does not read format {body['format']}")
        manifest = Manifest.model_validate(body)
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise CorruptIndex("the manifest cannot be read") from error
    if (manifest.dimension, manifest.name) != (dimension, name):
        raise Permanent(
            INDEX_OTHER_MODEL,
            index=str(folder),
            stored_model=manifest.name or "a model",
            stored=manifest.dimension,
            model=name or "this model",
            dimension=dimension,
        )
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest, durably. From then on all readers see the new index."""
    fsync_folder(folder)  # the names of the files, before the manifest refers to them
    body = manifest.model_copy(update={"written": uuid4().hex}).model_dump(mode="json")
    temporary = folder / f"{uuid4().hex}.tmp"
    with temporary.open("x", encoding="utf-8") as file:
        json.dump({"sha256": _digest_of(body), "index": body}, file)
        fsync_file(file)
    temporary.replace(folder / MANIFEST)
    fsync_folder(folder)


def _digest_of(body: object) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
