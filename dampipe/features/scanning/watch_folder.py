"""The use case of watching folders: new files of a source are taken as soon as they are stable (debounced).

Change events come from the system; a scan at the start, and at intervals, finds what they missed. Every change
becomes a scan of just that path, so watching takes nothing that a scan would not take.
"""

import os
import queue
import stat
import threading
import time
from collections.abc import Callable, Iterable, Sequence

from dampipe.features.scanning import errors
from dampipe.features.scanning.classify import is_not_footage
from dampipe.features.scanning.model import EnqueueRequest
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.scanning.service import ScanService
from dampipe.features.sources.model import Source
from dampipe.features.sources.mounts import lacks_events
from dampipe.features.sources.path_mapping import holder
from dampipe.features.sources.queries import SourceRepository
from dampipe.kernel.access import SYSTEM
from dampipe.kernel.errors import DampipeError, InvalidInput
from dampipe.kernel.paths import is_url, printable

OnLog = Callable[[str], object]


class FolderWatcher:
    """Watches sources until it is stopped."""

    def __init__(self, sources: SourceRepository, policy: ScanPolicy, scans: ScanService) -> None:
        self._sources = sources
        self._policy = policy
        self._scans = scans
        self._events: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._changing: dict[str, tuple[object, float]] = {}
        """Paths that have changed: their last fingerprint, and since when it is the same."""

    def run(
        self,
        names: Sequence[str] = (),
        *,
        poll: float | None = None,
        rescan: float = 3600.0,
        stop: threading.Event,
        on_log: OnLog = lambda _: None,
    ) -> None:
        """Watch the sources of these names, all by default, until `stop` is set.

        poll: seconds between two polls; None: use the system's change events, and poll only where there are
        none, on network mounts. rescan: seconds between two scans of everything; 0: only at the start.
        Raises NotFound for an unknown source, and InvalidInput for one that is not in a file system; where none is
        named, those are left out. Sources that are added meanwhile are watched, too.
        """
        for name in names:
            if is_url(name) or is_url(self._sources.named(name).root):
                raise InvalidInput(errors.NOT_WATCHED, name=name)
        watchers: dict[str, _SourceWatcher] = {}
        try:
            next_scan = next_list = 0.0
            while not stop.is_set():
                if time.monotonic() >= next_list:
                    added = self._update(names, watchers, poll, on_log)
                    next_list = time.monotonic() + self._policy.watch_source_interval
                    self._scan(added, on_log)
                reachable = [watcher.source for watcher in watchers.values() if watcher.ensure_running()]
                if time.monotonic() >= next_scan:
                    self._scan([source.root for source in reachable if next_scan], on_log)
                    next_scan = time.monotonic() + rescan if rescan else float("inf")
                self._check_changes(reachable, on_log)
                stop.wait(self._policy.watch_interval)
        finally:
            for watcher in watchers.values():
                watcher.stop()

    def _update(
        self, names: Sequence[str], watchers: "dict[str, _SourceWatcher]", poll: float | None, on_log: OnLog
    ) -> list[str]:
        """Start to watch sources that were added, and stop with those that were removed; returns the new roots."""
        sources = {
            s.root: s for s in self._sources.all() if (not names or s.name in names) and not is_url(s.root)
        }
        for root in [root for root in watchers if root not in sources]:
            watchers.pop(root).stop()
        added = [root for root in sources if root not in watchers]
        for root in added:
            default = self._policy.watch_poll_interval
            watchers[root] = _SourceWatcher(sources[root], poll, default, self._events, on_log)
        if not watchers:
            on_log("there are no sources yet; sources that are added will be watched")
        return [root for root in added if os.path.isdir(root)]

    def _check_changes(self, sources: Sequence[Source], on_log: OnLog) -> None:
        """Scan what has not changed for long enough."""
        now = time.monotonic()
        while not self._events.empty():
            path = self._path_to_scan(self._events.get(), sources)
            if path is not None:
                self._changing.setdefault(path, (None, now))
        stable = []
        for path, (before, since) in list(self._changing.items()):
            fingerprint = _fingerprint(path)
            if fingerprint is None:
                del self._changing[path]  # deleted again, of which there is another event
            elif fingerprint != before:
                self._changing[path] = (fingerprint, now)
            elif now - since >= self._policy.settle:
                del self._changing[path]
                stable.append(path)
        self._scan(_topmost(stable), on_log)

    def _path_to_scan(self, path: str, sources: Sequence[Source]) -> str | None:
        """What to scan after a change of a path: the file or folder, or the nearest folder above that exists.

        None: scans skip it.
        """
        source = holder(path, sources)
        while source is not None and path != source.root and not os.path.lexists(path):
            path = os.path.dirname(path)  # a scan of the folder finds what was deleted or moved
        if source is None or path == source.root:
            return None if source is None else path
        relative = os.path.relpath(path, source.root)
        if os.path.isdir(path):
            is_taken = not any(map(self._policy.exclude_of(source).folder, _with_parents(relative)))
        else:
            is_taken = self._policy.takes(source, relative) and not self._policy.is_lookalike(path)
        return path if is_taken and not is_not_footage(source.root, relative) else None

    def _scan(self, paths: Sequence[str], on_log: OnLog) -> None:
        for start in range(0, len(paths), self._policy.watch_paths):
            portion = list(paths[start : start + self._policy.watch_paths])
            try:
                self._scans.enqueue(SYSTEM, EnqueueRequest(paths=tuple(portion)))
            except DampipeError as error:
                on_log(f"{error}; the next scan finds the files")
            else:
                more = f" and {len(portion) - 1} more" if len(portion) > 1 else ""
                on_log(f"scanning {printable(portion[0])}{more}")


