"""Words to vectors by the model that the page's server has loaded: to load one takes seconds for each question."""

import json
from collections.abc import Iterable, Iterator
from http.client import HTTPException
from urllib.request import ProxyHandler, Request, build_opener

import numpy as np

from dampipe.vision.base import Embedder, FrameSpec, Pictures, Vectors

PATIENCE = 20.0
"""Seconds for an answer: the server may have to load its model first."""

_direct = build_opener(ProxyHandler({}))  # what is asked is on this machine


class RemoteEmbedder:
    """An embedder that asks a server for words, and its own model where none answers, or one with another model.

    own: everything else is asked of it. page: where the API is, as http://127.0.0.1:8700.
    """

    def __init__(self, own: Embedder, page: str) -> None:
        self._own = own
        self._page = page

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
        borrowed = self._borrow(texts) if texts else None
        return self._own.words(texts) if borrowed is None else borrowed

    def _borrow(self, texts: list[str]) -> Vectors | None:
        body = json.dumps({"texts": texts}).encode()
        request = Request(f"{self._page}/api/vectors", body, {"content-type": "application/json"})
        try:
            with _direct.open(request, timeout=PATIENCE) as answer:
                said = json.load(answer)
            rows = np.array(said["vectors"], np.float32)
            usable = said["model"] == self.fingerprint and rows.ndim == 2 and len(rows) == len(texts)
        except (OSError, HTTPException, ValueError, KeyError, TypeError):
            return None  # whatever it is, it is no server with this model
        return rows if usable and np.isfinite(rows).all() else None
