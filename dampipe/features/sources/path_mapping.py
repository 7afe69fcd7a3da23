"""One folder under several paths: path maps of machines, links, second mounts, and upper or lower case."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePath

from dampipe.features.sources.model import Source


def holder(path: str, sources: Iterable[Source]) -> Source | None:
    """The source that holds a path as this machine sees it, the most specific one."""
    return max((s for s in sources if s.holds(path)), key=lambda source: len(source.root), default=None)


def below_root(path: str | PurePath, root: str) -> str:
    """A path relative to a source's root, "" for the root itself."""
    relative = str(PurePath(path).relative_to(root))
    return "" if relative == "." else relative


def as_declared(path: str, sources: Iterable[Source]) -> str:
    """A path of this machine as the catalogue stores it, independent of the machine."""
    source = holder(path, sources)
    if source is None or not source.declared:
        return path
    return _joined(source.declared, PurePath(path).relative_to(source.root))


def as_seen_here(path: str, sources: Iterable[Source]) -> str:
    """A path of the catalogue as this machine sees it."""
    roots = [(s.declared or s.root, s.root) for s in sources]
    roots = [(declared, root) for declared, root in roots if PurePath(path).is_relative_to(declared)]
    if not roots:
        return path
    declared, root = max(roots, key=lambda pair: len(pair[0]))
    return path if declared == root else _joined(root, PurePath(path).relative_to(declared))


def under_known_root(
    path: str, sources: Sequence[Source], same: Callable[[str, str], bool] = os.path.samefile
) -> str:
    """The path below a source's root, where the given one leads into a source by another way.

    That is: through a link, a second mount of the same file system, or another case on a file system
    that ignores case. same: whether two paths are the same folder.
    """
    if holder(path, sources) is not None:
        return path
    for above in (PurePath(path), *PurePath(path).parents):
        for source in sources:
            if _is_same(same, str(above), source.root):
                return _joined(source.root, PurePath(path).relative_to(above))
    return path


def _is_same(same: Callable[[str, str], bool], path: str, root: str) -> bool:
    try:
        return same(path, root)
    except OSError:  # one of the two does not exist
        return False


def _joined(root: str, relative: PurePath) -> str:
    return os.path.normpath(os.path.join(root, relative))
