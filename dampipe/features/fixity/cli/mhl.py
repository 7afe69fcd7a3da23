"""`dampipe mhl create`"""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from dampipe.features.fixity.ascmhl import HASH_FORMATS, AscMhl
from dampipe.features.fixity.model import Compared
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.console import json_option, plural, print_json
from dampipe.kernel.settings.loading import read_settings


@click.group(name="mhl")
def command() -> None:
    """Write manifests in the format ASC MHL; `dampipe verify --mhl` compares folders with theirs."""


@command.command(name="create")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--hash", "hash_format", type=click.Choice(HASH_FORMATS), default="xxh128", show_default=True,
    help="Hash format of the manifest.",
)  # fmt: skip
@click.option("--author", default="", help="Stored in the manifest.")
@click.option("--comment", default="", help="Stored in the manifest.")
@json_option
def create(folder: Path, hash_format: str, author: str, comment: str, as_json: bool) -> None:
    """Write a manifest of all files in a folder, the next generation of its history.

    Files that an earlier generation knows are compared with it: exit code 13 if one differs or is missing.
    """
    made = AscMhl(read_settings().ascmhl).create(folder, hash_format, author, comment)
    if as_json:
        print_json(made)
    else:
        say_written(made)
    sys.exit(exit_code([made]))


def say_compared(found: Sequence[Compared]) -> None:
    """Print a line for each folder, and one for each file that differs from the manifest."""
    for compared in found:
        _say_files(compared)
        verdict = "matches the manifest" if compared.proved else "does NOT match the manifest"
        click.echo(f"{compared.folder}: {plural(compared.same, 'file')} the same: {verdict}")


def say_written(made: Compared) -> None:
    """Print what the new manifest holds, and which files differ from earlier ones."""
    _say_files(made)
    if not made.problem:
        also = "" if made.proved else ", which does NOT match the earlier ones"
        click.echo(
            f"{made.folder}: manifest of {plural(made.same + len(made.mismatch), 'file')} written{also}"
        )


def _say_files(compared: Compared) -> None:
    for what, paths in (
        ("MISMATCH", compared.mismatch),
        ("MISSING", compared.missing),
        ("new", compared.new),
    ):
        for path in paths:
            click.echo(f"{what}: {compared.folder}/{path}", err=True)
    if compared.problem:
        click.echo(f"BROKEN: {compared.folder}: {compared.problem}", err=True)


def exit_code(found: Sequence[Compared]) -> ExitCode:
    """OK if all files of all manifests are proved, MISMATCH otherwise."""
    return ExitCode.OK if all(compared.proved for compared in found) else ExitCode.MISMATCH
