"""All repositories over one database, for tests: what the container of the application builds one by one."""

from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.subjects import AssetSubjects
from dampipe.features.assets.totals import AssetTotals
from dampipe.features.derivatives.queries import DerivativeRepository
from dampipe.features.duplicates.fingerprints import FingerprintRepository
from dampipe.features.duplicates.pairs import PairRepository
from dampipe.features.duplicates.search import NearDuplicateSearch
from dampipe.features.fixity.queue import FixityQueue
from dampipe.features.fixity.report import FixityReport
from dampipe.features.imports.contents import sha1_of_copy
from dampipe.features.scanning.hold import ScanHolds
from dampipe.features.scanning.postponed import found_by_open_scan
from dampipe.features.scanning.queries import ScanRepository
from dampipe.features.search.model_queries import ModelRepository
from dampipe.features.search.query_cache import QueryVectorCache
from dampipe.features.search.text_index import TextIndex
from dampipe.features.search.vector_media_db import VectorMediaDb
from dampipe.features.search.vectors import VectorRepository
from dampipe.features.sources.folders import FolderRepository
from dampipe.features.sources.locations import LocationRepository
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


class Catalog(VectorMediaDb):
    """The storage engine of a database, and its repositories."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.sources = SourceRepository(database)
        self.folders = FolderRepository(database)
        self.totals = AssetTotals(database)
        self.assets = AssetRepository(database, DerivativeRepository())
        super().__init__(database, self.assets, self.sources, self.folders)
        self.locations = LocationRepository(database)
        self.subjects = AssetSubjects(database, self.assets, [found_by_open_scan()], [sha1_of_copy])
        self.runs = RunRepository(database, self.subjects)
        self.backlog = RunQueue(database, self.subjects)
        self.retries = RunRetries(database, self.subjects)
        self.recovery = RunRecovery(database, self.subjects)
        self.results = RunReads(database, lambda: self.subjects)
        self.scans = ScanRepository(database, self.sources)
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
        self.pairs = PairRepository(database)
        self.near = NearDuplicateSearch(database, self.prints, self.pairs)

    def set_up(self) -> None:
        """Bring the schema to the newest version."""
        upgrade(self.database)

    def check(self) -> None:
        """Raise CatalogueDown if the schema is not the newest."""
        check_schema(self.database)
