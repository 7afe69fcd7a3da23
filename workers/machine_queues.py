"""Queues of single machines in Celery: a worker serves those of its machine beside its own queues."""

from typing import Any

from celery.signals import celeryd_after_setup
from kombu import Exchange, Queue

from dampipe.app.container import process_container
from dampipe.celeryconfig import broker_url
from dampipe.jobs.machine_queues import MachineQueues, machine_queue
from dampipe.jobs.plan import Plan
from dampipe.kernel.amqp import is_amqp
from dampipe.workers.brokers import queue_arguments

EXPIRES = 24 * 3600
"""Seconds after which RabbitMQ deletes a queue that no worker serves; Redis has no empty queues."""


def queue_of_machine(name: str) -> Queue:
    """A queue of one machine by its name, as senders and workers declare it."""
    arguments = queue_arguments(broker_url)
    if is_amqp(broker_url):
        arguments = {**(arguments or {}), "x-expires": EXPIRES * 1000}
    # The default exchange: nothing is left of it in the broker when the machine has gone.
    return Queue(name, Exchange(""), name, queue_arguments=arguments)


def connect() -> None:
    """Have workers serve the queues of their machine."""
    celeryd_after_setup.connect(_serve)


def _serve(instance: Any, **_: Any) -> None:
    container = process_container()
    here = container.get(MachineQueues).here
    if here is None:
        return
    queues = instance.app.amqp.queues
    served = set(queues.consume_from)
    for queue in {stage.queue for stage in container.get(Plan).stages if stage.reads_footage} & served:
        queues.select_add(queue_of_machine(machine_queue(queue, here)))
