"""`dampipe events`"""

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

import click

from dampipe.features.events.model import LATEST, EventPage, EventQuery
from dampipe.features.events.service import PAGE, EventService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.events.log import Event, Horizon
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import service
from dampipe.kernel.faces.stdio import takes_all


@click.group(name="events", invoke_without_command=True)
@click.option("-f", "--follow", is_flag=True, help="Go on with new events as they come, until Ctrl-C.")
@click.option("--asset", metavar="ASSET", help="Only about this asset: SHA-1, its first digits, or a path.")
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="NAME",
    help="Only events of this name, such as asset.* or stage.failed.",
)
@click.option(
    "--since",
    metavar="WHEN",
    help="All since then: 7d, 12h, 30m, a time such as 2026-05-01T12:30, or the number of an event.",
)
@click.option(
    "-n",
    "--limit",
    default=LATEST,
    show_default=True,
    type=WholeNumber(0),
    help="Number of events, the newest; without --since.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one event a line, for programs.")
@click.pass_context
def command(
    context: click.Context,
    follow: bool,
    asset: str | None,
    names: tuple[str, ...],
    since: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Show what happened, the newest last: number, time, event, asset, what it says."""
    if context.invoked_subcommand is not None:
        return
    events = service(EventService)
    query = EventQuery(since=since, asset=asset, names=names, limit=PAGE if since else limit)
    show = _json if as_json else _line
    with suppress(KeyboardInterrupt):
        for page in _stored(events, query):
            for event in page.events:
                click.echo(show(event))
        if follow:
            sys.stdout.flush()
            for event in events.follow(LOCAL, query, page.next):
                click.echo(show(event))
                sys.stdout.flush()


@command.command(name="skip")
@click.argument("subscriber")
@click.option(
    "--event",
    "seq",
    metavar="NUMBER",
    type=WholeNumber(1, (1 << 63) - 1),
    help="Skip no other event than this.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def skip(subscriber: str, seq: int | None, as_json: bool) -> None:
    """Move SUBSCRIBER past the event at which it fails; it never gets that event."""
    event = service(EventService).skip(LOCAL, subscriber, seq)
    click.echo(_json(event) if as_json else f"{subscriber} skips: {_line(event)}")


def _stored(events: EventService, query: EventQuery) -> Iterator[EventPage]:
    """What there is already; a line on standard error where some of it was deleted."""
    page = events.page(LOCAL, query)
    if page.horizon:
        click.echo(_deleted(page.horizon), err=True)
    yield page
    while query.since is not None and len(page.events) == query.limit:
        page = events.page(LOCAL, query.model_copy(update={"since": str(page.next)}))
        yield page


def _deleted(horizon: Horizon) -> str:
    when = datetime.fromtimestamp(horizon.at).strftime("%Y-%m-%d %H:%M:%S")
    return f"some events up to number {horizon.seq} of {when} were deleted, since they are older than they are kept"


def _json(event: Event) -> str:
    return json.dumps(event.model_dump(), ensure_ascii=not takes_all())


def _line(event: Event) -> str:
    when = datetime.fromtimestamp(event.at).strftime("%Y-%m-%d %H:%M:%S")
    said = [
        f"{name}={_value(value)}" for name, value in event.data.items() if value not in (None, "", [], {})
    ]
    by = [] if event.actor == "worker" else [f"by {event.actor}"]
    asset = (event.sha1 or "")[:8] or "-"
    return "  ".join([str(event.seq), when, f"{event.name:<14}", f"{asset:<8}", *by, *said])


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
