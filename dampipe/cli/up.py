"""`dampipe up`"""

from pathlib import Path

import click

from dampipe.app.container import process_container
from dampipe.app.procfile import Process, default_procfile, read_procfile
from dampipe.app.up import run_deployment
from dampipe.kernel.faces import stdio
from dampipe.kernel.faces.console import styled

_COLOURS = ("cyan", "green", "yellow", "blue", "magenta", "bright_cyan", "bright_green", "bright_blue")


@click.command(name="up")
@click.option(
    "--procfile",
    type=click.Path(dir_okay=False, path_type=Path),
    default=default_procfile,
    help="File with the processes to run; default: the Procfile of dampipe.",
)
@click.option("--watch-folder", is_flag=True, help="Also process new files in sources as they appear.")
def command(procfile: Path, watch_folder: bool) -> None:
    """Run a whole deployment on this machine: broker, workers, sweep, web server and Flower.

    The processes are the lines of the Procfile. Ctrl-C stops all of them; unfinished work continues at the
    next start.
    """
    processes = read_procfile(procfile)
    if watch_folder:
        processes.append(Process("watch-folder", ("dampipe", "watch-folder")))
    width = max(len("dampipe"), *(len(process.name) for process in processes))
    colours = {process.name: _COLOURS[i % len(_COLOURS)] for i, process in enumerate(processes)}

    def print_line(name: str, line: str) -> None:
        try:
            click.echo(f"{styled(name.ljust(width), fg=colours.get(name))} | {line}")
        except OSError:  # the terminal or the reading program is gone; the log file remains
            stdio.give_up_output()

    run_deployment(process_container(), processes, print_line)
