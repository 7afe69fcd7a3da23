"""Encodes texts by the model that a server has loaded: to load one takes seconds for each query."""

import json
from collections.abc import Callable, Iterable, Iterator
from http.client import HTTPException
from urllib.request import ProxyHandler, Request, build_opener

import numpy as np

from dampipe.vision.base import Embedder, FrameSpec, Pictures, Vectors

TIMEOUT = 20.0
"""Seconds for an answer: the server may have to load its model first."""

_direct = build_opener(ProxyHandler({}))  # no proxy: the server is on this machine


class RemoteEmbedder:
    """An embedder whose texts a server encodes; its own model does where no server with the same model answers."""

    def __init__(self, own: Embedder, url: str, read_key: Callable[[], str] = str) -> None:
        """own: encodes everything else. url: the server's endpoint for texts. read_key: what it is asked with."""
        self._own = own
        self._url = url
        self._read_key = read_key

    @property
    def fingerprint(self) -> str:
        return self._own.fingerprint

    @property
    def name(self) -> str:
        return self._own.name

    @property
    def spec(self) -> FrameSpec:
        return self._own.spec

    def check(self) -> None:
        self._own.check()

    def pictures(self, frames: Pictures) -> Vectors:
        return self._own.pictures(frames)

    def room(self) -> Pictures:
        return self._own.room()

    def each(self, batches: Iterable[Pictures]) -> Iterator[Vectors]:
        return self._own.each(batches)

    def words(self, texts: list[str]) -> Vectors:
        rows = self._ask_server(texts) if texts else None
        return self._own.words(texts) if rows is None else rows

    def _ask_server(self, texts: list[str]) -> Vectors | None:
        body = json.dumps({"texts": texts}).encode()
        headers = {"content-type": "application/json"}
        if key := self._read_key():
            headers["authorization"] = f"Bearer {key}"
        request = Request(self._url, body, headers)
        try:
            with _direct.open(request, timeout=TIMEOUT) as answer:
                answered = json.load(answer)
            rows = np.array(answered["vectors"], np.float32)
            usable = answered["model"] == self.fingerprint and rows.ndim == 2 and len(rows) == len(texts)
        except (OSError, HTTPException, ValueError, KeyError, TypeError):
            return None  # not a server with this model
        return rows if usable and np.isfinite(rows).all() else None
