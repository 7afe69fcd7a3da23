"""Helpers of the commands: services, tables and JSON."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import click
from pydantic import BaseModel
from rich.cells import cell_len
from rich.console import Console, RenderableType
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


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    right: Sequence[str] = (),
    alarm: Sequence[str] = (),
) -> Table:
    """A plain table. Columns without any content are left out; without names there is no header.

    right: names of the columns that are aligned to the right, such as numbers. alarm: names of the columns whose
    numbers, other than 0, are red on a terminal.
    """
    result = Table(box=None, pad_edge=False, header_style="bold", show_header=any(columns))
    cells = list(zip(*rows, strict=True)) or [()] * len(columns)
    shown = [(name, column) for name, column in zip(columns, cells, strict=True) if any(column) or not column]
    for name, column in shown:
        lines = [line for cell in (name, *column) for line in cell.split("\n")]
        longest = max(map(cell_len, lines))
        word = max((cell_len(word) for line in lines for word in line.split()), default=0)
        result.add_column(
            name, justify="right" if name in right else "left", overflow="fold",
            no_wrap=longest <= max(word, NARROW), min_width=longest if longest <= NARROW else word,
        )  # fmt: skip
    for row in zip(*(column for _, column in shown), strict=True):
        result.add_row(
            *(
                Text(cell, "bold red") if name in alarm and cell.strip("0") else cell
                for (name, _), cell in zip(shown, row, strict=True)
            )
        )
    return result


def plural(count: int, one: str, many: str = "") -> str:
    """`1 file`, `2 files`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
