"""`dampipe check`"""

import sys

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dampipe.features.derivatives.check import CheckService
from dampipe.features.derivatives.model import Checked, CheckRequest, Kept
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import ExitCode
from dampipe.kernel.faces.arguments import Number, not_empty
from dampipe.kernel.faces.console import console, json_option, plural, print_json, service

_KEPT = {
    None: "is made again",
    Kept.NOT_ASKED: "`--repair` makes it again",
    Kept.NO_FILE: "cannot be made again: no file of the asset is present",
    Kept.BUSY: "its asset is being processed; check again later",
    Kept.NOT_DONE: "the stage that makes it is not done; see `dampipe failures`",
}


@click.command(name="check")
@click.argument("what", nargs=-1, metavar="[ASSET|PATH]...", callback=not_empty)
@click.option(
    "--repair", is_flag=True, help="Make lost derivatives again, and delete orphans older than a day."
)
@click.option(
    "--all", "believe", is_flag=True, help="Believe that derivatives are lost, however many they are."
)
@click.option(
    "--percent",
    type=Number(0, 100, above=True),
    help="Check only this share: those that were checked longest ago.",
)
@json_option
def command(what: tuple[str, ...], repair: bool, believe: bool, percent: float | None, as_json: bool) -> None:
    """Compare stored derivatives with their checksums: all, or those of some assets. This machine reads them.

    Exit code 13 if one is missing or damaged and is not being made again, 11 if so many are missing that the store
    is probably away; nothing is made again then, unless --all is given. The vector index has its own check:
    `dampipe index check`.
    """
    request = CheckRequest(what=what, percent=percent, repair=repair, all=believe)
    columns = (TextColumn("checking"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    hidden = as_json or not sys.stdout.isatty()
    with Progress(*columns, console=console(), disable=hidden, transient=True) as bar:
        task = bar.add_task("", total=None)
        done = service(CheckService).check(
            LOCAL, request, lambda count, of: bar.update(task, completed=count, total=of)
        )
    if as_json:
        print_json(done)
    else:
        _print(done, repair)
    sys.exit(exit_code(done))


def exit_code(done: Checked) -> ExitCode:
    """The exit code for the result of a check."""
    if done.suspicious:
        return ExitCode.SUSPECT
    return ExitCode.MISMATCH if done.unrepaired else ExitCode.OK


def say_suspicious(done: Checked) -> None:
    """Print that the store is probably away, and what to do."""
    where = f"{done.sampled_missing} of {done.sampled} in a sample" if done.sampled else f"{done.missing}"
    click.echo(
        f"derivatives are missing ({where}): the store is probably away or was emptied; nothing is made again",
        err=True,
    )
    click.echo(
        "  Bring it back (is it mounted?), or check the setting blobs_url. If they are gone for good, "
        "`dampipe check --repair --all` makes them again.",
        err=True,
    )


def in_words(done: Checked) -> str:
    """A check in one line."""
    parts = [f"{plural(done.sound, 'derivative')} checked ({done.bytes:,} bytes)"]
    counts = (
        (done.first, "had no checksum until now"),
        (done.missing, "missing"),
        (done.damaged, "damaged"),
        (done.again, "being made again"),
        (done.busy, "of assets that are being processed"),
        (done.left, "left for the next check"),
    )
    return ", ".join(parts + [f"{count} {words}" for count, words in counts if count])


def _print(done: Checked, repair: bool) -> None:
    if done.suspicious:
        say_suspicious(done)
        return
    for one in done.lost:
        click.echo(f"{one.problem}: {one.kind} of {one.name} ({one.asset:.12}): {_KEPT[one.kept]}", err=True)
    more = done.missing + done.damaged - len(done.lost)
    if more > 0:
        click.echo(f"and {more} more", err=True)
    click.echo(in_words(done))
    if done.orphans:
        verb = "deleted" if repair else "found; `--repair` deletes them"
        click.echo(f"{plural(done.orphans, 'orphan')} ({done.orphan_bytes:,} bytes) {verb}")
    if done.again:
        click.echo("`dampipe status` shows the stages that run for it")
