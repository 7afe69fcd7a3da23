"""`dampipe up`"""

from pathlib import Path

import click

from dampipe.app.container import process_container
from dampipe.app.procfile import Process, default_procfile, read_procfile
from dampipe.app.up import run_deployment
from dampipe.cli import stdio

_COLOURS = ("cyan", "green", "yellow", "blue", "magenta", "bright_cyan", "bright_green", "bright_blue")


@click.command(name="up")
@click.option(
    "--procfile",
    type=click.Path(dir_okay=False, path_type=Path),
    default=default_procfile,
    help="Another list of processes.",
)
@click.option("--watch-folder", is_flag=True, help="Take new files in all sources at once, too.")
def command(procfile: Path, watch_folder: bool) -> None:
    """Run a whole deployment on this machine: broker, workers, sweep, web server and Flower.

    The processes are the lines of the Procfile. Ctrl-C stops them all; unfinished work goes on at the
    next start.
    """
    processes = read_procfile(procfile)
    if watch_folder:
        processes.append(Process("watch-folder", ("dampipe", "watch-folder")))
    width = max(len("dampipe"), *(len(process.name) for process in processes))
    colours = {process.name: _COLOURS[i % len(_COLOURS)] for i, process in enumerate(processes)}

    def say(name: str, line: str) -> None:
        try:
            click.echo(f"{click.style(name.ljust(width), fg=colours.get(name))} | {line}")
        except OSError:  # the terminal is closed, or `head` has seen enough; there is the log
            stdio.give_up_output()

    run_deployment(process_container(), processes, say)
