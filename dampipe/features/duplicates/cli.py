"""`dampipe duplicates`"""

import click

from dampipe.features.duplicates.model import Copy, Duplicates, NearDuplicate
from dampipe.kernel.faces.console import json_option, library, plural, print_json, say, table
from dampipe.kernel.timecode import clock


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
        (f"{clock(one.start)}-{clock(one.end)}", f"{one.size:,}", _picture(one, mirrored), one.path)
        for one, mirrored in ((pair.first, False), (pair.second, pair.mirrored))
    ]
    common, *others = map("\n".join, zip(*sides, strict=True))
    return f"{pair.similarity:.3f}", str(pair.frames), "\n".join([common, *_elsewhere(pair)]), *others


def _elsewhere(pair: NearDuplicate) -> list[str]:
    """Where else in the first the common part may be."""
    return [f"or {_shift(pair.offset, begin, end)}" for begin, end in pair.other_offsets]


def _shift(told: float, begin: float, end: float) -> str:
    """From which offset to another, in words, seen from the one told.

    >>> _shift(8.0, 17.4, 18.2), _shift(8.0, 2.0, 2.0), _shift(8.0, 7.0, 10.0)
    ('9.4-10.2 s later', '6.0 s earlier', '1.0 s earlier to 2.0 s later')
    """
    if begin < told < end:
        return f"{told - begin:.1f} s earlier to {end - told:.1f} s later"
    least, most = sorted((abs(begin - told), abs(end - told)))
    span = f"{least:.1f}" if most - least < 0.1 else f"{least:.1f}-{most:.1f}"
    return f"{span} s {'later' if begin >= told else 'earlier'}"


def _picture(side: Copy, mirrored: bool) -> str:
    size = f"{side.width}×{side.height}" if side.width and side.height else ""
    return " ".join(filter(None, [side.codec, size, "mirrored" if mirrored else ""]))
