"""What differs between the brokers that carry the pipeline's messages: Redis and Valkey, and RabbitMQ (AMQP 0-9-1).

Queues in RabbitMQ are durable classic ones. Quorum queues are replicated, but every message in a queue can be
published again from the catalogue, so that replicas would only cost: each message is written to the logs of several
nodes, Celery declares some thirty more queues for delays that dampipe does not use, and the number of waiting messages,
by which the sweep finds lost ones, reads 0 for a while after a restart. For the same reason there are no priorities in
the broker: the dispatcher publishes a bounded window, highest priority first.
"""

import re
from typing import Any

from kombu import Connection
from kombu.utils.url import url_to_parts
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)

from dampipe.jobs.errors import (
    BROKER_BLOCKED,
    BROKER_CANNOT_WRITE,
    BROKER_DENIED,
    BROKER_DISK_FULL,
    BROKER_FAILED,
    BROKER_LOADING,
    BROKER_OUT_OF_MEMORY,
    BROKER_QUEUE_DIFFERS,
    BROKER_READ_ONLY,
    BROKER_VIRTUAL_HOST,
)
from dampipe.kernel import amqp
from dampipe.kernel.amqp import AMQP_ERRORS, AMQP_SCHEMES, CONFIRM_TIMEOUT, AmqpProblem, is_amqp
from dampipe.kernel.errors import ErrorCode

SCHEMES = ("redis", "rediss", "redis+socket", *AMQP_SCHEMES)
"""Of the URLs of supported brokers."""

BROKER_ERRORS = (RedisError, *AMQP_ERRORS)
"""What the clients raise, other than errors of kombu and of the system."""

URL_ERRORS = (TypeError, KeyError, ValueError, ImportError)
"""What kombu raises about a URL that it cannot use."""
PARAMETER_UNKNOWN = "one of its parameters is not known"

CONSUMER_TIMEOUT = 7 * 24 * 3600
"""Seconds that a message may wait in a worker whose processes are busy. RabbitMQ allows 30 minutes by default and then
closes the worker's channel; a transcode takes longer. Versions before 3.12 ignore it; the worker then connects again."""


def scheme(url: str) -> str:
    """The scheme of a broker's URL, or of the first one of a list."""
    return url.partition("://")[0].lower()


def url_problem(url: str) -> str:
    """What is wrong with a broker's URL, or with one of a list, in words that quote nothing of it; "" if nothing is.

    Kombu finds the same when it connects, by errors of many classes.
    """
    return next((problem for part in url.split(";") if (problem := _url_problem(part))), "")


def _url_problem(url: str) -> str:
    if scheme(url) not in SCHEMES:
        return "its scheme is not one of a broker"
    parts = url_to_parts(url)
    is_socket = scheme(url) == "redis+socket"
    if is_socket and not parts.path:
        return "it lacks the path of the socket"
    database = parts.query.get("virtual_host", "") if is_socket else parts.path or ""
    if not is_amqp(url) and not re.fullmatch(r"/?[0-9]{0,9}", database):
        return "what stands for the number of a database is not a number"
    return ""


def transport_options(url: str) -> dict[str, Any]:
    """The options of kombu's transport for a broker."""
    if is_amqp(url):
        return amqp.transport_options("dampipe")
    return {
        "visibility_timeout": 3600,
        "health_check_interval": 25,
        "socket_keepalive": True,
        "socket_timeout": 60,
        "socket_connect_timeout": 4,
    }


def queue_arguments(url: str) -> dict[str, Any] | None:
    """The arguments with which queues are declared."""
    if not is_amqp(url):
        return None
    # The type is named, since an administrator may have chosen another default.
    return {"x-queue-type": "classic", "x-consumer-timeout": CONSUMER_TIMEOUT * 1000}


def publish_options(url: str) -> dict[str, Any]:
    """The options with which chains are published: a lost one is found by the sweep, so that one retry is enough."""
    if not is_amqp(url):
        return {}
    return {"confirm_timeout": CONFIRM_TIMEOUT, "retry_policy": {"max_retries": 1, "interval_start": 0.2}}


def describe(connection: Connection) -> str:
    """Which broker answers on a connection, after a trial whether it takes messages: one whose disk is full answers,
    too.
    """
    connected = connection.default_channel
    if connection.transport.driver_type == "amqp":
        producer = connection.Producer(connected)
        for _ in range(2):  # RabbitMQ blocks a connection once it has published something
            # No queue has this name, so that the message is dropped after it was confirmed.
            producer.publish("", routing_key="dampipe.check", retry=False, confirm_timeout=CONFIRM_TIMEOUT)
        server = connection.connection.server_properties
        return f"{server.get('product', 'AMQP server')} {server.get('version', '')}".strip()
    connected.client.set("dampipe.check", "", ex=60)
    info = connected.client.info("server")
    name = "Valkey" if "valkey_version" in info else "Redis"
    return f"{name} {info.get('valkey_version') or info.get('redis_version')}"


def failure(error: Exception) -> tuple[ErrorCode, str] | None:
    """What a broker answered, as an error code and in its own words; None if it could not be reached."""
    for cause in amqp.causes(error):
        for kind, words, code in _ANSWERS:
            if isinstance(cause, kind) and words in str(cause):
                return code, str(cause)
        if isinstance(cause, _FAILED):
            return BROKER_FAILED, str(cause)
    answer = amqp.amqp_problem(error)
    return (_AMQP_CODES[answer[0]], answer[1]) if answer else None


_ANSWERS: tuple[tuple[type[Exception], str, ErrorCode], ...] = (
    (OutOfMemoryError, "", BROKER_OUT_OF_MEMORY),
    (ResponseError, "OOM ", BROKER_OUT_OF_MEMORY),
    (ResponseError, "No space left", BROKER_DISK_FULL),
    (ResponseError, "MISCONF", BROKER_CANNOT_WRITE),
    (ReadOnlyError, "", BROKER_READ_ONLY),
    (BusyLoadingError, "", BROKER_LOADING),
    (AuthenticationError, "", BROKER_DENIED),
    (NoPermissionError, "", BROKER_DENIED),
    (ResponseError, "NOAUTH", BROKER_DENIED),
    (ResponseError, "WRONGPASS", BROKER_DENIED),
)
"""By class of the answer and words in it; most specific first."""
_FAILED = (ResponseError, BusyLoadingError, AuthenticationError)
"""Answers of a Redis that runs."""
_AMQP_CODES = {
    AmqpProblem.BLOCKED: BROKER_BLOCKED,
    AmqpProblem.DENIED: BROKER_DENIED,
    AmqpProblem.VIRTUAL_HOST: BROKER_VIRTUAL_HOST,
    AmqpProblem.DIFFERS: BROKER_QUEUE_DIFFERS,
    AmqpProblem.FAILED: BROKER_FAILED,
}
