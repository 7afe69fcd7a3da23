"""Each process opens the store of a root once."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dampipe.app.container import Container
from dampipe.app.load_settings import load_settings
from dampipe.kernel.errors import InvalidInput, Unavailable
from dampipe.storage import registry
from dampipe.storage.files import stores as stores_module
from dampipe.storage.files.local import LocalFiles
from dampipe.storage.files.per_process import PerProcess
from dampipe.storage.files.s3 import S3Files
from dampipe.storage.files.stores import FileStores


def test_a_root_has_one_store(tmp_path: Path) -> None:
    stores = FileStores()
    assert isinstance(stores.of(str(tmp_path)), LocalFiles)
    assert stores.of(f"{tmp_path}/") is stores.of(str(tmp_path))
    assert isinstance(stores.of("s3://bucket/a"), S3Files)
    assert stores.of("s3://bucket/a/").url == "s3://bucket/a"
    assert stores.of("s3://bucket/a") is not stores.of("s3://bucket/b")
    stores.close()


def test_threads_share_a_store_and_a_forked_process_has_its_own(tmp_path: Path) -> None:
    stores = FileStores()
    with ThreadPoolExecutor(8) as threads:
        made = set(threads.map(lambda _: id(stores.of(str(tmp_path))), range(50)))
    assert len(made) == 1
    mine: PerProcess[object] = PerProcess(object)
    before = mine.get()
    child = os.fork()
    if child == 0:
        os._exit(0 if mine.get() is not before and mine.get() is mine.get() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert mine.get() is before
    assert (mine.take(), mine.take()) == (before, None)


@pytest.mark.parametrize(
    "root", ["relative", "./x", "", "nothing-like-it://host/x", "local://x", "s3://key:secret1@b"]
)
def test_a_root_that_is_not_valid(root: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        FileStores().of(root)
    assert "secret1" not in str(caught.value)


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(kind: str, config: object, role: str) -> object:
        raise registry.missing_package(kind, ModuleNotFoundError(name="boto3"))

    monkeypatch.setattr(stores_module, "get_storage_backend", missing)
    with pytest.raises(Unavailable, match="boto3") as caught:
        FileStores().of("s3://bucket")
    assert "dampipe[s3]" in caught.value.hint


def test_the_application_passes_its_connections() -> None:
    settings = load_settings(connections={"x": {"url": "s3://b", "endpoint_url": "http://127.0.0.1:9"}})
    store = Container(settings).get(FileStores).of("s3://b/c")
    assert isinstance(store, S3Files)
    assert store._config.endpoint_url == "http://127.0.0.1:9"
