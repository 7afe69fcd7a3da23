"""`dampipe metadata get|set|add|remove|unset|clear|history|undo|operations|fields`"""

from collections.abc import Callable
from typing import Any, TypeVar

import click
from pydantic import ValidationError

from dampipe.features.metadata.cli.table import export, import_
from dampipe.features.metadata.model import BulkEdit, EditReport, PreviewReport, ValueReport
from dampipe.features.metadata.service import MetadataService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table

T = TypeVar("T", bound=Callable[..., Any])


@click.group(name="metadata")
def command() -> None:
    """Show and edit the metadata of assets: SHA-1, its first digits, or the path of a file."""


def _edits(decorated: T) -> T:
    """The options of all commands that edit."""
    options = (
        click.argument("assets", nargs=-1),
        click.option(
            "--filter",
            "filters",
            multiple=True,
            metavar="NAME=VALUE",
            help="Instead of naming assets: those that pass this filter; may be repeated.",
        ),
        click.option("--all", "is_all", is_flag=True, help="All assets."),
        click.option("--dry-run", is_flag=True, help="Only show what would change."),
        click.option(
            "--limit",
            default=20,
            show_default=True,
            type=WholeNumber(0, 1000),
            help="Differences that a dry run shows.",
        ),
        json_option,
    )
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


_values = click.option(
    "-v",
    "--value",
    "values",
    multiple=True,
    required=True,
    metavar="FIELD=VALUE",
    help="A field and its value; may be repeated, also for several values of one field.",
)
_keys = click.option(
    "-f",
    "--field",
    "keys",
    multiple=True,
    required=True,
    metavar="FIELD",
    help="The key of a field; may be repeated.",
)


@command.command(name="get")
@click.argument("assets", nargs=-1, required=True)
@click.option(
    "-f", "--field", "keys", multiple=True, metavar="FIELD", help="Only this field; may be repeated."
)
@click.option("--sources", is_flag=True, help="Show what each source says, and which one counts.")
@json_option
def get(assets: tuple[str, ...], keys: tuple[str, ...], sources: bool, as_json: bool) -> None:
    """Show the fields of ASSETS that have a value."""
    found = [service(MetadataService).get(LOCAL, name, keys) for name in assets]
    if as_json:
        print_json(found)
        return
    for number, one in enumerate(found):
        if len(found) > 1:
            click.echo(f"{chr(10) if number else ''}{one.sha1}")
        shown = [
            value for value in one.fields if value.values or (value.sources and (keys or sources)) or keys
        ]
        if not shown:
            click.echo("no field has a value yet")
        elif sources:
            say(
                table(
                    ["field", "source", "value", "by", "at"],
                    [row for value in shown for row in _source_rows(value)],
                )
            )
        else:
            say(
                table(
                    ["field", "value", "from"],
                    [(value.key, ", ".join(value.texts), _origin(value)) for value in shown],
                )
            )


def _origin(value: ValueReport) -> str:
    return str(value.source) if value.source else ("" if not value.values else "content")


def _source_rows(value: ValueReport) -> list[tuple[str, str, str, str, str]]:
    if not value.sources:
        return [(value.key, _origin(value), ", ".join(value.texts), "", "")]
    rows = []
    for one in value.sources:
        marks = [state for state in dict.fromkeys(one.states) if state != "accepted"]
        text = ", ".join(map(str, one.values)) + (f" ({', '.join(marks)})" if marks else "")
        mark = " *" if one.source == value.source else ""
        rows.append(
            (
                value.key,
                f"{one.source}{mark}",
                text.strip(),
                one.actor,
                f"{one.at.astimezone():%Y-%m-%d %H:%M}",
            )
        )
    return rows


@command.command(name="set")
@_edits
@_values
def set_(values: tuple[str, ...], **more: Any) -> None:
    """Give fields of ASSETS values, which replace those that they have."""
    _edit("set", _pairs(values), **more)


@command.command(name="add")
@_edits
@_values
def add(values: tuple[str, ...], **more: Any) -> None:
    """Add values to fields of ASSETS that take several."""
    _edit("add", _pairs(values), **more)


@command.command(name="remove")
@_edits
@_values
def remove(values: tuple[str, ...], **more: Any) -> None:
    """Take values from fields of ASSETS that take several."""
    _edit("remove", _pairs(values), **more)


@command.command(name="unset")
@_edits
@_keys
def unset(keys: tuple[str, ...], **more: Any) -> None:
    """Take back what people say of fields of ASSETS: what their files, or machines, say counts again."""
    _edit("unset", keys, **more)


@command.command(name="clear")
@_edits
@_keys
def clear(keys: tuple[str, ...], **more: Any) -> None:
    """Say that fields of ASSETS have no value, whatever their files, or machines, say."""
    _edit("clear", keys, **more)


