"""`dampipe import card|folder|list|show|pause|resume|cancel`"""

import math
import os
import sys
from collections.abc import Callable
from datetime import datetime

import click
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from dampipe.features.imports import errors
from dampipe.features.imports.cli_options import MISSING_PARTS, more_options, origin_of
from dampipe.features.imports.importers import Importer, importer_named, importer_names
from dampipe.features.imports.model import (
    LARGEST_ID,
    FileState,
    ImportFileReport,
    ImportReport,
    ImportRequest,
    SessionState,
)
from dampipe.features.imports.service import ImportService
from dampipe.features.sources.service import SourceService
from dampipe.kernel.access import LOCAL, Actor
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.arguments import WholeNumber, not_empty
from dampipe.kernel.faces.console import console, json_option, plural, print_json, say, service, table
from dampipe.kernel.paths import is_url
from dampipe.kernel.polling import IdleTimeout, poll

UNCLAIMED = 15.0
"""Seconds after which an import that no worker has claimed is reported."""
number_argument = click.argument("number", type=WholeNumber(1, LARGEST_ID))


@click.group(name="import")
def command() -> None:
    """Copy cards and folders into managed sources, verified, with a receipt."""


def _begin_command(name: str, importer: Importer) -> click.Command:
    """`dampipe import NAME ORIGIN`"""
    takes_parts = getattr(importer, "takes_parts", False)

    @click.argument(
        "origin",
        type=click.Path(),
        metavar=getattr(importer, "origin_metavar", "ORIGIN"),
        callback=not_empty,
        nargs=-1 if takes_parts else 1,
        required=True,
    )
    @click.option(
        "--to", "to", multiple=True, required=True, metavar="NAME_OR_PATH", callback=not_empty,
        help="A managed source, or a folder in one; a second one for a second copy.",
    )  # fmt: skip
    @click.option(
        "--pattern",
        default="",
        metavar="PATTERN",
        help=f"Where it is put; by default {importer.default_pattern}",
    )
    @click.option(
        "--wait", is_flag=True, help="Wait until it is over or cannot continue, and print the receipt."
    )
    @json_option
    def begin(
        origin: str | tuple[str, ...],
        to: tuple[str, ...],
        pattern: str,
        wait: bool,
        as_json: bool,
        include: tuple[str, ...] = (),
        allow_missing_parts: bool = False,
    ) -> None:
        names = {source.name for source in service(SourceService).reports(LOCAL)}
        places = tuple(one if one in names or is_url(one) else os.path.abspath(one) for one in to)
        imports = service(ImportService)
        include += (MISSING_PARTS,) if allow_missing_parts else ()
        report = imports.begin(
            LOCAL,
            ImportRequest(
                importer=name, origin=origin_of(importer, origin), to=places, pattern=pattern, include=include
            ),
        )
        if wait:
            _end(_followed(imports, report, quiet=as_json), as_json)
        elif as_json:
            print_json(report)
        else:
            click.echo(
                f"import {report.number} submitted; `dampipe import show {report.number}` shows how far it is"
            )

    for option in more_options(importer):
        begin = option(begin)
    return click.command(name=name, help=f"{importer.summary}\n\nThe origin is only read.")(begin)


for _name in importer_names():
    command.add_command(_begin_command(_name, importer_named(_name)))


def _followed(imports: ImportService, report: ImportReport, quiet: bool) -> ImportReport:
    """Wait until an import is over, paused or blocked; returns its report."""
    unclaimed = IdleTimeout(UNCLAIMED)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn())
    with Progress(
        *columns, console=console(), transient=True, disable=quiet or not sys.stdout.isatty()
    ) as bar:
        task = bar.add_task("waiting for a worker", total=None)
        for current in poll(lambda: imports.report(LOCAL, report.number), least=0.2, most=math.inf):
            if current.is_stopped:
                return current
            if current.progress is not None:
                bar.update(
                    task, description=current.progress.summary, completed=current.progress.done,
                    total=current.progress.total,
                )  # fmt: skip
            if current.state is not SessionState.WAITING or current.counts.inputs:
                unclaimed.reset()
            elif unclaimed.expired:
                click.echo(
                    f"dampipe: no worker has claimed import {report.number} yet: is a worker for the queue io "
                    "running? Still waiting; Ctrl-C leaves the import in place.",
                    err=True,
                )
                unclaimed = IdleTimeout(4 * UNCLAIMED)
    raise AssertionError("polling never ends")


def _end(report: ImportReport, as_json: bool) -> None:
    if as_json:
        print_json(report)
    else:
        _say(report)
    sys.exit(_code(report))


def _code(report: ImportReport) -> ExitCode:
    """The exit code of an import that has ended or cannot continue."""
    if report.state is SessionState.BLOCKED:
        full = report.problem_code == errors.DESTINATION_FULL.code
        return ExitCode.STORAGE_FULL if full else ExitCode.SUSPECT
    if not report.is_over:
        return ExitCode.OK
    whole = report.state is SessionState.DONE and report.adds_up and not report.counts.unexpected
    proved = not any(one.problem for one in report.manifests)
    must_be_safe = report.importer in importer_names() and importer_named(report.importer).proves_complete
    return (
        ExitCode.OK if whole and proved and (report.safe_to_format or not must_be_safe) else ExitCode.FAILURES
    )


