"""Types and callbacks that check arguments of commands."""

import math
from typing import Any, TypeVar

import click

Value = TypeVar("Value", str, tuple[str, ...])

_LARGEST = 1_000_000_000
"""What a list may be limited to, and more than any has."""


class WholeNumber(click.IntRange):  # noqa: TID251
    """A whole number within bounds, without an upper one far beyond any use."""

    name = "number"

    def __init__(self, least: int, most: int = _LARGEST) -> None:
        super().__init__(least, most)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number. Raises click.BadParameter."""
        try:
            found: int = super().convert(value, param, ctx)
            return found
        except click.BadParameter:
            most = f"to {self.max}" if self.max and self.max <= _LARGEST else "on"
            self.fail(f"{value!r} is not a whole number from {self.min} {most}", param, ctx)


class Number(click.FloatRange):  # noqa: TID251
    """A finite number within bounds."""

    name = "number"

    def __init__(self, least: float, most: float | None = None, *, above: bool = False) -> None:
        """above: whether the number has to be above `least`."""
        super().__init__(least, most, min_open=above)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number. Raises click.BadParameter."""
        try:
            found: float = super().convert(value, param, ctx)
        except click.BadParameter:
            found = math.nan
        if not math.isfinite(found):
            bounds = [f"{'above' if self.min_open else 'of at least'} {self.min:g}"]
            if self.max is not None:
                bounds.append(f"at most {self.max:g}")
            self.fail(f"{value!r} is not a number {' and '.join(bounds)}", param, ctx)
        return found


def not_empty(_: click.Context, __: click.Parameter, value: Value) -> Value:
    """Reject an empty path, the usual result of an unset shell variable; a click callback.

    An empty path would otherwise mean the current folder.
    """
    if not all((value,) if isinstance(value, str) else value):
        raise click.UsageError("a path is empty; the current folder is .")
    return value
