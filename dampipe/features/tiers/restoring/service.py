"""The use cases of restores: what it would cost, asking for it, and how far it is."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from dampipe.features.assets.selection import AssetSelection
from dampipe.features.assets.shown import shown_versions
from dampipe.features.sources.model import Source
from dampipe.features.sources.queries import SourceRepository
from dampipe.features.tiers.copies import (
    READABLE,
    Availabilities,
    Availability,
    CopyFacts,
    copies_of,
    unidentified_copies,
)
from dampipe.features.tiers.restoring import errors
from dampipe.features.tiers.restoring.model import (
    MOST_FILES,
    Estimate,
    FileState,
    Offline,
    RestoreFileReport,
    RestoreReport,
    RestoreRequest,
    Speed,
)
from dampipe.features.tiers.restoring.queries import RestoreRepository
from dampipe.features.tiers.restoring.worker import RestoreWorker
from dampipe.features.tiers.scopes import RESTORE
from dampipe.kernel.access import READ, Actor, require
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, InvalidInput
from dampipe.kernel.paths import printable
from dampipe.kernel.polling import poll
from dampipe.kernel.visibility import View, Visibility


@dataclass
class _Choice:
    """What is to be asked for, and what need not."""

    archived: list[CopyFacts] = field(default_factory=list)
    restoring: list[CopyFacts] = field(default_factory=list)
    at_hand: int = 0
    missing: int = 0
    offline: dict[tuple[str, str], int] = field(default_factory=dict)


class RestoreService:
    """Has archived files made readable. Any method may raise CatalogueDown and, without the scope, Forbidden."""

    def __init__(
        self,
        database: Database,
        restores: RestoreRepository,
        sources: SourceRepository,
        selection: AssetSelection,
        visibility: Visibility,
        worker: Callable[[], RestoreWorker],
    ) -> None:
        self._db = database
        self._restores = restores
        self._sources = sources
        self._selection = selection
        self._visibility = visibility
        self._worker = worker

    def estimate(self, actor: Actor, request: RestoreRequest) -> Estimate:
        """What a restore would do and cost, by what the sources state.

        Raises InvalidInput, and NotFound for an asset that does not exist.
        """
        require(actor, READ)
        choice = self._choose(self._visibility.of(actor), actor, request)
        return self._estimate(choice, request.speed)

    def request(self, actor: Actor, request: RestoreRequest, accepted: float | None = None) -> RestoreReport:
        """Have the archived files of assets made readable; returns at once.

        accepted: the most money, in whatever currency, that it may cost; None: any. Raises Conflict if it costs more or
        there is nothing to ask for, InvalidInput, and NotFound for an asset that does not exist.
        """
        require(actor, RESTORE)
        view = self._visibility.of(actor)
        choice = self._choose(view, actor, request)
        files = choice.archived + choice.restoring
        if not files:
            raise Conflict(
                errors.NOTHING_ARCHIVED, files=choice.at_hand + choice.missing + sum(choice.offline.values())
            )
        if len(files) > MOST_FILES:
            raise InvalidInput(errors.TOO_MANY, count=len(files), most=MOST_FILES)
        estimate = self._estimate(choice, request.speed)
        if accepted is not None and any(amount > accepted for amount in estimate.cost.values()):
            raise Conflict(errors.COST_NOT_ACCEPTED, cost=_amounts(estimate.cost), accepted=f"{accepted:.2f}")
        number = self._restores.create(
            actor,
            request.speed,
            request.days,
            estimate.cost,
            estimate.bytes,
            [copy.location for copy in files],
        )
        self._worker().wake()
        return self._report(number)

    def report(self, actor: Actor, number: int) -> RestoreReport:
        """How far a restore is. Raises NotFound."""
        require(actor, READ)
        return self._report(number)

    def latest(self, actor: Actor, limit: int = 20) -> list[RestoreReport]:
        """Restores, newest first."""
        require(actor, READ)
        return [_report(row) for row in self._restores.latest(limit)]

    def files(
        self,
        actor: Actor,
        number: int,
        states: Sequence[FileState] = (),
        after: int = 0,
        limit: int = 100,
    ) -> list[RestoreFileReport]:
        """Visible files of a restore; after: the number of the last one of the page before. Raises NotFound."""
        require(actor, READ)
        self._restores.find(number)
        rows = self._restores.files(number, states, after, limit, self._visibility.of(actor))
        return [
            RestoreFileReport(
                number=row.id,
                asset=row.sha1 or "",
                name=printable(row.file),
                place=printable(path) if row.is_shown else "",
                size=row.size,
                state=FileState(row.state),
                expected_at=row.expected_at,
                restored_until=row.restored_until,
                reason=row.reason,
                detail=row.detail,
            )
            for row, path in rows
        ]

    def wait(self, actor: Actor, number: int) -> Iterator[RestoreReport]:
        """How far a restore is, again and again, until all of its files are ready or have failed. Raises NotFound."""
        require(actor, READ)
        for report in poll(lambda: self._report(number), least=1.0):
            yield report
            if report.finished_at is not None:
                return

    # What is to be asked for

    def _choose(self, view: View, actor: Actor, request: RestoreRequest) -> _Choice:
        if request.waiting:
            if request.is_given:
                raise InvalidInput(errors.WHICH_ASSETS)
            return self._choose_unidentified(view)
        wanted = list(self._selection.of(actor, request))
        choice = _Choice()
        with self._db.read() as connection:
            availability = Availabilities(self._sources.all(), database_time(connection))
            for some in chunked(wanted):
                shown = shown_versions(connection, self._db, some, view)
                copies = copies_of(connection, self._db, [version.id for version in shown.values()], view)
                for version in shown.values():
                    _add(choice, copies.get(version.id, []), availability, request.speed)
        return choice

    def _choose_unidentified(self, view: View) -> _Choice:
        choice = _Choice()
        with self._db.read() as connection:
            availability = Availabilities(self._sources.all(), database_time(connection))
            for copy in unidentified_copies(connection, self._db, view):
                match availability.of(copy):
                    case Availability.ARCHIVED:
                        choice.archived.append(copy)
                    case Availability.RESTORING:
                        choice.restoring.append(copy)
        return choice

    def _estimate(self, choice: _Choice, speed: Speed) -> Estimate:
        sources = {source.id: source for source in self._sources.all()}
        by_source: dict[int, list[CopyFacts]] = {}
        for copy in choice.archived:
            by_source.setdefault(copy.source, []).append(copy)
        cost: dict[str, float] = {}
        egress: dict[str, float] = {}
        hours: list[float | None] = []
        for copies in by_source.values():
            model, size = sources[copies[0].source].cost, sum(copy.size for copy in copies)
            if model.retrieval and speed not in model.retrieval:
                raise InvalidInput(
                    errors.SPEED_UNKNOWN,
                    source=sources[copies[0].source].name,
                    speed=speed,
                    known=", ".join(sorted(model.retrieval)),
                )
            hours.append(model.hours(speed))
            for amounts, amount in (
                (cost, model.retrieval_cost(speed, len(copies), size)),
                (egress, model.egress_cost(len(copies), size)),
            ):
                if amount:
                    amounts[model.currency] = amounts.get(model.currency, 0.0) + amount
        stated = [one for one in hours if one is not None]
        return Estimate(
            files=len(choice.archived),
            bytes=sum(copy.size for copy in choice.archived),
            cost=cost,
            egress=egress,
            hours=max(stated) if stated and len(stated) == len(hours) else None,
            at_hand=choice.at_hand,
            restoring=len(choice.restoring),
            offline=tuple(
                Offline(source=source, label=label, files=count)
                for (source, label), count in sorted(choice.offline.items())
            ),
            missing=choice.missing,
        )

    def _report(self, number: int) -> RestoreReport:
        return _report(self._restores.find(number))


def _add(choice: _Choice, copies: Sequence[CopyFacts], availability: Availabilities, speed: Speed) -> None:
    """Decide what is done for one version: the cheapest archived copy is asked for, unless one can be read."""
    by_state: dict[Availability, list[CopyFacts]] = {state: [] for state in Availability}
    for copy in copies:
        by_state[availability.of(copy)].append(copy)
    if any(by_state[state] for state in READABLE):
        choice.at_hand += 1
    elif by_state[Availability.RESTORING]:
        choice.restoring.append(by_state[Availability.RESTORING][0])
    elif archived := by_state[Availability.ARCHIVED]:
        choice.archived.append(min(archived, key=lambda copy: _price(copy, availability.source(copy), speed)))
    elif offline := by_state[Availability.OFFLINE]:
        source = availability.source(offline[0])
        place = (source.name, source.label)
        choice.offline[place] = choice.offline.get(place, 0) + 1
    else:
        choice.missing += 1


def _price(copy: CopyFacts, source: Source, speed: Speed) -> tuple[float, float, int]:
    cost = source.cost.retrieval_cost(speed, 1, copy.size) + source.cost.egress_cost(1, copy.size)
    return cost, source.cost.hours(speed) or 0.0, copy.location


def _amounts(amounts: dict[str, float]) -> str:
    return " and ".join(f"{amount:.2f} {currency}" for currency, amount in sorted(amounts.items()))


def _report(row: Any) -> RestoreReport:
    return RestoreReport(
        number=row.id,
        actor=row.actor,
        speed=Speed(row.speed),
        days=row.days,
        cost=json.loads(row.cost),
        created_at=row.created_at,
        finished_at=row.finished_at,
        files=row.files or 0,
        bytes=row.bytes or 0,
        ready=row.ready or 0,
        failed=row.failed or 0,
        expected_at=row.expected_at if row.finished_at is None else None,
    )
