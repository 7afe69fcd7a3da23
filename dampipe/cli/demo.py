"""`dampipe demo`: run a deployment, process some footage, and print what came of it and what search finds."""

import shlex
import shutil
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import click

from dampipe.app.container import Container, process_container
from dampipe.app.demo.deployment import background_deployment
from dampipe.app.demo.footage import QUERIES, make_footage
from dampipe.app.demo.isolation import use_separate_library
from dampipe.app.errors import HOME_UNUSABLE
from dampipe.app.load_settings import load_settings
from dampipe.app.remedies import remedies
from dampipe.features.assets.service import AssetService
from dampipe.features.scanning.cli.enqueue import follow, summary
from dampipe.features.scanning.model import EnqueueRequest
from dampipe.features.scanning.service import ScanService
from dampipe.features.search.model import SearchRequest
from dampipe.features.search.service import SearchService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import CannotStart, DampipeError, Unavailable
from dampipe.kernel.faces.console import say, table
from dampipe.kernel.faces.remedies import CLI
from dampipe.kernel.settings.default_model import default_model
from dampipe.kernel.settings.settings import Settings
from dampipe.kernel.timecode import clock
from dampipe.media.outputs import DerivativeKind
from dampipe.storage.video import Video

OWN_FOOTAGE_QUERIES = ("a person", "a car on a road", "something on a table")
COLOUR_QUERIES = ("red", "blue", "green")
"""For the tiny model, which knows no more than colours of real footage."""
MAX_ASSETS = 30
"""How many assets are listed."""


@click.command(name="demo")
@click.option("--footage", type=click.Path(exists=True, path_type=Path), help="Use your own folder or file.")
@click.option("--once", is_flag=True, help="Exit when done instead of waiting for Ctrl-C.")
def command(footage: Path | None, once: bool) -> None:
    """Process generated footage (or your own) and search it."""
    queries: tuple[str, ...]
    if footage is None:
        container, footage = _generate_footage(load_settings().home / "demo")
        queries = QUERIES
    else:
        container, queries = _choose_model(process_container())
    container.set_up()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    with background_deployment(container.settings, click.echo) as deployment:
        _process(container, footage)
        _print_assets(container)
        _print_searches(container, queries)
        _print_addresses(container.settings)
        if not once:
            click.echo("\nrunning until Ctrl-C")
            with suppress(KeyboardInterrupt):
                deployment.wait()


def _program() -> str:
    """How this program was called, for a person to call it again."""
    called = Path(sys.argv[0])
    if called.name != "dampipe":
        return shlex.join([sys.executable, "-m", "dampipe"])
    return "dampipe" if shutil.which("dampipe") == str(called) else shlex.quote(str(called))


def _interrupt(*_: object) -> None:
    """Signal handler: leave by an exception, so that the deployment is stopped."""
    raise KeyboardInterrupt


def _generate_footage(folder: Path) -> tuple[Container, Path]:
    """Generate clips below `folder`, for a library of their own."""
    use_separate_library(folder / "home")
    container, footage = process_container(), folder / "footage"
    try:
        footage.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(HOME_UNUSABLE, path=footage, reason=error.strerror) from error
    click.echo(f"generating sample footage in {footage}")
    make_footage(container.tools.ffmpeg, footage)
    return container, footage


def _choose_model(container: Container) -> tuple[Container, tuple[str, ...]]:
    """Use the model of the settings or, where its weights are not available, the tiny one; with queries for it."""
    try:
        container.tools.embedder.check()
    except Unavailable as error:
        _print_error(error)
        click.echo(
            "Using the tiny model that is included in dampipe instead. It knows coloured shapes only:\n"
            "its results show how search works, not how well a real model finds things."
        )
        return Container(container.settings.model_copy(update={"model": "tiny"})), COLOUR_QUERIES
    return container, OWN_FOOTAGE_QUERIES


def _process(container: Container, footage: Path) -> None:
    started_at = time.monotonic()
    scans = container.get(ScanService)
    submitted = scans.enqueue(LOCAL, EnqueueRequest(paths=(str(footage.absolute()),)))
    progress = follow(scans, submitted.scan, quiet=False)
    summary(progress)
    click.echo(f"took {time.monotonic() - started_at:.0f} s\n")


def _print_assets(container: Container) -> None:
    assets, search = container.get(AssetService).page(LOCAL, MAX_ASSETS), container.get(SearchService)
    rows = [_asset_row(video, search.moment_count(LOCAL, video.sha1)) for video in reversed(assets)]
    columns = ["file", "length", "picture", "codec", "poster", "scrub strip", "moments", "proxy"]
    say(table(columns, rows, right=["length", "moments"]))


def _asset_row(video: Video, moments: int) -> tuple[str, ...]:
    media = video.media
    picture = media.video if media else None
    length = clock(media.duration) if media and media.duration else "-"
    size = "{}×{}".format(*picture.display_size) if picture else "-"
    codec = picture.codec if picture else "-"
    sizes = {made.kind: f"{made.size / 1000:.0f} kB" for made in video.derivatives}
    poster, strip, proxy = (
        sizes.get(kind, "-") for kind in (DerivativeKind.POSTER, DerivativeKind.SPRITE, DerivativeKind.PROXY)
    )
    return video.name, length, size, codec, poster, strip, str(moments), proxy


def _print_searches(container: Container, queries: tuple[str, ...]) -> None:
    for query in queries:
        click.echo(f'\ndampipe search "{query}"')
        try:
            hits = (
                container.get(SearchService).find(LOCAL, SearchRequest(words=query, limit=3, flat=True)).hits
            )
        except DampipeError as error:
            _print_error(error)
            continue
        rows = [(f"{m.score:.3f}", clock(m.time), m.path) for hit in hits for m in hit.moments]
        say(table(["score", "time", "file"], rows, right=["score", "time"]))


def _print_addresses(settings: Settings) -> None:
    click.echo(f"\npage     http://{settings.host}:{settings.port}/ (the API is described at /docs)")
    click.echo(f"Flower   http://{settings.host}:{settings.flower_port}")
    # The model is named because another one would embed all footage again.
    home = shlex.quote(str(settings.home))
    model = "" if settings.model == default_model() else f" DAMPIPE_MODEL={shlex.quote(settings.model)}"
    click.echo(f"to continue: export DAMPIPE_HOME={home}{model}  and  {_program()} up")


def _print_error(error: DampipeError) -> None:
    click.echo(str(error))
    if next_step := remedies().word(error, CLI):
        click.echo(f"  {next_step}")
