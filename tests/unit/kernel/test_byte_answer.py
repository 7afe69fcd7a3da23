"""The stream of an answer is closed, whatever becomes of the client."""

import asyncio
import io
from collections.abc import Callable, MutableMapping
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from dampipe.kernel.faces.byte_answer import CHUNK, ByteRequest, ByteSource, byte_answer

SOURCE = ByteSource(3 * CHUNK, '"a"', "image/jpeg", "a.jpg", "private")
Send = Callable[[MutableMapping[str, Any]], None]


def sent(stream: io.BytesIO, on_message: Send) -> None:
    """Answer a request for the whole file; on_message: what the server does with each message."""
    answer = byte_answer(ByteRequest("GET", None, None, None), SOURCE, lambda: stream)

    async def send(message: MutableMapping[str, Any]) -> None:
        on_message(message)

    async def receive() -> MutableMapping[str, Any]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    scope = {"type": "http", "asgi": {"spec_version": "2.4"}, "method": "GET", "headers": []}
    asyncio.run(answer(scope, receive, send))


def test_the_whole_is_sent_and_the_stream_closed() -> None:
    stream, parts = io.BytesIO(bytes(3 * CHUNK)), []
    sent(stream, lambda message: parts.append(message.get("body", b"")))
    assert b"".join(parts) == bytes(3 * CHUNK)
    assert stream.closed


@pytest.mark.parametrize("last", [1, 2])
def test_a_client_that_goes_away_leaves_no_open_stream(last: int) -> None:
    stream, count = io.BytesIO(bytes(3 * CHUNK)), 0

    def until(message: MutableMapping[str, Any]) -> None:
        nonlocal count
        count += 1
        if count == last:
            raise OSError("the connection is closed")

    with pytest.raises(ClientDisconnect):
        sent(stream, until)
    assert stream.closed
