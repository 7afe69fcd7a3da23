"""The use cases of workflows."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.selected import Selected
from dampipe.features.assets.selection import AssetSelection
from dampipe.features.assets.service import AssetService
from dampipe.features.workflow import errors
from dampipe.features.workflow.check import faults
from dampipe.features.workflow.definition import (
    SHIPPED,
    Definition,
    Transition,
    diagram,
    parse_definition,
    shipped_toml,
)
from dampipe.features.workflow.due import DueDate
from dampipe.features.workflow.model import (
    EXAMPLES,
    Applied,
    AssetRef,
    AssetWorkflow,
    Blocked,
    Changed,
    DefinitionReport,
    DefinitionText,
    HistoryEntry,
    ItemReport,
    MoveReport,
    MoveRequest,
    MoveResult,
    PossibleMove,
    Reason,
    RemovedState,
    StateCount,
    TaskReport,
    TransitionReport,
    Trial,
    TrialState,
    WorkflowReport,
)
from dampipe.features.workflow.moves import MOVED_TOGETHER, Mover, Moves, Outcome
from dampipe.features.workflow.queries import Item, WorkflowRepository
from dampipe.features.workflow.scopes import MOVE
from dampipe.features.workflow.trial import try_definition
from dampipe.kernel.access import EDIT, MANAGE, READ, SCOPE_MISSING, Actor, ActorKind, require
from dampipe.kernel.asset_set import NONE, AssetSet
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.clock import database_time
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from dampipe.kernel.guards import EffectRegistry, GuardRegistry
from dampipe.kernel.people import People, person_of
from dampipe.kernel.visibility import EVERYTHING, View, Visibility

_NOT_ALLOWED = {errors.ROLE_TOO_LOW.code, errors.NOT_ONE_OF.code, errors.NOT_FOR_LINK.code}
"""Reasons that are answered as those of a missing scope are."""


class WorkflowService:
    """The workflow of a library. Any method may raise CatalogueDown."""

    def __init__(
        self,
        database: Database,
        workflow: WorkflowRepository,
        moves: Moves,
        guards: GuardRegistry,
        effects: EffectRegistry,
        assets: AssetService,
        rows: AssetRepository,
        selection: AssetSelection,
        people: People,
        visibility: Visibility,
    ) -> None:
        self._db = database
        self._workflow = workflow
        self._moves = moves
        self._guards = guards
        self._effects = effects
        self._assets = assets
        self._rows = rows
        self._selection = selection
        self._people = people
        self._visibility = visibility

    # Definitions

    def workflow(self, actor: Actor) -> WorkflowReport:
        """The workflow, with the number of assets in each state that the actor sees."""
        require(actor, READ)
        now = self._workflow.active()
        definition = now.definition
        counts = self._workflow.counts(definition, self._visibility.of(actor)) if definition.states else {}
        states = tuple(
            StateCount(
                key=state.key,
                label=state.title,
                help=state.help,
                final=state.final,
                assets=counts.pop(state.key, 0),
            )
            for state in definition.states
        )
        return WorkflowReport(
            key=definition.key,
            label=definition.title,
            help=definition.help,
            version=now.version,
            applied_at=_time(now.applied_at),
            applied_by=now.applied_by,
            states=states,
            transitions=tuple(map(_transition, definition.transitions)),
            elsewhere=sum(counts.values()),
        )

    def definitions(self, actor: Actor) -> list[DefinitionReport]:
        """The definitions that come with dampipe, then those that were applied, newest first."""
        require(actor, READ)
        found = [
            DefinitionReport(key=one.key, label=one.title, help=one.help)
            for one in (parse_definition(shipped_toml(key)) for key in SHIPPED)
        ]
        for row in self._workflow.versions():
            one = parse_definition(row.toml)
            found.append(
                DefinitionReport(
                    key=row.key,
                    label=one.title,
                    help=one.help,
                    version=row.id,
                    active=row.is_active,
                    applied_at=_time(row.applied_at),
                    applied_by=row.applied_by,
                )
            )
        return found

    def definition(self, actor: Actor, name: str | None = None) -> DefinitionText:
        """A definition by key or version; None: the active one. Raises NotFound.

        A key means the definition that comes with dampipe, else the newest that was applied under it.
        """
        require(actor, READ)
        now = self._workflow.active()
        found, row = now.toml, None
        if name is None:
            row = None if now.version is None else self._workflow.version(now.version)
        elif name in SHIPPED:
            found = shipped_toml(name)
        else:
            versions = self._workflow.versions()
            row = next((row for row in versions if name in (row.key, str(row.id))), None)
            if row is None:
                names = ", ".join(dict.fromkeys([*SHIPPED, *(row.key for row in versions)]))
                raise NotFound(errors.UNKNOWN_DEFINITION, name=name[:100], names=names)
            found = row.toml
        one = parse_definition(found)
        return DefinitionText(
            key=one.key,
            label=one.title,
            help=one.help,
            version=None if row is None else row.id,
            active=row is not None and row.is_active,
            applied_at=None if row is None else _time(row.applied_at),
            applied_by=None if row is None else row.applied_by,
            toml=found,
            mermaid=diagram(one),
        )

    def diagram(self, actor: Actor, toml: str) -> str:
        """A definition as a state diagram of Mermaid. Raises InvalidInput for one that is not valid."""
        require(actor, READ)
        return diagram(parse_definition(toml))

    def check(self, actor: Actor, toml: str, mapping: Mapping[str, str] | None = None) -> list[Reason]:
        """What is wrong with a definition. Raises InvalidInput for one that is not valid in form."""
        require(actor, MANAGE)
        definition = parse_definition(toml)
        return self._faults(definition, _mapping(definition, mapping))

    def _faults(self, definition: Definition, mapping: Mapping[str, str]) -> list[Reason]:
        people = self._people.all()
        return faults(definition, self._guards, self._effects, people, tuple(mapping.values()))

    def trial(self, actor: Actor, toml: str, mapping: Mapping[str, str] | None = None) -> Trial:
        """What a definition would mean for the library; writes nothing. Raises InvalidInput."""
        require(actor, MANAGE)
        self._visibility.of(actor).require_all(actor)
        definition = parse_definition(toml)
        whole = _mapping(definition, mapping)
        found = self._faults(definition, whole)
        with self._db.read() as connection:
            tried = try_definition(connection, self._db, self._moves, definition, whole)
        examples = {
            asset for one in tried.states.values() for item in one.obstacles for asset in item.examples
        }
        refs = self._refs(examples, EVERYTHING)
        removed = tuple(
            RemovedState(key=key, assets=count, to=whole.get(key))
            for key, count in sorted(tried.removed.items())
        )
        states = tuple(
            TrialState(
                key=state.key,
                label=state.title,
                assets=len(tried.states[state.key].assets),
                stuck=len(tried.states[state.key].stuck),
                possible=tried.states[state.key].possible,
                blocked=tuple(
                    Blocked(
                        transition=one.transition,
                        reason=one.reason,
                        assets=one.assets,
                        examples=tuple(refs[asset] for asset in one.examples if asset in refs),
                    )
                    for one in tried.states[state.key].obstacles
                ),
            )
            for state in definition.states
        )
        return Trial(
            key=definition.key,
            faults=tuple(found),
            removed=removed,
            states=states,
            stuck=sum(state.stuck for state in states),
            fits=not found and all(one.to is not None for one in removed),
        )

    def apply(self, actor: Actor, toml: str, mapping: Mapping[str, str] | None = None) -> Applied:
        """Make a definition the workflow of the library.

        mapping: old states to new ones, besides the map in the definition, and before it. Raises InvalidInput for a
        definition that is not valid, Conflict for one with faults, and where a map is needed.
        """
        require(actor, MANAGE)
        self._visibility.of(actor).require_all(actor)
        definition = parse_definition(toml)
        whole = _mapping(definition, mapping)
        found = self._faults(definition, whole)
        if found:
            texts = "; ".join(one.text for one in found)
            raise Conflict(errors.DEFINITION_HAS_FAULTS, key=definition.key, faults=texts)
        return self._workflow.apply(definition, toml, whole, str(actor))

    # Assets

    def show(self, actor: Actor, name: str) -> AssetWorkflow:
        """Where an asset is, and which moves are possible for the actor. Raises NotFound, Conflict (NO_WORKFLOW)."""
        require(actor, READ)
        asset = self._assets.asset_id(actor, name)
        now, item = self._workflow.item(asset)
        if not now.definition.states:
            raise Conflict(errors.NO_WORKFLOW)
        view = self._visibility.of(actor)
        mover = self._mover(actor, view)
        is_guest = actor.kind is ActorKind.LINK
        possible = []
        with self._db.read() as connection:
            for one in now.definition.after(item.state):
                refusals = self._moves.refusals(connection, mover, one, {asset: item}, None, every=True)
                reasons = [Reason.of(refusal.code, **refusal.parameters) for refusal in refusals]
                if is_guest and any(one.code in _NOT_ALLOWED for one in reasons):
                    continue  # which users may make it is not for guests
                if not actor.may(MOVE) and not reasons:
                    lacking = {"actor": str(actor), "scope": MOVE.name, "role": str(MOVE.least)}
                    reasons = [Reason.of(SCOPE_MISSING, **lacking)]
                target = now.definition.state(one.to)
                possible.append(
                    PossibleMove(
                        transition=one.key,
                        label=one.title,
                        to=one.to,
                        to_label=target.title if target else one.to,
                        comment=one.comment,
                        possible=not reasons,
                        reasons=tuple(reasons),
                    )
                )
        report = _shown_to(actor, self._report(now.definition, item))
        return AssetWorkflow(
            **report.model_dump(),
            asset=self._sha1(asset, view),
            workflow=now.definition.title,
            moves=tuple(possible),
        )

    def brief(self, actor: Actor, asset: int) -> ItemReport | None:
        """Where an asset is that the actor sees; None: there is no workflow."""
        require(actor, READ)
        now, item = self._workflow.item(asset)
        return _shown_to(actor, self._report(now.definition, item)) if now.definition.states else None

    def history(self, actor: Actor, name: str, limit: int = 100) -> list[HistoryEntry]:
        """What happened to an asset in the workflow, newest first. Raises NotFound."""
        require(actor, READ)
        rows = self._workflow.history(self._assets.asset_id(actor, name), limit)
        return [_history(row.name, row.at, row.actor, json.loads(row.data)) for row in rows]

    def move(self, actor: Actor, request: MoveRequest) -> MoveReport:
        """Have assets make a move: those that can do, and each of the others has its reason.

        Raises InvalidInput for a selection that is not valid, NotFound for an asset or a transition that does not exist,
        Conflict (NO_WORKFLOW).
        """
        require(actor, MOVE)
        view = self._visibility.of(actor)
        assets = self._selection.of(actor, request)
        outcome = self._moves.move(
            self._mover(actor, view), request.transition, assets, request.comment, dry_run=request.dry_run
        )
        return self._move_report(outcome, view, request.dry_run)

    def move_one(self, actor: Actor, name: str, transition: str, comment: str = "") -> AssetWorkflow:
        """Have one asset make a move.

        Raises Forbidden where the actor may not do it, InvalidInput where the comment is missing, else Conflict with the
        reason; NotFound for an asset or a transition that does not exist.
        """
        require(actor, MOVE)
        view = self._visibility.of(actor)
        asset = self._assets.asset_id(actor, name)
        outcome = self._moves.move(self._mover(actor, view), transition, AssetSet([asset]), comment)
        for _, reason in outcome.refused:
            kind: Callable[..., Exception] = Conflict
            if reason.code in _NOT_ALLOWED:
                kind = Forbidden
            elif reason.code == errors.COMMENT_NEEDED.code:
                kind = InvalidInput
            raise _error(kind, reason)
        return self.show(actor, name)

    def assign(self, actor: Actor, selected: Selected, assignee: str | None) -> Changed:
        """Assign assets to a user, or to none.

        Raises NotFound for a user who does not exist, Conflict for one who does not see all of the assets, and where
        there is no workflow. In a library without users any name is taken.
        """
        require(actor, EDIT)
        view, assets = self._to_change(actor, selected)
        if assignee is not None:
            assignee = assignee.strip().lower()
            people = self._people.all()
            if (
                not 0 < len(assignee) <= 100
                or not assignee.isprintable()
                or (people and assignee not in people)
            ):
                raise NotFound(errors.UNKNOWN_ASSIGNEE, name=assignee[:100])
            if people:
                hidden = self._workflow.hidden_from(assets, self._visibility.of(people[assignee].actor))
                if hidden:
                    raise Conflict(errors.ASSIGNEE_DOES_NOT_SEE, name=assignee, count=hidden)
        return self._change(assets, lambda some: self._workflow.assign(some, view, assignee, str(actor)))

    def set_due(self, actor: Actor, selected: Selected, due: str | None, zone: str | None) -> Changed:
        """Set when assets are due, or None: not at all. Raises InvalidInput for a time that is not valid.

        due, zone: see `DueDate.parse`.
        """
        require(actor, EDIT)
        parsed = None if due is None else DueDate.parse(due, zone)
        view, assets = self._to_change(actor, selected)
        return self._change(assets, lambda some: self._workflow.set_due(some, view, parsed, str(actor)))

    def tasks(
        self,
        actor: Actor,
        assignee: str | None = None,
        *,
        own: bool = False,
        limit: int = 100,
        after: int = 0,
    ) -> list[TaskReport]:
        """Assets that are assigned to a user and not in a final state, the most urgent first.

        assignee: only those of one user. own: only those of the user who acts; none, if no user does.
        """
        require(actor, READ)
        if own:
            assignee = person_of(actor, self._people)
            if assignee is None:
                return []
        definition = self._workflow.active().definition
        if not definition.states:
            return []
        view = self._visibility.of(actor)
        found = self._workflow.tasks(view, definition, assignee, limit, after)
        refs = self._refs([item.asset for item in found], view)
        return [
            TaskReport(**report.model_dump(), **refs[item.asset].model_dump())
            for item, report in zip(found, self._reports(definition, found), strict=True)
            if item.asset in refs
        ]

    def _change(self, assets: AssetSet, change: Callable[[Sequence[int]], int]) -> Changed:
        changed = 0
        for number, some in enumerate(chunked(list(assets), MOVED_TOGETHER)):
            if number:
                self._db.give_way()
            changed += change(some)
        return Changed(changed=changed, unchanged=len(assets) - changed)

    def _to_change(self, actor: Actor, selected: Selected) -> tuple[View, AssetSet]:
        if not self._workflow.active().definition.states:
            raise Conflict(errors.NO_WORKFLOW)
        view = self._visibility.of(actor)
        return view, self._selection.of(actor, selected)

    def _mover(self, actor: Actor, view: View) -> Mover:
        return Mover(actor, person_of(actor, self._people), view)

    def _sha1(self, asset: int, view: View) -> str:
        return str(self._rows.current(asset, view).sha1)

    def _refs(self, assets: Sequence[int] | set[int], view: View) -> dict[int, AssetRef]:
        rows = self._workflow.visible_versions(assets, view) if assets else []
        videos = self._rows.videos(rows, view)
        return {
            row.asset_id: AssetRef(asset=video.sha1, name=video.name)
            for row, video in zip(rows, videos, strict=True)
        }

    def _report(self, definition: Definition, item: Item) -> ItemReport:
        return self._reports(definition, [item])[0]

    def _reports(self, definition: Definition, items: Sequence[Item]) -> list[ItemReport]:
        with self._db.read() as connection:
            now = database_time(connection)
        return [self._report_at(definition, item, now) for item in items]

    @staticmethod
    def _report_at(definition: Definition, item: Item, now: float) -> ItemReport:
        state = definition.state(item.state)
        final = state is not None and state.final
        return ItemReport(
            state=item.state,
            label=state.title if state else item.state,
            final=final,
            since=_time(item.since) if item.moved_by or item.state != definition.initial else None,
            by=item.moved_by,
            assignee=item.assignee,
            due=None if item.due is None else item.due.local,
            zone=None if item.due is None else item.due.zone,
            overdue=item.due is not None and not final and item.due.at < now,
        )

    def _move_report(self, outcome: Outcome, view: View, dry_run: bool) -> MoveReport:
        grouped: dict[str, tuple[Reason, AssetSet]] = {}
        reasons: dict[int, Reason] = {}
        for assets, reason in outcome.refused:
            key = f"{reason.code} {sorted(reason.parameters.items(), key=str)}"
            before = grouped[key][1] if key in grouped else NONE
            grouped[key] = reason, before | assets
            reasons.update(dict.fromkeys(assets, reason))
        examples = {key: _first(assets) for key, (_, assets) in grouped.items()}
        refs = self._refs({asset for some in examples.values() for asset in some}, view)
        results = [
            MoveResult(
                asset=outcome.sha1s.get(asset, ""),
                moved=False,
                state=outcome.states.get(asset, ""),
                reason=reason,
            )
            for asset, reason in sorted(reasons.items())
        ]
        results += [
            MoveResult(asset=outcome.sha1s.get(asset, ""), moved=not dry_run, state=outcome.states[asset])
            for asset in outcome.moved
        ]
        return MoveReport(
            transition=outcome.transition.key,
            to=outcome.transition.to,
            moved=len(outcome.moved),
            refused=len(reasons),
            dry_run=dry_run,
            blocked=tuple(
                Blocked(
                    transition=outcome.transition.key,
                    reason=reason,
                    assets=len(assets),
                    examples=tuple(refs[asset] for asset in examples[key] if asset in refs),
                )
                for key, (reason, assets) in sorted(grouped.items(), key=lambda one: -len(one[1][1]))
            ),
            results=tuple(results),
        )


def _first(assets: AssetSet) -> list[int]:
    found = []
    for asset in assets:
        found.append(asset)
        if len(found) == EXAMPLES:
            break
    return found


def _error(kind: Callable[..., Exception], reason: Reason) -> Exception:
    """The error of a reason."""
    error = kind(reason.text, reason.hint)
    error.code, error.parameters = reason.code, reason.parameters  # type: ignore[attr-defined]
    return error


def _mapping(definition: Definition, given: Mapping[str, str] | None) -> dict[str, str]:
    """The map of a definition and what is given besides it. Raises InvalidInput."""
    keys = [state.key for state in definition.states]
    for old, new in (given or {}).items():
        if old in keys:
            raise InvalidInput(errors.MAP_OF_KEPT, old=old)
        if new not in keys:
            raise InvalidInput(
                errors.UNKNOWN_MAPPED, old=old[:100], new=new[:100], states=", ".join(keys) or "none"
            )
    return {**definition.map, **(given or {})}


def _transition(one: Transition) -> TransitionReport:
    return TransitionReport(
        key=one.key,
        label=one.title,
        sources=one.sources,
        to=one.to,
        who=one.who,
        comment=one.comment,
        guards=tuple(use.name for use in one.guards),
        effects=tuple(use.name for use in one.effects),
    )


def _history(name: str, at: float, actor: str, data: Mapping[str, object]) -> HistoryEntry:
    what = {"workflow.moved": "moved", "workflow.assigned": "assigned", "workflow.due_set": "due"}[name]
    given = {
        key: data[key] for key in ("transition", "source", "to", "comment", "assignee", "due") if key in data
    }
    return HistoryEntry.model_validate(
        {"at": datetime.fromtimestamp(at, UTC), "actor": actor, "what": what, **given}
    )


def _time(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)


def _shown_to(actor: Actor, report: ItemReport) -> ItemReport:
    """What an actor is shown of an asset's state: guests of links are not shown who deals with it."""
    if actor.kind is not ActorKind.LINK:
        return report
    return report.model_copy(
        update={"by": None, "assignee": None, "due": None, "zone": None, "overdue": False}
    )
