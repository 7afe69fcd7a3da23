"""The vector index in Milvus: a collection for each model, reached by an alias, so that a rebuilt one is swapped in.

Milvus has no lock that would tell a second writer to wait; rows are written under their ids, so two writers do each
other no harm. Milvus Lite (a file instead of a server's address) serves one process only: for tests and trials.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from threading import Lock
from typing import Any, Self, TypeVar

import numpy as np
from grpc import RpcError
from pydantic import Field
from pymilvus import MilvusClient
from pymilvus.exceptions import MilvusException, MilvusUnavailableException

from dampipe.kernel.errors import Permanent, Transient
from dampipe.storage.vectors.base import IndexFacts, Neighbour, VectorIds, VectorRows, VectorsConfig
from dampipe.storage.vectors.milvus_collections import Collections
from dampipe.storage.vectors.shapes import checked_batches, checked_query, checked_rows

T = TypeVar("T")

MOST = 16_384
"""Milvus's limit for the answers of one search and one query."""
AT_ONCE = 2000
"""Rows in one message: 8 MB at 1,024 dimensions."""
_AWAY = ("connect", "unavailable", "timeout", "timed out", "closed channel")


class MilvusConfig(VectorsConfig):
    """What `get_storage_backend("milvus", …)` takes."""

    uri: str
    """`http://host:19530`, or a file for Milvus Lite."""
    token: str = ""
    """`user:password` or an API key."""
    index_type: str = "FLAT"
    """Milvus's name of the index; FLAT is exact."""
    index_params: dict[str, Any] = Field(default_factory=dict)
    search_params: dict[str, Any] = Field(default_factory=dict)


