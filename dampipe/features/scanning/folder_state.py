"""What is known of folders beside their files: sidecars, and names that are spelled in two ways.

Asked for folders that have changed, each by itself: a source may have a million others.
"""

import os
from collections.abc import Iterable, Mapping

from dampipe.features.assets.catalog import Catalog
from dampipe.features.scanning.known_files import KnownFile, KnownFolder
from dampipe.features.scanning.listing import as_text
from dampipe.features.sources.model import Source
from dampipe.kernel.unicode_paths import respelled


class FolderState:
    """The folders of one catalogue."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def keep_sidecars(
        self, source: Source, path: str, sidecars: Mapping[str, list[str]], is_new: bool = False
    ) -> None:
        """Note what belongs to the files of a folder, if it is not what is known. is_new: nothing is."""
        text = as_text(sidecars)
        if text != ("{}" if is_new else self._catalog.folders.sidecars(source.id, path)):
            self._catalog.folders.save_sidecars(source.id, path, text)

    def respelled_folder(self, source: Source, path: str) -> KnownFolder | None:
        """The known folder that is found as `path` now, another spelling; known by this one from now on."""
        others = self._catalog.folders.known_spellings(source.id, path)
        if len(others) != 1:
            return None
        (old,) = others
        here, there = os.path.join(source.root, path), os.path.join(source.root, old)
        # Where a file system tells the spellings apart, both may be there: then these are two folders.
        if os.path.lexists(there) and not os.path.samefile(here, there):
            return None
        number = self._catalog.folders.respell(source.id, old, path)
        return None if number is None else KnownFolder(os.fsencode(path), number, None)

    def spelled_as_found(self, known: Iterable[KnownFile], found: list[str]) -> list[KnownFile]:
        """Known files in order, under the names by which they were found, in the catalogue, too."""
        by_name = {os.fsdecode(file.key): file for file in known}
        for name, old in respelled(by_name.keys(), found).items():
            by_name[name] = by_name.pop(old)._replace(key=os.fsencode(name))
            self._catalog.folders.rename_file(by_name[name].id, name)
        return sorted(by_name.values())
