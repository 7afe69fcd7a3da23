"""A vector index in Milvus: one collection per model, behind an alias, so that a rebuilt one is swapped in.

Milvus has no lock for writers. Rows are upserted under their ids, so two writers do no harm. Milvus Lite (a file instead
of the address of a server) serves one process only and is for tests and experiments.
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

from dampipe.kernel.asset_set import ALL, AssetSet, Selection
from dampipe.kernel.errors import Permanent, Transient, Unavailable
from dampipe.kernel.masking import mask_url
from dampipe.storage.vectors.base import (
    IndexFacts,
    Neighbour,
    OwnerNumbers,
    VectorBatch,
    VectorIds,
    VectorRows,
    VectorsConfig,
)
from dampipe.storage.vectors.errors import (
    INDEX_FAILED,
    INDEX_LACKS_OWNERS,
    INDEX_REPLACED,
    INDEX_UNREACHABLE,
)
from dampipe.storage.vectors.masks import ranges
from dampipe.storage.vectors.milvus_collections import Collections
from dampipe.storage.vectors.shapes import checked_batches, checked_query, checked_rows

T = TypeVar("T")

MAX_RESULTS = 16_384
"""Milvus's limit for the results of one search or query."""
MESSAGE_ROWS = 2000
"""Rows in one message: 8 MB at 1,024 dimensions."""
FILTER_OWNERS = 20_000
"""Owners in one filter: some 200 kB. A mask of more becomes several searches."""
FILTER_RANGES = 500
"""Ranges of owners in one filter."""
_UNREACHABLE_WORDS = ("connect", "unavailable", "timeout", "timed out", "closed channel")


class MilvusConfig(VectorsConfig):
    """Configuration of `get_storage_backend("milvus", …, "vectors")`."""

    uri: str
    """`http://host:19530`, or a file for Milvus Lite."""
    token: str = ""
    """`user:password` or an API key."""
    index_type: str = "FLAT"
    """Index type of Milvus; FLAT is exact."""
    index_params: dict[str, Any] = Field(default_factory=dict)
    search_params: dict[str, Any] = Field(default_factory=dict)


