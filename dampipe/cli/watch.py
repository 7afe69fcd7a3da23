"""`dampipe watch`"""

import time

import click
from rich.live import Live

from dampipe.cli.output import console, library
from dampipe.cli.status import render


@click.command(name="watch")
@click.option("--every", default=1.0, show_default=True, type=click.FloatRange(0.2), help="Seconds.")
def command(every: float) -> None:
    """The status, kept up to date until Ctrl-C."""
    dampipe = library()
    with Live(render(dampipe.status()), console=console(), auto_refresh=False, screen=False) as live:
        while True:
            began = time.monotonic()
            live.update(render(dampipe.status()), refresh=True)
            time.sleep(max(every, 3 * (time.monotonic() - began)))
