"""`dampipe tag add|remove|list`"""

import click

from dampipe.kernel.faces.console import json_option, library, plural, print_json, say, table


@click.group(name="tag")
def command() -> None:
    """Give assets words of your own, to search by."""


@command.command(name="add")
@click.argument("name")
@click.argument("assets", nargs=-1, required=True)
def add(name: str, assets: tuple[str, ...]) -> None:
    """Give the tag NAME to assets: SHA-1, the first digits of it, or the path of a file."""
    click.echo(f"{plural(library().assets.tag(name, assets), 'asset')} tagged {name}")


@command.command(name="remove")
@click.argument("name")
@click.argument("assets", nargs=-1)
@click.option("--all", "everywhere", is_flag=True, help="Take it from all assets.")
def remove(name: str, assets: tuple[str, ...], everywhere: bool) -> None:
    """Take the tag NAME from assets."""
    if bool(assets) == everywhere:
        raise click.UsageError("give assets, or --all")
    count = library().assets.untag(name, None if everywhere else assets)
    click.echo(f"{plural(count, 'asset')} no longer tagged {name}")


@command.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """All tags, and how many assets have each."""
    found = library().assets.tags()
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no tags yet: `dampipe tag add NAME ASSET`")
    else:
        say(table(["tag", "assets"], [(t.name, str(t.assets)) for t in found], right=["assets"]))
