"""`dampipe scan list|show|pause|resume|cancel`"""

from collections.abc import Callable

import click

from dampipe.features.scanning.cli.scan_table import scan_table
from dampipe.features.scanning.model import LARGEST_ID, ScanProgress, ScanState
from dampipe.features.scanning.service import ScanService
from dampipe.kernel.access import LOCAL, Actor
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service

number = click.argument("scan", type=WholeNumber(1, LARGEST_ID))


@click.group(name="scan")
def command() -> None:
    """List scans, and pause, resume and cancel them."""


@command.command(name="list")
@click.option(
    "-n", "--limit", default=20, show_default=True, type=WholeNumber(1, 1000), help="Number of scans."
)
@json_option
def list_(limit: int, as_json: bool) -> None:
    """List scans, newest first."""
    found = service(ScanService).latest(LOCAL, limit)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no scans yet: `dampipe enqueue PATH`")
    else:
        say(scan_table(found))


@command.command(name="show")
@number
@json_option
def show(scan: int, as_json: bool) -> None:
    """Show the counts of one scan, its warnings, and the files of unknown kinds that it met."""
    found = service(ScanService).progress(LOCAL, scan)
    if as_json:
        print_json(found)
    else:
        say(scan_table([found]))
        for warning in found.warnings:
            click.echo(f"warning: {warning}")
        if found.unknown.files:
            click.echo(str(found.unknown))


@command.command(name="pause")
@number
@json_option
def pause(scan: int, as_json: bool) -> None:
    """Stop the walk at the next folder and start none of its files until the scan is resumed."""
    _do(service(ScanService).pause, scan, as_json, f"`dampipe scan resume {scan}` continues it")


@command.command(name="resume")
@number
@json_option
def resume(scan: int, as_json: bool) -> None:
    """Continue a paused scan where it was."""
    _do(service(ScanService).resume, scan, as_json, "")


@command.command(name="cancel")
@number
@json_option
def cancel(scan: int, as_json: bool) -> None:
    """End a scan: files found stay known, those not started stay on hold until another scan adopts them."""
    _do(service(ScanService).cancel, scan, as_json, "`dampipe enqueue` processes them")


def _do(action: Callable[[Actor, int], ScanProgress], scan: int, as_json: bool, hint: str) -> None:
    found = action(LOCAL, scan)
    if as_json:
        print_json(found)
        return
    state = found.state if found.state in (ScanState.PAUSED, ScanState.CANCELLED) else "resumed"
    held = f", {plural(found.on_hold, 'file')} on hold" if found.on_hold else ""
    click.echo(f"scan {scan} {state}{held}{f'; {hint}' if hint else ''}")
