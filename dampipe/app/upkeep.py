"""The use cases of sources."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from dampipe.features.assets.catalog import Catalog
from dampipe.features.sources.model import Source, SourceReport
from dampipe.features.sources.path_mapping import under_known_root
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.gitignore import check_patterns
from dampipe.kernel.paths import printable


class Upkeep:
    """Sources. Any method may raise CatalogueDown."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def add_source(
        self,
        name: str,
        path: str | Path,
        *,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        path_maps: Mapping[str, str] | None = None,
    ) -> Source:
        """Name a folder of footage, with patterns in the syntax of .gitignore and where machines see it.

        What a known folder had before is replaced. Raises InvalidInput for a name that is taken, a
        pattern or a map that makes no sense, or a folder that is a source by another path; NotFound
        when there is no such folder as this machine sees it.
        """
        root = os.path.abspath(os.fspath(path))
        if not name.strip() or name != printable(name).strip() or name.startswith("-"):
            raise InvalidInput(f"{printable(name)!r} is no name for a source", hint="Use letters and digits.")
        try:
            check_patterns([*include, *exclude])
        except ValueError as error:
            raise InvalidInput(str(error), hint="See the syntax of .gitignore.") from error
        maps = {machine: os.path.normpath(where) for machine, where in (path_maps or {}).items()}
        for machine, where in maps.items():
            if not machine or not os.path.isabs(where):
                raise InvalidInput(f"{machine}:{where} is no path map", hint="Give MACHINE:/absolute/path.")
        here = maps.get(self._catalog.database.machine, root)
        if not os.path.isdir(here):
            raise NotFound(f"there is no folder {printable(here)}", hint="Is the share mounted?")
        others = [s for s in self._catalog.sources.all() if root not in (s.declared, s.root)]
        same = under_known_root(here, others)
        if any(s.root == same != here for s in others):
            raise InvalidInput(
                f"{printable(here)} and {printable(same)}, a source already, are the same folder"
            )
        return self._catalog.sources.add(name, root, include=include, exclude=exclude, path_maps=maps)

    def source_at(self, path: str | Path) -> Source | None:
        """The source whose footage root this is."""
        root = os.path.abspath(os.fspath(path))
        return next((s for s in self._catalog.sources.all() if root in (s.declared, s.root)), None)

    def sources(self) -> list[SourceReport]:
        """All sources, by name, with what is known of them."""
        counts = self._catalog.sources.counts()
        found = []
        for source in self._catalog.sources.all():
            present, missing = counts.get(source.id, (0, 0))
            found.append(
                SourceReport(
                    name=source.name,
                    root=printable(source.root),
                    present=present,
                    missing=missing,
                    reachable=os.path.isdir(source.root),
                    include=source.include,
                    exclude=source.exclude,
                    path_maps={machine: printable(root) for machine, root in source.path_maps.items()},
                )
            )
        return found

    def remove_source(self, name: str) -> int:
        """Forget a source and where its files were, not what was made of them; returns how many files.

        Raises NotFound.
        """
        return self._catalog.sources.remove(self._catalog.sources.named(name).id)
