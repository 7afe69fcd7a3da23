"""`dampipe duplicates`"""

import click

from dampipe.features.duplicates.model import (
    MIN_SIMILARITY,
    Copy,
    Duplicates,
    DuplicatesRequest,
    NearDuplicate,
    PairRequest,
    PairState,
)
from dampipe.features.duplicates.service import DuplicateService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.arguments import Number
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table
from dampipe.kernel.timecode import clock

_HELP = {name: field.description for name, field in DuplicatesRequest.model_fields.items()}


@click.group(name="duplicates", invoke_without_command=True)
@click.option("--near", is_flag=True, help=_HELP["near"])
@click.option(
    "--similarity",
    default=MIN_SIMILARITY,
    show_default=True,
    type=Number(MIN_SIMILARITY, 1),
    help=_HELP["similarity"],
)
@click.option(
    "--state",
    default=PairState.OPEN.value,
    show_default=True,
    type=click.Choice([state.value for state in PairState]),
    help=_HELP["state"],
)
@click.option("--asset", help=_HELP["asset"])
@json_option
@click.pass_context
def command(
    context: click.Context, near: bool, similarity: float, state: str, asset: str | None, as_json: bool
) -> None:
    """List what the library has more than once, with the evidence. Nothing is deleted."""
    if context.invoked_subcommand is not None:
        return
    request = DuplicatesRequest(near=near, similarity=similarity, state=PairState(state), asset=asset)
    found = service(DuplicateService).find(LOCAL, request)
    if as_json:
        print_json(found)
    else:
        _print(found, request)


@command.command(name="dismiss")
@click.argument("first")
@click.argument("second")
def dismiss(first: str, second: str) -> None:
    """Do not list two near duplicates any more: SHA-1s, their first digits, or paths."""
    service(DuplicateService).dismiss(LOCAL, PairRequest(first=first, second=second))
    click.echo("dismissed: `dampipe duplicates --near --state dismissed` lists it")


@command.command(name="reopen")
@click.argument("first")
@click.argument("second")
def reopen(first: str, second: str) -> None:
    """List two near duplicates again that were dismissed."""
    service(DuplicateService).reopen(LOCAL, PairRequest(first=first, second=second))
    click.echo("listed again")


def _print(found: Duplicates, request: DuplicatesRequest) -> None:
    if found.exact:
        rows = [(f"{d.size:,}", d.asset[:12], "\n".join(d.paths)) for d in found.exact]
        say(table(["bytes each", "asset", "the same content"], rows, right=["bytes each"]))
    else:
        click.echo("no two files have the same content")
    if not request.near:
        return
    if found.near:
        columns = ["similar", "frames", "common part", "bytes", "picture", "shows the same"]
        click.echo()
        say(table(columns, map(_row, found.near), right=["similar", "frames", "bytes"]))
    else:
        which = "" if request.state is PairState.OPEN else f"{request.state} "
        click.echo(f"no {which}near duplicates" if which else "no two assets show the same")
    if found.unknown:
        click.echo(f"{plural(found.unknown, 'asset')} not previewed yet: `dampipe status`", err=True)
    if found.unsearched:
        waiting = plural(found.unsearched, "asset is", "assets are")
        click.echo(
            f"{waiting} still to be compared with all others: the clock does so in the background", err=True
        )


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