def _say(report: ImportReport) -> None:
    """The receipt, or how far the import is."""
    counts = report.counts
    click.echo(f"import {report.number}: {report.importer} {report.origin}, {report.state}")
    for destination in report.destinations:
        click.echo(f"  to {destination}")
    if report.problem:
        click.echo(f"  {report.problem}")
    if not report.is_over and report.progress is not None:
        click.echo(f"  {report.progress.summary}")
    parts = [
        f"{counts.imported} imported",
        f"{counts.already_there} already there",
        f"{counts.set_aside} set aside",
    ]
    parts[2:2] = [f"{counts.metadata_used} metadata used"] if counts.metadata_used else []
    parts += [f"{counts.pending} without an outcome"] if counts.pending else []
    sums = (
        ""
        if report.adds_up is None
        else "; the receipt adds up"
        if report.adds_up
        else "; the receipt does not add up"
    )
    click.echo(f"{plural(counts.inputs, 'input')} = {' + '.join(parts)}{sums}")
    for reason, files in report.reasons.items():
        click.echo(f"  {reason}: {plural(files, 'file')}")
    if counts.set_aside:
        click.echo(f"`dampipe import show {report.number} --set-aside` lists what was set aside")
    for manifest in report.manifests:
        where = report.destinations[manifest.destination]
        if manifest.problem:
            click.echo(f"no ASC MHL proof at {where}: {manifest.problem}")
        elif manifest.left_out:
            click.echo(f"no ASC MHL at {where}: {manifest.left_out}")
        elif manifest.histories:
            click.echo(f"ASC MHL: {plural(manifest.files, 'file')} at {where}")
    if report.scan is not None:
        click.echo(f"scan {report.scan} takes the copies into the library")
    if report.safe_to_format:
        click.echo("safe to format: every file was read back from every destination")
    elif report.is_over and importer_named(report.importer).proves_complete:
        click.echo("NOT safe to format")


@command.command(name="list")
@click.option(
    "-n", "--limit", default=20, show_default=True, type=WholeNumber(1, 1000), help="Number of imports."
)
@json_option
def list_(limit: int, as_json: bool) -> None:
    """List imports, newest first."""
    found = service(ImportService).latest(LOCAL, limit)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no imports yet: `dampipe import card PATH --to NAME`")
    else:
        numbers = ["import", "inputs", "imported", "already there", "set aside"]
        rows = [
            (
                str(one.number),
                datetime.fromtimestamp(one.created_at).strftime("%d %b %H:%M"),
                one.state,
                *(
                    str(getattr(one.counts, name))
                    for name in ("inputs", "imported", "already_there", "set_aside")
                ),
                "safe to format" if one.safe_to_format else one.problem,
                one.origin,
            )
            for one in found
        ]
        say(
            table(
                ["import", "since", "state", *numbers[1:], "", "origin"],
                rows,
                right=numbers,
                alarm=["set aside"],
            )
        )


@command.command(name="show")
@number_argument
@click.option("--set-aside", is_flag=True, help="List the files that were not copied, and why.")
@click.option("--files", is_flag=True, help="List all files, with their outcomes and copies.")
@json_option
def show(number: int, set_aside: bool, files: bool, as_json: bool) -> None:
    """Show the receipt of an import, or how far it is.

    \b
    Exit codes: 0; 3 if it is over and the receipt does not add up.
    """
    imports = service(ImportService)
    report = imports.report(LOCAL, number)
    listed = None
    if set_aside or files:
        listed = imports.files(LOCAL, number, () if files else (FileState.SET_ASIDE,))
    if as_json:
        print_json(report if listed is None else listed)
    elif listed is None:
        _say(report)
    elif listed:
        say(table(["file", "bytes", "outcome", "", "copies"], map(_row, listed), right=["bytes"]))
    else:
        click.echo("none")
    sys.exit(ExitCode.FAILURES if report.adds_up is False else ExitCode.OK)


def _row(file: ImportFileReport) -> tuple[str, ...]:
    outcome = file.reason if file.state is FileState.SET_ASIDE else file.state.replace("_", " ")
    return file.path, str(file.size), outcome, file.detail, "\n".join(file.copies)


@command.command(name="pause")
@number_argument
@json_option
def pause(number: int, as_json: bool) -> None:
    """Stop an import within seconds; what is copied stays."""
    _do(service(ImportService).pause, number, as_json, f"`dampipe import resume {number}` continues it")


@command.command(name="resume")
@number_argument
@json_option
def resume(number: int, as_json: bool) -> None:
    """Continue a paused or blocked import at once."""
    _do(service(ImportService).resume, number, as_json, "")


@command.command(name="cancel")
@number_argument
@json_option
def cancel(number: int, as_json: bool) -> None:
    """End an import: what is copied stays, half-written files are deleted."""
    _do(service(ImportService).cancel, number, as_json, "what is copied stays")


def _do(action: Callable[[Actor, int], ImportReport], number: int, as_json: bool, hint: str) -> None:
    found = action(LOCAL, number)
    if as_json:
        print_json(found)
        return
    state = found.state if found.state in (SessionState.PAUSED, SessionState.CANCELLED) else "resumed"
    click.echo(f"import {number} {state}{f'; {hint}' if hint else ''}")
