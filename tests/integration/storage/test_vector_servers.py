"""Vector indexes in PostgreSQL and Milvus: features of their own, and errors."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from numpy.typing import NDArray
from pymilvus import DataType, MilvusException
from sqlalchemy import Connection, create_engine, text

from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.errors import InvalidInput, Permanent, Transient, Unavailable
from dampipe.storage.vectors.base import VectorBatch
from dampipe.storage.vectors.milvus import MilvusVectors
from dampipe.storage.vectors.pgvector import PgVectors
from tests.support.vector_catalog import owned

D = 32


def unit(count: int, seed: int = 0) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((count, D)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def ids(count: int) -> NDArray[np.int64]:
    return np.arange(1, count + 1, dtype=np.int64)


@pytest.fixture
def exact(postgres_url: str) -> Iterator[PgVectors]:
    """2,000 vectors in PostgreSQL."""
    index = PgVectors(postgres_url, D, "m")
    index.add(ids(2000), unit(2000), ids(2000))
    yield index
    index.close()


def test_the_graph_finds_nearly_all_and_a_mask_costs_nothing(exact: PgVectors, postgres_url: str) -> None:
    graph = PgVectors(postgres_url, D, "m", hnsw=True)
    assert "HNSW" in graph.facts().kind
    few, most = AssetSet(range(1, 2000, 97)), AssetSet(range(1, 2000)) - AssetSet(range(1, 2000, 97))
    hits = within = 0
    for query in unit(20, seed=5):
        wanted = [n.id for n in exact.search(query, 10)]
        hits += len(np.intersect1d(wanted, [n.id for n in graph.search(query, 10)]))
        assert graph.search(query, 10, few) == exact.search(query, 10, few)
        wanted = [n.id for n in exact.search(query, 10, most)]
        within += len(np.intersect1d(wanted, [n.id for n in graph.search(query, 10, most)]))
    assert hits > 0.9 * 200
    assert within > 0.9 * 200
    graph.close()


@pytest.mark.parametrize(("numbers", "walked"), [(range(1, 2000), True), (range(1, 2000, 97), False)])
def test_the_graph_is_walked_for_a_broad_mask_only(
    exact: PgVectors, postgres_url: str, numbers: range, walked: bool
) -> None:
    graph = PgVectors(postgres_url, D, "m", hnsw=True)
    statements: list[str] = []
    execute = Connection.execute

    def executed(self: Connection, statement: Any, *given: Any) -> Any:
        statements.append(str(statement))
        return execute(self, statement, *given)

    with patch.object(Connection, "execute", executed):
        assert len(graph.search(unit(1)[0], 5, AssetSet(numbers))) == 5
    [search] = [one for one in statements if "<#>" in one]
    assert ("MATERIALIZED" in search) is not walked
    graph.close()


def test_a_table_of_an_older_version_receives_its_owners(exact: PgVectors, postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {exact._table} DROP COLUMN owner"))
    engine.dispose()
    index = PgVectors(postgres_url, D, "m")
    assert index.lacks_owners
    with pytest.raises(Unavailable, match="older version"):
        index.search(unit(1)[0], 5, AssetSet([7]))
    assert len(index.search(unit(1)[0], 5)) == 5
    index.add(np.array([2001]), unit(1), np.array([9]))
    assert index.assign_owners(ids(1990), np.full(1990, 7, np.uint32))
    assert not index.lacks_owners
    assert len(index.search(unit(1)[0], 5000, AssetSet([7]))) == 1990
    assert [n.id for n in index.search(unit(1)[0], 5, AssetSet([9]))] == [2001]
    assert len(index.search(unit(1)[0], 5000)) == 2001
    assert len(index.search(unit(1)[0], 5000, AssetSet(range(1, 99)))) == 1991, "ten are nobody's"
    index.close()


def test_the_graph_goes_when_it_is_no_longer_asked_for(exact: PgVectors, postgres_url: str) -> None:
    for wanted in (True, False):
        index = PgVectors(postgres_url, D, "m", hnsw=wanted)
        assert len(index) == 2000
        index.close()
        engine = create_engine(postgres_url)
        with engine.connect() as connection:
            graphs = connection.execute(
                text("SELECT count(*) FROM pg_indexes WHERE indexname LIKE '%hnsw'")
            ).scalar_one()
        engine.dispose()
        assert graphs == wanted


def test_a_second_writer_of_the_table_gets_a_transient_error(exact: PgVectors, postgres_url: str) -> None:
    other = PgVectors(postgres_url, D, "m")

    def batches() -> Iterator[VectorBatch]:
        yield owned(ids(10), unit(10))
        with pytest.raises(Transient, match="another process is writing"):
            other.add(*owned(np.array([5000]), unit(1)))
        assert len(other) == 2000, "reading goes on"

    exact.replace(batches())
    other.add(*owned(np.array([5000]), unit(1)))
    assert len(exact) == 11
    other.close()


def test_models_do_not_meet_in_one_database(exact: PgVectors, postgres_url: str) -> None:
    other = PgVectors(postgres_url, D + 1, "another model")
    assert len(other) == 0
    other.close()
    wrong = PgVectors(postgres_url, D + 1, "m")
    with pytest.raises(Permanent, match="dimension 32"):
        wrong.search(np.ones(D + 1, np.float32), 1)
    wrong.close()


def test_an_unreachable_postgresql_and_wrong_urls() -> None:
    away = PgVectors("postgresql+psycopg://nobody@127.0.0.1:1/none", D, "m")
    with pytest.raises(Transient, match="cannot be reached"):
        away.search(unit(1), 1)
    with pytest.raises(InvalidInput, match="needs a PostgreSQL"):
        PgVectors("sqlite:///x", D, "m")
    with pytest.raises(InvalidInput, match="not a valid database URL") as raised:
        PgVectors("nonsense", D, "m")
    assert raised.value.code == "index.options_invalid"
    assert "postgresql+psycopg://" in raised.value.hint


def test_models_do_not_meet_in_one_milvus(milvus_uri: str) -> None:
    first = MilvusVectors(milvus_uri, D, "one model")
    first.add(*owned(ids(10), unit(10)))
    other = MilvusVectors(milvus_uri, D + 1, "another model")
    assert (len(first), len(other)) == (10, 0)
    wrong = MilvusVectors(milvus_uri, D + 1, "one model")
    with pytest.raises(Permanent, match="dimension 32"):
        wrong.search(np.ones(D + 1, np.float32), 1)
    first.close()
    other.close()


def test_a_rebuilt_milvus_collection_replaces_the_old_one(milvus_uri: str) -> None:
    index = MilvusVectors(milvus_uri, D, "rebuilt")
    index.add(*owned(ids(10), unit(10)))
    before = set(index._client.list_collections())
    index.replace([owned(ids(5), unit(5))])
    after = set(index._client.list_collections())
    assert len(after - before) == len(before - after) == 1
    index.close()


def test_a_milvus_collection_of_an_older_version_is_replaced(milvus_uri: str) -> None:
    index = MilvusVectors(milvus_uri, D, "old")
    index._collections.current()
    schema = index._client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("v", DataType.FLOAT_VECTOR, dim=D)
    params = index._client.prepare_index_params()
    params.add_index("v", index_type="FLAT", metric_type="IP")
    index._client.create_collection("older", schema=schema, index_params=params, consistency_level="Strong")
    index._client.upsert("older", [{"id": i, "v": row.tolist()} for i, row in enumerate(unit(10), 1)])
    index._collections.point("older")
    index.close()
    one, other = MilvusVectors(milvus_uri, D, "old"), MilvusVectors(milvus_uri, D, "old")
    for reader in (one, other):
        assert reader.lacks_owners
        assert len(reader.search(unit(1)[0], 20)) == 10
        with pytest.raises(Unavailable, match="older version"):
            reader.search(unit(1)[0], 5, AssetSet([1]))
        with pytest.raises(Unavailable, match="older version"):
            reader.add(*owned(np.array([11]), unit(1)))
    assert not one.assign_owners(ids(10), ids(10))
    one.replace([owned(ids(10), unit(10))])
    for reader in (one, other):
        assert not reader.lacks_owners
        assert len(reader.search(unit(1)[0], 20, AssetSet([1]))) == 10
        reader.close()


def each_call(index: MilvusVectors, note: Callable[[str], None]) -> None:
    """Have `note` called with the name of whatever this index asks the server, before it does."""
    client = index._client

    def noted(name: str) -> Callable[..., Any]:
        call = getattr(client, name)

        @wraps(call)
        def ask(*arguments: Any, **options: Any) -> Any:
            note(name)
            return call(*arguments, **options)

        return ask

    for name in [name for name in dir(client) if not name.startswith("_") and name != "close"]:
        if callable(getattr(client, name)):
            setattr(client, name, noted(name))


USES: dict[str, Callable[[MilvusVectors], object]] = {
    "watermark": lambda index: index.watermark,
    "len": len,
    "search": lambda index: [n.id for n in index.search(unit(10)[3], 1)],
    "ids": lambda index: index.ids().tolist(),
    "add": lambda index: index.add(*owned(np.arange(11, 13), unit(2))),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("before", range(4))
def test_a_rebuild_by_another_process_does_not_disturb_others(milvus_uri: str, use: str, before: int) -> None:
    """Whatever call to the server it falls before."""
    name = f"disturbed {use} {before}"
    index, other = MilvusVectors(milvus_uri, D, name), MilvusVectors(milvus_uri, D, name)
    index.add(*owned(ids(10), unit(10)))
    undisturbed = {"watermark": 10, "len": 10, "search": [4], "ids": list(range(1, 11))}.get(use)
    calls = list[str]()

    def rebuild(call: str) -> None:
        calls.append(call)
        if len(calls) == before + 1:
            other.replace([owned(ids(10), unit(10))])

    each_call(index, rebuild)
    try:
        assert USES[use](index) == undisturbed
    except Transient as error:
        assert use == "add" and "replaced" in str(error), "who writes comes back"
        USES[use](index)
    left = list(range(1, 13 if use == "add" else 11))
    assert other.ids().tolist() == left
    index.close()
    other.close()


def test_a_collection_lost_in_milvus_begins_anew(milvus_uri: str) -> None:
    index, other = MilvusVectors(milvus_uri, D, "lost"), MilvusVectors(milvus_uri, D, "lost")
    for first, second in ((index, other), (other, index)):
        first.add(*owned(ids(10), unit(10)))
        assert len(second) == 10
        first._client.drop_collection(first._client.describe_alias(first._alias)["collection_name"])
        assert (second.watermark, second.search(unit(1), 1)) == (0, [])
        first.add(*owned(ids(10), unit(10)))
        assert (second.watermark, len(second)) == (10, 10)
    index.close()
    other.close()


def test_an_answer_lost_on_the_way_drops_no_collection(milvus_uri: str) -> None:
    index = MilvusVectors(milvus_uri, D, "unanswered")
    index.add(*owned(ids(10), unit(10)))
    alter = index._client.alter_alias

    def unanswered(*arguments: Any) -> None:
        alter(*arguments)
        raise MilvusException(message="the server went away")

    index._client.alter_alias = unanswered
    index.replace([owned(ids(5), unit(5))])
    assert (index.watermark, len(index)) == (5, 5)
    index.close()


def test_two_that_begin_at_once_leave_one_collection(milvus_uri: str) -> None:
    index, other = MilvusVectors(milvus_uri, D, "begun"), MilvusVectors(milvus_uri, D, "begun")

    def begin_before(call: str) -> None:
        if call == "create_alias":
            assert other.watermark == 0

    each_call(index, begin_before)
    assert index.watermark == 0
    index.add(*owned(ids(10), unit(10)))
    assert len(other) == 10
    assert len([name for name in index._client.list_collections() if name.startswith(index._alias)]) == 1
    index.close()
    other.close()
