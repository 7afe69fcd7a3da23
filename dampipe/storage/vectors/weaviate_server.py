"""A Weaviate server as one reaches it: connected when first needed, its errors as ours."""

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

from dampipe.kernel.errors import DampipeError, InvalidInput, Permanent, StorageFull, Transient

WAIT = Timeout(init=5, query=60, insert=120)
"""Seconds for an answer."""

_AWAY = (
    foreign.WeaviateConnectionError,
    foreign.WeaviateGRPCUnavailableError,
    foreign.WeaviateRetryError,
    foreign.WeaviateStartUpError,
    foreign.WeaviateTimeoutError,
    httpx.TransportError,
    RpcError,
    ConnectionError,
)
_KNOWN = (
    (("not supported", "minimum version"), Permanent, "update the Weaviate server to 1.29 or newer"),
    (
        ("unauthorized", "anonymous", "forbidden", " 401", " 403"),
        Permanent,
        "set `api_key` in vectors_options",
    ),
    (("read-only", "readonly", "no space left", "disk usage"), StorageFull, "free some space on the server"),
)
"""What a message says, what that is to us, and what to do: the most specific first."""
_AWAY_WORDS = ("unavailable", "deadline", "timed out", "connection refused", " 502", " 503", " 504")


class WeaviateServer:
    """One connection to it, safe to use from several threads.

    url: of its HTTP side. grpc: `host:port` of its other one; empty: port 50051 of the same host, with https 443.
    """

    def __init__(self, url: str, grpc: str = "", api_key: str = "") -> None:
        self.url = url
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        other = urlsplit(f"//{grpc}") if grpc else parts
        try:
            self._address: dict[str, Any] = {
                "http_host": parts.hostname or "",
                "http_port": parts.port or (443 if secure else 80),
                "http_secure": secure,
                "grpc_host": other.hostname or "",
                "grpc_port": (other.port if grpc else None) or (443 if secure else 50051),
                "grpc_secure": secure,
            }
        except ValueError as error:
            raise InvalidInput(f"vectors_options: {error}") from error
        if parts.scheme not in ("http", "https") or not parts.hostname or not other.hostname:
            raise InvalidInput(
                f"vectors_options: {url!r} with grpc {grpc!r} is no address of a Weaviate",
                hint='vectors = "weaviate" and vectors_options = {url = "http://host:8080"}',
            )
        self._api_key = api_key
        self._client: Any = None
        self._opening = Lock()

    @contextmanager
    def client(self) -> Iterator[Any]:
        """Weaviate's client, connected; its errors as ours."""
        try:
            with self._opening:
                if self._client is None:
                    self._client = self._connected()
            yield self._client
        except (foreign.WeaviateBaseError, httpx.TransportError, RpcError, ConnectionError) as error:
            raise failed(self.url, str(error), away=isinstance(error, _AWAY)) from error

    def close(self) -> None:
        """Give the connection back; the next use makes another."""
        with self._opening:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _connected(self) -> Any:
        client = weaviate.connect_to_custom(
            **self._address,
            auth_credentials=Auth.api_key(self._api_key) if self._api_key else None,
            additional_config=AdditionalConfig(timeout=WAIT),
            # They ask a server elsewhere for the client's newest version.
            skip_init_checks=True,
        )
        host, port = self._address["grpc_host"], self._address["grpc_port"]
        try:
            # gRPC itself would try for a minute.
            socket.create_connection((host, port), 5).close()
        except OSError as error:
            client.close()
            raise Transient(
                f"Weaviate at {self.url} answers, but not its gRPC port {host}:{port}: {error}",
                hint="`grpc` in vectors_options names host and port",
            ) from error
        return client


def failed(url: str, said: str, *, away: bool = False) -> DampipeError:
    """Weaviate's words as an error of ours: by the table, else `Transient` if `away`; what is unknown is `Permanent`."""
    said = " ".join(said.split())[:300]
    for words, kind, hint in _KNOWN:
        if any(word in said.lower() for word in words):
            return kind(f"Weaviate at {url}: {said}", hint)
    if away or any(word in said.lower() for word in _AWAY_WORDS):
        return Transient(f"Weaviate at {url} cannot be reached: {said}")
    return Permanent(f"Weaviate at {url} failed: {said}")
