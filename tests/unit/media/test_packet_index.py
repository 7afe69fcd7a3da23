"""What the parser in the sandbox may ask for, and what is believed of its answers."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dampipe.kernel.errors import Transient
from dampipe.media.errors import NOTHING_DECODED
from dampipe.media.ffmpeg.sandbox import NO_SANDBOX
from dampipe.media.packet_index import reader
from dampipe.media.packet_index.reader import Packet, read_index
from tests.hostile.watch import children

HEAD = """
import json, socket, struct, sys, time
connection = socket.socket(fileno=int(sys.argv[1]))
def send(kind, first, second, more=b""):
    connection.sendall(struct.pack(">cQQ", kind, first, second) + more)
def received(count):
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            sys.exit()
        data += piece
    return data
def read(start, count):
    send(b"R", start, count)
    return received(struct.unpack(">Q", received(8))[0])
def packets(*found):
    data = b"".join(struct.pack(">QQdBB", *one, *[0][: 5 - len(one)]) for one in found)
    send(b"P", len(data), 0, data)
"""


class Memory:
    """A file in parts, all of it here."""

    path = "nowhere"

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.reads: list[tuple[int, int]] = []
        self.fails = False

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def fetched(self) -> int:
        return 0

    def read(self, start: int, count: int) -> bytes:
        self.reads.append((start, count))
        if self.fails:
            raise Transient(NOTHING_DECODED)
        return self.content[start : start + count]

    def fetch(self, spans: object) -> None:
        raise AssertionError("nobody asks for that")


Ask = Callable[[str], list[Packet] | None]


@pytest.fixture
def file() -> Memory:
    return Memory(bytes(range(256)) * 4)


@pytest.fixture
def ask(file: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Have a program answer in the parser's place."""

    def answer(program: str) -> list[Packet] | None:
        script = tmp_path / "helper.py"
        script.write_text(HEAD + program)
        monkeypatch.setattr(reader, "_HELPER", str(script))
        before = children(os.getpid())
        found = read_index(NO_SANDBOX, file, 0, "mov")
        assert children(os.getpid(), apart_from=before) == set()
        return found

    return answer


def test_packets_come_in_their_order(ask: Ask, file: Memory) -> None:
    found = ask(
        "assert read(1000, 100) == bytes(range(232, 256)); packets((0, 9, 0.0, 1), (1000, 24, 0.5, 0))"
    )
    assert found == [Packet(0, 9, 0.0, True), Packet(1000, 24, 0.5, False)]
    assert file.reads == [(1000, 100)]
    assert found[1].end == 1024


@pytest.mark.parametrize(
    "program",
    {
        "no answer": "pass",
        "it crashes": "import os; os.abort()",
        "none": "packets()",
        "failed": "send(b'F', 3, 0, b'why')",
        "of a stream that was not asked for": "packets((0, 9, 0.0, 1, 1))",
        "beyond the end": "packets((0, 9, 0.0, 1), (1000, 25, 0.5, 1))",
        "far beyond the end": "packets((2**64 - 1, 2**64 - 1, 0.5, 1))",
        "half a packet": "send(b'P', 7, 0, b'1234567')",
        "too many": "send(b'P', 2**40, 0, b'x' * 100)",
        "shorter than said": "send(b'P', 2500, 0, b'x' * 100)",
        "unknown": "send(b'W', 0, 0)",
        "it is silent": "time.sleep(600)",
        "it sends half a request and is silent": "connection.sendall(b'R123'); time.sleep(600)",
        "it reads for ever": "[read(0, 1024) for _ in iter(int, 1)]",
    }.values(),
)
def test_any_other_answer_is_none(
    program: str, ask: Ask, file: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "TIME_LIMIT", 2.0)
    monkeypatch.setattr(reader, "MAX_INDEX", 1 << 20)
    assert ask(program) is None
    assert sum(count for _, count in file.reads) <= 1 << 20


def test_a_huge_read_is_a_smaller_one(ask: Ask, file: Memory) -> None:
    assert ask("assert len(read(0, 2**63)) == 1024; packets((0, 1, 0.0, 1))") == [Packet(0, 1, 0.0, True)]
    assert file.reads == [(0, reader.MAX_READ)]


def test_what_waits_for_the_storage_is_not_computing(
    ask: Ask, file: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "TIME_LIMIT", 10.0)
    read = file.read

    def slowly(start: int, count: int) -> bytes:
        time.sleep(4)
        return read(start, count)

    monkeypatch.setattr(file, "read", slowly)
    assert ask("read(0, 1); read(0, 1); read(0, 1); packets((0, 1, 0.0, 1))") is not None


def test_an_error_of_the_storage_is_raised_and_the_parser_ended(ask: Ask, file: Memory) -> None:
    file.fails = True
    before = children(os.getpid())
    with pytest.raises(Transient):
        ask("read(0, 1); time.sleep(600)")
    assert children(os.getpid(), apart_from=before) == set()
