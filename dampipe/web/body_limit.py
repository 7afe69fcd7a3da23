"""Bounds the bodies of requests, in bytes and in time, and refuses texts that no database stores, before anything reads
them."""

import asyncio
import json
import re
import time
from collections.abc import Sequence
from re import Pattern

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dampipe.kernel.faces.http import TEXT_INVALID
from dampipe.kernel.storable import unstorable_in
from dampipe.web.refusals import BODY_TOO_LARGE, BODY_TOO_SLOW, Refused

MAX_BODY = 1 << 20
"""Bytes of a body, unless its endpoint states another limit."""
PATIENCE = 30.0
"""Seconds that a body may take,"""
SLOWEST = 64 * 1024
"""and one more for each of so many bytes."""
_CLOSE = {"Connection": "close"}
_SUSPECT = re.compile(rb"\0|\\u(?:0000|[dD][89a-fA-F])|\xed[\xa0-\xbf]")
"""Bytes without which JSON, in any of its encodings, has neither NUL nor half of a surrogate pair."""


class BodyLimit:
    """ASGI middleware."""

    def __init__(
        self, app: ASGIApp, own_limits: Sequence[Pattern[str]] = (), patience: float = PATIENCE
    ) -> None:
        """own_limits: paths of endpoints that count the bytes themselves while they read them."""
        self._app = app
        self._own_limits = own_limits
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        declared = Headers(scope=scope).get("content-length", "")
        if limit is not None and declared.isdecimal() and int(declared[:20]) > limit:
            await Refused(413, BODY_TOO_LARGE, _CLOSE, limit=limit).response()(scope, receive, send)
            return
        # From when it is first asked for: an endpoint may look late whether the client is still there.
        started_at: float | None = None
        received = 0
        is_complete = False
        body = bytearray()

        async def receive_bounded() -> Message:
            nonlocal started_at, received, is_complete
            if is_complete:  # what follows is the end of the connection, which may take any time
                return await receive()
            if started_at is None:
                started_at = time.monotonic()
            left = started_at + self._patience + received / SLOWEST - time.monotonic()
            try:
                message = await asyncio.wait_for(receive(), max(0.0, left))
            except TimeoutError:
                raise Refused(408, BODY_TOO_SLOW, _CLOSE) from None
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                is_complete = not message.get("more_body", False)
                if limit is not None and received > limit:
                    raise Refused(413, BODY_TOO_LARGE, _CLOSE, limit=limit)
                if limit is not None:
                    body.extend(message.get("body", b""))
                    if is_complete and (text := unstorable(bytes(body))) is not None:
                        raise Refused(422, TEXT_INVALID, text=ascii(text[:100]))
            return message

        await self._app(scope, receive_bounded, send)

    def _limit(self, path: str) -> int | None:
        return None if any(one.match(path) for one in self._own_limits) else MAX_BODY


def unstorable(body: bytes) -> str | None:
    """The first text in a JSON document, a key or a value, that holds NUL or half of a surrogate pair; None: there is
    none, or it is not JSON, which the endpoint answers."""
    if not _SUSPECT.search(body):
        return None
    try:
        return unstorable_in(json.loads(body))
    except (ValueError, RecursionError):
        return None
