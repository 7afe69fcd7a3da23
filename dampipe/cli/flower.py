"""`dampipe flower`"""

import click

from dampipe.app.load_settings import load_settings
from dampipe.cli.celery_program import run_celery


@click.command(name="flower")
def command() -> None:
    """Run Flower, a web page of queues, workers and tasks.

    It has no login: the setting host decides who can reach it.
    """
    settings = load_settings()
    run_celery(
        *("flower", f"--address={settings.host}", f"--port={settings.flower_port}", "--max_tasks=20000"),
        "--tasks_columns=name,args,state,result,received,runtime,worker",
        "--logging=error",  # at lower levels it warns of each worker that has not started yet
    )
