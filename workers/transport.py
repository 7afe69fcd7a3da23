"""The task transport over Celery: chains become Celery chains, a notification becomes a task."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress

from celery import chain
from kombu.exceptions import ChannelError, KombuError, OperationalError
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)

from dampipe.jobs.dispatch import Chain
from dampipe.jobs.errors import (
    BROKER_CANNOT_WRITE,
    BROKER_DENIED,
    BROKER_DISK_FULL,
    BROKER_FAILED,
    BROKER_LOADING,
    BROKER_OUT_OF_MEMORY,
    BROKER_READ_ONLY,
    BROKER_UNREACHABLE,
    EMBEDDED_BROKER_DOWN,
)
from dampipe.kernel.errors import BrokerDown, ErrorCode
from dampipe.kernel.masking import mask_url
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
            client = connection.default_channel.client
            client.set("dampipe.check", "", ex=60)  # a broker that cannot write still answers a ping
            info = client.info("server")
            name = "Valkey" if "valkey_version" in info else "Redis"
            return f"{name} {info.get('valkey_version') or info.get('redis_version')}"

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (*BROKER_ERRORS, RedisError) as error:
            raise self._translation(error) from error

    def _translation(self, error: Exception) -> BrokerDown:
        """By what the broker answered, if it did; else it could not be reached."""
        embedded = self._settings.embedded_broker
        place = mask_url(self._settings.broker_url)
        facts = {"broker": "the embedded broker" if embedded else f"the broker at {place}"}
        answer = _answer_in(error)
        if answer is not None:
            text = str(answer)
            kind, words = next(
                (kind for kind in _ANSWERS if isinstance(answer, kind[0]) and kind[1] in text),
                (ResponseError, ""),
            )
            return BrokerDown(_ANSWERS.get((kind, words), BROKER_FAILED), **facts, problem=text)
        if embedded:
            return BrokerDown(EMBEDDED_BROKER_DOWN)
        return BrokerDown(BROKER_UNREACHABLE, place=place, problem=error)


_ANSWERS: dict[tuple[type[RedisError], str], ErrorCode] = {
    (OutOfMemoryError, ""): BROKER_OUT_OF_MEMORY,
    (ResponseError, "OOM "): BROKER_OUT_OF_MEMORY,
    (ResponseError, "No space left"): BROKER_DISK_FULL,
    (ResponseError, "MISCONF"): BROKER_CANNOT_WRITE,
    (ReadOnlyError, ""): BROKER_READ_ONLY,
    (BusyLoadingError, ""): BROKER_LOADING,
    (AuthenticationError, ""): BROKER_DENIED,
    (NoPermissionError, ""): BROKER_DENIED,
    (ResponseError, "NOAUTH"): BROKER_DENIED,
    (ResponseError, "WRONGPASS"): BROKER_DENIED,
}
"""By class of the answer and words in it; most specific first."""


def _answer_in(error: BaseException) -> RedisError | None:
    """What the broker answered, which kombu wraps; None if it did not answer."""
    seen: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in seen:
        if isinstance(current, (ResponseError, BusyLoadingError, AuthenticationError)):
            return current
        seen.append(current)
        current = current.__cause__ or current.__context__
    return None
