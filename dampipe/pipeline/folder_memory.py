"""What a walk remembers of folders beside their files: sidecars, and names that are spelled in two ways.

Asked for folders that have changed; where there are no sidecars and names are plain it does nothing.
"""

import os
from collections.abc import Iterable, Mapping

from dampipe.domain.assets import Source
from dampipe.domain.spelling import respelled
from dampipe.pipeline.listing import as_text
from dampipe.storage.catalog.catalog import Catalog
from dampipe.storage.catalog.folders import KnownFolders
from dampipe.storage.catalog.known import KnownFile, KnownFolder


class FolderMemory:
    """The folders of one walk."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: dict[int, KnownFolders] = {}

    def keep_sidecars(self, source: Source, path: str, sidecars: Mapping[str, list[str]]) -> None:
        """Note what belongs to the files of a folder, if it is not what is known."""
        known = self._of(source).sidecars
        if not sidecars and path not in known:
            return
        text = as_text(sidecars)
        if known.get(path, hash("{}")) != hash(text):
            self._catalog.folders.save_sidecars(source.id, path, text)

    def respelled_folder(self, source: Source, path: str) -> KnownFolder | None:
        """The known folder that is found as `path` now, another spelling; known by this one from now on."""
        if path.isascii():
            return None
        known = self._of(source)
        old = known.old_spelling(source.root, path)
        if old is None:
            return None
        number = self._catalog.folders.respell(source.id, old, path)
        if old in known.sidecars:
            known.sidecars[path] = known.sidecars.pop(old)
        return None if number is None else KnownFolder(os.fsencode(path), number, None)

    def spelled_as_found(self, known: Iterable[KnownFile], found: list[str]) -> list[KnownFile]:
        """Known files in order, under the names by which they were found, in the catalogue, too."""
        by_name = {os.fsdecode(file.key): file for file in known}
        for name, old in respelled(by_name.keys(), found).items():
            by_name[name] = by_name.pop(old)._replace(key=os.fsencode(name))
            self._catalog.folders.rename_file(by_name[name].id, name)
        return sorted(by_name.values())

    def _of(self, source: Source) -> KnownFolders:
        if source.id not in self._known:
            self._known[source.id] = self._catalog.folders.of(source.id)
        return self._known[source.id]