class MilvusVectors:
    """Vectors of one model in a Milvus. Raises `Transient` if it cannot be reached.

    The owner of a vector is a field of its own, by which searches are filtered.
    """

    can_mask = True

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
        options = MilvusConfig.model_validate(config)
        return cls(
            options.uri,
            options.dimension,
            options.name,
            token=options.token,
            index_type=options.index_type,
            index_params=options.index_params,
            search_params=options.search_params,
        )

    @property
    def watermark(self) -> int:
        return self._read(lambda _: self._collections.watermark(self._alias))

    def __len__(self) -> int:
        def count(client: MilvusClient) -> int:
            [row] = client.query(self._alias, filter="", output_fields=["count(*)"])
            return int(row["count(*)"])

        return self._read(count)

    def ids(self) -> VectorIds:
        def all_of(client: MilvusClient) -> list[int]:
            found: list[int] = []
            pages = client.query_iterator(self._alias, batch_size=MAX_RESULTS, output_fields=["id"])
            while page := pages.next():
                found += [row["id"] for row in page]
            pages.close()
            return found

        return np.sort(np.array(self._read(all_of), np.int64))

    def search(self, query: VectorRows, count: int, mask: Selection = ALL) -> list[Neighbour]:
        """See VectorStorage. At most 16,384 neighbours, a limit of Milvus."""
        row = checked_query(query, self._dimension)
        if count < 1:
            return []
        # The nearest of all are among the nearest of each part.
        parts = [""] if mask is ALL else list(_filters(mask))

        def nearest(client: MilvusClient) -> list[Neighbour]:
            if mask is not ALL and not self._collections.has_owners():
                raise Unavailable(INDEX_LACKS_OWNERS, index=self._alias)
            found = []
            for part in parts:
                [hits] = client.search(
                    self._alias,
                    [row[0].tolist()],
                    anns_field="v",
                    filter=part,
                    limit=min(count, MAX_RESULTS),
                    output_fields=[],
                    search_params={"metric_type": "IP", "params": self._search_params},
                )
                found += [Neighbour(int(hit["id"]), float(hit["distance"])) for hit in hits]
            return found

        return sorted(self._read(nearest), key=lambda n: (-n.score, n.id))[: min(count, MAX_RESULTS)]

    @property
    def lacks_owners(self) -> bool:
        return not self._read(lambda _: self._collections.has_owners())

    def assign_owners(self, ids: VectorIds, owners: OwnerNumbers) -> bool:
        """False: a collection without the field is replaced."""
        return not self.lacks_owners

    def add(self, ids: VectorIds, rows: VectorRows, owners: OwnerNumbers) -> None:
        with self._writer() as (client, name):
            above = self._collections.watermark(name)
            batch = checked_rows(ids, rows, owners, self._dimension, above=above)
            if len(batch[0]):
                if not self._collections.has_owners():
                    raise Unavailable(INDEX_LACKS_OWNERS, index=self._alias)
                self._insert(client, name, batch)
                # Last: rows written without it are written again, under the same ids.
                self._collections.set_watermark(name, int(batch[0][-1]))

    def remove(self, ids: VectorIds) -> None:
        removed = np.unique(np.asarray(ids, np.int64)).tolist()
        with self._writer() as (client, name):
            for at in range(0, len(removed), MAX_RESULTS):
                client.delete(name, ids=removed[at : at + MAX_RESULTS])

    def clear(self) -> None:
        self.replace(())

    def replace(self, batches: Iterable[VectorBatch]) -> None:
        """See VectorStorage. Builds another collection, then moves the alias to it."""
        with self._writer() as (client, old):
            new = self._collections.create()
            try:
                watermark = 0
                for batch in checked_batches(batches, self._dimension):
                    self._insert(client, new, batch)
                    watermark = int(batch[0][-1])
                self._collections.set_watermark(new, watermark)
            except BaseException:
                client.drop_collection(new)
                raise
            self._collections.point(new)
            client.drop_collection(old)

    def damage(self, thorough: bool = True) -> list[str]:
        """None: Milvus checks its own files."""
        return []

    def facts(self) -> IndexFacts:
        version = self._read(lambda client: client.get_server_version())
        return IndexFacts(f"Milvus {version} at {mask_url(self._uri)}, {self._index_type}", len(self))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    @cached_property
    def _client(self) -> MilvusClient:
        # No keep-alive pings on an idle connection: a server that is strict about pings, as Milvus Lite is, would end
        # the connection during the first call after half a minute.
        options = {"grpc.keepalive_permit_without_calls": False}
        return MilvusClient(self._uri, token=self._token, grpc_options=options)

    @cached_property
    def _collections(self) -> Collections:
        collections = Collections(
            self._client, self._alias, self._dimension, self._index_type, self._index_params
        )
        collections.load()
        return collections

    def _read(self, query: Callable[[MilvusClient], T]) -> T:
        with self._translate_errors():
            collections = self._collections
            try:
                return query(self._client)
            except MilvusException as error:
                if _unreachable(error):
                    raise
                # Another process may have just replaced the collection. A lost one is replaced by an empty one.
                collections.load()
                return query(self._client)

    @contextmanager
    def _writer(self) -> Iterator[tuple[MilvusClient, str]]:
        """The client and the name of the current collection, for one writer in this process."""
        with self._writing, self._translate_errors():
            name = self._collections.current()
            try:
                yield self._client, name
            except MilvusException as error:
                if _unreachable(error) or self._collections.current() == name:
                    raise
                raise Transient(INDEX_REPLACED, collection=name) from error

    @staticmethod
    def _insert(client: MilvusClient, collection: str, batch: VectorBatch) -> None:
        for at in range(0, len(batch[0]), MESSAGE_ROWS):
            part = zip(*(column[at : at + MESSAGE_ROWS].tolist() for column in batch), strict=True)
            rows = [{"id": number, "v": row, "owner": owner} for number, row, owner in part]
            client.upsert(collection, rows)

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Translate errors of the client, most specific first."""
        try:
            yield
        except (MilvusUnavailableException, RpcError, ConnectionError) as error:
            raise Transient(INDEX_UNREACHABLE, index=mask_url(self._uri), reason=_message(error)) from error
        except MilvusException as error:
            if _unreachable(error):
                raise Transient(
                    INDEX_UNREACHABLE, index=mask_url(self._uri), reason=_message(error)
                ) from error
            raise Permanent(INDEX_FAILED, index=mask_url(self._uri), reason=_message(error)) from error


def _filters(mask: AssetSet) -> Iterator[str]:
    """Filters that select the owners of a mask, each once: by ranges where these are few, else by lists."""
    runs = [(first, last) for first, last in ranges(mask) if last > 0]
    if len(runs) * 4 <= len(mask):
        for at in range(0, len(runs), FILTER_RANGES):
            part = runs[at : at + FILTER_RANGES]
            yield " or ".join(f"(owner >= {max(1, first)} and owner <= {last})" for first, last in part)
        return
    owners = [owner for owner in mask if owner > 0]
    for at in range(0, len(owners), FILTER_OWNERS):
        yield f"owner in {owners[at : at + FILTER_OWNERS]}"


def _unreachable(error: Exception) -> bool:
    return any(word in str(error).lower() for word in _UNREACHABLE_WORDS)


def _message(error: Exception) -> str:
    return " ".join(str(getattr(error, "message", "") or error).split())[:300]
