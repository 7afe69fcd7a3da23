"""`dampipe share`"""

import sys
from datetime import datetime
from typing import Any, TypeVar

import click
from pydantic import BaseModel, ValidationError

from dampipe.features.collections.service import CollectionService
from dampipe.features.sharing.model import (
    MOST_DAYS,
    MOST_OPENS,
    Allow,
    ShareChange,
    ShareReport,
    ShareRequest,
)
from dampipe.features.sharing.service import ShareService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.arguments import Number, WholeNumber
from dampipe.kernel.faces.console import json_option, print_json, say, service, table

MOST_NUMBER = 2**31 - 1
Model = TypeVar("Model", bound=BaseModel)
number = click.argument("link", type=WholeNumber(1, MOST_NUMBER))
allow_option = click.option(
    "--allow",
    multiple=True,
    type=click.Choice([str(one) for one in Allow]),
    help="What guests may do besides looking: comment, download (proxies and stills), originals. May be given several "
    "times.",
)
move_option = click.option(
    "--move",
    "moves",
    multiple=True,
    metavar="TRANSITION",
    help="A transition of the workflow that guests may make, such as approve. May be given several times.",
)


@click.group(name="share")
def command() -> None:
    """Share assets and collections by links, with people who have no account."""


@command.command(name="create")
@click.argument("asset", required=False)
@click.option("--collection", metavar="COLLECTION", help="Share a collection, by its number, path or name.")
@click.option("--name", default="", help="What the link is called; default: as the asset or collection.")
@click.option("--message", default="", help="What guests read above what the link shows.")
@allow_option
@move_option
@click.option(
    "--password", is_flag=True, help="Ask for a password that guests need, or read it from standard input."
)
@click.option("--days", type=Number(0, MOST_DAYS, above=True), help="Days until it expires; default: never.")
@click.option(
    "--max-opens", type=WholeNumber(1, MOST_OPENS), help="How often it may be opened; default: any number."
)
@json_option
def create(
    asset: str | None,
    collection: str | None,
    name: str,
    message: str,
    allow: tuple[str, ...],
    moves: tuple[str, ...],
    password: bool,
    days: float | None,
    max_opens: int | None,
    as_json: bool,
) -> None:
    """Create a link to ASSET or to a collection, and print its address: this is the only time that it is shown."""
    request = _valid(
        ShareRequest,
        asset=asset,
        collection=None if collection is None else service(CollectionService).show(LOCAL, collection).id,
        name=name,
        message=message,
        allow=tuple(map(Allow, allow)),
        moves=moves,
        password=_password() if password else None,
        days=days,
        max_opens=max_opens,
    )
    made = service(ShareService).create(LOCAL, request)
    if as_json:
        print_json(made)
        return
    click.echo(made.address)
    click.echo(
        f"Send it with the address of this server before it. It is not shown again; "
        f"`dampipe share renew {made.id}` makes another one.",
        err=True,
    )


def _valid(kind: type[Model], **given: Any) -> Model:
    """A request of these values. Raises click.UsageError."""
    try:
        return kind(**given)
    except ValidationError as error:
        first = error.errors()[0]
        raise click.UsageError(f"{first['loc'][0]}: {first['msg']}") from None


def _password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


@command.command(name="list")
@click.option("--limit", type=WholeNumber(1, 1000), default=100, show_default=True, help="Links at most.")
@json_option
def list_(limit: int, as_json: bool) -> None:
    """List links, newest first, without their addresses."""
    found = service(ShareService).links(LOCAL, limit=limit)
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("nothing is shared yet: `dampipe share create ASSET` creates a link")
        return
    names = ["link", "name", "allows", "state", "opened", "expires", "by"]
    say(table(names, [_row(one) for one in found], right=["link", "opened"]))


def _row(share: ShareReport) -> tuple[str, ...]:
    return (
        str(share.id),
        share.name,
        " ".join([*share.allow, *share.moves]) or "view",
        share.state.replace("_", " "),
        str(share.opened) + (f" of {share.max_opens}" if share.max_opens else ""),
        _day(share.expires_at) or "never",
        share.created_by,
    )


