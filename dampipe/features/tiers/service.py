"""The use cases of policies and plans: applying a policy, making a plan and showing it. Nothing here moves a file.

All of them are about the whole library: an actor who sees a part of it is refused.
"""

from collections.abc import Iterable, Iterator, Sequence

from dampipe.features.sources.model import Source
from dampipe.features.sources.queries import SourceRepository
from dampipe.features.tiers import errors, plans
from dampipe.features.tiers.estimate import PlanEstimate, asks
from dampipe.features.tiers.events import PlanMade, PolicyApplied
from dampipe.features.tiers.facts import FactReader
from dampipe.features.tiers.model import ActionKind, ActionState
from dampipe.features.tiers.plan_reports import (
    ActionReport,
    CheckedPolicy,
    CheckedRule,
    PlanReport,
    PolicyReport,
    PolicyText,
    SourceUsage,
    Standing,
    StateReport,
)
from dampipe.features.tiers.planning import PlanMaker
from dampipe.features.tiers.policy import DAY, Policy, Rule, parse_policy
from dampipe.features.tiers.scopes import MOVE_COPIES
from dampipe.features.tiers.tables import TierPolicyRow
from dampipe.features.tiers.usage import usage_of
from dampipe.kernel.access import MANAGE, SYSTEM, Actor, require
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import DampipeError, InvalidInput, NotFound
from dampipe.kernel.events.outbox import record_event
from dampipe.kernel.paths import is_url, printable
from dampipe.kernel.selection import AssetSelector
from dampipe.kernel.visibility import Visibility

DRAFTS_KEPT = 7 * DAY
"""Seconds after which a plan that was not applied is deleted, when another one is made."""


