"""The task transport over Celery: chains become Celery chains, a notification becomes a task."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress

from celery import chain
from kombu import Connection
from kombu.exceptions import KombuError, OperationalError

from dampipe.jobs.dispatch import Chain
from dampipe.jobs.errors import BROKER_UNREACHABLE, BROKER_URL_INVALID, EMBEDDED_BROKER_DOWN
from dampipe.kernel.errors import BrokerDown, InvalidInput
from dampipe.kernel.masking import mask_url
from dampipe.kernel.settings.settings import Settings
from dampipe.workers import brokers

ERRORS = (*brokers.BROKER_ERRORS, OperationalError, KombuError, ConnectionError, TimeoutError, OSError)


class CeleryTransport:
    """Publishes to the broker that the settings name. Connects when first used."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def publish(self, chains: Sequence[Chain]) -> None:
        """See TaskTransport."""
        if not chains:
            return
        from dampipe.workers.app import app
        from dampipe.workers.machine_queues import queue_of_machine

        options = brokers.publish_options(self._settings.broker)
        with self._translated(), app.producer_pool.acquire(block=True, timeout=30) as producer:
            for message in chains:
                steps = [
                    app.signature(f"dampipe.{stage}", args=(message.key, message.name), immutable=True)
                    for stage in message.stages
                ]
                if message.queue:
                    steps[0].set(queue=queue_of_machine(message.queue))
                chain(*steps, app=app).apply_async(producer=producer, **options)

    def notify(self, task: str, *arguments: int) -> None:
        """See TaskTransport. Fails at once when the broker is down: the sweep notifies again."""
        from dampipe.workers.app import app

        with self._translated(), app.connection_for_write() as connection:
            self._connect(connection)
            app.send_task(f"dampipe.{task}", args=arguments, connection=connection, retry=False)

    def empty_queues(self, queues: Collection[str]) -> set[str]:
        """See TaskTransport."""
        from dampipe.workers.app import app

        empty = set()
        with self._translated(), app.connection_for_read() as connection:
            for name in queues:
                with suppress(*connection.channel_errors), connection.channel() as channel:
                    if channel.queue_declare(name, passive=True).message_count:
                        continue
                empty.add(name)  # also if it does not exist: Redis has no empty lists
        return empty

    def discard(self, queues: Collection[str]) -> None:
        """See TaskTransport."""
        from dampipe.workers.app import app

        with self._translated(), app.connection_for_write() as connection:
            for name in queues:
                # A queue that does not exist is empty. RabbitMQ closes the channel, so that each has its own.
                with suppress(*connection.channel_errors), connection.channel() as channel:
                    channel.queue_purge(name)

    def check(self) -> str:
        """See TaskTransport."""
        from dampipe.workers.app import app

        with self._translated(), app.connection_for_read() as connection:
            self._connect(connection)
            return brokers.describe(connection)

    def _connect(self, connection: Connection) -> None:
        """Raises InvalidInput if the URL has parameters that the client's library does not know."""
        try:
            connection.ensure_connection(max_retries=1, timeout=4)
        except brokers.URL_ERRORS as error:
            url, problem = mask_url(self._settings.broker_url), brokers.PARAMETER_UNKNOWN
            raise InvalidInput(BROKER_URL_INVALID, url=url, problem=problem) from error

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except ERRORS as error:
            raise self._translation(error) from error

    def _translation(self, error: Exception) -> BrokerDown:
        """By what the broker answered, if it did; else it could not be reached."""
        embedded = self._settings.embedded_broker
        place = mask_url(self._settings.broker_url)
        answer = brokers.failure(error)
        if answer is not None:
            code, problem = answer
            broker = "the embedded broker" if embedded else f"the broker at {place}"
            return BrokerDown(code, broker=broker, problem=problem)
        if embedded:
            return BrokerDown(EMBEDDED_BROKER_DOWN)
        return BrokerDown(BROKER_UNREACHABLE, place=place, problem=error)
