"""`dampipe access`"""

import os

import click

from dampipe.features.access.service import AccessService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.console import json_option, print_json, say, service, table
from dampipe.kernel.paths import normal_path


def _place(what: str) -> str:
    """An argument that names a folder here, as an absolute path, or a URL."""
    return normal_path(what) if os.sep in what else what


@click.group(name="access")
def command() -> None:
    """Say which footage users see, and why."""


@command.command(name="grant")
@click.argument("to", metavar="USER|role:ROLE")
@click.argument("what", metavar="SOURCE|FOLDER|everything")
@json_option
def grant(to: str, what: str, as_json: bool) -> None:
    """Let a user, or everybody with a role or a higher one, see footage. Managers and admins see everything."""
    made = service(AccessService).grant(LOCAL, to, _place(what))
    if as_json:
        print_json(made)
        return
    click.echo(f"{made.to} may see {made.what}")


@command.command(name="revoke")
@click.argument("to", metavar="USER|role:ROLE")
@click.argument("what", metavar="SOURCE|FOLDER|everything")
def revoke(to: str, what: str) -> None:
    """Take a grant back."""
    service(AccessService).revoke(LOCAL, to, _place(what))
    click.echo(f"{to} may no longer see {what} by this grant")


@command.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """List what users and roles may see."""
    found = service(AccessService).grants(LOCAL)
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo(
            "nothing is granted yet: `dampipe access grant WHO WHAT`; managers and admins see everything"
        )
        return
    say(table(["to", "may see"], [(one.to, one.what) for one in found]))


@command.command(name="explain")
@click.argument("user")
@click.argument("asset")
@json_option
def explain(user: str, asset: str, as_json: bool) -> None:
    """Say why USER sees ASSET (SHA-1, its first digits, or a path), or does not."""
    found = service(AccessService).explain(LOCAL, user, asset)
    if as_json:
        print_json(found)
        return
    sees = "sees" if found.visible else "does not see"
    click.echo(f"{found.user} ({found.role}) {sees} {found.asset}")
    for reason in found.reasons:
        click.echo(f"  {reason}")
