"""What commands have in common: the library, JSON and tables."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from dampipe.bootstrap import World, this_world
from dampipe.cli.streams import takes_all
from dampipe.library import Library

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def library() -> Library:
    """The library of the settings, its catalogue set up."""
    return world().library


def world() -> World:
    """This process's objects, the catalogue set up."""
    found = this_world()
    found.catalog.set_up()
    return found


WIDE = 240
"""Columns where the output is no terminal, so that a path stays on one line for grep."""


def console() -> Console:
    """Standard output; plain and wide when it is no terminal."""
    width = None if sys.stdout.isatty() else WIDE
    return Console(highlight=False, width=width)


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
    """A table without frills; the columns in `right` are numbers. Without names there is no line for them."""
    made = Table(box=None, pad_edge=False, header_style="bold", show_header=any(columns))
    for column in columns:
        made.add_column(
            column, justify="right" if column in right else "left", overflow="fold", no_wrap=column in right
        )
    for row in rows:
        made.add_row(*row)
    return made


def plural(count: int, one: str, many: str = "") -> str:
    """`1 file`, `2 files`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
