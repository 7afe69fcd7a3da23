"""Definitions: their form, what `check` finds, and the diagram. No database."""

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import dampipe.app.features  # noqa: F401, registers guards and effects
from dampipe.features.workflow.check import faults, reachable
from dampipe.features.workflow.definition import SHIPPED, Definition, diagram, parse_definition, shipped_toml
from dampipe.kernel.access import Role
from dampipe.kernel.errors import CannotStart, InvalidInput, NotFound
from dampipe.kernel.guards import EffectRegistry, Guard, GuardRegistry
from dampipe.kernel.people import Person


def people(**roles: Role) -> dict[str, Person]:
    return {name: Person(number, name, role) for number, (name, role) in enumerate(roles.items(), 1)}


def definition(transitions: str, states: str = '[{ key = "a" }, { key = "b", final = true }]') -> Definition:
    return parse_definition(f'key = "test"\nstates = {states}\n{transitions}')


def transition(more: str = "", key: str = "go", source: str = "a", to: str = "b") -> str:
    return f'[[transitions]]\nkey = "{key}"\nfrom = ["{source}"]\nto = "{to}"\n{more}\n'


def found(one: Definition, users: dict[str, Person] | None = None, mapped: Any = ()) -> list[tuple[str, str]]:
    reasons = faults(one, GuardRegistry(), EffectRegistry(), users or {}, mapped)
    return [(reason.code.removeprefix("workflow."), reason.text) for reason in reasons]


