"""`dampipe demo`"""

import os
import shlex
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import click

from dampipe.app.container import Container, process_container
from dampipe.app.demo.footage import QUERIES, make_footage
from dampipe.app.load_settings import load_settings
from dampipe.app.supervisor import die_with_parent
from dampipe.features.scanning.cli.enqueue import follow, summary
from dampipe.features.scanning.model import EnqueueRequest
from dampipe.features.scanning.service import ScanService
from dampipe.features.search.model import SearchRequest
from dampipe.features.search.service import SearchService
from dampipe.kernel.errors import CannotStart, DampipeError, Unavailable
from dampipe.kernel.faces.console import say, table
from dampipe.kernel.home import config_file
from dampipe.kernel.settings.settings import Settings
from dampipe.kernel.timecode import clock
from dampipe.media.outputs import DerivativeKind
from dampipe.storage.video import Video

OWN_QUERIES = ("a person", "a car on a road", "something on a table")
COLOUR_QUERIES = ("red", "blue", "green")
"""All that the tiny model can say of real footage."""


@click.command(name="demo")
@click.option("--footage", type=click.Path(exists=True, path_type=Path), help="Your own folder.")
@click.option("--once", is_flag=True, help="End by itself instead of waiting for Ctrl-C.")
def command(footage: Path | None, once: bool) -> None:
    """Show the main job: make footage (or take yours), process it, search it."""
    queries: tuple[str, ...] = QUERIES
    if footage is None:
        place = load_settings().home / "demo"
        world, footage = _apart(place), place / "footage"
        try:
            footage.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            hint = "See the setting home (DAMPIPE_HOME)."
            raise CannotStart(f"{footage} cannot be made: {error.strerror}", hint=hint) from error
        click.echo(f"making sample footage in {footage}")
        make_footage(world.tools.ffmpeg, footage)
    else:
        world, queries = _with_a_model(process_container())
    world.catalog.set_up()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    deployment = _start(world)
    try:
        _ingest(world, footage)
        _list(world)
        _search(world, queries)
        settings = world.settings
        click.echo(f"\npage     http://{settings.host}:{settings.port}/ (the API is described at /docs)")
        click.echo(f"Flower   http://{settings.host}:{settings.flower_port}")
        # With another model everything would be embedded anew.
        home, usual = shlex.quote(str(settings.home)), Settings.model_fields["model"].default
        model = "" if settings.model == usual else f" DAMPIPE_MODEL={shlex.quote(settings.model)}"
        click.echo(f"to go on: export DAMPIPE_HOME={home}{model}  and  .venv/bin/dampipe up")
        if not once:
            click.echo("\nrunning until Ctrl-C")
            with suppress(KeyboardInterrupt):
                deployment.wait()
    finally:
        _stop(deployment)


def _interrupt(*_: object) -> None:
    """However the demo is ended, it stops what it started."""
    raise KeyboardInterrupt


def _apart(place: Path) -> Container:
    """A world for made-up clips: they have no business in anyone's library, least of all a shared one."""
    file = config_file()
    if file.is_file():  # ports, the ffmpeg and the like
        os.environ["DAMPIPE_CONFIG"] = str(file.absolute())
    os.environ |= {"DAMPIPE_HOME": str(place / "home"), "DAMPIPE_MODEL": "tiny", "DAMPIPE_VECTORS": "faiss"}
    os.environ |= dict.fromkeys(("DAMPIPE_DATABASE_URL", "DAMPIPE_BROKER_URL", "DAMPIPE_BLOBS_URL"), "")
    os.environ |= dict.fromkeys(("DAMPIPE_VECTORS_OPTIONS", "DAMPIPE_BLOBS_OPTIONS"), "{}")
    return process_container()


def _with_a_model(world: Container) -> tuple[Container, tuple[str, ...]]:
    """The model that the settings name or, where its weights cannot be had, the tiny one, and say so."""
    try:
        world.tools.embedder.check()
    except Unavailable as error:
        click.echo(f"{error}\n  {error.hint}".rstrip())
        click.echo(
            "Going on with the tiny model that comes with dampipe. It knows coloured shapes and nothing else:\n"
            "its answers show how search works, not how well a real model finds things."
        )
        return Container(world.settings.model_copy(update={"model": "tiny"})), COLOUR_QUERIES
    return world, OWN_QUERIES


def _start(world: Container) -> "subprocess.Popen[bytes]":
    """`dampipe up` with its words in a file; returns once it is ready."""
    settings = world.settings
    settings.logs.mkdir(parents=True, exist_ok=True)
    words = settings.logs / "demo.log"
    click.echo(f"starting broker, workers, web server and Flower (words in {words})")
    with words.open("wb") as log:
        deployment = subprocess.Popen(
            [sys.executable, "-m", "dampipe", "up"], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            start_new_session=True, preexec_fn=die_with_parent,
            env={**os.environ, "DAMPIPE_MODEL": settings.model},
        )  # fmt: skip
    try:
        _wait_until_ready(deployment, words)
    except BaseException:
        _stop(deployment)
        raise
    return deployment


def _wait_until_ready(deployment: "subprocess.Popen[bytes]", words: Path) -> None:
    end = time.monotonic() + 120
    while "ready: " not in (text := words.read_text(encoding="utf-8", errors="replace")):
        if deployment.poll() is not None or time.monotonic() > end:
            last = "\n".join(text.splitlines()[-5:])
            raise CannotStart(f"the deployment did not come up:\n{last}")
        time.sleep(0.2)


def _stop(deployment: "subprocess.Popen[bytes]") -> None:
    if deployment.poll() is None:
        click.echo("stopping")
        deployment.send_signal(signal.SIGTERM)
        try:
            deployment.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(deployment.pid, signal.SIGKILL)


def _ingest(world: Container, footage: Path) -> None:
    began = time.monotonic()
    scans = world.get(ScanService)
    submitted = scans.enqueue(EnqueueRequest(paths=(str(footage.absolute()),)))
    progress = follow(scans, submitted.scan, quiet=False)
    summary(progress)
    click.echo(f"took {time.monotonic() - began:.0f} s\n")


def _list(world: Container) -> None:
    rows = [_row(world, video) for video in reversed(world.library.assets.page(30))]
    columns = ["file", "length", "picture", "codec", "poster", "scrub strip", "moments", "proxy"]
    say(table(columns, rows, right=["length", "moments"]))


def _row(world: Container, video: Video) -> tuple[str, ...]:
    media = video.media
    kinds = {made.kind: made for made in video.derivatives}
    picture = media.video if media else None
    size = "{}×{}".format(*picture.display_size) if picture else "-"
    made = [
        f"{kinds[kind].size / 1000:.0f} kB" if kind in kinds else "-"
        for kind in (DerivativeKind.POSTER, DerivativeKind.SPRITE, DerivativeKind.PROXY)
    ]
    moments = world.library.moments_of(video.sha1)
    length = clock(media.duration) if media and media.duration else "-"
    return (video.name, length, size, picture.codec if picture else "-", *made[:2], str(moments), made[2])


def _search(world: Container, queries: tuple[str, ...]) -> None:
    for query in queries:
        click.echo(f'\ndampipe search "{query}"')
        try:
            hits = world.get(SearchService).find(SearchRequest(words=query, limit=3, flat=True)).hits
        except DampipeError as error:
            click.echo(f"  {error}\n  {error.hint}")
            continue
        say(
            table(
                ["score", "time", "file"],
                [(f"{m.score:.3f}", clock(m.time), m.path) for hit in hits for m in hit.moments],
                right=["score", "time"],
            )
        )
