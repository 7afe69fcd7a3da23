"""Under which names files come to the destinations."""

from collections.abc import Callable, Sequence

from dampipe.features.imports.file_queries import ImportFileRepository
from dampipe.features.imports.files import at_destination
from dampipe.features.imports.held import ImportJob
from dampipe.features.imports.model import FileState
from dampipe.features.imports.naming import MOST_NUMBERS, Naming, beside, in_structure, name_of
from dampipe.features.imports.origin import Origin
from dampipe.features.imports.pattern import numbered
from dampipe.features.imports.places import Place
from dampipe.features.imports.tables import ImportFileRow
from dampipe.media.filetypes import is_media


def size_at(place: Place, target: str) -> int | None:
    """The size of what has a name at a destination; None: nothing has it. Raises WriteProblem, and Refused."""
    with at_destination(place.number, naming=True):
        return place.size_at(target)


def has(place: Place, target: str, sha1: str, on_read: Callable[[int], None]) -> bool:
    """Whether a destination has a content under a name, read from its disk. Raises WriteProblem, and Refused."""
    with at_destination(place.number):
        return place.sha1_of(target, on_read) == sha1


class Targets:
    """Chooses the target of each file: its path below every destination.

    Methods raise OSError and Changed for the origin, WriteProblem and Refused for a destination.
    """

    def __init__(
        self,
        files: ImportFileRepository,
        naming: Naming,
        places: Sequence[Place],
        origin: Origin,
        on_read: Callable[[int], None],
    ) -> None:
        self._files = files
        self._naming = naming
        self._places = places
        self._origin = origin
        self._on_read = on_read

    def travels(self, job: ImportJob, file: ImportFileRow) -> bool:
        """Whether a file goes where its lead went. The film of a photograph that was there already stands alone."""
        if not file.lead:
            return False
        lead = self._files.file_of_key(job.number, file.lead) if is_media(name_of(file)) else None
        return lead is None or bool(lead.target)

    def choose(self, job: ImportJob, file: ImportFileRow) -> str:
        """Give a file the target by the pattern, with the lowest number under which no other content lies at a
        destination."""
        wanted = self._wanted(job, file)
        if file.structure is None and not self.travels(job, file):
            wanted = self._free(job, file, wanted)
        assert file.id is not None
        self._files.save_target(job, file.id, wanted)
        file.target = wanted
        return wanted

    def _wanted(self, job: ImportJob, file: ImportFileRow) -> str:
        if file.structure is not None:
            return in_structure(file.structure, job.structures[file.structure], file.key)
        if file.lead:
            lead = self._files.file_of_key(job.number, file.lead)
            if lead is not None:
                return beside(name_of(lead), lead.target or self._naming.of_file(lead), name_of(file))
        return self._naming.of_file(file)

    def _free(self, job: ImportJob, file: ImportFileRow, wanted: str) -> str:
        sha1: str | None = None
        others = self._files.travelling(job.number, file.key)
        others = [one for one in others if is_media(name_of(one)) and one.state == FileState.PENDING]
        for number in range(1, MOST_NUMBERS):
            target = numbered(wanted, number)
            if not all(self._fits_beside(file, target, one) for one in others):
                continue
            sizes = [size_at(place, target) for place in self._places]
            if any(size not in (None, file.size) for size in sizes):
                continue
            there = [place for place, size in zip(self._places, sizes, strict=True) if size is not None]
            if there:
                sha1 = sha1 or self._origin.sha1(file)
                if not all(has(place, target, sha1, self._on_read) for place in there):
                    continue
            return target
        return wanted

    def _fits_beside(self, lead: ImportFileRow, target: str, file: ImportFileRow) -> bool:
        """Whether no other content has the place of the other half of a photograph, if its lead gets a target."""
        other = beside(name_of(lead), target, name_of(file))
        return all(size_at(place, other) in (None, file.size) for place in self._places)
