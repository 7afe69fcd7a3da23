"""The use cases of imports: asking for one, following it, its receipt; pausing, resuming and cancelling."""

import json
import os
from collections.abc import Callable, Sequence

from dampipe.features.imports import errors
from dampipe.features.imports.importers import (
    SEPARATOR,
    importer_named,
    importer_names,
    importer_of,
    includes_of,
    includes_outside,
    origin_parts,
    pattern_of,
    program_of,
)
from dampipe.features.imports.model import (
    Destination,
    FileState,
    ImporterReport,
    ImportFileReport,
    ImportReport,
    ImportRequest,
    Manifest,
    Phase,
    SessionState,
)
from dampipe.features.imports.places import described
from dampipe.features.imports.queries import ImportRepository
from dampipe.features.imports.remote_place import managed_store
from dampipe.features.imports.tables import ImportFileRow, ImportSessionRow
from dampipe.features.sources.managed import require_managed
from dampipe.features.sources.model import Source
from dampipe.features.sources.path_mapping import below_root, holder, under_known_root
from dampipe.features.sources.places import ReachablePlaces
from dampipe.features.sources.queries import SourceRepository
from dampipe.jobs.dispatch import TaskTransport
from dampipe.kernel.access import MANAGE, Actor, require
from dampipe.kernel.errors import BrokerDown, CannotStart, InvalidInput, NotFound, NotPermitted
from dampipe.kernel.paths import is_url, normal_path, printable
from dampipe.kernel.progress import Progress
from dampipe.kernel.visibility import Visibility
from dampipe.storage.files.stores import FileStores


class ImportService:
    """Any method may raise CatalogueDown, and Forbidden for an actor that sees a part of the library only: a receipt
    names files of all of it."""

    def __init__(
        self,
        imports: ImportRepository,
        sources: SourceRepository,
        places: ReachablePlaces,
        transport: Callable[[], TaskTransport],
        visibility: Visibility,
        stores: FileStores,
    ) -> None:
        self._imports = imports
        self._sources = sources
        self._places = places
        self._transport = transport
        self._visibility = visibility
        self._stores = stores

    def importers(self, actor: Actor) -> list[ImporterReport]:
        """What can be imported: the importers of dampipe and of other packages, by name."""
        require(actor, MANAGE)
        return [_importer(name) for name in importer_names()]

    def begin(self, actor: Actor, request: ImportRequest) -> ImportReport:
        """Ask for an import and return at once; workers of the queue `io` that see both ends do it.

        When the broker is down, it is kept, and starts when the broker is back. Raises InvalidInput for an origin, a
        destination or a pattern that is not valid, NotFound for what does not exist, and Conflict while another import
        of the origin is not over.
        """
        require(actor, MANAGE)
        self._require_all(actor)
        return self.report(actor, self.begin_for(actor, request))

    def begin_for(self, actor: Actor, request: ImportRequest) -> int:
        """Begin an import of what the caller has checked that the actor may have imported; returns its number.

        Raises what `begin` does.
        """
        importer = importer_of(request.importer, request.origin, request.include, self._stores)
        pattern = pattern_of(importer, request.pattern)
        parts = origin_parts(importer, request.origin)
        origin = SEPARATOR.join(map(normal_path, parts))
        importer.check(origin)
        sources = self._sources.all()
        chosen = [self._destination(name, sources) for name in request.to]
        for part in origin_parts(importer, origin):
            _check_apart(part, chosen)
        destinations = [destination for destination, _ in chosen]
        number = self._imports.create(
            request.importer, origin, pattern.text, destinations, actor, request.include
        )
        self._notify(number)
        return number

    def check_destination(self, to: str, pattern: str) -> None:
        """Raise InvalidInput and NotFound unless files of a folder can be imported there by that pattern."""
        pattern_of(importer_named("folder"), pattern)
        self._destination(to, self._sources.all())

    def begin_inside(self, actor: Actor, request: ImportRequest) -> ImportReport:
        """The same for clients that may see the footage and nothing else of this machine.

        Raises NotPermitted for an origin that is not below a source or one of the scan roots; whether it exists makes
        no difference. Nor is anything included that lies outside of the origin.
        """
        require(actor, MANAGE)
        self._require_all(actor)
        importer = importer_named(request.importer)
        self._places.require_inside(actor, origin_parts(importer, request.origin))
        for one in includes_outside(importer):
            if one in request.include:
                raise NotPermitted(errors.INCLUDE_LOCAL, name=one)
        return self.begin(actor, request)

    def _destination(self, name: str, sources: Sequence[Source]) -> tuple[Destination, str]:
        """A destination, and its absolute path."""
        source = next((one for one in sources if one.name == name), None)
        path = source.root if source else name
        if source is None and (is_url(name) or name.startswith("/")):
            path = under_known_root(normal_path(name), sources)
            source = holder(path, sources)
        if source is None:
            raise NotFound(errors.DESTINATION_UNKNOWN, path=printable(name))
        require_managed(source)
        if is_url(source.root):
            managed_store(self._stores.of(source.root), source.root)
        elif not os.path.isdir(source.root):
            raise NotFound(errors.DESTINATION_AWAY, path=printable(source.root))
        return Destination(source=int(source.id), folder=below_root(path, source.root)), path

    def report(self, actor: Actor, number: int) -> ImportReport:
        """How far an import is; once it is over, its receipt. Raises NotFound."""
        require(actor, MANAGE)
        self._require_all(actor)
        return self._reports([self._imports.session(number)])[0]

    def latest(self, actor: Actor, limit: int = 20) -> list[ImportReport]:
        """The newest imports, newest first."""
        require(actor, MANAGE)
        self._require_all(actor)
        return self._reports(self._imports.latest(limit))

    def files(
        self,
        actor: Actor,
        number: int,
        states: Sequence[FileState] = (),
        after: int = 0,
        limit: int | None = None,
    ) -> list[ImportFileReport]:
        """Input files and their outcomes, in the order of the listing. states: none means all. after: the number of the
        last file of the page before. Raises NotFound."""
        require(actor, MANAGE)
        self._require_all(actor)
        session = self._imports.session(number)
        roots = described(_destinations(session), self._sources.all())
        return [_file_report(row, roots) for row in self._imports.files(number, states, after, limit)]

    def pause(self, actor: Actor, number: int) -> ImportReport:
        """Stop within seconds; what is copied stays. Raises NotFound, and Conflict for an import that is over."""
        require(actor, MANAGE)
        self._require_all(actor)
        self._imports.pause(number)
        return self.report(actor, number)

    def resume(self, actor: Actor, number: int) -> ImportReport:
        """Continue a paused or blocked import at once. Raises NotFound, and Conflict for another one."""
        require(actor, MANAGE)
        self._require_all(actor)
        self._imports.resume(number)
        self._notify(number)
        return self.report(actor, number)

    def resume_blocked(self, actor: Actor, origin: str) -> list[int]:
        """Continue blocked imports of an origin at once: what they waited for was done. Returns their numbers."""
        require(actor, MANAGE)
        self._require_all(actor)
        numbers = self._imports.blocked_of(origin)
        for number in numbers:
            self._imports.resume(number)
            self._notify(number)
        return numbers

    def cancel(self, actor: Actor, number: int) -> ImportReport:
        """End an import: what is copied stays, half-written files are deleted.

        Raises NotFound, and Conflict for one that is over.
        """
        require(actor, MANAGE)
        self._require_all(actor)
        self._imports.cancel(number, actor)
        self._notify(number)
        return self.report(actor, number)

    def _require_all(self, actor: Actor) -> None:
        """Raise Forbidden unless the actor sees the whole library."""
        self._visibility.of(actor).require_all(actor)

    def _notify(self, number: int) -> None:
        try:
            self._transport().notify("import", number)
        except BrokerDown:  # the sweep notifies the workers once the broker is back
            return

    def _reports(self, rows: Sequence[ImportSessionRow]) -> list[ImportReport]:
        sources = self._sources.all()
        counts = self._imports.counts([row.id for row in rows if row.id is not None])
        return [_report(row, counts[row.id], sources) for row in rows if row.id is not None]


