"""The connection to a Weaviate server: connects on first use, translates errors."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import httpx
import weaviate
from grpc import RpcError
from weaviate import exceptions as foreign
from weaviate.classes.init import AdditionalConfig, Auth, Timeout

from dampipe.kernel.errors import DampipeError, ErrorCode, InvalidInput, Permanent, StorageFull, Transient
from dampipe.kernel.masking import mask_url
from dampipe.storage.vectors.errors import (
    INDEX_FAILED,
    INDEX_OPTIONS_INVALID,
    INDEX_UNREACHABLE,
    WEAVIATE_DENIED,
    WEAVIATE_DISK_FULL,
    WEAVIATE_GRPC_UNREACHABLE,
    WEAVIATE_TOO_OLD,
)

TIMEOUT = Timeout(init=5, query=60, insert=120)
"""Seconds to wait for an answer."""

_CONNECTION_ERRORS = (
    foreign.WeaviateConnectionError,
    foreign.WeaviateGRPCUnavailableError,
    foreign.WeaviateRetryError,
    foreign.WeaviateStartUpError,
    foreign.WeaviateTimeoutError,
    httpx.TransportError,
    RpcError,
    ConnectionError,
)
_BY_WORDS: tuple[tuple[tuple[str, ...], type[DampipeError], ErrorCode], ...] = (
    (("not supported", "minimum version"), Permanent, WEAVIATE_TOO_OLD),
    (("unauthorized", "anonymous", "forbidden", " 401", " 403"), Permanent, WEAVIATE_DENIED),
    (("read-only", "readonly", "no space left", "disk usage"), StorageFull, WEAVIATE_DISK_FULL),
)
"""Words in a message of the server, and the error of dampipe for it. The first match wins."""
_UNREACHABLE_WORDS = ("unavailable", "deadline", "timed out", "connection refused", " 502", " 503", " 504")

_EXAMPLE = 'vectors_options = {url = "http://host:8080"}'


class WeaviateServer:
    """One connection to a server. Thread-safe.

    url: HTTP address. grpc: `host:port` of the gRPC service; empty: port 50051 of the same host, 443 with https.
    """

    def __init__(self, url: str, grpc: str = "", api_key: str = "") -> None:
        self.url = mask_url(url)
        """As it is shown."""
        try:
            parts = urlsplit(url)
            secure = parts.scheme == "https"
            grpc_parts = urlsplit(f"//{grpc}") if grpc else parts
            self._address: dict[str, Any] = {
                "http_host": parts.hostname or "",
                "http_port": parts.port or (443 if secure else 80),
                "http_secure": secure,
                "grpc_host": grpc_parts.hostname or "",
                "grpc_port": (grpc_parts.port if grpc else None) or (443 if secure else 50051),
                "grpc_secure": secure,
            }
        except ValueError as error:
            raise InvalidInput(
                INDEX_OPTIONS_INVALID,
                problem=f"{self.url!r} with grpc {grpc!r} is not a valid address",
                example=_EXAMPLE,
            ) from error
        if parts.scheme not in ("http", "https") or not parts.hostname or not grpc_parts.hostname:
            problem = f"{self.url!r} with grpc {grpc!r} is not a valid address of a Weaviate"
            raise InvalidInput(INDEX_OPTIONS_INVALID, problem=problem, example=_EXAMPLE)
        self._api_key = api_key
        self._client: Any = None
        self._opening = Lock()

    @contextmanager
    def client(self) -> Iterator[Any]:
        """The connected client. Its errors are translated."""
        try:
            with self._opening:
                if self._client is None:
                    self._client = self._connected()
            yield self._client
        except (foreign.WeaviateBaseError, httpx.TransportError, RpcError, ConnectionError) as error:
            raise translate_message(
                self.url, str(error), unreachable=isinstance(error, _CONNECTION_ERRORS)
            ) from error

    def close(self) -> None:
        """Close the connection. The next use opens a new one."""
        with self._opening:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _connected(self) -> Any:
        client = weaviate.connect_to_custom(
            **self._address,
            auth_credentials=Auth.api_key(self._api_key) if self._api_key else None,
            additional_config=AdditionalConfig(timeout=TIMEOUT),
            # The checks would ask a server on the internet for the newest version of the client.
            skip_init_checks=True,
        )
        host, port = self._address["grpc_host"], self._address["grpc_port"]
        try:
            # gRPC would retry for a minute.
            socket.create_connection((host, port), 5).close()
        except OSError as error:
            client.close()
            raise Transient(
                WEAVIATE_GRPC_UNREACHABLE, index=self.url, address=f"{host}:{port}", reason=str(error)
            ) from error
        return client


def translate_message(url: str, message: str, *, unreachable: bool = False) -> DampipeError:
    """The error for a message of the server: by the table, else `Transient` if unreachable, else `Permanent`."""
    reason = " ".join(message.split())[:300]
    for words, kind, code in _BY_WORDS:
        if any(word in reason.lower() for word in words):
            return kind(code, index=url, reason=reason)
    if unreachable or any(word in reason.lower() for word in _UNREACHABLE_WORDS):
        return Transient(INDEX_UNREACHABLE, index=url, reason=reason)
    return Permanent(INDEX_FAILED, index=url, reason=reason)
