"""Guards and effects of workflows: registered by the features that know what they are about.

    Guard     a condition on which assets may make a move: "its title is filled in", "its files were verified"
    Effect    what a move brings about besides the new state: an event, a change of tier

A feature names them in `Feature.guards` and `Feature.effects`; a definition of a workflow uses them by name, with
parameters. Both are called in the transaction of the move, in which the rows of the assets in the table `asset` are
locked: neither their versions nor their states change meanwhile. A guard that reads rows which others may change locks
these with `hold`, or all of them with a lock of its own (`is_held`), so that what it found is true until the move is
committed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Select, Table

from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import CannotStart, ErrorCode
from dampipe.kernel.feature import registered

NAME_TAKEN = ErrorCode(
    "guard.name_taken",
    "two features register a {kind} called {name!r}",
    "Rename it in the plug-in that registers it, or remove the plug-in.",
)

_HOLDS = "dampipe_holds"


class Parameters(BaseModel):
    """The base of the parameters of a guard or an effect; this one takes none. An unknown one is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class Refusal:
    """Some assets that a guard does not let pass, for one reason."""

    assets: AssetSet
    code: ErrorCode
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """What the text and the remedy of the code are filled with."""


@dataclass(frozen=True)
class Guard:
    """A condition on which assets may move."""

    name: str
    """As definitions name it; unique among all features."""
    summary: str
    """When assets pass, in one line."""
    check: Callable[[Connection, Database, AssetSet, Any], Sequence[Refusal]]
    """The assets that do not pass, each in one refusal or several; the parameters are an instance of `parameters`.

    It is asked about some thousand assets at a time, and answers by a fixed number of statements. It writes nothing.
    """
    parameters: type[BaseModel] = Parameters


@dataclass(frozen=True)
class Move:
    """Assets that made one move."""

    transition: str
    source: str
    """Key of the state before,"""
    target: str
    """and after."""
    assets: AssetSet
    actor: str
    at: float
    """Seconds since 1970."""


@dataclass(frozen=True)
class Effect:
    """What a move brings about, in its transaction."""

    name: str
    """As definitions name it; unique among all features."""
    summary: str
    """What it does, in one line."""
    run: Callable[[Connection, Database, Move, Any], None]
    """Do it for all assets of a move; the parameters are an instance of `parameters`.

    A DampipeError that it raises undoes the move: a condition on single assets is a guard instead.
    """
    parameters: type[BaseModel] = Parameters


def hold(connection: Connection, query: Select[Any], table: Table) -> Select[Any]:
    """The query of a guard, which locks the rows of a table that it reads against changes, in the transaction of a move.

    Where no move follows (a preview), nothing is locked. SQLite has one writer at a time and needs no lock.
    """
    return query.with_for_update(read=True, of=table) if is_held(connection) else query


def is_held(connection: Connection) -> bool:
    """Whether what a guard reads is to be held until the move is committed; not in a preview.

    Locks of rows hold neither rows that are not there yet nor what would be new ones: a guard that depends on these asks
    this, and takes a lock that the writers of such rows take, too.
    """
    return bool(connection.get_execution_options().get(_HOLDS))


def holding(connection: Connection) -> Connection:
    """Have the guards that are asked in this transaction hold what they read."""
    return connection.execution_options(**{_HOLDS: True})


T = TypeVar("T", Guard, Effect)


class _Registry(Mapping[str, T], Generic[T]):
    """By name, in the order of their features."""

    def __init__(self, kind: str, found: Iterable[T]) -> None:
        self._by_name: dict[str, T] = {}
        for one in found:
            if one.name in self._by_name:
                raise CannotStart(NAME_TAKEN, kind=kind, name=one.name)
            self._by_name[one.name] = one

    def __getitem__(self, name: str) -> T:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)


class GuardRegistry(_Registry[Guard]):
    """All guards. Raises CannotStart for two of one name."""

    def __init__(self, guards: Iterable[Guard] | None = None) -> None:
        """guards: by default those of all registered features."""
        super().__init__("guard", registered("guards") if guards is None else guards)


class EffectRegistry(_Registry[Effect]):
    """All effects. Raises CannotStart for two of one name."""

    def __init__(self, effects: Iterable[Effect] | None = None) -> None:
        """effects: by default those of all registered features."""
        super().__init__("effect", registered("effects") if effects is None else effects)
