"""`dampipe sync`"""

import sys

import click

from dampipe.features.derivatives.cli import exit_code, say_suspicious
from dampipe.features.derivatives.cli import in_words as derivatives_in_words
from dampipe.features.derivatives.model import CHECK, Checked
from dampipe.features.fixity.cli.verify import in_words, say_bad
from dampipe.features.scanning.cli.enqueue import ACCEPT_MISSING_HELP, NO_PROCESS_HELP
from dampipe.features.scanning.model import ScanProgress, ScanState, Synced, SyncRequest
from dampipe.features.scanning.sync import SyncService
from dampipe.jobs.model import RunState
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.console import json_option, plural, print_json, service


@click.command(name="sync")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--quiet", is_flag=True, help="Print only problems.")
@click.option("--accept-missing", is_flag=True, help=ACCEPT_MISSING_HELP)
@click.option("--no-process", is_flag=True, help=NO_PROCESS_HELP)
@json_option
def command(
    sources: tuple[str, ...], quiet: bool, accept_missing: bool, no_process: bool, as_json: bool
) -> None:
    """Scan sources, all by default, process what is due, and wait for the end: the command for cron.

    A share of the files is read again, to check them against their stored checksums; the same share of the derivatives
    is checked, and lost ones are made again. With the setting backup_folder a backup is made.

    \b
    Exit codes: 0 no problems, 3 files failed or wait for a retry, 11 a source is away or
    has lost suspiciously many files, or the store of derivatives is away, 12 another sync is
    running, 13 a file does not match its checksum or cannot be read, or a derivative is lost
    and cannot be made again, 4, 5 and 8 broker, catalogue or workers are missing.
    """
    request = SyncRequest(sources=sources, accept_missing=accept_missing, process=not no_process)
    done = service(SyncService).run(LOCAL, request)
    if as_json:
        print_json(done)
    else:
        _print(done, quiet)
    sys.exit(_code(done))


def _code(done: Synced) -> ExitCode:
    checked = exit_code(_checked(done))
    if done.verified.mismatch or done.verified.unreadable or checked is ExitCode.MISMATCH:
        return ExitCode.MISMATCH
    if checked is ExitCode.SUSPECT or any(scan.state == ScanState.SUSPICIOUS for scan in done.scans):
        return ExitCode.SUSPECT
    if any(one.state != RunState.DONE for one in done.nightly.values()):
        return ExitCode.FAILURES
    if done.failed or done.deferred or any(scan.state == ScanState.FAILED for scan in done.scans):
        return ExitCode.FAILURES
    return ExitCode.BUSY if done.busy else ExitCode.OK


def _checked(done: Synced) -> Checked:
    """What the check of derivatives has found; nothing, if there was none in this sync."""
    check = done.nightly.get(CHECK)
    return Checked.model_validate(check.result) if check else Checked()


def _print(done: Synced, quiet: bool) -> None:
    for name, scan in zip(done.sources, done.scans, strict=True):
        for warning in scan.warnings:
            click.echo(f"{name}: warning: {warning}", err=True)
        if scan.state == ScanState.SUSPICIOUS:
            click.echo(f"{name}: if files are gone for good, sync again with --accept-missing", err=True)
        if not quiet:
            click.echo(f"{name}: {_line(scan)}")
    for name in done.busy:
        click.echo(f"{name}: skipped, another sync of it is running", err=True)
    say_bad(done.verified)
    checked = _checked(done)
    if checked.suspicious:
        say_suspicious(checked)
    elif checked.unrepaired:
        lost = plural(checked.unrepaired, "derivative is lost", "derivatives are lost")
        click.echo(f"{lost} and cannot be made again now: `dampipe failures` shows which", err=True)
    for one in done.nightly.values():
        if one.state != RunState.DONE:
            click.echo(f"{one.kind}: {one.reason}", err=True)
    if not quiet:
        for count, what in ((done.retried, "retried"), (done.planned, "planned for the current pipeline")):
            if count:
                click.echo(f"{plural(count, 'stage')} {what}")
        if done.verified.wanted:
            click.echo(in_words(done.verified))
        if checked.wanted and not checked.suspicious:
            click.echo(derivatives_in_words(checked))
        click.echo(f"done in {done.seconds:.0f} s")
    if done.failed:
        click.echo(f"{plural(done.failed, 'stage')} failed: `dampipe failures` shows why", err=True)
    if done.deferred:
        waits = plural(done.deferred, "file waits", "files wait")
        click.echo(f"{waits} for a retry: `dampipe failures` shows why", err=True)


def _line(scan: ScanProgress) -> str:
    counts = [(name, getattr(scan, name)) for name in ("new", "changed", "moved", "returned", "missing")]
    parts = [f"{count} {name}" for name, count in counts if count]
    return f"{plural(scan.found, 'file')}, {', '.join(parts) or 'nothing new'}"
