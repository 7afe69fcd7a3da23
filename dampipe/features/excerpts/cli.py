"""`dampipe excerpt`"""

from pathlib import Path

import click

from dampipe.features.excerpts.model import ExcerptReport, ExcerptRequest
from dampipe.features.excerpts.service import ExcerptService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.console import json_option, plural, print_json, service
from dampipe.kernel.faces.release import release_options
from dampipe.kernel.paths import printable


@click.command(name="excerpt")
@click.argument("asset")
@click.option("--in", "start", required=True, metavar="TIME", help="Its first frame.")
@click.option("--out", "last", metavar="TIME", help="Its last frame, which is part of it.")
@click.option("--end", metavar="TIME", help="Instead of --out: the first frame after it.")
@click.option(
    "--handles",
    default="0s",
    show_default=True,
    metavar="LENGTH",
    help="How much more before and after it: 1s, or 12f for frames.",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="A file that does not exist, or a folder.",
)
@release_options
@json_option
def command(
    asset: str,
    start: str,
    last: str | None,
    end: str | None,
    handles: str,
    output: Path,
    territory: str,
    medium: str,
    reason: str,
    as_json: bool,
) -> None:
    """Copy a part of the original of ASSET, as it is: nothing is decoded, time code and sound tracks are kept.

    A TIME is seconds (12.5), ticks of a time base (300@1001/24000), or the time code of a frame (01:00:12:12).
    """
    if (end is None) == (last is None):
        raise click.UsageError("give --out or --end")
    request = ExcerptRequest(
        asset=asset,
        start=start,
        end=end,
        last=last,
        handles=handles,
        territory=territory,
        medium=medium,
        reason=reason,
    )
    report = service(ExcerptService).write(LOCAL, request, output)
    if as_json:
        print_json(report)
    else:
        say_report(report)


def say_report(report: ExcerptReport) -> None:
    """Print what was copied."""
    for warning in report.warnings:
        click.echo(f"warning: {printable(warning)}", err=True)
    what = "" if report.frames is None else f"{plural(report.frames, 'frame')} from "
    begin = report.timecode or f"{report.start:.3f} s"
    click.echo(f"{report.name}: {what}{begin}, {report.size / 1e6:.1f} MB")
    if report.fetched is not None:
        how = "the whole file" if report.whole else "parts of the file"
        click.echo(f"{report.fetched / 1e6:.1f} MB were fetched: {how}")
