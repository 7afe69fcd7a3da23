"""One worker's work at a session that it holds: the media, the listing, and each file from its origin to its outcome."""

import errno
import logging
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from dampipe.features.imports import errors
from dampipe.features.imports.contents import KnownContents
from dampipe.features.imports.facts import FactReader
from dampipe.features.imports.file_queries import ImportFileRepository
from dampipe.features.imports.files import (
    FULL,
    CopyDiffers,
    Refused,
    WriteProblem,
    at_destination,
    size_at,
)
from dampipe.features.imports.held import ImportJob, ImportStopped
from dampipe.features.imports.importers import (
    Importer,
    OriginFile,
    fetching,
    importer_of,
    pattern_of,
)
from dampipe.features.imports.meter import Meter
from dampipe.features.imports.model import (
    Destination,
    FileState,
    Phase,
    Reason,
)
from dampipe.features.imports.naming import (
    MOST_NUMBERS,
    Naming,
    choose_structures,
    name_of,
)
from dampipe.features.imports.origin import Changed, Origin
from dampipe.features.imports.outcomes import LARGE, Outcome, PlacedCopies
from dampipe.features.imports.places import Place, places_of
from dampipe.features.imports.placing import Placing
from dampipe.features.imports.queries import ImportRepository
from dampipe.features.imports.tables import ImportFileRow
from dampipe.features.imports.targets import Targets
from dampipe.features.sources.queries import SourceRepository
from dampipe.kernel.errors import (
    DampipeError,
    InvalidInput,
    StorageFull,
    Transient,
)
from dampipe.kernel.home import home_folder
from dampipe.kernel.paths import is_url, join_root, printable
from dampipe.kernel.progress import Progress
from dampipe.media.filetypes import is_media
from dampipe.storage.files.stores import FileStores

log = logging.getLogger(__name__)

_COPIED = (FileState.IMPORTED, FileState.ALREADY_THERE)
_OPEN_OR_LOST = (FileState.PENDING, FileState.SET_ASIDE)
MOST_ROUNDS = 5
"""How often an origin that changes is listed again."""


@dataclass(frozen=True)
class ImportPolicy:
    """How long a worker stays with one import, and how it tries again."""

    portion: float = 20.0
    """Seconds of copying for one message; the next file is left to the next message."""
    blocked_delay: float = 60.0
    """Seconds after which a blocked session is tried again."""
    retry_delay: float = 5.0
    """Seconds before files are tried again that could not be read."""
    attempts: int = 3
    """Attempts at one file."""
    check_interval: float = 2.0
    """Seconds between two checks, within a file, whether the import was paused or cancelled."""
    spool_quota: int = 0
    """Bytes that files which are fetched first may take on this machine; 0: half of what is free."""


