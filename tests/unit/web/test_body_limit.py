"""The time of a body counts from when it is asked for."""

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from dampipe.web.body_limit import BodyLimit
from dampipe.web.refusals import Refused

SCOPE: dict[str, Any] = {"type": "http", "path": "/api/v1/events/stream", "headers": []}


async def ended() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def never() -> Message:
    await asyncio.sleep(60)
    raise AssertionError


async def send(_: Message) -> None:
    raise AssertionError("nothing is answered here")


def test_an_endpoint_may_look_late_whether_the_client_is_there() -> None:
    seen: list[str] = []

    async def late(_: Scope, receive: Receive, __: Send) -> None:
        await asyncio.sleep(0.2)  # longer than a body may take
        seen.append((await receive())["type"])

    asyncio.run(BodyLimit(late, patience=0.05)(SCOPE, ended, send))
    assert seen == ["http.request"]


def test_a_body_that_does_not_come_is_refused() -> None:
    async def reads(_: Scope, receive: Receive, __: Send) -> None:
        await receive()

    with pytest.raises(Refused):
        asyncio.run(BodyLimit(reads, patience=0.05)(SCOPE, never, send))
