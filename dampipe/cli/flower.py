"""`dampipe flower`"""

import click

from dampipe.app.errors import FLOWER_OFF
from dampipe.app.load_settings import load_settings
from dampipe.app.up import FLOWER, check_ports
from dampipe.cli.celery_program import run_celery
from dampipe.kernel.errors import CannotStart


@click.command(name="flower")
def command() -> None:
    """Run Flower, a web page of queues, workers and tasks.

    It has no login: the setting host decides who can reach it.
    """
    settings = load_settings()
    if not settings.flower_port:
        raise CannotStart(FLOWER_OFF)
    check_ports(settings, {FLOWER})
    run_celery(
        *("flower", f"--address={settings.host}", f"--port={settings.flower_port}", "--max_tasks=20000"),
        "--tasks_columns=name,args,state,result,received,runtime,worker",
        "--logging=error",  # at lower levels it warns of each worker that has not started yet
    )
