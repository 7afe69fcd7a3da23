"""The catalogue: one database, what is known of sources, assets, runs, scans and vectors."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dampipe.features.assets.folders import FolderRepository
from dampipe.features.assets.locations import LocationRepository
from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.subjects import AssetSubjects
from dampipe.features.derivatives.queries import DerivativeRepository
from dampipe.features.duplicates.fingerprints import FingerprintRepository
from dampipe.features.fixity.queue import FixityQueue
from dampipe.features.fixity.report import FixityReport
from dampipe.features.scanning.hold import ScanHolds
from dampipe.features.scanning.postponed import found_by_open_scan
from dampipe.features.scanning.queries import ScanRepository
from dampipe.features.search.model_queries import ModelRepository
from dampipe.features.search.query_cache import QueryVectorCache
from dampipe.features.search.savers import save_vectors
from dampipe.features.search.text_index import TextIndex
from dampipe.features.search.vectors import VectorRepository
from dampipe.features.sources.path_mapping import below_root
from dampipe.features.sources.queries import SourceRepository
from dampipe.features.tagging.queries import TagRepository
from dampipe.jobs.queue import RunQueue
from dampipe.jobs.reads import RunReads
from dampipe.jobs.recovery import RunRecovery
from dampipe.jobs.retry import RunRetries
from dampipe.jobs.runs import RunRepository
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.db.database import Database
from dampipe.kernel.db.migrate import check_schema, upgrade
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.media.info import MediaInfo
from dampipe.storage.base import StorageEngine
from dampipe.storage.moment_search import VectorOwner
from dampipe.storage.moments import Moment
from dampipe.storage.video import Video


class Catalog(StorageEngine):
    """A StorageEngine over SQLModel tables in SQLite or PostgreSQL, and the pipeline's own memory.

    Its parts: `assets`, `runs`, `results`, `backlog`, `recovery`, `sources`, `scans`, `folders`, `locations`,
    `holding`, `pruning`, `leftovers`, `verifications`, `verdicts`, `vectors`, `models`, `workers`,
    `words`, `tags`, `asked`, `prints`.
    """

    def __init__(self, database: Database) -> None:
        """Over a database that `set_up` has brought, or will bring, to the newest schema."""
        self.database = database
        self.assets = AssetRepository(database, DerivativeRepository())
        self.subjects = AssetSubjects(database, self.assets, [found_by_open_scan()])
        self.runs = RunRepository(database, self.subjects)
        self.backlog = RunQueue(database, self.subjects)
        self.retries = RunRetries(database, self.subjects)
        self.recovery = RunRecovery(database)
        self.results = RunReads(database, self.subjects)
        self.sources = SourceRepository(database)
        self.scans = ScanRepository(database, self.sources)
        self.folders = FolderRepository(database)
        self.locations = LocationRepository(database)
        self.holding = ScanHolds(database)
        self.verifications = FixityQueue(database)
        self.verdicts = FixityReport(database)
        self.vectors = VectorRepository(database)
        self.models = ModelRepository(database)
        self.workers = WorkerRepository(database)
        self.words = TextIndex(database)
        self.tags = TagRepository(database)
        self.asked = QueryVectorCache(database)
        self.prints = FingerprintRepository(database)

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> "Catalog":
        """From {"url": SQLAlchemy URL}; sets the schema up. Raises InvalidInput for anything else."""
        url = config.get("url")
        if not isinstance(url, str) or set(config) != {"url"}:
            raise InvalidInput("the catalogue's configuration is {'url': '<SQLAlchemy URL>'}")
        catalog = cls(Database(url))
        catalog.set_up()
        return catalog

    def set_up(self) -> None:
        """Bring the schema to the newest version; safe to call from several processes at once."""
        upgrade(self.database)

    def check(self) -> None:
        """Raise CatalogueDown if the database does not answer or has not the newest schema."""
        check_schema(self.database)

    def close(self) -> None:
        """Give the connections back."""
        self.database.close()

    def add_video(self, path: Path, sha1: str, media: MediaInfo | None = None) -> Video:
        """See StorageEngine."""
        place = path.absolute()
        if not place.is_file():
            raise NotFound(f"there is no file {place}")
        if len(sha1) != 40 or set(sha1) - set("0123456789abcdef"):
            raise InvalidInput(f"{sha1!r} is no SHA-1: 40 hexadecimal digits, lower case")
        source = self.sources.ensure_holder(str(place.parent))
        folder = self.folders.ensure(source.id, below_root(place.parent, source.root))
        self.assets.add(folder, place, sha1, media)
        return self.get_video(sha1)

    def get_video(self, sha1: str) -> Video:
        """See StorageEngine."""
        return self.assets.videos([self.assets.find(sha1)])[0]

    def list_videos(self, *, limit: int = 100, after: str | None = None) -> list[Video]:
        """See StorageEngine."""
        before = None if after is None else int(self.assets.find(after).id)
        return self.assets.videos(self.assets.page(limit, before))

    def add_vectors(
        self,
        sha1: str,
        model: str,
        times: Sequence[float],
        rows: NDArray[np.float32],
        shots: Sequence[int] | None = None,
    ) -> None:
        """Replace the video's vectors of that model: rows of shape (len(times), dimension)."""
        if rows.ndim != 2 or len(rows) != len(times):
            raise ValueError(f"{len(times)} times need as many rows, not {rows.shape}")
        asset = self.assets.find(sha1)
        numbers = tuple(shots) if shots is not None else tuple(range(len(times)))
        with self.database.write() as connection:
            save_vectors(
                connection, self.database, asset.id, model, tuple(times), numbers, rows.astype("<f2")
            )

    def vectors_after(
        self, model: str, watermark: int, limit: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Vectors above the watermark, for an index to take in."""
        return self.vectors.after(model, watermark, limit)

    def vector_count(self, model: str, up_to: int) -> int:
        """How many vectors an index at that watermark should hold."""
        return self.vectors.count(model, up_to)

    def vector_ids(self, model: str, up_to: int) -> NDArray[np.int64]:
        """Which vectors an index at that watermark should hold."""
        return self.vectors.ids(model, up_to)

    def owners(self, ids: Sequence[int]) -> dict[int, VectorOwner]:
        """The owners of vectors."""
        return self.vectors.owners(ids)

    def moments(self, ids: Sequence[int]) -> dict[int, Moment]:
        """What vectors show."""
        return self.vectors.moments(ids)
