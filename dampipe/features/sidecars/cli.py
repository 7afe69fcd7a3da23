"""`dampipe sidecar status|write|discard|read|places|place`"""

import os

import click

from dampipe.features.sidecars.details import text_of
from dampipe.features.sidecars.model import (
    Naming,
    OutboxState,
    Place,
    PlaceRequest,
    SidecarReport,
    WriteRequest,
)
from dampipe.features.sidecars.service import MOST_SHOWN, SidecarService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table


@click.group(name="sidecar")
def command() -> None:
    """See which sidecars wait to be written, and say where they are."""


@command.command(name="status")
@click.argument("assets", nargs=-1, metavar="[ASSET]...")
@click.option(
    "--state", "states", multiple=True, type=click.Choice(tuple(map(str, OutboxState))),
    help="List only these; may be repeated.",
)  # fmt: skip
@click.option(
    "--limit", default=100, show_default=True, type=WholeNumber(1, MOST_SHOWN), help="List so many."
)
@json_option
def status(assets: tuple[str, ...], states: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Show which sidecars wait for what, and which could not be read; of ASSETs all."""
    wanted = tuple(map(OutboxState, states))
    found = service(SidecarService).status(LOCAL, assets, wanted, limit)
    if as_json:
        print_json(found)
        return
    counts = [f"{count} {str(state).replace('_', '-')}" for state, count in found.counts.items()]
    click.echo(", ".join(counts) or "nothing is to be written")
    if found.problems:
        click.echo(f"{plural(found.problems, 'sidecar')} could not be read")
    _list(found.sidecars)


def _list(reports: tuple[SidecarReport, ...]) -> None:
    if reports:
        say(table(["file", "sidecar"], [(one.path, text_of(one)) for one in reports]))


@command.command(name="write")
@click.argument("assets", nargs=-1, metavar="[ASSET]...")
@click.option(
    "--overwrite", is_flag=True, help="Replace what another program has written to the same properties."
)
@json_option
def write(assets: tuple[str, ...], overwrite: bool, as_json: bool) -> None:
    """Try to write the sidecars that wait now, of ASSETs or of all."""
    if overwrite and not assets:
        raise click.UsageError("--overwrite needs the assets that are meant")
    done = service(SidecarService).write(LOCAL, WriteRequest(assets=assets, overwrite=overwrite))
    if as_json:
        print_json(done)
        return
    states = [f"{count} {str(state).replace('_', '-')}" for state, count in done.states.items()]
    click.echo(f"{plural(done.files, 'sidecar')} tried" + (f": {', '.join(states)}" if states else ""))


@command.command(name="discard")
@click.argument("assets", nargs=-1, required=True, metavar="ASSET...")
def discard(assets: tuple[str, ...]) -> None:
    """Leave the sidecars of ASSETs as they are; the values stay in the catalogue."""
    count = service(SidecarService).discard(LOCAL, assets)
    click.echo(f"{plural(count, 'sidecar')} will not be written")


@command.command(name="read")
@click.argument("assets", nargs=-1, required=True, metavar="ASSET...")
@json_option
def read(assets: tuple[str, ...], as_json: bool) -> None:
    """Read the sidecars of ASSETs now, instead of when the next scan finds that they have changed."""
    found = service(SidecarService).read(LOCAL, assets)
    if as_json:
        print_json(found)
        return
    click.echo(f"{plural(sum(one.sidecar is not None for one in found), 'sidecar')} read")
    _list(found)


@command.command(name="places")
@json_option
def places(as_json: bool) -> None:
    """Show where sidecars of each source are written."""
    found = service(SidecarService).places(LOCAL)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one.source,
            str(one.place),
            "" if one.place is Place.NEVER else f"clip.{'mov.' if one.naming is Naming.FULL else ''}xmp",
            str(one.waiting),
            one.folder or "",
        )
        for one in found
    ]
    say(table(["source", "place", "name", "waiting", "folder"], rows, right=["waiting"]))


@command.command(name="place")
@click.argument("source")
@click.argument("place", type=click.Choice(tuple(map(str, Place))))
@click.option("--folder", type=click.Path(), help="Of a tree: the folder below which sidecars are written.")
@click.option(
    "--naming", type=click.Choice(tuple(map(str, Naming))), default=str(Naming.FULL), show_default=True,
    help="Name of a new sidecar: clip.mov.xmp, or clip.xmp.",
)  # fmt: skip
def place(source: str, place: str, folder: str | None, naming: str) -> None:
    """Say where sidecars of a SOURCE are written: never, beside the footage, or in a tree of their own."""
    request = PlaceRequest(
        place=Place(place), folder=None if folder is None else os.path.abspath(folder), naming=Naming(naming)
    )
    made = service(SidecarService).set_place(LOCAL, source, request)
    text = {
        Place.NEVER: "are not written",
        Place.BESIDE: "are written beside the footage",
        Place.TREE: f"are written below {made.folder}",
    }
    waiting = f"; {made.waiting} to write" if made.waiting else ""
    click.echo(f"sidecars of {made.source} {text[made.place]}{waiting}")
