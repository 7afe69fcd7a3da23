"""A receiver of webhooks: a real HTTP server that checks signatures, and fails as a test asks it to.

As a program (`python -m tests.support.receiver PORT FILE SECRET`) it appends the id of each message to a file before it
answers, so that it can be killed at any time.
"""

import json
import os
import ssl
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Message:
    """A message as it was received."""

    id: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)

    def is_signed_with(self, secret: str) -> bool:
        """Whether the official library accepts the signature."""
        try:
            Webhook(secret).verify(self.body, self.headers)
        except Exception:
            return False
        return True


@dataclass
class Reply:
    """What the receiver answers."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before it answers."""


class Receiver:
    """Keeps all messages; `answer` says what each is answered with."""

    def __init__(self, answer: Callable[[Message], Reply] | None = None, port: int = 0) -> None:
        self.messages: list[Message] = []
        self.answer = answer or (lambda _: Reply())
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                message = Message(headers.get("webhook-id", ""), headers, body)
                receiver.messages.append(message)
                reply = receiver.answer(message)
                time.sleep(reply.delay)
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that hangs up
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def use_tls(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The URL of the receiver."""
        return f"http://127.0.0.1:{self.port}/hook?team=7"

    @property
    def ids(self) -> list[str]:
        """The ids of all messages in the order of their arrival."""
        return [message.id for message in self.messages]

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def main(port: str, file: str, secret: str) -> None:
    """Run as a program."""
    path = Path(file)

    def answer(message: Message) -> Reply:
        if not message.is_signed_with(secret):
            return Reply(401)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, f"{message.id}\n".encode())
        os.close(descriptor)
        return Reply(delay=0.01)

    Receiver(answer, int(port))._thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
