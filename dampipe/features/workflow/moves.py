"""Moves: who may make them, what guards say, and the compare-and-swap with its events, some thousand assets at a time.

Everything that decides about a move is read in the transaction that makes it, after the assets were locked.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection

from dampipe.features.assets.locks import Hold, lock_assets
from dampipe.features.assets.shown import shown_versions
from dampipe.features.workflow import errors
from dampipe.features.workflow.check import describe_parameters
from dampipe.features.workflow.definition import Definition, Transition, Use, problems_of
from dampipe.features.workflow.events import AssetMoved
from dampipe.features.workflow.model import Reason
from dampipe.features.workflow.queries import Active, Item, active, items, swap
from dampipe.features.workflow.scopes import move_of_link
from dampipe.kernel.access import Actor, ActorKind
from dampipe.kernel.asset_set import NONE, AssetSet
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, DampipeError, InvalidInput, NotFound
from dampipe.kernel.events.outbox import NewEvent, record_events
from dampipe.kernel.guards import Effect, EffectRegistry, Guard, GuardRegistry, Move, Refusal, holding
from dampipe.kernel.visibility import View

MOVED_TOGETHER = 2000
"""Assets of one transaction: others write between two of them."""


@dataclass(frozen=True)
class Mover:
    """Who moves assets."""

    actor: Actor
    person: str | None
    """The name of the user; None: no user acts."""
    view: View

    @property
    def is_local(self) -> bool:
        """Whether it is the command line of the server, which may make every move; guards hold for it, too."""
        return self.actor.kind is ActorKind.LOCAL


@dataclass
class Outcome:
    """What became of assets."""

    transition: Transition
    moved: AssetSet = NONE
    refused: list[tuple[AssetSet, Reason]] = field(default_factory=list)
    """Each asset once, with the first reason."""
    states: dict[int, str] = field(default_factory=dict)
    """In which state each asset is now."""
    sha1s: dict[int, str] = field(default_factory=dict)


def transition_of(definition: Definition, key: str) -> Transition:
    """Raises Conflict where there is no workflow, NotFound for an unknown transition."""
    if not definition.states:
        raise Conflict(errors.NO_WORKFLOW)
    found = definition.transition(key)
    if found is None:
        names = ", ".join(one.key for one in definition.transitions) or "none"
        raise NotFound(errors.UNKNOWN_TRANSITION, transition=key[:100], transitions=names)
    return found


class Moves:
    """Makes moves in one catalogue, and says which are possible. Any method may raise CatalogueDown."""

    def __init__(self, database: Database, guards: GuardRegistry, effects: EffectRegistry) -> None:
        self._db = database
        self._guards = guards
        self._effects = effects

    def move(
        self, mover: Mover, key: str, assets: AssetSet, comment: str = "", *, dry_run: bool = False
    ) -> Outcome:
        """Have assets make a transition: those that can do, and each of the others has a reason why not.

        Raises Conflict where there is no workflow, NotFound for an unknown transition.
        """
        with self._db.read() as connection:
            outcome = Outcome(transition_of(active(connection).definition, key))
        for number, some in enumerate(chunked(list(assets), MOVED_TOGETHER)):
            if number and not dry_run:
                self._db.give_way()
            ids = AssetSet(some)
            opened: Callable[[], AbstractContextManager[Connection]] = (
                self._db.read if dry_run else self._db.write
            )
            try:
                with opened() as connection:
                    part = self._some(connection, mover, key, ids, comment, dry_run)
            except DampipeError as error:
                if not isinstance(error, (InvalidInput, _Refused)):
                    raise  # the catalogue is down, say
                cause = error.cause if isinstance(error, _Refused) else error
                with self._db.read() as connection:
                    part = self._none(connection, mover, outcome.transition, ids, Reason.from_error(cause))
            outcome.moved |= part.moved
            outcome.refused += part.refused
            outcome.states |= part.states
            outcome.sha1s |= part.sha1s
        return outcome

    def _some(
        self, connection: Connection, mover: Mover, key: str, ids: AssetSet, comment: str, dry_run: bool
    ) -> Outcome:
        workflow = active(connection, lock=not dry_run)
        one = transition_of(workflow.definition, key)
        there = ids
        if not dry_run:
            there = AssetSet(lock_assets(holding(connection), ids, Hold.ANNOTATIONS, mover.view))
        names = _sha1s(connection, self._db, there, mover.view)
        there &= AssetSet(names)
        where = items(connection, self._db, workflow.definition, there)
        refused = self.refusals(connection, mover, one, where, comment)
        left = there - _all(refused)
        moved = left if dry_run else self._write(connection, mover, workflow, one, left, where, comment)
        part = Outcome(one, moved, sha1s=names)
        part.states = {asset: one.to if asset in moved else item.state for asset, item in where.items()}
        part.refused = [(refusal.assets, _reason(refusal)) for refusal in refused]
        if len(ids - there):
            part.refused.append((ids - there, Reason.of(errors.GONE)))
        if len(left - moved):  # another process moved them all the same: the swap found another state
            part.refused.append((left - moved, _elsewhere(one, "?")))
        return part

    def _none(
        self, connection: Connection, mover: Mover, one: Transition, ids: AssetSet, reason: Reason
    ) -> Outcome:
        part = Outcome(one, refused=[(ids, reason)], sha1s=_sha1s(connection, self._db, ids, mover.view))
        where = items(connection, self._db, active(connection).definition, ids)
        part.states = {asset: item.state for asset, item in where.items()}
        return part

    def _write(
        self,
        connection: Connection,
        mover: Mover,
        workflow: Active,
        one: Transition,
        assets: AssetSet,
        where: Mapping[int, Item],
        comment: str,
    ) -> AssetSet:
        """Swap the states, record the events and have the effects; returns the assets that moved."""
        now = database_time(connection)
        by = str(mover.actor)
        moved = NONE
        for source in one.sources:
            from_here = AssetSet(asset for asset in assets if where[asset].state == source)
            if not len(from_here):
                continue
            is_initial = source == workflow.definition.initial
            done = swap(
                connection, self._db, from_here, source, one.to, is_initial=is_initial, by=by[:200], now=now
            )
            if not len(done):
                continue
            payload = AssetMoved(
                transition=one.key, source=source, to=one.to, comment=comment, version=workflow.version or 0
            )
            events = [NewEvent(payload, asset=asset) for asset in done]
            record_events(connection, self._db, events, actor=mover.actor, at=now)
            self._run_effects(connection, one, Move(one.key, source, one.to, done, by, now))
            moved |= done
        return moved

    def _run_effects(self, connection: Connection, one: Transition, move: Move) -> None:
        for use in one.effects:
            effect = self._effects.get(use.name)
            if effect is None:
                raise _Refused(
                    Conflict(
                        errors.UNKNOWN_EFFECT,
                        transition=one.key,
                        name=use.name,
                        names=", ".join(self._effects),
                    )
                )
            try:
                parameters = effect.parameters.model_validate(use.parameters)
            except ValidationError as error:
                problem = Conflict(errors.INVALID_PARAMETERS, **_problem(one, use, effect, error))
                raise _Refused(problem) from error
            try:
                effect.run(connection, self._db, move, parameters)
            except DampipeError as error:
                raise _Refused(error) from error

    def refusals(
        self,
        connection: Connection,
        mover: Mover,
        one: Transition,
        where: Mapping[int, Item],
        comment: str | None,
        *,
        every: bool = False,
    ) -> list[Refusal]:
        """Why assets cannot make a transition. where: the assets, and where they are.

        comment: None: it is not asked about yet. every: all reasons of an asset, not only the first one.
        """
        asked = AssetSet(where)
        found: list[Refusal] = []

        def left() -> AssetSet:
            return asked if every else asked - _all(found)

        found += _of_states(one, where)
        found += self.who(mover, one, {asset: where[asset] for asset in left()})
        if comment is not None and one.comment and not comment.strip() and len(left()):
            found.append(Refusal(left(), errors.COMMENT_NEEDED, {"transition": one.key}))
        for use in one.guards:
            if len(remaining := left()):
                found += self.ask(connection, one, use, remaining)
        return [refusal for refusal in (found if every else _once(found)) if len(refusal.assets)]

    def who(self, mover: Mover, one: Transition, where: Mapping[int, Item]) -> list[Refusal]:
        """The assets that the actor may not move by a transition, whatever their state."""
        asked = AssetSet(where)
        if mover.actor.kind is ActorKind.LINK:
            # The one who shared has the role for the transitions that the link lists (`dampipe/features/sharing`).
            if move_of_link(one.key) not in (mover.actor.scopes or ()):
                return [Refusal(asked, errors.NOT_FOR_LINK, {"transition": one.key})]
        elif mover.actor.role < one.role:
            return [Refusal(asked, errors.ROLE_TOO_LOW, {"transition": one.key, "role": str(one.role)})]
        if mover.is_local or not (one.users or one.assignee) or mover.person in one.users:
            return []
        mine = NONE
        unassigned = NONE
        if one.assignee:
            mine = AssetSet(
                asset
                for asset, item in where.items()
                if item.assignee is not None and item.assignee == mover.person
            )
            if not one.users:
                unassigned = AssetSet(asset for asset, item in where.items() if item.assignee is None)
        who = ", ".join([*one.users, *(["the assignee"] if one.assignee else [])])
        return [
            Refusal(unassigned, errors.NO_ASSIGNEE, {"transition": one.key}),
            Refusal(asked - mine - unassigned, errors.NOT_ONE_OF, {"transition": one.key, "who": who}),
        ]

    def ask(self, connection: Connection, one: Transition, use: Use, assets: AssetSet) -> list[Refusal]:
        """Ask a guard. One that no feature registers any more lets nothing pass."""
        guard = self._guards.get(use.name)
        if guard is None:
            names = {"transition": one.key, "name": use.name, "names": ", ".join(self._guards) or "none"}
            return [Refusal(assets, errors.UNKNOWN_GUARD, names)]
        try:
            parameters = guard.parameters.model_validate(use.parameters)
        except ValidationError as error:
            return [Refusal(assets, errors.INVALID_PARAMETERS, _problem(one, use, guard, error))]
        refusals = guard.check(connection, self._db, assets, parameters)
        return [Refusal(refusal.assets & assets, refusal.code, refusal.parameters) for refusal in refusals]


def _problem(one: Transition, use: Use, target: Guard | Effect, error: ValidationError) -> dict[str, Any]:
    """The feature of a guard or an effect takes other parameters now than when the definition was applied."""
    return {
        "transition": one.key,
        "name": use.name,
        "problems": problems_of(error),
        "parameters": describe_parameters(target.parameters),
    }


class _Refused(DampipeError):
    """An effect failed: the transaction is undone, and its assets have this reason."""

    def __init__(self, cause: DampipeError) -> None:
        super().__init__(str(cause))
        self.cause = cause


def _of_states(one: Transition, where: Mapping[int, Item]) -> list[Refusal]:
    elsewhere: dict[str, list[int]] = {}
    for asset, item in where.items():
        if item.state not in one.sources:
            elsewhere.setdefault(item.state, []).append(asset)
    return [
        Refusal(AssetSet(assets), errors.ELSEWHERE, _elsewhere_parameters(one, state))
        for state, assets in sorted(elsewhere.items())
    ]


def _elsewhere_parameters(one: Transition, state: str) -> dict[str, Any]:
    return {"state": state, "transition": one.key, "sources": ", ".join(map(repr, one.sources))}


def _elsewhere(one: Transition, state: str) -> Reason:
    return Reason.of(errors.ELSEWHERE, **_elsewhere_parameters(one, state))


def _reason(refusal: Refusal) -> Reason:
    return Reason.of(refusal.code, **refusal.parameters)


def _once(refusals: Sequence[Refusal]) -> list[Refusal]:
    """Each asset in the first of its refusals."""
    found: list[Refusal] = []
    seen = NONE
    for one in refusals:
        found.append(Refusal(one.assets - seen, one.code, one.parameters))
        seen |= one.assets
    return found


def _all(refusals: Sequence[Refusal]) -> AssetSet:
    found = NONE
    for refusal in refusals:
        found = found | refusal.assets
    return found


def _sha1s(connection: Connection, database: Database, assets: Collection[int], view: View) -> dict[int, str]:
    """The SHA-1s of the versions that stand for assets."""
    return {asset: shown.sha1 for asset, shown in shown_versions(connection, database, assets, view).items()}
