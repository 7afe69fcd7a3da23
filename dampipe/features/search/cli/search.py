"""`dampipe search "words"`"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from dampipe.features.search.cli.options import SearchCommand, search_options, search_request
from dampipe.features.search.cli.timeline_file import write_timeline
from dampipe.features.search.clips import ClipService
from dampipe.features.search.model import Found, Hit, Only, SearchRequest
from dampipe.features.search.service import SearchService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.faces.console import json_option, plural, print_json, say, service, table
from dampipe.kernel.faces.release import release_options
from dampipe.kernel.filter import FilterRegistry
from dampipe.kernel.paths import printable
from dampipe.kernel.release import ReleaseRequest
from dampipe.kernel.timecode import clock
from dampipe.timeline import Format, format_of
from dampipe.timeline.clip import Clip

_REGISTRY = FilterRegistry()


@click.command(name="search", cls=SearchCommand)
@search_options(_REGISTRY)
@click.option(
    "--export",
    "export",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the moments as a timeline: .otio, .fcpxml, .xml, .edl or .csv.",
)
@release_options
@json_option
def command(
    export: Path | None, territory: str, medium: str, reason: str, as_json: bool, **given: Any
) -> None:
    """Find moments by words, a picture or a moment: file, time code and score, best first.

    A minus sign before a word says what must not be in the picture: beach -people.
    """
    request = search_request(_REGISTRY, **given)
    if not (request.asks_vision or request.filters or request.sort):
        raise click.UsageError("nothing to search for: give words, --image, --like or a filter")
    form = format_of(export) if export else None
    found = service(SearchService).find(LOCAL, request)
    if export and form:
        use = ReleaseRequest(territory=territory, medium=medium, reason=reason)
        _export(service(ClipService).clips(LOCAL, found), export, form, use)
    if as_json:
        print_json(found)
    else:
        _print(found, request)


def _export(clips: Sequence[Clip], path: Path, form: Format, use: ReleaseRequest) -> None:
    if not clips:  # an earlier timeline of that name is worth more than an empty one
        click.echo(f"nothing found: {path} was not written", err=True)
        return
    replaced = ", replacing an earlier file" if path.exists() else ""
    rendered = service(ClipService).write(LOCAL, clips, form, path.stem, use)
    write_timeline(path, rendered.text)
    for warning in rendered.warnings:
        click.echo(f"warning: {printable(warning)}", err=True)
    click.echo(f"{plural(rendered.clips, 'moment')} written to {path}{replaced}", err=True)


def _print(found: Found, request: SearchRequest) -> None:
    for warning in found.warnings:
        click.echo(warning, err=True)
    if not found.hits:
        click.echo(_nothing(found, request))
        return
    columns = ["score", "time", "also at", "file", "asset", "words"]
    say(table(columns, map(_row, found.hits), right=["score", "time"]))
    if all(hit.weak for hit in found.hits):
        click.echo("only weak hits (~): their scores are no higher than those of meaningless words", err=True)
    elif found.weaker and not found.more:
        click.echo("weak hits are left out: --weak shows them", err=True)
    if found.more:
        click.echo(f"there are more hits: --offset {request.offset + len(found.hits)}", err=True)


def _nothing(found: Found, request: SearchRequest) -> str:
    """Why there is no hit."""
    if found.weaker:
        return "no strong matches: --weak shows what scores no higher than meaningless words"
    # Even meaningless words find something as soon as anything is embedded.
    unfiltered = bool(request.words) and request.only in (None, Only.VISION) and not request.filters
    if unfiltered and not request.offset and found.floor is None:
        return "nothing found: nothing has been embedded yet (`dampipe status`)"
    return "nothing found"


def _row(hit: Hit) -> tuple[str, ...]:
    score = "" if hit.score is None else f"{'~' if hit.weak else ''}{hit.score:.3f}"
    first = clock(hit.moments[0].time) if hit.moments else ""
    others = [clock(moment.time) for moment in hit.moments[1:] if hit.weak or not moment.weak]
    group = f"  +{hit.group.members - 1} ({hit.group.kind})" if hit.group else ""
    medium = f"  [{hit.medium}]" if hit.medium else ""
    named = " ".join(f"[{moment.label}]" for moment in hit.moments if moment.label)
    words = f"{' '.join(hit.words)} {named}".strip()
    return score, first, " ".join(others), f"{hit.path}{group}{medium}", hit.asset[:12], words
