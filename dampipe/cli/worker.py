"""`dampipe worker`"""

import os

import click

from dampipe.app.container import process_container
from dampipe.cli.celery_program import run_celery
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.settings.settings import Settings

QUEUES_OF_THE_DEPLOYMENT = ("control", "scan")


@click.command(name="worker")
@click.option("--queues", help="Queues to serve, comma-separated; default: all.")
@click.option("--name", help="Name of the worker on this machine; default: its queues.")
@click.option("--concurrency", type=click.IntRange(1), help="Processes; default: as the settings say.")
def command(queues: str | None, name: str | None, concurrency: int | None) -> None:
    """Run one worker. On another machine: give it the broker, the database and the blob store.

    \b
        DAMPIPE_BROKER_URL=redis://nas:6379/0 \\
        DAMPIPE_DATABASE_URL=postgresql+psycopg://dampipe@nas/dampipe \\
        DAMPIPE_BLOBS_URL=/mnt/derivatives dampipe worker --queues embed
    """
    world = process_container()
    known = [*QUEUES_OF_THE_DEPLOYMENT, *world.plan.queues]
    wanted = [queue.strip() for queue in queues.split(",") if queue.strip()] if queues else known
    unknown = [queue for queue in wanted if queue not in known]
    if unknown or not wanted:
        raise InvalidInput(
            f"there is no queue {', '.join(unknown) or queues!r}", hint=f"Queues: {', '.join(known)}."
        )
    world.catalog.set_up()
    processes = concurrency or _processes(world.settings, wanted)
    world.catalog.close()  # the processes that work are forked, and a connection must not be shared
    os.environ["REMAP_SIGTERM"] = "SIGQUIT"  # stop at once: leases bring unfinished work back
    run_celery(
        *("worker", "--queues", ",".join(wanted), "--hostname", f"{name or '-'.join(wanted)}@%h"),
        *("--concurrency", str(processes), "--pool", "prefork", "--loglevel", world.settings.log_level),
        *("--without-mingle", "--without-gossip"),
    )


def _processes(settings: Settings, queues: list[str]) -> int:
    """Enough for the hungriest of the queues; the model and the index want one process each."""
    most = 1
    if {"io", "preview"} & set(queues):
        most = settings.media_workers or min(8, os.cpu_count() or 1)
    if "proxy" in queues:
        most = max(most, settings.proxy_workers)
    return max(most, 2) if set(queues) & set(QUEUES_OF_THE_DEPLOYMENT) else most
