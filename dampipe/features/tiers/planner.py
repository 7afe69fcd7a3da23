"""Decides what is done to the files of one version, so that it has the copies that a rule asks for. Pure: no I/O.

What is decided depends on where the copies are and in which state, not on the version: of a million versions, few
differ in that, so that what was decided once can be kept.

Words: a copy *counts* if it was verified within the time of the rule, and is *expected* to count if verifying it again
is all that it lacks. Copies are made for what is not even expected; files are deleted only for what counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

from dampipe.features.sources.costs import CostModel
from dampipe.features.sources.model import LocationState, Tier
from dampipe.features.tiers.model import ActionKind
from dampipe.features.tiers.policy import Rule
from dampipe.storage.files.s3_entries import ARCHIVES

_FREE = CostModel()


@dataclass(frozen=True)
class Place:
    """A source, as far as plans depend on it."""

    id: int
    name: str
    tier: Tier
    root: str = ""
    managed: bool = False
    cost: CostModel = _FREE
    listed_at: float = 0.0
    """When the last scan of all of it was complete, seconds since 1970; 0: never."""
    is_remote: bool = False
    """Whether it is a URL: then its files may have storage classes, and their times say when they came there."""


class Proof(IntEnum):
    """What is known of the content of a file."""

    NONE = 0
    """It was not read since it was identified."""
    BAD = 1
    """It was another content, or could not be read, when it was read last."""
    OLD = 2
    """It was the same, longer ago than the rule allows."""
    FRESH = 3


class Copy(NamedTuple):
    """A file of a version."""

    source: int
    state: LocationState = LocationState.PRESENT
    is_archived: bool = False
    """Whether it has to be restored before it can be read."""
    proof: Proof = Proof.NONE
    storage_class: str = ""


class Step(NamedTuple):
    """Something to do."""

    kind: ActionKind
    file: int
    """Which of the files: the one that is copied, moved to another class or deleted."""
    source: int
    """Where the copy is made, or where the file is."""
    storage_class: str = ""
    is_made: bool = False
    """Whether the file is the copy that another step makes of `file` in that source."""


class Lack(StrEnum):
    """Why a version has fewer copies than its rule asks for, and gets no more."""

    NO_DESTINATION = "no_destination"
    """There is no managed source of a wanted tier that has no file of it yet."""
    NOT_READABLE = "not_readable"
    """No file of it can be read: an archived one has to be restored first."""


@dataclass(frozen=True)
class Decision:
    """What is done to the files of a version."""

    steps: tuple[Step, ...] = ()
    is_below: bool = False
    """Whether fewer copies count now than the rule asks for."""
    unproved: tuple[int, ...] = ()
    """The files that have to be verified, so that they count."""
    lack: Lack | None = None
    kept: tuple[int, ...] = ()
    """The files that are in a tier in which there should be none, and stay."""


class Planner:
    """Decides for all versions, with the sources as they are."""

    def __init__(self, rules: Sequence[Rule], places: Iterable[Place], now: float) -> None:
        """now: by the database's clock."""
        self._places = {place.id: place for place in places}
        self._rules = [_BoundRule(rule, self._places, now) for rule in rules]

    def decide(self, rule: int, files: Sequence[Copy]) -> Decision:
        """What is done to a version that the rule of that index holds for."""
        return self._rules[rule].decide(tuple(files))


