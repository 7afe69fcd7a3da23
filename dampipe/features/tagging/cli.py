"""`dampipe tag add|remove|list`"""

import click

from dampipe.features.tagging.model import TagRequest
from dampipe.features.tagging.service import TagService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table


@click.group(name="tag")
def command() -> None:
    """Give tags to assets, and search by them."""


@command.command(name="add")
@click.argument("tag")
@click.argument("assets", nargs=-1, required=True)
def add(tag: str, assets: tuple[str, ...]) -> None:
    """Give TAG to assets: SHA-1, its first digits, or the path of a file."""
    count = service(TagService).add(LOCAL, TagRequest(tag=tag, assets=assets))
    click.echo(f"{plural(count, 'asset')} tagged {tag}")


@command.command(name="remove")
@click.argument("tag")
@click.argument("assets", nargs=-1)
@click.option("--all", "from_all", is_flag=True, help="Take the tag from all assets.")
def remove(tag: str, assets: tuple[str, ...], from_all: bool) -> None:
    """Take TAG from assets."""
    if bool(assets) == from_all:
        raise click.UsageError("give assets or --all")
    count = service(TagService).remove(LOCAL, TagRequest(tag=tag, assets=None if from_all else assets))
    click.echo(f"{plural(count, 'asset')} no longer tagged {tag}")


@command.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """List all tags with the number of assets that have each."""
    found = service(TagService).all(LOCAL)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no tags yet: `dampipe tag add TAG ASSET` adds one")
    else:
        say(table(["tag", "assets"], [(t.name, str(t.assets)) for t in found], right=["assets"]))
