"""What is asked of workflows and answered, as values. No I/O."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from dampipe.features.assets.selected import Selected
from dampipe.kernel.errors import DampipeError, ErrorCode

MAX_COMMENT = 2000
"""Characters of a comment."""
MAX_NAMED = 1000
"""Assets that one request names."""
EXAMPLES = 5
"""Assets that stand for many."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Reason(_Value):
    """Why something is not possible, or what is wrong: an error code with its text."""

    code: str
    text: str
    hint: str = ""
    parameters: dict[str, Any] = {}

    @classmethod
    def of(cls, what: ErrorCode, **parameters: Any) -> Self:
        """From an error code and its parameters."""
        error = DampipeError(what, **parameters)
        return cls.from_error(error)

    @classmethod
    def from_error(cls, error: DampipeError) -> Self:
        """From an error."""
        return cls(code=error.code, text=str(error), hint=error.hint, parameters=error.plain_parameters())


class StateCount(_Value):
    """A state, and how many assets are in it."""

    key: str
    label: str
    help: str = ""
    final: bool = False
    assets: int


class TransitionReport(_Value):
    """A transition as lists show it."""

    key: str
    label: str
    sources: tuple[str, ...]
    to: str
    who: str
    comment: bool
    guards: tuple[str, ...]
    effects: tuple[str, ...]


class WorkflowReport(_Value):
    """The workflow of the library."""

    key: str
    label: str
    help: str = ""
    version: int | None
    """Rises by one with each definition that is applied; None: none was applied yet."""
    applied_at: datetime | None = None
    applied_by: str | None = None
    states: tuple[StateCount, ...]
    transitions: tuple[TransitionReport, ...]
    elsewhere: int = 0
    """Assets in states that the definition does not have; 0, unless it was applied while assets became one."""


class DefinitionReport(_Value):
    """A definition that comes with dampipe or was applied."""

    key: str
    label: str
    help: str = ""
    version: int | None = None
    """None: not applied."""
    active: bool = False
    applied_at: datetime | None = None
    applied_by: str | None = None


class DefinitionText(DefinitionReport):
    """A definition with its text."""

    toml: str
    mermaid: str
    """The same as a state diagram."""


class AssetRef(_Value):
    """An asset, by the version that stands for it."""

    asset: str
    """SHA-1."""
    name: str


class Blocked(_Value):
    """How many assets cannot make a move for one reason, with examples."""

    transition: str
    reason: Reason
    assets: int
    examples: tuple[AssetRef, ...] = ()


class TrialState(_Value):
    """The assets of one state under a definition that is tried."""

    key: str
    label: str
    assets: int
    stuck: int = 0
    """Assets for which no move is possible for any user, although the state is not final."""
    possible: dict[str, int] = {}
    """By transition: for how many assets it is possible, for one user or another."""
    blocked: tuple[Blocked, ...] = ()


class RemovedState(_Value):
    """A state in which assets are, and which a definition that is tried does not have."""

    key: str
    assets: int
    to: str | None
    """Where the map leads; None: the map does not say."""


class Trial(_Value):
    """What a definition would mean for the library; nothing was written."""

    key: str
    faults: tuple[Reason, ...]
    removed: tuple[RemovedState, ...]
    states: tuple[TrialState, ...]
    stuck: int
    """Assets for which no move is possible, of all states."""
    fits: bool
    """Whether it can be applied."""


class Applied(_Value):
    """A definition that was applied."""

    key: str
    version: int
    moved: int
    """Assets that the map moved."""
    begun: int
    """Assets that had never moved and got a row, since they stay where they are while assets begin elsewhere now."""


class MoveRequest(Selected):
    """Assets that are to make a move."""

    transition: str
    comment: Annotated[str, Field(max_length=MAX_COMMENT)] = ""
    dry_run: bool = False
    """Whether to say only what would happen."""


class MoveResult(_Value):
    """What became of one asset."""

    asset: str
    """SHA-1 of the version that stands for it; empty for one that was deleted meanwhile."""
    moved: bool
    state: str
    """The state in which it is now."""
    reason: Reason | None = None
    """Why it did not move: the first reason."""


class MoveReport(_Value):
    """What became of the assets of a request."""

    transition: str
    to: str
    moved: int
    """Assets that moved; in a dry run, that would."""
    refused: int
    dry_run: bool
    blocked: tuple[Blocked, ...] = ()
    """The reasons, each with the number of assets and examples."""
    results: tuple[MoveResult, ...] = ()
    """One for each asset, those that did not move first."""
    left_out: int = 0
    """Results that an answer leaves out, since there are too many."""


class PossibleMove(_Value):
    """A move that begins in the state of an asset."""

    transition: str
    label: str
    to: str
    to_label: str
    comment: bool
    """Whether a comment is needed."""
    possible: bool
    reasons: tuple[Reason, ...] = ()
    """Why not."""


class HistoryEntry(_Value):
    """One thing that happened to an asset in the workflow."""

    at: datetime
    actor: str
    what: str
    """`moved`, `assigned` or `due`."""
    transition: str = ""
    source: str = ""
    to: str = ""
    comment: str = ""
    assignee: str | None = None
    due: str | None = None


class ItemReport(_Value):
    """Where an asset is in the workflow."""

    state: str
    label: str
    final: bool
    since: datetime | None
    """None: it has never moved."""
    by: str | None = None
    assignee: str | None = None
    due: datetime | None = None
    """With the offset of its zone."""
    zone: str | None = None
    overdue: bool = False


class AssetWorkflow(ItemReport):
    """The same, with what can be done."""

    asset: str
    workflow: str
    """What the workflow is called."""
    moves: tuple[PossibleMove, ...]


class TaskReport(ItemReport):
    """An asset that is assigned to a user, and not in a final state."""

    asset: str
    name: str


class Changed(_Value):
    """How many assets a request changed."""

    changed: int
    unchanged: int
