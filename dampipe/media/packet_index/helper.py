"""A small program in the sandbox: has libavformat read the index of one file, which it gets through a socket.

    python -I -S helper.py SOCKET PACKAGES STREAMS SIZE OPTIONS

It opens neither files nor connections: PACKAGES is the folder of PyAV, STREAMS are the numbers of streams, with commas
between them, OPTIONS are those of libavformat, as JSON, and SOCKET is the number of an inherited Unix socket, behind
which is this one object, and no other:

    -> R START COUNT   a read: two numbers of 8 bytes
    <- COUNT BYTES     fewer bytes than were asked for only at the end of the file
    -> P COUNT BYTES   the packets of each stream in the order of its index, see `PACKET`
    -> F COUNT BYTES   why there are none, as UTF-8

Hostile content can at most have wrong packets listed; the parent checks where they are, and that their frames decode.
"""

import io
import json
import socket
import struct
import sys
from typing import Any

REQUEST = struct.Struct(">cQQ")
LENGTH = struct.Struct(">Q")
PACKET = struct.Struct(">QQdBB")
"""Offset, bytes, time in seconds, whether it is a key frame, and which of the streams has it, from 0."""
BUFFER = 1 << 15
"""Bytes that libavformat asks for at a time."""


class RemoteFile(io.RawIOBase):
    """The file behind the socket."""

    def __init__(self, connection: socket.socket, size: int) -> None:
        super().__init__()
        self._connection = connection
        self._size = size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def read(self, size: int = -1) -> bytes:
        count = max(0, self._size - self._position)
        count = count if size < 0 else min(count, size)
        if not count:
            return b""
        self._connection.sendall(REQUEST.pack(b"R", self._position, count))
        data = received(self._connection, LENGTH.unpack(received(self._connection, LENGTH.size))[0])
        self._position += len(data)
        return data


def received(connection: socket.socket, count: int) -> bytes:
    """So many bytes. Raises ConnectionError where the other side has gone."""
    data = bytearray()
    while len(data) < count:
        piece = connection.recv(min(1 << 20, count - len(data)))
        if not piece:
            raise ConnectionError("the other side has closed the socket")
        data += piece
    return bytes(data)


def packets(file: RemoteFile, numbers: list[int], options: dict[str, str]) -> bytes:
    """The packets of streams, packed."""
    import av

    av.logging.set_level(av.logging.PANIC)
    with av.open(file, options=options, buffer_size=BUFFER, metadata_errors="replace") as container:
        found = bytearray()
        for row, number in enumerate(numbers):
            stream: Any = container.streams[number]
            unit = float(stream.time_base)
            for entry in stream.index_entries:
                found += PACKET.pack(entry.pos, entry.size, entry.timestamp * unit, entry.is_keyframe, row)
        return bytes(found)


def main(arguments: list[str]) -> None:
    """Answer once."""
    descriptor, folder, streams, size, options = arguments
    numbers = [int(number) for number in streams.split(",")]
    sys.path.append(folder)
    with socket.socket(fileno=int(descriptor)) as connection:
        try:
            kind, answer = b"P", packets(RemoteFile(connection, int(size)), numbers, json.loads(options))
        except ConnectionError:
            return
        except Exception as error:
            kind, answer = b"F", f"{type(error).__name__}: {error}".encode("utf-8", "replace")[:1000]
        connection.sendall(REQUEST.pack(kind, len(answer), 0) + answer)


if __name__ == "__main__":
    main(sys.argv[1:])