def _pairs(given: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Values by field, from texts such as title=Beach."""
    found: dict[str, tuple[str, ...]] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals:
            raise click.UsageError(f"{text!r} is not of the form FIELD=VALUE")
        found[key.strip()] = (*found.get(key.strip(), ()), value)
    return found


def _edit(
    part: str,
    what: Any,
    *,
    assets: tuple[str, ...],
    filters: tuple[str, ...],
    is_all: bool,
    dry_run: bool,
    limit: int,
    as_json: bool,
) -> None:
    try:
        edit = BulkEdit(
            **{part: what},
            assets=assets,
            filters=_pairs(filters),
            all=is_all,
        )
    except ValidationError as error:
        raise click.UsageError(error.errors()[0]["msg"]) from error
    done: PreviewReport | EditReport
    if dry_run:
        done = service(MetadataService).preview(LOCAL, edit, limit)
    else:
        done = service(MetadataService).bulk(LOCAL, edit)
    if as_json:
        print_json(done)
        return
    if isinstance(done, PreviewReport):
        _show_differences(done)
        return
    click.echo(f"{done.changed} of {plural(done.assets, 'asset')} changed")
    if done.operation is not None:
        click.echo(f"`dampipe metadata undo {done.operation}` undoes this")


def _show_differences(found: PreviewReport) -> None:
    click.echo(f"{found.changed} of {plural(found.assets, 'asset')} would change")
    rows = [
        (one.name, one.field, ", ".join(map(str, one.before)), ", ".join(map(str, one.after)))
        for one in found.differences
    ]
    if rows:
        say(table(["file", "field", "now", "then"], rows))
    if len(rows) < found.changes:
        click.echo(f"… and {found.changes - len(rows)} more")


@command.command(name="history")
@click.argument("asset")
@click.option("-f", "--field", "key", metavar="FIELD", help="Only this field.")
@click.option("--limit", default=50, show_default=True, type=WholeNumber(1, 1000), help="Changes at most.")
@json_option
def history(asset: str, key: str | None, limit: int, as_json: bool) -> None:
    """List the changes of ASSET, newest first."""
    found = service(MetadataService).history(LOCAL, asset, key, limit)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            f"{one.at.astimezone():%Y-%m-%d %H:%M}",
            str(one.operation),
            one.actor,
            f"{one.kind}{' (undone)' if one.undone else ''}",
            one.field,
            ", ".join(map(str, one.before)),
            "no value" if one.cleared else ", ".join(map(str, one.after)),
        )
        for one in found
    ]
    if not rows:
        click.echo("nothing has changed yet")
        return
    say(table(["at", "change", "by", "what", "field", "before", "after"], rows, right=["change"]))


@command.command(name="operations")
@click.option("--limit", default=20, show_default=True, type=WholeNumber(1, 1000), help="Changes at most.")
@json_option
def operations(limit: int, as_json: bool) -> None:
    """List the changes of all assets, newest first, by the numbers with which they are undone."""
    found = service(MetadataService).operations(LOCAL, limit)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            str(one.id),
            f"{one.at.astimezone():%Y-%m-%d %H:%M}",
            one.actor,
            one.summary + (" (undone)" if one.undone_at else ""),
            str(one.changes),
        )
        for one in found
    ]
    if not rows:
        click.echo("nothing has changed yet")
        return
    say(table(["change", "at", "by", "what", "fields"], rows, right=["change", "fields"]))


@command.command(name="undo")
@click.argument("operation", type=int, required=False)
@json_option
def undo(operation: int | None, as_json: bool) -> None:
    """Undo the change with the number OPERATION, or your last one; what was changed since stays."""
    done = service(MetadataService).undo(LOCAL, operation)
    if as_json:
        print_json(done)
        return
    click.echo(f"undone: {done.undone.summary}; {plural(done.restored, 'field')} restored")
    if done.left:
        reasons = {
            "changed": "was changed since",
            "deleted": "was deleted",
            "schema": "the field has changed",
        }
        rows = [(one.sha1 or "", one.field, reasons[one.reason]) for one in done.left_alone]
        click.echo(f"{plural(done.left, 'field')} left alone")
        say(table(["asset", "field", "why"], rows))


@command.command(name="fields")
@json_option
def fields(as_json: bool) -> None:
    """List the fields, and what each takes."""
    found = service(MetadataService).fields(LOCAL)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one.key,
            one.label,
            str(one.type)
            + ("s" if one.multiple else "")
            + (f" of {one.vocabulary}" if one.vocabulary else ""),
            one.group,
            "read-only" if one.write is None else one.write,
            one.xmp,
        )
        for one in found
    ]
    say(table(["field", "label", "type", "group", "who may write", "XMP"], rows))


command.add_command(export)
command.add_command(import_)
