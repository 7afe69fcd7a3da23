"""The use case of watching: what appears in a source is taken as soon as it holds still.

The system tells of changes; a scan at the start, and now and again, finds what it did not tell. Every change
ends as a scan of just that place, so watching takes nothing that a scan would not take.
"""

import os
import queue
import stat
import threading
import time
from collections.abc import Callable, Iterable, Sequence

from dampipe.features.assets.catalog import Catalog
from dampipe.features.scanning.classify import is_own
from dampipe.features.scanning.policy import ScanPolicy
from dampipe.features.sources.model import Source
from dampipe.features.sources.mounts import is_silent
from dampipe.features.sources.path_mapping import holder
from dampipe.kernel.errors import DampipeError
from dampipe.kernel.paths import printable

AT_ONCE = 500
"""Most places in one scan."""
LOOK = 1.0
"""Seconds between two looks at what still moves."""
LIST = 10.0
"""Seconds between two looks at which sources there are."""
POLL = 30.0
"""Seconds between two looks at a place that tells nothing by itself."""

Say = Callable[[str], object]
Submit = Callable[[Sequence[str]], object]
"""Submits a scan of these places."""


class FolderWatcher:
    """Watches sources until told to stop."""

    def __init__(self, catalog: Catalog, rules: ScanPolicy, submit: Submit) -> None:
        self._catalog = catalog
        self._rules = rules
        self._submit = submit
        self._told: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._moving: dict[str, tuple[object, float]] = {}
        """Places that have changed: what they looked like, and since when."""

    def run(
        self,
        names: Sequence[str] = (),
        *,
        poll: float | None = None,
        rescan: float = 3600.0,
        stop: threading.Event,
        say: Say = lambda _: None,
    ) -> None:
        """Watch the sources of these names, all by default, until `stop` is set.

        poll: seconds between two looks; None: be told by the system, and look every POLL seconds where
        that cannot be, on network mounts. rescan: seconds between two whole scans; 0: only at the start.
        Raises NotFound for an unknown source. Sources that are added meanwhile are watched, too.
        """
        for name in names:
            self._catalog.sources.named(name)
        watchers: dict[str, _Watcher] = {}
        try:
            next_scan = next_list = 0.0
            while not stop.is_set():
                if time.monotonic() >= next_list:
                    new = self._list(names, watchers, poll, say)
                    next_list = time.monotonic() + LIST
                    self._scan(new, say)
                here = [watcher.source for watcher in watchers.values() if watcher.keep_up()]
                if time.monotonic() >= next_scan:
                    self._scan([s.root for s in here if next_scan], say)
                    next_scan = time.monotonic() + rescan if rescan else float("inf")
                self._look(here, say)
                stop.wait(LOOK)
        finally:
            for watcher in watchers.values():
                watcher.stop()

    def _list(
        self, names: Sequence[str], watchers: "dict[str, _Watcher]", poll: float | None, say: Say
    ) -> list[str]:
        """Begin with sources that were added, end with those that were removed; returns the new roots."""
        sources = {s.root: s for s in self._catalog.sources.all() if not names or s.name in names}
        for root in [root for root in watchers if root not in sources]:
            watchers.pop(root).stop()
        new = [root for root in sources if root not in watchers]
        for root in new:
            watchers[root] = _Watcher(sources[root], poll, self._told, say)
        if not watchers:
            say("there are no sources yet: `dampipe source add NAME PATH` adds one")
        return [root for root in new if os.path.isdir(root)]

    def _look(self, sources: Sequence[Source], say: Say) -> None:
        now = time.monotonic()
        while not self._told.empty():
            place = self._place(self._told.get(), sources)
            if place is not None:
                self._moving.setdefault(place, (None, now))
        still = []
        for place, (before, since) in list(self._moving.items()):
            looks = _looks(place)
            if looks is None:
                del self._moving[place]  # gone again, which was told, too
            elif looks != before:
                self._moving[place] = (looks, now)
            elif now - since >= self._rules.settle:
                del self._moving[place]
                still.append(place)
        self._scan(_topmost(still), say)

    def _place(self, path: str, sources: Sequence[Source]) -> str | None:
        """What a scan has to look at after a change there: the file or folder, or what is left above it."""
        source = holder(path, sources)
        while source is not None and path != source.root and not os.path.lexists(path):
            path = os.path.dirname(path)  # what is gone from a folder, or has moved, a scan of it finds
        if source is None or path == source.root:
            return None if source is None else path
        below = os.path.relpath(path, source.root)
        if os.path.isdir(path):
            wanted = not any(map(self._rules.exclude_of(source).folder, _and_above(below)))
        else:
            wanted = self._rules.takes(source, below)
        return path if wanted and not is_own(source.root, below) else None

    def _scan(self, places: Sequence[str], say: Say) -> None:
        for start in range(0, len(places), AT_ONCE):
            some = list(places[start : start + AT_ONCE])
            try:
                self._submit(some)
            except DampipeError as error:
                say(f"{error}; the next scan finds it")
            else:
                more = f" and {len(some) - 1} more" if len(some) > 1 else ""
                say(f"taking {printable(some[0])}{more}")


