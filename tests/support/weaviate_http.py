"""The HTTP server of the stand-in for Weaviate: passes requests below /v1 to a function."""

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[str, list[str], Any, str, str], tuple[int, Any]]
"""From method, path, body, consistency level and API key to status and body."""


class HttpSide(ThreadingHTTPServer):
    """Listens on a port (0: a free one) until `stop`, which also closes its connections."""

    def __init__(self, answer: Answer, port: int) -> None:
        self.answer = answer
        self._connections: list[socket.socket] = []
        super().__init__(("127.0.0.1", port), _Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._connections.append(connection)
        return connection, address

    def stop(self) -> None:
        """Stop as if killed."""
        self.shutdown()
        self.server_close()
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: HttpSide
    protocol_version = "HTTP/1.1"

    def _any(self) -> None:
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        level = query.partition("consistency_level=")[2]
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        parts = path.removeprefix("/v1/").split("/")
        status, answer = self.server.answer(self.command, parts, json.loads(body or "null"), level, key)
        text = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PATCH = do_DELETE = _any

    def log_message(self, *_: object) -> None:
        pass