@command.command(name="show")
@number
@json_option
def show(link: int, as_json: bool) -> None:
    """Show one link: what it allows, and how often it was opened."""
    _print(service(ShareService).show(LOCAL, link), as_json)


@command.command(name="change")
@number
@click.option("--name", help="Another name.")
@click.option("--message", help="Another message to guests; empty: none.")
@allow_option
@click.option("--no-allow", is_flag=True, help="Only look.")
@move_option
@click.option("--no-moves", is_flag=True, help="No transitions.")
@click.option(
    "--password", is_flag=True, help="Ask for a new password, which ends the sessions of all guests."
)
@click.option("--no-password", is_flag=True, help="Without a password.")
@click.option("--days", type=Number(0, MOST_DAYS, above=True), help="Days from now until it expires.")
@click.option("--no-expiry", is_flag=True, help="It does not expire.")
@click.option("--max-opens", type=WholeNumber(1, MOST_OPENS), help="How often it may be opened.")
@click.option("--no-max-opens", is_flag=True, help="As often as one likes.")
@json_option
def change(
    link: int,
    name: str | None,
    message: str | None,
    allow: tuple[str, ...],
    no_allow: bool,
    moves: tuple[str, ...],
    no_moves: bool,
    password: bool,
    no_password: bool,
    days: float | None,
    no_expiry: bool,
    max_opens: int | None,
    no_max_opens: bool,
    as_json: bool,
) -> None:
    """Change a link; what is not given stays. Guests feel it at their next request."""
    for one, other in (
        (allow, no_allow),
        (moves, no_moves),
        (password, no_password),
        (days, no_expiry),
        (max_opens, no_max_opens),
    ):
        if one and other:
            raise click.UsageError("an option and its --no- form exclude each other")
    given: dict[str, object] = {} if name is None else {"name": name}
    if message is not None:
        given["message"] = message
    if allow or no_allow:
        given["allow"] = tuple(map(Allow, allow))
    if moves or no_moves:
        given["moves"] = moves
    if password or no_password:
        given["password"] = _password() if password else None
    if days or no_expiry:
        given["days"] = days
    if max_opens or no_max_opens:
        given["max_opens"] = max_opens
    if not given:
        raise click.UsageError("say what is to change")
    _print(service(ShareService).change(LOCAL, link, _valid(ShareChange, **given)), as_json)


@command.command(name="revoke")
@number
@json_option
def revoke(link: int, as_json: bool) -> None:
    """Close a link: from now on it shows nothing. `dampipe undo` opens it again."""
    done = service(ShareService).revoke(LOCAL, link)
    if as_json:
        print_json(done)
        return
    click.echo(f"{done.name} revoked; `dampipe undo` opens it again")


@command.command(name="renew")
@number
@json_option
def renew(link: int, as_json: bool) -> None:
    """Give a link another address, and print it: the old one is void, and guests have to open the new one."""
    made = service(ShareService).renew(LOCAL, link)
    if as_json:
        print_json(made)
        return
    click.echo(made.address)


def _print(share: ShareReport, as_json: bool) -> None:
    if as_json:
        print_json(share)
        return
    target = f"collection {share.collection}" if share.collection else (share.asset or "(not visible)")
    rows = [
        ("name", share.name),
        ("shows", target),
        ("message", share.message or "none"),
        ("allows", " ".join(share.allow) or "view"),
        ("transitions", " ".join(share.moves) or "none"),
        ("state", share.state.replace("_", " ")),
        ("password", "yes" if share.password else "no"),
        ("expires", _day(share.expires_at) or "never"),
        ("opened", str(share.opened) + (f" of {share.max_opens}" if share.max_opens else "")),
        ("last opened", _day(share.opened_at) or "never"),
        ("guests", str(share.guests)),
        ("created", f"{_day(share.created_at)} by {share.created_by}"),
    ]
    say(table(["", ""], rows))


def _day(at: float | None) -> str:
    return "" if at is None else datetime.fromtimestamp(at).strftime("%Y-%m-%d %H:%M")
