"""A TCP proxy that injects faults between a client and a server, and counts requests where they are HTTP."""

import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

_REQUEST = re.compile(
    rb"(GET|HEAD|PUT|POST|DELETE|PROPFIND|OPTIONS|MKCOL|MOVE|COPY|PROPPATCH) (\S+) HTTP/1\.[01]\r\n"
)
_PIECE = 1 << 16


@dataclass
class Fault:
    """What is done to the next requests that match."""

    where: re.Pattern[str]
    times: int
    """Requests to which it is done; negative: all."""
    answer: bytes | None = None
    """The whole answer, instead of that of the server."""
    cut_after: int | None = None
    """Bytes of the server's answer after which the connection is cut, head included."""
    skip: int = 0
    """Matching requests that are let through before."""


@dataclass
class FaultProxy:
    """Listens on a port of this machine; `url` and `port` replace those of the server."""

    host: str
    server_port: int
    requests: list[str] = field(default_factory=list)
    """Method and target of each request, in order."""
    faults: list[Fault] = field(default_factory=list)
    is_away: bool = False
    relayed: int = 0
    """Bytes of the server's answers that clients were sent."""

    def __enter__(self) -> Self:
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._cut_all()
        for thread in self._threads:
            thread.join(45)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(
        self, status: str, body: str = "", times: int = 1, where: str = "", skip: int = 0, headers: str = ""
    ) -> None:
        """Answer the next requests oneself: status "503 Slow Down"; where: an expression found in "GET /bucket/key"."""
        content = body.encode()
        described = f"Content-Length: {len(content)}\r\nContent-Type: application/xml\r\n{headers}"
        head = f"HTTP/1.1 {status}\r\n{described}Connection: close\r\n\r\n"
        self.faults.append(Fault(re.compile(where), times, answer=head.encode() + content, skip=skip))

    def cut(self, after: int, times: int = 1, where: str = "", skip: int = 0) -> None:
        """Cut the connection in the middle of the server's next answers."""
        self.faults.append(Fault(re.compile(where), times, cut_after=after, skip=skip))

    @contextmanager
    def away(self) -> Iterator[None]:
        """Accept no connection, and cut those that are open."""
        self.is_away = True
        self._cut_all()
        try:
            yield
        finally:
            self.is_away = False

    def _cut_all(self) -> None:
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            _cut(connection)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.is_away:
                _cut(client)
                client.close()
                continue
            thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
            self._threads = [one for one in self._threads if one.is_alive()]
            thread.start()
            self._threads.append(thread)

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection((self.host, self.server_port), 30)
            server.settimeout(None)
        except OSError:
            client.close()
            return
        link = _Link(client, server)
        with self._lock:
            self._open |= {client, server}
        down = threading.Thread(target=self._answers, args=(link,), daemon=True)
        down.start()
        try:
            self._requests(link)
            down.join()
        finally:
            with self._lock:
                self._open -= {client, server}
            client.close()
            server.close()

    def _requests(self, link: "_Link") -> None:
        while True:
            try:
                piece = link.client.recv(_PIECE)
                if not piece:
                    link.server.shutdown(socket.SHUT_WR)
                    return
                fault = self._fault(piece)
                if fault and fault.answer is not None:
                    link.client.sendall(fault.answer)
                    link.client.shutdown(socket.SHUT_WR)
                    link.client.settimeout(10)
                    while link.client.recv(_PIECE):  # a body that is still being sent
                        pass
                    link.cut()
                    return
                if _REQUEST.match(piece):
                    link.left = fault.cut_after if fault else None
                link.server.sendall(piece)
            except OSError:
                link.cut()
                return

    def _answers(self, link: "_Link") -> None:
        while True:
            try:
                piece = link.server.recv(_PIECE)
                if not piece:
                    link.client.shutdown(socket.SHUT_WR)
                    return
                if link.left is not None:
                    piece = piece[: link.left]
                    link.left -= len(piece)
                link.client.sendall(piece)
                with self._lock:
                    self.relayed += len(piece)
                if link.left == 0:
                    link.cut()
                    return
            except OSError:
                link.cut()
                return

    def _fault(self, piece: bytes) -> Fault | None:
        found = _REQUEST.match(piece)
        if not found:
            return None
        request = f"{found[1].decode()} {found[2].decode()}"
        with self._lock:
            self.requests.append(request)
            for fault in self.faults:
                if not fault.times or not fault.where.search(request):
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
        return None


@dataclass
class _Link:
    """A connection of a client, and that to the server."""

    client: socket.socket
    server: socket.socket
    left: int | None = None
    """Bytes of the answer until the connection is cut."""

    def cut(self) -> None:
        _cut(self.client)
        _cut(self.server)


def _cut(connection: socket.socket) -> None:
    """End a connection as if its machine had gone. The thread that serves it closes it."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
