"""A command of two words is below the group of another feature, or below one of its own."""

import click

from dampipe.cli.group import LazyGroup
from dampipe.kernel.feature import Command


@click.group(name="reel")
def reel() -> None:
    """Reels."""


@reel.command(name="list")
def list_() -> None:
    """List reels."""


@click.command(name="carry")
def carry() -> None:
    """Carry a reel."""


HERE = "tests.unit.test_command_groups"


def names(group: LazyGroup, name: str) -> list[str]:
    found = group.get_command(click.Context(group), name)
    assert isinstance(found, click.Group)
    return sorted(found.commands)


def test_a_command_joins_the_group_of_another_feature() -> None:
    commands = {"reel": Command("Reels.", f"{HERE}:reel"), "reel carry": Command("Carry.", f"{HERE}:carry")}
    group = LazyGroup(commands)
    assert names(group, "reel") == ["carry", "list"]
    assert names(group, "reel") == ["carry", "list"], "and again"
    assert group.list_commands(click.Context(group)) == ["reel"]


def test_a_group_that_no_feature_has_is_made() -> None:
    group = LazyGroup({"spool carry": Command("Carry.", f"{HERE}:carry")})
    assert names(group, "spool") == ["carry"]
    found = group.get_command(click.Context(group), "spool carry")
    assert found is not None and found.name == "carry"
    assert group.get_command(click.Context(group), "none") is None
