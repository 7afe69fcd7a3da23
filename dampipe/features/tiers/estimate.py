"""What a plan moves, costs and takes, by the costs that sources state. No I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from dampipe.features.sources.costs import GB
from dampipe.features.sources.model import Tier
from dampipe.features.tiers.facts import FileFacts
from dampipe.features.tiers.model import ActionKind
from dampipe.features.tiers.planner import Lack, Place, Step
from dampipe.features.tiers.policy import DAY, Limits, Rule

MONTH = 30.0
"""Days of a month, as `CostModel` has them."""
MB = 1e6
_MINUTES = 24 * 60


class Amount(BaseModel):
    """Files and their bytes."""

    model_config = ConfigDict(frozen=True)

    files: int = 0
    bytes: int = 0


class Charge(BaseModel):
    """Money in one currency."""

    model_config = ConfigDict(frozen=True)

    currency: str
    egress: float = 0.0
    """For bytes that leave a storage: to be copied, and to be read back."""
    requests: float = 0.0
    early_delete: float = 0.0
    """For the days for which files would have had to stay."""
    month: float = 0.0
    """What each month costs more from then on; below 0: less."""

    @property
    def once(self) -> float:
        """All but `month`."""
        return self.egress + self.requests + self.early_delete

    def __add__(self, other: "Charge") -> "Charge":
        """The sum of two charges in one currency."""
        return Charge(
            currency=self.currency,
            egress=self.egress + other.egress,
            requests=self.requests + other.requests,
            early_delete=self.early_delete + other.early_delete,
            month=self.month + other.month,
        )


class PlanLine(BaseModel):
    """What a plan does for one rule in one source."""

    model_config = ConfigDict(frozen=True)

    rule: str
    kind: ActionKind
    source: str
    """Name of the source in which copies are made, or files are."""
    origin: str = ""
    """Name of the source from which files are copied."""
    tier: Tier
    """Of `source`."""
    storage_class: str = ""
    files: int
    bytes: int
    read_bytes: int = 0
    """Bytes that are read from storages, to be copied and to be read back."""
    charges: tuple[Charge, ...] = ()
    """By currency; without those of 0."""
    seconds: float | None = None
    """For one worker; None: the sources do not state how fast they are."""


class RuleReport(BaseModel):
    """How the assets of a rule stand, before the plan does anything."""

    model_config = ConfigDict(frozen=True)

    rule: str
    assets: int = 0
    versions: int = 0
    """Contents with files, each of which is to have the copies."""
    below: int = 0
    """Contents of these with fewer verified copies than the rule asks for, or with none in a tier of it."""
    unproved: Amount = Amount()
    """Copies that have to be verified, so that they count."""
    no_destination: Amount = Amount()
    """Contents that lack a copy for which there is no managed source."""
    not_readable: Amount = Amount()
    """Contents of which all files are archived, and have to be restored before they are copied."""
    kept: Amount = Amount()
    """Files in tiers in which there should be none, which stay: they are needed for the number of copies, or part of a
    card, or their source is not managed."""
    busy: int = 0
    """Contents that are left as they are, since another plan is at work on them."""


class PlanEstimate(BaseModel):
    """What a plan does, as it was reckoned when the plan was made."""

    model_config = ConfigDict(frozen=True)

    lines: tuple[PlanLine, ...] = ()
    rules: tuple[RuleReport, ...] = ()
    copies: Amount = Amount()
    reclasses: Amount = Amount()
    deletes: Amount = Amount()
    charges: tuple[Charge, ...] = ()
    """Of all lines, by currency."""
    seconds: float | None = None
    """For one worker, without the time of grace; None: the sources do not state how fast they are."""
    grace: float = 0.0
    """Seconds for which files that are to be deleted stay, at most."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.lines

    def once(self) -> dict[str, float]:
        """What it costs, once, by currency."""
        return {charge.currency: charge.once for charge in self.charges if charge.once}


def asks(estimate: PlanEstimate, limits: Limits) -> bool:
    """Whether a plan costs more than a policy allows without asking."""
    most = limits.confirm_above.money
    return most is not None and any(money > most for money in estimate.once().values())


@dataclass
class Sum:
    """Files, counted up."""

    files: int = 0
    bytes: int = 0

    def add(self, size: int) -> None:
        """One more file."""
        self.files += 1
        self.bytes += size

    def amount(self) -> Amount:
        """The result."""
        return Amount(files=self.files, bytes=self.bytes)


@dataclass
class RuleTally:
    """What `RuleReport` says, counted up."""

    assets: int = 0
    versions: int = 0
    below: int = 0
    busy: int = 0
    unproved: Sum = field(default_factory=Sum)
    kept: Sum = field(default_factory=Sum)
    lacks: dict[Lack, Sum] = field(default_factory=lambda: {lack: Sum() for lack in Lack})

    def lack(self, lack: Lack, size: int) -> None:
        """One more content that gets fewer copies than it should have."""
        self.lacks[lack].add(size)

    def report(self, rule: str) -> RuleReport:
        """The result."""
        return RuleReport(
            rule=rule,
            assets=self.assets,
            versions=self.versions,
            below=self.below,
            busy=self.busy,
            unproved=self.unproved.amount(),
            kept=self.kept.amount(),
            no_destination=self.lacks[Lack.NO_DESTINATION].amount(),
            not_readable=self.lacks[Lack.NOT_READABLE].amount(),
        )


@dataclass
class _LineSum(Sum):
    early_days: float = 0.0
    """Bytes times the days for which they would have had to stay."""


