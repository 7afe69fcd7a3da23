"""`dampipe search "words"`"""

from typing import Any

import click

from dampipe.cli.asking import question, read
from dampipe.cli.output import console, json_option, library, print_json, table
from dampipe.domain.search import Filter, Found, Hit
from dampipe.domain.timecode import clock


@click.command(name="search")
@question
@json_option
def command(as_json: bool, **given: Any) -> None:
    """Find moments by words, by a picture or by a moment: file, time code and score, the best first."""
    query = read(**given)
    if not query.asks_vision and query.filter == Filter():
        raise click.UsageError("what are you looking for? Give words, --image, --like or a filter")
    found = library().search(query)
    if as_json:
        print_json(found)
    else:
        _print(found, query.offset)


def _print(found: Found, offset: int) -> None:
    for warning in found.warnings:
        click.echo(warning, err=True)
    if not found.hits:
        click.echo("nothing found" if offset or found.floor else _NOTHING)
        return
    columns = ["score", "time", "also at", "file", "asset", "written"]
    console().print(table(columns, map(_row, found.hits), right=["score", "time"]))
    if all(hit.weak for hit in found.hits):
        click.echo("nothing stands out: these are no nearer than what meaningless words find (~)", err=True)
    if found.more:
        click.echo(f"there is more: --offset {offset + len(found.hits)}", err=True)


_NOTHING = "nothing found: nothing that fits has been indexed yet (`dampipe status`)"


def _row(hit: Hit) -> tuple[str, ...]:
    score = "" if hit.score is None else f"{'~' if hit.weak else ''}{hit.score:.3f}"
    first, *others = [clock(moment.time) for moment in hit.moments] or [""]
    return score, first, " ".join(others), hit.path, hit.asset[:12], " ".join(hit.words)
