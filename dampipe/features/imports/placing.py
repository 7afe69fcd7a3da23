"""How a file comes to its target at every destination: copied, read back, and named."""

import os
from collections.abc import Callable, Sequence
from functools import partial

from dampipe.features.imports.file_queries import ImportFileRepository
from dampipe.features.imports.files import Taken, Writing, at_destination
from dampipe.features.imports.held import ImportJob
from dampipe.features.imports.importers import OriginStat
from dampipe.features.imports.meter import Meter
from dampipe.features.imports.model import FileState
from dampipe.features.imports.origin import Changed, Origin
from dampipe.features.imports.outcomes import Outcome, PlacedCopies
from dampipe.features.imports.places import Place
from dampipe.features.imports.remote_place import RemotePlace
from dampipe.features.imports.tables import ImportFileRow
from dampipe.features.imports.targets import has, size_at
from dampipe.kernel.paths import is_url, printable


class Placing:
    """Brings files to their targets.

    Methods raise OSError and Changed for the origin, WriteProblem, CopyDiffers and Refused for a destination.
    """

    def __init__(
        self,
        files: ImportFileRepository,
        places: Sequence[Place],
        origin: Origin,
        placed: PlacedCopies,
        meter: Meter,
        check_destinations: Callable[[], None],
    ) -> None:
        """placed: what gets the copies that have their names. check_destinations: called before something is written."""
        self._files = files
        self._places = places
        self._origin = origin
        self._placed = placed
        self._meter = meter
        self._check_destinations = check_destinations

    def settle(self, job: ImportJob, file: ImportFileRow, target: str) -> bool:
        """Have the file at the target, at every destination; False if another content is there."""
        assert file.id is not None
        copied: dict[int, bool] = {}
        sha1 = file.sha1 if file.placing else None
        for place in self._places:
            size = size_at(place, target)
            if size is None:
                continue
            if size != file.size:
                return False
            sha1 = sha1 or self._origin.sha1(file)
            if not has(place, target, sha1, self._meter.read):
                return False
            copied[place.number] = file.placing
            if not is_url(place.root):  # a worker that was killed may have given it this name a moment ago
                self._placed.named(place.number, os.path.dirname(place.full(target)))
        missing = [place for place in self._places if place.number not in copied]
        if missing:
            try:
                sha1 = self._copy(job, file, target, missing, sha1)
            except Taken:
                return False
            copied |= {place.number: True for place in missing}
        assert sha1 is not None
        state = FileState.IMPORTED if any(copied.values()) else FileState.ALREADY_THERE
        detail = "" if state is FileState.IMPORTED else printable(self._places[0].full(target))
        seen = {
            place.number: facts
            for place in missing
            if (facts := place.written_as(target, file.size, file.mtime_ns)) is not None
        }
        self._placed.add(Outcome(file.id, state, sha1, copied, seen, detail))
        return True

    def _copy(
        self, job: ImportJob, file: ImportFileRow, target: str, places: Sequence[Place], sha1: str | None
    ) -> str:
        """Copy to these destinations at once; returns the SHA-1. sha1: what is known of it."""
        assert file.id is not None
        self._check_destinations()
        folders = []
        for place in places:
            with at_destination(place.number, naming=True):
                folders.append((place.number, place.prepare(target, file.size)))
        writing = Writing(job.number, folders, file.size)
        try:
            with self._origin.open(file) as source:
                found, size = writing.copy(source, self._meter.copied)
            self._origin.check(file, size)
            if sha1 is not None and found != sha1:
                raise Changed(OriginStat(file.size, file.mtime_ns, file.token))
            writing.finish(file.mtime_ns, found, self._meter.read)
            self._files.begin_placing(job, file.id, found)
            writing.publish(
                os.path.basename(target), self._placed.named, self._uploads(places, target, found)
            )
        finally:
            writing.discard()
        return found

    def _uploads(self, places: Sequence[Place], target: str, sha1: str) -> dict[int, Callable[[str], None]]:
        """How copies come into stores, by destination."""

        def upload(place: RemotePlace, temporary: str) -> None:
            place.publish(temporary, target, sha1, self._meter.read)

        return {place.number: partial(upload, place) for place in places if isinstance(place, RemotePlace)}
