"""`dampipe search "words"`"""

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from dampipe.features.search.cli.options import SearchCommand, question, read
from dampipe.features.search.model import Filter, Found, Hit, Only, Query
from dampipe.kernel.errors import InvalidInput, NotFound
from dampipe.kernel.faces.console import json_option, plural, print_json, say, table, world
from dampipe.kernel.timecode import clock
from dampipe.timeline import Format, format_of, render
from dampipe.timeline.clip import Clip


@click.command(name="search", cls=SearchCommand)
@question
@click.option(
    "--export",
    "export",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the moments as a timeline: .otio, .fcpxml, .xml, .edl or .csv.",
)
@json_option
def command(export: Path | None, as_json: bool, **given: Any) -> None:
    """Find moments by words, by a picture or by a moment: file, time code and score, the best first.

    A minus sign before a word says what must not be in the picture: beach -people.
    """
    query = read(**given)
    if not query.asks_vision and query.filter == Filter():
        raise click.UsageError("what are you looking for? Give words, --image, --like or a filter")
    form = format_of(export) if export else None
    here = world()
    here.tools.borrows = True
    dampipe = here.library
    found = dampipe.search(query)
    if export and form:
        _export(dampipe.cuts(found), export, form)
    if as_json:
        print_json(found)
    else:
        _print(found, query)


def _export(cuts: Sequence[Clip], path: Path, form: Format) -> None:
    if not cuts:  # an earlier timeline of that name is worth more than an empty one
        click.echo(f"nothing was found, so {path} was not written", err=True)
        return
    replaced = ", in place of what was there" if path.exists() else ""
    _write(path, render(cuts, form, path.stem))
    click.echo(f"{plural(len(cuts), 'moment')} written to {path}{replaced}", err=True)


def _write(path: Path, text: str) -> None:
    path = path.resolve()
    beside = path.with_name(f".dampipe-{os.getpid()}.part")  # an earlier timeline goes when this one is whole
    try:
        try:
            beside.write_text(text, encoding="utf-8")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except FileNotFoundError:
        raise NotFound(f"there is no folder {path.parent}", hint="Make it, or write elsewhere.") from None
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise InvalidInput(f"{path} cannot be written: {error.strerror}") from error


def _print(found: Found, query: Query) -> None:
    for warning in found.warnings:
        click.echo(warning, err=True)
    if not found.hits:
        # Meaningless words come near to something, as soon as there is anything.
        plain = bool(query.words) and query.only in (None, Only.VISION) and query.filter.empty
        click.echo(_NOTHING if plain and not query.offset and found.floor is None else "nothing found")
        return
    columns = ["score", "time", "also at", "file", "asset", "written"]
    say(table(columns, map(_row, found.hits), right=["score", "time"]))
    if all(hit.weak for hit in found.hits):
        click.echo("nothing stands out: these are no nearer than what meaningless words find (~)", err=True)
    if found.more:
        click.echo(f"there is more: --offset {query.offset + len(found.hits)}", err=True)


_NOTHING = "nothing found: nothing has been embedded yet (`dampipe status`)"


def _row(hit: Hit) -> tuple[str, ...]:
    score = "" if hit.score is None else f"{'~' if hit.weak else ''}{hit.score:.3f}"
    first = clock(hit.moments[0].time) if hit.moments else ""
    others = [clock(moment.time) for moment in hit.moments[1:] if hit.weak or not moment.weak]
    return score, first, " ".join(others), hit.path, hit.asset[:12], " ".join(hit.words)
