"""`dampipe comment add|list|show|reply|resolve|reopen|edit|delete|mentions|export|import`"""

import sys
from datetime import datetime
from pathlib import Path

import click

from dampipe.features.alignment.model import Fate, TimeReport
from dampipe.features.review.drafts import parse_drawing
from dampipe.features.review.drawing import Drawing
from dampipe.features.review.exchange import CommentExchange
from dampipe.features.review.model import (
    MAX_LIMIT,
    Audience,
    CommentEdit,
    CommentExport,
    CommentKind,
    CommentPage,
    CommentQuery,
    CommentReport,
    CommentRequest,
    ReplyReport,
)
from dampipe.features.review.service import ReviewService
from dampipe.features.search.cli.timeline_file import write_timeline
from dampipe.features.timelines.file import read_file
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table
from dampipe.kernel.faces.release import release_options
from dampipe.kernel.paths import printable
from dampipe.timeline import format_of
from dampipe.timeline.marker import COLORS

NUMBER = WholeNumber(1, 2**31 - 1)


@click.group(name="comment")
def command() -> None:
    """Comment on assets, and resolve comments.

    An ASSET is a SHA-1, the first digits of it, the path of a file, or its name. A TIME is seconds (12.5), ticks of a
    time base (300@1001/24000) or time code (01:00:12:12). A COMMENT is the number of one.
    """


at_option = click.option(
    "--at", "start", metavar="TIME", help="The time that it is about; default: the whole asset."
)
to_option = click.option("--to", "end", metavar="TIME", help="The end of a span, which is not part of it.")
color_option = click.option("--color", type=click.Choice(COLORS), help="Of a marker.")
name_option = click.option("--name", help="Of a marker.")
drawing_option = click.option(
    "--drawing",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A drawing on the frame: a JSON file of shapes (docs/review.md).",
)
team_option = click.option("--team-only", is_flag=True, help="Guests of share links do not see it.")
if_version_option = click.option(
    "--if-version", type=NUMBER, help="Only if the comment still has this version."
)


@command.command(name="add")
@click.argument("asset")
@click.argument("text", default="")
@at_option
@to_option
@click.option("--marker", is_flag=True, help="Set a marker.")
@name_option
@color_option
@drawing_option
@team_option
@json_option
def add(
    asset: str,
    text: str,
    start: str | None,
    end: str | None,
    marker: bool,
    name: str | None,
    color: str | None,
    drawing: Path | None,
    team_only: bool,
    as_json: bool,
) -> None:
    """Comment on ASSET with TEXT, in which @name mentions a user; or set a marker."""
    request = CommentRequest(
        asset=asset,
        text=text,
        start=start,
        end=end,
        kind=CommentKind.MARKER if marker else CommentKind.COMMENT,
        name=name or "",
        color=color or "",
        drawing=_drawing(drawing),
        audience=_audience(team_only),
    )
    _show(service(ReviewService).add(LOCAL, request), as_json)


@command.command(name="list")
@click.argument("assets", nargs=-1, metavar="[ASSET]...")
@click.option("--open", "is_open", is_flag=True, help="Only what is not resolved.")
@click.option("--resolved", is_flag=True, help="Only what is resolved.")
@click.option(
    "--by", "author", default="", metavar="NAME", help="Only threads in which NAME wrote something."
)
@click.option("--guests", is_flag=True, help="Only threads in which a guest wrote something.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
    help="Only threads in which something happened since then, in the time of this machine.",
)
@click.option(
    "--kind", type=click.Choice([str(one) for one in CommentKind]), help="Only comments, or only markers."
)
@click.option("--limit", type=WholeNumber(1, MAX_LIMIT), default=100, show_default=True, help="Most threads.")
@click.option(
    "--after", metavar="NEXT", help="Where to go on: what the end of the last listing, or its JSON, says."
)
@json_option
def list_(
    assets: tuple[str, ...],
    is_open: bool,
    resolved: bool,
    author: str,
    guests: bool,
    since: datetime | None,
    kind: str | None,
    limit: int,
    after: str | None,
    as_json: bool,
) -> None:
    """List comments and markers: of one ASSET in the order of time, else newest first."""
    if is_open and resolved:
        raise click.UsageError("give --open or --resolved")
    state = False if is_open else True if resolved else None
    of_kind = None if kind is None else CommentKind(kind)
    review = service(ReviewService)
    if len(assets) == 1 and since is None and not guests:
        found = review.of_asset(
            LOCAL, assets[0], resolved=state, kind=of_kind, author=author, limit=limit, after=after
        )
    else:
        if after is not None and not after.isdecimal():
            raise click.UsageError("--after is not a number of a comment")
        query = CommentQuery(
            assets=assets,
            resolved=state,
            kind=of_kind,
            author=author,
            guests=guests,
            since=None if since is None else since.astimezone(),
            limit=limit,
            before=None if after is None else int(after),
        )
        found = review.find(LOCAL, query)
    if as_json:
        print_json(found)
    else:
        _list(found)


