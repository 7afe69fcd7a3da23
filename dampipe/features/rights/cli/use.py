"""`dampipe rights explain` and `dampipe rights check`"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from dampipe.features.rights.model import PURPOSES
from dampipe.features.rights.reports import ClipRights, ClipVerdict, Explanation, TimelineRights, UseQuestion
from dampipe.features.rights.service import RightsService
from dampipe.features.rights.timeline import TimelineRightsService
from dampipe.features.timelines.file import read_file
from dampipe.features.timelines.model import MatchState, Sureness
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table
from dampipe.timeline import format_of

_HELP = {name: field.description for name, field in UseQuestion.model_fields.items()}


def _use_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a use in question."""
    for name in ("on", "medium", "territory"):
        command = click.option(f"--{name}", default="", metavar="TEXT", help=_HELP[name])(command)
    return click.option("--purpose", type=click.Choice(PURPOSES), help=_HELP["purpose"])(command)


def _question(use: dict[str, Any]) -> UseQuestion:
    return UseQuestion(**{name: value for name, value in use.items() if value})


@click.command(name="explain")
@click.argument("asset")
@_use_options
@json_option
def explain(asset: str, as_json: bool, **use: Any) -> None:
    """Say whether an asset may be used in a way, and why. The exit code is 15 if it may not."""
    found = service(RightsService).explain(LOCAL, asset, _question(use))
    if as_json:
        print_json(found)
    else:
        _print_explanation(found)
    if not found.allowed:
        sys.exit(ExitCode.NOT_LICENSED)


@click.command(name="check")
@click.argument("cut", type=click.Path(exists=True, path_type=Path))
@_use_options
@click.option("--allow-unknown", is_flag=True, help="Exit with 0 although clips are not in the library.")
@json_option
def check(cut: Path, allow_unknown: bool, as_json: bool, **use: Any) -> None:
    """List the clips of a timeline that may not be used in a way: .otio, .fcpxml, .xml, .edl or .csv.

    The exit code is 15 if there is any, else 7 if a clip is not in the library, so that nothing is known of it.
    """
    found = service(TimelineRightsService).check(
        LOCAL, read_file(cut), format_of(cut), _question(use), cut.name
    )
    if as_json:
        print_json(found)
    else:
        _print_clips(found)
    if found.refused:
        sys.exit(ExitCode.NOT_LICENSED)
    if found.unknown and not allow_unknown:
        sys.exit(ExitCode.NOT_FOUND)


def _print_explanation(found: Explanation) -> None:
    where = [part for part in (found.territory, found.medium, found.purpose) if part]
    use = ", ".join(where) or "any use"
    click.echo(f"{found.name}: {'allowed' if found.allowed else 'NOT allowed'} ({use}; {found.on})")
    for one in found.objections:
        click.echo(f"  {'refused' if one.refuses else 'note'}: {one.detail}")
        if one.refuses and one.hint:
            click.echo(f"    {one.hint}")
    for licence in found.licences:
        until = f", until {licence.expires.replace('T', ' ')} {licence.zone}" if licence.expires else ""
        click.echo(f"  licence {licence.name}: {licence.title}, {licence.state}{until}")
    if not found.licences:
        click.echo("  no licence")


def _print_clips(found: TimelineRights) -> None:
    listed = [one for one in found.clips if one.verdict is not ClipVerdict.ALLOWED]
    if listed:
        say(table(["clip", "name", "in", "out", "verdict", "why"], map(_row, listed), right=["clip"]))
    click.echo(
        f"{plural(len(found.clips), 'clip')}: {found.allowed} allowed, {found.warned} with a warning, "
        f"{found.refused} refused, {found.unknown} not in the library"
    )


def _row(one: ClipRights) -> tuple[str, ...]:
    clip = one.clip
    reasons = [objection.detail for objection in one.objections]
    if not reasons or clip.sure is Sureness.POSSIBLE or clip.state is MatchState.AMBIGUOUS:
        reasons.append(clip.why)
    return (
        str(clip.number),
        clip.name,
        clip.timecode_in,
        clip.timecode_out,
        str(one.verdict),
        "\n".join(dict.fromkeys(reasons)),
    )
