"""The vector index in Weaviate: a collection for each model, found by a pointer, so that a rebuilt one is swapped in.

A vector's id is its object's UUID, the same number; objects hold nothing else. No lock tells a second writer to wait:
rows are written under their ids, so two writers do each other no harm.
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

from dampipe.kernel.errors import DampipeError, Permanent, Transient
from dampipe.storage.vectors.base import IndexFacts, Neighbour, VectorIds, VectorRows, VectorsConfig
from dampipe.storage.vectors.shapes import checked_batches, checked_query, checked_rows
from dampipe.storage.vectors.weaviate_collections import VECTOR, Collections
from dampipe.storage.vectors.weaviate_server import WeaviateServer, failed

T = TypeVar("T")

MOST = 10_000
"""What a server answers, deletes and is asked for at once, unless its QUERY_MAXIMUM_RESULTS says otherwise."""
MESSAGE = 4 << 20
"""Bytes of vectors in one message; a server takes 10 MB."""
ROWS = 2000
"""And no more rows than this, for each carries a name and a UUID beside its numbers."""


class WeaviateConfig(VectorsConfig):
    """What `get_storage_backend("weaviate", …)` takes."""

    url: str
    """`http://host:8080`."""
    grpc: str = ""
    """`host:port`, where it is not port 50051 (443 with https) of the same host."""
    api_key: str = ""
    hnsw: bool = False
    ef: int = Field(400, ge=1)
    """How far a search of the graph looks: more finds more and takes longer."""


class WeaviateVectors:
    """Vectors of one model in a Weaviate, 1.29 or newer.

    hnsw, ef: counted when a collection is made, so a change of them takes effect with `replace`. Raises `Transient`
    where the server is not reached, `Permanent` if the collection holds vectors of another dimension.
    """

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
            return [one.uuid.int for one in collection.iterator(return_properties=[], cache_size=MOST)]

        return np.sort(np.array(self._read(all_of), np.int64))

    def search(self, query: VectorRows, count: int, among: VectorIds | None = None) -> list[Neighbour]:
        """At most 10,000 neighbours, the server's own limit."""
        row = checked_query(query, self._dimension)[0].tolist()
        if count < 1:
            return []
        # The best of all are among the best of each part.
        parts: list[Any] = [None] if among is None else list(_filters(among))

        def nearest(collection: Any) -> list[Neighbour]:
            found = []
            for part in parts:
                answer = collection.query.near_vector(
                    row,
                    target_vector=VECTOR,
                    limit=min(count, MOST),
                    filters=part,
                    return_metadata=MetadataQuery(distance=True),
                    return_properties=[],
                )
                # The server's distance is the inner product, negated.
                found += [Neighbour(one.uuid.int, -float(one.metadata.distance)) for one in answer.objects]
            return found

        return sorted(self._read(nearest), key=lambda n: (-n.score, n.id))[: min(count, MOST)]

    def add(self, ids: VectorIds, rows: VectorRows) -> None:
        with self._writer() as (client, name):
            reached = Collections(client).state(name).watermark
            ids, rows = checked_rows(ids, rows, self._dimension, above=reached)
            if len(ids):
                self._insert(client, name, ids, rows)
                # Last: what was written without it is written again, under the same ids.
                Collections(client).reach(name, int(ids[-1]))

    def remove(self, ids: VectorIds) -> None:
        with self._writer() as (client, name):
            for part in _filters(ids):
                answer = _written(client, name).data.delete_many(where=part)
                if answer.failed:
                    raise failed(self._server.url, f"{answer.failed} vectors could not be removed")

    def clear(self) -> None:
        self.replace(())

    def replace(self, batches: Iterable[tuple[VectorIds, VectorRows]]) -> None:
        """Into another collection, to which the pointer is then set."""
        with self._writing, self._collection() as (client, old):
            collections = Collections(client)
            new = collections.create(self._model, self._dimension, self._ef)
            try:
                watermark = 0
                for ids, rows in checked_batches(batches, self._dimension):
                    self._insert(client, new, ids, rows)
                    watermark = int(ids[-1])
                collections.reach(new, watermark)
                collections.point(self._model, new)
            except BaseException:
                collections.drop(new)
                raise
            collections.drop(old)

    def damage(self, thorough: bool = True) -> list[str]:
        """Weaviate looks after its files itself."""
        return []

    def facts(self) -> IndexFacts:
        with self._collection() as (client, name):
            version = client.get_meta()["version"]
            kind = Collections(client).state(name).kind
        return IndexFacts(f"Weaviate {version} at {self._server.url}, {kind}", len(self))

    def close(self) -> None:
        """Give the connection back."""
        self._server.close()

    @contextmanager
    def _collection(self) -> Iterator[tuple[Any, str]]:
        """The client and the name of the collection that counts, there; foreign errors as ours."""
        with self._server.client() as client:
            yield client, self._current(client)

    @contextmanager
    def _writer(self) -> Iterator[tuple[Any, str]]:
        """The same, for one writer in this process."""
        with self._writing, self._collection() as (client, name):
            try:
                yield client, name
            except (foreign.WeaviateBaseError, DampipeError) as error:
                self._checked = ""
                if self._current(client) == name:
                    raise
                raise Transient(f"another process has replaced the collection {name}") from error

    def _read(self, look: Callable[[Any], T]) -> T:
        with self._collection() as (client, name):
            try:
                return look(client.collections.use(name))
            except foreign.WeaviateQueryError:
                self._checked = ""
                # Another process may have replaced it at this moment.
                now = self._current(client)
                if now == name:
                    raise
                return look(client.collections.use(now))

    def _current(self, client: Any) -> str:
        collections = Collections(client)
        collections.prepare()
        name = collections.pointer(self._model)
        if name is None or (name != self._checked and not collections.holds(name)):
            name = self._begin(collections, name)
        if name != self._checked:
            held = collections.state(name).dimension
            if held != self._dimension:
                raise Permanent(
                    f"the collection {name} holds vectors of dimension {held}, not {self._dimension}",
                    hint="give each model a name of its own",
                )
            self._checked = name
        return name

    def _begin(self, collections: Collections, lost: str | None) -> str:
        """An empty one instead of none, or of one that is lost; another process may do so at the same moment."""
        new = collections.create(self._model, self._dimension, self._ef)
        if lost is None and collections.claim(self._model, new):
            return new
        now = collections.pointer(self._model)
        if now is None or now == lost:
            collections.point(self._model, new)
            return new
        collections.drop(new)
        return now

    def _insert(self, client: Any, name: str, ids: VectorIds, rows: VectorRows) -> None:
        step = max(1, min(ROWS, MESSAGE // (4 * self._dimension)))
        for at in range(0, len(ids), step):
            block = zip(ids[at : at + step].tolist(), rows[at : at + step].tolist(), strict=True)
            objects = [DataObject(uuid=UUID(int=number), vector={VECTOR: row}) for number, row in block]
            answer = _written(client, name).data.insert_many(objects)
            if answer.has_errors:
                raise failed(self._server.url, next(iter(answer.errors.values())).message)


def _filters(ids: VectorIds) -> Iterator[Any]:
    """One of these ids, in parts of what a server takes at once; none for no ids."""
    wanted = np.unique(np.asarray(ids, np.int64))
    texts = [str(UUID(int=number)) for number in wanted[wanted > 0].tolist()]
    for at in range(0, len(texts), MOST):
        yield Filter.by_id().contains_any(texts[at : at + MOST])


def _written(client: Any, name: str) -> Any:
    """The collection, of which all replicas are written, so that any one may be asked."""
    return client.collections.use(name).with_consistency_level(ConsistencyLevel.ALL)
