"""URLs as sources: what is refused, what is listed as reachable, and what commands and requests do with them."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import dampipe
from dampipe.app.api import Library
from dampipe.features.scanning.errors import NOT_WATCHED, RELATIVE_PATH
from dampipe.features.scanning.model import EnqueueRequest
from dampipe.features.scanning.service import ScanService
from dampipe.features.scanning.watch_folder import FolderWatcher
from dampipe.features.sources.model import SourceRequest
from dampipe.features.sources.service import SourceService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Services
from dampipe.kernel.errors import InvalidInput, NotFound, ServiceDown
from dampipe.storage.files.errors import URL_INVALID
from dampipe.storage.files.memory import Bucket
from dampipe.web.app import create_app
from tests.support.buckets import bucket, url_of


@pytest.fixture
def store() -> Iterator[Bucket]:
    with bucket() as made:
        made.write("card7/a.mp4", b"1")
        yield made


@pytest.fixture
def library(tmp_path: Path, store: Bucket) -> Iterator[Library]:
    with dampipe.open(
        home=tmp_path / "home", model="tiny", in_process=True, scan_roots=[f"{url_of(store)}/open/"]
    ) as made:
        yield made


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("s3://me:hunter2@bucket/a", "password"),
        ("s3:///a", "no host or bucket"),
        ("smb://nas", "names no share"),
        ("memory-files://b/../c", "no meaning"),
        ("nonsense://b/c", "not a kind of storage"),
    ],
)
def test_an_invalid_url_is_refused(url: str, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem) as refused:
        SourceRequest(name="s", path=url)
    assert refused.value.code == URL_INVALID.code
    assert "hunter2" not in str(refused.value)


def test_a_source_is_added_listed_and_removed(library: Library, store: Bucket) -> None:
    sources = library.service(SourceService)
    made = sources.add(LOCAL, SourceRequest(name="archive", path=f"{url_of(store)}/card7/"))
    assert made.root == f"{url_of(store)}/card7"
    found = sources.at(LOCAL, f"{url_of(store)}/card7")
    assert found is not None and found.name == "archive"
    [report] = sources.reports(LOCAL)
    assert (report.root, report.reachable) == (f"{url_of(store)}/card7", True)
    store.faults.away = "no route"
    [report] = sources.reports(LOCAL)
    assert not report.reachable
    with pytest.raises(ServiceDown, match="no route"):
        sources.add(LOCAL, SourceRequest(name="other", path=f"{url_of(store)}/card8"))
    assert sources.remove(LOCAL, "archive") == 0
    assert sources.reports(LOCAL) == []


def test_a_scan_of_a_url_is_submitted(library: Library, store: Bucket) -> None:
    scans = library.service(ScanService)
    request = EnqueueRequest(paths=(f"{url_of(store)}/card7/", f"{url_of(store)}/none"))
    done = scans.enqueue(LOCAL, request)
    assert done.absent == (f"{url_of(store)}/none",)
    assert scans.progress(LOCAL, done.scan).paths == (f"{url_of(store)}/card7",)
    with pytest.raises(NotFound):
        scans.enqueue(LOCAL, EnqueueRequest(paths=(f"{url_of(store)}/none",)))
    with pytest.raises(InvalidInput, match="not an absolute path") as refused:
        EnqueueRequest(paths=("card7",))
    assert refused.value.code == RELATIVE_PATH.code
    store.faults.away = "no route"
    with pytest.raises(ServiceDown, match="no route"):
        scans.enqueue(LOCAL, EnqueueRequest(paths=(f"{url_of(store)}/card8",)))


def test_over_http_sources_and_scan_roots_are_scanned_only(library: Library, store: Bucket) -> None:
    store.write("open/b.mp4", b"2")
    store.write("open-2/c.mp4", b"3")
    library.service(SourceService).add(LOCAL, SourceRequest(name="s", path=f"{url_of(store)}/card7"))
    http = TestClient(create_app(library.service(Services)), "http://127.0.0.1")
    for path, status in (
        ("card7", 202),
        ("card7/a.mp4", 202),
        ("open/b.mp4", 202),
        ("open-2", 403),
        ("open-2/none", 403),
    ):
        answer = http.post("/api/v1/scans", json={"paths": [f"{url_of(store)}/{path}"]})
        assert answer.status_code == status, (path, answer.text)


def test_a_url_is_not_watched(library: Library, store: Bucket) -> None:
    library.service(SourceService).add(LOCAL, SourceRequest(name="archive", path=url_of(store)))
    watcher, stop, log = library.service(FolderWatcher), threading.Event(), list[str]()
    for name in ("archive", url_of(store), "s3://elsewhere/footage"):
        with pytest.raises(InvalidInput) as refused:
            watcher.run([name], stop=stop)
        assert refused.value.code == NOT_WATCHED.code

    def end(line: str) -> None:
        log.append(line)
        stop.set()

    watcher.run([], stop=stop, on_log=end)
    assert log == ["there are no sources yet; sources that are added will be watched"]
