"""The web server process: uvicorn, with limits for what a client sends and how slowly."""

import asyncio
from socket import socket

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from dampipe.features.events.broadcast import Broadcaster
from dampipe.kernel.container import Services
from dampipe.kernel.errors import ErrorCode
from dampipe.kernel.faces.http import Problem
from dampipe.kernel.settings.settings import Settings
from dampipe.web.guard import API_POLICY, HEADERS

MALFORMED = ErrorCode(
    "request.malformed",
    "what was sent is not a valid HTTP request, or its headers are too long",
    "The first line and the headers may have {limit} KiB.",
)

MAX_HEADERS = 64 * 1024
"""Bytes of a request's first line and headers."""
HEADERS_WITHIN = 15.0
"""Seconds in which they must arrive."""
MAX_CONNECTIONS = 1000
"""Connections at a time; more are answered with 503."""
STOP_WITHIN = 60
"""Seconds that requests in progress have to end once the server is stopped."""


class TimedProtocol(H11Protocol):
    """HTTP/1.1 that closes a connection whose request does not begin, or whose headers do not end, in time."""

    headers_within = HEADERS_WITHIN
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected."""
        super().connection_made(transport)
        self._arm()

    def data_received(self, data: bytes) -> None:
        """A part of a request has arrived."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._disarm()
        elif self._deadline is None and (self.cycle is None or self.cycle.response_complete):
            self._arm()  # the next request on this connection has begun

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._disarm()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer invalid HTTP and too long headers like every other error, and close the connection."""
        problem = Problem(
            detail=MALFORMED.text, hint=MALFORMED.remedy.format(limit=MAX_HEADERS >> 10), code=MALFORMED.code
        )
        body = problem.model_dump_json().encode()
        headers = {
            **HEADERS,
            "Content-Security-Policy": API_POLICY,
            "Cache-Control": "no-store",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        fields = [(name.encode(), value.encode()) for name, value in headers.items()]
        for event in (
            h11.Response(status_code=400, headers=fields, reason=b"Bad Request"),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _arm(self) -> None:
        self._deadline = self.loop.call_later(self.headers_within, self.transport.abort)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def configuration(app: FastAPI, host: str, port: int, cert: str = "", key: str = "") -> uvicorn.Config:
    """uvicorn's configuration. cert, key: files of the certificate and its private key; empty: no TLS."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        http=TimedProtocol,
        ws="none",
        h11_max_incomplete_event_size=MAX_HEADERS,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=STOP_WITHIN,
        server_header=False,
        proxy_headers=False,
        ssl_certfile=cert or None,
        ssl_keyfile=key or None,
    )


class Server(uvicorn.Server):
    """uvicorn, which would wait for streams of events without an end when it is stopped."""

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """End the streams, then finish what is in progress."""
        services: Services | None = self.config.app.state.services  # type: ignore[union-attr]
        if services is not None:
            services.get(Broadcaster).end_streams()
        await super().shutdown(sockets)


def run(app: FastAPI, settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM."""
    Server(configuration(app, settings.host, settings.port, settings.tls_cert, settings.tls_key)).run()
