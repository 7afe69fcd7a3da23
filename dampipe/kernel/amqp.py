"""Connections to RabbitMQ (AMQP 0-9-1) over kombu: publisher confirms, no endless waits, and what an error means."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from amqp.exceptions import (
    AccessRefused,
    AMQPError,
    Blocked,
    MessageNacked,
    NotAllowed,
    PreconditionFailed,
    RecoverableConnectionError,
    ResourceError,
)
from kombu.transport import TRANSPORT_ALIASES, pyamqp

AMQP_SCHEMES = ("amqp", "amqps", "pyamqp")
AMQP_ERRORS = (AMQPError, MessageNacked)
"""What the client raises, other than errors of kombu and of the system."""
CONFIRM_TIMEOUT = 10.0
"""Seconds to wait until RabbitMQ confirms a message."""


def is_amqp(url: str) -> bool:
    """Whether a URL, or the first one of a list, names a RabbitMQ."""
    return re.split("://", url, maxsplit=1)[0].lower() in AMQP_SCHEMES


class Connection(pyamqp.Connection):  # type: ignore[misc]
    """A connection that fails when RabbitMQ blocks it, since it is low on memory or disk space.

    py-amqp would wait for a confirmation, and then to be let close the connection, until there is space again.
    """

    def _on_blocked(self) -> None:
        self.collect()  # closes the socket: RabbitMQ reads nothing more from it, not even a goodbye
        raise Blocked("the connection is blocked: low on memory or disk space")


class Transport(pyamqp.Transport):  # type: ignore[misc]
    """amqp://"""

    Connection = Connection


class SSLTransport(pyamqp.SSLTransport):  # type: ignore[misc]
    """amqps://"""

    Connection = Connection


def transport_options(name: str) -> dict[str, Any]:
    """Options of kombu's connections to RabbitMQ; from then on this process uses the transports above.

    name: shown in the list of connections of RabbitMQ.
    """
    for scheme in AMQP_SCHEMES:
        TRANSPORT_ALIASES[scheme] = f"{__name__}:{'SSLTransport' if scheme == 'amqps' else 'Transport'}"
    return {"confirm_publish": True, "client_properties": {"connection_name": name}}


class AmqpProblem(StrEnum):
    """What a RabbitMQ that runs answered."""

    BLOCKED = "blocked"
    """It takes no messages, since it is low on memory or disk space."""
    DENIED = "denied"
    """Wrong user or password, or permissions are missing."""
    VIRTUAL_HOST = "virtual_host"
    """The virtual host does not exist, or the user may not use it."""
    DIFFERS = "differs"
    """A queue or exchange of that name has other properties."""
    FAILED = "failed"


_PROBLEMS: tuple[tuple[type[Exception], str, AmqpProblem], ...] = (
    (Blocked, "", AmqpProblem.BLOCKED),
    (AccessRefused, "", AmqpProblem.DENIED),
    (NotAllowed, "vhost", AmqpProblem.VIRTUAL_HOST),
    (PreconditionFailed, "inequivalent", AmqpProblem.DIFFERS),
    (ResourceError, "", AmqpProblem.FAILED),
)
"""By class of the answer and words in it; most specific first."""


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and those that kombu wraps in it."""
    seen: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in seen:
        yield current
        seen.append(current)
        current = current.__cause__ or current.__context__


def amqp_problem(error: BaseException) -> tuple[AmqpProblem, str] | None:
    """What RabbitMQ answered, and in its own words; None if it could not be reached."""
    for cause in causes(error):
        for kind, words, problem in _PROBLEMS:
            if isinstance(cause, kind) and words in str(cause):
                return problem, str(cause)
        if isinstance(cause, AMQP_ERRORS) and not isinstance(cause, RecoverableConnectionError):
            return AmqpProblem.FAILED, str(cause) or type(cause).__name__
    return None
