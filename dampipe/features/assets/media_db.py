"""The storage engine that keeps videos in SQLite or PostgreSQL, registered under the name `media-db`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, Self

from sqlalchemy import Connection

from dampipe.features.assets.errors import INVALID_DATABASE_CONFIG, INVALID_SHA1, NO_SUCH_FILE
from dampipe.features.assets.queries import AssetRepository, NoDerivatives
from dampipe.features.sources.folders import FolderRepository
from dampipe.features.sources.path_mapping import below_root
from dampipe.features.sources.queries import SourceRepository
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.migrate import upgrade
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.ids import VersionId
from dampipe.kernel.paths import printable
from dampipe.media.info import MediaInfo
from dampipe.storage.base import StorageEngine
from dampipe.storage.video import Video


class AssetPlanner(Protocol):
    """Creates the runs that a new asset wants."""

    def plan(self, connection: Connection, version: VersionId) -> None:
        """Create the runs that follow the identification of a version, those that it lacks."""


class MediaDb(StorageEngine):
    """Videos in the catalogue's tables."""

    def __init__(
        self,
        database: Database,
        assets: AssetRepository,
        sources: SourceRepository,
        folders: FolderRepository,
        planner: AssetPlanner | None = None,
    ) -> None:
        """planner: None where videos are only recorded, and no pipeline processes them."""
        self._db = database
        self._assets = assets
        self._sources = sources
        self._folders = folders
        self._planner = planner

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """From {"url": SQLAlchemy URL}; brings the schema up. Raises InvalidInput for any other configuration."""
        url = config.get("url")
        if not isinstance(url, str) or set(config) != {"url"}:
            raise InvalidInput(INVALID_DATABASE_CONFIG)
        database = Database(url)
        upgrade(database)
        return cls.over(database)

    @classmethod
    def over(cls, database: Database) -> Self:
        """Over a database with the newest schema, without a pipeline."""
        assets = AssetRepository(database, NoDerivatives())
        return cls(database, assets, SourceRepository(database), FolderRepository(database))

    def close(self) -> None:
        """Give the connections back."""
        self._db.close()

    def add_video(self, path: Path, sha1: str, media: MediaInfo | None = None) -> Video:
        """See StorageEngine. Creates the events and the runs that a scan of the file would, too."""
        file = path.absolute()
        if not file.is_file():
            raise NotFound(NO_SUCH_FILE, path=printable(file))
        if len(sha1) != 40 or set(sha1) - set("0123456789abcdef"):
            raise InvalidInput(INVALID_SHA1, sha1=sha1)
        source = self._sources.ensure_holder(str(file.parent))
        folder = self._folders.ensure(source.id, below_root(file.parent, source.root))
        with self._db.write() as connection:
            asset = self._assets.add(connection, folder, file, sha1, media)
            if self._planner is not None:
                self._planner.plan(connection, asset)
        return self.get_video(sha1)

    def get_video(self, sha1: str) -> Video:
        """See StorageEngine."""
        return self._assets.videos([self._assets.find(sha1)])[0]

    def list_videos(self, *, limit: int = 100, after: str | None = None) -> list[Video]:
        """See StorageEngine."""
        before = None if after is None else int(self._assets.find(after).id)
        return self._assets.videos(self._assets.page(limit, before))
