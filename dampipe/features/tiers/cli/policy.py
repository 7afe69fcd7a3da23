"""`dampipe tier policy check|apply|show|history`"""

from pathlib import Path

import click

from dampipe.features.tiers.cli.words import local_time
from dampipe.features.tiers.errors import POLICY_INVALID
from dampipe.features.tiers.plan_reports import CheckedPolicy
from dampipe.features.tiers.service import TierService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table

_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def policy() -> None:
    """Say which verified copies assets must have, and where."""


@policy.command(name="check")
@_file
@json_option
def check(file: Path, as_json: bool) -> None:
    """Say what the rules of a TOML file find now. Nothing is changed."""
    found = service(TierService).check_policy(LOCAL, _text(file))
    if as_json:
        print_json(found)
    else:
        _say_checked(found)


@policy.command(name="apply")
@_file
@json_option
def apply(file: Path, as_json: bool) -> None:
    """Put the policy of a TOML file in force. Nothing is moved: see `dampipe tier plan`."""
    made = service(TierService).apply_policy(LOCAL, _text(file))
    if as_json:
        print_json(made)
    else:
        click.echo(
            f"policy {made.number} is in force: {plural(len(made.rules), 'rule')}; "
            "`dampipe tier plan` shows what it would move"
        )


@policy.command(name="show")
@click.argument("number", type=WholeNumber(1), required=False)
@json_option
def show(number: int | None, as_json: bool) -> None:
    """Print the policy in force, or the one with a NUMBER."""
    found = service(TierService).policy(LOCAL, number)
    if as_json:
        print_json(found)
    else:
        click.echo(found.toml, nl=not found.toml.endswith("\n"))


@policy.command(name="history")
@click.option(
    "-n", "--limit", default=20, show_default=True, type=WholeNumber(1, 1000), help="Number of policies."
)
@json_option
def history(limit: int, as_json: bool) -> None:
    """List the policies that were applied, newest first."""
    found = service(TierService).history(LOCAL, limit)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no policy yet: `dampipe tier policy apply FILE`")
    else:
        rows = [
            (
                str(one.number),
                local_time(one.created_at),
                one.actor,
                "in force" if one.is_in_force else "",
                ", ".join(one.rules),
            )
            for one in found
        ]
        say(table(["policy", "applied at", "by", "", "rules"], rows, right=["policy"]))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise InvalidInput(POLICY_INVALID, problems=f"the file cannot be read: {error}") from error


def _say_checked(found: CheckedPolicy) -> None:
    rows = [(one.rule, str(one.assets)) for one in found.rules]
    rows.append(("(no rule)", str(found.others)))
    say(table(["rule", "assets"], rows, right=["assets"]))
    for one in found.rules:
        for warning in one.warnings:
            click.echo(f"{one.rule}: {warning}")
