"""`dampipe search "words"`"""

from pathlib import Path

import click

from dampipe.cli.output import console, json_option, library, print_json, table
from dampipe.domain.timecode import clock


@click.command(name="search")
@click.argument("words", nargs=-1)
@click.option(
    "--image", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Find what looks like this."
)
@click.option("-n", "--limit", default=10, show_default=True, type=click.IntRange(1, 1000))
@json_option
def command(words: tuple[str, ...], image: Path | None, limit: int, as_json: bool) -> None:
    """Find moments by words or by a picture: file, time code and score, the best first."""
    text = " ".join(words)
    if image is not None and text:
        raise click.UsageError("give words or --image, not both")
    if image is None and not text.strip():
        raise click.UsageError("what are you looking for? Give some words, or --image FILE")
    dampipe = library()
    hits = dampipe.search(text, limit) if image is None else dampipe.search_image(image, limit)
    if as_json:
        print_json(hits)
    elif not hits:
        click.echo("nothing found: nothing has been indexed yet (`dampipe status`)")
    else:
        rows = [(f"{hit.score:.3f}", clock(hit.time), hit.path, hit.asset[:12]) for hit in hits]
        console().print(table(["score", "time", "file", "asset"], rows, right=["score", "time"]))
