"""`dampipe upload list|delete`: files are uploaded in the page."""

import click

from dampipe.features.uploads.model import LARGEST_ID, UploadReport
from dampipe.features.uploads.service import UploadService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table


@click.group(name="upload")
def command() -> None:
    """List and delete what was uploaded in the page."""


@command.command("list")
@click.option("--limit", type=WholeNumber(1, 1000), default=20, show_default=True, help="The newest uploads.")
@json_option
def list_uploads(limit: int, as_json: bool) -> None:
    """List uploads of everybody, newest first."""
    found = service(UploadService).latest(LOCAL, everybody=True, limit=limit)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("nothing was uploaded yet; the page uploads files: Work, Upload")
    else:
        rows = [
            (
                str(one.number),
                f"{one.created_at:%Y-%m-%d %H:%M}",
                one.actor,
                one.to,
                one.state.value,
                _files(one),
            )
            for one in found
        ]
        say(table(["upload", "at", "by", "to", "state", "files"], rows, right=["upload"]))


def _files(report: UploadReport) -> str:
    if report.counts is None:
        return f"{report.complete} of {plural(report.files, 'file')} complete"
    counts = report.counts
    return f"{counts.imported} imported, {counts.already_there} there before, {counts.set_aside} set aside"


@command.command("delete")
@click.argument("number", type=WholeNumber(1, LARGEST_ID))
def delete(number: int) -> None:
    """Delete upload NUMBER, with the files that are not in a source yet."""
    service(UploadService).delete(LOCAL, number)
    click.echo(f"upload {number} is deleted")