def _destinations(row: ImportSessionRow) -> list[Destination]:
    return [Destination.model_validate(one) for one in json.loads(row.destinations)]


def _report(row: ImportSessionRow, counts: tuple, sources: Sequence[Source]) -> ImportReport:  # type: ignore[type-arg]
    assert row.id is not None
    return ImportReport(
        number=row.id,
        importer=row.importer,
        origin=_shown_origin(row.origin),
        destinations=described(_destinations(row), sources),
        pattern=row.pattern,
        include=tuple(json.loads(row.include)),
        state=SessionState(row.state),
        phase=Phase(row.phase),
        problem=row.problem,
        problem_code=row.problem_code,
        counts=counts[0],
        reasons=counts[1],
        adds_up=row.adds_up,
        safe_to_format=row.safe_to_format,
        manifests=tuple(Manifest.model_validate(one) for one in json.loads(row.manifests)),
        progress=None if row.progress is None else Progress.model_validate_json(row.progress),
        scan=row.scan,
        actor=row.actor,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def _shown_origin(origin: str) -> str:
    """An origin on one line: of several parts the first."""
    first, *others = origin.split(f"{SEPARATOR}/")
    more = f" and {len(others)} more part{'s' if len(others) > 1 else ''}" if others else ""
    return f"{printable(first)}{more}"


def _file_report(row: ImportFileRow, roots: Sequence[str]) -> ImportFileReport:
    copies = json.loads(row.copies)
    target = printable(row.target)
    return ImportFileReport(
        number=int(row.id or 0),
        path=printable(row.key),
        size=row.size,
        state=FileState(row.state),
        reason=row.reason,
        detail=row.detail,
        sha1=row.sha1,
        copies=tuple(f"{roots[copy['destination']]}/{target}" for copy in copies),
        verified_at=tuple(copy["verified_at"] for copy in copies),
    )


def _check_apart(origin: str, chosen: Sequence[tuple[Destination, str]]) -> None:
    """Raise InvalidInput where two of origin and destinations are the same folder, or one lies in the other."""
    paths = [_real(path) for _, path in chosen]
    for path in paths:
        if _overlap(path, _real(origin)):
            raise InvalidInput(errors.OVERLAP, path=printable(origin), other=printable(path))
    if len(paths) == 2 and _overlap(*paths):
        raise InvalidInput(errors.SAME_DESTINATION, path=printable(paths[0]), other=printable(paths[1]))


def _real(path: str) -> str:
    return path if is_url(path) else os.path.realpath(path)


def _overlap(first: str, second: str) -> bool:
    one, other = first.rstrip("/") + "/", second.rstrip("/") + "/"
    return one.startswith(other) or other.startswith(one)


def _importer(name: str) -> ImporterReport:
    importer = importer_named(name)
    problem, program = "", program_of(importer)
    if program is not None:
        try:
            program.path()
        except CannotStart as error:
            problem = str(error)
    outside = includes_outside(importer)
    return ImporterReport(
        name=name,
        summary=importer.summary,
        default_pattern=importer.default_pattern,
        names_files=importer.names_files,
        fields=importer.fields,
        includes=tuple(one for one in includes_of(importer) if one not in outside),
        takes_parts=getattr(importer, "takes_parts", False),
        problem=problem,
    )
