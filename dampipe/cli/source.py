"""`dampipe source add|list|remove`"""

import click

from dampipe.cli.output import console, json_option, library, plural, print_json, table


@click.group(name="source")
def command() -> None:
    """Name the folders that hold footage, so that `dampipe sync` knows them."""


@command.command(name="add")
@click.argument("name")
@click.argument("path", type=click.Path())
def add(name: str, path: str) -> None:
    """Name a folder of footage; nothing is read yet."""
    source = library().upkeep.add_source(name, path)
    click.echo(f"source {source.name} added; `dampipe sync {source.name}` takes in what it holds")


@command.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """All sources, with how many files are there and how many are missing."""
    found = library().upkeep.sources()
    if as_json:
        print_json(found)
    elif not found:
        click.echo("no sources yet: `dampipe source add NAME PATH`")
    else:
        rows = [
            (s.name, str(s.present), str(s.missing), s.root, "" if s.reachable else "not there now")
            for s in found
        ]
        numbers = ["files", "missing"]
        console().print(table(["source", *numbers, "folder", ""], rows, right=numbers))


@command.command(name="remove")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, yes: bool) -> None:
    """Forget a source and its files, not what was made of them: that is for `dampipe prune`."""
    upkeep = library().upkeep
    known = next((source for source in upkeep.sources() if source.name == name), None)
    if known is not None and not yes:
        files = plural(known.present + known.missing, "file")
        click.confirm(f"Forget {name} ({known.root}) and that it holds {files}?", abort=True)
    click.echo(f"source {name} removed; {plural(upkeep.remove_source(name), 'file')} forgotten")
