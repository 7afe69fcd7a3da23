"""Types and callbacks that check arguments of commands."""

import math
from typing import Any, TypeVar

import click

Value = TypeVar("Value", str, tuple[str, ...])

_LARGEST = (1 << 63) - 1
"""The largest number of a database."""


class WholeNumber(click.IntRange):
    """A whole number within bounds, by default those of a database."""

    name = "number"

    def __init__(self, least: int, most: int = _LARGEST) -> None:
        super().__init__(least, most)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number. Raises click.BadParameter."""
        try:
            found: int = super().convert(value, param, ctx)
            return found
        except click.BadParameter:
            most = "" if self.max == _LARGEST else f" to {self.max}"
            least = f"from {self.min}{most}" if most else f"of {self.min} or more"
            self.fail(f"{value!r} is not a whole number {least}", param, ctx)


class Number(click.FloatRange):
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
        if math.isfinite(found):
            return found
        bounds = [f"{'above' if self.min_open else 'of at least'} {self.min:g}"]
        if self.max is not None:
            bounds.append(f"at most {self.max:g}")
        self.fail(f"{value!r} is not a number {' and '.join(bounds)}", param, ctx)


def not_empty(_: click.Context, __: click.Parameter, value: Value) -> Value:
    """Reject an empty path, the usual result of an unset shell variable; a click callback.

    An empty path would otherwise mean the current folder.
    """
    if not all((value,) if isinstance(value, str) else value):
        raise click.UsageError("a path is empty; the current folder is .")
    return value