class _Watcher:
    """Keeps one thread that listens to one source, begun again when the source is mounted anew."""

    def __init__(self, source: Source, poll: float | None, told: "queue.SimpleQueue[str]", say: Say) -> None:
        self.source = source
        self._poll = poll
        self._told = told
        self._say = say
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._place: tuple[int, int] | None = None

    def keep_up(self) -> bool:
        """Listen, if the source is there; returns whether it is."""
        try:
            facts = os.stat(self.source.root)
        except OSError:
            if self._place is not None or self._thread is None:
                self._say(f"{self.source.name}: {printable(self.source.root)} is not there: waiting for it")
            self.stop()
            self._thread, self._place = threading.Thread(), None
            return False
        place = (facts.st_dev, facts.st_ino)
        if place != self._place or self._thread is None or not self._thread.is_alive():
            self.stop()
            self._over, self._place = threading.Event(), place
            self._thread = threading.Thread(target=self._listen, args=(self._over,), daemon=True)
            self._thread.start()
        return True

    def stop(self) -> None:
        """End the thread."""
        self._over.set()
        if self._thread is not None and self._thread.is_alive():
            self._thread.join(5)

    def _listen(self, over: threading.Event) -> None:
        from watchfiles import Change, watch  # costs only those who watch

        polls = self._poll is not None or is_silent(self.source.root)
        while not over.is_set():
            every = self._poll or POLL
            how = f"looked at every {every:g} s" if polls else "watched"
            self._say(f"{self.source.name}: {printable(self.source.root)} is {how}")
            try:
                for changes in watch(
                    self.source.root, watch_filter=None, stop_event=over, rust_timeout=1000,
                    raise_interrupt=False, force_polling=polls, poll_delay_ms=int(every * 1000),
                    ignore_permission_denied=True,
                ):  # fmt: skip
                    for change, path in changes:
                        # A folder is changed by what happens in it, which is told by itself.
                        if change is not Change.modified or not os.path.isdir(path):
                            self._told.put(path)
            except Exception as error:  # what the library raises is the system's: too many folders to watch
                if polls:
                    self._say(f"{self.source.name}: {error}; trying again in {every:g} s")
                    over.wait(every)
                else:
                    self._say(f"{self.source.name} cannot be watched: {error}")
                    polls = True


def _looks(path: str) -> object:
    """What changes while a file is written; a folder is as still as it gets. None: not there."""
    try:
        facts = os.stat(path)
    except OSError:
        return None
    return "folder" if stat.S_ISDIR(facts.st_mode) else (facts.st_size, facts.st_mtime_ns)


def _and_above(below: str) -> list[str]:
    parts = below.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _topmost(places: Iterable[str]) -> list[str]:
    """Without those that lie in a folder which is among them."""
    found: list[str] = []
    for place in sorted(places):
        if not (found and place.startswith(f"{found[-1]}/") and os.path.isdir(found[-1])):
            found.append(place)
    return found
