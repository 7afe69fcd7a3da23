"""`dampipe user`"""

import sys
from datetime import datetime

import click

from dampipe.features.access.model import ROLES, UserReport, UserRequest, parse_role
from dampipe.features.access.service import AccessService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table

role_choice = click.Choice(ROLES)


def ask_password() -> str:
    """From the terminal without an echo, twice; or the first line of standard input where it is none."""
    if sys.stdin.isatty():
        return str(click.prompt("password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


@click.group(name="user")
def command() -> None:
    """Add, change and remove users, or end their sessions."""


@command.command(name="add")
@click.argument("name")
@click.option("--role", type=role_choice, default="viewer", show_default=True, help="What the user may do.")
@click.option("--no-password", is_flag=True, help="Add a user who has tokens only.")
@click.option(
    "--sees", multiple=True, metavar="SOURCE|FOLDER",
    help="What the user may see: the name of a source, or an absolute path; default: everything.",
)  # fmt: skip
@json_option
def add(name: str, role: str, no_password: bool, sees: tuple[str, ...], as_json: bool) -> None:
    """Add a user. The password is asked for, or read from standard input: its first line."""
    password = None if no_password else ask_password()
    request = UserRequest(name=name, role=parse_role(role), password=password, sees=sees or None)
    made = service(AccessService).add_user(LOCAL, request)
    if as_json:
        print_json(made)
        return
    click.echo(f"{made.name} added, {made.role}")


@command.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """List all users."""
    found = service(AccessService).users(LOCAL)
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("no users yet: `dampipe user add NAME` adds one; from then on the page needs a login")
        return
    say(
        table(
            ["user", "role", "sessions", "logs in with", "since", "last here"],
            [_row(one) for one in found],
            right=["sessions"],
        )
    )


def _row(user: UserReport) -> tuple[str, ...]:
    ways = [*(["password"] if user.password else []), *user.logins]
    state = "disabled" if user.disabled else ", ".join(ways) or "tokens only"
    since = datetime.fromtimestamp(user.created_at).strftime("%Y-%m-%d")
    used = "" if user.last_used_at is None else f"{datetime.fromtimestamp(user.last_used_at):%Y-%m-%d %H:%M}"
    return user.name, str(user.role), str(user.sessions), state, since, used or "never"


@command.command(name="password")
@click.argument("name")
def password(name: str) -> None:
    """Set the password of a user, 8 characters at least; all sessions of the user end."""
    service(AccessService).change_user(LOCAL, name, password=ask_password())
    click.echo(f"password of {name} changed; all sessions of {name} have ended")


@command.command(name="role")
@click.argument("name")
@click.argument("role", type=role_choice)
def role_(name: str, role: str) -> None:
    """Give a user another role."""
    changed = service(AccessService).change_user(LOCAL, name, role=parse_role(role))
    click.echo(f"{changed.name} is {changed.role} now")


@command.command(name="disable")
@click.argument("name")
def disable(name: str) -> None:
    """Let a user log in no more; all sessions end, and tokens of the user are refused."""
    changed = service(AccessService).change_user(LOCAL, name, disabled=True)
    click.echo(f"{changed.name} is disabled")


@command.command(name="enable")
@click.argument("name")
def enable(name: str) -> None:
    """Let a user who was disabled log in again."""
    changed = service(AccessService).change_user(LOCAL, name, disabled=False)
    click.echo(f"{changed.name} is enabled")


@command.command(name="logout")
@click.argument("name")
def logout(name: str) -> None:
    """End all sessions of a user."""
    count = service(AccessService).log_out(LOCAL, name)
    click.echo(f"{plural(count, 'session')} of {name} ended")


@command.command(name="remove")
@click.argument("name")
def remove(name: str) -> None:
    """Remove a user with sessions, tokens and grants."""
    service(AccessService).remove_user(LOCAL, name)
    click.echo(f"{name} removed")
