"""A vector index in Weaviate: one collection per model, found by a pointer, so that a rebuilt one is swapped in.

The id of a vector is the UUID of its object, as a number; its only property is the owner, by which masks filter.
Weaviate has no lock for writers. Rows are written under their ids, so two writers do no harm.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any, Self, TypeVar
from uuid import UUID

import numpy as np
from pydantic import Field
from weaviate import exceptions as foreign
from weaviate.classes.config import ConsistencyLevel
from weaviate.classes.data import DataObject
from weaviate.classes.query import Filter, MetadataQuery

from dampipe.kernel.asset_set import ALL, AssetSet, Selection
from dampipe.kernel.errors import DampipeError, Permanent, Transient, Unavailable
from dampipe.storage.vectors.base import (
    IndexFacts,
    Neighbour,
    OwnerNumbers,
    VectorBatch,
    VectorIds,
    VectorRows,
    VectorsConfig,
)
from dampipe.storage.vectors.errors import INDEX_LACKS_OWNERS, INDEX_OTHER_DIMENSION, INDEX_REPLACED
from dampipe.storage.vectors.masks import ranges
from dampipe.storage.vectors.shapes import checked_batches, checked_query, checked_rows
from dampipe.storage.vectors.weaviate_collections import OWNER, VECTOR, Collections, has_owners
from dampipe.storage.vectors.weaviate_server import WeaviateServer, translate_message

T = TypeVar("T")

MAX_RESULTS = 10_000
"""Maximum of objects per search, deletion and filter; the default of QUERY_MAXIMUM_RESULTS of a server."""
MESSAGE_BYTES = 4 << 20
"""Bytes of vectors in one message; a server accepts 10 MB."""
MESSAGE_ROWS = 2000
"""Maximum of rows in one message, since each also has a name and a UUID."""
FILTER_RANGES = 500
"""Ranges of owners in one filter."""


class WeaviateConfig(VectorsConfig):
    """Configuration of `get_storage_backend("weaviate", …, "vectors")`."""

    url: str
    """`http://host:8080`."""
    grpc: str = ""
    """`host:port` of the gRPC service; empty: port 50051 of the same host, 443 with https."""
    api_key: str = ""
    hnsw: bool = False
    ef: int = Field(400, ge=1)
    """Size of the candidate list of a graph search: a larger one raises recall and time."""


class WeaviateVectors:
    """Vectors of one model in a Weaviate, 1.29 or newer.

    hnsw, ef: fixed when a collection is created, so a change takes effect at the next `replace`. Raises `Transient` if
    the server cannot be reached, `Permanent` if the collection holds vectors of another dimension.
    """

    can_mask = True

    def __init__(
        self,
        url: str,
        dimension: int,
        name: str = "",
        *,
        grpc: str = "",
        api_key: str = "",
        hnsw: bool = False,
        ef: int = 400,
    ) -> None:
        self._server = WeaviateServer(url, grpc, api_key)
        self._dimension = dimension
        self._ef = ef if hnsw else None
        digest = hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()[:16]
        self._model = f"Dampipe_{digest}"
        self._checked = ""
        self._writing = Lock()

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """For the registry: `url`, `grpc`, `api_key`, `dimension`, `name`, `hnsw`, `ef`."""
        return cls(**WeaviateConfig.model_validate(config).model_dump(exclude={"folder"}))

    @property
    def watermark(self) -> int:
        with self._collection() as (client, name):
            return Collections(client).state(name).watermark

    def __len__(self) -> int:
        return self._read(lambda collection: int(collection.aggregate.over_all(total_count=True).total_count))

    def ids(self) -> VectorIds:
        def all_of(collection: Any) -> list[int]:
            return [
                item.uuid.int for item in collection.iterator(return_properties=[], cache_size=MAX_RESULTS)
            ]

        return np.sort(np.array(self._read(all_of), np.int64))

    def search(self, query: VectorRows, count: int, mask: Selection = ALL) -> list[Neighbour]:
        """See VectorStorage. At most 10,000 neighbours, a limit of the server."""
        row = checked_query(query, self._dimension)[0].tolist()
        if count < 1:
            return []
        # The nearest of all are among the nearest of each part.
        parts: list[Any] = [None] if mask is ALL else list(_filters_of(mask))

        def nearest(collection: Any) -> list[Neighbour]:
            if mask is not ALL and not has_owners(collection.name):
                raise Unavailable(INDEX_LACKS_OWNERS, index=collection.name)
            found = []
            for part in parts:
                answer = collection.query.near_vector(
                    row,
                    target_vector=VECTOR,
                    limit=min(count, MAX_RESULTS),
                    filters=part,
                    return_metadata=MetadataQuery(distance=True),
                    return_properties=[],
                )
                # The distance is the negative inner product.
                found += [Neighbour(hit.uuid.int, -float(hit.metadata.distance)) for hit in answer.objects]
            return found

        return sorted(self._read(nearest), key=lambda n: (-n.score, n.id))[: min(count, MAX_RESULTS)]

    @property
    def lacks_owners(self) -> bool:
        with self._collection() as (_, name):
            return not has_owners(name)

    def assign_owners(self, ids: VectorIds, owners: OwnerNumbers) -> bool:
        """False: a collection without the property is replaced."""
        return not self.lacks_owners

    def add(self, ids: VectorIds, rows: VectorRows, owners: OwnerNumbers) -> None:
        with self._writer() as (client, name):
            watermark = Collections(client).state(name).watermark
            batch = checked_rows(ids, rows, owners, self._dimension, above=watermark)
            if len(batch[0]):
                if not has_owners(name):
                    raise Unavailable(INDEX_LACKS_OWNERS, index=name)
                self._insert(client, name, batch)
                # Last: rows written without it are written again, under the same ids.
                Collections(client).set_watermark(name, int(batch[0][-1]))

    def remove(self, ids: VectorIds) -> None:
        with self._writer() as (client, name):
            for part in _filters_of_ids(ids):
                answer = _for_writes(client, name).data.delete_many(where=part)
                if answer.failed:
                    raise translate_message(self._server.url, f"{answer.failed} vectors could not be removed")

    def clear(self) -> None:
        self.replace(())

    def replace(self, batches: Iterable[VectorBatch]) -> None:
        """See VectorStorage. Builds another collection, then moves the pointer to it."""
        with self._writing, self._collection() as (client, old):
            collections = Collections(client)
            new = collections.create(self._model, self._dimension, self._ef)
            try:
                watermark = 0
                for batch in checked_batches(batches, self._dimension):
                    self._insert(client, new, batch)
                    watermark = int(batch[0][-1])
                collections.set_watermark(new, watermark)
                collections.point(self._model, new)
            except BaseException:
                collections.drop(new)
                raise
            collections.drop(old)

    def damage(self, thorough: bool = True) -> list[str]:
        """None: Weaviate checks its own files."""
        return []

    def facts(self) -> IndexFacts:
        with self._collection() as (client, name):
            version = client.get_meta()["version"]
            kind = Collections(client).state(name).kind
        return IndexFacts(f"Weaviate {version} at {self._server.url}, {kind}", len(self))

    def close(self) -> None:
        """Close the connection."""
        self._server.close()

    @contextmanager
    def _collection(self) -> Iterator[tuple[Any, str]]:
        """The client and the name of the current collection, which exists. Errors are translated."""
        with self._server.client() as client:
            yield client, self._current(client)

    @contextmanager
    def _writer(self) -> Iterator[tuple[Any, str]]:
        """The client and the name of the current collection, for one writer in this process."""
        with self._writing, self._collection() as (client, name):
            try:
                yield client, name
            except (foreign.WeaviateBaseError, DampipeError) as error:
                self._checked = ""
                if self._current(client) == name:
                    raise
                raise Transient(INDEX_REPLACED, collection=name) from error

    def _read(self, query: Callable[[Any], T]) -> T:
        with self._collection() as (client, name):
            try:
                return query(client.collections.use(name))
            except foreign.WeaviateQueryError:
                self._checked = ""
                # Another process may have just replaced the collection.
                current = self._current(client)
                if current == name:
                    raise
                return query(client.collections.use(current))

    def _current(self, client: Any) -> str:
        collections = Collections(client)
        collections.prepare()
        name = collections.pointer(self._model)
        if name is None or (name != self._checked and not collections.exists(name)):
            name = self._create(collections, name)
        if name != self._checked:
            stored = collections.state(name).dimension
            if stored != self._dimension:
                raise Permanent(INDEX_OTHER_DIMENSION, index=name, stored=stored, dimension=self._dimension)
            self._checked = name
        return name

    def _create(self, collections: Collections, lost: str | None) -> str:
        """Create the current collection, which never existed or is lost. Another process may do so at the same time."""
        new = collections.create(self._model, self._dimension, self._ef)
        if lost is None and collections.claim(self._model, new):
            return new
        current = collections.pointer(self._model)
        if current is None or current == lost:
            collections.point(self._model, new)
            return new
        collections.drop(new)
        return current

    def _insert(self, client: Any, name: str, batch: VectorBatch) -> None:
        step = max(1, min(MESSAGE_ROWS, MESSAGE_BYTES // (4 * self._dimension)))
        for at in range(0, len(batch[0]), step):
            part = zip(*(column[at : at + step].tolist() for column in batch), strict=True)
            objects = [
                DataObject(uuid=UUID(int=number), vector={VECTOR: row}, properties={OWNER: owner})
                for number, row, owner in part
            ]
            answer = _for_writes(client, name).data.insert_many(objects)
            if answer.has_errors:
                raise translate_message(self._server.url, next(iter(answer.errors.values())).message)


def _filters_of(mask: AssetSet) -> Iterator[Any]:
    """Filters that select the owners of a mask, each once: by ranges where these are few, else by lists."""
    owner = Filter.by_property(OWNER)
    runs = [(max(1, first), last) for first, last in ranges(mask) if last > 0]
    if len(runs) * 4 <= len(mask):
        for at in range(0, len(runs), FILTER_RANGES):
            yield Filter.any_of(
                [
                    owner.greater_or_equal(first) & owner.less_or_equal(last)
                    for first, last in runs[at : at + FILTER_RANGES]
                ]
            )
        return
    owners = [number for number in mask if number > 0]
    for at in range(0, len(owners), MAX_RESULTS):
        yield owner.contains_any(owners[at : at + MAX_RESULTS])


def _filters_of_ids(ids: VectorIds) -> Iterator[Any]:
    """Filters for these ids, each of at most MAX_RESULTS ids; none for no ids."""
    unique = np.unique(np.asarray(ids, np.int64))
    texts = [str(UUID(int=number)) for number in unique[unique > 0].tolist()]
    for at in range(0, len(texts), MAX_RESULTS):
        yield Filter.by_id().contains_any(texts[at : at + MAX_RESULTS])


def _for_writes(client: Any, name: str) -> Any:
    """The collection, whose writes go to all replicas, so that reads from any replica see them."""
    return client.collections.use(name).with_consistency_level(ConsistencyLevel.ALL)
