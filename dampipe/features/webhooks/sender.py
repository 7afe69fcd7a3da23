"""Sends one signed message to a receiver and reads its answer."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from standardwebhooks import Webhook

from dampipe.features.webhooks.schedule import parse_retry_after
from dampipe.features.webhooks.target import Target, Targets, parse_target
from dampipe.kernel.errors import DampipeError
from dampipe.kernel.events.envelope import CONTENT_TYPE
from dampipe.kernel.masking import mask_text
from dampipe.kernel.version import __version__

TIMEOUT = 15.0
"""Seconds for a whole message, from the connection to the end of the answer."""
LONGEST_BODY = 1 << 20
"""Bytes of a message; receivers and proxies refuse longer ones."""
LONGEST_ANSWER = 4096
"""Bytes of an answer that are read."""
LONGEST_PROBLEM = 500
"""Characters."""
GONE = 410
THROTTLED = (429, 502, 503, 504)
"""Statuses of a receiver that has too much to do; 503 is added to those that Standard Webhooks names."""


@dataclass(frozen=True)
class Answer:
    """What came of one attempt."""

    status: int | None
    """Of HTTP; None: there was no answer."""
    seconds: float
    problem: str = ""
    """Why the message counts as not accepted; empty: it was accepted."""
    retry_after: float | None = None
    """Seconds for which the receiver wants no message, as its header says."""

    @property
    def is_accepted(self) -> bool:
        """Whether the receiver has the message."""
        return not self.problem


class Sender:
    """Sends messages. Safe to use from several threads."""

    def __init__(self, targets: Targets) -> None:
        self._targets = targets

    def send(self, url: str, secrets: Sequence[str], message_id: str, body: str) -> Answer:
        """Sign a message with each of the secrets and send it; whatever goes wrong is in the answer.

        The host is resolved once, and redirects are not followed.
        """
        began = time.monotonic()
        if len(body) > LONGEST_BODY:
            return Answer(None, 0.0, f"the message is longer than {LONGEST_BODY} bytes")
        try:
            status, retry_after = self._post(parse_target(url), _headers(secrets, message_id, body), body)
        except (DampipeError, OSError, http.client.HTTPException, ValueError) as error:
            seconds = time.monotonic() - began
            return Answer(None, seconds, _problem_of(error, seconds))
        return Answer(status, time.monotonic() - began, _problem_in(status), parse_retry_after(retry_after))

    def _post(self, target: Target, headers: dict[str, str], body: str) -> tuple[int, str | None]:
        deadline = time.monotonic() + TIMEOUT
        link = _Link(self._connected(target, deadline))
        # The time limits of a socket are for each read: without this, one byte now and then would never end.
        timer = threading.Timer(max(0.1, deadline - time.monotonic()), link.cut)
        timer.daemon = True
        timer.start()
        connection = http.client.HTTPConnection(target.host, target.port)
        try:
            if target.is_tls:
                link.socket = self._tls.wrap_socket(
                    link.socket, server_hostname=target.host, do_handshake_on_connect=False
                )
                link.socket.do_handshake()
            connection.sock = link.socket
            # The header Host has no port that goes without saying.
            connection.default_port = http.client.HTTPS_PORT if target.is_tls else http.client.HTTP_PORT
            connection.request("POST", target.path, body.encode("ascii"), headers)
            answer = connection.getresponse()
            with suppress(OSError, http.client.HTTPException):
                answer.read(LONGEST_ANSWER)  # so that the receiver gets to the end of it
            return answer.status, answer.getheader("Retry-After")
        finally:
            timer.cancel()
            connection.close()
            link.socket.close()

    def _connected(self, target: Target, deadline: float) -> socket.socket:
        """A connection to the first allowed address that takes one."""
        problem: OSError | None = None
        for address in self._targets.resolve(target.host, target.port):
            try:
                remaining = max(0.1, deadline - time.monotonic())
                return socket.create_connection((address, target.port), remaining)
            except OSError as error:
                problem = error
        raise problem or OSError("no address")

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()


def _headers(secrets: Sequence[str], message_id: str, body: str) -> dict[str, str]:
    now = datetime.now(UTC)
    signatures = [Webhook(secret).sign(message_id, now, body) for secret in secrets]
    return {
        "Content-Type": CONTENT_TYPE,
        "User-Agent": f"dampipe/{__version__}",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _problem_in(status: int) -> str:
    """Why an answer means that the message was not accepted."""
    if 200 <= status < 300:
        return ""
    reason = http.client.responses.get(status, "unknown status")
    if 300 <= status < 400:
        return f"HTTP {status} {reason}: redirects are not followed"
    return f"HTTP {status} {reason}"


def _problem_of(error: Exception, seconds: float) -> str:
    if isinstance(error, TimeoutError) or seconds >= TIMEOUT:
        return f"no answer within {TIMEOUT:.0f} s"
    if isinstance(error, DampipeError):
        return str(error)
    text = mask_text(str(error).strip() or type(error).__name__)[:LONGEST_PROBLEM]
    # It may quote what the receiver sent, which databases need not be able to store.
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


class _Link:
    """A socket that another thread may cut off."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket: Any = connected

    def cut(self) -> None:
        """End all reads and writes, now and later."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
