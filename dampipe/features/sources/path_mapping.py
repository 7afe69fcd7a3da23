"""One place under several paths: machines mount a share where they like, links and case lead there, too."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePath

from dampipe.features.sources.model import Source


def holder(path: str, sources: Iterable[Source]) -> Source | None:
    """The source that holds a path as this machine sees it, the most specific one."""
    return max((s for s in sources if s.holds(path)), key=lambda source: len(source.root), default=None)


def as_declared(path: str, sources: Iterable[Source]) -> str:
    """A path of this machine as it is in the catalogue, whichever machine reads it there."""
    source = holder(path, sources)
    if source is None or not source.declared:
        return path
    return _joined(source.declared, PurePath(path).relative_to(source.root))


def as_seen_here(path: str, sources: Iterable[Source]) -> str:
    """A path of the catalogue as this machine sees it."""
    held = [(s.declared or s.root, s.root) for s in sources]
    held = [(declared, root) for declared, root in held if PurePath(path).is_relative_to(declared)]
    if not held:
        return path
    declared, root = max(held, key=lambda pair: len(pair[0]))
    return path if declared == root else _joined(root, PurePath(path).relative_to(declared))


def under_known_root(
    path: str, sources: Sequence[Source], same: Callable[[str, str], bool] = os.path.samefile
) -> str:
    """The path below a source's root where it leads to a place inside of one by another way.

    That is: through a link, a second mount of the same file system, or another case on a file system
    that does not tell cases apart. same: whether two folders are one.
    """
    if holder(path, sources) is not None:
        return path
    for above in (PurePath(path), *PurePath(path).parents):
        for source in sources:
            if _is_same(same, str(above), source.root):
                return _joined(source.root, PurePath(path).relative_to(above))
    return path


def _is_same(same: Callable[[str, str], bool], one: str, other: str) -> bool:
    try:
        return same(one, other)
    except OSError:  # one of them is not there
        return False


def _joined(root: str, below: PurePath) -> str:
    return os.path.normpath(os.path.join(root, below))