class Tally:
    """Counts the actions of a plan up."""

    def __init__(self, rules: Sequence[Rule], places: Iterable[Place], now: float) -> None:
        self.rules = [RuleTally() for _ in rules]
        self._rules = rules
        self._places = {place.id: place for place in places}
        self._now = now
        self._lines: dict[tuple[int, ActionKind, int, int, str], _LineSum] = {}

    def add(self, rule: int, step: Step, file: FileFacts) -> None:
        """One more action."""
        key = (rule, step.kind, file.source, step.source, step.storage_class)
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _LineSum()
        line.add(file.size)
        if step.kind is ActionKind.DELETE:
            line.early_days += file.size * self._days_left(file, self._rules[rule].grace)

    def _days_left(self, file: FileFacts, grace: float) -> float:
        """Days for which a file is paid although it is deleted after a time of grace.

        Of objects the time is that of their upload; how long a file of a file system has been there is not known.
        """
        place = self._places[file.source]
        age = (self._now - file.mtime_ns / 1e9) / DAY if place.is_remote else 0.0
        return max(0.0, place.cost.minimum_days - max(0.0, age) - grace / DAY)

    def estimate(self, limits: Limits) -> PlanEstimate:
        """The result."""
        lines = [self._line(key, line, limits) for key, line in self._lines.items()]
        lines.sort(key=lambda line: (line.rule, list(ActionKind).index(line.kind), line.origin, line.source))
        by_name = {rule.name: at for at, rule in enumerate(self._rules)}
        lines.sort(key=lambda line: by_name[line.rule])
        known = [line.seconds for line in lines if line.seconds is not None]
        graces = [self._rules[key[0]].grace for key in self._lines if key[1] is ActionKind.DELETE]
        return PlanEstimate(
            lines=tuple(lines),
            rules=tuple(one.report(rule.name) for one, rule in zip(self.rules, self._rules, strict=True)),
            copies=_amount(lines, ActionKind.COPY),
            reclasses=_amount(lines, ActionKind.RECLASS),
            deletes=_amount(lines, ActionKind.DELETE),
            charges=_summed(charge for line in lines for charge in line.charges),
            seconds=sum(known) if len(known) == len(lines) else None,
            grace=max(graces, default=0.0),
        )

    def _line(self, key: tuple[int, ActionKind, int, int, str], line: _LineSum, limits: Limits) -> PlanLine:
        rule, kind, origin, source, storage_class = key
        place, first = self._places[source], self._places[origin]
        is_copy = kind is ActionKind.COPY
        charges = [_charge(place, kind, line)]
        if is_copy:
            charges.append(_charge_of_origin(first, line))
        return PlanLine(
            rule=self._rules[rule].name,
            kind=kind,
            source=place.name,
            origin=first.name if is_copy else "",
            tier=place.tier,
            storage_class=storage_class,
            files=line.files,
            bytes=line.bytes,
            read_bytes=2 * line.bytes if is_copy else 0,
            charges=tuple(one for one in _summed(charges) if one.once or one.month),
            seconds=_seconds(first, place, line.bytes, limits) if is_copy else 0.0,
        )


def _amount(lines: Iterable[PlanLine], kind: ActionKind) -> Amount:
    mine = [line for line in lines if line.kind is kind]
    return Amount(files=sum(line.files for line in mine), bytes=sum(line.bytes for line in mine))


def _charge(place: Place, kind: ActionKind, line: _LineSum) -> Charge:
    """What the storage charges in which copies are made, or files are."""
    cost, size = place.cost, line.bytes / GB
    if kind is ActionKind.RECLASS:
        return Charge(currency=cost.currency, requests=cost.write_1000 * line.files / 1000)
    if kind is ActionKind.DELETE:
        return Charge(
            currency=cost.currency,
            early_delete=cost.gb_month / MONTH * line.early_days / GB,
            month=-cost.gb_month * size,
        )
    return Charge(
        currency=cost.currency,
        egress=cost.egress_gb * size,
        requests=(cost.write_1000 + cost.read_1000) * line.files / 1000,
        month=cost.gb_month * size,
    )


def _charge_of_origin(place: Place, line: _LineSum) -> Charge:
    cost = place.cost
    return Charge(
        currency=cost.currency,
        egress=cost.egress_gb * line.bytes / GB,
        requests=cost.read_1000 * line.files / 1000,
    )


def _summed(charges: Iterable[Charge]) -> tuple[Charge, ...]:
    """One charge a currency."""
    sums: dict[str, Charge] = {}
    for charge in charges:
        known = sums.get(charge.currency)
        sums[charge.currency] = charge if known is None else known + charge
    return tuple(sums[currency] for currency in sorted(sums))


def _seconds(origin: Place, place: Place, size: int, limits: Limits) -> float | None:
    """How long one worker copies and reads back that many bytes; None: a source does not state how fast it is."""
    if not origin.cost.mb_per_s or not place.cost.mb_per_s:
        return None
    copying = _mean_rate(min(origin.cost.mb_per_s, place.cost.mb_per_s), limits)
    reading = _mean_rate(place.cost.mb_per_s, limits)
    return size / MB / copying + size / MB / reading


def _mean_rate(rate: float, limits: Limits) -> float:
    """10^6 bytes a second over a whole day, where a limit may hold for a part of it."""
    by_minute = (limits.mb_per_s(minute) for minute in range(_MINUTES))
    return sum(rate if most is None else min(rate, most) for most in by_minute) / _MINUTES
