"""The Python API: a library of footage as one object, over the same services as the command line and the page."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from os import PathLike, fspath
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, TypeVar

from dampipe.app.container import Container
from dampipe.app.load_settings import load_settings
from dampipe.features.assets.errors import NO_SUCH_FILE
from dampipe.features.assets.media_db import MediaDb
from dampipe.features.assets.model import Details
from dampipe.features.assets.service import AssetService
from dampipe.features.derivatives.service import DerivativeService
from dampipe.features.scanning.model import Enqueued, EnqueueRequest
from dampipe.features.scanning.queries import ScanRepository
from dampipe.features.scanning.scanner import Scanner
from dampipe.features.scanning.service import ScanService
from dampipe.features.search.model import Found, SearchRequest
from dampipe.features.search.service import SearchService
from dampipe.jobs.dispatch import Dispatcher, TaskTransport
from dampipe.jobs.machine_queues import MachineQueues
from dampipe.jobs.memory_transport import MemoryTransport
from dampipe.jobs.plan import Plan
from dampipe.jobs.runner import Runner
from dampipe.jobs.sweep import Sweep
from dampipe.jobs.unserved import UnservedQueues
from dampipe.jobs.work import WorkRegistry
from dampipe.jobs.work_runner import WorkRunner
from dampipe.jobs.workers import WorkerRepository
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import NotFound
from dampipe.kernel.filter import FilterRegistry
from dampipe.kernel.paths import is_url, kept_time, printable
from dampipe.kernel.settings.settings import Settings
from dampipe.kernel.stage_io import SourceFile
from dampipe.media.hashing import sha1_file
from dampipe.media.info import MediaInfo
from dampipe.storage.auto import AutoStorage
from dampipe.storage.context import use_storage
from dampipe.storage.video import Video

T = TypeVar("T")
FilePath = str | PathLike[str]
_OPTIONS = frozenset(SearchRequest.model_fields) - {"words", "filters"}


class Library:
    """A library of footage, open in this process. Thread-safe. Close it, or use it as a context manager.

    While it is used as a context manager, it is the current storage of the context: `current_storage()` returns its
    `StorageEngine`. Methods raise the errors of `dampipe.kernel.errors`, any of them CatalogueDown.
    """

    def __init__(self, container: Container) -> None:
        self._container = container
        self._context: Any = None
        container.set_up()

    def __enter__(self) -> Self:
        self._context = use_storage(self.storage)
        self._context.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._context.__exit__(kind, error, trace)
        self.close()

    def close(self) -> None:
        """Give the database connections back, and end the helper processes that this process started."""
        self._container.close()

    @property
    def storage(self) -> AutoStorage:
        """The storage engine: videos, and their vectors."""
        return self._container.get(AutoStorage)

    def service(self, kind: type[T]) -> T:
        """The service of that type, for what this class has no method for."""
        return self._container.get(kind)

    def add(self, *paths: FilePath, process: bool = True, priority: int = 0) -> Enqueued:
        """Submit a scan of files, folders and URLs, and return at once; as `dampipe enqueue`.

        The workers of a running deployment process what the scan finds, or `process` does in this process.
        process: False to record the files without processing them. Raises NotFound if none of the paths exists.
        """
        texts = [fspath(path) for path in paths]
        absolute = tuple(text if is_url(text) else str(Path(text).absolute()) for text in texts)
        request = EnqueueRequest(paths=absolute, process=process, priority=priority)
        return self._container.get(ScanService).enqueue(LOCAL, request)

    def add_video(self, path: FilePath, sha1: str = "", media: MediaInfo | None = None) -> Video:
        """Record one file whose content is known, without a scan, and create the runs and events that a scan would.

        sha1: 40 lower-case hexadecimal digits; empty to read the file and compute it. media: its technical metadata,
        if it is known. Raises NotFound if there is no such file.
        """
        file = Path(fspath(path)).absolute()
        return self._container.get(MediaDb).add_video(file, sha1 or _sha1(file), media)

    def process(self) -> int:
        """Do all pending work in this process: walk scans, run stages, and do what the sweep of a deployment does.

        Returns how many chains of stages were run.

        Needs neither a broker nor workers, and may run beside them: each run is claimed by one process. Files that
        changed within the last seconds (the setting `settle`) and failed runs that wait for a retry are left.
        """
        container = self._container
        transport = container.get(TaskTransport)
        if not isinstance(transport, MemoryTransport):
            with closing(_in_process(container.settings)) as own:
                return own.process()
        scans, sweep = container.get(ScanRepository), container.get(Sweep)
        done, is_swept = 0, False
        while True:
            for scan in scans.due():
                container.get(Scanner).scan(scan)
            sweep.plan_missing()
            container.get(Dispatcher).top_up_all()
            ran = transport.work(container.get(Runner), items=container.get(WorkRunner))
            done += ran
            if not ran and is_swept:
                return done
            if not ran:  # what features do besides: sidecars, groups, duplicates; it may create work
                sweep.run_parts({})
            is_swept = not ran

    def videos(self) -> Iterator[Video]:
        """All assets, newest first, read page by page."""
        assets, after = self._container.get(AssetService), None
        while page := assets.page(LOCAL, 100, after):
            yield from page
            after = page[-1].sha1

    def show(self, name: str) -> Details:
        """All that is known of one asset: SHA-1, its first digits, or the path of a file. Raises NotFound."""
        return self._container.get(AssetService).show(LOCAL, name)

    def search(self, words: str = "", **options: Any) -> Found:
        """Find moments; as `dampipe search`.

        options: the other fields of SearchRequest (`like`, `image`, `without`, `limit` …), and filter fields by name
        (`since="2024"`, `tag=["interview"]`). Raises TypeError for any other name, SearchUnavailable, NotFound and
        InvalidInput.
        """
        registry = FilterRegistry()
        unknown = sorted(set(options) - _OPTIONS - set(registry))
        if unknown:
            raise TypeError(f"search() got an unexpected argument {unknown[0]!r}")
        filters = {name: _values(options.pop(name)) for name in list(options) if name in registry}
        request = SearchRequest(words=words, filters=filters, **_as_tuples(options))
        return self._container.get(SearchService).find(LOCAL, request)

    def open_derivative(self, asset: str, kind: str) -> BinaryIO:
        """A seekable reader of a derivative: `poster`, `sprite`, `proxy`, `waveform`, or its file's name.

        asset: SHA-1, its first digits, or the path of a file. Raises NotFound.
        """
        derivatives = self._container.get(DerivativeService)
        derivative, _ = derivatives.find(LOCAL, self._container.get(AssetService).sha1(LOCAL, asset), kind)
        return derivatives.open(LOCAL, derivative)


def open_library(home: FilePath | None = None, *, in_process: bool = False, **settings: Any) -> Library:
    """Open a library; `dampipe.open` is this function.

    home: the home folder; default: as for the command line. in_process: the library is processed by `process()`
    instead of a deployment's workers, so that no broker is needed. settings: any setting by name
    (docs/settings.md). Raises InvalidInput for a wrong setting, CatalogueDown if the database cannot be used.
    """
    if home is not None:
        settings["home"] = Path(fspath(home)).absolute()
    loaded = load_settings(**settings)
    return _in_process(loaded) if in_process else Library(Container(loaded))


def _in_process(settings: Settings) -> Library:
    container = Container(settings)
    container.provide(
        TaskTransport, lambda: MemoryTransport(container.get(Plan), container.get(WorkRegistry))
    )
    # This process serves every queue.
    container.provide(UnservedQueues, lambda: UnservedQueues(container.get(WorkerRepository), queues=()))
    container.provide(MachineQueues, lambda: MachineQueues(container.get(WorkerRepository), None))
    return Library(container)


def _sha1(file: Path) -> str:
    try:
        facts = file.stat()
    except OSError as error:
        raise NotFound(NO_SUCH_FILE, path=printable(file)) from error
    subject = SourceFile(
        location=0, path=str(file), size=facts.st_size, mtime_ns=kept_time(facts.st_mtime_ns)
    )
    return sha1_file(subject, lambda *_: None).sha1


def _values(value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return (str(value),)
    return tuple(map(str, value))


def _as_tuples(options: Mapping[str, Any]) -> dict[str, Any]:
    """Lists as tuples, and one text where several are allowed as one of several."""
    several = {"without", "like"}
    return {name: _values(value) if name in several else value for name, value in options.items()}
