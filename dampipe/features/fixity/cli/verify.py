"""`dampipe verify`"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dampipe.features.fixity.ascmhl import AscMhl
from dampipe.features.fixity.cli import mhl as manifest
from dampipe.features.fixity.model import Verified, VerifyRequest
from dampipe.features.fixity.service import FixityService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.arguments import Number, not_empty
from dampipe.kernel.faces.console import console, json_option, plural, print_json, service
from dampipe.kernel.settings.loading import read_settings


@click.command(name="verify")
@click.argument("what", nargs=-1, metavar="[SOURCE|PATH]...", callback=not_empty)
@click.option(
    "--percent",
    type=Number(0, 100),
    help="Check only this share of the files: those that were read longest ago.",
)
@click.option("--mhl", is_flag=True, help="Compare these folders with their ASC MHL manifests instead.")
@click.option("--quiet", is_flag=True, help="Print only problems.")
@json_option
def command(what: tuple[str, ...], percent: float | None, mhl: bool, quiet: bool, as_json: bool) -> None:
    """Read files again and check them against their stored SHA-1: sources, folders or files, all by default.

    The workers of the queue `io` read, on several machines at a time. Exit code 13 if a file does not match its
    checksum or cannot be read.

    With --mhl: this machine reads, no library is needed, and missing files are reported, too.
    """
    if mhl:
        _compare([Path(path) for path in what], as_json)
    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console(), disable=quiet or as_json or not sys.stdout.isatty(), transient=True
    ) as bar:
        task = bar.add_task("", total=None)

        def on_progress(left: int) -> None:
            total = int(bar.tasks[0].total or left)
            bar.update(task, total=total, completed=total - left)

        done = service(FixityService).run(LOCAL, VerifyRequest(what=what, percent=percent), on_progress)
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
    manifests = AscMhl(read_settings().ascmhl)
    found = [compared for folder in folders for compared in manifests.verify(folder)]
    if as_json:
        print_json(found)
    else:
        manifest.say_compared(found)
    sys.exit(manifest.exit_code(found))


def say_bad(done: Verified) -> None:
    """Print the bad files as errors."""
    for path in done.mismatch:
        click.echo(
            f"MISMATCH: {path}: the content has changed while size and time have not; restore it from a backup, "
            "or `touch` it if the new content is right",
            err=True,
        )
    for path in done.unreadable:
        click.echo(f"UNREADABLE: {path}: `dampipe failures` shows why", err=True)


def in_words(done: Verified) -> str:
    """A verification in one line."""
    parts = [f"{plural(done.same, 'file')} verified ({done.bytes:,} bytes)"]
    counts = (
        (len(done.mismatch), "with another content"),
        (len(done.unreadable), "unreadable"),
        (done.edited, "edited since the last scan"),
        (done.gone, "gone"),
        (done.left, "left for the next verification"),
    )
    return ", ".join(parts + [f"{count} {words}" for count, words in counts if count])
