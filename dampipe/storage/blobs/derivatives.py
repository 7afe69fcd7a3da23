"""Derivatives in a blob store: the key is the asset's SHA-1, the recipe's fingerprint and the file's name."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from dampipe.kernel.errors import NotFound
from dampipe.kernel.stage_io import StageOutput
from dampipe.media.outputs import Derivative, DerivativeKind
from dampipe.storage.blobs.base import BlobStore

_KEY = re.compile(r"[0-9a-f]{2}/([0-9a-f]{40})/[^/]+/[^/]+")
Output = TypeVar("Output", bound=StageOutput)


class Made(Protocol):
    """A finished file in the workspace."""

    @property
    def kind(self) -> DerivativeKind:
        """What it is for."""

    @property
    def path(self) -> Path:
        """Where it lies now; its name becomes the last part of the key."""

    @property
    def media_type(self) -> str:
        """Its MIME type."""


class DerivativeStore:
    """Keeps what the media stages make. Errors are those of the blob store."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    def workspace(self) -> AbstractContextManager[Path]:
        """A private folder to make files in; gone after use."""
        return self._blobs.workspace()

    def keep(
        self, sha1: str, recipe_of: Callable[[DerivativeKind], str], made: Iterable[Made]
    ) -> tuple[Derivative, ...]:
        """Take finished files over; each is seen whole or not at all. recipe_of: the fingerprint for a kind."""
        kept = []
        for file in made:
            recipe = recipe_of(file.kind)
            key = f"{sha1[:2]}/{sha1}/{recipe}/{file.path.name}"
            size = self._blobs.put(key, file.path)
            kept.append(
                Derivative(kind=file.kind, key=key, recipe=recipe, media_type=file.media_type, size=size)
            )
        return tuple(kept)

    def hand_over(self, sha1: str, recipe: str, output: StageOutput) -> None:
        """Leave what another stage would give, since it was made along: `handed_over` finds it there."""
        with self.workspace() as folder:
            note = folder / "note.json"
            note.write_text(output.model_dump_json(), encoding="utf-8")
            self._blobs.put(_note(sha1, recipe, type(output)), note)

    def handed_over(self, sha1: str, recipe: str, kind: type[Output]) -> Output | None:
        """What was left for this recipe, once: it is gone afterwards. None if nothing was."""
        key = _note(sha1, recipe, kind)
        if not self._blobs.exists(key):
            return None
        with self._blobs.open(key) as stream:
            found = kind.model_validate_json(stream.read())
        self._blobs.delete(key)
        return found

    def local_path(self, derivative: Derivative) -> AbstractContextManager[Path]:
        """The derivative as a local file for as long as the context lasts."""
        return self._blobs.local_path(derivative.key)

    def delete(self, key: str) -> None:
        """Remove a derivative's bytes by their key; an unknown one is no error."""
        self._blobs.delete(key)

    def keys(self) -> Iterator[tuple[str, str]]:
        """All that is kept: the asset's SHA-1 and the key. What has another kind of name is passed by."""
        for key in self._blobs.keys(""):
            if found := _KEY.fullmatch(key):
                yield found[1], key

    def size(self, key: str) -> int:
        """Bytes of a derivative; 0 where it is gone."""
        try:
            return self._blobs.size(key)
        except NotFound:
            return 0

    def open(self, derivative: Derivative) -> BinaryIO:
        """A seekable reader."""
        return self._blobs.open(derivative.key)


def _note(sha1: str, recipe: str, kind: type[StageOutput]) -> str:
    return f"{sha1[:2]}/{sha1}/{recipe}/{kind.__name__.lower()}.json"
