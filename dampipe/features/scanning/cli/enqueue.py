"""`dampipe enqueue PATH…`"""

import math
import sys
from collections.abc import Callable

import click
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Column

from dampipe.features.scanning.errors import SCAN_KEPT
from dampipe.features.scanning.model import Enqueued, EnqueueRequest, ScanProgress, ScanState
from dampipe.features.scanning.service import ScanService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import BrokerDown, ExitCode
from dampipe.kernel.faces.arguments import WholeNumber, not_empty
from dampipe.kernel.faces.console import console, count_of_failures, json_option, plural, print_json, service
from dampipe.kernel.paths import normal_path
from dampipe.kernel.polling import IdleTimeout, poll

UNCLAIMED_FIRST = 15.0
UNCLAIMED_AGAIN = 60.0
"""Seconds after which a scan that no worker has claimed is reported, first and again."""
ACCEPT_MISSING_HELP = "Mark files as missing even if a source has lost suspiciously many."
NO_PROCESS_HELP = "Record the files without processing them; a later scan processes them."


@click.command(name="enqueue")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", callback=not_empty)
@click.option("--wait", is_flag=True, help="Wait until all files are processed, with a progress bar.")
@click.option("--accept-missing", is_flag=True, help=ACCEPT_MISSING_HELP)
@click.option("--no-process", is_flag=True, help=NO_PROCESS_HELP)
@click.option(
    "--priority",
    default=0,
    type=WholeNumber(-1000, 1000),
    metavar="NUMBER",
    help="Files of a higher priority go first; 0 by default.",
)
@json_option
def command(
    paths: tuple[str, ...], wait: bool, accept_missing: bool, no_process: bool, priority: int, as_json: bool
) -> None:
    """Submit a scan of files and folders, or of URLs such as s3://bucket/card7, and return at once.

    New and changed media files go through hash, probe, preview, embed and index, then a proxy is made.
    """
    scans = service(ScanService)
    submitted = scans.enqueue(
        LOCAL,
        EnqueueRequest(
            paths=tuple(map(normal_path, paths)),
            accept_missing=accept_missing,
            process=not no_process,
            priority=priority,
        ),
    )
    for path in submitted.absent:
        click.echo(f"dampipe: no such file or folder: {path}", err=True)
    if submitted.broker_problem:
        if as_json:
            print_json(scans.progress(LOCAL, submitted.scan))
        raise BrokerDown(SCAN_KEPT, scan=submitted.scan, problem=submitted.broker_problem)
    progress = follow(scans, submitted.scan, quiet=as_json) if wait else scans.progress(LOCAL, submitted.scan)
    if as_json:
        print_json(progress)
    elif wait:
        summary(progress)
    else:
        _submitted(submitted)
    if submitted.absent:
        sys.exit(ExitCode.NOT_FOUND)
    if wait and progress.state == ScanState.SUSPICIOUS:
        sys.exit(ExitCode.SUSPECT)
    if wait and (progress.failed or progress.deferred or progress.state == ScanState.FAILED):
        sys.exit(ExitCode.FAILURES)


def _submitted(submitted: Enqueued) -> None:
    click.echo(f"scan {submitted.scan} submitted; `dampipe status` or `dampipe watch` follow it")


def follow(scans: ScanService, scan: int, quiet: bool) -> ScanProgress:
    """Show the progress of a scan until it is over."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=12),
        TimeElapsedColumn(table_column=Column(min_width=7)),
        TimeRemainingColumn(table_column=Column(min_width=7)),
        TextColumn("left"),
    )
    quiet = quiet or not sys.stdout.isatty()
    with Progress(*columns, console=console(), disable=quiet, transient=True) as bar:
        task = bar.add_task("scanning", total=None)
        try:
            return _follow(scans, scan, lambda progress: _show(bar, task, progress))
        except KeyboardInterrupt:
            bar.stop()
            click.echo(f"scan {scan} continues in the background; `dampipe watch` follows it", err=True)
            raise


def _follow(scans: ScanService, scan: int, on_progress: Callable[[ScanProgress], None]) -> ScanProgress:
    unclaimed = IdleTimeout(UNCLAIMED_FIRST)
    for progress in poll(lambda: scans.progress(LOCAL, scan), least=0.2, most=math.inf):
        on_progress(progress)
        if progress.over:
            return progress
        if progress.state != ScanState.WAITING:
            unclaimed.reset()
        elif unclaimed.expired:
            click.echo(
                f"dampipe: no worker has claimed scan {scan} yet: is a worker for the queue `scan` running? "
                "Still waiting; Ctrl-C leaves the scan in place.",
                err=True,
            )
            unclaimed = IdleTimeout(UNCLAIMED_AGAIN)
    raise AssertionError("polling never ends")


def _show(bar: Progress, task: TaskID, progress: ScanProgress) -> None:
    """Each file counts twice: when search finds it, and when its proxy is there, too."""
    finished = progress.done + progress.failed
    total = finished + progress.active
    state = "processing" if progress.is_walked else "scanning"
    state = "paused" if progress.state == ScanState.PAUSED else state
    if total:
        state = f"{state}: " if state != "processing" else ""
        state += f"{progress.searchable} of {total} searchable, {finished} finished"
    bar.update(
        task,
        description=state,
        completed=finished + progress.searchable + progress.failed,
        total=2 * total or None,
    )


def summary(progress: ScanProgress) -> None:
    """The result of a scan, in a few lines."""
    for warning in progress.warnings:
        click.echo(f"warning: {warning}", err=True)
    if progress.state == ScanState.SUSPICIOUS:
        click.echo("  if files are gone for good, scan again with --accept-missing", err=True)
    if not progress.found and progress.state == ScanState.FAILED:
        return
    if not progress.found:
        click.echo(f"scan {progress.scan}: no media files found")
        _passed_by(progress)
        return
    parts = [f"{progress.new} new" if progress.new else "nothing new"]
    if progress.changed:
        parts.append(f"{progress.changed} changed")
    if progress.moved:
        parts.append(f"{progress.moved} moved")
    if progress.returned:
        parts.append(f"{progress.returned} returned")
    if progress.unchanged:
        parts.append(f"{progress.unchanged} unchanged")
    if progress.missing:
        parts.append(f"{progress.missing} missing")
    click.echo(f"scan {progress.scan}: {plural(progress.found, 'file')} found, {', '.join(parts)}")
    _passed_by(progress)
    if progress.state == ScanState.CANCELLED:
        click.echo("the scan was cancelled")
    if progress.on_hold:
        click.echo(f"{plural(progress.on_hold, 'file')} not processed; `dampipe enqueue` processes them")
    if progress.done or progress.failed:
        click.echo(f"{progress.done} done, {count_of_failures(progress.failed)} failed")
    if progress.failed:
        click.echo("`dampipe failures` shows why")
    if progress.deferred:
        click.echo(f"{plural(progress.deferred, 'file')} will be retried later; `dampipe failures` shows why")


def _passed_by(progress: ScanProgress) -> None:
    if progress.unknown.files:
        click.echo(str(progress.unknown))
