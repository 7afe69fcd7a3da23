"""Callbacks that check arguments of commands."""

from typing import TypeVar

import click

Given = TypeVar("Given", str, tuple[str, ...])


def not_empty(_: click.Context, __: click.Parameter, given: Given) -> Given:
    """Reject empty paths: an unset shell variable would otherwise mean the current folder."""
    if not all((given,) if isinstance(given, str) else given):
        raise click.UsageError("a path is empty; this folder is .")
    return given
