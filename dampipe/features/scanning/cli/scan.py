"""`dampipe scan list|pause|resume|cancel`"""

from collections.abc import Callable, Sequence
from datetime import datetime

import click
from rich.table import Table

from dampipe.features.scanning.model import LARGEST, ScanProgress, ScanState
from dampipe.kernel.faces.console import json_option, library, plural, print_json, say, table

number = click.argument("scan", type=click.IntRange(1, LARGEST))


@click.group(name="scan")
def command() -> None:
    """List scans, and pause, resume and cancel them."""


@command.command(name="list")
@click.option(
    "-n", "--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="Most scans."
)
@json_option
def list_(limit: int, as_json: bool) -> None:
    """Scans, the newest first."""
    found = library().scans.latest(limit)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no scans yet: `dampipe enqueue PATH`")
    else:
        say(scan_table(found))


@command.command(name="pause")
@number
@json_option
def pause(scan: int, as_json: bool) -> None:
    """Stop the walk at the next folder and start none of its files until it is resumed."""
    _do(library().scans.pause, scan, as_json, f"`dampipe scan resume {scan}` goes on")


@command.command(name="resume")
@number
@json_option
def resume(scan: int, as_json: bool) -> None:
    """Go on where it was."""
    _do(library().scans.resume, scan, as_json, "")


@command.command(name="cancel")
@number
@json_option
def cancel(scan: int, as_json: bool) -> None:
    """End a scan: files found stay known, those not yet started wait for another scan of the place."""
    _do(library().scans.cancel, scan, as_json, "`dampipe enqueue` takes them up again")


def _do(what: Callable[[int], ScanProgress], scan: int, as_json: bool, then: str) -> None:
    found = what(scan)
    if as_json:
        print_json(found)
        return
    state = found.state if found.state in (ScanState.PAUSED, ScanState.CANCELLED) else "resumed"
    waiting = f", {plural(found.on_hold, 'file')} on hold" if found.on_hold else ""
    click.echo(f"scan {scan} {state}{waiting}{f'; {then}' if then else ''}")


def scan_table(scans: Sequence[ScanProgress]) -> Table:
    """Scans as a person reads them."""
    numbers = ["scan", "found", "new", "to do", "on hold", "done", "failed"]
    return table(
        ["scan", "since", "state", *numbers[1:], "paths"],
        [
            (
                str(s.scan),
                datetime.fromtimestamp(s.created_at).strftime("%d %b %H:%M"),
                s.state,
                *(str(n) for n in (s.found, s.new, s.active)),
                str(s.on_hold or ""),
                *(str(n) for n in (s.done, s.failed)),
                ", ".join(s.paths),
            )
            for s in scans
        ],
        right=numbers,
    )
