"""`dampipe duplicates`"""

import click

from dampipe.features.duplicates.model import (
    MIN_SIMILARITY,
    Copy,
    Duplicates,
    DuplicatesRequest,
    NearDuplicate,
)
from dampipe.features.duplicates.service import DuplicateService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table
from dampipe.kernel.timecode import clock

_HELP = {name: field.description for name, field in DuplicatesRequest.model_fields.items()}


@click.command(name="duplicates")
@click.option("--near", is_flag=True, help=_HELP["near"])
@click.option(
    "--similarity",
    default=MIN_SIMILARITY,
    show_default=True,
    type=click.FloatRange(MIN_SIMILARITY, 1),
    help=_HELP["similarity"],
)
@json_option
def command(near: bool, similarity: float, as_json: bool) -> None:
    """List what the library has more than once, with the evidence. Nothing is deleted."""
    found = service(DuplicateService).find(LOCAL, DuplicatesRequest(near=near, similarity=similarity))
    if as_json:
        print_json(found)
    else:
        _print(found, near)


def _print(found: Duplicates, near: bool) -> None:
    if found.exact:
        rows = [(f"{d.size:,}", d.asset[:12], "\n".join(d.paths)) for d in found.exact]
        say(table(["bytes each", "asset", "the same content"], rows, right=["bytes each"]))
    else:
        click.echo("no two files have the same content")
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
    """The cells of a pair, with a line for each asset."""
    sides = [
        (f"{clock(copy.start)}-{clock(copy.end)}", f"{copy.size:,}", _picture(copy, mirrored), copy.path)
        for copy, mirrored in ((pair.first, False), (pair.second, pair.mirrored))
    ]
    common, *others = map("\n".join, zip(*sides, strict=True))
    return f"{pair.similarity:.3f}", str(pair.frames), "\n".join([common, *_elsewhere(pair)]), *others


def _elsewhere(pair: NearDuplicate) -> list[str]:
    """Where else in the first asset the common part may be."""
    return [f"or {_shift(pair.offset, begin, end)}" for begin, end in pair.other_offsets]


def _shift(offset: float, begin: float, end: float) -> str:
    """A range of offsets in words, relative to an offset.

    >>> _shift(8.0, 17.4, 18.2), _shift(8.0, 2.0, 2.0), _shift(8.0, 7.0, 10.0)
    ('9.4-10.2 s later', '6.0 s earlier', '1.0 s earlier to 2.0 s later')
    """
    if begin < offset < end:
        return f"{offset - begin:.1f} s earlier to {end - offset:.1f} s later"
    least, most = sorted((abs(begin - offset), abs(end - offset)))
    span = f"{least:.1f}" if most - least < 0.1 else f"{least:.1f}-{most:.1f}"
    return f"{span} s {'later' if begin >= offset else 'earlier'}"


def _picture(side: Copy, mirrored: bool) -> str:
    size = f"{side.width}×{side.height}" if side.width and side.height else ""
    return " ".join(filter(None, [side.codec, size, "mirrored" if mirrored else ""]))
