"""`dampipe sync`"""

import sys

import click

from dampipe.features.fixity.cli.verify import in_words, say_bad
from dampipe.features.scanning.model import ScanProgress, ScanState, Synced
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.console import json_option, library, plural, print_json


@click.command(name="sync")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--quiet", is_flag=True, help="Print only what a person must know.")
@click.option("--accept-missing", is_flag=True, help="Believe that files are gone, however many they are.")
@click.option("--no-process", is_flag=True, help="Only take down what is there; another scan processes it.")
@json_option
def command(
    sources: tuple[str, ...], quiet: bool, accept_missing: bool, no_process: bool, as_json: bool
) -> None:
    """Bring the library up to its sources, all by default, and wait for the end: the line for cron.

    A share of the files is read again, to see whether they still are what they were.

    \b
    Exit codes: 0 all is well, 3 files failed or wait for another try, 11 a source is
    away or lost suspiciously much, 12 another sync is running, 13 a file has rotted or
    cannot be read, 4, 5 and 8 not run for want of the broker, the catalogue or workers.
    """
    done = library().sync.run(sources, accept_missing=accept_missing, process=not no_process)
    if as_json:
        print_json(done)
    else:
        _print(done, quiet)
    sys.exit(_code(done))


def _code(done: Synced) -> ExitCode:
    if done.verified.mismatch or done.verified.unreadable:
        return ExitCode.MISMATCH
    if any(scan.state == ScanState.SUSPICIOUS for scan in done.scans):
        return ExitCode.SUSPECT
    if done.failed or done.deferred or any(scan.state == ScanState.FAILED for scan in done.scans):
        return ExitCode.FAILURES
    return ExitCode.BUSY if done.busy else ExitCode.OK


def _print(done: Synced, quiet: bool) -> None:
    for name, scan in zip(done.sources, done.scans, strict=True):
        for warning in scan.warnings:
            click.echo(f"{name}: warning: {warning}", err=True)
        if not quiet:
            click.echo(f"{name}: {_line(scan)}")
    for name in done.busy:
        click.echo(f"{name}: left to another sync, which is at it", err=True)
    say_bad(done.verified)
    if not quiet:
        for count, what in ((done.retried, "tried again"), (done.planned, "asked for by the pipeline")):
            if count:
                click.echo(f"{plural(count, 'stage')} {what}")
        if done.verified.wanted:
            click.echo(in_words(done.verified))
        click.echo(f"done in {done.seconds:.0f} s")
    if done.failed:
        click.echo(f"{plural(done.failed, 'stage')} failed: `dampipe failures` tells why", err=True)
    if done.deferred:
        waits = plural(done.deferred, "file waits", "files wait")
        click.echo(f"{waits} for another try: `dampipe failures` tells why", err=True)


def _line(scan: ScanProgress) -> str:
    counts = [(name, getattr(scan, name)) for name in ("new", "changed", "moved", "returned", "missing")]
    parts = [f"{count} {name}" for name, count in counts if count]
    return f"{plural(scan.found, 'file')}, {', '.join(parts) or 'nothing new'}"