class TierService:
    """Policies and plans of a library.

    Any method may raise CatalogueDown, and Forbidden without the scope or for who sees a part of the library.
    """

    def __init__(
        self,
        database: Database,
        sources: SourceRepository,
        selector: AssetSelector,
        visibility: Visibility,
        reader: FactReader,
    ) -> None:
        self._db = database
        self._sources = sources
        self._selector = selector
        self._visibility = visibility
        self._reader = reader

    # Policies

    def check_policy(self, actor: Actor, toml: str) -> CheckedPolicy:
        """What the rules of a policy find now. Raises InvalidInput, which names all faults."""
        require(actor, MANAGE)
        self._visibility.of(actor).require_all(actor)
        return self._checked(parse_policy(toml))

    def apply_policy(self, actor: Actor, toml: str) -> PolicyText:
        """Put a policy in force; nothing is moved before a plan is made and applied. Raises InvalidInput."""
        require(actor, MOVE_COPIES)
        self._visibility.of(actor).require_all(actor)
        policy = parse_policy(toml)
        self._checked(policy)
        names = tuple(rule.name for rule in policy.rule)
        with self._db.write() as connection:
            number = plans.add_policy(connection, toml, actor)
            record_event(connection, PolicyApplied(number=number, rules=names), actor=actor)
            row = plans.find_policy(connection, number)
        assert row is not None
        return _text_of(row, number)

    def policy(self, actor: Actor, number: int | None = None) -> PolicyText:
        """The policy of a number, or the one in force. Raises NotFound."""
        require(actor, MANAGE)
        self._visibility.of(actor).require_all(actor)
        with self._db.read() as connection:
            newest = plans.find_policy(connection)
            row = newest if number is None else plans.find_policy(connection, number)
        if row is None or newest is None or newest.number is None:
            raise NotFound(errors.NO_POLICY)
        return _text_of(row, newest.number)

    def history(self, actor: Actor, limit: int = 100) -> list[PolicyReport]:
        """The policies that were applied, newest first."""
        require(actor, MANAGE)
        self._visibility.of(actor).require_all(actor)
        with self._db.read() as connection:
            rows = plans.policies(connection, limit)
        newest = rows[0].number if rows else None
        return [PolicyReport(**_text_of(row, newest or 0).model_dump(exclude={"toml"})) for row in rows]

    def _checked(self, policy: Policy) -> CheckedPolicy:
        """Raises InvalidInput (POLICY_FAULTY)."""
        sources = {source.name: source for source in self._sources.all()}
        faults = [f"rule {rule.name!r}: {fault}" for rule in policy.rule for fault in _faults(rule, sources)]
        found: list[CheckedRule] = []
        rest = self._selector.assets(SYSTEM, {})
        for rule in policy.rule:
            try:
                mine = self._find(rule) & rest
            except DampipeError as error:
                if not isinstance(error, (InvalidInput, NotFound)):
                    raise
                faults.append(f"rule {rule.name!r}: query: {error}")
                continue
            rest -= mine
            warnings = tuple(_warnings(rule, sources.values()))
            found.append(CheckedRule(rule=rule.name, assets=len(mine), warnings=warnings))
        if faults:
            raise InvalidInput(errors.POLICY_FAULTY, faults="; ".join(faults))
        return CheckedPolicy(rules=tuple(found), others=len(rest))

    def _find(self, rule: Rule) -> AssetSet:
        """The assets that a query finds. A policy is one of the library: what it finds does not depend on the actor."""
        return self._selector.assets(SYSTEM, {"where": (rule.query,)} if rule.query.strip() else {})

    # Plans

    def make_plan(self, actor: Actor, rule: str | None = None) -> PlanReport:
        """Make a plan by the policy in force, and store it as a draft. rule: only for the assets of this one.

        Raises NotFound where no policy was applied or it has no such rule, and InvalidInput where a query is not valid
        any more.
        """
        require(actor, MANAGE)
        self._visibility.of(actor).require_all(actor)
        number, policy = self._in_force()
        wanted = None if rule is None else policy.named(rule)
        self._delete_drafts()
        with self._db.write() as connection:
            plan = plans.add_plan(connection, number, actor)
        try:
            maker = self._maker(policy)
            for actions in self._actions(maker, policy, wanted):
                with self._db.write() as connection:
                    plans.add_actions(connection, self._db, plan, actions)
                self._db.give_way()
            estimate = _estimate(maker, policy, wanted)
            with self._db.write() as connection:
                plans.complete_plan(connection, plan, estimate.model_dump_json())
                made = PlanMade(
                    plan=plan,
                    policy=number,
                    copies=estimate.copies.files,
                    reclasses=estimate.reclasses.files,
                    deletes=estimate.deletes.files,
                )
                record_event(connection, made, actor=actor)
        except BaseException:
            with self._db.write() as connection:
                plans.delete_plan(connection, plan)
            raise
        return self.show_plan(actor, plan)

    def _in_force(self) -> tuple[int, Policy]:
        with self._db.read() as connection:
            row = plans.find_policy(connection)
        if row is None or row.number is None:
            raise NotFound(errors.NO_POLICY)
        return row.number, parse_policy(row.text)

    def _delete_drafts(self) -> None:
        with self._db.read() as connection:
            old = plans.old_drafts(connection, DRAFTS_KEPT)
        for plan in old:
            with self._db.write() as connection:
                plans.delete_plan(connection, plan)

    def _maker(self, policy: Policy) -> PlanMaker:
        now = self._reader.now()
        since = now - max((rule.verified_within for rule in policy.rule), default=0.0)
        places = self._reader.places(self._sources.all(), since)
        return PlanMaker(self._reader, policy.rule, places, now, self._reader.busy())

    def _actions(
        self, maker: PlanMaker, policy: Policy, wanted: Rule | None
    ) -> Iterator[list[plans.NewAction]]:
        """The actions for the assets of each rule, without those that a rule before it finds."""
        found = AssetSet()
        for at, rule in enumerate(policy.rule):
            mine = self._find(rule) - found
            found |= mine
            if wanted is None or rule is wanted:
                yield from maker.actions(at, mine)
            if rule is wanted:
                return

    def plans(self, actor: Actor, limit: int = 20) -> list[PlanReport]:
        """Plans, newest first."""
        require(actor, MANAGE)
        self._visibility.of(actor).require_all(actor)
        with self._db.read() as connection:
            newest = plans.find_policy(connection)
            rows = plans.plans(connection, limit=limit)
        return [PlanReport.of(row, (newest and newest.number) or 0) for row in rows]

    def show_plan(self, actor: Actor, number: int) -> PlanReport:
        """A plan, and how far it is: also for who may apply plans, and not make them. Raises NotFound."""
        require(actor, MOVE_COPIES if actor.may(MOVE_COPIES) else MANAGE)
        self._visibility.of(actor).require_all(actor)
        with self._db.read() as connection:
            row = plans.find_plan(connection, number)
            states = tuple(map(StateReport.of, plans.count_actions(connection, number)))
            made_by, newest = plans.find_policy(connection, row.policy), plans.find_policy(connection)
        assert made_by is not None and newest is not None and newest.number is not None
        report = PlanReport.of(row, newest.number, states)
        is_asked = asks(report.estimate, parse_policy(made_by.text).limits)
        return report.model_copy(update={"asks": is_asked})

    def actions(
        self,
        actor: Actor,
        number: int,
        states: Sequence[ActionState] = (),
        kinds: Sequence[ActionKind] = (),
        after: int = 0,
        limit: int | None = None,
    ) -> list[ActionReport]:
        """Actions of a plan. states, kinds: only these. after: the last one of the page before. Raises NotFound."""
        require(actor, MANAGE)
        self._visibility.of(actor).require_all(actor)
        names = {int(source.id): source.name for source in self._sources.all()}
        with self._db.read() as connection:
            plans.find_plan(connection, number)
            rows = plans.actions(connection, number, states, kinds=kinds, after=after, limit=limit)
        return [ActionReport.of(row, names) for row in rows]

    # Status

    def usage(self, actor: Actor) -> list[SourceUsage]:
        """What each source holds and costs, by tier and name."""
        require(actor, MANAGE)
        self._visibility.of(actor).require_all(actor)
        return usage_of(self._db, self._sources.all())

    def standing(self, actor: Actor) -> Standing:
        """How the assets stand by the policy in force. Reads the files of all of them. Raises NotFound without one."""
        require(actor, MANAGE)
        self._visibility.of(actor).require_all(actor)
        number, policy = self._in_force()
        maker = self._maker(policy)
        for _ in self._actions(maker, policy, None):
            pass
        return Standing(policy=number, rules=_estimate(maker, policy, None).rules)


