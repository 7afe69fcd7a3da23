"""`dampipe duplicates`"""

import click

from dampipe.cli.output import json_option, library, plural, print_json, say, table
from dampipe.domain.duplicates import Copy, Duplicates, NearDuplicate
from dampipe.domain.timecode import clock


@click.command(name="duplicates")
@click.option("--near", is_flag=True, help="Also what shows the same: other encodes, trims, resized ones.")
@click.option(
    "--similarity",
    default=0.55,
    show_default=True,
    type=click.FloatRange(0.55, 1),
    help="Of near ones, at least.",
)
@json_option
def command(near: bool, similarity: float, as_json: bool) -> None:
    """What the library has more than once, and what tells so. Nothing is deleted."""
    found = library().duplicates(near, similarity)
    if as_json:
        print_json(found)
    else:
        _print(found, near)


def _print(found: Duplicates, near: bool) -> None:
    if found.exact:
        rows = [(f"{d.size:,}", d.asset[:12], "\n".join(d.paths)) for d in found.exact]
        say(table(["bytes each", "asset", "the same content"], rows, right=["bytes each"]))
    else:
        click.echo("no content lies in two places")
    if not near:
        return
    if found.near:
        columns = ["similar", "frames", "common part", "bytes", "picture", "shows the same"]
        click.echo()
        say(table(columns, map(_row, found.near), right=["similar", "frames", "bytes"]))
    else:
        click.echo("no two assets show the same")
    if found.unknown:
        click.echo(f"{plural(found.unknown, 'asset')} not previewed yet: `dampipe status`", err=True)


def _row(pair: NearDuplicate) -> tuple[str, ...]:
    """What tells that two assets show the same, and what tells them apart: a line for each."""
    sides = [
        (f"{clock(one.start)}-{clock(one.end)}", f"{one.size:,}", _picture(one), one.path)
        for one in (pair.first, pair.second)
    ]
    return f"{pair.similarity:.3f}", str(pair.frames), *map("\n".join, zip(*sides, strict=True))


def _picture(side: Copy) -> str:
    size = f"{side.width}×{side.height}" if side.width and side.height else ""
    return " ".join(filter(None, [side.codec, size]))
