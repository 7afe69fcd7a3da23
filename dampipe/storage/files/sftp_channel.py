"""SFTP, version 3 (draft-ietf-secsh-filexfer-02), with many requests under way at the same time over one channel.

paramiko's own client decodes names as UTF-8 and may be used by one thread at a time; its transport is used here.
"""

import stat
import struct
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Self

VERSION = 3
ANSWER_SECONDS = 60.0
"""A server that does not answer a request for this long is taken for dead."""
SMALL_READ = 32 * 1024
"""Bytes of a request that every server answers."""
_LIMITS = b"limits@openssh.com"
FSYNC = b"fsync@openssh.com"
STATVFS = b"statvfs@openssh.com"


class Kind(IntEnum):
    """Types of packets."""

    INIT = 1
    VERSION = 2
    OPEN = 3
    CLOSE = 4
    READ = 5
    WRITE = 6
    LSTAT = 7
    FSTAT = 8
    SETSTAT = 9
    FSETSTAT = 10
    OPENDIR = 11
    READDIR = 12
    REMOVE = 13
    MKDIR = 14
    STAT = 17
    RENAME = 18
    STATUS = 101
    HANDLE = 102
    DATA = 103
    NAME = 104
    ATTRS = 105
    EXTENDED = 200
    EXTENDED_REPLY = 201


class Status(IntEnum):
    """What a server answers where there is nothing else to answer."""

    OK = 0
    EOF = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    NO_CONNECTION = 6
    CONNECTION_LOST = 7


Part = bytes | int | tuple[str, int]

READ, WRITE, CREATE, TRUNCATE = 1, 2, 8, 16
"""How a file is opened."""


