"""Helpers of the commands: services, tables and JSON."""

import json
import os
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import click
from pydantic import BaseModel
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from dampipe.kernel.container import Services
from dampipe.kernel.faces.stdio import takes_all

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


T = TypeVar("T")


def service(kind: type[T]) -> T:
    """The service of that type; the schema of the catalogue is brought up to date first."""
    services: Services = click.get_current_context().obj
    return services.get(kind)


def styled(text: str, **style: Any) -> str:
    """A text with a style of click, on a terminal, unless NO_COLOR is set (https://no-color.org)."""
    return click.style(text, **style) if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text


def count_of_failures(count: int) -> str:
    """A number of failures, which stands out from zero."""
    return styled(str(count), fg="red", bold=True) if count else "0"


WIDE = 100_000
"""Width in columns where the output is not a terminal, so that a path stays on one line for grep."""

READABLE = 30
"""Columns that a cell of longer text has at least."""

NARROW = 20
"""Columns up to which a cell is never wrapped. Longer cells wrap between words only, so that a path can be copied."""


def console(least: int = 0) -> Console:
    """Standard output; plain and WIDE when it is not a terminal.

    least: columns; where the terminal is narrower, it wraps the lines itself.
    """
    # A file may be called `[take 2] :smile:.mov`.
    output = Console(highlight=False, markup=False, emoji=False)
    output.width = max(output.width, least) if sys.stdout.isatty() else WIDE
    return output


def text_of(*what: RenderableType) -> str:
    """Render tables and lines as they are printed; words are never broken."""
    output = console()
    least = max(output.measure(one, options=output.options.update(max_width=WIDE)).minimum for one in what)
    output = console(least)
    with output.capture() as capture:
        output.print(*what, sep="\n", crop=False)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def say(*what: RenderableType) -> None:
    """Print tables and lines."""
    click.echo(text_of(*what))


def print_json(value: BaseModel | Iterable[BaseModel] | Any) -> None:
    """Print a model or a list of models as JSON."""
    if isinstance(value, BaseModel):
        plain: Any = value.model_dump(mode="json")
    elif isinstance(value, (list, tuple)):
        plain = [one.model_dump(mode="json") if isinstance(one, BaseModel) else one for one in value]
    else:
        plain = value
    click.echo(json.dumps(plain, indent=2, ensure_ascii=not takes_all()))


class Listing:
    """A table; where the terminal is too narrow for it, a record a row, as `\\x auto` of psql prints them."""

    def __init__(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[str]],
        right: Sequence[str] = (),
        alarm: Sequence[str] = (),
    ) -> None:
        """Columns without any content are left out; without names there is no header.

        right: names of the columns that are aligned to the right, such as numbers. alarm: names of the columns
        whose numbers, other than 0, are red on a terminal.
        """
        rows = [tuple(row) for row in rows]
        shown = [number for number in range(len(columns)) if not rows or any(row[number] for row in rows)]
        self._columns = [columns[number] for number in shown]
        self._rows = [tuple(row[number] for number in shown) for row in rows]
        self._right = right
        self._alarm = alarm

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(1, Measurement.get(console, options, self._table()).maximum)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = self._table()
        needed = Measurement.get(console, options.update(max_width=WIDE), table).minimum
        if needed <= options.max_width or not any(self._columns):
            yield table
            return
        indent = max(map(cell_len, self._columns)) + 2
        for number, row in enumerate(self._rows):
            if number:
                yield Text("")
            for name, cell in zip(self._columns, row, strict=True):
                yield from _field(name, cell, self._style(name, cell), indent, options.max_width)

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, header_style="bold", show_header=any(self._columns))
        cells = list(zip(*self._rows, strict=True)) or [()] * len(self._columns)
        for name, column in zip(self._columns, cells, strict=True):
            lines = [line for cell in (name, *column) for line in cell.split("\n")]
            longest = max(map(cell_len, lines))
            unbroken = max((cell_len(part) for line in lines for part in _unbreakable(line)), default=0)
            least = longest if longest <= NARROW else max(unbroken, min(longest, READABLE))
            justify: JustifyMethod = "right" if name in self._right else "left"
            keeps_whole = longest <= max(unbroken, NARROW)
            table.add_column(name, justify=justify, overflow="fold", no_wrap=keeps_whole, min_width=least)
        for row in self._rows:
            named = zip(self._columns, row, strict=True)
            table.add_row(*(Text(cell, self._style(name, cell)) for name, cell in named))
        return table

    def _style(self, name: str, cell: str) -> str:
        return "bold red" if name in self._alarm and cell.strip("0") else ""


def _unbreakable(line: str) -> list[str]:
    """The parts of a line that are never wrapped: its words; a path as a whole, for it may contain spaces."""
    return [line] if _PATH.match(line) else line.split()


_PATH = re.compile(r"/|\\\\|[A-Za-z]:[\\/]")


def _field(name: str, cell: str, style: str, indent: int, width: int) -> Iterator[Text]:
    """One field of a record: its name, and its text wrapped beside it; a path is left to the terminal."""
    label = f"{name:<{indent}}"
    for line in cell.split("\n") if cell else ():
        if _PATH.match(line) or width <= indent + NARROW:
            yield _line(label, line, style)
        else:
            for part in textwrap.wrap(line, width - indent, break_long_words=False, break_on_hyphens=False):
                yield _line(label, part, style)
                label = " " * indent
        label = " " * indent


def _line(label: str, text: str, style: str) -> Text:
    return Text.assemble(label, (text, style), no_wrap=True, overflow="ignore")


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    right: Sequence[str] = (),
    alarm: Sequence[str] = (),
) -> Listing:
    """A plain table for a terminal of any width; see `Listing`."""
    return Listing(columns, rows, right, alarm)


def plural(count: int, one: str, many: str = "") -> str:
    """`1 file`, `2 files`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
