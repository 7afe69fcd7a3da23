"""The task transport over Celery: chains become Celery chains, a notification becomes a task."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress

from celery import chain
from kombu.exceptions import ChannelError, KombuError, OperationalError

from dampipe.jobs.dispatch import Chain
from dampipe.jobs.errors import BROKER_UNREACHABLE, EMBEDDED_BROKER_DOWN
from dampipe.kernel.errors import BrokerDown
from dampipe.kernel.settings.settings import Settings

BROKER_ERRORS = (OperationalError, KombuError, ConnectionError, TimeoutError, OSError)


class CeleryTransport:
    """Publishes to the broker that the settings name. Connects when first used."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def publish(self, chains: Sequence[Chain]) -> None:
        """See TaskTransport."""
        if not chains:
            return
        from dampipe.workers.app import app

        with self._translated(), app.producer_pool.acquire(block=True, timeout=30) as producer:
            for message in chains:
                steps = [
                    app.signature(f"dampipe.{stage}", args=(message.key, message.name), immutable=True)
                    for stage in message.stages
                ]
                chain(*steps, app=app).apply_async(producer=producer)

    def notify(self, task: str, *arguments: int) -> None:
        """See TaskTransport. Fails at once when the broker is down: the sweep notifies again."""
        from dampipe.workers.app import app

        with self._translated(), app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, timeout=4)
            app.send_task(f"dampipe.{task}", args=arguments, connection=connection, retry=False)

    def empty_queues(self) -> set[str]:
        """See TaskTransport."""
        from dampipe.workers.app import app, queue_names

        empty = set()
        with self._translated(), app.connection_for_read() as connection:
            for name in queue_names():
                try:
                    if not connection.default_channel.queue_declare(name, passive=True).message_count:
                        empty.add(name)
                except ChannelError:  # Redis has no empty lists
                    empty.add(name)
        return empty

    def discard(self, queues: Collection[str]) -> None:
        """See TaskTransport."""
        from dampipe.workers.app import app

        with self._translated(), app.connection_for_write() as connection:
            for name in queues:
                with suppress(ChannelError):  # Redis knows no empty list
                    connection.default_channel.queue_purge(name)

    def check(self) -> str:
        """See TaskTransport."""
        from dampipe.workers.app import app

        with self._translated(), app.connection_for_read() as connection:
            connection.ensure_connection(max_retries=1, timeout=4)
            info = connection.default_channel.client.info("server")
            name = "Valkey" if "valkey_version" in info else "Redis"
            return f"{name} {info.get('valkey_version') or info.get('redis_version')}"

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except BROKER_ERRORS as error:
            raise self._down(error) from error

    def _down(self, error: Exception) -> BrokerDown:
        if self._settings.embedded_broker:
            return BrokerDown(EMBEDDED_BROKER_DOWN)
        place = self._settings.broker_url.rpartition("@")[2] or self._settings.broker_url
        return BrokerDown(BROKER_UNREACHABLE, place=place, problem=error)
