"""What a walk remembers of folders beside their files: sidecars, and names that are spelled in two ways.

Asked once a folder; in folders without sidecars and with plain names it does nothing.
"""

from dampipe.domain.spelling import respelled
from dampipe.pipeline.tree import Folder
from dampipe.storage.catalog.catalog import Catalog
from dampipe.storage.catalog.findings import KnownFile
from dampipe.storage.catalog.folders import KnownFolders, as_text


class FolderMemory:
    """The folders of one walk."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: dict[int, KnownFolders] = {}

    def meet(self, folder: Folder) -> None:
        """Before a folder is compared: keep what has changed about it."""
        source = folder.source
        if source.id not in self._known:
            self._known[source.id] = self._catalog.folders.of(source.id)
        known, path = self._known[source.id], folder.relative
        old = known.old_spelling(source.root, path)
        if old is not None:
            self._catalog.folders.respell(source.id, old, path)
            if old in known.sidecars:
                known.sidecars[path] = known.sidecars.pop(old)
        if not folder.sidecars and path not in known.sidecars:
            return
        text = as_text(folder.sidecars)
        if folder.listed and known.sidecars.get(path, hash("{}")) != hash(text):
            self._catalog.folders.save_sidecars(source.id, path, text)

    def spelled_as_found(self, folder: Folder, known: dict[str, KnownFile]) -> dict[str, KnownFile]:
        """The known files under the names by which they were found, in the catalogue, too."""
        for found, old in respelled(known.keys(), folder.files).items():
            known[found] = known.pop(old)
            self._catalog.folders.rename_file(known[found].id, found)
        return known
