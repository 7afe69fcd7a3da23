"""Every command has its endpoints and its place on the page, or says why not; and every endpoint is one of them."""

import pytest

from tests.support import command_map
from tests.support.command_map import (
    COMMANDS,
    DOCUMENT,
    ENDPOINTS,
    arguments_from,
    commands,
    endpoints,
    is_asked,
    views,
)

ELSEWHERE = ("player", "list", "every view")
"""Places that are no address of a view."""


def test_every_command_is_mapped_and_no_other() -> None:
    assert set(COMMANDS) == set(commands())


def test_every_endpoint_is_that_of_a_command_or_says_what_for() -> None:
    mapped = {endpoint for place in COMMANDS.values() for endpoint in place.endpoints}
    assert mapped | set(ENDPOINTS) == endpoints()
    assert not mapped & set(ENDPOINTS), "an endpoint of a command needs no other reason"


def test_a_command_has_endpoints_and_a_place_or_a_reason() -> None:
    for name, place in COMMANDS.items():
        assert bool(place.endpoints) == bool(place.at) == bool(place.act) != bool(place.why_not), name


def test_the_page_has_the_places_and_asks_the_endpoints() -> None:
    built = {name: place for name, place in COMMANDS.items() if place.at}
    without_view = [n for n, place in built.items() if place.at not in ELSEWHERE and place.at not in views()]
    assert not without_view, "the page has no view at their addresses"
    not_asked = [name for name, place in built.items() if not any(map(is_asked, place.endpoints))]
    assert not not_asked, "no module of the page asks their endpoints"


def test_what_the_page_does_not_ask_is_noticed() -> None:
    assert is_asked("GET /webhooks/{name}/deliveries") and not is_asked("POST /webhooks/{name}/explode")
    assert not is_asked("GET /no-such-thing")


@pytest.mark.parametrize(
    ("call", "count"),
    [
        ('save("/a")', 1),
        ('save("/a", { x: [1, 2] })', 2),
        ('save("/a", { x: [1, 2] }, f(y, z),); g(1, 2)', 3),
        ("save(`/a/${b(1, 2)}`, {}, c)", 3),
        ('save("/a", {}, // with, a comma\n  { "x, y": 1 })', 3),
    ],
)
def test_arguments_of_a_call_are_counted(call: str, count: int) -> None:
    assert arguments_from(call, len("save(")) == count


def test_what_is_saved_with_a_body_is_posted() -> None:
    assert is_asked("POST /comments/export") and not is_asked("GET /comments/export")
    assert is_asked("GET /subclips/export") and not is_asked("POST /subclips/export")


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == command_map.document(), (
        "python -m tests.support.command_map > docs/commands-and-api.md"
    )
