"""`dampipe enqueue PATH…`"""

import sys
import time

import click
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from dampipe.app.library import Library
from dampipe.cli.paths import not_empty
from dampipe.features.scanning.model import Enqueued, ScanProgress, ScanState
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.console import console, json_option, library, plural, print_json


@click.command(name="enqueue")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", callback=not_empty)
@click.option("--wait", is_flag=True, help="Stay until all files are through, with a progress bar.")
@click.option("--accept-missing", is_flag=True, help="Believe that files are gone, however many they are.")
@click.option("--no-process", is_flag=True, help="Only take down what is there; another scan processes it.")
@click.option(
    "--priority",
    default=0,
    type=click.IntRange(-1000, 1000),
    metavar="NUMBER",
    help="Files of a higher one go first; 0 by default.",
)
@json_option
def command(
    paths: tuple[str, ...], wait: bool, accept_missing: bool, no_process: bool, priority: int, as_json: bool
) -> None:
    """Submit a scan of files and folders and return at once.

    New and changed media files go through hash, probe, preview, embed and index, then a proxy is made.
    """
    dampipe = library()
    submitted = dampipe.enqueue(
        paths, accept_missing=accept_missing, process=not no_process, priority=priority
    )
    for path in submitted.absent:
        click.echo(f"dampipe: no such file or folder: {path}", err=True)
    if submitted.broker_problem:
        click.echo(f"dampipe: scan {submitted.scan} is kept, but {submitted.broker_problem}", err=True)
        if as_json:
            print_json(dampipe.progress(submitted.scan))
        sys.exit(ExitCode.BROKER_DOWN)
    progress = follow(dampipe, submitted.scan, quiet=as_json) if wait else dampipe.progress(submitted.scan)
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


def follow(dampipe: Library, scan: int, quiet: bool) -> ScanProgress:
    """Until the scan is over; polls ever more slowly, as large scans are costly to count."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    quiet = quiet or not sys.stdout.isatty()
    with Progress(*columns, console=console(), disable=quiet, transient=True) as bar:
        task = bar.add_task("scanning", total=None)
        idle_since = time.monotonic()
        while True:
            began = time.monotonic()
            now = dampipe.progress(scan)
            through = now.done + now.failed
            describe = "scanning" if now.state in (ScanState.WAITING, ScanState.WALKING) else "processing"
            describe = "paused" if now.state == ScanState.PAUSED else describe
            bar.update(task, description=describe, completed=through, total=through + now.active or None)
            if now.over:
                return now
            if now.state != ScanState.WAITING:
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since > 15:
                click.echo(
                    f"dampipe: nobody has taken scan {scan} yet: is a worker for the queue `scan` running? "
                    "Still waiting; Ctrl-C leaves the scan in place.",
                    err=True,
                )
                idle_since = time.monotonic() + 45
            time.sleep(max(0.2, 5 * (time.monotonic() - began)))


def summary(progress: ScanProgress) -> None:
    """What a scan came to, in a few lines."""
    for warning in progress.warnings:
        click.echo(f"warning: {warning}", err=True)
    if not progress.found and progress.state == ScanState.FAILED:
        return
    if not progress.found:
        click.echo(f"scan {progress.scan}: no media files found")
        return
    parts = [f"{progress.new} new" if progress.new else "nothing new"]
    if progress.changed:
        parts.append(f"{progress.changed} changed")
    if progress.moved:
        parts.append(f"{progress.moved} moved")
    if progress.returned:
        parts.append(f"{progress.returned} back again")
    if progress.unchanged:
        parts.append(f"{progress.unchanged} unchanged")
    if progress.missing:
        parts.append(f"{progress.missing} missing")
    click.echo(f"scan {progress.scan}: {plural(progress.found, 'file')} found, {', '.join(parts)}")
    if progress.state == ScanState.CANCELLED:
        click.echo("cancelled before its end")
    if progress.on_hold:
        click.echo(f"{plural(progress.on_hold, 'file')} not processed; `dampipe enqueue` takes them up")
    if progress.done or progress.failed:
        click.echo(f"{progress.done} done, {progress.failed} failed")
    if progress.failed:
        click.echo("`dampipe failures` tells why")
    if progress.deferred:
        click.echo(
            f"{plural(progress.deferred, 'file')} will be tried again later; `dampipe failures` tells why"
        )
