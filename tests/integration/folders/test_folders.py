"""The tree of folders: what lies where, and how much of it the one who asks may see."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from dampipe.features.folders.service import FolderService
from dampipe.features.sources.locations import delete_some
from dampipe.features.sources.tables import LOCATION
from dampipe.kernel.access import LOCAL, Actor
from dampipe.kernel.errors import NotFound
from dampipe.web.app import create_app
from tests.support.gathered import Gathered

FILES = (
    "a.mp4",
    "day 1/b.mp4",
    "day 1/x/c.mp4",
    "day/d.mp4",
    "day/x/e.mp4",
    "day/x/deep/f.mp4",
    "Zoo/y/g.mp4",
)


class Tree(Gathered):
    """A library with a tree of folders."""

    def below(
        self, folder: str | None = None, by: Actor = LOCAL, limit: int = 100
    ) -> list[tuple[str, int, bool]]:
        """Names, counts, and whether there are folders in them; page by page."""
        of = None if folder is None else str(self.root / folder).rstrip("/.")
        found, after = [], None
        service = self.services.get(FolderService)
        while True:
            page = service.children(by, of, after, limit)
            assert len(page.folders) <= limit
            found += page.folders
            after = page.after
            if after is None:
                return [(one.name, one.assets, one.has_folders) for one in found]


@pytest.fixture
def here(catalogue_url: str, tmp_path: Path) -> Iterator[Tree]:
    made = Tree(catalogue_url, tmp_path, names="")
    for file in FILES:
        made.add(file)
    yield made
    made.close()


def test_folders_count_what_lies_in_them_and_below(here: Tree) -> None:
    assert here.below() == [("footage", 7, True)]
    assert here.below("") == [("day", 3, True), ("day 1", 2, True), ("Zoo", 1, True)]
    assert here.below("", limit=1) == here.below("")
    assert here.below("day") == [("x", 2, True)]
    assert here.below("day/x") == [("deep", 1, False)]
    assert here.below("day/x/deep") == []
    for folder, count in (("day", 3), ("day/x", 2), ("Zoo", 1)):
        assert len(here.names(folder=(str(here.root / folder),))) == count, "the filter finds as many"
    with pytest.raises(NotFound):
        here.below("night")
    with pytest.raises(NotFound):
        here.services.get(FolderService).children(LOCAL, "/elsewhere")


def test_what_comes_goes_and_is_copied_counts_at_once(here: Tree) -> None:
    assert here.below("day")[0][1] == 2
    here.add("day/x/new.mp4")
    assert here.below("day")[0][1] == 3
    here.add("night/h.mp4")
    assert ("night", 1, False) in here.below("")
    with here.catalog.database.write() as connection:
        assert delete_some(connection, LOCATION.c.name == "h.mp4", 10) == 1
    assert "night" not in [name for name, *_ in here.below("")]
    copy = here.root / "copies" / "d.mp4"
    copy.parent.mkdir()
    copy.write_bytes(b"day/d.mp4")
    from tests.support.searching import media, sha1

    here.catalog.add_video(copy, sha1("day/d.mp4"), media())
    assert ("copies", 1, False) in here.below("") and here.below() == [("footage", 8, True)]


def test_who_sees_some_folders_sees_the_way_to_them_and_no_more(here: Tree) -> None:
    vera = here.user("vera", sees=("day/x", "Zoo"))
    assert here.below(by=vera) == [("footage", 3, True)]
    assert here.below("", vera) == [("day", 2, True), ("Zoo", 1, True)]
    assert here.below("day", vera) == [("x", 2, True)]
    assert here.below("day/x", vera) == [("deep", 1, False)]
    with pytest.raises(NotFound):
        here.below("day 1", vera)
    copy = here.root / "day 1" / "x" / "e.mp4"
    copy.write_bytes(b"day/x/e.mp4")
    from tests.support.searching import media, sha1

    here.catalog.add_video(copy, sha1("day/x/e.mp4"), media())
    assert here.below("", vera) == [("day", 2, True), ("Zoo", 1, True)], "where else a file lies is not shown"
    assert here.below(by=here.user("nobody", sees=())) == []


def test_folders_with_strange_names_have_their_places(here: Tree) -> None:
    long = "long " * 45
    for folder in ("a%b", "x\u200b", long.strip(), "\U0001f600"):
        here.add(f"odd/{folder}/1/{len(folder)}.mp4")
    found = here.below("odd")
    assert len(found) == 4 and all(count == 1 and has for _, count, has in found)
    assert here.below(f"odd/{long.strip()}") == [("1", 1, False)]


def test_the_api_pages_and_says_what_is_not_there(here: Tree) -> None:
    http = TestClient(create_app(here.services), base_url="http://127.0.0.1/api/v1")
    [source] = http.get("/folders").json()["folders"]
    assert source["is_source"] and source["path"] == str(here.root)
    first = http.get("/folders", params={"of": source["path"], "limit": 2}).json()
    rest = http.get("/folders", params={"of": source["path"], "after": first["after"]}).json()
    assert [one["name"] for one in first["folders"] + rest["folders"]] == ["day", "day 1", "Zoo"]
    assert rest["after"] is None
    answer = http.get("/folders", params={"of": "/elsewhere"})
    assert answer.status_code == 404 and answer.json()["code"] == "folders.unknown"
    assert http.get("/folders", params={"after": "x"}).status_code == 422
