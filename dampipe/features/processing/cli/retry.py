"""`dampipe retry`"""

import click

from dampipe.kernel.faces.console import json_option, library, plural, print_json


@click.command(name="retry")
@click.argument("what", nargs=-1, metavar="[ASSET|PATH]...")
@click.option("--stage", help="Only this stage.")
@json_option
def command(what: tuple[str, ...], stage: str | None, as_json: bool) -> None:
    """Let failed and skipped stages start afresh: of the assets or files given, or of all."""
    count = library().retry(what, stage=stage)
    if as_json:
        print_json({"retried": count})
    else:
        click.echo(f"{plural(count, 'stage')} will run again" if count else "nothing has failed")
