"""Scans by HTTP reach footage, and say nothing of what else the machine has."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import dampipe
from dampipe.features.sources.model import SourceRequest
from dampipe.features.sources.service import SourceService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Services
from dampipe.web.app import create_app


class Place:
    """A source, a scan root, and something beside them."""

    def __init__(self, folder: Path) -> None:
        self.source, self.root, self.other = folder / "source", folder / "root", folder / "other"
        for path in (self.source, self.root, self.other):
            (path / "day").mkdir(parents=True)
            (path / "clip.mp4").write_bytes(b"x")
        (self.source / "way-out").symlink_to(self.other)
        (self.source / "file-out.mp4").symlink_to(self.other / "clip.mp4")
        (folder / "way-in").symlink_to(self.source)
        self.way_in = folder / "way-in"
        self.beside = folder / "source-2"
        self.beside.mkdir()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def http(place: Place, tmp_path: Path) -> Iterator[TestClient]:
    with dampipe.open(
        home=tmp_path / "home", model="tiny", in_process=True, scan_roots=[str(place.root)]
    ) as library:
        library.service(SourceService).add(LOCAL, SourceRequest(name="s", path=str(place.source)))
        yield TestClient(create_app(library.service(Services)), "http://127.0.0.1")


def test_sources_and_scan_roots_are_scanned(http: TestClient, place: Place) -> None:
    for path in (
        place.source,
        place.source / "day",
        place.source / "clip.mp4",
        f"{place.source}/day/../clip.mp4",
        place.root,
        place.root / "day",
        place.way_in / "day",
    ):
        answer = http.post("/api/v1/scans", json={"paths": [str(path)]})
        assert answer.status_code == 202, (path, answer.text)
    answer = http.post("/api/v1/scans", json={"paths": [str(place.source), f"{place.source}/none"]})
    assert answer.json()["absent"] == [f"{place.source}/none"], "of the footage it says what exists"
    assert http.post("/api/v1/scans", json={"paths": [f"{place.source}/none"]}).status_code == 404


def test_elsewhere_there_is_one_answer_whether_or_not_something_is_there(
    http: TestClient, place: Place
) -> None:
    paths = [
        place.other, place.other / "clip.mp4", place.other / "none", f"{place.source}/../other",
        f"{place.source}/way-out", f"{place.source}/way-out/clip.mp4", f"{place.source}/way-out/none",
        f"{place.source}/file-out.mp4", place.beside, f"{place.beside}/none", place.source.parent, "/", "/proc",
        "/proc/self/environ", "/dev/null", "/dev/none", "/etc/passwd", "/root/.ssh", "/root/none", "/sys", "/run/x",
    ]  # fmt: skip
    for path in map(str, paths):
        answer = http.post("/api/v1/scans", json={"paths": [path]})
        assert answer.status_code == 403, path
        problem = answer.json()
        assert (problem["code"], problem["parameters"]) == ("source.path_outside", {"paths": path})
        assert problem["detail"] == f"not below a source or a folder of the setting scan_roots: {path}"
        mixed = http.post("/api/v1/scans", json={"paths": [str(place.source), path]})
        assert (mixed.status_code, mixed.json()) == (403, problem), "and nothing of it is scanned"
    assert http.get("/api/v1/scans").json() == []


def test_a_pipe_in_a_source_is_refused(http: TestClient, place: Place) -> None:
    os.mkfifo(place.source / "pipe.mp4")
    answer = http.post("/api/v1/scans", json={"paths": [f"{place.source}/pipe.mp4"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "scan.not_a_file")


def test_other_endpoints_that_take_paths_do_not_tell_either(http: TestClient, place: Place) -> None:
    """A name that the server's working folder has, too."""
    for known, unknown in (
        (f"{place.other}/clip.mp4", f"{place.other}/none"),
        (str(Path(os.curdir, "README.md")), "none.md"),
        ("README.md", "none.md"),
        ("/etc/passwd", "/etc/none"),
    ):
        for ask in (
            lambda name: http.post("/api/v1/retry", json={"what": [name]}),
            lambda name: http.get("/api/v1/search", params={"like": name}),
        ):
            there, absent = ask(known), ask(unknown)
            assert there.status_code == absent.status_code != 200
            assert there.json()["code"] == absent.json()["code"]
