"""Reads where the packets of a remote file are, by its container's index, with a parser in the sandbox.

The sandbox has no network. What the parser reads of the file it asks for through a Unix socket that it inherits; the
other end is here, and reads this one object only.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from dampipe.kernel.stage_io import FileParts
from dampipe.media.ffmpeg.allowlist import MAX_PIXELS, PROTOCOLS
from dampipe.media.ffmpeg.run import RLIMIT_EXEC, kill_group
from dampipe.media.ffmpeg.sandbox import Sandbox
from dampipe.media.packet_index.helper import LENGTH, PACKET, REQUEST, received

_HELPER = str(Path(__file__).with_name("helper.py"))
TIME_LIMIT = 60.0
"""Seconds that the parser may compute, not counting the time in which it waits for the storage."""
MEMORY = 2 << 30
"""Bytes of the parser."""
MAX_READ = 16 << 20
"""Bytes of one read."""
MAX_PACKETS = 4_000_000
"""Packets of an index; at 60 frames per second these are 18 hours."""
MAX_INDEX = 256 << 20
"""Bytes of a file that are read for its index."""


class Packet(NamedTuple):
    """A packet of a stream, as the index says."""

    start: int
    """Offset in the file, in bytes."""
    size: int
    time: float
    """When it is decoded, in seconds."""
    is_key: bool

    @property
    def end(self) -> int:
        """Offset of the byte after the last one."""
        return self.start + self.size


def read_index(sandbox: Sandbox, parts: FileParts, stream: int, formats: str) -> list[Packet] | None:
    """The packets of a stream in the order in which a demuxer gives them; None where its container has no such index.

    What the parser reads is fetched into `parts`. stream: its number in the file. formats: the demuxers that are
    allowed. Raises what `parts` does.
    """
    found = read_indexes(sandbox, parts, [stream], formats)
    return None if found is None else found[0]


def read_indexes(
    sandbox: Sandbox, parts: FileParts, streams: Sequence[int], formats: str
) -> list[list[Packet]] | None:
    """The packets of several streams, as `read_index`; None if one of them has none in the index."""
    options = {
        "protocol_whitelist": PROTOCOLS,
        "format_whitelist": formats,
        "max_pixels": str(MAX_PIXELS),
        "max_streams": "200",
        # What the probe has found is known: no packets are read to find it again.
        "probesize": "32",
        "analyzeduration": "0",
    }
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            numbers = ",".join(map(str, streams))
            process = _start(sandbox, theirs, [numbers, str(parts.size), json.dumps(options)])
        try:
            return _packets(_serve(ours, parts), parts.size, len(streams))
        finally:
            kill_group(process)


def _start(sandbox: Sandbox, theirs: socket.socket, arguments: list[str]) -> "subprocess.Popen[bytes]":
    found = find_spec("av")
    assert found is not None and found.origin is not None
    package = Path(found.origin).parent
    libraries = package.with_name("av.libs")  # where a wheel has those of ffmpeg
    python = os.path.realpath(sys.executable)
    number = str(theirs.fileno())
    command = [python, "-I", "-S", _HELPER, number, str(package.parent), *arguments]
    command = sandbox.wrap_program(command, [sys.base_prefix, str(package), str(libraries), _HELPER])
    limits = [str(os.getpid()), "0", str(MEMORY), "1", str(int(TIME_LIMIT) + 1)]
    return subprocess.Popen(
        [sys.executable, "-I", "-S", RLIMIT_EXEC, *limits, *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(theirs.fileno(),),
        start_new_session=True,
    )


def _serve(ours: socket.socket, parts: FileParts) -> bytes:
    """Give the parser what it reads, until it has an answer; b"" where it has none."""
    left, computing = MAX_INDEX, 0.0
    while True:
        began = time.monotonic()
        ours.settimeout(max(0.1, TIME_LIMIT - computing))
        try:
            kind, first, second = REQUEST.unpack(received(ours, REQUEST.size))
            if kind == b"P" and first <= MAX_PACKETS * PACKET.size:
                return received(ours, first)
        except OSError:  # it took too long, or has ended
            return b""
        computing += time.monotonic() - began
        count = min(second, MAX_READ)
        left -= count
        if kind != b"R" or left < 0 or computing > TIME_LIMIT:
            return b""
        data = parts.read(first, count)
        with contextlib.suppress(OSError):  # seen at the next read
            ours.sendall(LENGTH.pack(len(data)) + data)


def _packets(answer: bytes, size: int, streams: int) -> list[list[Packet]] | None:
    if len(answer) % PACKET.size:
        return None
    found: list[list[Packet]] = [[] for _ in range(streams)]
    for start, count, at, key, row in PACKET.iter_unpack(answer):
        if row >= streams or start + count > size:
            return None
        found[row].append(Packet(start, count, at, bool(key)))
    return found if all(found) else None