def _list(found: CommentPage) -> None:
    if not found.comments:
        click.echo("no comments")
        return
    rows = []
    for one in found.comments:
        state = ", ".join(filter(None, (_team(one), "resolved" if one.resolved_at else "")))
        where = one.now.text if one.now is not None else ""
        said = " ".join(
            filter(None, (one.name and f"[{one.name}]", one.text, "(drawing)" if one.drawing else ""))
        )
        rows.append((str(one.id), one.asset_name, _place(one), where, one.author_name, said, state))
        rows += [
            (str(reply.id), "", "", "", reply.author_name, f"↳ {reply.text}", _team(reply))
            for reply in one.replies
        ]
    say(table(["no", "file", "at", "now", "by", "comment", ""], rows, right=["no"]))
    more = f"; more: --after {found.next}" if found.next else ""
    click.echo(f"{plural(found.total, 'thread')}, {found.open} open{more}")


def _team(one: CommentReport | ReplyReport) -> str:
    return "team" if one.audience is Audience.TEAM else ""


def _place(one: CommentReport) -> str:
    """Where it is now, else where it was made."""
    place = one.now
    if place is None or one.start is None:
        return ""
    start, end = (place.start, place.end) if place.start is not None else (one.start, one.end)
    return _words(start) if end is None else f"{_words(start)} – {_words(end)}"


def _words(time: TimeReport) -> str:
    return time.timecode or f"{time.seconds:.3f} s"


@command.command(name="show")
@click.argument("comment", type=NUMBER)
@click.option("--svg", is_flag=True, help="Write its drawing as SVG.")
@json_option
def show(comment: int, svg: bool, as_json: bool) -> None:
    """Show the thread of COMMENT."""
    if svg:
        click.echo(service(ReviewService).svg(LOCAL, comment))
        return
    _show(service(ReviewService).show(LOCAL, comment), as_json)


def _show(one: CommentReport, as_json: bool) -> None:
    if as_json:
        print_json(one)
        return
    state = ", for the team" if one.audience is Audience.TEAM else ""
    state += f", resolved by {one.resolved_by}" if one.resolved_at else ""
    click.echo(f"{one.kind} {one.id} on {one.asset_name} by {one.author_name}{state}")
    if one.start is not None and one.now is not None:
        frame = f", frame {one.start.frame}" if one.start.frame is not None else ""
        end = "" if one.end is None else f" – {_words(one.end)}"
        click.echo(f"  at {_words(one.start)}{end}{frame}")
        if one.now.text:
            click.echo(f"  now: {one.now.text}{_left(one)}")
    if one.name:
        click.echo(f"  {one.name} ({one.color})" if one.color else f"  {one.name}")
    for line in one.text.splitlines():
        click.echo(f"  {line}")
    if one.drawing is not None:
        click.echo(f"  drawing of {plural(len(one.drawing.shapes), 'shape')}")
    for reply in one.replies:
        click.echo(f"  ↳ {reply.id} {reply.author_name}: {reply.text}")


def _left(one: CommentReport) -> str:
    """Where a comment is now; of one that is gone what is left around it."""
    place = one.now
    if place is None or place.fate is Fate.PENDING:
        return ""
    if place.start is not None:
        frame = f", frame {place.start.frame}" if place.start.frame is not None else ""
        return f", at {_words(place.start)}{frame}"
    left = [
        f"{side} it {_words(time)}"
        for side, time in (("before", place.before), ("after", place.after))
        if time is not None
    ]
    return f"; left {' and '.join(left)}" if left else ""


@command.command(name="reply")
@click.argument("comment", type=NUMBER)
@click.argument("text")
@team_option
@json_option
def reply(comment: int, text: str, team_only: bool, as_json: bool) -> None:
    """Answer COMMENT with TEXT."""
    _show(service(ReviewService).reply(LOCAL, comment, text, _audience(team_only)), as_json)


@command.command(name="resolve")
@click.argument("comments", type=NUMBER, nargs=-1, required=True, metavar="COMMENT...")
def resolve(comments: tuple[int, ...]) -> None:
    """Resolve the threads of COMMENTs."""
    for one in comments:
        done = service(ReviewService).resolve(LOCAL, one)
        click.echo(f"comment {done.id} is resolved")


@command.command(name="reopen")
@click.argument("comments", type=NUMBER, nargs=-1, required=True, metavar="COMMENT...")
def reopen(comments: tuple[int, ...]) -> None:
    """Open the threads of COMMENTs again."""
    for one in comments:
        done = service(ReviewService).reopen(LOCAL, one)
        click.echo(f"comment {done.id} is open")


