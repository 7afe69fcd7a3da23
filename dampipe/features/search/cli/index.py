"""`dampipe index check` and `dampipe index rebuild`"""

import sys
from collections.abc import Sequence

import click

from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.console import json_option, library, print_json, say, table
from dampipe.storage.index_report import IndexReport

REBUILD_HINT = (
    "`dampipe index rebuild` rebuilds it. A worker of its queue also repairs a lost or damaged index within a minute. "
    "Until then, searches scan or miss some vectors."
)


@click.group(name="index")
def command() -> None:
    """Check the vector index, or build it anew from the catalogue."""


@command.command(name="check")
@json_option
def check(as_json: bool) -> None:
    """Hold every index against the catalogue and read all of its files. Exit code 10 if one is not sound."""
    _tell(library().upkeep.check_index(), as_json)


@command.command(name="rebuild")
@json_option
def rebuild(as_json: bool) -> None:
    """Build every index anew. Search answers from the old one until the new one is complete."""
    told = None if as_json else lambda model: click.echo(f"building the index of {model}", err=True)
    upkeep = library().upkeep
    _tell(upkeep.rebuild_index(told) if told else upkeep.rebuild_index(), as_json)


def _tell(reports: Sequence[IndexReport], as_json: bool) -> None:
    if as_json:
        print_json(reports)
    elif not reports:
        click.echo("nothing has been embedded yet (`dampipe status`)")
    else:
        rows = [
            (r.name, f"{r.vectors:,}", f"{r.waiting:,}", f"{r.missing:,}", f"{r.superfluous:,}", r.kind)
            for r in reports
        ]
        heads = ["model", "vectors", "waiting", "missing", "superfluous", "how"]
        say(table(heads, rows, right=heads[1:5]))
        for line in (line for report in reports for line in report.damage):
            click.echo(f"damaged: {line}")
    if not all(report.sound for report in reports):
        if not as_json:
            click.echo(REBUILD_HINT)
        sys.exit(ExitCode.UNHEALTHY)
