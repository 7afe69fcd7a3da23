"""`dampipe worker`"""

import os

import click

from dampipe.app.capabilities import Capabilities
from dampipe.app.container import process_container
from dampipe.app.errors import NO_USABLE_STAGE, UNKNOWN_QUEUE
from dampipe.cli.celery_program import run_celery
from dampipe.jobs.plan import Plan
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import CannotStart, InvalidInput
from dampipe.kernel.faces.arguments import WholeNumber
from dampipe.kernel.settings.settings import MOST_PROCESSES, Settings

CONTROL_QUEUES = ("control", "scan")
"""Queues of no stage: the sweep and other periodic jobs, and the walks of scans."""


@click.command(name="worker")
@click.option("--queues", help="Comma-separated queues to serve; default: all.")
@click.option("--name", help="Name of the worker on this machine; default: its queues.")
@click.option(
    "--concurrency",
    type=WholeNumber(1, MOST_PROCESSES),
    help="Number of processes; default: from the settings.",
)
def command(queues: str | None, name: str | None, concurrency: int | None) -> None:
    """Run one worker. On another machine it needs the URLs of the broker, the database and the blob store.

    \b
        DAMPIPE_BROKER_URL=redis://nas:6379/0 \\
        DAMPIPE_DATABASE_URL=postgresql+psycopg://dampipe@nas/dampipe \\
        DAMPIPE_BLOBS_URL=/mnt/derivatives dampipe worker --queues embed
    """
    container = process_container()
    known = [*CONTROL_QUEUES, *container.get(Plan).queues]
    served = [queue.strip() for queue in queues.split(",") if queue.strip()] if queues else known
    unknown = [queue for queue in served if queue not in known]
    if unknown or not served:
        raise InvalidInput(UNKNOWN_QUEUE, queues=", ".join(unknown) or repr(queues), known=", ".join(known))
    served = _usable(container.get(Capabilities), served)
    container.set_up()
    processes = concurrency or _default_concurrency(container.settings, served)
    container.get(Database).close()  # the worker forks its processes, and a connection must not be shared
    run_celery(
        *("worker", "--queues", ",".join(served), "--hostname", f"{name or '-'.join(served)}@%h"),
        *("--concurrency", str(processes), "--pool", "prefork", "--loglevel", container.settings.log_level),
        *("--without-mingle", "--without-gossip"),
    )


def _usable(capabilities: Capabilities, queues: list[str]) -> list[str]:
    """The queues that have a stage which this machine can run. Raises CannotStart if there is none."""
    unusable = capabilities.unusable_queues(queues)
    usable = [queue for queue in queues if queue not in unusable]
    if not usable:
        raise CannotStart(NO_USABLE_STAGE, queues=", ".join(queues), reasons="; ".join(unusable.values()))
    for queue, reason in unusable.items():
        click.echo(f"the queue {queue} is left to other workers: {reason}", err=True)
    return usable


def _default_concurrency(settings: Settings, queues: list[str]) -> int:
    """The largest number of processes that one of the queues needs; the model and the index need one."""
    count = 1
    if {"io", "preview"} & set(queues):
        count = settings.media_workers or min(8, os.cpu_count() or 1)
    if "proxy" in queues:
        count = max(count, settings.proxy_workers)
    return max(count, 2) if set(queues) & set(CONTROL_QUEUES) else count