class MilvusVectors:
    """Vectors of one model in a Milvus. Raises `Transient` where it is not reached."""

    def __init__(
        self,
        uri: str,
        dimension: int,
        name: str = "",
        *,
        token: str = "",
        index_type: str = "FLAT",
        index_params: Mapping[str, Any] | None = None,
        search_params: Mapping[str, Any] | None = None,
    ) -> None:
        self._uri = uri
        self._token = token
        self._dimension = dimension
        self._index_type = index_type
        self._index_params = dict(index_params or {})
        self._search_params = dict(search_params or {})
        self._alias = f"dampipe_{hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()[:16]}"
        self._writing = Lock()

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `uri`, `token`, `dimension`, `name`, `index_type`, `index_params`, `search_params`."""
        wanted = MilvusConfig.model_validate(config)
        return cls(
            wanted.uri,
            wanted.dimension,
            wanted.name,
            token=wanted.token,
            index_type=wanted.index_type,
            index_params=wanted.index_params,
            search_params=wanted.search_params,
        )

    @property
    def watermark(self) -> int:
        return self._read(lambda _: self._collections.reached(self._alias))

    def __len__(self) -> int:
        def count(client: MilvusClient) -> int:
            [row] = client.query(self._alias, filter="", output_fields=["count(*)"])
            return int(row["count(*)"])

        return self._read(count)

    def ids(self) -> VectorIds:
        def all_of(client: MilvusClient) -> list[int]:
            found: list[int] = []
            pages = client.query_iterator(self._alias, batch_size=MOST, output_fields=["id"])
            while page := pages.next():
                found += [row["id"] for row in page]
            pages.close()
            return found

        return np.sort(np.array(self._read(all_of), np.int64))

    def search(self, query: VectorRows, count: int, among: VectorIds | None = None) -> list[Neighbour]:
        """At most 16,384 neighbours, Milvus's own limit."""
        row = checked_query(query, self._dimension)
        if count < 1 or (among is not None and not len(among)):
            return []
        wanted = "" if among is None else f"id in {np.unique(np.asarray(among, np.int64)).tolist()}"

        def nearest(client: MilvusClient) -> list[Neighbour]:
            [hits] = client.search(
                self._alias,
                [row[0].tolist()],
                anns_field="v",
                filter=wanted,
                limit=min(count, MOST),
                output_fields=[],
                search_params={"metric_type": "IP", "params": self._search_params},
            )
            return [Neighbour(int(hit["id"]), float(hit["distance"])) for hit in hits]

        return sorted(self._read(nearest), key=lambda n: (-n.score, n.id))

    def add(self, ids: VectorIds, rows: VectorRows) -> None:
        with self._writer() as (client, name):
            above = self._collections.reached(name)
            ids, rows = checked_rows(ids, rows, self._dimension, above=above)
            if len(ids):
                self._insert(client, name, ids, rows)
                # Last: what was written without it is written again, under the same ids.
                self._collections.reach(name, int(ids[-1]))

    def remove(self, ids: VectorIds) -> None:
        gone = np.unique(np.asarray(ids, np.int64)).tolist()
        with self._writer() as (client, name):
            for at in range(0, len(gone), MOST):
                client.delete(name, ids=gone[at : at + MOST])

    def clear(self) -> None:
        self.replace(())

    def replace(self, batches: Iterable[tuple[VectorIds, VectorRows]]) -> None:
        """Into another collection, to which the alias then points."""
        with self._writer() as (client, old):
            new = self._collections.create()
            try:
                watermark = 0
                for ids, rows in checked_batches(batches, self._dimension):
                    self._insert(client, new, ids, rows)
                    watermark = int(ids[-1])
                self._collections.reach(new, watermark)
            except BaseException:
                client.drop_collection(new)
                raise
            self._collections.point(new)
            client.drop_collection(old)

    def damage(self, thorough: bool = True) -> list[str]:
        """Milvus looks after its files itself."""
        return []

    def facts(self) -> IndexFacts:
        version = self._read(lambda client: client.get_server_version())
        return IndexFacts(f"Milvus {version} at {self._uri}, {self._index_type}", len(self))

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    @cached_property
    def _client(self) -> MilvusClient:
        # Nobody need hear from an index that is not asked. A server that is strict about pings (Milvus Lite is) ends
        # the connection in the middle of the first call after half a minute.
        quiet = {"grpc.keepalive_permit_without_calls": False}
        return MilvusClient(self._uri, token=self._token, grpc_options=quiet)

    @cached_property
    def _collections(self) -> Collections:
        made = Collections(self._client, self._alias, self._dimension, self._index_type, self._index_params)
        made.begin()
        return made

    def _read(self, look: Callable[[MilvusClient], T]) -> T:
        with self._translated():
            collections = self._collections
            try:
                return look(self._client)
            except MilvusException as error:
                if _away(error):
                    raise
                # Another process may have replaced it at this moment. If it is lost, an empty one takes its place.
                collections.begin()
                return look(self._client)

    @contextmanager
    def _writer(self) -> Iterator[tuple[MilvusClient, str]]:
        """The client and the name of the collection that counts, for one writer in this process."""
        with self._writing, self._translated():
            name = self._collections.current()
            try:
                yield self._client, name
            except MilvusException as error:
                if _away(error) or self._collections.current() == name:
                    raise
                raise Transient(f"another process has replaced the collection {name}") from error

    @staticmethod
    def _insert(client: MilvusClient, collection: str, ids: VectorIds, rows: VectorRows) -> None:
        for at in range(0, len(ids), AT_ONCE):
            block = zip(ids[at : at + AT_ONCE].tolist(), rows[at : at + AT_ONCE].tolist(), strict=True)
            client.upsert(collection, [{"id": number, "v": row} for number, row in block])

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Foreign errors as ours, the most specific first."""
        try:
            yield
        except (MilvusUnavailableException, RpcError, ConnectionError) as error:
            raise Transient(f"Milvus at {self._uri} cannot be reached: {_said(error)}") from error
        except MilvusException as error:
            if _away(error):
                raise Transient(f"Milvus at {self._uri} cannot be reached: {_said(error)}") from error
            raise Permanent(f"Milvus at {self._uri} failed: {_said(error)}") from error


def _away(error: Exception) -> bool:
    return any(word in str(error).lower() for word in _AWAY)


def _said(error: Exception) -> str:
    return " ".join(str(getattr(error, "message", "") or error).split())[:300]
