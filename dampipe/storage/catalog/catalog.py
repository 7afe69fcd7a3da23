"""The catalogue: one database, what is known of sources, assets, runs, scans and vectors."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray

from dampipe.domain.errors import InvalidInput, NotFound
from dampipe.domain.media import MediaInfo
from dampipe.domain.moments import Moment
from dampipe.domain.videos import Video
from dampipe.storage.base import StorageEngine
from dampipe.storage.catalog.asked import Asked
from dampipe.storage.catalog.assets import Assets
from dampipe.storage.catalog.backlog import Backlog
from dampipe.storage.catalog.database import Database
from dampipe.storage.catalog.filtering import Filtering
from dampipe.storage.catalog.findings import Findings
from dampipe.storage.catalog.folders import Folders
from dampipe.storage.catalog.holding import Holding
from dampipe.storage.catalog.leftovers import Leftovers
from dampipe.storage.catalog.migrate import check_schema, upgrade
from dampipe.storage.catalog.models import ModelRows
from dampipe.storage.catalog.outputs import save_vectors
from dampipe.storage.catalog.prints import Prints
from dampipe.storage.catalog.pruning import Pruning
from dampipe.storage.catalog.recovery import Recovery
from dampipe.storage.catalog.results import Results
from dampipe.storage.catalog.runs import Runs
from dampipe.storage.catalog.scans import Scans
from dampipe.storage.catalog.sources import Sources
from dampipe.storage.catalog.tags import Tags
from dampipe.storage.catalog.vectors import VectorRows
from dampipe.storage.catalog.verdicts import Verdicts
from dampipe.storage.catalog.verifications import Verifications
from dampipe.storage.catalog.words import Words
from dampipe.storage.catalog.workers import Workers


class Catalog(StorageEngine):
    """A StorageEngine over SQLModel tables in SQLite or PostgreSQL, and the pipeline's own memory.

    Its parts: `assets`, `runs`, `results`, `backlog`, `recovery`, `sources`, `scans`, `findings`, `folders`,
    `holding`, `pruning`, `leftovers`, `verifications`, `verdicts`, `vectors`, `models`, `workers`, `filtering`,
    `words`, `tags`, `asked`, `prints`.
    """

    def __init__(self, database: Database) -> None:
        """Over a database that `set_up` has brought, or will bring, to the newest schema."""
        self.database = database
        self.assets = Assets(database)
        self.runs = Runs(database)
        self.backlog = Backlog(database)
        self.recovery = Recovery(database)
        self.results = Results(database)
        self.sources = Sources(database)
        self.scans = Scans(database, self.sources)
        self.findings = Findings(database)
        self.folders = Folders(database)
        self.holding = Holding(database)
        self.pruning = Pruning(database)
        self.leftovers = Leftovers(database)
        self.verifications = Verifications(database)
        self.verdicts = Verdicts(database)
        self.vectors = VectorRows(database)
        self.models = ModelRows(database)
        self.workers = Workers(database)
        self.filtering = Filtering(database)
        self.words = Words(database, self.filtering)
        self.tags = Tags(database)
        self.asked = Asked(database)
        self.prints = Prints(database)

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
        source = self.sources.holding(str(place.parent))
        folder = self.sources.ensure_folder(source.id, relative(place.parent, source.root))
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

    def owners(self, ids: Sequence[int]) -> dict[int, tuple[str, int]]:
        """Of which asset and shot vectors are."""
        return self.vectors.owners(ids)

    def moments(self, ids: Sequence[int]) -> dict[int, Moment]:
        """What vectors show."""
        return self.vectors.moments(ids)


def relative(folder: PurePath, root: str) -> str:
    """A folder's path below its source's root, "" for the root itself."""
    path = str(folder.relative_to(root))
    return "" if path == "." else path
