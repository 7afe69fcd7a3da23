"""`dampipe subclip add|set|list|show|delete|export`"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from pydantic import TypeAdapter, ValidationError

from dampipe.features.search.cli.timeline_file import write_timeline
from dampipe.features.subclips.export import SubclipExporter
from dampipe.features.subclips.model import (
    MOST_CREATED,
    NewSubclip,
    SubclipEdit,
    SubclipExport,
    SubclipQuery,
    SubclipReport,
    Values,
)
from dampipe.features.subclips.service import SubclipService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table
from dampipe.kernel.faces.release import release_options
from dampipe.kernel.paths import printable
from dampipe.timeline import format_of

_NEW = TypeAdapter(list[NewSubclip])
_number = click.argument("number", type=WholeNumber(1, 2**31 - 1))
_numbers = click.argument("numbers", nargs=-1, required=True, type=WholeNumber(1, 2**31 - 1))


@click.group(name="subclip")
def command() -> None:
    """Name spans of clips, describe, find and export them.

    A TIME is seconds (12.5), ticks of a time base (300@1001/24000), or the time code of a frame (01:00:12:12).
    """


def _pairs(_: click.Context, parameter: click.Parameter, given: Sequence[str]) -> tuple[tuple[str, str], ...]:
    found = []
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise click.BadParameter(f"{text!r} is not {parameter.metavar or 'FIELD=VALUE'}")
        found.append((name.strip(), value.strip()))
    return tuple(found)


def _fields(pairs: Sequence[tuple[str, str]]) -> Mapping[str, Values]:
    """Values by field; an empty value is none."""
    found: dict[str, Values] = {}
    for key, value in pairs:
        earlier = found.get(key)
        if not value:
            found.setdefault(key, None)
        elif earlier is None:
            found[key] = value
        else:
            found[key] = (*(earlier if isinstance(earlier, tuple) else (earlier,)), value)
    return found


_values = click.option(
    "-v",
    "--value",
    "values",
    multiple=True,
    metavar="FIELD=VALUE",
    callback=_pairs,
    help="A field of the schema and its value; may be repeated, also for several values of one field.",
)
_end = click.option("--end", metavar="TIME", help="The first frame after it, which is not part of it.")
_last = click.option(
    "--out",
    "last",
    metavar="TIME",
    help="Its last frame, which is part of it, as editing programs mark an out point.",
)


def _filters(decorated: Any) -> Any:
    """The options that say which subclips are meant."""
    options = (
        click.option("--asset", metavar="ASSET", help="Only of this asset, in the order of their times."),
        click.option("--text", default="", metavar="TEXT", help="Their name or note contains this."),
        click.option(
            "-f",
            "--field",
            "where",
            multiple=True,
            metavar="FIELD=VALUE",
            help="A comparison of a field, such as rating>=3; may be repeated.",
        ),
        click.option(
            "--filter",
            "filters",
            multiple=True,
            metavar="NAME=VALUE",
            callback=_pairs,
            help="A filter of a search that their asset passes; may be repeated.",
        ),
    )
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


def _query(
    asset: str | None, text: str, where: Sequence[str], filters: Sequence[tuple[str, str]]
) -> SubclipQuery:
    by_name: dict[str, tuple[str, ...]] = {}
    for name, value in filters:
        by_name[name] = (*by_name.get(name, ()), value)
    return SubclipQuery(asset=asset, text=text, where=tuple(where), filters=by_name)


@command.command(name="add")
@click.argument("asset", required=False)
@click.argument("name", required=False)
@click.option("--in", "start", metavar="TIME", help="Its first frame.")
@_last
@_end
@click.option("--note", default="", help="What there is to say about it.")
@_values
@click.option(
    "--from",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Create many at once, all or none: a JSON file with a list of objects with asset, start, end or last, name, "
    "note and fields.",
)
@json_option
def add(
    asset: str | None,
    name: str | None,
    start: str | None,
    last: str | None,
    end: str | None,
    note: str,
    values: Sequence[tuple[str, str]],
    file: Path | None,
    as_json: bool,
) -> None:
    """Create a subclip of ASSET called NAME, from --in to --out. Without --out and --end it is one frame."""
    if file is not None:
        if asset or name or start or last or end or note or values:
            raise click.UsageError("--from stands alone")
        found = service(SubclipService).create_many(LOCAL, _read(file))
    elif asset is None or name is None or start is None:
        raise click.UsageError("give ASSET, NAME and --in, or --from")
    else:
        new = NewSubclip(
            asset=asset, start=start, end=end, last=last, name=name, note=note, fields=_fields(values)
        )
        found = [service(SubclipService).create(LOCAL, new)]
    if as_json:
        print_json(found)
    elif len(found) == 1:
        click.echo(f"subclip {found[0].id}: {_line(found[0])}")
    else:
        click.echo(f"{plural(len(found), 'subclip')} created")


def _read(file: Path) -> list[NewSubclip]:
    try:
        found = _NEW.validate_python(json.loads(file.read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise click.UsageError(f"{printable(str(file))} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise click.UsageError(f"{printable(str(file))}: {place}: {first['msg']}") from error
    if not 0 < len(found) <= MOST_CREATED:
        raise click.UsageError(f"{printable(str(file))} has {len(found)} subclips: give 1 to {MOST_CREATED}")
    return found


@command.command(name="set")
@_number
@click.argument("fields", nargs=-1, metavar="[FIELD=VALUE]...", callback=_pairs)
@click.option("--name", help="Another name.")
@click.option("--note", help="Another note.")
@click.option("--in", "start", metavar="TIME", help="Another first frame.")
@_last
@_end
@click.option("--if-version", type=WholeNumber(1, 2**31 - 1), help="Only if this is still its version.")
@json_option
def set_(
    number: int,
    fields: Sequence[tuple[str, str]],
    name: str | None,
    note: str | None,
    start: str | None,
    last: str | None,
    end: str | None,
    if_version: int | None,
    as_json: bool,
) -> None:
    """Change the subclip NUMBER: FIELD=VALUE sets a field of the schema, FIELD= empties it."""
    edit = SubclipEdit(
        name=name,
        note=note,
        start=start,
        end=end,
        last=last,
        fields=_fields(fields),
        if_version=if_version,
    )
    if edit == SubclipEdit(if_version=if_version):
        raise click.UsageError("say what is to be changed")
    found = service(SubclipService).edit(LOCAL, number, edit)
    if as_json:
        print_json(found)
    else:
        click.echo(f"subclip {found.id}: {_line(found)}")


@command.command(name="show")
@_number
@json_option
def show(number: int, as_json: bool) -> None:
    """Show the subclip NUMBER."""
    found = service(SubclipService).get(LOCAL, number)
    if as_json:
        print_json(found)
        return
    rows = [
        ("name", found.name),
        ("asset", f"{found.asset_name} ({found.asset[:12]})"),
        ("span", _span(found)),
        ("frames", "" if found.start.frame is None else f"{found.start.frame} to {found.last.frame}"),
        ("now", found.carried.text),
        ("note", found.note),
        *((key, _text(value)) for key, value in found.fields.items()),
        ("created", f"{found.created_at:%Y-%m-%d %H:%M} by {found.created_by}"),
        ("changed", f"{found.changed_at:%Y-%m-%d %H:%M} by {found.changed_by}"),
        ("version", str(found.version)),
    ]
    say(table(["", ""], [row for row in rows if row[1]]))


@command.command(name="list")
@_filters
@click.option("--limit", default=100, show_default=True, type=WholeNumber(1, 1000))
@click.option("--after", help="Where the page before ended.")
@json_option
def list_(
    asset: str | None,
    text: str,
    where: Sequence[str],
    filters: Sequence[tuple[str, str]],
    limit: int,
    after: str | None,
    as_json: bool,
) -> None:
    """List subclips, newest first."""
    page = service(SubclipService).page(LOCAL, _query(asset, text, where, filters), limit, after)
    if as_json:
        print_json(page)
        return
    if not page.subclips:
        asked = asset or text or where or filters or after
        hint = "" if asked else ": `dampipe subclip add ASSET NAME --in TIME --out TIME` adds one"
        click.echo(f"no subclips{hint}")
        return
    rows = [
        (
            str(one.id),
            one.name,
            one.asset_name,
            _span(one),
            one.carried.text,
            ", ".join(f"{key} {_text(value)}" for key, value in one.fields.items()),
        )
        for one in page.subclips
    ]
    say(table(["number", "name", "asset", "first to last frame", "now", "fields"], rows, right=["number"]))
    if page.after is not None:
        click.echo(f"more: --after {page.after}")


@command.command(name="delete")
@_numbers
def delete(numbers: tuple[int, ...]) -> None:
    """Delete subclips; `dampipe undo` brings them back."""
    count = service(SubclipService).delete(LOCAL, dict.fromkeys(numbers)).deleted
    click.echo(f"{plural(count, 'subclip')} deleted")


@command.command(name="export")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.argument("numbers", nargs=-1, type=WholeNumber(1, 2**31 - 1))
@_filters
@click.option("--title", default="Subclips", show_default=True, help="Name of the timeline.")
@release_options
def export(
    file: Path,
    numbers: tuple[int, ...],
    asset: str | None,
    text: str,
    where: Sequence[str],
    filters: Sequence[tuple[str, str]],
    title: str,
    territory: str,
    medium: str,
    reason: str,
) -> None:
    """Write subclips as a timeline, a clip each: FILE ends in .otio, .fcpxml, .xml, .edl or .csv."""
    query = _query(asset, text, where, filters)
    request = SubclipExport(
        **dict(query.model_copy(update={"ids": numbers or None})),
        format=format_of(file),
        title=title,
        territory=territory,
        medium=medium,
        reason=reason,
    )
    rendered = service(SubclipExporter).export(LOCAL, request)
    write_timeline(file, rendered.text)
    for warning in rendered.warnings:
        click.echo(f"warning: {printable(warning)}", err=True)
    click.echo(f"{plural(rendered.clips, 'clip')} written to {printable(str(file))}")


def _span(found: SubclipReport) -> str:
    first, last = found.start.timecode, found.last.timecode
    if first is None or last is None:
        return f"{found.start.seconds:.3f} to {found.end.seconds:.3f} s"
    return f"{first} to {last}"


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _line(found: SubclipReport) -> str:
    fields = ", ".join(f"{key} {_text(value)}" for key, value in found.fields.items())
    return f"{found.name}, {_span(found)} of {found.asset_name}" + (f", {fields}" if fields else "")
