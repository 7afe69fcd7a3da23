"""`dampipe watch`"""

import sys
import time
from contextlib import suppress

import click
from rich.live import Live

from dampipe.app.library import Library
from dampipe.features.processing.cli.status import render
from dampipe.kernel.faces.console import console, library, text_of


@click.command(name="watch")
@click.option("--every", default=1.0, show_default=True, type=click.FloatRange(0.2), help="Seconds.")
def command(every: float) -> None:
    """The status, kept up to date until Ctrl-C."""
    with suppress(KeyboardInterrupt):
        (_draw if sys.stdout.isatty() else _tell)(library(), every)


def _draw(dampipe: Library, every: float) -> None:
    with Live(render(dampipe.status()), console=console(), auto_refresh=False, screen=False) as live:
        while True:
            began = time.monotonic()
            live.update(render(dampipe.status()), refresh=True)
            _pause(began, every)


def _tell(dampipe: Library, every: float) -> None:
    """Into a pipe or a file: each status below the one before, if it is another."""
    before = ""
    while True:
        began = time.monotonic()
        if (now := text_of(render(dampipe.status()))) != before:
            click.echo(f"{now}\n")
        before = now
        _pause(began, every)


def _pause(began: float, every: float) -> None:
    """A status that is costly to find out is asked for less often."""
    time.sleep(max(every, 3 * (time.monotonic() - began)))
