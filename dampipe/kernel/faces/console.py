"""What commands have in common: the library, JSON and tables."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import click
from pydantic import BaseModel
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table

from dampipe.app.container import Container, process_container
from dampipe.app.library import Library
from dampipe.cli.stdio import takes_all
from dampipe.kernel.container import Services

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


T = TypeVar("T")


def service(kind: type[T]) -> T:
    """The service of that type, over the catalogue that the settings name, brought to the newest schema."""
    services: Services = click.get_current_context().obj
    return services.get(kind)


def library() -> Library:
    """The library of the settings, its catalogue set up."""
    return world().library


def world() -> Container:
    """This process's objects, the catalogue set up."""
    found = process_container()
    found.catalog.set_up()
    return found


WIDE = 100_000
"""Columns where the output is no terminal, so that a path stays on one line for grep."""

NARROW = 20
"""Columns: what is no longer is not broken, and what is longer between words only: a path can be copied."""


def console(least: int = 0) -> Console:
    """Standard output; plain and wide when it is no terminal, which breaks lines of more than its own width itself."""
    made = Console(highlight=False, markup=False, emoji=False)  # a file may be called `[take 2] :smile:.mov`
    made.width = max(made.width, least) if sys.stdout.isatty() else WIDE
    return made


def text_of(*what: RenderableType) -> str:
    """Tables and lines as they are printed, unbroken where breaking would leave nothing to read."""
    out = console()
    least = max(out.measure(one, options=out.options.update(max_width=WIDE)).minimum for one in what)
    out = console(least)
    with out.capture() as said:
        out.print(*what, sep="\n", crop=False)
    return "\n".join(line.rstrip() for line in said.get().splitlines())


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


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str] = ()) -> Table:
    """A table without frills; the columns in `right` are numbers, those that say nothing are left out.

    Without names there is no line for them.
    """
    made = Table(box=None, pad_edge=False, header_style="bold", show_header=any(columns))
    cells = list(zip(*rows, strict=True)) or [()] * len(columns)
    told = [(name, column) for name, column in zip(columns, cells, strict=True) if any(column) or not column]
    for name, column in told:
        lines = [line for cell in (name, *column) for line in cell.split("\n")]
        longest = max(map(cell_len, lines))
        word = max((cell_len(word) for line in lines for word in line.split()), default=0)
        made.add_column(
            name, justify="right" if name in right else "left", overflow="fold",
            no_wrap=longest <= max(word, NARROW), min_width=longest if longest <= NARROW else word,
        )  # fmt: skip
    for row in zip(*(column for _, column in told), strict=True):
        made.add_row(*row)
    return made


def plural(count: int, one: str, many: str = "") -> str:
    """`1 file`, `2 files`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
