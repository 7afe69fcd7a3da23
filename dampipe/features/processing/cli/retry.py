"""`dampipe retry`"""

import click

from dampipe.features.processing.model import RetryRequest
from dampipe.features.processing.service import ProcessingService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.console import json_option, plural, print_json, service


@click.command(name="retry")
@click.argument("what", nargs=-1, metavar="[ASSET|PATH]...")
@click.option("--stage", help="Only this stage.")
@json_option
def command(what: tuple[str, ...], stage: str | None, as_json: bool) -> None:
    """Run failed and skipped stages again: those of the given assets or files, or all."""
    count = service(ProcessingService).retry(LOCAL, RetryRequest(what=what, stage=stage))
    if as_json:
        print_json({"retried": count})
    else:
        click.echo(f"{plural(count, 'stage')} will run again" if count else "nothing has failed")
