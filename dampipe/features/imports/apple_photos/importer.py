"""Apple Photos as an origin."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from dampipe.features.imports.apple_photos.errors import NOT_A_LIBRARY
from dampipe.features.imports.apple_photos.library import OSXPHOTOS, is_library, read_photos
from dampipe.features.imports.apple_photos.listing import (
    HIDDEN,
    ORPHANS,
    REFERENCED,
    SHARED,
    TRASHED,
    listing,
    path_of,
)
from dampipe.features.imports.importers import OriginFile, OriginStat
from dampipe.features.imports.local_origin import LocalOrigin
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.paths import printable


@dataclass(frozen=True)
class PhotosImporter(LocalOrigin):
    """A library package of Apple Photos. It is only read, also by osxphotos."""

    include: tuple[str, ...] = ()

    summary = (
        "Copy the photos of an Apple Photos library, verified, with albums, people, favourites and edits."
    )
    names_files = True
    fields = ("name", "stem", "suffix", "camera", "shot_on", "imported_on")
    default_pattern = "{shot_on:%Y/%m}/{name}"
    proves_complete = False
    program = OSXPHOTOS
    includes = (HIDDEN, TRASHED, SHARED, REFERENCED, ORPHANS)
    includes_outside = (REFERENCED,)

    def including(self, include: tuple[str, ...]) -> "PhotosImporter":
        """The importer that also imports these."""
        return PhotosImporter(include)

    def check(self, origin: str) -> None:
        """Raise NotFound if there is no such folder, InvalidInput if it is no library, CannotStart without osxphotos."""
        super().check(origin)
        if not is_library(origin):
            raise InvalidInput(NOT_A_LIBRARY, path=printable(origin))
        OSXPHOTOS.path()

    def list(self, origin: str) -> Iterator[OriginFile]:
        """Every photo and every file of the package."""
        return listing(origin, read_photos(origin), self.include, self.label(origin))

    def stat(self, origin: str, key: str) -> OriginStat:
        """A file as it is now."""
        return super().stat("/", path_of(origin, key)[1:])

    def open(self, origin: str, key: str) -> BinaryIO:
        """The bytes of a file."""
        return super().open("/", path_of(origin, key)[1:])

    def local_path(self, origin: str, key: str) -> str | None:
        """The file's path."""
        return path_of(origin, key)

    def label(self, origin: str) -> str:
        """The name of the library: `Photos Library`."""
        name = os.path.basename(origin.rstrip("/"))
        return name.removesuffix(".photoslibrary") or name
