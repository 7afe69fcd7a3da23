"""`dampipe tier trash|keep`"""

import os

import click

from dampipe.features.tiers.apply import KeepRequest, PlanMoves
from dampipe.features.tiers.cli.words import local_time, size
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.arguments import WholeNumber, not_empty
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table
from dampipe.kernel.paths import is_url


@click.command(name="trash")
@click.option(
    "-n", "--limit", default=100, show_default=True, type=WholeNumber(1, 100_000), help="Number of files."
)
@json_option
def trash(limit: int, as_json: bool) -> None:
    """List the files that plans are going to delete, first what is deleted first. They are where they were."""
    found = service(PlanMoves).trash(LOCAL, limit)
    if as_json:
        print_json(found)
        return
    if not found.total:
        click.echo("nothing is leaving")
        return
    rows = [
        (
            "is being deleted" if file.is_being_deleted else local_time(file.leaves_at),
            size(file.size),
            "" if file.plan is None else str(file.plan),
            file.rule,
            file.path,
        )
        for file in found.files
    ]
    say(table(["deleted at", "size", "plan", "rule", "path"], rows, right=["size", "plan"]))
    click.echo(f"{plural(found.total, 'file')} ({size(found.bytes)}); `dampipe tier keep PATH` keeps one")


@click.command(name="keep")
@click.argument("what", nargs=-1, required=True, metavar="PATH_OR_ASSET...", callback=not_empty)
def keep(what: tuple[str, ...]) -> None:
    """Keep files that were to be deleted: by their paths, or all those of assets by their SHA-1s."""
    names = tuple(
        one if is_url(one) or (len(one) == 40 and os.sep not in one) else os.path.abspath(one) for one in what
    )
    kept = service(PlanMoves).keep(LOCAL, KeepRequest(what=names))
    click.echo(f"{plural(kept, 'file')} stay" if kept != 1 else "1 file stays")