class SftpError(Exception):
    """The server refuses a request."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text or f"status {status}")
        self.status = status


class SftpBroken(Exception):
    """The channel is closed, or the server does not answer."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a server states of a file."""

    size: int = 0
    mode: int = 0
    mtime: int = 0
    """Seconds since 1970."""

    @classmethod
    def of(cls, body: bytes) -> Self:
        """From an answer to STAT, LSTAT or FSTAT."""
        found = _attributes(body, 0)[0]
        return cls(found.size, found.mode, found.mtime)

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return stat.S_ISDIR(self.mode)

    @property
    def is_link(self) -> bool:
        """Whether it is a link."""
        return stat.S_ISLNK(self.mode)

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file; servers that state no type are believed to have files only."""
        return stat.S_ISREG(self.mode) or not stat.S_IFMT(self.mode)


@dataclass(slots=True)
class _Waiting:
    done: threading.Event = field(default_factory=threading.Event)
    kind: int = 0
    body: bytes = b""


class SftpChannel:
    """Requests and answers. Safe to use from several threads."""

    def __init__(self, channel: Any) -> None:
        """channel: a channel of paramiko with the subsystem `sftp`, to be closed by `close`."""
        self._channel = channel
        self._channel.settimeout(ANSWER_SECONDS)
        self._lock = threading.Lock()
        self._send_lock = threading.Lock()
        self._waiting: dict[int, _Waiting] = {}
        self._number = 0
        self._send(Kind.INIT, struct.pack(">I", VERSION))
        kind, body = self._receive()
        if kind != Kind.VERSION:
            raise SftpBroken("the server does not speak SFTP")
        self.extensions = dict(_pairs(body[4:]))
        self.largest_read = self.largest_write = SMALL_READ
        self._channel.settimeout(None)
        self.is_open = True
        threading.Thread(target=self._read_answers, name="sftp", daemon=True).start()
        if _LIMITS in self.extensions:
            limits = struct.unpack(">QQQQ", self.wait(self.ask(Kind.EXTENDED, _LIMITS))[:32])
            self.largest_read = max(SMALL_READ, min(limits[1], 2**20))
            self.largest_write = max(SMALL_READ, min(limits[2], 2**20))

    def close(self) -> None:
        """Close the channel; who waits for an answer gets `SftpBroken`."""
        self.is_open = False
        self._channel.close()

    def ask(self, kind: Kind, *parts: Part) -> _Waiting:
        """Send a request. parts: bytes become strings, integers 32 bits, `("Q", number)` 64 bits."""
        waiting = _Waiting()
        with self._lock:
            if not self.is_open:
                raise SftpBroken("the connection is closed")
            self._number = (self._number + 1) & 0xFFFFFFFF
            self._waiting[self._number] = waiting
            number = self._number
        body = b"".join((struct.pack(">I", number), *map(_packed, parts)))
        self._send(kind, body)
        return waiting

    def wait(self, waiting: _Waiting) -> bytes:
        """The answer to a request, without its type. Raises SftpError and SftpBroken."""
        if not waiting.done.wait(ANSWER_SECONDS):
            self.close()
            raise SftpBroken(f"no answer for {ANSWER_SECONDS:.0f} s")
        if not waiting.kind:
            raise SftpBroken("the connection was closed")
        if waiting.kind == Kind.STATUS:
            status = struct.unpack_from(">I", waiting.body)[0]
            if status != Status.OK:
                text = _string(waiting.body, 4)[0] if len(waiting.body) >= 8 else b""
                raise SftpError(status, text.decode("utf-8", "replace"))
        return waiting.body

    def call(self, kind: Kind, *parts: Part) -> bytes:
        """Send a request and wait for its answer."""
        return self.wait(self.ask(kind, *parts))

    # Requests

    def open(self, path: bytes, flags: int) -> bytes:
        """The handle of a file that is opened."""
        return _string(self.call(Kind.OPEN, path, flags, 0), 0)[0]

    def close_handle(self, handle: bytes) -> None:
        """Close a file or folder, without waiting for the answer."""
        self.ask(Kind.CLOSE, handle)

    def stat(self, path: bytes, *, follow: bool = True) -> Attributes:
        """The facts of a file or folder. follow: of what a link leads to."""
        return _attributes(self.call(Kind.STAT if follow else Kind.LSTAT, path), 0)[0]

    def fstat(self, handle: bytes) -> Attributes:
        """The facts of an open file."""
        return _attributes(self.call(Kind.FSTAT, handle), 0)[0]

    def stat_all(self, paths: list[bytes]) -> list[Attributes | None]:
        """The facts of what links lead to, asked for at the same time; None for those that lead nowhere."""
        found: list[Attributes | None] = []
        for waiting in [self.ask(Kind.STAT, path) for path in paths]:
            try:
                found.append(_attributes(self.wait(waiting), 0)[0])
            except SftpError:
                found.append(None)
        return found

    def list(self, path: bytes, depth: int) -> Iterator[tuple[bytes, Attributes]]:
        """The names in a folder, also "." and "..". depth: how many requests are under way at the same time."""
        handle = _string(self.call(Kind.OPENDIR, path), 0)[0]
        waiting: deque[_Waiting] = deque([self.ask(Kind.READDIR, handle), self.ask(Kind.READDIR, handle)])
        try:
            while True:
                try:
                    body = self.wait(waiting.popleft())
                except SftpError as error:
                    if error.status != Status.EOF:
                        raise
                    return
                yield from _names(body)
                while len(waiting) < depth:
                    waiting.append(self.ask(Kind.READDIR, handle))
        finally:
            if self.is_open:
                self.close_handle(handle)

    # Packets

    def _send(self, kind: Kind, body: bytes) -> None:
        packet = struct.pack(">IB", len(body) + 1, kind) + body
        try:
            with self._send_lock:
                self._channel.sendall(packet)
        except (OSError, EOFError) as error:
            self.is_open = False
            raise SftpBroken(str(error) or "the connection was closed") from error

    def _receive(self) -> tuple[int, bytes]:
        length, kind = struct.unpack(">IB", self._exactly(5))
        return kind, self._exactly(length - 1)

    def _exactly(self, count: int) -> bytes:
        blocks = []
        while count:
            block = self._channel.recv(count)
            if not block:
                raise SftpBroken("the connection was closed")
            blocks.append(block)
            count -= len(block)
        return blocks[0] if len(blocks) == 1 else b"".join(blocks)

    def _read_answers(self) -> None:
        try:
            while True:
                kind, body = self._receive()
                waiting = self._waiting.pop(struct.unpack_from(">I", body)[0], None)
                if waiting is not None:
                    waiting.kind, waiting.body = kind, body[4:]
                    waiting.done.set()
        except Exception:  # whatever it is, no request is answered any more
            self.is_open = False
        finally:
            with self._lock:
                left = list(self._waiting.values())
                self._waiting.clear()
            for waiting in left:
                waiting.done.set()


def data(body: bytes) -> bytes:
    """The bytes of an answer to READ."""
    return body[4:]


class Raw(bytes):
    """Bytes that are sent as they are, not as a string."""


def times(mtime: int) -> Raw:
    """The attributes that set the time of a file, in seconds since 1970, for FSETSTAT."""
    return Raw(struct.pack(">III", 8, mtime & 0xFFFFFFFF, mtime & 0xFFFFFFFF))


def _packed(part: Part) -> bytes:
    if isinstance(part, Raw):
        return bytes(part)
    if isinstance(part, bytes):
        return struct.pack(">I", len(part)) + part
    if isinstance(part, tuple):
        return struct.pack(f">{part[0]}", part[1])
    return struct.pack(">I", part)


def _string(body: bytes, at: int) -> tuple[bytes, int]:
    length = struct.unpack_from(">I", body, at)[0]
    return body[at + 4 : at + 4 + length], at + 4 + length


def _pairs(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(body):
        name, at = _string(body, at)
        value, at = _string(body, at)
        yield name, value


def _attributes(body: bytes, at: int) -> tuple[Attributes, int]:
    flags = struct.unpack_from(">I", body, at)[0]
    at += 4
    size = mode = mtime = 0
    if flags & 1:
        size = struct.unpack_from(">Q", body, at)[0]
        at += 8
    if flags & 2:
        at += 8
    if flags & 4:
        mode = struct.unpack_from(">I", body, at)[0]
        at += 4
    if flags & 8:
        mtime = struct.unpack_from(">I", body, at + 4)[0]
        at += 8
    if flags & 0x80000000:
        count = struct.unpack_from(">I", body, at)[0]
        at += 4
        for _ in range(2 * count):
            at = _string(body, at)[1]
    return Attributes(size, mode, mtime), at


def _names(body: bytes) -> Iterator[tuple[bytes, Attributes]]:
    at = 4
    for _ in range(struct.unpack_from(">I", body)[0]):
        name, at = _string(body, at)
        at = _string(body, at)[1]  # as `ls -l` shows it
        attributes, at = _attributes(body, at)
        yield name, attributes
