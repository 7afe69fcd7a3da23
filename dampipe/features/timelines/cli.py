"""`dampipe timeline match`"""

import sys
from pathlib import Path

import click

from dampipe.features.timelines.file import read_file
from dampipe.features.timelines.model import ClipMatch, MatchState, TimelineMatch
from dampipe.features.timelines.service import TimelineService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table
from dampipe.timeline import format_of


@click.group(name="timeline")
def command() -> None:
    """Work with timelines of editing programs."""


@command.command(name="match")
@click.argument("cut", type=click.Path(exists=True, path_type=Path))
@json_option
def match(cut: Path, as_json: bool) -> None:
    """Find the assets that a timeline uses: .otio, .fcpxml, .xml (Final Cut Pro 7), .edl or .csv.

    Each clip is listed with its asset, how it was found and how sure that is. The exit code is 7 if a clip has no asset,
    or may be of several.
    """
    found = service(TimelineService).match(LOCAL, read_file(cut), format_of(cut), cut.name)
    if as_json:
        print_json(found)
    else:
        _print(found)
    if found.ambiguous or found.unmatched:
        sys.exit(ExitCode.NOT_FOUND)


def _print(found: TimelineMatch) -> None:
    columns = ["clip", "name", "in", "out", "asset", "file", "found by", "sure"]
    say(table(columns, map(_row, found.clips), right=["clip"]))
    counts = f"{found.matched} matched with {plural(found.assets, 'asset')}"
    click.echo(
        f"{plural(len(found.clips), 'clip')}: {counts}, {found.ambiguous} ambiguous, {found.unmatched} unmatched"
    )


def _row(clip: ClipMatch) -> tuple[str, ...]:
    start = (str(clip.number), clip.name, clip.timecode_in, clip.timecode_out)
    if clip.state is MatchState.UNMATCHED:
        return (*start, "", "", "unmatched", clip.why)
    if clip.state is MatchState.AMBIGUOUS:
        listed = [one.path or one.asset for one in clip.assets]
        more = [f"and {clip.candidates - len(listed)} more"] if clip.candidates > len(listed) else []
        shown = "\n".join([*listed, *more])
        return (*start, "\n".join(one.asset[:12] for one in clip.assets), shown, "ambiguous", clip.why)
    [asset] = clip.assets
    return (*start, asset.asset[:12], asset.path, clip.why, str(clip.sure))
