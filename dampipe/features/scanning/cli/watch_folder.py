"""`dampipe watch-folder`"""

import signal
import threading

import click

from dampipe.features.scanning.watch_folder import FolderWatcher
from dampipe.kernel.faces.arguments import Number
from dampipe.kernel.faces.console import service


@click.command(name="watch-folder")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "--poll", type=Number(0.1), metavar="SECONDS",
    help="Poll at this interval instead of using change events; default: network mounts only, every 30 s.",
)  # fmt: skip
@click.option(
    "--rescan", type=Number(0), default=60.0, show_default=True, metavar="MINUTES",
    help="Also scan everything at this interval, for changes without an event; 0: only at the start.",
)  # fmt: skip
def command(sources: tuple[str, ...], poll: float | None, rescan: float) -> None:
    """Scan new files as soon as they are completely written, in all sources by default, until Ctrl-C or SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    service(FolderWatcher).run(sources, poll=poll, rescan=rescan * 60, stop=stop, on_log=click.echo)