class Step:
    """One worker's work at a session it holds."""

    def __init__(
        self,
        job: ImportJob,
        imports: ImportRepository,
        files: ImportFileRepository,
        contents: KnownContents,
        sources: SourceRepository,
        stores: FileStores,
        facts: FactReader,
        policy: ImportPolicy,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self.job = job
        self.importer: Importer = importer_of(job.importer, job.origin, job.include, stores)
        known = sources.all()
        self.places: list[Place] = places_of(job.destinations, known, stores)
        self.tried: set[int] = set()
        """Ids of files that this worker has tried."""
        self._imports = imports
        self._files = files
        self._contents = contents
        self._roots = {source.id: source.root for source in known}
        self._stores = stores
        self._policy = policy
        pattern = pattern_of(self.importer, job.pattern)
        self._naming = Naming(self.importer, job.origin, pattern, facts, job.created_at)
        self._placed = PlacedCopies(lambda outcomes: files.finish_files(self.job, outcomes))
        [(counts, _)] = imports.counts([job.number]).values()
        self._meter = Meter(
            counts.done_bytes, counts.input_bytes, on_progress, self.check_held, policy.check_interval
        )
        self._origin = Origin(self.importer, job.origin, self._meter.read)
        self._targets = Targets(files, self._naming, self.places, self._origin, self._meter.read)
        self._placing = Placing(
            files, self.places, self._origin, self._placed, self._meter, self.check_destinations
        )

    # Media

    def check_media(self) -> None:
        """Raise Transient unless origin and destinations are mounted as they were when the import began."""
        machine = self._imports.machine
        if machine not in self.job.mounts:
            mine = {
                "origin": self.importer.mount(self.job.origin),
                "destinations": [place.mounted() for place in self.places],
            }
            for place in self.places:
                if not place.is_there(place.mounted()):
                    raise self._away(place)
            self._check_origin_lists()
            self.job = self._imports.save_mounts(self.job, {**self.job.mounts, machine: mine})
        self.check_origin()
        self.check_destinations()

    def check_origin(self) -> None:
        """Raise Transient (ORIGIN_AWAY) if the origin is not the one that was listed."""
        mounted = self.job.mounts[self._imports.machine]["origin"]
        if self.importer.mount(self.job.origin) != mounted:
            raise self._origin_away()
        self._check_origin_lists()
        if self.job.phase is Phase.LIST or mounted in ("", "/"):
            return
        # Another card may be in the reader: then no file is what it was.
        any_known = False
        for key, size, mtime_ns in self._files.listed(self.job.number):
            any_known = True
            with suppress(OSError):
                found = self.importer.stat(self.job.origin, key)
                if (found.size, found.mtime_ns) == (size, mtime_ns):
                    return
        if any_known:
            raise self._origin_away()

    def _check_origin_lists(self) -> None:
        try:
            self.importer.check(self.job.origin)
        except InvalidInput as error:
            raise self._origin_away() from error

    def check_destinations(self) -> None:
        """Raise Transient (DESTINATION_AWAY) if a destination is not mounted where it was."""
        mounted = self.job.mounts.get(self._imports.machine, {}).get("destinations", ())
        for place, mount in zip(self.places, mounts_of(mounted, self.places), strict=True):
            if not place.is_there(mount):
                raise self._away(place)

    def _away(self, place: Place) -> Transient:
        return Transient(errors.DESTINATION_AWAY, path=printable(place.root))

    def _origin_away(self) -> Transient:
        return Transient(errors.ORIGIN_AWAY, path=printable(self.job.origin))

    def sweep(self) -> None:
        """Delete temporary files, and empty ones that reserve a name, that an earlier worker has left.

        Raises Transient.
        """
        targets = self._files.pending_targets(self.job.number)
        reserved = self._files.reserved_targets(self.job.number)
        for place in self.places:
            with self._translated(), at_destination(place.number):
                place.sweep(self.job.number, targets)
                for target in reserved:
                    if place.size_at(target) == 0:
                        place.unlink(target)

    # Listing

    def list_origin(self) -> None:
        """List the origin, and choose the folders of its structures. Raises Transient if it is away."""
        is_fetched = self._fetch()
        listed = self._listing()
        self._check_room(listed, is_fetched)

        def choose(taken: frozenset[tuple[Destination, str]]) -> dict[str, str]:
            return choose_structures(
                self._naming, listed, {}, self.places,
                lambda folder: any((one, folder) in taken for one in self.job.destinations),
            )  # fmt: skip

        self.job = self._files.add_files(self.job, listed, choose)
        self._meter.total = sum(file.size for file in listed)

    def list_again(self) -> None:
        """List the origin again after everything was copied: a camera or a person may have written to it."""
        self.check_origin()
        known = self._files.all_files(self.job.number)
        if (source := fetching(self.importer)) is not None:
            source.release(self.job.origin, [key for key, one in known.items() if one[3] in _COPIED])
        is_fetched = self._fetch()
        listed = self._listing()
        new = [file for file in listed if file.key not in known]
        changed = [
            known[file.key][0] for file in listed if file.key in known and _has_changed(known[file.key], file)
        ]
        self._check_room(new, is_fetched)
        if self.job.rounds >= MOST_ROUNDS and source is None:
            new = []  # `is_complete` finds what is left
        unplaced = {file.structure for file in new if file.structure is not None} - set(self.job.structures)
        if unplaced:  # a card has appeared in a folder: its folder is chosen as at the beginning

            def choose(taken: frozenset[tuple[Destination, str]]) -> dict[str, str]:
                return choose_structures(
                    self._naming, new, self.job.structures, self.places,
                    lambda folder: any((one, folder) in taken for one in self.job.destinations),
                )  # fmt: skip

            self.job = self._files.add_files(self.job, (), choose)
        self.job = self._files.list_again(self.job, new, changed)
        self._meter.total += sum(file.size for file in new)

    def is_complete(self) -> bool:
        """Whether the origin holds no file that the receipt lacks, nor one that has changed since it was copied."""
        known = self._files.all_files(self.job.number)
        return all(file.key in known and not _has_changed(known[file.key], file) for file in self._listing())

    def _listing(self) -> list[OriginFile]:
        try:
            found = list(self.importer.list(self.job.origin))
        except OSError as error:
            raise self._origin_away() from error
        drained = fetching(self.importer) is not None
        if not found and not drained and self._files.all_files(self.job.number):
            raise self._origin_away()
        return found

    def _fetch(self) -> bool:
        """Have an origin fetch its next files, if it does so; returns whether there are no more."""
        source = fetching(self.importer)
        if source is None:
            return True
        quota = self._policy.spool_quota or _half_free()
        return source.fetch(self.job.origin, quota, self.check_held)

    def _check_room(self, new: Sequence[OriginFile], is_fetched: bool) -> None:
        """Raise Transient if there is more to fetch, and nothing can be copied that would make room for it."""
        if not is_fetched and all(file.set_aside is not None for file in new):
            raise Transient(errors.SPOOL_FULL)

    # One file

    def do(self, file: ImportFileRow) -> bool:
        """Bring one file to its outcome; False: it is tried again after the others, and what travels with it, too.

        Raises Transient and StorageFull where the session cannot continue, and ImportStopped.
        """
        assert file.id is not None
        self.tried.add(file.id)
        before, over = self._meter.done, True
        try:
            with self._translated():
                if file.size > LARGE:
                    self._placed.flush()
                self._bring(file)
                if self._placed.is_due:
                    self._placed.flush()
        except Refused as problem:
            self._files.set_aside(self.job, file.id, problem.reason, problem.detail)
        except CopyDiffers as problem:
            over = self._again(file, Reason.COPY_DIFFERS, printable(self.places[problem.at].path))
        except Changed as problem:
            self._files.relist_file(self.job, file.id, problem.size, problem.mtime_ns, problem.token)
            over = self._again(file, Reason.CHANGED, "")
        except OSError as error:
            over = self._read_problem(file, error)
        self._meter.done = before + file.size
        return over

    def flush(self) -> None:
        """Have all copies count that have their names. Raises Transient, and ImportStopped."""
        with self._translated():
            self._placed.flush()

    def use_metadata(self, files: Sequence[ImportFileRow]) -> list[ImportFileRow]:
        """Save at once that files which describe others were used; returns those that have to be done one by one.

        Raises Transient, and ImportStopped.
        """
        self.flush()  # they follow from the outcomes of what they describe
        states = self._files.states_of(self.job.number, {file.lead for file in files})
        used, left = [], []
        for file in files:
            if states.get(file.lead, FileState.PENDING) in _OPEN_OR_LOST or self._origin.is_changed(file):
                left.append(file)
            else:
                used.append(file)
        details = {file.id: printable(file.lead) for file in used if file.id is not None}
        self._files.use_metadata(self.job, details)
        self.tried |= set(details)
        self._meter.done += sum(file.size for file in used)
        return left

    def _bring(self, file: ImportFileRow) -> None:
        self._origin.check(file)
        if file.is_metadata:
            self._use_metadata(file)
            return
        may_be_known = file.structure is None and (not file.lead or is_media(name_of(file)))
        if may_be_known and not file.target and self._is_in_library(file):
            return
        for _ in range(MOST_NUMBERS):
            target = file.target or self._targets.choose(self.job, file)
            if self._placing.settle(self.job, file, target):
                return
            if file.structure is not None or self._targets.travels(self.job, file):
                raise Refused(Reason.NAME_TAKEN, printable(target))
            file.target = ""
        raise Refused(Reason.NAME_TAKEN, printable(file.key))

    def _use_metadata(self, file: ImportFileRow) -> None:
        """What describes another file has its outcome once that one has; its notes were taken when it was listed."""
        assert file.id is not None
        lead = self._files.file_of_key(self.job.number, file.lead)
        if lead is not None and lead.state == FileState.PENDING:
            return  # it is tried again, and this one after it
        if lead is None or lead.state == FileState.SET_ASIDE:
            self._files.set_aside(self.job, file.id, Reason.METADATA_ALONE, printable(file.lead))
            return
        used = Outcome(file.id, FileState.METADATA_USED, detail=printable(file.lead))
        self._files.finish_files(self.job, [used])

    def _is_in_library(self, file: ImportFileRow) -> bool:
        """Whether the library has the content; the origin is read for that only if it has one of that size."""
        assert file.id is not None
        if not file.size or not self._contents.may_have(file.size):
            return False
        sha1 = self._origin.sha1(file)
        if self._placed.have(sha1):
            self._placed.flush()
        places = self._contents.places_of(sha1)
        places += [
            (self._roots[source], path)
            for source, path in self._contents.imported_as(sha1, file.size)
            if source in self._roots
        ]
        for root, key in places:
            path = join_root(root, key)
            with suppress(OSError):
                if not self._origin.holds(path) and self._size_in_library(root, key) == file.size:
                    there = Outcome(file.id, FileState.ALREADY_THERE, sha1, detail=printable(path))
                    self._files.finish_files(self.job, [there])
                    return True
        return False

    def _size_in_library(self, root: str, key: str) -> int | None:
        """The size of a file where the library has seen it; None: it is not there, or its storage is away."""
        if not is_url(root):
            return size_at(join_root(root, key))
        try:
            return self._stores.of(root).stat(key).size
        except DampipeError:
            return None

    # Problems

    def _translated(self) -> "_Translation":
        return _Translation(self)

    def _again(self, file: ImportFileRow, reason: Reason, detail: str) -> bool:
        """Whether it is over with a file: it has been tried often enough."""
        assert file.id is not None
        if file.attempts + 1 >= self._policy.attempts:
            self._files.set_aside(self.job, file.id, reason, detail)
            return True
        self._files.try_again(self.job, file, reason, detail)
        return False

    def _read_problem(self, file: ImportFileRow, error: OSError) -> bool:
        """An error of the origin: it is away, or the file is at fault. Whether it is over with the file."""
        assert file.id is not None
        self.check_held()
        self.check_origin()
        reason = error.strerror or str(error)
        if error.errno in (errno.EACCES, errno.EPERM, errno.ELOOP):
            self._files.set_aside(self.job, file.id, Reason.UNREADABLE, reason)
        elif error.errno in (errno.ENOENT, errno.ENOTDIR):
            self._files.set_aside(self.job, file.id, Reason.VANISHED, "")
        elif error.errno == errno.ESTALE:  # the attempt after this one finds what it is now
            return self._again(file, Reason.CHANGED, "")
        else:
            return self._again(file, Reason.UNREADABLE, reason)
        return True

    def write_problem(self, problem: WriteProblem) -> DampipeError:
        """What an error at a destination means for the session."""
        self.check_held()
        place = self.places[problem.at]
        if problem.error.errno in FULL:
            return StorageFull(errors.DESTINATION_FULL, path=printable(place.path))
        log.warning("import %d: %s: %s", self.job.number, printable(place.path), problem.error)
        return self._away(place)

    def check_held(self) -> None:
        """Raise ImportStopped if the session is not this worker's any more."""
        if not self._imports.holds(self.job):
            raise ImportStopped


class _Translation:
    """A context in which errors of destinations become those of the session."""

    def __init__(self, step: Step) -> None:
        self._step = step

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, WriteProblem):
            raise self._step.write_problem(error) from error


def _has_changed(known: tuple[int, int, int, FileState, str], file: OriginFile) -> bool:
    """Whether a file that has an outcome as copied is another one in a newer listing."""
    _, size, mtime_ns, state, _ = known
    if state not in _COPIED:
        return False
    return (size, mtime_ns) != (file.size, file.mtime_ns)


def mounts_of(mounted: Sequence[str], places: Sequence[Place]) -> list[str]:
    """The mount points of destinations when the import began; where it did not begin here, those of now."""
    return list(mounted) or [place.mounted() for place in places]


def _half_free() -> int:
    """Half of the bytes that are free on the disk of the home folder."""
    here = home_folder()
    while not here.exists():
        here = here.parent
    return shutil.disk_usage(here).free // 2
