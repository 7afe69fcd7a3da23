"""`dampipe tier restore|restores`"""

import click

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
    as_json: bool,
) -> None:
    """Have the archived files of ASSETs made readable for some days."""
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
    report = restores.request(LOCAL, request, accepted)
    if wait:
        for now in restores.wait(LOCAL, report.number):
            if not as_json and now != report:
                click.echo(f"{now.ready} of {now.files} files can be read", err=True)
            report = now
    if as_json:
        print_json(report)
    else:
        _say_report(report)
    if report.failed:
        click.get_current_context().exit(ExitCode.FAILURES)


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
