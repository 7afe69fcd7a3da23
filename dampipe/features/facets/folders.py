"""Folders in the facet index: which versions lie in a folder or below it. No I/O.

Under the field "/" there is a key for each folder that holds a version, and for each folder above it up to the root of
its source. Its name is the mark of the folder above, the mark of the folder, and how the folder is called: so the names
of all keys are the tree. A mark is a digest, since a path is longer than a name may be.
"""

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from dampipe.features.facets.postings import FieldPostings
from dampipe.kernel.asset_set import NONE, AssetSet
from dampipe.kernel.paths import printable

FIELD = "/"
"""Of the keys of folders: no field has this key."""
MOST_LABEL = 240
"""Characters of a folder's name that are kept."""
_MARK = 24
TOP = "0" * _MARK
"""The mark above the roots of sources."""


class FolderNode(NamedTuple):
    """A folder, or the root of a source."""

    mark: str
    label: str
    """Its name as people read it; of a root the number of the source."""
    name: str
    """Of its key."""


def _mark(above: str, name: bytes) -> str:
    return blake2b(above.encode() + b"/" + name, digest_size=_MARK // 2).hexdigest()


@lru_cache(maxsize=20_000)
def names_of_folder(source: int, path: str) -> tuple[str, ...]:
    """The names of the keys of a folder and of all above it, the root of the source first. path: relative to it."""
    parts = [str(source), *(path.split("/") if path else ())]
    above, found = TOP, []
    for part in parts:
        mark = _mark(above, os.fsencode(part))
        found.append(f"{above}{mark}{printable(part)[:MOST_LABEL]}")
        above = mark
    return tuple(found)


def marks_of_folder(source: int, path: str) -> tuple[str, ...]:
    """The marks of a folder and of all above it, the root of the source first."""
    return tuple(name[_MARK : 2 * _MARK] for name in names_of_folder(source, path))


@dataclass(frozen=True)
class FolderTree:
    """All folders that hold versions, at one time."""

    below: Mapping[str, Sequence[FolderNode]]
    """Folders by the mark of the one above, in the order of their names."""
    postings: FieldPostings

    def children(self, mark: str) -> Sequence[FolderNode]:
        """The folders in a folder; of TOP the roots of sources."""
        return self.below.get(mark, ())

    def versions(self, node: FolderNode) -> AssetSet:
        """The versions in a folder and below it."""
        return self.postings.named(node.name)

    def versions_at(self, source: int, path: str) -> AssetSet:
        """The same for a folder by its path relative to the root of its source."""
        return self.postings.named(names_of_folder(source, path)[-1])


@dataclass
class FolderCache:
    """The tree of one catalogue, made anew when there are new folders. Thread-safe."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _known: tuple[int, Mapping[str, Sequence[FolderNode]]] = (0, {})
    """How many keys there were, and the tree of them: keys stay, and are never replaced."""
    _revision: int = -1

    def tree(self, postings: FieldPostings) -> FolderTree:
        """The tree as it is now."""
        with self._lock:
            count, below = self._known
            if count != len(postings.names) or postings.revision < self._revision:
                below = _tree_of(postings.names)
                self._known = len(postings.names), below
            self._revision = postings.revision
        return FolderTree(below, postings)


def _tree_of(names: Mapping[str, int]) -> dict[str, Sequence[FolderNode]]:
    found: dict[str, list[FolderNode]] = {}
    for name in names:
        node = FolderNode(name[_MARK : 2 * _MARK], name[2 * _MARK :], name)
        found.setdefault(name[:_MARK], []).append(node)
    return {above: sorted(nodes, key=_order) for above, nodes in found.items()}


def _order(node: FolderNode) -> tuple[str, str, str]:
    return node.label.casefold(), node.label, node.mark


def versions_in(tree: FolderTree, places: Sequence[tuple[int, str]]) -> AssetSet:
    """The versions in some folders and below them, by source and path."""
    return AssetSet.union(tree.versions_at(source, path) for source, path in places) if places else NONE
