"""A WebDAV server for tests: WsgiDAV in a process of its own.

`python -m tests.support.webdav_server FOLDER PORT SCHEME` is that process; FOLDER has `root` (what is shown), `users`
(USER and PASSWORD) and `locked` (paths that are refused, one a line).
"""

import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from socketserver import ThreadingMixIn
from tempfile import mkdtemp
from typing import Any, BinaryIO
from urllib.parse import unquote_to_bytes
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from tests.ports import free_port

PATIENCE = 60.0
"""Seconds that a start may take on a busy machine; it takes 0.5 s on an idle one."""
CHECKOUT = Path(__file__).parents[2]


class Webdav:
    """A server that a test can kill and start again."""

    USER, PASSWORD = "editor", "s3cret-editor"

    def __init__(self, folder: Path, scheme: str = "basic", certificate: Path | None = None) -> None:
        """folder: an empty one. scheme: `basic` or `digest`. certificate: with its key, for TLS."""
        self.folder = folder
        self.scheme = scheme
        self.port = free_port()
        self.share = folder / "root"
        self.share.mkdir()
        self.certificate = certificate
        self._log = folder / "log"
        self._server: subprocess.Popen[bytes] | None = None
        (folder / "users").write_text(f"{self.USER}\n{self.PASSWORD}\n")
        self.lock()

    @property
    def url(self) -> str:
        """The root of the server."""
        return f"{'webdavs' if self.certificate else 'webdav'}://127.0.0.1:{self.port}"

    def lock(self, *paths: str) -> None:
        """Refuse these paths, and what is below them."""
        (self.folder / "locked").write_text("\n".join(paths))

    def reads(self) -> int:
        """How many requests with GET there were."""
        file = self.folder / "reads"
        return file.stat().st_size if file.exists() else 0

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        command = [
            sys.executable,
            "-m",
            "tests.support.webdav_server",
            self.folder,
            str(self.port),
            self.scheme,
        ]
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(
                [*command, *([self.certificate] if self.certificate else [])],
                cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            if self._server.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"WsgiDAV did not start: {self._log.read_text()[-2000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill the server, as a power failure would."""
        if self._server is not None:
            self._server.send_signal(signal.SIGKILL)
            self._server.wait(PATIENCE)
            self._server = None

    def restart(self) -> None:
        """Kill the server and start it again."""
        self.kill()
        self.start()


@contextmanager
def running_webdav(scheme: str = "basic", certificate: Path | None = None) -> Iterator[Webdav]:
    """A WebDAV server in a temporary folder."""
    folder = Path(mkdtemp(prefix="dampipe-dav-", dir="/tmp"))
    server = Webdav(folder, scheme, certificate)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        rmtree(folder, ignore_errors=True)


class _Body:
    """The body of a request, which ends; that of wsgiref waits for more."""

    def __init__(self, stream: BinaryIO, length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes."""
        block = self._stream.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(block)
        return block


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.0"


def main(folder: Path, port: int, scheme: str, certificate: str = "") -> None:
    """Serve until killed."""
    from wsgidav.wsgidav_app import WsgiDAVApp

    user, password = (folder / "users").read_text().splitlines()
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": str(folder / "root")},
            "simple_dc": {"user_mapping": {"*": {user: {"password": password}}}},
            "http_authenticator": {
                "accept_basic": scheme == "basic",
                "accept_digest": scheme == "digest",
                "default_to_digest": scheme == "digest",
            },
            "property_manager": None,
            "lock_storage": None,
            "logging": {"enable": False},
            "verbose": 0,
        }
    )

    moves = threading.Lock()

    def guarded(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        if environ["REQUEST_METHOD"] == "GET":
            with (folder / "reads").open("ab") as reads:
                reads.write(b".")
        environ["wsgi.input"] = _Body(environ["wsgi.input"], int(environ.get("CONTENT_LENGTH") or 0))
        path = unquote_to_bytes(environ["PATH_INFO"].encode("latin-1")).decode("utf-8", "replace").strip("/")
        for locked in (folder / "locked").read_text().splitlines():
            if path == locked or path.startswith(f"{locked}/"):
                start("403 Forbidden", [("Content-Length", "0")])
                return [b""]
        if environ["REQUEST_METHOD"] == "MOVE":
            with moves:  # of two to the same place at once, wsgidav answers one with 500
                return list(app(environ, start))
        return app(environ, start)

    server = make_server("127.0.0.1", port, guarded, _Server, _Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


if __name__ == "__main__":
    os.umask(0)
    main(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
