"""`dampipe watch`"""

import sys
import time
from contextlib import suppress

import click
from rich.live import Live

from dampipe.features.processing.cli.status import render
from dampipe.features.processing.service import ProcessingService
from dampipe.kernel.faces.console import console, service, text_of


@click.command(name="watch")
@click.option(
    "--every", default=1.0, show_default=True, type=click.FloatRange(0.2), help="Seconds between updates."
)
def command(every: float) -> None:
    """Show the status, updated until Ctrl-C."""
    with suppress(KeyboardInterrupt):
        (_redraw if sys.stdout.isatty() else _append)(service(ProcessingService), every)


def _redraw(processing: ProcessingService, every: float) -> None:
    with Live(render(processing.status()), console=console(), auto_refresh=False, screen=False) as live:
        while True:
            began = time.monotonic()
            live.update(render(processing.status()), refresh=True)
            _pause(began, every)


def _append(processing: ProcessingService, every: float) -> None:
    """For a pipe or a file: print each status that differs from the one before."""
    before = ""
    while True:
        began = time.monotonic()
        if (now := text_of(render(processing.status()))) != before:
            click.echo(f"{now}\n")
        before = now
        _pause(began, every)


def _pause(began: float, every: float) -> None:
    """Wait until the next update; at most a quarter of the time is spent on reading the status."""
    time.sleep(max(every, 3 * (time.monotonic() - began)))
