"""Definitions of workflows: states, and who may move assets between them on which conditions. No I/O but shipped files.

A definition is TOML:

    key = "review"

    [[states]]
    key = "draft"

    [[states]]
    key = "approved"
    final = true

    [[transitions]]
    key = "approve"
    from = ["draft"]
    to = "approved"
    role = "manager"
    guards = [{ name = "verified", days = 90 }]
"""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationError,
    model_validator,
)

from dampipe.features.workflow.errors import INVALID_DEFINITION, UNKNOWN_DEFINITION
from dampipe.kernel.access import Role
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.storable import unstorable_in

MAX_TOML = 100_000
"""Characters of a definition."""
MAX_STATES = 100
MAX_TRANSITIONS = 500
ROLES = tuple(str(role) for role in Role if role > Role.VIEWER)
"""The roles that may move assets at all."""

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
Label = Annotated[str, StringConstraints(max_length=100)]


def _role(value: object) -> object:
    if isinstance(value, Role):
        return value
    if value not in ROLES:
        raise ValueError(f"the role is one of {', '.join(ROLES)}")
    return Role[str(value).upper()]


RoleName = Annotated[
    Role, BeforeValidator(_role, json_schema_input_type=str), PlainSerializer(str, return_type=str)
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class State(_Part):
    """Where an asset can be."""

    key: Key
    label: Label = ""
    help: Label = ""
    final: bool = False
    """Whether nothing is left to do: no task, and no dead end."""

    @property
    def title(self) -> str:
        """What people see."""
        return self.label or _words(self.key)


class Use(BaseModel):
    """A guard or an effect by name, with its parameters beside it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: Annotated[str, StringConstraints(max_length=50)]

    @property
    def parameters(self) -> dict[str, Any]:
        """All but the name."""
        return dict(self.model_extra or {})


class Transition(_Part):
    """A move that can be made."""

    key: Key
    label: Label = ""
    sources: Annotated[tuple[Key, ...], Field(alias="from", min_length=1)]
    """States in which it begins."""
    to: Key
    role: RoleName = Role.EDITOR
    """The least role that may make it."""
    users: tuple[Annotated[str, StringConstraints(min_length=1, max_length=100)], ...] = ()
    """Only these users by name, besides the role;"""
    assignee: bool = False
    """and the user to whom the asset is assigned."""
    comment: bool = False
    """Whether a comment is needed."""
    guards: tuple[Use, ...] = ()
    effects: tuple[Use, ...] = ()

    @property
    def title(self) -> str:
        """What people see."""
        return self.label or _words(self.key)

    @property
    def who(self) -> str:
        """Who may make it, in words."""
        people = [*self.users, *(["the assignee"] if self.assignee else [])]
        return f"{self.role} or above" + (f": {', '.join(people)}" if people else "")


class Definition(_Part):
    """A workflow. Without states it is none."""

    key: Key
    label: Label = ""
    help: Annotated[str, StringConstraints(max_length=1000)] = ""
    states: Annotated[tuple[State, ...], Field(max_length=MAX_STATES)] = ()
    """From the first one, in which assets begin, to the last one: when assets become one, the earlier state wins."""
    transitions: Annotated[tuple[Transition, ...], Field(max_length=MAX_TRANSITIONS)] = ()
    map: dict[str, Key] = {}
    """Where assets go whose state the definition does not have: old state to new one."""

    @property
    def title(self) -> str:
        """What people see."""
        return self.label or _words(self.key)

    @property
    def initial(self) -> str | None:
        """The state in which assets begin; None without states."""
        return self.states[0].key if self.states else None

    def state(self, key: str) -> State | None:
        """The state with that key."""
        return next((state for state in self.states if state.key == key), None)

    def transition(self, key: str) -> Transition | None:
        """The transition with that key."""
        return next((one for one in self.transitions if one.key == key), None)

    def after(self, state: str) -> tuple[Transition, ...]:
        """The transitions that begin in a state."""
        return tuple(one for one in self.transitions if state in one.sources)

    def position(self, state: str) -> int:
        """How far on a state is: its place in the list; -1 for one that is not in it."""
        return next((number for number, one in enumerate(self.states) if one.key == state), -1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        keys = [state.key for state in self.states]
        _unique("state", keys)
        _unique("transition", [one.key for one in self.transitions])
        for one in self.transitions:
            for key in (*one.sources, one.to):
                if key not in keys:
                    raise ValueError(
                        f"the transition {one.key!r} names the state {key!r}, which does not exist"
                    )
            if one.to in one.sources:
                raise ValueError(f"the transition {one.key!r} leads from {one.to!r} to itself")
        for old, new in self.map.items():
            if new not in keys:
                raise ValueError(f"the map names the state {new!r}, which does not exist")
            if old in keys:
                raise ValueError(f"the map names the state {old!r}, which the definition has")
        return self


def parse_definition(toml: str) -> Definition:
    """Raises InvalidInput, which lists all that is wrong with the form of the definition."""
    if len(toml) > MAX_TOML:
        raise InvalidInput(INVALID_DEFINITION, problems=f"it has more than {MAX_TOML} characters")
    try:
        given = tomllib.loads(toml)
        if (text := unstorable_in(given)) is not None:
            problem = f"{text[:100]!a} holds a character that cannot be stored"
            raise InvalidInput(INVALID_DEFINITION, problems=problem)
        return Definition.model_validate(given)
    except ValidationError as error:
        raise InvalidInput(INVALID_DEFINITION, problems=problems_of(error)) from None
    except ValueError as error:  # of tomllib, and of Python for a number of thousands of digits
        raise InvalidInput(INVALID_DEFINITION, problems=f"it is not TOML: {error}") from None
    except RecursionError:
        raise InvalidInput(INVALID_DEFINITION, problems="it is nested too deeply") from None


def problems_of(error: ValidationError) -> str:
    """What pydantic found, in one line."""
    found = []
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        where = ".".join(str(part + 1) if isinstance(part, int) else part for part in one["loc"])
        what = one["msg"].removeprefix("Value error, ")
        found.append(f"{where}: {what}" if where else what)
    return "; ".join(found)


SHIPPED = ("none", "review", "archive")
"""Keys of the definitions that come with dampipe."""


@cache
def shipped_toml(key: str) -> str:
    """The text of one of SHIPPED. Raises NotFound."""
    if key not in SHIPPED:
        raise NotFound(UNKNOWN_DEFINITION, name=key[:100], names=", ".join(SHIPPED))
    return (Path(__file__).parent / "definitions" / f"{key}.toml").read_text(encoding="utf-8")


def diagram(definition: Definition) -> str:
    """The workflow as a state diagram of Mermaid."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{_quoted(state.title)}" as {_id(state.key)}' for state in definition.states]
    if definition.states:
        lines.append(f"    [*] --> {_id(definition.states[0].key)}")
    for one in definition.transitions:
        text = _quoted(f"{one.title} ({one.who})")
        lines += [f"    {_id(source)} --> {_id(one.to)}: {text}" for source in one.sources]
    lines += [f"    {_id(state.key)} --> [*]" for state in definition.states if state.final]
    return "\n".join(lines) + "\n"


def _id(key: str) -> str:
    """A key as an identifier: `end` and other keys are words of Mermaid."""
    return f"s_{key}"


def _quoted(text: str) -> str:
    """A text in which nothing is syntax: by the numbers of its characters, where they might be."""
    return "".join(one if one.isalnum() or one in " _-,.()" else f"#{ord(one)};" for one in text)


def _words(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _unique(kind: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"two {kind}s are called {key!r}")
        seen.add(key)
