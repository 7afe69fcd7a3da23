"""`dampipe flower`"""

import os
import sys

import click

from dampipe.settings import load_settings


@click.command(name="flower")
def command() -> None:
    """Run Flower, which shows queues, workers and tasks. It has no login: mind the setting host."""
    settings = load_settings()
    arguments = [
        *(sys.executable, "-m", "celery", "--quiet", "-A", "workers.app", "flower"),
        *(f"--address={settings.host}", f"--port={settings.flower_port}", "--max_tasks=20000"),
        "--tasks_columns=name,args,state,result,received,runtime,worker",
        "--logging=error",  # it warns of every worker that has not come up yet
    ]
    os.execv(sys.executable, arguments)
