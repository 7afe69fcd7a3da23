"""`dampipe failures`"""

from datetime import datetime

import click

from dampipe.features.fixity.model import VERIFY
from dampipe.jobs.model import Failure
from dampipe.kernel.faces.console import json_option, library, print_json, say, table


@click.command(name="failures")
@click.option("-n", "--limit", default=1000, show_default=True, type=click.IntRange(1))
@json_option
def command(limit: int, as_json: bool) -> None:
    """Files that could not be brought to the end: file, stage and reason, the newest first."""
    failed = library().failures(limit)
    if as_json:
        print_json(failed)
    elif not failed:
        click.echo("no failures")
    else:
        rows = [(f.path, f.stage, f.kind.replace("_", " "), _again(f), f.reason) for f in failed]
        say(table(["file", "stage", "kind", "again", "reason"], rows))
        if any(f.stage != VERIFY for f in failed):
            click.echo("\n`dampipe retry` lets them start afresh, `dampipe retry PATH` one of them")
        if any(f.stage == VERIFY for f in failed):
            click.echo(
                "\nwhat was bad when it was read again is read by every sync, and by `dampipe verify PATH`"
            )


def _again(failure: Failure) -> str:
    """When it is tried again by itself."""
    return datetime.fromtimestamp(failure.again_at).strftime("%H:%M:%S") if failure.again_at else "-"
