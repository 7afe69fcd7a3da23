"""`dampipe watch`"""

import math
import sys
from collections.abc import Iterator
from contextlib import suppress

import click
from rich.live import Live

from dampipe.features.processing.cli.status import render
from dampipe.features.processing.model import Status
from dampipe.features.processing.status import StatusService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.arguments import Number
from dampipe.kernel.faces.console import console, service, text_of
from dampipe.kernel.polling import poll


@click.command(name="watch")
@click.option("--every", default=1.0, show_default=True, type=Number(0.2), help="Seconds between updates.")
def command(every: float) -> None:
    """Show the status, updated until Ctrl-C."""
    with suppress(KeyboardInterrupt):
        (_redraw if sys.stdout.isatty() else _append)(service(StatusService), every)


def _redraw(processing: StatusService, every: float) -> None:
    with Live(console=console(), auto_refresh=False, screen=False) as live:
        for status in _statuses(processing, every):
            live.update(render(status), refresh=True)


def _append(processing: StatusService, every: float) -> None:
    """For a pipe or a file: print each status that differs from the one before."""
    before = ""
    for status in _statuses(processing, every):
        if (now := text_of(render(status))) != before:
            click.echo(f"{now}\n")
        before = now


def _statuses(processing: StatusService, every: float) -> Iterator[Status]:
    """One status an interval; at most a quarter of the time is spent on reading it."""
    return poll(lambda: processing.status(LOCAL), least=every, most=math.inf, share=3.0)
