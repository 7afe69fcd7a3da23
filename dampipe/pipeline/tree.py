"""Reading folders, one after the other and in order: what is footage, what is passed by, what cannot be read."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from dampipe.domain.assets import Source
from dampipe.pipeline.rules import Rules


@dataclass
class Folder:
    """What one folder holds, as far as it concerns us."""

    path: str
    source: Source
    files: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    problem: str = ""
    """Why it could not be read."""

    @property
    def relative(self) -> str:
        """Its path below the source's root, "" for the root itself."""
        return relative(self.path, self.source)


def folders(top: str, source: Source, inner: list[Source], rules: Rules) -> Iterator[Folder]:
    """A folder and all below it, depth first; `inner`: sources whose roots lie inside `source`."""
    roots = {other.root: other for other in inner}
    stack = [(top, source)]
    while stack:
        path, owner = stack.pop()
        found = _read(Folder(path, owner), rules, roots)
        yield found
        for name in reversed(found.folders):
            inside = os.path.join(path, name)
            stack.append((inside, roots.get(inside, owner)))


def relative(path: str, source: Source) -> str:
    """A path below a source's root, "" for the root itself."""
    below = str(PurePath(path).relative_to(source.root))
    return "" if below == "." else below


def _read(found: Folder, rules: Rules, roots: dict[str, Source]) -> Folder:
    prefix = f"{found.relative}/" if found.relative else ""
    try:
        with os.scandir(found.path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    # A folder that somebody named as a source is meant, whatever it is called.
                    if entry.path in roots or not rules.exclude.folder(prefix + entry.name):
                        found.folders.append(entry.name)
                elif rules.is_media(entry.name) and not rules.exclude.file(prefix + entry.name):
                    found.files.append(entry.name)
    except OSError as error:
        found.problem = error.strerror or str(error)
        found.files, found.folders = [], []
    found.folders.sort()
    found.files.sort()
    return found
