"""`dampipe token`"""

from datetime import datetime

import click

from dampipe.features.access.model import TokenReport, TokenRequest
from dampipe.features.access.service import AccessService, Scopes
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.arguments import Number
from dampipe.kernel.faces.console import json_option, print_json, say, service, table


@click.group(name="token")
def command() -> None:
    """Create, list and revoke tokens for programs."""


@command.command(name="create")
@click.argument("name")
@click.option(
    "--for", "scopes", required=True, metavar="SCOPES",
    help="What the token may do, as in --for \"search read\"; `dampipe token scopes` lists the scopes.",
)  # fmt: skip
@click.option(
    "--user", help="Whose rights on footage it has, and whose role it never exceeds; default: every asset."
)
@click.option("--days", type=Number(0, 36500, above=True), help="Days until it expires; default: never.")
@json_option
def create(name: str, scopes: str, user: str | None, days: float | None, as_json: bool) -> None:
    """Create a token and print it: this is the only time that it is shown."""
    listed = tuple(scopes.replace(",", " ").split())
    made = service(AccessService).create_token(
        LOCAL, TokenRequest(name=name, scopes=listed, user=user, days=days)
    )
    if as_json:
        print_json(made)
        return
    click.echo(made.token)
    click.echo("Send it as `Authorization: Bearer TOKEN`. It is not shown again.", err=True)


@command.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """List all tokens, without the tokens themselves."""
    found = service(AccessService).tokens(LOCAL)
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("no tokens yet: `dampipe token create NAME` creates one")
        return
    say(table(["token", "scopes", "user", "created", "expires", "last used"], [_row(one) for one in found]))


def _row(token: TokenReport) -> tuple[str, ...]:
    used = _day(token.last_used_at) or "never"
    return (
        token.name,
        " ".join(token.scopes),
        token.user or "",
        _day(token.created_at),
        _day(token.expires_at),
        used,
    )


def _day(at: float | None) -> str:
    return "" if at is None else datetime.fromtimestamp(at).strftime("%Y-%m-%d %H:%M")


@command.command(name="scopes")
@json_option
def scopes_(as_json: bool) -> None:
    """List all scopes, with the least role that has each."""
    rows = [(one.name, str(one.least), one.summary) for one in service(Scopes)]
    if as_json:
        print_json([{"scope": name, "role": role, "summary": summary} for name, role, summary in rows])
        return
    say(table(["scope", "role", "meaning"], rows))


@command.command(name="revoke")
@click.argument("name")
def revoke(name: str) -> None:
    """Revoke a token: from now on it is refused."""
    service(AccessService).revoke_token(LOCAL, name)
    click.echo(f"{name} revoked")
