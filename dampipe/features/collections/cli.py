"""`dampipe collection …`"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from dampipe.features.collections.errors import PLACE_INVALID
from dampipe.features.collections.export import CollectionExport, CollectionExporter
from dampipe.features.collections.grants import CollectionGrantService
from dampipe.features.collections.item_service import CollectionItemService
from dampipe.features.collections.model import (
    RIGHTS,
    Chosen,
    CollectionChange,
    CollectionReport,
    ItemReport,
    ItemsChanged,
    NewCollection,
    Place,
    Right,
)
from dampipe.features.collections.service import CollectionService
from dampipe.features.search.cli.timeline_file import write_timeline
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table
from dampipe.kernel.faces.release import release_options
from dampipe.kernel.paths import printable
from dampipe.kernel.release import ReleaseRequest
from dampipe.kernel.timecode import clock
from dampipe.timeline import format_of

F = TypeVar("F", bound=Callable[..., Any])


@click.group(name="collection")
def command() -> None:
    """Gather assets and subclips in collections. No file is moved.

    A COLLECTION is named by its number, its path such as Film/Selects, or its name if only one has it.
    """


def _pairs(
    _: click.Context, parameter: click.Parameter, given: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise click.BadParameter(f"{text!r} is not {parameter.metavar}")
        found[name.strip()] = (*found.get(name.strip(), ()), value.strip())
    return found


def filter_option(text: str) -> Callable[[F], F]:
    """The option --filter, with the help given."""
    return click.option(
        "--filter", "filters", multiple=True, metavar="FIELD=VALUE", callback=_pairs, help=text
    )


_CHOSEN = filter_option("Besides: all that pass this filter of a search; may be given several times.")
_SEARCH = filter_option("Make a saved search, with this filter; may be given several times.")
_SUBCLIPS = click.option(
    "--subclip", "subclips", type=WholeNumber(1), multiple=True, help="A subclip by its number."
)
_IF_VERSION = click.option(
    "--if-version", type=WholeNumber(1), help="Refuse if it has another version by now."
)


def place_options(what: str) -> Callable[[F], F]:
    """The options --before, --after, --first and --last."""

    def add(function: F) -> F:
        for option in (
            click.option("--last", is_flag=True, help="As the last one."),
            click.option("--first", is_flag=True, help="As the first one."),
            click.option("--after", metavar=what, help="After this one."),
            click.option("--before", metavar=what, help="Before this one."),
        ):
            function = option(function)
        return function

    return add


def _item_place(before: str | None, after: str | None, first: bool, last: bool) -> Place:
    """A place among items, which are given by their numbers."""
    given = [before is not None, after is not None, first, last]
    if sum(given) > 1:
        raise InvalidInput(PLACE_INVALID, count=sum(given))
    return Place(before=_number(before), after=_number(after), first=first, last=last)


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise click.BadParameter(f"{text!r} is not the number of an item")
    return int(text)


@command.command(name="create")
@click.argument("name")
@click.option("--in", "parent", metavar="COLLECTION", help="Within this one; default: at the top.")
@click.option("--description", default="", help="What it is for.")
@_SEARCH
@click.option("--sort", default="", help="Of a saved search: by this field; -FIELD: the greatest first.")
@click.option("--private", is_flag=True, help="Only its owner, managers and who is granted a right see it.")
@json_option
def create(
    name: str,
    parent: str | None,
    description: str,
    filters: dict[str, tuple[str, ...]],
    sort: str,
    private: bool,
    as_json: bool,
) -> None:
    """Make a collection; with --filter a saved search."""
    request = NewCollection(
        name=name,
        parent=parent,
        description=description,
        filters=filters or None,
        sort=sort,
        private=private,
    )
    made = service(CollectionService).create(LOCAL, request)
    if as_json:
        print_json(made)
    else:
        click.echo(f"collection {made.id}: {'/'.join(made.path)}")


@command.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """List the collections as a tree."""
    found = service(CollectionService).all(LOCAL)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no collections yet: `dampipe collection create NAME` makes one")
    else:
        rows = [
            (str(one.id), "  " * (len(one.path) - 1) + one.name, _kind(one), _count(one), one.owner or "")
            for one in found
        ]
        say(table(["number", "collection", "kind", "items", "owner"], rows, right=["number", "items"]))


def _kind(one: CollectionReport) -> str:
    kind = "by hand" if one.filters is None else "saved search"
    return f"{kind}, private" if one.private else kind


def _count(one: CollectionReport) -> str:
    return "" if one.items is None else str(one.items)


@command.command(name="show")
@click.argument("collection")
@click.option("--limit", type=WholeNumber(1, 1000), default=100, show_default=True, help="Most items.")
@click.option("--after", help="The page after this one: what the page before printed.")
@click.option("--excluded", is_flag=True, help="Of a saved search: what is never in it.")
@json_option
def show(collection: str, limit: int, after: str | None, excluded: bool, as_json: bool) -> None:
    """Show a collection and a page of its items, in their order."""
    collections = service(CollectionService)
    found = collections.show(LOCAL, collection)
    if excluded:
        page = collections.exclusions(LOCAL, found.id, _number(after), limit)
    else:
        page = collections.items(LOCAL, found.id, after, limit)
    if as_json:
        print_json({"collection": found.model_dump(), **page.model_dump()})
        return
    click.echo(f"{'/'.join(found.path)} ({found.id}): {_kind(found)}, {_items_text(found)}")
    if found.description:
        click.echo(found.description)
    for name, values in (found.filters or {}).items():
        click.echo(f"  {name} = {', '.join(values)}")
    if page.items:
        say(table(["item", "name", "span", "asset"], map(_row, page.items), right=["item"]))
    if page.after:
        click.echo(f"there are more items: --after {page.after}", err=True)


def _items_text(one: CollectionReport) -> str:
    return "its search cannot be evaluated" if one.items is None else plural(one.items, "item")


def _row(item: ItemReport) -> tuple[str, str, str, str]:
    name, span = item.name, "" if item.duration is None else clock(item.duration)
    if item.subclip is not None:
        name = f"{item.subclip.name} ({item.name})"
        span = f"{clock(item.subclip.start)}–{clock(item.subclip.end)}"
    if item.pinned:
        name += " (pinned)"
    return (str(item.id or ""), printable(name), span, item.asset[:12])


@command.command(name="rename")
@click.argument("collection")
@click.argument("name", required=False)
@click.option("--description", help="What it is for.")
@click.option("--cover", metavar="ASSET", help='Its picture; "": that of the first item.')
@filter_option("Of a saved search: its filters from now on.")
@click.option("--sort", help="Of a saved search: by this field; -FIELD: the greatest first.")
@click.option("--private/--open", default=None, help="Who sees it: few, or all by their role.")
@_IF_VERSION
@json_option
def rename(
    collection: str,
    name: str | None,
    description: str | None,
    cover: str | None,
    filters: dict[str, tuple[str, ...]],
    sort: str | None,
    private: bool | None,
    if_version: int | None,
    as_json: bool,
) -> None:
    """Give a collection another NAME, description, cover or search."""
    change = CollectionChange(
        name=name, description=description, cover=cover, filters=filters or None, sort=sort, private=private
    )
    if change == CollectionChange():
        raise click.UsageError("give a name, or an option that says what to change")
    found = service(CollectionService).change(LOCAL, collection, change, if_version)
    if as_json:
        print_json(found)
    else:
        click.echo(f"collection {found.id} is {'/'.join(found.path)}")


@command.command(name="reorder")
@click.argument("collection")
@click.option("--into", metavar="COLLECTION", help="Into this one.")
@click.option("--top", is_flag=True, help="To the top.")
@place_options("COLLECTION")
@_IF_VERSION
@json_option
def reorder(
    collection: str,
    into: str | None,
    top: bool,
    before: str | None,
    after: str | None,
    first: bool,
    last: bool,
    if_version: int | None,
    as_json: bool,
) -> None:
    """Move a collection within the tree."""
    if into is not None and top:
        raise click.UsageError("give --into or --top")
    collections = service(CollectionService)
    anchors = [None if one is None else collections.show(LOCAL, one).id for one in (before, after)]
    place = Place(before=anchors[0], after=anchors[1], first=first, last=last)
    if into is None and not top and not place.is_given:
        raise click.UsageError("say where: --into, --top, --before, --after, --first or --last")
    found = collections.move(LOCAL, collection, place, into, to_top=top, if_version=if_version)
    if as_json:
        print_json(found)
    else:
        click.echo(f"collection {found.id} is {'/'.join(found.path)}")


@command.command(name="delete")
@click.argument("collection")
@_IF_VERSION
def delete(collection: str, if_version: int | None) -> None:
    """Delete a collection and all below it. Assets and files stay; `dampipe undo` restores it."""
    count = service(CollectionService).delete(LOCAL, collection, if_version).deleted
    click.echo(f"{plural(count, 'collection')} deleted")


@command.command(name="add")
@click.argument("collection")
@click.argument("assets", nargs=-1)
@_SUBCLIPS
@_CHOSEN
@place_options("ITEM")
@json_option
def add(
    collection: str,
    assets: tuple[str, ...],
    subclips: tuple[int, ...],
    filters: dict[str, tuple[str, ...]],
    before: str | None,
    after: str | None,
    first: bool,
    last: bool,
    as_json: bool,
) -> None:
    """Add assets (SHA-1, its first digits, or a path) and subclips, by default as the last."""
    place = _item_place(before, after, first, last)
    chosen = Chosen(assets=assets, subclips=subclips, filters=filters)
    _say(service(CollectionItemService).add(LOCAL, collection, chosen, place), "added", as_json)


@command.command(name="remove")
@click.argument("collection")
@click.argument("assets", nargs=-1)
@click.option("--item", "items", type=WholeNumber(1), multiple=True, help="An item by its number.")
@_SUBCLIPS
@_CHOSEN
@json_option
def remove(
    collection: str,
    assets: tuple[str, ...],
    items: tuple[int, ...],
    subclips: tuple[int, ...],
    filters: dict[str, tuple[str, ...]],
    as_json: bool,
) -> None:
    """Take assets and subclips out of a collection; of a saved search pins and exclusions."""
    is_chosen = bool(assets or subclips or filters)
    chosen = Chosen(assets=assets, subclips=subclips, filters=filters) if is_chosen else None
    _say(service(CollectionItemService).remove(LOCAL, collection, chosen, items), "removed", as_json)


@command.command(name="move")
@click.argument("collection")
@click.argument("items", nargs=-1, required=True, type=WholeNumber(1))
@place_options("ITEM")
@_IF_VERSION
@json_option
def move(
    collection: str,
    items: tuple[int, ...],
    before: str | None,
    after: str | None,
    first: bool,
    last: bool,
    if_version: int | None,
    as_json: bool,
) -> None:
    """Move ITEMS, by their numbers, together to another place in the order."""
    place = _item_place(before, after, first, last)
    if not place.is_given:
        raise click.UsageError("say where: --before, --after, --first or --last")
    done = service(CollectionItemService).move(LOCAL, collection, items, place, if_version)
    _say(done, "moved", as_json)


@command.command(name="sort")
@click.argument("collection")
@click.option("--by", required=True, metavar="FIELD", help="The field; -FIELD: the greatest first.")
@json_option
def sort(collection: str, by: str, as_json: bool) -> None:
    """Put the items in the order of a field, once."""
    _say(service(CollectionItemService).sort(LOCAL, collection, by), "sorted", as_json)


@command.command(name="pin")
@click.argument("collection")
@click.argument("assets", nargs=-1)
@_CHOSEN
@place_options("ITEM")
@json_option
def pin(
    collection: str,
    assets: tuple[str, ...],
    filters: dict[str, tuple[str, ...]],
    before: str | None,
    after: str | None,
    first: bool,
    last: bool,
    as_json: bool,
) -> None:
    """Have assets always in a saved search, before what it finds. `collection remove` takes that back."""
    place = _item_place(before, after, first, last)
    chosen = Chosen(assets=assets, filters=filters)
    _say(service(CollectionItemService).pin(LOCAL, collection, chosen, place), "pinned", as_json)


@command.command(name="exclude")
@click.argument("collection")
@click.argument("assets", nargs=-1)
@_CHOSEN
@json_option
def exclude(
    collection: str, assets: tuple[str, ...], filters: dict[str, tuple[str, ...]], as_json: bool
) -> None:
    """Have assets never in a saved search. `collection remove` takes that back."""
    chosen = Chosen(assets=assets, filters=filters)
    _say(service(CollectionItemService).exclude(LOCAL, collection, chosen), "excluded", as_json)


@command.command(name="grant")
@click.argument("collection")
@click.argument("to")
@click.argument("right", type=click.Choice(RIGHTS))
def grant(collection: str, to: str, right: str) -> None:
    """Give TO (user:NAME, or role:NAME and higher ones) a RIGHT on a collection and all below it."""
    service(CollectionGrantService).grant(LOCAL, collection, to, Right[right.upper()])
    click.echo(f"{to} may {right}")


@command.command(name="revoke")
@click.argument("collection")
@click.argument("to")
def revoke(collection: str, to: str) -> None:
    """Take back the right that TO was given on a collection."""
    service(CollectionGrantService).revoke(LOCAL, collection, to)
    click.echo(f"{to} has no right of its own on it any more")


@command.command(name="rights")
@click.argument("collection")
@json_option
def rights(collection: str, as_json: bool) -> None:
    """List the rights on a collection, with those that it inherits."""
    found = service(CollectionGrantService).all(LOCAL, collection)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no rights were given; an open collection is seen by all, by their role")
    else:
        rows: Sequence[tuple[str, ...]] = [
            (one.to, str(one.right), str(one.inherited_from or ""), one.granted_by) for one in found
        ]
        say(table(["to", "right", "from", "granted by"], rows))


@command.command(name="export")
@click.argument("collection")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--title", default="", help="By default the name of the collection.")
@click.option("--no-comments", is_flag=True, help="Leave out the markers for comments.")
@release_options
def export(
    collection: str, file: Path, title: str, no_comments: bool, territory: str, medium: str, reason: str
) -> None:
    """Write a collection as a timeline to FILE, in its order: .otio, .fcpxml, .xml, .edl or .csv."""
    form = format_of(file)
    use = ReleaseRequest(territory=territory, medium=medium, reason=reason)
    request = CollectionExport(format=form, title=title, comments=not no_comments)
    rendered = service(CollectionExporter).export(LOCAL, collection, request, use)
    replaced = ", replacing an earlier file" if os.path.exists(file) else ""
    write_timeline(file, rendered.text)
    for warning in rendered.warnings:
        click.echo(f"warning: {printable(warning)}", err=True)
    click.echo(f"{plural(rendered.clips, 'clip')} written to {printable(str(file))}{replaced}", err=True)


def _say(done: ItemsChanged, what: str, as_json: bool) -> None:
    if as_json:
        print_json(done)
    else:
        click.echo(f"{plural(done.changed, 'item')} {what}")
