"""Callbacks that check arguments of commands."""

from typing import TypeVar

import click

Value = TypeVar("Value", str, tuple[str, ...])


def not_empty(_: click.Context, __: click.Parameter, value: Value) -> Value:
    """Reject an empty path, the usual result of an unset shell variable; a click callback.

    An empty path would otherwise mean the current folder.
    """
    if not all((value,) if isinstance(value, str) else value):
        raise click.UsageError("a path is empty; the current folder is .")
    return value