@pytest.mark.parametrize("key", SHIPPED)
def test_what_ships_has_no_faults_also_in_a_library_with_users(key: str) -> None:
    one = parse_definition(shipped_toml(key))
    assert one.key == key and one.help
    assert found(one) == [] and found(one, people(root=Role.ADMIN)) == []
    assert reachable(one) == {state.key for state in one.states}


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        ("key = ", "it is not TOML"),
        (r'help = "\u0000"', "cannot be stored"),
        ("label = 'x'", "key: Field required"),
        ('key = "A b"', "key: String should match"),
        ('key = "a"\ncolour = 1', "colour: Extra inputs"),
        ('key = "a"\nstates = [{ key = "x" }, { key = "x" }]', "two states are called 'x'"),
        (transition(), "key: Field required"),
        ('key = "a"\nstates = [{ key = "a" }]\n' + transition(), "names the state 'b', which does not exist"),
        (
            'key = "a"\nstates = [{ key = "a" }, { key = "b" }]\n' + transition(to="a"),
            "leads from 'a' to itself",
        ),
        (
            'key = "a"\nstates = [{ key = "a" }, { key = "b" }]\n' + transition() * 2,
            "two transitions are called 'go'",
        ),
        (
            'key = "a"\nstates = [{ key = "a" }, { key = "b" }]\n' + transition('role = "viewer"'),
            "transitions.1.role: the role is one of commenter, editor, manager, admin",
        ),
        ('key = "a"\nstates = [{ key = "a" }]\nmap = { b = "c" }', "the map names the state 'c'"),
        ('key = "a"\nstates = [{ key = "a" }]\nmap = { a = "a" }', "which the definition has"),
        ("key = 'a'\nx = " + "[" * 5000, "it is"),
        ("key = 'a'\nx = " + "1" * 5000, "it is not TOML"),
        ("#" * 100_001, "more than 100000 characters"),
    ],
)
def test_the_form_of_a_definition(toml: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_definition(toml)
    assert refused.value.code == "workflow.definition_invalid"
    assert problem in str(refused.value)


def test_all_problems_of_form_are_listed_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_definition('key = "A"\nstates = [{ key = "x", colour = 1 }]\ntransitions = [{ key = "y" }]')
    assert all(place in str(refused.value) for place in ("key:", "states.1.colour:", "transitions.1.from:"))


def test_states_nobody_reaches_and_dead_ends() -> None:
    states = '[{ key = "a" }, { key = "b" }, { key = "c" }, { key = "d", final = true }]'
    one = definition(transition() + transition(key="on", source="c", to="d"), states)
    assert found(one) == [
        ("dead_end", "no transition leads out of the state 'b'"),
        ("state_unreachable", "no transition leads to the state 'c'"),
        ("state_unreachable", "no transition leads to the state 'd'"),
    ]
    assert found(one, mapped=["c"]) == [("dead_end", "no transition leads out of the state 'b'")]
    with_map = Definition(**{**one.model_dump(by_alias=True), "map": {"old": "c"}})
    assert [code for code, _ in found(with_map)] == ["dead_end"]


def test_transitions_that_nobody_may_do() -> None:
    users = people(anna=Role.EDITOR, ben=Role.VIEWER)
    cases = {
        'role = "manager"': [("no_user_may", "no user may do 'go': no user has the role manager")],
        'users = ["anna"]': [],
        'users = ["ben"]': [("no_user_may", "no user may do 'go': ben has a lower role than editor")],
        'users = ["ben", "anna"]': [],
        'users = ["ben"]\nassignee = true': [],
        'users = ["zoe"]': [("user_not_found", "'go' names 'zoe', which is not a user")],
        'role = "admin"\nassignee = true': [
            ("no_user_may", "no user may do 'go': no user has the role admin")
        ],
    }
    for more, expected in cases.items():
        assert found(definition(transition(more)), users) == expected, more
        assert found(definition(transition(more))) == [], "without users nothing is said about them"


def test_guards_and_effects_that_do_not_exist_or_take_other_parameters() -> None:
    cases = {
        'guards = [{ name = "verified", days = 3 }]': [],
        'guards = [{ name = "verified" }]': [],
        'guards = [{ name = "moon" }]': ["guard_not_found"],
        'guards = [{ name = "verified", days = -1 }]': ["parameters_invalid"],
        'guards = [{ name = "verified", hours = 1 }]': ["parameters_invalid"],
        'effects = [{ name = "event", topic = "x" }]': [],
        'effects = [{ name = "event" }]': ["parameters_invalid"],
        'effects = [{ name = "verified" }]': ["effect_not_found"],
    }
    for more, expected in cases.items():
        assert [code for code, _ in found(definition(transition(more)))] == expected, more
    [(_, text)] = found(definition(transition('guards = [{ name = "verified", hours = 1 }]')))
    assert "hours: Extra inputs are not permitted" in text


def test_two_guards_of_one_name_are_refused() -> None:
    one = Guard("same", "", lambda *_: [])
    with pytest.raises(CannotStart, match="two features register a guard called 'same'"):
        GuardRegistry([one, one])


def test_the_diagram_has_every_state_and_every_move_and_nothing_of_a_label_is_syntax() -> None:
    one = parse_definition(shipped_toml("review"))
    lines = diagram(one).splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert "    [*] --> s_draft" in lines and "    s_approved --> [*]" in lines
    moves = {match[0] for line in lines if (match := re.match(r"    s_\w+ --> s_\w+", line))}
    assert moves == {f"    s_{source} --> s_{move.to}" for move in one.transitions for source in move.sources}
    nasty = definition(transition("label = 'a\"; end --> [*]: <script>'"))
    [line] = [line for line in diagram(nasty).splitlines() if "s_a --> s_b" in line]
    assert line == "    s_a --> s_b: a#34;#59; end --#62; #91;#42;#93;#58; #60;script#62; (editor or above)"


def test_an_unknown_shipped_definition() -> None:
    with pytest.raises(NotFound, match="no definition 'magic'"):
        shipped_toml("magic")


DOCUMENT = (Path(__file__).parents[3] / "docs" / "workflow.md").read_text(encoding="utf-8")


def test_the_example_of_the_documentation_can_be_applied() -> None:
    [example, mapping] = re.findall(r"^```toml\n(.*?)^```", DOCUMENT, re.M | re.S)
    one = parse_definition(example)
    assert found(one, people(lena=Role.COMMENTER, mia=Role.MANAGER)) == []
    assert parse_definition(example + mapping).map == {"in_review": "legal", "approved": "released"}


def test_the_documentation_lists_what_ships_with_its_states_and_all_guards_and_effects() -> None:
    rows = re.findall(r"^\| `(\w+)` \|([^|]*)\|", DOCUMENT, re.M)
    listed = dict(rows)
    for key in SHIPPED:
        states = ", ".join(state.title.lower() for state in parse_definition(shipped_toml(key)).states)
        assert listed[key].strip() == states
    assert {*GuardRegistry(), *EffectRegistry()} <= set(listed)


def test_the_guard_of_the_documentation_is_one() -> None:
    [example] = re.findall(r"^```python\n(.*?)^```", DOCUMENT, re.M | re.S)
    module = ModuleType("long")
    exec(compile(example, "long.py", "exec"), module.__dict__)
    guards = GuardRegistry([module.LONG])
    one = definition(transition('guards = [{ name = "long", seconds = 10 }]'))
    assert faults(one, guards, EffectRegistry(), {}) == []
