"""`dampipe verify`"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dampipe.app.container import process_container
from dampipe.cli.paths import not_empty
from dampipe.features.fixity.cli import mhl as manifest
from dampipe.features.fixity.model import Verified
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.console import console, json_option, library, plural, print_json


@click.command(name="verify")
@click.argument("what", nargs=-1, metavar="[SOURCE|PATH]...", callback=not_empty)
@click.option("--percent", type=click.FloatRange(0, 100), help="Only this share: what was seen longest ago.")
@click.option("--mhl", is_flag=True, help="Compare these folders with their ASC MHL manifests instead.")
@click.option("--quiet", is_flag=True, help="Print only what a person must know.")
@json_option
def command(what: tuple[str, ...], percent: float | None, mhl: bool, quiet: bool, as_json: bool) -> None:
    """Read files again and compare them with their SHA-1: sources, folders or files, all by default.

    The workers of the queue `io` read, several machines at a time. Exit code 13 if a file has rotted or
    cannot be read any more.

    With --mhl: this machine reads, no library is needed, and what is missing counts, too.
    """
    if mhl:
        _compare([Path(one) for one in what], as_json)
    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console(), disable=quiet or as_json or not sys.stdout.isatty(), transient=True
    ) as bar:
        task = bar.add_task("", total=None)

        def told(left: int) -> None:
            total = int(bar.tasks[0].total or left)
            bar.update(task, total=total, completed=total - left)

        done = library().verify.run(what, percent, told)
    if as_json:
        print_json(done)
    else:
        say_bad(done)
        if not quiet:
            click.echo(in_words(done))
    sys.exit(ExitCode.MISMATCH if done.mismatch or done.unreadable else ExitCode.OK)


def _compare(folders: Sequence[Path], as_json: bool) -> NoReturn:
    if not folders:
        raise click.UsageError("--mhl needs a folder")
    manifests = process_container().library.manifests
    found = [one for folder in folders for one in manifests.verify(folder)]
    if as_json:
        print_json(found)
    else:
        manifest.say(found)
    sys.exit(manifest.code(found))


def say_bad(done: Verified) -> None:
    """The bad files, loudly."""
    for path in done.mismatch:
        click.echo(
            f"MISMATCH: {path}: the content has changed while size and time have not; restore it from a backup, "
            "or `touch` it if it is what it should be",
            err=True,
        )
    for path in done.unreadable:
        click.echo(f"UNREADABLE: {path}: `dampipe failures` tells why", err=True)


def in_words(done: Verified) -> str:
    """One line."""
    parts = [f"{plural(done.same, 'file')} verified ({done.bytes:,} bytes)"]
    counts = (
        (len(done.mismatch), "with another content"),
        (len(done.unreadable), "unreadable"),
        (done.edited, "edited since the last scan"),
        (done.gone, "not there now"),
        (done.left, "left for the next time"),
    )
    return ", ".join(parts + [f"{count} {words}" for count, words in counts if count])
