"""The SQL by which clips find files: some statements for a whole timeline, none for each clip."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import Select, select

from dampipe.features.assets.tables import VERSION
from dampipe.features.sources.paths import full_path, place_columns
from dampipe.features.sources.tables import FOLDER, LOCATION, SOURCE
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.visibility import View
from dampipe.media.info import MediaInfo

NAMES_IN_ONE_QUERY = 5000
"""The table has no index of names: a query reads all of it, 0.1 s for a million files, so that few are sent."""
MOST_FILES = 50_000
"""Files that are considered for one timeline."""


@dataclass(frozen=True)
class File:
    """A visible file whose content is known."""

    version: int
    asset: int
    sha1: str
    path: str
    """As this machine sees it."""

    @property
    def name(self) -> str:
        """Of the file."""
        return self.path.rpartition("/")[2]


class FileRepository:
    """The files of one catalogue. Any method may raise CatalogueDown."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._files: Select[Any] = (
            select(VERSION.c.id, VERSION.c.asset_id, VERSION.c.sha1, *place_columns(database))
            .select_from(LOCATION.join(FOLDER, FOLDER.c.id == LOCATION.c.folder_id).join(SOURCE))
            .join(VERSION, VERSION.c.id == LOCATION.c.version_id)
            .order_by(LOCATION.c.state.desc(), LOCATION.c.id)
        )

    def of_contents(self, contents: Collection[str], view: View) -> dict[str, File]:
        """One file of each visible version, by SHA-1; the path is "" if no file is left."""
        found: dict[str, File] = {}
        with self._db.read() as connection:
            for some in chunked(sorted(contents)):
                query = select(VERSION.c.id, VERSION.c.asset_id, VERSION.c.sha1).where(
                    VERSION.c.sha1.in_(some), view.shows_some(VERSION.c.id)
                )
                rows = connection.execute(query).all()
                found |= {row.sha1: File(row.id, row.asset_id, row.sha1, "") for row in rows}
                files = self._files.where(
                    self._db.among(LOCATION.c.version_id, [row.id for row in rows]),
                    view.shows_folder(LOCATION.c.folder_id),
                )
                for file in reversed(self._read(connection, files)):
                    found[file.sha1] = file
        return found

    def of_places(self, places: Mapping[tuple[int, str], Collection[str]], view: View) -> list[File]:
        """The files with those names in folders, which are given by source and path relative to its root."""
        folders: dict[int, Collection[str]] = {}
        found: list[File] = []
        paths = sorted({path for _, path in places})
        with self._db.read() as connection:
            for some in chunked(paths):
                query = select(FOLDER.c.id, FOLDER.c.source_id, FOLDER.c.path).where(
                    FOLDER.c.path.in_(some), view.shows_folder(FOLDER.c.id)
                )
                for row in connection.execute(query):
                    if (row.source_id, row.path) in places:
                        folders[row.id] = places[row.source_id, row.path]
            for ids in chunked(sorted(folders)):
                names = sorted({name for one in ids for name in folders[one]})
                for part in chunked(names, NAMES_IN_ONE_QUERY):
                    files = self._files.where(
                        self._db.among(LOCATION.c.folder_id, ids), LOCATION.c.name.in_(part)
                    )
                    found += self._read(connection, files)
        return found

    def of_names(self, names: Collection[str], view: View) -> list[File]:
        """The files with one of those names, MOST_FILES at most."""
        found: list[File] = []
        with self._db.read() as connection:
            for some in chunked(sorted(names), NAMES_IN_ONE_QUERY):
                files = self._files.where(LOCATION.c.name.in_(some), view.shows_folder(LOCATION.c.folder_id))
                found += self._read(connection, files.limit(MOST_FILES - len(found)))
                if len(found) >= MOST_FILES:
                    break
        return found

    def of_reels(self, is_reel: Any, view: View) -> list[File]:
        """The files in folders named for a reel, themselves or one above; is_reel: whether a name is that of one."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(FOLDER.c.id, FOLDER.c.path).where(view.shows_folder(FOLDER.c.id))
            )
            folders = [row.id for row in rows if any(map(is_reel, PurePosixPath(row.path).parts))]
            found: list[File] = []
            for ids in chunked(folders):
                files = self._files.where(self._db.among(LOCATION.c.folder_id, ids))
                found += self._read(connection, files.limit(MOST_FILES - len(found)))
                if len(found) >= MOST_FILES:
                    break
        return found

    def media(self, versions: Iterable[int]) -> dict[int, MediaInfo]:
        """The metadata of versions that were probed."""
        found: dict[int, MediaInfo] = {}
        with self._db.read() as connection:
            for some in chunked(sorted(set(versions))):
                rows = connection.execute(
                    select(VERSION.c.id, VERSION.c.media).where(
                        self._db.among(VERSION.c.id, some), VERSION.c.media.is_not(None)
                    )
                )
                found |= {row.id: MediaInfo.model_validate_json(row.media) for row in rows}
        return found

    @staticmethod
    def _read(connection: Any, query: Select[Any]) -> list[File]:
        rows: Sequence[Any] = connection.execute(query).all()
        return [File(row.id, row.asset_id, row.sha1, full_path(row)) for row in rows]
