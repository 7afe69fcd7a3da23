"""The collections of one Weaviate: which counts for a model, and how far each has got.

This is kept in objects of one small collection. Each has a state of its own, so that a writer who is overtaken by a
rebuild marks what it wrote, and nothing else.
"""

from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from weaviate import exceptions as foreign
from weaviate.classes.config import Configure, ConsistencyLevel, DataType, Property, VectorDistances

from dampipe.kernel.errors import Transient

STATES = "DampipeIndexes"
VECTOR = "v"
EF_CONSTRUCTION = 256
"""How far the making of a graph looks; Weaviate's own default is half of it."""


class State(NamedTuple):
    """What is known of a collection."""

    dimension: int
    kind: str
    """How it finds, in words for a person."""
    watermark: int = 0


class Collections:
    """What a connected client reaches; its errors pass."""

    def __init__(self, client: Any) -> None:
        self._client = client
        # All replicas are written, so that any one may be asked.
        self._objects = client.collections.use(STATES).with_consistency_level(ConsistencyLevel.ALL).data

    def prepare(self) -> None:
        """Make the collection of states where it is not there."""
        collections, text, number = self._client.collections, DataType.TEXT, DataType.INT
        # By HTTP and so at once: where there is no server, gRPC tries for a minute.
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
            # Another process may have made it at the same moment.
            if not collections.exists(STATES):
                raise

    def pointer(self, model: str) -> str | None:
        """The collection that counts for the model."""
        found = self._get(_pointer(model))
        return None if found is None else str(found["collection"])

    def claim(self, model: str, collection: str) -> bool:
        """Let this one count if there is none yet; whether it does."""
        try:
            self._objects.insert({"collection": collection}, uuid=_pointer(model))
        except foreign.UnexpectedStatusCodeError:
            if self.pointer(model) is None:
                raise
            return False
        return True

    def point(self, model: str, collection: str) -> None:
        """Let this one count from now on."""
        self._objects.update(_pointer(model), {"collection": collection})

    def holds(self, collection: str) -> bool:
        """Whether it is there."""
        return self._get(_mark(collection)) is not None and bool(self._client.collections.exists(collection))

    def state(self, collection: str) -> State:
        """What is known of it. Raises `Transient` where another process has just removed it."""
        found = self._get(_mark(collection))
        if found is None:
            raise Transient(f"the collection {collection} is gone")
        return State(int(found["dimension"]), str(found["kind"]), int(found["watermark"]))

    def create(self, model: str, dimension: int, ef: int | None) -> str:
        """A new one that counts for nobody yet: scanned, or with a graph where `ef` says how far it looks."""
        name = f"{model}_{uuid4().hex[:12]}"
        # Scores are inner products of what was given, nothing shortened.
        index, dot, plain = (
            Configure.VectorIndex,
            VectorDistances.DOT,
            Configure.VectorIndex.Quantizer.none(),
        )
        form = (
            index.flat(distance_metric=dot, quantizer=plain)
            if ef is None
            else index.hnsw(distance_metric=dot, quantizer=plain, ef=ef, ef_construction=EF_CONSTRUCTION)
        )
        self._client.collections.create(name, vector_config=_vector(form))
        state = State(dimension, "exact scan" if ef is None else f"HNSW graph, ef {ef}")
        self._objects.insert(state._asdict(), uuid=_mark(name))
        return name

    def reach(self, collection: str, watermark: int) -> None:
        """It holds what there is up to this id."""
        self._objects.update(_mark(collection), {"watermark": watermark})

    def drop(self, collection: str) -> None:
        """Remove it with its state."""
        self._client.collections.delete(collection)
        self._objects.delete_by_id(_mark(collection))

    def _get(self, key: UUID) -> Any:
        found = self._client.collections.use(STATES).query.fetch_object_by_id(key)
        return None if found is None else found.properties


def _vector(form: Any) -> Any:
    return Configure.Vectors.self_provided(name=VECTOR, vector_index_config=form)


def _pointer(model: str) -> UUID:
    return uuid5(NAMESPACE_OID, f"dampipe pointer {model}")


def _mark(collection: str) -> UUID:
    return uuid5(NAMESPACE_OID, f"dampipe mark {collection}")