def _estimate(maker: PlanMaker, policy: Policy, wanted: Rule | None) -> PlanEstimate:
    estimate = maker.tally.estimate(policy.limits)
    if wanted is None:
        return estimate
    return estimate.model_copy(
        update={"rules": tuple(one for one in estimate.rules if one.rule == wanted.name)}
    )


def _text_of(row: TierPolicyRow, newest: int) -> PolicyText:
    assert row.number is not None
    return PolicyText(
        number=row.number,
        is_in_force=row.number == newest,
        rules=tuple(rule.name for rule in parse_policy(row.text).rule),
        actor=row.actor,
        created_at=row.created_at,
        toml=row.text,
    )


def _faults(rule: Rule, sources: dict[str, Source]) -> Iterator[str]:
    """What of a rule can never work."""
    for name in rule.sources:
        source = sources.get(name)
        if source is None:
            yield f"sources: there is no source {name!r}"
        elif not source.managed:
            yield f"sources: {name!r} is not managed, so nothing is copied there"
        elif rule.tiers and source.tier not in rule.tiers:
            yield f"sources: {name!r} is {source.tier}, which is none of its tiers"
    for name in rule.storage_class:
        source = sources.get(name)
        if source is None:
            yield f"storage_class: there is no source {name!r}"
        elif not is_url(source.root):
            yield f"storage_class: {name!r} is {printable(source.root)}, which has no storage classes"


def _warnings(rule: Rule, sources: Iterable[Source]) -> Iterator[str]:
    """What of a rule does not work with the sources as they are."""
    known = list(sources)
    for tier in rule.tiers:
        usable = [one for one in known if one.tier is tier and one.managed]
        if not any(not rule.sources or one.name in rule.sources for one in usable):
            yield f"there is no managed source of the tier {tier}: nothing is copied there"
    there = sum(1 for one in known if not rule.tiers or one.tier in rule.tiers)
    if there < rule.copies:
        yield (
            f"{rule.copies} copies are to be in as many sources, and there are {there}: "
            "copies in other tiers are kept instead"
        )