@command.command(name="edit")
@click.argument("comment", type=NUMBER)
@click.argument("text", required=False)
@at_option
@to_option
@click.option("--whole", is_flag=True, help="Have it be about the whole asset.")
@name_option
@color_option
@drawing_option
@click.option("--no-drawing", is_flag=True, help="Delete its drawing.")
@click.option(
    "--team-only/--for-everyone", "team_only", default=None, help="Whether guests of share links see it."
)
@if_version_option
@json_option
def edit(
    comment: int,
    text: str | None,
    start: str | None,
    end: str | None,
    whole: bool,
    name: str | None,
    color: str | None,
    drawing: Path | None,
    no_drawing: bool,
    team_only: bool | None,
    if_version: int | None,
    as_json: bool,
) -> None:
    """Edit COMMENT, which was written on the command line."""
    if whole and (start or end):
        raise click.UsageError("give --whole or a time")
    change = CommentEdit(
        text=text,
        start=start,
        end=end,
        whole=whole,
        name=name,
        color=color,
        drawing=_drawing(drawing),
        no_drawing=no_drawing,
        audience=None if team_only is None else _audience(team_only),
        if_version=if_version,
    )
    _show(service(ReviewService).edit(LOCAL, comment, change), as_json)


@command.command(name="delete")
@click.argument("comment", type=NUMBER)
@if_version_option
def delete(comment: int, if_version: int | None) -> None:
    """Delete COMMENT with its replies; `dampipe undo` restores them."""
    done = service(ReviewService).delete(LOCAL, comment, if_version=if_version)
    more = f" with {plural(done.count - 1, 'reply', 'replies')}" if done.count > 1 else ""
    click.echo(f"comment {comment} was deleted{more}")


@command.command(name="mentions")
@click.option("--of", metavar="USER", help="Only those of this user.")
@click.option("--all", "is_all", is_flag=True, help="Also those that are marked as read.")
@click.option("--read", is_flag=True, help="Mark those of the user as read.")
@click.option(
    "--limit", type=WholeNumber(1, MAX_LIMIT), default=100, show_default=True, help="Most mentions."
)
@json_option
def mentions(of: str | None, is_all: bool, read: bool, limit: int, as_json: bool) -> None:
    """List comments that mention users, newest first."""
    if read and of is None:
        raise click.UsageError("--read needs --of")
    review = service(ReviewService)
    found = review.mentions(LOCAL, of=of, unread=not is_all, limit=limit)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no mentions")
    else:
        rows = [
            (
                str(one.comment),
                one.user,
                one.asset_name,
                one.author_name,
                one.text,
                "read" if one.read_at else "",
            )
            for one in found
        ]
        say(table(["no", "user", "file", "by", "comment", ""], rows, right=["no"]))
    if read:
        review.read_mentions(LOCAL, [one.comment for one in found], of=of)


@command.command(name="export")
@click.argument("assets", nargs=-1, required=True, metavar="ASSET...")
@click.option(
    "--to",
    "file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    required=True,
    help="The timeline: .otio, .fcpxml, .xml (Final Cut Pro 7), .edl or .csv.",
)
@click.option("--title", default="Comments", show_default=True, help="Name of the timeline.")
@click.option("--no-team", is_flag=True, help="Leave out what is for the team only.")
@release_options
def export(
    assets: tuple[str, ...],
    file: Path,
    title: str,
    no_team: bool,
    territory: str,
    medium: str,
    reason: str,
) -> None:
    """Write a timeline with a clip for each ASSET, whose markers are its comments."""
    use = {"territory": territory, "medium": medium, "reason": reason}
    request = CommentExport(assets=assets, format=format_of(file), title=title, team=not no_team, **use)
    rendered = service(CommentExchange).export(LOCAL, request)
    write_timeline(file, rendered.text)
    for warning in rendered.warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(f"{plural(rendered.clips, 'clip')} written to {printable(str(file))}")


@command.command(name="import")
@click.argument("cut", type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would be imported, and change nothing.")
@click.option("--team-only", is_flag=True, help="Guests of share links do not see what is new.")
@json_option
def import_(cut: Path, dry_run: bool, team_only: bool, as_json: bool) -> None:
    """Import the markers of a timeline as comments: .otio, .fcpxml, .xml (Final Cut Pro 7), .edl or .csv.

    Markers that were exported as comments are recognised: a changed text and new replies are taken, the rest stays. The
    exit code is 3 if something was left out.
    """
    done = service(CommentExchange).read(
        LOCAL, read_file(cut), format_of(cut), cut.name, audience=_audience(team_only), dry_run=dry_run
    )
    if as_json:
        print_json(done)
    else:
        parts = [
            plural(done.created, "new comment"),
            plural(done.replies, "new reply", "new replies"),
            f"{done.updated} changed",
            f"{done.unchanged} as they were",
        ]
        click.echo(", ".join(parts) + (" (nothing was written)" if dry_run else ""))
        for one in done.skipped:
            click.echo(f"left out: {plural(one.markers, 'marker')} of {one.clip}: {one.reason}")
    if done.skipped:
        sys.exit(ExitCode.FAILURES)


def _audience(is_team: bool) -> Audience:
    return Audience.TEAM if is_team else Audience.EVERYONE


def _drawing(path: Path | None) -> Drawing | None:
    if path is None:
        return None
    try:
        return parse_drawing(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        problem = getattr(error, "strerror", None) or "it is not UTF-8"
        raise click.UsageError(f"{printable(str(path))} cannot be read: {problem}") from None
