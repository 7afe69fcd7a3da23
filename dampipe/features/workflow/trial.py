"""Trying a definition over the library: who would be where, and who would be stuck, without writing anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from dampipe.features.workflow import errors
from dampipe.features.workflow.definition import Definition, Transition
from dampipe.features.workflow.model import EXAMPLES, Reason
from dampipe.features.workflow.moves import Moves
from dampipe.features.workflow.queries import last_initial, removed_states, sets_by_state
from dampipe.kernel.asset_set import NONE, AssetSet
from dampipe.kernel.db.chunks import chunked
from dampipe.kernel.db.database import Database
from dampipe.kernel.guards import Refusal

ASKED_TOGETHER = 50_000
"""Assets about which a guard is asked at a time."""


@dataclass(frozen=True)
class Obstacle:
    """Why assets cannot make a transition."""

    transition: str
    reason: Reason
    assets: int
    examples: tuple[int, ...]


@dataclass
class StateTrial:
    """The assets of one state."""

    assets: AssetSet = NONE
    stuck: AssetSet = NONE
    possible: dict[str, int] = field(default_factory=dict)
    obstacles: list[Obstacle] = field(default_factory=list)


@dataclass
class LibraryTrial:
    """What a definition would mean for the library."""

    removed: dict[str, int]
    states: dict[str, StateTrial]


def try_definition(
    connection: Connection,
    database: Database,
    moves: Moves,
    definition: Definition,
    mapping: Mapping[str, str],
) -> LibraryTrial:
    """Put every asset into the state that it would have, and ask the guards of all that leads out of it.

    Assets whose state the map does not mention are in no state. Who may make a move is not asked, but whether an asset
    has the assignee that it needs.
    """
    removed = removed_states(connection, definition)
    tried = {state.key: StateTrial() for state in definition.states}
    if not definition.states:
        return LibraryTrial(removed={}, states=tried)
    by_state, untouched, assigned = sets_by_state(connection, database)
    began = last_initial(connection) or definition.initial
    by_state[str(began)] = by_state.get(str(began), NONE) | untouched
    for state, assets in by_state.items():
        new = state if state in tried else mapping.get(state)
        if new in tried:
            tried[new].assets |= assets
    for key, one in tried.items():
        _try_state(connection, moves, definition, key, one, assigned)
    return LibraryTrial(removed, tried)


def _try_state(
    connection: Connection,
    moves: Moves,
    definition: Definition,
    key: str,
    tried: StateTrial,
    assigned: AssetSet,
) -> None:
    state = definition.state(key)
    stuck = tried.assets if state is not None and not state.final else NONE
    for one in definition.after(key):
        blocked = NONE
        if not len(tried.assets):
            tried.possible[one.key] = 0
            continue
        for refusal in _refusals(connection, moves, one, tried.assets, assigned):
            new = refusal.assets - blocked
            if len(new):
                reason = Reason.of(refusal.code, **refusal.parameters)
                tried.obstacles.append(Obstacle(one.key, reason, len(new), _some(new)))
                blocked |= new
        tried.possible[one.key] = len(tried.assets) - len(blocked)
        stuck &= blocked
    tried.stuck = stuck


def _refusals(
    connection: Connection, moves: Moves, one: Transition, assets: AssetSet, assigned: AssetSet
) -> list[Refusal]:
    found: list[Refusal] = []
    if one.assignee and not one.users:
        found.append(Refusal(assets - assigned, errors.NO_ASSIGNEE, {"transition": one.key}))
    for use in one.guards:
        merged: dict[str, Refusal] = {}
        for some in chunked(list(assets), ASKED_TOGETHER):
            for refusal in moves.ask(connection, one, use, AssetSet(some)):
                name = f"{refusal.code.code} {sorted(refusal.parameters.items())}"
                before = merged[name].assets if name in merged else NONE
                merged[name] = Refusal(before | refusal.assets, refusal.code, refusal.parameters)
        found += merged.values()
    return found


def _some(assets: AssetSet) -> tuple[int, ...]:
    found = []
    for asset in assets:
        found.append(asset)
        if len(found) == EXAMPLES:
            break
    return tuple(found)