class _BoundRule:
    """A rule, and the sources that it is about."""

    def __init__(self, rule: Rule, places: Mapping[int, Place], now: float) -> None:
        self._rule = rule
        self._places = places
        self._since = now - rule.verified_within
        self._tiers = set(rule.tiers or Tier)
        wished = {name: at for at, name in enumerate(rule.sources)}

        def preference(place: Place) -> tuple[float, float, str]:
            return wished.get(place.name, 0), place.cost.gb_month, place.name

        self._destinations = sorted(
            (
                place
                for place in places.values()
                if place.managed and place.tier in self._tiers and (not wished or place.name in wished)
            ),
            key=preference,
        )

    def decide(self, files: tuple[Copy, ...]) -> Decision:
        """See Planner."""
        rule = self._rule
        inside = [at for at, file in enumerate(files) if self._is_inside(file)]
        outside = [at for at, file in enumerate(files) if self._is_present(file) and at not in inside]
        counted = {files[at].source for at in inside if self._counts(files[at])}
        expected = {files[at].source for at in inside if self._is_expected(files[at])}
        elsewhere = {files[at].source for at in outside if self._counts(files[at])}

        made, lack = self._copies(files, expected)
        steps = list(made)
        steps += self._reclasses(files, inside)
        will_count = counted | {step.source for step in made if step.kind is ActionKind.COPY}
        deletes = self._deletes(files, outside, will_count, elsewhere, self._readable_after(files, steps))
        steps += deletes

        deleted = {step.file for step in deletes}
        unproved = tuple(at for at in inside if self._is_expected(files[at]) and not self._counts(files[at]))
        return Decision(
            steps=tuple(steps),
            is_below=len(counted | elsewhere) < rule.copies or bool(self._missing(counted)),
            unproved=unproved,
            lack=lack,
            kept=tuple(at for at in outside if at not in deleted),
        )

    # Copies

    def _is_present(self, file: Copy) -> bool:
        return file.state is LocationState.PRESENT

    def _is_inside(self, file: Copy) -> bool:
        return self._is_present(file) and self._places[file.source].tier in self._tiers

    def _counts(self, file: Copy) -> bool:
        """Whether a file that is present is a verified copy.

        One that is archived cannot be read again: it counts as long as complete listings show that it has not changed.
        """
        if file.proof is Proof.OLD and file.is_archived:
            place = self._places[file.source]
            return place.tier is not Tier.OFFLINE and place.listed_at >= self._since
        return file.proof is Proof.FRESH

    def _is_expected(self, file: Copy) -> bool:
        if file.proof is Proof.NONE:
            return not file.is_archived and self._places[file.source].tier is not Tier.OFFLINE
        return file.proof is not Proof.BAD

    def _missing(self, sources: Iterable[int]) -> list[Tier]:
        """The tiers of the rule in which none of these sources is."""
        there = {self._places[source].tier for source in sources}
        return [tier for tier in self._rule.tiers if tier not in there]

    def _copies(self, files: tuple[Copy, ...], expected: set[int]) -> tuple[list[Step], Lack | None]:
        missing = self._missing(expected)
        wanted = self._rule.copies - len(expected)
        if wanted <= 0 and not missing:
            return [], None
        # A name that a file has there already, whatever its state, cannot be given again.
        taken = {file.source for file in files if file.state is not LocationState.MISSING}
        free = [place for place in self._destinations if place.id not in taken]
        first = (next((one for one in free if one.tier is tier), None) for tier in missing)
        chosen = [place for place in first if place is not None]
        is_complete = len(chosen) == len(missing)
        chosen += [place for place in free if place not in chosen][: max(0, wanted - len(chosen))]
        lack = None if is_complete and len(chosen) >= wanted else Lack.NO_DESTINATION
        if not chosen:
            return [], lack
        origin = self._origin(files)
        if origin is None:
            return [], Lack.NOT_READABLE
        steps = [Step(ActionKind.COPY, origin, place.id) for place in chosen]
        steps += [
            Step(ActionKind.RECLASS, origin, place.id, storage_class, is_made=True)
            for place in chosen
            if (storage_class := self._wanted_class(place))
        ]
        return steps, lack

    def _origin(self, files: tuple[Copy, ...]) -> int | None:
        """The file that is the cheapest to read; one on a medium that may have to be fetched is the last."""

        def price(at: int) -> tuple[bool, float, int, int]:
            place = self._places[files[at].source]
            return place.tier is Tier.OFFLINE, place.cost.egress_gb, _SPEED[place.tier], at

        readable = [
            at
            for at, file in enumerate(files)
            if self._is_present(file) and not file.is_archived and file.proof is not Proof.BAD
        ]
        return min(readable, key=price, default=None)

    # Storage classes

    def _wanted_class(self, place: Place) -> str:
        return self._rule.storage_class.get(place.name, "") if place.is_remote else ""

    def _reclasses(self, files: tuple[Copy, ...], inside: Sequence[int]) -> list[Step]:
        """Only of what counts: in an archive, it cannot be verified any more."""
        steps = []
        for at in inside:
            file, place = files[at], self._places[files[at].source]
            wanted = self._wanted_class(place)
            if (
                wanted
                and place.managed
                and file.storage_class != wanted
                and not file.is_archived
                and self._counts(file)
            ):
                steps.append(Step(ActionKind.RECLASS, at, place.id, wanted))
        return steps

    # Deletions

    def _readable_after(self, files: tuple[Copy, ...], steps: Sequence[Step]) -> set[int]:
        """The sources with a copy that will count, and that can be read at once, when all steps are done."""
        archived = {
            (step.file, step.is_made, step.source) for step in steps if step.storage_class in ARCHIVES
        }
        found = {
            file.source
            for at, file in enumerate(files)
            if self._is_present(file)
            and self._counts(file)
            and not file.is_archived
            and (at, False, file.source) not in archived
        }
        found |= {
            step.source
            for step in steps
            if step.kind is ActionKind.COPY and (step.file, True, step.source) not in archived
        }
        return {source for source in found if self._places[source].tier is not Tier.OFFLINE}

    def _deletes(
        self,
        files: tuple[Copy, ...],
        outside: Sequence[int],
        will_count: set[int],
        elsewhere: set[int],
        readable: set[int],
    ) -> list[Step]:
        """Of the files in other tiers those that are not needed, the dearest first."""
        if not self._rule.tiers or self._missing(will_count):
            return []
        steps: list[Step] = []
        left = set(elsewhere)
        sources = {files[at].source for at in outside}
        for source in sorted(sources, key=lambda one: (-self._places[one].cost.gb_month, one)):
            others = len(will_count) + len(left - {source})
            is_enough = others >= self._rule.copies and (not self._rule.readable or readable - {source})
            if not self._places[source].managed or not is_enough:
                continue
            left.discard(source)
            readable = readable - {source}
            steps += [Step(ActionKind.DELETE, at, source) for at in outside if files[at].source == source]
        return steps


_SPEED = {Tier.HOT: 0, Tier.NEARLINE: 1, Tier.COLD: 2, Tier.OFFLINE: 3}
