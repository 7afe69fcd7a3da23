"""A stand-in for a Weaviate server: HTTP for the schema and single objects, gRPC for searches and batches.

No wheel contains a Weaviate server, so this one implements its protocol with the messages of the client package and
searches exactly with NumPy. It rejects unknown requests: a request in another form fails its test.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import grpc
import numpy as np
from weaviate.proto.v1 import (
    aggregate_pb2,
    base_pb2,
    batch_delete_pb2,
    batch_pb2,
    properties_pb2,
    search_get_pb2,
    weaviate_pb2_grpc,
)

from tests.support.weaviate_http import HttpSide

VERSION = "1.33.0"
MOST = 10_000
"""QUERY_MAXIMUM_RESULTS."""
MESSAGE = 10 << 20
"""GRPC_MAX_MESSAGE_SIZE."""
ALL = base_pb2.CONSISTENCY_LEVEL_ALL


@dataclass
class Collection:
    """One class of the schema with its objects, by UUID."""

    schema: dict[str, Any]
    properties: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    vectors: dict[UUID, Any] = field(default_factory=dict)
    packed: tuple[list[UUID], Any] | None = None

    @property
    def index(self) -> dict[str, Any]:
        [vector] = self.schema["vectorConfig"].values()
        return dict(vector)

    def rows(self) -> tuple[list[UUID], Any]:
        """UUIDs and vectors, packed once for many searches."""
        if self.packed is None:
            self.packed = list(self.vectors), np.array(list(self.vectors.values()), np.float32)
        return self.packed


class Weaviate(weaviate_pb2_grpc.WeaviateServicer):
    """A server on two free ports. Clients must send `api_key`, if it is set."""

    def __init__(self, api_key: str = "") -> None:
        self.collections: dict[str, Collection] = {}
        self.api_key = api_key
        self.refuse = ""
        """If set, every batch is answered with this error."""
        self._lock = threading.Lock()
        self._ports = 0, 0
        self.start()

    def start(self) -> None:
        """Listen; after `stop`, on the same ports as before."""
        self._http = HttpSide(self._answer, self._ports[0])
        self._grpc = grpc.server(
            ThreadPoolExecutor(8), options=[("grpc.max_receive_message_length", MESSAGE)]
        )
        weaviate_pb2_grpc.add_WeaviateServicer_to_server(self, self._grpc)
        self._ports = self._http.server_port, self._grpc.add_insecure_port(f"127.0.0.1:{self._ports[1]}")
        self.url, self.grpc = f"http://127.0.0.1:{self._ports[0]}", f"127.0.0.1:{self._ports[1]}"
        self._grpc.start()

    def stop(self) -> None:
        """Stop as if killed: connections are closed."""
        self._http.stop()
        self._grpc.stop(None).wait()

    # HTTP

    def _answer(self, method: str, path: list[str], body: Any, level: str, key: str) -> tuple[int, Any]:
        if self.api_key and key != self.api_key and path != ["meta"]:
            return 401, _error("unauthorized: invalid api key")
        with self._lock:
            match method, path:
                case "GET", ["meta"]:
                    return 200, {"version": VERSION, "grpcMaxMessageSize": MESSAGE}
                case "POST", ["schema"]:
                    if body["class"] in self.collections:
                        return 422, _error(f"class name {body['class']} already exists")
                    assert body["class"][0].isupper()
                    assert Collection(body).index["vectorizer"] == {"none": {}}
                    self.collections[body["class"]] = Collection(body)
                    return 200, body
                case (("GET" | "DELETE"), ["schema", name]):
                    if method == "DELETE":
                        self.collections.pop(name, None)
                        return 200, None
                    found = self.collections.get(name)
                    return (200, found.schema) if found else (404, None)
                case "POST", ["objects"]:
                    return self._insert(UUID(body["id"]), body, level)
                case "PATCH", ["objects", name, key]:
                    assert level == "ALL"
                    if (held := self.collections[name].properties.get(UUID(key))) is None:
                        return 404, None
                    held.update(body["properties"])
                    return 204, None
                case "DELETE", ["objects", name, key]:
                    assert level == "ALL"
                    return (
                        404 if self.collections[name].properties.pop(UUID(key), None) is None else 204
                    ), None
        return 405, _error(f"no {method} for {path}")

    def _insert(self, key: UUID, body: Any, level: str) -> tuple[int, Any]:
        assert level == "ALL"
        collection = self.collections[body["class"]]
        if key in collection.properties:
            return 422, _error(f"id '{key}' already exists")
        known = {field["name"] for field in collection.schema["properties"]}
        assert set(body["properties"]) <= known, "properties need a schema"
        collection.properties[key] = body["properties"]
        return 200, body

    # gRPC

    def Search(self, request: Any, context: grpc.ServicerContext) -> Any:
        with self._lock:
            collection = self._known(request.collection, context)
            if request.limit > MOST:
                context.abort(grpc.StatusCode.UNKNOWN, "query maximum results exceeded")
            if request.HasField("near_vector"):
                found = self._nearest(collection, request, context)
            else:
                keys = _chosen(request.filters) if request.HasField("filters") else set(collection.properties)
                after = UUID(request.after).int if request.after else -1
                ordered = sorted(key for key in keys if key in collection.properties and key.int > after)
                found = [(key, None) for key in ordered[: request.limit]]
            return search_get_pb2.SearchReply(
                results=[_result(key, distance, collection, request) for key, distance in found]
            )

    def BatchObjects(self, request: Any, context: grpc.ServicerContext) -> Any:
        assert request.consistency_level == ALL
        reply = batch_pb2.BatchObjectsReply()
        with self._lock:
            for at, one in enumerate(request.objects):
                collection = self.collections.get(one.collection)
                [vector] = one.vectors
                assert vector.type == base_pb2.Vectors.VECTOR_TYPE_SINGLE_FP32
                row = np.frombuffer(vector.vector_bytes, "<f4")
                held = next(iter(collection.vectors.values()), row) if collection else row
                error = self.refuse
                if collection is None:
                    error = f"class {one.collection} not found in schema"
                elif vector.name not in collection.schema["vectorConfig"]:
                    error = f"vector {vector.name} is not configured"
                elif len(held) != len(row):
                    error = f"new node has a vector with length {len(row)}. Existing nodes have {len(held)}"
                if error:
                    reply.errors.add(index=at, error=error)
                elif collection is not None:
                    key = UUID(one.uuid)
                    collection.properties[key] = dict(one.properties.non_ref_properties)
                    known = {field["name"] for field in collection.schema["properties"]}
                    assert set(collection.properties[key]) <= known, "properties need a schema"
                    collection.vectors[key], collection.packed = row, None
        return reply

    def BatchDelete(self, request: Any, context: grpc.ServicerContext) -> Any:
        assert request.consistency_level == ALL
        with self._lock:
            collection = self._known(request.collection, context)
            gone = [key for key in _chosen(request.filters) if key in collection.properties][:MOST]
            for key in gone:
                del collection.properties[key], collection.vectors[key]
            collection.packed = None
        return batch_delete_pb2.BatchDeleteReply(matches=len(gone), successful=len(gone))

    def Aggregate(self, request: Any, context: grpc.ServicerContext) -> Any:
        with self._lock:
            count = len(self._known(request.collection, context).properties)
        return aggregate_pb2.AggregateReply(
            single_result=aggregate_pb2.AggregateReply.Single(objects_count=count)
        )

    def _known(self, name: str, context: grpc.ServicerContext) -> Collection:
        if self.api_key and ("authorization", f"Bearer {self.api_key}") not in context.invocation_metadata():
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "unauthorized: invalid api key")
        if name not in self.collections:
            context.abort(grpc.StatusCode.UNKNOWN, f"could not find class {name} in schema")
        return self.collections[name]

    def _nearest(self, collection: Collection, request: Any, context: Any) -> list[tuple[UUID, float | None]]:
        near = request.near_vector
        assert list(near.targets.target_vectors) == list(collection.schema["vectorConfig"])
        assert collection.index["vectorIndexConfig"]["distance"] == "dot"
        [vector] = near.vectors
        row = np.frombuffer(vector.vector_bytes, "<f4")
        keys, rows = collection.rows()
        if not keys:
            return []
        if rows.shape[1] != len(row):
            context.abort(
                grpc.StatusCode.UNKNOWN, f"vector lengths don't match: {rows.shape[1]} vs {len(row)}"
            )
        distances = -(rows @ row)
        if request.HasField("filters"):
            chosen = _fulfil([collection.properties[key] for key in keys], request.filters)
            distances = np.where(chosen, distances, np.inf)
        best = np.argsort(distances, kind="stable")[: request.limit]
        return [(keys[at], float(distances[at])) for at in best if np.isfinite(distances[at])]


def _chosen(filters: Any) -> set[UUID]:
    assert filters.target.property == "_id"
    if filters.operator == base_pb2.Filters.OPERATOR_EQUAL:
        return {UUID(filters.value_text)}
    assert filters.operator == base_pb2.Filters.OPERATOR_CONTAINS_ANY
    assert 0 < len(filters.value_text_array.values) <= MOST
    return {UUID(one) for one in filters.value_text_array.values}


def _fulfil(objects: list[dict[str, Any]], filters: Any) -> Any:
    """For each of some objects, given by their properties, whether it fulfils a filter by integers."""
    operators = base_pb2.Filters
    if filters.operator in (operators.OPERATOR_AND, operators.OPERATOR_OR):
        combine = np.logical_and if filters.operator == operators.OPERATOR_AND else np.logical_or
        return combine.reduce([_fulfil(objects, part) for part in filters.filters])
    values = np.array([properties[filters.target.property] for properties in objects])
    if filters.operator == operators.OPERATOR_CONTAINS_ANY:
        assert 0 < len(filters.value_int_array.values) <= MOST
        return np.isin(values, np.array(filters.value_int_array.values))
    if filters.operator == operators.OPERATOR_GREATER_THAN_EQUAL:
        return values >= filters.value_int
    assert filters.operator == operators.OPERATOR_LESS_THAN_EQUAL
    return values <= filters.value_int


def _result(key: UUID, distance: float | None, collection: Collection, request: Any) -> Any:
    selection = request.properties
    fields = {
        name: _value(value)
        for name, value in collection.properties[key].items()
        if not request.HasField("properties")
        or selection.return_all_nonref_properties
        or name in selection.non_ref_properties
    }
    metadata = search_get_pb2.MetadataResult(
        id_as_bytes=key.bytes, creation_time_unix_present=True, last_update_time_unix_present=True
    )
    if distance is not None and request.metadata.distance:
        metadata.distance, metadata.distance_present = distance, True
    return search_get_pb2.SearchResult(
        metadata=metadata,
        properties=search_get_pb2.PropertiesResult(
            target_collection=request.collection,
            non_ref_props=properties_pb2.Properties(fields=fields),
        ),
    )


def _value(value: Any) -> Any:
    if isinstance(value, int):
        return properties_pb2.Value(int_value=value)
    return properties_pb2.Value(text_value=value)


def _error(message: str) -> dict[str, Any]:
    return {"error": [{"message": message}]}
