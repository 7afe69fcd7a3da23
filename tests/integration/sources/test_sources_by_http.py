"""Sources are added, changed and removed over HTTP as by the command, within the footage of this machine only."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import dampipe
from dampipe.app.api import Library
from dampipe.features.access.model import TokenRequest
from dampipe.features.access.service import AccessService
from dampipe.features.scanning.model import EnqueueRequest
from dampipe.features.scanning.service import ScanService
from dampipe.features.sources.model import SourceRequest
from dampipe.features.sources.queries import SourceRepository
from dampipe.features.sources.service import SourceService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.container import Services
from dampipe.kernel.errors import InvalidInput
from dampipe.kernel.settings.connection import Connection
from dampipe.storage.files.connections import is_same_place
from dampipe.web.app import create_app


class Served:
    """A library with a scan root, and something beside it."""

    def __init__(self, library: Library, folder: Path) -> None:
        self.library, self.root, self.other = library, folder / "root", folder / "other"
        for path in (self.root / "day", self.root / "night", self.other):
            path.mkdir(parents=True)
        (self.root / "way-out").symlink_to(self.other)
        self.http = TestClient(create_app(library.service(Services)), "http://127.0.0.1")

    def add(self, code: int = 200, **body: Any) -> dict[str, Any]:
        answer = self.http.post("/api/v1/sources", json={"name": "day", **body})
        assert answer.status_code == code, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def names(self) -> list[str]:
        return [one["name"] for one in self.http.get("/api/v1/sources").json()]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    roots = [str(tmp_path / "root"), "memory-files://none/open"]
    with dampipe.open(home=tmp_path / "home", model="tiny", in_process=True, scan_roots=roots) as library:
        yield Served(library, tmp_path)


def test_a_source_is_added_changed_and_removed(served: Served) -> None:
    day = str(served.root / "day")
    made = served.add(path=f"{day}/", include=["*.mp4"], managed=True)
    assert (made["name"], made["root"], made["include"], made["managed"]) == ("day", day, ["*.mp4"], True)
    changed = served.add(name="b/day", path=day, versions="path")
    assert (changed["include"], changed["managed"], changed["versions"]) == ([], False, "path")
    assert served.names() == ["b/day"]
    answer = served.http.delete("/api/v1/sources/b/day")
    assert (answer.status_code, answer.json()) == (200, {"forgotten": 0})
    assert served.names() == []
    answer = served.http.delete("/api/v1/sources/b/day")
    assert (answer.status_code, answer.json()["code"]) == (404, "source.not_found")


def test_errors_are_those_of_the_command(served: Served) -> None:
    day, night = str(served.root / "day"), str(served.root / "night")
    served.add(path=day)
    assert served.add(422, path=night)["code"] == "source.name_taken"
    assert served.add(404, name="x", path=f"{served.root}/none")["code"] == "source.folder_not_found"
    assert served.add(422, name="-x", path=night)["code"] == "source.name_invalid"
    assert served.add(422, name="x", path=night, include=["!"])["code"] == "source.pattern_invalid"
    assert (
        served.add(422, name="x", path=night, path_maps={"gpu": "relative"})["code"]
        == "source.path_map_invalid"
    )
    assert served.add(422, name="x", path="s3://me:secret@b/c")["code"] == "source.url_invalid"
    assert "secret" not in str(served.add(422, name="x", path="s3://me:secret@b/c"))
    assert served.add(422, name="x", path="relative")["detail"]
    assert served.names() == ["day"]


def test_nothing_beside_the_footage_is_made_a_source_whether_it_exists_or_not(served: Served) -> None:
    served.add(path=str(served.root / "day"))
    day = str(served.root / "day")
    for path in (
        served.other, f"{served.other}/none", f"{served.root}/way-out", f"{served.root}/../other", "/", "/etc",
        "/proc", "s3://bucket/x", "webdav://169.254.169.254/x", "memory-files://none/opened",
    ):  # fmt: skip
        problem = served.add(403, name="x", path=str(path))
        assert problem["code"] == "source.path_outside", path
    machine = served.library.service(SourceRepository).machine
    for name in (machine, "elsewhere"):
        assert served.add(403, path=day, path_maps={name: "/etc"})["code"] == "source.path_outside"
    served.add(path=day, path_maps={"elsewhere": str(served.root / "night")})
    assert served.names() == ["day"]


def test_a_path_map_that_an_administrator_has_made_may_stay(served: Served) -> None:
    day, maps = str(served.root / "day"), {"mac": "/Volumes/day"}
    request = SourceRequest(name="day", path=day, path_maps=maps)
    served.library.service(SourceService).add(LOCAL, request)
    assert served.add(path=day, path_maps=maps, exclude=["*.tmp"])["path_maps"] == maps
    served.add(403, path=day, path_maps={"mac": "/Volumes/other"})


def test_a_scope_is_needed(served: Served) -> None:
    access = served.library.service(AccessService)
    for scope, code in (("manage", 200), ("scan", 403), ("read", 403)):
        token = access.create_token(LOCAL, TokenRequest(name=scope, scopes=(scope,))).token
        sent = {"Authorization": f"Bearer {token}"}
        body = {"name": "day", "path": str(served.root / "day")}
        assert served.http.post("/api/v1/sources", json=body, headers=sent).status_code == code
        assert served.http.delete("/api/v1/sources/day", headers=sent).status_code == code


# ---- users in URLs

CONNECTIONS = {
    "minio": Connection(endpoint_url="http://nas:9000"),
    "account": Connection(url="sftp://nas", user="anna"),
}
SAME = [
    ("s3://me@footage/a", "s3://footage/a"),
    ("s3://me@footage/a", "s3://you@footage/a"),
    ("s3://me@footage/a/b", "s3://footage/a"),
    ("s3://footage", "s3://me@footage/a"),
    ("sftp://root@host/a", "sftp://host/a"),
    ("sftp://root@host", "sftp://host"),
    ("sftp://root@HOST/a", "sftp://host/a"),
    ("sftp://anna@nas/a", "sftp://nas/a"),
    ("sftp://account@nas/a", "sftp://anna@nas/a"),
]
OTHER = [
    ("s3://footage/a", "s3://footage/a/b"),
    ("s3://me@footage/a", "s3://me@footage/a/b"),
    ("s3://me@footage/a", "s3://footage/ab"),
    ("s3://me@footage/a", "s3://other/a"),
    ("s3://minio@footage/a", "s3://footage/a"),
    ("sftp://anna@host/a", "sftp://bob@host/a"),
    ("sftp://bob@nas/a", "sftp://nas/a"),
    ("sftp://root@host:2222/a", "sftp://host/a"),
    ("sftp://root@host/a", "smb://host/a"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_urls_that_differ_by_their_user_are_the_same_place(one: str, other: str) -> None:
    assert is_same_place(one, other, CONNECTIONS) and is_same_place(other, one, CONNECTIONS)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_urls_of_other_servers_accounts_and_users_are_not(one: str, other: str) -> None:
    assert not is_same_place(one, other, CONNECTIONS) and not is_same_place(other, one, CONNECTIONS)


def test_a_place_is_one_source_whatever_its_user(served: Served) -> None:
    served.library.service(SourceRepository).add("nas", "sftp://host/footage")
    with pytest.raises(InvalidInput) as by_scan:
        served.library.service(ScanService).enqueue(
            LOCAL, EnqueueRequest(paths=("sftp://root@host/footage/day",))
        )
    assert by_scan.value.code == "source.same_place"
    assert "nas" in str(by_scan.value)
