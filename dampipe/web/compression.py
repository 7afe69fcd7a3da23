"""Compresses JSON and the files of the page; derivatives are compressed as they are, and are sent by byte ranges."""

import gzip

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SMALLEST = 1000
"""Bytes from which compression pays."""
LEVEL = 4
TYPES = ("application/json", "text/css", "text/html", "text/javascript", "image/svg+xml")
"""The content types of texts that are sent whole."""


class TextCompression:
    """ASGI middleware: gzip for texts that are sent as one message, and whole."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not accepts_gzip(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        start: Message | None = None

        async def send_compressed(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                headers = Headers(raw=message["headers"])
                is_text = headers.get("content-type", "").startswith(TYPES)
                is_part = message["status"] == 206
                if is_text and not is_part and "content-encoding" not in headers:
                    start = message
                    return
            elif start is not None and message["type"] == "http.response.body":
                begun, start = start, None
                headers = MutableHeaders(raw=begun["headers"])
                headers.add_vary_header("Accept-Encoding")
                body = message.get("body", b"")
                if len(body) >= SMALLEST and not message.get("more_body", False):
                    body = gzip.compress(body, LEVEL, mtime=0)
                    headers["Content-Encoding"] = "gzip"
                    headers["Content-Length"] = str(len(body))
                    message = {**message, "body": body}
                await send({**begun, "headers": headers.raw})
            await send(message)

        await self._app(scope, receive, send_compressed)


def accepts_gzip(headers: Headers) -> bool:
    """Whether the Accept-Encoding header names gzip, and not with the weight 0."""
    for part in headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = part.strip().partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.replace(" ", "").rstrip("0") not in ("q=", "q=0.")
    return False
