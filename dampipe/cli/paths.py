"""Paths as they are given: none may be empty."""

from typing import TypeVar

import click

Given = TypeVar("Given", str, tuple[str, ...])


def not_empty(_: click.Context, __: click.Parameter, given: Given) -> Given:
    """For an argument; what an unset variable leaves would mean the folder one happens to be in."""
    if not all((given,) if isinstance(given, str) else given):
        raise click.UsageError("a path is empty; this folder is .")
    return given
