"""Reading folders, one after the other and in order: what is footage, what is passed by, what cannot be read."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from dampipe.domain.assets import Source
from dampipe.domain.sidecars import may_be_sidecar
from dampipe.pipeline.belongings import Listing, sort_out
from dampipe.pipeline.rules import Rules


@dataclass
class Folder:
    """What one folder holds, as far as it concerns us."""

    path: str
    source: Source
    files: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    sidecars: dict[str, list[str]] = field(default_factory=dict)
    """By file: what belongs to it, relative to the folder."""
    listed: bool = False
    """Whether all that it holds was looked at, not some of its files only."""
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


def some_files(path: str, source: Source, names: list[str], rules: Rules) -> Folder:
    """A folder of which only these files are asked for, by name, whatever the rules say of them."""
    found = _read(Folder(path, source), rules, {})
    return Folder(path, source, names, sidecars=found.sidecars, listed=found.listed)


def relative(path: str, source: Source) -> str:
    """A path below a source's root, "" for the root itself."""
    below = str(PurePath(path).relative_to(source.root))
    return "" if below == "." else below


def _read(found: Folder, rules: Rules, roots: dict[str, Source]) -> Folder:
    prefix = f"{found.relative}/" if found.relative else ""
    exclude = rules.exclude_of(found.source)
    listing, spared = Listing(), set()
    try:
        with os.scandir(found.path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    # A folder that somebody named as a source is meant, whatever it is called.
                    if entry.path in roots:
                        spared.add(entry.name)
                        listing.folders.append(entry.name)
                    elif not exclude.folder(prefix + entry.name):
                        listing.folders.append(entry.name)
                elif rules.is_media(entry.name):
                    if not exclude.file(prefix + entry.name):
                        listing.files.append(entry.name)
                elif may_be_sidecar(entry.name):
                    listing.sidecars.append(entry.name)
    except OSError as error:
        found.problem = error.strerror or str(error)
        return found
    listing.sidecars.sort()
    found.listed = True
    found.sidecars = sort_out(found.path, listing, frozenset(spared))
    found.folders = sorted(listing.folders)
    found.files = sorted(listing.files)
    return found
