"""Camera cards: everything on them is copied, with its structure, since editing programs need the whole card."""

import os
from collections.abc import Iterator
from dataclasses import replace

from dampipe.features.imports.errors import NOT_A_CARD
from dampipe.features.imports.importers import OriginFile
from dampipe.features.imports.local_origin import Listed, LocalOrigin, walk
from dampipe.features.sources.cards import card_of, own_file, own_folders
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.paths import printable
from dampipe.media.filetypes import is_media

_DEPTH = 3
"""Folders below the origin in which the structure of a card is looked for: PRIVATE/M4ROOT/CLIP."""


class CardImporter(LocalOrigin):
    """A camera card, or a copy of one, named by the folder that holds its structure."""

    summary = "Copy a whole camera card, verified, and say when it is safe to format."
    names_files = False
    fields = ("card", "camera", "shot_on", "imported_on")
    default_pattern = "{shot_on:%Y-%m-%d}_{card}"
    proves_complete = True

    def check(self, origin: str) -> None:
        """Raise NotFound if there is no such folder, and InvalidInput if it is not a card."""
        super().check(origin)
        if not _is_card(origin):
            raise InvalidInput(NOT_A_CARD, path=printable(origin))

    def list(self, origin: str) -> Iterator[OriginFile]:
        """Every file, whatever it is."""
        return walk(origin, lambda here: _classified(origin, here))


def _classified(origin: str, here: Listed) -> Iterator[OriginFile]:
    own = any(
        folder in own_folders(os.path.basename(above), _folders(above))
        for above, folder in _steps(origin, here.path)
    )
    folder = os.path.basename(here.path)
    for file in here.files:
        name = os.path.basename(file.key)
        yield replace(
            file, structure="", is_footage=is_media(name) and not own and not own_file(folder, name)
        )


def _steps(origin: str, path: str) -> Iterator[tuple[str, str]]:
    """Each folder of a path below the origin, with the absolute path of the folder above it."""
    above = origin
    for folder in path.split("/") if path else ():
        yield above, folder
        above = os.path.join(above, folder)


def _folders(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _is_card(origin: str) -> bool:
    """Whether a card's structure lies in a folder."""
    level = [origin]
    for _ in range(_DEPTH):
        level = [os.path.join(path, folder) for path in level for folder in _folders(path)]
        for path in level:
            card = card_of(path)
            if card is not None and os.path.normpath(card.root) == os.path.normpath(origin):
                return True
    return False
