"""`dampipe watch-folder`"""

import signal
import threading

import click

from dampipe.kernel.faces.console import world


@click.command(name="watch-folder")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "--poll", type=click.FloatRange(min=0.1), metavar="SECONDS",
    help="Look that often instead of being told by the system; network mounts: 30 unless told otherwise.",
)  # fmt: skip
@click.option(
    "--rescan", type=click.FloatRange(min=0), default=60.0, show_default=True, metavar="MINUTES",
    help="Scan everything that often, too, for what was not told; 0: only at the start.",
)  # fmt: skip
def command(sources: tuple[str, ...], poll: float | None, rescan: float) -> None:
    """Take new files as soon as they hold still, in all sources by default, until Ctrl-C or SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    watching = world().watching
    watching.run(sources, poll=poll, rescan=rescan * 60, stop=stop, say=click.echo)
