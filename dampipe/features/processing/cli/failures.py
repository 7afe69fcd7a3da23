"""`dampipe failures`"""

from datetime import datetime

import click

from dampipe.features.derivatives.model import CHECK
from dampipe.features.fixity.model import VERIFY
from dampipe.features.processing.service import ProcessingService
from dampipe.jobs.model import Failure
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import json_option, print_json, say, service, table
from dampipe.kernel.faces.remedies import CLI, Remedies, sentences


@click.command(name="failures")
@click.option("-n", "--limit", default=1000, show_default=True, type=WholeNumber(1))
@json_option
def command(limit: int, as_json: bool) -> None:
    """List files that could not be processed, with stage and reason, newest first."""
    remedies = service(Remedies)
    failed = [
        one.model_copy(update={"hint": remedies.word(one, CLI)})
        for one in service(ProcessingService).failures(LOCAL, limit)
    ]
    if as_json:
        print_json(failed)
    elif not failed:
        click.echo("no failures")
    else:
        rows = [
            (f.path, f.stage, f.kind.replace("_", " "), _again(f), sentences(f.reason, f.hint))
            for f in failed
        ]
        say(table(["file", "stage", "kind", "again", "reason"], rows))
        if any(f.stage not in (VERIFY, CHECK) for f in failed):
            click.echo("\n`dampipe retry` runs all of these again, `dampipe retry PATH` those of one file")
        if any(f.stage == VERIFY for f in failed):
            click.echo("\nEvery sync checks damaged files again; `dampipe verify PATH` checks one now")
        if any(f.stage == CHECK for f in failed):
            click.echo("\nEvery sync makes lost derivatives again; `dampipe check --repair` does so now")


def _again(failure: Failure) -> str:
    """When it is retried automatically."""
    return datetime.fromtimestamp(failure.again_at).strftime("%H:%M:%S") if failure.again_at else "-"
