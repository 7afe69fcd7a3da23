"""The use cases: what one can do with a library of footage. Every face calls this and nothing below it."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from dampipe.domain.assets import printable
from dampipe.domain.cards import card_of
from dampipe.domain.cuts import Cut
from dampipe.domain.derivatives import Derivative
from dampipe.domain.duplicates import Duplicates
from dampipe.domain.errors import (
    BrokerDown,
    DampipeError,
    InvalidInput,
    NotFound,
)
from dampipe.domain.failures import Failure
from dampipe.domain.places import under_known_root
from dampipe.domain.reports import Details, Enqueued, StageCounts, Status, TagReport
from dampipe.domain.scans import ScanProgress
from dampipe.domain.search import Found, Query, split_like
from dampipe.domain.spelling import spellings
from dampipe.domain.videos import Video
from dampipe.duplicates import ALIKE, find_duplicates
from dampipe.media.mhl import Manifests
from dampipe.models import Models
from dampipe.pipeline.dispatch import Carrier
from dampipe.pipeline.plan import Plan
from dampipe.pipeline.sweep import Sweep
from dampipe.pipeline.verifier import Verifier
from dampipe.scan_control import ScanControl
from dampipe.search import Search
from dampipe.storage.auto import AutoStorage
from dampipe.storage.blobs.derivatives import DerivativeStore
from dampipe.storage.catalog.catalog import Catalog, relative
from dampipe.sync import Nightly, Sync
from dampipe.upkeep import Upkeep
from dampipe.verify import Verify

SCANS_SHOWN = 5
RUNNING_SHOWN = 20


class Library:
    """A library of footage.

    Any method may raise CatalogueDown. What is costly to make (the plan, the model, the connection to
    the broker) arrives as a callable and is made by the use case that needs it.
    """

    def __init__(
        self,
        *,
        catalog: Catalog,
        storage: AutoStorage,
        derivatives: DerivativeStore,
        plan: Callable[[], Plan],
        carrier: Callable[[], Carrier],
        models: Models,
        sweep: Callable[[], Sweep],
        verifier: Callable[[], Verifier],
        nightly: Nightly,
        manifests: Manifests,
    ) -> None:
        self._catalog = catalog
        self._storage = storage
        self._derivatives = derivatives
        self._plan = plan
        self._carrier = carrier
        self.models = models
        """Which models there are, and which one answers."""
        self._sweep = sweep
        self._search = Search(catalog, storage, models.answering)
        self.manifests = manifests
        """Proving by ASC MHL that a folder is what it was."""
        self.verify = Verify(catalog, carrier, verifier)
        """Reading files again, to see whether they still are what they were."""
        self.sync = Sync(catalog, carrier, sweep, self.verify, nightly)
        """Bringing the library up to its sources."""
        self.scans = ScanControl(catalog, plan, carrier)
        """Scans under way."""
        self.upkeep = Upkeep(catalog, storage, derivatives, models.names)
        """Sources, and forgetting what is gone."""

    def set_up(self) -> None:
        """Bring the catalogue's schema to the newest version."""
        self._catalog.set_up()

    def catch_up(self) -> int:
        """Plan what a new stage, recipe or model asks for and bring back what was lost; returns how much."""
        planned = self._sweep().plan_missing()
        return planned + sum(self._sweep().run().values())

    def enqueue(
        self,
        paths: Sequence[str | Path],
        *,
        accept_missing: bool = False,
        process: bool = True,
        priority: int = 0,
    ) -> Enqueued:
        """Submit a scan of files and folders and return at once.

        accept_missing: believe that what a source lacks is gone, however much it is.
        process: False to only take down what is there; a later scan of the place has it processed.
        priority: of the files found, and of those that wait there already; higher ones go first.

        Paths that do not exist are named in the answer and left out. Raises NotFound when none
        exists, InvalidInput for a device or a pipe. When the broker is down, the scan is kept and
        starts when it is back; the answer says so.
        """
        absolute = [os.path.abspath(os.fspath(path)) for path in paths]
        there = [path for path in absolute if os.path.exists(path)]
        absent = tuple(printable(path) for path in absolute if path not in there)
        for path in there:
            if not (os.path.isdir(path) or os.path.isfile(path)):
                raise InvalidInput(f"{printable(path)} is neither a folder nor a file")
        sources = self._catalog.sources.all()
        there = [under_known_root(path, sources) for path in there]
        if not there:
            what = ", ".join(absent) or "nothing"
            raise NotFound(f"no such file or folder: {what}", hint="Check the path; is the share mounted?")
        scan = self._catalog.scans.create(there, accept_missing, process=process, priority=priority)
        problem = ""
        try:
            self._carrier().ring("scan", scan)
        except BrokerDown as error:
            problem = f"{error}. {error.hint}"
        return Enqueued(scan=scan, absent=absent, broker_problem=problem)

    def progress(self, scan: int) -> ScanProgress:
        """How far a scan is. Raises NotFound."""
        return self._catalog.scans.progress(scan)

    def status(self) -> Status:
        """What is there, waiting, running, done and failed, and which workers are there."""
        assets, locations = self._catalog.assets.totals()
        counts = self._catalog.results.counts()
        names = [stage.name for stage in self._plan().stages]
        return Status(
            assets=assets,
            locations=locations,
            scans=tuple(self._catalog.scans.latest(SCANS_SHOWN)),
            stages={
                name: StageCounts.from_states(counts.get(name, {}))
                for name in [*names, *sorted(set(counts) - set(names))]
            },
            workers=tuple(self._catalog.workers.present()),
            running=tuple(self._catalog.results.running(sorted({*names, *counts}), RUNNING_SHOWN)),
        )

    def search(self, query: Query) -> Found:
        """What fits the question best. Raises SearchUnavailable, NotFound or InvalidInput.

        What it is to look like may be named by the path of a file, too.
        """
        like = tuple(map(self._identified, query.like))
        return self._search.find(query.model_copy(update={"like": like}))

    def _identified(self, moment: str) -> str:
        name, time = split_like(moment)
        if os.sep not in name:
            return moment
        asset = self._asset(name)
        sha1 = self._catalog.assets.refs([asset])[asset].sha1
        return sha1 if time is None else f"{sha1}@{time}"

    def cuts(self, found: Found) -> list[Cut]:
        """The moments of an answer as spans of files, each shot once."""
        return self._search.cuts(found)

    def duplicates(self, near: bool = False, similarity: float = ALIKE) -> Duplicates:
        """What the library has more than once; `near`: also what only shows the same."""
        return find_duplicates(self._catalog, near, similarity)

    def tags(self) -> list[TagReport]:
        """All tags, and how many assets have each."""
        return self._catalog.tags.all()

    def tag(self, name: str, assets: Sequence[str]) -> int:
        """Give a tag to assets (SHA-1 or path); returns how many did not have it. Raises NotFound."""
        return self._catalog.tags.add(name, [self._asset(one) for one in assets])

    def untag(self, name: str, assets: Sequence[str] | None = None) -> int:
        """Take a tag from assets, or from all; returns how many had it. Raises NotFound for an unknown asset."""
        ids = None if assets is None else [self._asset(one) for one in assets]
        return self._catalog.tags.remove(name, ids)

    def failures(self, limit: int = 1000) -> list[Failure]:
        """Files that could not be brought to the end, the newest first."""
        bad = self._catalog.verdicts.failures(limit)
        return [*bad, *self._catalog.assets.failures(limit)][:limit]

    def retry(
        self,
        what: Sequence[str] = (),
        *,
        stage: str | None = None,
        kinds: Sequence[str] | None = None,
    ) -> int:
        """Let failed and skipped stages start afresh; returns how many.

        what: assets (SHA-1) or paths; none means all. Raises NotFound for an unknown one.
        """
        if stage is not None and stage not in {known.name for known in self._plan().stages}:
            raise InvalidInput(f"there is no stage {stage!r}", hint="`dampipe status` lists them.")
        if not what:
            count = self._catalog.backlog.retry(None, kinds, stage)
        else:
            assets, locations = [], []
            for name in what:
                location, asset = self._find(name)
                locations += [location] if location is not None else []
                assets += [asset] if asset is not None else []
            count = self._catalog.backlog.retry(assets, kinds, stage)
            count += self._catalog.backlog.retry_locations(locations)
        if count:
            self._carrier().ring("sweep")
        return count

    def check(self) -> tuple[str, str]:
        """Whether the catalogue and the broker answer: "ok", or what is wrong."""
        return _word(self._catalog.check), _word(lambda: self._carrier().check())

    def show(self, name: str) -> Details:
        """All that is known of one asset, by SHA-1 (or the beginning of it) or by path. Raises NotFound."""
        return self._details(self._asset(name))

    def show_asset(self, sha1: str) -> Details:
        """The same by SHA-1 only."""
        return self._details(int(self._catalog.assets.find(sha1).id))

    def _details(self, asset: int) -> Details:
        video = self._catalog.get_video(self._catalog.assets.refs([asset])[asset].sha1)
        return Details(
            video=video,
            tags=self._catalog.tags.of(asset),
            sidecars=tuple(printable(path) for path in self._catalog.assets.sidecars(asset)),
            card=card_of(str(PurePosixPath(video.paths[0]).parent)) if video.paths else None,
            runs=tuple(self._catalog.assets.runs(asset)),
        )

    def _asset(self, name: str) -> int:
        _, asset = self._find(name)
        if asset is None:
            raise NotFound(
                f"{name} is known, but was not hashed yet",
                hint="`dampipe status` and `dampipe failures` tell why.",
            )
        return asset

    def videos(self, limit: int = 100, after: str | None = None) -> list[Video]:
        """Assets, the newest first; `after` is the SHA-1 of the last one of the page before."""
        return self._catalog.list_videos(limit=limit, after=after)

    def moments_of(self, sha1: str) -> int:
        """How many moments of an asset can be found with the present model."""
        return self._catalog.vectors.count_of(sha1, self.models.answering().fingerprint)

    def derivative(self, sha1: str, name: str) -> tuple[Derivative, str]:
        """A derivative of an asset by its kind or its file's name, and what to call it. Raises NotFound."""
        video = self._catalog.get_video(sha1)
        for made in video.derivatives:
            if name in (made.kind, made.key.rpartition("/")[2]):
                return made, video.download_name(made)
        hint = f"`dampipe show {video.sha1[:12]}` tells what it has."
        raise NotFound(f"{video.name} has no {name!r}", hint=hint)

    @property
    def derivatives(self) -> DerivativeStore:
        """Where the bytes of derivatives are."""
        return self._derivatives

    def _find(self, name: str) -> tuple[int | None, int | None]:
        """The location (for a path) and the asset meant by a SHA-1 or a path."""
        sources = self._catalog.sources.all()
        whole = under_known_root(os.path.abspath(name), sources)
        for path in map(Path, spellings(whole)):
            inside = [s for s in sources if s.holds(path)]
            for source in sorted(inside, key=lambda source: -len(source.root)):
                folder = relative(path.parent, source.root) if path != Path(source.root) else ""
                row = self._catalog.assets.find_path(source.id, folder, path.name)
                if row is not None:
                    return row.id, row.asset_id
        if os.sep in name or os.path.exists(name):
            raise NotFound(f"{printable(name)} is not in the library", hint="`dampipe enqueue` adds it.")
        return None, int(self._catalog.assets.find(name).id)


def _word(check: Callable[[], object]) -> str:
    try:
        check()
    except DampipeError as error:
        return str(error)
    return "ok"