class _SourceWatcher:
    """Runs one thread that watches one source; it is restarted when the source is mounted anew."""

    def __init__(
        self,
        source: Source,
        poll: float | None,
        default_poll: float,
        events: "queue.SimpleQueue[str]",
        on_log: OnLog,
    ) -> None:
        """poll: seconds between two polls; None: only where there are no events, at the default interval."""
        self.source = source
        self._always_polls = poll is not None
        self._interval = default_poll if poll is None else poll
        self._events = events
        self._on_log = on_log
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._mount: tuple[int, int] | None = None
        """Device and inode of the root that is being watched."""

    def ensure_running(self) -> bool:
        """Watch, if the source is reachable; returns whether it is."""
        try:
            facts = os.stat(self.source.root)
        except OSError:
            if self._mount is not None or self._thread is None:
                self._on_log(
                    f"{self.source.name}: {printable(self.source.root)} is not reachable: waiting for it"
                )
            self.stop()
            self._thread, self._mount = threading.Thread(), None
            return False
        mount = (facts.st_dev, facts.st_ino)
        if mount != self._mount or self._thread is None or not self._thread.is_alive():
            self.stop()
            self._stopped, self._mount = threading.Event(), mount
            self._thread = threading.Thread(target=self._watch, args=(self._stopped,), daemon=True)
            self._thread.start()
        return True

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        if self._thread is not None and self._thread.is_alive():
            self._thread.join(5)

    def _watch(self, stopped: threading.Event) -> None:
        from watchfiles import Change, watch  # slow to import, and needed by watching only

        polls = self._always_polls or lacks_events(self.source.root)
        while not stopped.is_set():
            how = f"polled every {self._interval:g} s" if polls else "watched"
            self._on_log(f"{self.source.name}: {printable(self.source.root)} is {how}")
            try:
                for changes in watch(
                    self.source.root, watch_filter=None, stop_event=stopped, rust_timeout=1000,
                    raise_interrupt=False, force_polling=polls, poll_delay_ms=int(self._interval * 1000),
                    ignore_permission_denied=True,
                ):  # fmt: skip
                    for change, path in changes:
                        # A folder is modified by changes of its entries, which have events of their own.
                        if change is not Change.modified or not os.path.isdir(path):
                            self._events.put(path)
            except Exception as error:  # the library raises errors of the system: too many folders to watch
                if polls:
                    self._on_log(f"{self.source.name}: {error}; trying again in {self._interval:g} s")
                    stopped.wait(self._interval)
                else:
                    self._on_log(f"{self.source.name} cannot be watched: {error}")
                    polls = True


def _fingerprint(path: str) -> object:
    """Size and time of a file, which change while it is written; a folder is always stable. None: does not exist."""
    try:
        facts = os.stat(path)
    except OSError:
        return None
    return "folder" if stat.S_ISDIR(facts.st_mode) else (facts.st_size, facts.st_mtime_ns)


def _with_parents(relative: str) -> list[str]:
    parts = relative.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _topmost(paths: Iterable[str]) -> list[str]:
    """Without the paths that lie in a folder which is among them."""
    found: list[str] = []
    for path in sorted(paths):
        if not (found and path.startswith(f"{found[-1]}/") and os.path.isdir(found[-1])):
            found.append(path)
    return found
