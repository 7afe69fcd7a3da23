"""`dampipe tier restore|restores`"""

from pathlib import Path

import click

from dampipe.features.excerpts.cli import say_report
from dampipe.features.excerpts.model import ExcerptRequest
from dampipe.features.excerpts.service import ExcerptService
from dampipe.features.tiers.cli.words import hours, local_time, money, size
from dampipe.features.tiers.restoring.model import (
    LONGEST,
    Estimate,
    FileState,
    RestoreReport,
    RestoreRequest,
    Speed,
)
from dampipe.features.tiers.restoring.service import RestoreService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table


@click.command(name="restore")
@click.argument("assets", nargs=-1, metavar="[ASSET]...")
@click.option("--where", metavar="QUERY", help="Instead of assets: all that this query finds.")
@click.option("--waiting", is_flag=True, help="Instead of assets: all files that wait to be processed.")
@click.option(
    "--speed",
    "--tier",
    type=click.Choice([str(one) for one in Speed]),
    default=str(Speed.BULK),
    show_default=True,
    help="The slower, the cheaper.",
)
@click.option(
    "--days",
    type=WholeNumber(1, LONGEST),
    default=7,
    show_default=True,
    help="How long they stay readable.",
)
@click.option("--dry-run", is_flag=True, help="Only say what it would cost.")
@click.option("--yes", is_flag=True, help="Accept any cost.")
@click.option("--wait", is_flag=True, help="Wait until the files can be read.")
@click.option(
    "--in", "start", metavar="TIME", help="Of one ASSET: wait, then copy the part from this frame on."
)
@click.option("--out", "last", metavar="TIME", help="The last frame of the part.")
@click.option("--end", metavar="TIME", help="Instead of --out: the first frame after the part.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file of the part, or its folder.")
@json_option
def restore(
    assets: tuple[str, ...],
    where: str | None,
    waiting: bool,
    speed: str,
    days: int,
    dry_run: bool,
    yes: bool,
    wait: bool,
    start: str | None,
    last: str | None,
    end: str | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Have the archived files of ASSETs made readable for some days.

    With --in, --out and -o, the part of one ASSET is copied once its file can be read, as `dampipe excerpt` does.
    """
    part = _part(assets, start, last, end, output)
    filters = {} if where is None else {"where": (where,)}
    request = RestoreRequest(assets=assets, filters=filters, waiting=waiting, speed=Speed(speed), days=days)
    restores = service(RestoreService)
    estimate = restores.estimate(LOCAL, request)
    if as_json and dry_run:
        print_json(estimate)
        return
    if not as_json:
        _say_estimate(estimate, speed)
    if dry_run:
        return
    accepted = None if yes else max(estimate.cost.values(), default=0.0)
    if estimate.cost and not yes:
        click.confirm(
            f"Restore {plural(estimate.files, 'file')} for {money(estimate.cost)}?", abort=True, err=as_json
        )
    if part is not None and not estimate.files and not estimate.restoring:  # it can be read already
        _copy(part, as_json)
        return
    report = restores.request(LOCAL, request, accepted)
    if wait or part is not None:
        for now in restores.wait(LOCAL, report.number):
            if not as_json and now != report:
                click.echo(f"{now.ready} of {now.files} files can be read", err=True)
            report = now
    if part is not None and not report.failed:
        _copy(part, as_json)
        return
    if as_json:
        print_json(report)
    else:
        _say_report(report)
    if report.failed:
        click.get_current_context().exit(ExitCode.FAILURES)


def _part(
    assets: tuple[str, ...], start: str | None, last: str | None, end: str | None, output: Path | None
) -> tuple[ExcerptRequest, Path] | None:
    """What is to be copied once it can be read; None: nothing."""
    if start is None and last is None and end is None and output is None:
        return None
    if len(assets) != 1 or start is None or output is None or (last is None) == (end is None):
        raise click.UsageError("to copy a part, give one ASSET, --in, --out or --end, and -o")
    return ExcerptRequest(asset=assets[0], start=start, last=last, end=end), output


def _copy(part: tuple[ExcerptRequest, Path], as_json: bool) -> None:
    report = service(ExcerptService).write(LOCAL, *part)
    if as_json:
        print_json(report)
    else:
        say_report(report)


def _say_estimate(estimate: Estimate, speed: str) -> None:
    if estimate.files:
        duration = "" if estimate.hours is None else f", in {hours(estimate.hours)}"
        click.echo(
            f"{plural(estimate.files, 'file')} ({size(estimate.bytes)}) to restore at the speed {speed}: "
            f"{money(estimate.cost)}{duration}"
        )
        if estimate.egress:
            click.echo(f"fetching them afterwards costs {money(estimate.egress)}")
    if estimate.restoring:
        click.echo(f"{plural(estimate.restoring, 'file')} being restored already")
    if estimate.at_hand:
        click.echo(f"{plural(estimate.at_hand, 'file')} can be read without that")
    for place in estimate.offline:
        label = place.label or "it has no label"
        click.echo(f"{plural(place.files, 'file')} on a medium to be fetched: {place.source} ({label})")
    if estimate.missing:
        click.echo(f"{plural(estimate.missing, 'asset')} without a file that can be had")


def _say_report(report: RestoreReport) -> None:
    if report.finished_at is None:
        when = "" if report.expected_at is None else f"; expected by {local_time(report.expected_at)}"
        click.echo(
            f"restore {report.number}: {report.ready} of {report.files} files can be read{when}; "
            f"`dampipe tier restores {report.number}` says how far it is"
        )
    else:
        failed = f", {report.failed} failed" if report.failed else ""
        click.echo(f"restore {report.number}: {report.ready} of {report.files} files can be read{failed}")


@click.command(name="restores")
@click.argument("number", type=WholeNumber(1), required=False)
@json_option
def restores(number: int | None, as_json: bool) -> None:
    """The restores, newest first, or the files of the one with a NUMBER."""
    found = service(RestoreService)
    if number is None:
        reports = found.latest(LOCAL)
        if as_json:
            print_json(reports)
        elif not reports:
            click.echo("nothing was restored yet: `dampipe tier restore ASSET`")
        else:
            rows = [
                (
                    str(one.number), local_time(one.created_at), str(one.speed), size(one.bytes), str(one.files),
                    str(one.ready), str(one.failed), "done" if one.finished_at is not None else _expected(one),
                )
                for one in reports
            ]  # fmt: skip
            numbers = ["size", "files", "ready", "failed"]
            say(table(["restore", "asked at", "speed", *numbers, ""], rows, right=["restore", *numbers]))
        return
    report = found.report(LOCAL, number)
    files = found.files(LOCAL, number, limit=1000)
    if as_json:
        print_json(files)
        return
    _say_report(report)
    for file in files:
        until = "" if file.restored_until is None else f" until {local_time(file.restored_until)}"
        state = {
            FileState.WANTED: "waits to be asked for",
            FileState.ASKED: "is being restored",
            FileState.READY: f"can be read{until}",
            FileState.FAILED: file.detail,
        }[file.state]
        click.echo(f"{file.place or file.name}: {state}")


def _expected(report: RestoreReport) -> str:
    return "running" if report.expected_at is None else f"by {local_time(report.expected_at)}"
