"""One folder under several paths: path maps of machines, links, second mounts, and upper or lower case."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePath

from dampipe.features.sources.model import Source
from dampipe.kernel.paths import below, is_below, is_url, join_root


def holder(path: str, sources: Iterable[Source]) -> Source | None:
    """The source that holds a path as this machine sees it, the most specific one."""
    return max((s for s in sources if s.holds(path)), key=lambda source: len(source.root), default=None)


def below_root(path: str | PurePath, root: str) -> str:
    """A path relative to a source's root, "" for the root itself. Raises ValueError for one that is not below it."""
    path = str(path)
    if not is_below(path, root):
        raise ValueError(f"{path!r} is not below {root!r}")
    return below(path, root)


def as_declared(path: str, sources: Iterable[Source]) -> str:
    """A path of this machine as the catalogue stores it, independent of the machine."""
    source = holder(path, sources)
    if source is None or not source.declared:
        return path
    return join_root(source.declared, below(path, source.root))


def as_seen_here(path: str, sources: Iterable[Source]) -> str:
    """A path of the catalogue as this machine sees it."""
    roots = [(s.declared or s.root, s.root) for s in sources]
    roots = [(declared, root) for declared, root in roots if is_below(path, declared)]
    if not roots:
        return path
    declared, root = max(roots, key=lambda pair: len(pair[0]))
    return path if declared == root else join_root(root, below(path, declared))


def under_known_root(
    path: str, sources: Sequence[Source], same: Callable[[str, str], bool] = os.path.samefile
) -> str:
    """The path below a source's root, where the given one leads into a source by another way.

    That is: through a link, a second mount of the same file system, or another case on a file system
    that ignores case. A URL has one spelling only. same: whether two paths are the same folder.
    """
    if is_url(path) or holder(path, sources) is not None:
        return path
    local = [source for source in sources if not is_url(source.root)]
    for above in (PurePath(path), *PurePath(path).parents):
        for source in local:
            if _is_same(same, str(above), source.root):
                return join_root(source.root, below(path, str(above)))
    return path


def _is_same(same: Callable[[str, str], bool], path: str, root: str) -> bool:
    try:
        return same(path, root)
    except OSError:  # one of the two does not exist
        return False
