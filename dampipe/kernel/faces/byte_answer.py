"""The bytes of a file as an answer: whole, by range, or not at all where the client has them (RFC 9110)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, BinaryIO
from urllib.parse import quote

from fastapi import Depends, Header, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from dampipe.kernel.faces.byte_ranges import Span, parse_range

BYTES: dict[str, Any] = {"application/octet-stream": {}, "*/*": {}}
"""Content types of derivatives: each says its own."""
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The whole file.", "content": BYTES},
    206: {"description": "The part asked for.", "content": BYTES},
    304: {"description": "The client has this version already."},
    416: {"description": "The part asked for lies outside the file."},
}
"""What an endpoint answers that returns a `byte_answer`, in OpenAPI."""
CHUNK = 256 * 1024
"""Bytes sent at a time."""
VARY = "Cookie, Authorization"
"""What the answer depends on: another user of the same browser is asked for again."""


@dataclass(frozen=True)
class ByteRequest:
    """What a request says of the bytes that it wants."""

    method: str
    range: str | None
    known: str | None
    range_of: str | None


def _byte_request(
    request: Request,
    range_: Annotated[str | None, Header(alias="Range")] = None,
    known: Annotated[str | None, Header(alias="If-None-Match")] = None,
    range_of: Annotated[str | None, Header(alias="If-Range")] = None,
) -> ByteRequest:
    return ByteRequest(request.method, range_, known, range_of)


ByteRequestDep = Annotated[ByteRequest, Depends(_byte_request)]


@dataclass(frozen=True)
class ByteSource:
    """A file that may be sent."""

    size: int
    etag: str
    """With its quotation marks; strong: the same bytes."""
    media_type: str
    filename: str
    """To save it under."""
    cache: str
    """The header Cache-Control."""
    disposition: str = "inline"


def byte_answer(wanted: ByteRequest, source: ByteSource, open_stream: Callable[[], BinaryIO]) -> Response:
    """The answer to a request for a file. open_stream: called only if bytes are sent; the stream is closed after it."""
    name = quote(source.filename, safe="")
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": source.etag,
        "Cache-Control": source.cache,
        "Vary": VARY,
        "Content-Disposition": f"{source.disposition}; filename*=UTF-8''{name}",
    }
    known = wanted.known
    if known is not None and (known.strip() == "*" or source.etag in _etags(known)):
        return Response(status_code=304, headers=_some(headers, "ETag", "Cache-Control", "Vary"))
    same_version = wanted.range_of is None or wanted.range_of.strip() == source.etag
    span = parse_range(wanted.range, source.size) if same_version else None
    if span is None:
        span, status = Span(0, source.size), 200
    elif span.start >= span.end:
        refused = {"Content-Range": f"bytes */{source.size}", "Cache-Control": "no-store"}
        return Response(status_code=416, headers=refused)
    else:
        status = 206
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{source.size}"
    headers["Content-Length"] = str(span.end - span.start)
    if wanted.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=source.media_type)
    return _StreamAnswer(open_stream(), span, status, headers, source.media_type)


class _StreamAnswer(StreamingResponse):
    """A part of a stream, which is closed also when the client goes away in the middle, or before the first byte."""

    def __init__(
        self, stream: BinaryIO, span: Span, status: int, headers: Mapping[str, str], media_type: str
    ) -> None:
        super().__init__(_chunks(stream, span), status, headers, media_type=media_type)
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._stream.close()


def _chunks(stream: BinaryIO, span: Span) -> Iterator[bytes]:
    stream.seek(span.start)
    left = span.end - span.start
    while left and (data := stream.read(min(CHUNK, left))):
        left -= len(data)
        yield data


def _some(headers: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: headers[name] for name in names}


def _etags(header: str) -> set[str]:
    """The entity tags of an If-None-Match header; a weak one is as good as a strong one there."""
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
