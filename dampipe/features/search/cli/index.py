"""`dampipe index check` and `dampipe index rebuild`"""

import sys
from collections.abc import Sequence

import click

from dampipe.features.search.index_admin import IndexService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.console import json_option, print_json, say, service, table
from dampipe.storage.index_report import IndexReport

REBUILD_HINT = (
    "`dampipe index rebuild` rebuilds it. A worker of its queue also repairs a lost or damaged index within a minute. "
    "Until then, searches scan or miss some vectors."
)


@click.group(name="index")
def command() -> None:
    """Check the vector index, or rebuild it from the catalogue."""


@command.command(name="check")
@json_option
def check(as_json: bool) -> None:
    """Read every index and compare it with the catalogue. Exit code 10 if one is not sound."""
    _print(service(IndexService).check(LOCAL), as_json)


@command.command(name="rebuild")
@json_option
def rebuild(as_json: bool) -> None:
    """Rebuild every index. Search answers from the old one until the new one is complete."""

    def on_progress(model: str) -> None:
        if not as_json:
            click.echo(f"building the index of {model}", err=True)

    _print(service(IndexService).rebuild(LOCAL, on_progress), as_json)


def _print(reports: Sequence[IndexReport], as_json: bool) -> None:
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
