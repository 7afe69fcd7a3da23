"""The vector index in Weaviate: features of its own, and errors. With the real client and a stand-in server."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from numpy.typing import NDArray

from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.errors import InvalidInput, Permanent, StorageFull, Transient, Unavailable
from dampipe.storage.registry import missing_package
from tests.support.vector_catalog import owned

D = 8
Open = Callable[..., Any]


@pytest.fixture
def opened(weaviate_server: Any, request: pytest.FixtureRequest) -> Open:
    """Opens an index in this server; all are closed at the end."""

    from dampipe.storage.vectors.weaviate import WeaviateVectors

    def open_(name: str = "m", dimension: int = D, **options: object) -> Any:
        place = {"url": weaviate_server.url, "grpc": weaviate_server.grpc}
        config = {"name": name, "dimension": dimension, **place, **options}
        index: Any = WeaviateVectors.from_config(config)
        request.addfinalizer(index.close)
        return index

    return open_


def unit(count: int, seed: int = 0) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((count, D)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def ids(count: int) -> NDArray[np.int64]:
    return np.arange(1, count + 1, dtype=np.int64)


def held(server: Any) -> list[str]:
    """The collections of vectors."""
    return [name for name in server.collections if name != "DampipeIndexes"]


def test_a_mask_may_name_more_owners_than_one_request_holds(opened: Open) -> None:
    index, rows = opened(), unit(25_000)
    index.add(ids(25_000), rows, ids(25_000))
    query = unit(1, seed=4)[0]
    for mask in (np.setdiff1d(ids(25_000), ids(25_000)[::1000]), ids(25_000)[::2]):
        best = mask[np.argsort(-(rows[mask - 1] @ query))][:20]
        assert [n.id for n in index.search(query, 20, AssetSet.from_numpy(mask))] == best.tolist()
    assert len(index.search(query, 20_000)) == 10_000, "what the server answers at once"
    index.remove(np.setdiff1d(ids(25_000), ids(25_000)[::1000]))
    assert len(index) == 25


def test_a_collection_of_an_older_version_is_replaced(opened: Open, weaviate_server: Any) -> None:
    with patch("dampipe.storage.vectors.weaviate_collections.OWNED", "old"):
        index = opened()
        with patch("dampipe.storage.vectors.weaviate.has_owners", return_value=True):
            index.add(*owned(ids(10), unit(10)))
    for one in (index, opened()):
        assert one.lacks_owners
        assert len(one.search(unit(1)[0], 20)) == 10
        with pytest.raises(Unavailable):
            one.search(unit(1)[0], 5, AssetSet([1]))
        with pytest.raises(Unavailable):
            one.add(*owned(np.array([11]), unit(1)))
    assert not index.assign_owners(*owned(ids(10), unit(10))[::2])
    index.replace([owned(ids(10), unit(10))])
    assert not index.lacks_owners
    assert len(index.search(unit(1)[0], 20, AssetSet([1]))) == 10


def test_the_index_is_made_as_it_was_asked_for(weaviate_server: Any, opened: Open) -> None:
    assert "exact scan" in opened().facts().kind
    [made] = held(weaviate_server)
    index = weaviate_server.collections[made].index
    assert (index["vectorIndexType"], index["vectorIndexConfig"]["distance"]) == ("flat", "dot")
    assert index["vectorIndexConfig"]["skipDefaultQuantization"] is True
    graph = opened(hnsw=True, ef=99)
    assert "exact scan" in graph.facts().kind, "what is there stays as it is"
    graph.replace([owned(ids(3), unit(3))])
    assert "HNSW graph, ef 99" in opened().facts().kind
    [made] = held(weaviate_server)
    index = weaviate_server.collections[made].index
    assert (index["vectorIndexType"], index["vectorIndexConfig"]["ef"]) == ("hnsw", 99)


def test_models_do_not_meet(weaviate_server: Any, opened: Open) -> None:
    first, other = opened("one"), opened("another", D + 1)
    first.add(*owned(ids(10), unit(10)))
    assert (len(first), len(other), len(held(weaviate_server))) == (10, 0, 2)
    with pytest.raises(Permanent, match="of dimension 8, not 9") as caught:
        opened("one", D + 1).search(np.ones(D + 1, np.float32), 1)
    assert caught.value.code == "index.other_dimension"
    assert caught.value.hint


def test_whoever_opens_it_first_makes_it_for_all(weaviate_server: Any, opened: Open) -> None:
    indexes = [opened() for _ in range(8)]
    barrier, marks = threading.Barrier(8), list[int]()

    def look(index: Any) -> None:
        barrier.wait()
        marks.append(index.watermark)

    threads = [threading.Thread(target=look, args=(index,)) for index in indexes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert marks == [0] * 8
    assert len(held(weaviate_server)) == 1
    indexes[0].add(*owned(ids(5), unit(5)))
    assert [len(index) for index in indexes] == [5] * 8


def test_a_reader_goes_on_while_another_process_replaces(
    weaviate_server: Any, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, other = opened(), opened()
    index.add(*owned(ids(10), unit(10)))
    kind = type(weaviate_server)
    monkeypatch.setattr(kind, "_known", _replacing(weaviate_server, other, kind._known))
    assert [n.id for n in index.search(unit(1, seed=7)[0], 5)] == [3]


def _replacing(server: Any, other: Any, known: Any) -> Any:
    """Let another process replace the collection just before the first search of it."""
    old = held(server)[0]

    def look(self: Any, name: str, context: Any) -> Any:
        if name == old and old in server.collections:
            server._lock.release()
            try:
                other.replace([owned(np.array([3]), unit(1))])
            finally:
                server._lock.acquire()
        return known(self, name, context)

    return look


def test_a_rebuild_that_fails_leaves_nothing_behind(weaviate_server: Any, opened: Open) -> None:
    index = opened()
    index.add(*owned(ids(10), unit(10)))

    def batches() -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        yield owned(ids(5), unit(5))
        assert len(held(weaviate_server)) == 2
        raise OSError("the catalogue went away")

    with pytest.raises(OSError, match="went away"):
        index.replace(batches())
    assert (len(held(weaviate_server)), len(index), index.watermark) == (1, 10, 10)
    # Of the states, the pointer and the mark of the one that is left.
    assert len(weaviate_server.collections["DampipeIndexes"].properties) == 2
    index.clear()
    assert (len(held(weaviate_server)), len(index), index.watermark) == (1, 0, 0)
    assert len(weaviate_server.collections["DampipeIndexes"].properties) == 2


@pytest.mark.parametrize("lost", ["everything", "the collection"])
def test_what_is_lost_is_begun_anew(weaviate_server: Any, opened: Open, lost: str) -> None:
    """The catalogue fills it again."""
    index, other = opened(), opened()
    index.add(*owned(ids(10), unit(10)))
    if lost == "everything":
        weaviate_server.collections.clear()
    else:
        del weaviate_server.collections[held(weaviate_server)[0]]
        with pytest.raises(Transient):
            index.add(*owned(np.array([11]), unit(1)))
    for one in (other, index):
        assert (one.watermark, len(one), one.search(unit(1)[0], 1)) == (0, 0, [])
    index.add(*owned(ids(4), unit(4)))
    assert (other.watermark, len(other)) == (4, 4)


def test_a_writer_that_is_overtaken_by_a_rebuild_loses_nothing(opened: Open) -> None:
    """It marks the collection that it wrote, not the one that counts by then."""
    index, other = opened(), opened()
    insert = index._insert

    def slow(*given: Any) -> None:
        insert(*given)
        other.replace([owned(ids(4), unit(4))])

    index._insert = slow
    with pytest.raises(Transient, match="has replaced"):
        index.add(*owned(ids(10), unit(10)))
    assert (other.watermark, len(other)) == (4, 4)
    del index._insert
    index.add(*owned(ids(10), unit(10)))
    assert (other.watermark, len(other)) == (10, 10)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("store is read-only due to disk usage", StorageFull),
        ("vector is broken", Permanent),
        ("shard is unavailable", Transient),
    ],
)
def test_what_was_not_taken_is_not_marked(
    weaviate_server: Any, opened: Open, said: str, kind: type[Exception]
) -> None:
    index = opened()
    weaviate_server.refuse = said
    with pytest.raises(kind, match=said) as caught:
        index.add(*owned(ids(3), unit(3)))
    assert "\n" not in str(caught.value)
    weaviate_server.refuse = ""
    assert index.watermark == 0
    index.add(*owned(ids(3), unit(3)))
    assert (index.watermark, len(index)) == (3, 3)


def test_a_server_that_is_away_is_said_at_once_and_found_again(weaviate_server: Any, opened: Open) -> None:
    nowhere = opened(url="http://127.0.0.1:1")
    index = opened()
    index.add(*owned(ids(3), unit(3)))
    weaviate_server.stop()
    for away in (nowhere, index):
        before = time.monotonic()
        with pytest.raises(Transient, match="cannot be reached") as caught:
            away.search(unit(1)[0], 1)
        assert time.monotonic() - before < 30
        assert "\n" not in str(caught.value)
    weaviate_server.start()
    assert index.search(unit(3)[1], 1)[0].id == 2


def test_a_grpc_port_that_does_not_answer_is_named(opened: Open) -> None:
    with pytest.raises(Transient, match="its gRPC port") as caught:
        opened(grpc="127.0.0.1:1").search(unit(1)[0], 1)
    assert caught.value.code == "index.weaviate_grpc_unreachable"
    assert "`grpc`" in caught.value.hint


def test_a_key_goes_along(weaviate_server: Any, opened: Open) -> None:
    weaviate_server.api_key = "secret"
    index = opened(api_key="secret")
    index.add(*owned(ids(3), unit(3)))
    assert index.search(unit(3)[1], 1)[0].id == 2
    for wrong in ("", "other"):
        with pytest.raises(Permanent) as caught:
            opened(api_key=wrong).search(unit(1)[0], 1)
        assert caught.value.code == "index.weaviate_denied"
        assert "api_key" in caught.value.hint


@pytest.mark.parametrize(
    "wrong", [{"url": "nas:8080"}, {"url": "http://"}, {"grpc": ":50051"}, {"url": "http://a:b"}]
)
def test_an_address_that_is_none(opened: Open, wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="vectors_options"):
        opened(**wrong)


def test_the_usual_ports(opened: Open) -> None:
    def address(**options: str) -> tuple[str, int, str, int]:
        found = opened(**options)._server._address
        return found["http_host"], found["http_port"], found["grpc_host"], found["grpc_port"]

    assert address(url="http://nas:8080", grpc="") == ("nas", 8080, "nas", 50051)
    assert address(url="https://x.example", grpc="") == ("x.example", 443, "x.example", 443)
    assert address(url="https://x.example", grpc="grpc-x.example") == (
        "x.example",
        443,
        "grpc-x.example",
        443,
    )


def test_its_package_is_named_where_it_is_missing() -> None:
    error = missing_package("weaviate", ModuleNotFoundError("No module named 'weaviate'", name="weaviate"))
    assert error.parameters["command"] == "pip install 'dampipe[weaviate]'"
