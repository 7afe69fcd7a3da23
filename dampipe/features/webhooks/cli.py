"""`dampipe webhook add|list|test|replay|log|rotate|disable|enable|remove`"""

from datetime import datetime

import click

from dampipe.features.webhooks.model import (
    KEEP_SECRET_HOURS,
    DeliveryState,
    NewWebhook,
    ReplayRequest,
    WebhookReport,
    WebhookSecret,
)
from dampipe.features.webhooks.service import WebhookService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.arguments import Number, WholeNumber
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table


@click.group(name="webhook")
def command() -> None:
    """Send events to other systems over HTTP, signed by the Standard Webhooks specification."""


@command.command(name="add")
@click.argument("name")
@click.argument("url")
@click.option(
    "--event", "events", multiple=True, help="Only these events: a name, or a pattern such as asset.*."
)
@click.option(
    "--where", default="", metavar="QUERY", help="Of events about an asset only those whose asset it finds."
)
@json_option
def add(name: str, url: str, events: tuple[str, ...], where: str, as_json: bool) -> None:
    """Send events to URL from now on. Prints the secret that receivers check signatures with."""
    request = NewWebhook(name=name, url=url, events=events, where=where)
    _show_secret(service(WebhookService).add(LOCAL, request), as_json)


@command.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """List the webhooks, without their secrets."""
    found = service(WebhookService).all(LOCAL)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no webhooks yet: `dampipe webhook add NAME URL` adds one")
    else:
        rows = [
            (
                one.name,
                one.url,
                (", ".join(one.events) or "all") + (f" where {one.where}" if one.where else ""),
                _state(one),
                str(one.retrying),
                str(one.behind),
            )
            for one in found
        ]
        say(
            table(
                ["webhook", "url", "events", "state", "retrying", "behind"],
                rows,
                right=["retrying", "behind"],
            )
        )


@command.command(name="test")
@click.argument("name")
@json_option
def test(name: str, as_json: bool) -> None:
    """Send a test message now, and show the answer. The exit code is 3 if it was not accepted."""
    report = service(WebhookService).test(LOCAL, name)
    if as_json:
        print_json(report)
    elif report.accepted:
        click.echo(f"accepted with HTTP {report.status} in {report.seconds:.2f} s")
    else:
        click.echo(f"not accepted: {report.problem}")
    if not report.accepted:
        click.get_current_context().exit(ExitCode.FAILURES)


@command.command(name="replay")
@click.argument("name")
@click.option("--since", type=click.DateTime(), help="From this time on, by the clock of this machine.")
@click.option("--after", help="From the event after this one on: its id or number; 0: from the beginning.")
@json_option
def replay(name: str, since: datetime | None, after: str | None, as_json: bool) -> None:
    """Send events again that are in the log, under the same ids."""
    report = service(WebhookService).replay(LOCAL, name, ReplayRequest(since=since, after=after))
    if as_json:
        print_json(report)
        return
    click.echo(f"{plural(report.events, 'event')} after number {report.after} will be sent")
    if report.horizon is not None:
        time = datetime.fromtimestamp(report.horizon).strftime("%Y-%m-%d %H:%M:%S")
        click.echo(f"older events are missing: the log was cleared up to {time} (setting events_keep_days)")


@command.command(name="log")
@click.argument("name")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in DeliveryState]),
    help="Only deliveries in this state.",
)
@click.option("--limit", type=WholeNumber(1, 10_000), default=100, help="Most deliveries; default: 100.")
@json_option
def log(name: str, states: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Show the newest deliveries."""
    found = service(WebhookService).log(LOCAL, name, limit, [DeliveryState(state) for state in states])
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no deliveries yet")
    else:
        rows = [
            (
                datetime.fromtimestamp(one.updated_at).strftime("%Y-%m-%d %H:%M:%S"),
                str(one.seq),
                one.name,
                one.state.value,
                str(one.attempts),
                one.problem or (f"HTTP {one.status}" if one.status else ""),
            )
            for one in found
        ]
        say(
            table(
                ["time", "number", "event", "state", "attempts", "answer"], rows, right=["number", "attempts"]
            )
        )


@command.command(name="rotate")
@click.argument("name")
@click.option(
    "--keep-hours",
    type=Number(0, 8760),
    default=KEEP_SECRET_HOURS,
    help="Hours for which messages are signed with the old secret as well; default: 24.",
)
@json_option
def rotate(name: str, keep_hours: float, as_json: bool) -> None:
    """Make a new secret and print it."""
    _show_secret(service(WebhookService).rotate(LOCAL, name, keep_hours), as_json)


@command.command(name="disable")
@click.argument("name")
def disable(name: str) -> None:
    """Send no more events to a webhook; they are kept until it is enabled."""
    service(WebhookService).disable(LOCAL, name)
    click.echo(f"{name} is disabled; its events are kept")


@command.command(name="enable")
@click.argument("name")
def enable(name: str) -> None:
    """Send events of a disabled webhook again, from where it stopped."""
    service(WebhookService).enable(LOCAL, name)
    click.echo(f"{name} is enabled")


@command.command(name="remove")
@click.argument("name")
def remove(name: str) -> None:
    """Delete a webhook with its log of deliveries."""
    service(WebhookService).remove(LOCAL, name)
    click.echo(f"{name} is removed")


def _state(one: WebhookReport) -> str:
    if not one.disabled_at:
        return one.problem or "ok"
    return f"disabled by {one.disabled_by}" if one.disabled_by else f"disabled: {one.disabled_reason}"


def _show_secret(made: WebhookSecret, as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    click.echo(f"secret of {made.name}, which is not shown again: {made.secret}")
    if made.previous_valid_until is not None:
        time = datetime.fromtimestamp(made.previous_valid_until).strftime("%Y-%m-%d %H:%M:%S")
        click.echo(f"messages are signed with the old secret as well until {time}")
