"""What is wrong with a definition: states that no asset reaches, moves that no user may make and so on. No I/O."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from dampipe.features.workflow import errors
from dampipe.features.workflow.definition import Definition, Transition, Use, problems_of
from dampipe.features.workflow.model import Reason
from dampipe.kernel.errors import ErrorCode
from dampipe.kernel.guards import Effect, EffectRegistry, Guard, GuardRegistry
from dampipe.kernel.people import Person


def faults(
    definition: Definition,
    guards: GuardRegistry,
    effects: EffectRegistry,
    people: Mapping[str, Person],
    mapped: Collection[str] = (),
) -> list[Reason]:
    """All that is wrong, in the order of the definition; empty for a definition that can be applied.

    people: the users; none in a library without users, where nothing is said about who may do what. mapped: states that
    assets reach by the map.
    """
    found = [*_of_states(definition, mapped)]
    for one in definition.transitions:
        if people:
            found += _of_people(one, people)
        for use in one.guards:
            found += _of_use(one, use, guards, errors.UNKNOWN_GUARD)
        for use in one.effects:
            found += _of_use(one, use, effects, errors.UNKNOWN_EFFECT)
    return found


def reachable(definition: Definition, mapped: Collection[str] = ()) -> set[str]:
    """The states that assets can come to, whatever guards say."""
    waiting = [
        state for state in (definition.initial, *mapped, *definition.map.values()) if state is not None
    ]
    found: set[str] = set()
    while waiting:
        state = waiting.pop()
        if state not in found:
            found.add(state)
            waiting += [one.to for one in definition.after(state)]
    return found


def _of_states(definition: Definition, mapped: Collection[str]) -> Iterator[Reason]:
    found = reachable(definition, mapped)
    for state in definition.states:
        if state.key not in found:
            yield Reason.of(errors.UNREACHABLE, state=state.key)
        if not state.final and not definition.after(state.key):
            yield Reason.of(errors.DEAD_END, state=state.key)


def _of_people(one: Transition, people: Mapping[str, Person]) -> Iterator[Reason]:
    for name in one.users:
        if name not in people:
            yield Reason.of(errors.UNKNOWN_USER, transition=one.key, name=name)
    able = {person.name for person in people.values() if person.role >= one.role}
    if not able:
        yield Reason.of(errors.NO_USER_MAY, transition=one.key, reason=f"no user has the role {one.role}")
    elif one.users and not one.assignee and not able & set(one.users):
        known = [name for name in one.users if name in people]
        if known:  # else every name was reported
            has = f"{', '.join(known)} {'has' if len(known) == 1 else 'have'}"
            yield Reason.of(
                errors.NO_USER_MAY, transition=one.key, reason=f"{has} a lower role than {one.role}"
            )


def _of_use(
    one: Transition, use: Use, registry: "Mapping[str, Guard] | Mapping[str, Effect]", unknown: ErrorCode
) -> Iterator[Reason]:
    found = registry.get(use.name)
    if found is None:
        names = ", ".join(registry) or "none"
        yield Reason.of(unknown, transition=one.key, name=use.name, names=names)
        return
    try:
        found.parameters.model_validate(use.parameters)
    except ValidationError as error:
        yield Reason.of(
            errors.INVALID_PARAMETERS,
            transition=one.key,
            name=use.name,
            problems=problems_of(error),
            parameters=describe_parameters(found.parameters),
        )


def describe_parameters(model: type[BaseModel]) -> str:
    """The parameters of a guard or an effect, such as `days (number)`, in words."""
    schema: dict[str, Any] = model.model_json_schema()
    needed = schema.get("required", [])
    found = [
        f"{name} ({_type(one)}{'' if name in needed else ', optional'})"
        for name, one in schema.get("properties", {}).items()
    ]
    return ", ".join(found) or "none"


def _type(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"] if one.get("type") != "null")
    return str(schema.get("type", "value"))
