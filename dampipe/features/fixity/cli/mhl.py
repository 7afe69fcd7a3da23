"""`dampipe mhl create`"""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from dampipe.app.container import process_container
from dampipe.features.fixity.ascmhl import HASH_FORMATS
from dampipe.features.fixity.model import Compared
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.console import json_option, plural, print_json


@click.group(name="mhl")
def command() -> None:
    """Manifests in the format ASC MHL; `dampipe verify --mhl` compares folders with theirs."""


@command.command(name="create")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--hash", "hash_format", type=click.Choice(HASH_FORMATS), default="xxh128", show_default=True,
    help="What the files are told by.",
)  # fmt: skip
@click.option("--author", default="", help="Who makes it; kept in the manifest.")
@click.option("--comment", default="", help="Kept in the manifest.")
@json_option
def create(folder: Path, hash_format: str, author: str, comment: str, as_json: bool) -> None:
    """Write a manifest of all files in a folder, the next generation of its history.

    Files that an earlier generation knows are compared with it: exit code 13 if one differs or is missing.
    """
    made = process_container().library.manifests.create(folder, hash_format, author, comment)
    if as_json:
        print_json(made)
    else:
        tell_written(made)
    sys.exit(code([made]))


def say(found: Sequence[Compared]) -> None:
    """One line a folder, and one a file that is not as it should be."""
    for one in found:
        _say_files(one)
        verdict = "as the manifest says" if one.proved else "NOT as the manifest says"
        click.echo(f"{one.folder}: {plural(one.same, 'file')} the same: {verdict}")


def tell_written(made: Compared) -> None:
    """What the new manifest holds, and what is not as earlier ones say."""
    _say_files(made)
    if not made.problem:
        also = "" if made.proved else ", NOT as the earlier ones say"
        click.echo(
            f"{made.folder}: manifest of {plural(made.same + len(made.mismatch), 'file')} written{also}"
        )


def _say_files(one: Compared) -> None:
    for what, paths in (("MISMATCH", one.mismatch), ("MISSING", one.missing), ("new", one.new)):
        for path in paths:
            click.echo(f"{what}: {one.folder}/{path}", err=True)
    if one.problem:
        click.echo(f"BROKEN: {one.folder}: {one.problem}", err=True)


def code(found: Sequence[Compared]) -> ExitCode:
    """MISMATCH unless all is proved."""
    return ExitCode.OK if all(one.proved for one in found) else ExitCode.MISMATCH
