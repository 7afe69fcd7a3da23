"""What is known of folders besides their files: sidecars, and names with two Unicode spellings.

Read for folders that have changed, one by one: a source may have a million others.
"""

import os
from collections.abc import Iterable, Mapping

from dampipe.features.scanning.known_files import KnownFile, KnownFolder
from dampipe.features.scanning.tree import Tree
from dampipe.features.sources.folders import FolderRepository
from dampipe.features.sources.locations import LocationRepository
from dampipe.features.sources.model import Source
from dampipe.features.sources.sidecars import sidecars_as_text
from dampipe.kernel.db.database import Database
from dampipe.kernel.unicode_paths import respelled


class FolderState:
    """Reads and updates the state of folders. Holds no state of its own."""

    def __init__(self, database: Database) -> None:
        self._folders = FolderRepository(database)
        self._locations = LocationRepository(database)

    def save_sidecars(
        self, source: Source, path: str, sidecars: Mapping[str, list[str]], is_new: bool = False
    ) -> None:
        """Store the sidecars of a folder's files if they changed, and have those that are XMP read, since their
        contents may have changed. is_new: the folder is not known yet."""
        text = sidecars_as_text(sidecars)
        has_packets = any(name.lower().endswith(".xmp") for own in sidecars.values() for name in own)
        if has_packets or text != ("{}" if is_new else self._folders.sidecars(source.id, path)):
            self._folders.save_sidecars(source.id, path, text)

    def respelled_folder(self, source: Source, path: str, tree: Tree) -> KnownFolder | None:
        """The known folder that is the one at `path` under another spelling; it is renamed to this spelling."""
        others = self._folders.known_spellings(source.id, path)
        if len(others) != 1:
            return None
        (old,) = others
        if tree.are_two(path, old):
            return None
        folder = self._folders.respell(source.id, old, path)
        return None if folder is None else KnownFolder(os.fsencode(path), folder, None, path=path)

    def respelled_files(self, known: Iterable[KnownFile], found: list[str]) -> list[KnownFile]:
        """Known files in order, renamed to the spellings under which they were found."""
        by_name = {os.fsdecode(file.key): file for file in known}
        for name, old in respelled(by_name.keys(), found).items():
            by_name[name] = by_name.pop(old)._replace(key=os.fsencode(name))
            self._locations.rename(by_name[name].id, name)
        return sorted(by_name.values())
