"""The collections of one Weaviate: which one is current for a model, and the watermark of each.

Both are stored as objects of a small collection. Each collection of vectors has a state object of its own, so that a
writer that is overtaken by a rebuild updates the watermark of the collection that it wrote, and no other.
"""

from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from weaviate import exceptions as foreign
from weaviate.classes.config import Configure, ConsistencyLevel, DataType, Property, VectorDistances

from dampipe.kernel.errors import Transient
from dampipe.storage.vectors.errors import INDEX_COLLECTION_GONE

STATES = "DampipeIndexes"
VECTOR = "v"
OWNER = "owner"
"""The property that holds the owner of a vector."""
OWNED = "owned"
"""Part of the name of a collection whose objects have that property; those of older versions do not have it."""
EF_CONSTRUCTION = 256
"""Size of the candidate list while a graph is built; twice the default of Weaviate."""


class State(NamedTuple):
    """The state of one collection."""

    dimension: int
    kind: str
    """Search method, for display."""
    watermark: int = 0


def has_owners(collection: str) -> bool:
    """Whether the objects of the collection have owners, by its name."""
    return f"_{OWNED}_" in collection


class Collections:
    """The collections that a connected client reaches. Errors of the client are not translated."""

    def __init__(self, client: Any) -> None:
        self._client = client
        # Writes go to all replicas, so that reads from any replica see them.
        self._objects = client.collections.use(STATES).with_consistency_level(ConsistencyLevel.ALL).data

    def prepare(self) -> None:
        """Create the collection of states, if it does not exist."""
        collections, text, number = self._client.collections, DataType.TEXT, DataType.INT
        # By HTTP, which fails at once if there is no server; gRPC would retry for a minute.
        if collections.exists(STATES):
            return
        fields = {"collection": text, "watermark": number, "dimension": number, "kind": text}
        properties = [
            Property(name=name, data_type=kind, index_filterable=False, index_searchable=False)
            for name, kind in fields.items()
        ]
        try:
            collections.create(
                STATES, properties=properties, vector_config=_vector(Configure.VectorIndex.flat())
            )
        except foreign.UnexpectedStatusCodeError:
            # Another process may have created it at the same time.
            if not collections.exists(STATES):
                raise

    def pointer(self, model: str) -> str | None:
        """The current collection of the model; None if there is none."""
        found = self._get(_pointer_key(model))
        return None if found is None else str(found["collection"])

    def claim(self, model: str, collection: str) -> bool:
        """Make a collection the current one if there is none; returns whether that succeeded."""
        try:
            self._objects.insert({"collection": collection}, uuid=_pointer_key(model))
        except foreign.UnexpectedStatusCodeError:
            if self.pointer(model) is None:
                raise
            return False
        return True

    def point(self, model: str, collection: str) -> None:
        """Make a collection the current one."""
        self._objects.update(_pointer_key(model), {"collection": collection})

    def exists(self, collection: str) -> bool:
        """Whether the collection and its state exist."""
        return self._get(_state_key(collection)) is not None and bool(
            self._client.collections.exists(collection)
        )

    def state(self, collection: str) -> State:
        """The state of a collection. Raises `Transient` if another process has just dropped it."""
        found = self._get(_state_key(collection))
        if found is None:
            raise Transient(INDEX_COLLECTION_GONE, collection=collection)
        return State(int(found["dimension"]), str(found["kind"]), int(found["watermark"]))

    def create(self, model: str, dimension: int, ef: int | None) -> str:
        """Create an empty collection, not current yet; returns its name. ef: of an HNSW graph; None: exact scan."""
        name = f"{model}_{OWNED}_{uuid4().hex[:12]}"
        # Scores are inner products of the vectors as given, without compression.
        index, dot, uncompressed = (
            Configure.VectorIndex,
            VectorDistances.DOT,
            Configure.VectorIndex.Quantizer.none(),
        )
        vector_index = (
            index.flat(distance_metric=dot, quantizer=uncompressed)
            if ef is None
            else index.hnsw(
                distance_metric=dot, quantizer=uncompressed, ef=ef, ef_construction=EF_CONSTRUCTION
            )
        )
        owner = Property(name=OWNER, data_type=DataType.INT, index_filterable=True, index_range_filters=True)
        self._client.collections.create(name, properties=[owner], vector_config=_vector(vector_index))
        state = State(dimension, "exact scan" if ef is None else f"HNSW graph, ef {ef}")
        self._objects.insert(state._asdict(), uuid=_state_key(name))
        return name

    def set_watermark(self, collection: str, watermark: int) -> None:
        """Store the watermark of a collection."""
        self._objects.update(_state_key(collection), {"watermark": watermark})

    def drop(self, collection: str) -> None:
        """Delete a collection and its state."""
        self._client.collections.delete(collection)
        self._objects.delete_by_id(_state_key(collection))

    def _get(self, key: UUID) -> Any:
        found = self._client.collections.use(STATES).query.fetch_object_by_id(key)
        return None if found is None else found.properties


def _vector(vector_index: Any) -> Any:
    return Configure.Vectors.self_provided(name=VECTOR, vector_index_config=vector_index)


def _pointer_key(model: str) -> UUID:
    return uuid5(NAMESPACE_OID, f"dampipe pointer {model}")


def _state_key(collection: str) -> UUID:
    return uuid5(NAMESPACE_OID, f"dampipe mark {collection}")
