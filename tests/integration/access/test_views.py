"""Views and searches over both databases: folders whose names begin alike, sources within sources."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from dampipe.features.access.model import Grant, UserRequest
from dampipe.features.access.queries import AccessRepository
from dampipe.features.access.rights import Rights, places
from dampipe.features.access.service import AccessService
from dampipe.features.assets.tables import ASSET, VERSION
from dampipe.features.search.model import SearchRequest
from dampipe.features.search.service import SearchService
from dampipe.features.sources.tables import FOLDER, SOURCE
from dampipe.kernel.access import LOCAL, SYSTEM, Actor, ActorKind, Role
from dampipe.kernel.errors import NotFound
from dampipe.kernel.visibility import View
from tests.support.searching import Searching, sha1

FILES = (
    "day/a.mp4",
    "day/cards/b.mp4",
    "day2/c.mp4",
    "day/café/d.mp4",
    "day.old/e.mp4",
    "day/Cards/f.mp4",
    "top.mp4",
)


@pytest.fixture
def here(catalogue_url: str, tmp_path: Path) -> Iterator[Searching]:
    made = Searching(catalogue_url, tmp_path)
    for path in FILES:
        made.add(path, ["red", "blue"])
    yield made
    made.close()


def user(here: Searching, *sees: str, role: Role = Role.VIEWER, name: str = "vera") -> Actor:
    access = here.services.get(AccessService)
    access.add_user(
        LOCAL, UserRequest(name=name, role=role, sees=tuple(str(here.root / one) for one in sees))
    )
    found = here.services.get(AccessRepository).user(name)
    return Actor(ActorKind.USER, name, found.role, user=found.id)


def seen(here: Searching, actor: Actor) -> set[str]:
    """The files whose versions are visible: by SQL in both ways and by the mask, which agree."""
    view = here.services.get(Rights).of(actor)
    with here.catalog.database.read() as connection:
        by_sql = set(
            connection.execute(select(VERSION.c.sha1).where(view.shows_version(VERSION.c.id))).scalars()
        )
        one_by_one = select(VERSION.c.sha1).where(view.shows_some(VERSION.c.id))
        assert by_sql == set(connection.execute(one_by_one).scalars())
        assets = [
            set(connection.execute(select(ASSET.c.id).where(shows(ASSET.c.id))).scalars())
            for shows in (view.shows_asset, view.shows_some_asset)
        ]
        assert assets[0] == assets[1]
        numbers = dict(connection.execute(select(VERSION.c.id, VERSION.c.sha1)).all())  # type: ignore[arg-type]
    mask = view.read_mask()
    assert by_sql == {number_sha1 for number, number_sha1 in numbers.items() if view.is_all or number in mask}
    names = {sha1(path): path for path in FILES}
    return {names[one] for one in by_sql}


@pytest.mark.parametrize(
    ("sees", "files"),
    [
        (("day",), {"day/a.mp4", "day/cards/b.mp4", "day/café/d.mp4", "day/Cards/f.mp4"}),
        (("day/cards",), {"day/cards/b.mp4"}),
        (("day/café",), {"day/café/d.mp4"}),
        (("day2", "day.old"), {"day2/c.mp4", "day.old/e.mp4"}),
        (("",), set(FILES)),
        (("da",), set()),
        ((), set()),
    ],
)
def test_a_folder_opens_what_lies_in_it_and_nothing_that_begins_alike(
    here: Searching, sees: tuple[str, ...], files: set[str]
) -> None:
    anna = user(here, *sees)
    assert seen(here, anna) == files
    view = here.services.get(Rights).of(anna)
    [source] = (view.places and {place[0] for place in view.places}) or {0}
    for path in FILES:
        folder = os.path.dirname(path)
        assert view.holds(source, folder) == (path in files), path


def test_managers_and_those_without_a_user_see_everything(here: Searching) -> None:
    rights = here.services.get(Rights)
    assert rights.of(LOCAL).is_all and rights.of(SYSTEM).is_all
    assert rights.of(Actor(ActorKind.TOKEN, "free", Role.VIEWER)).is_all
    assert rights.of(user(here, role=Role.MANAGER, name="boss")).is_all
    assert not rights.of(user(here, role=Role.EDITOR, name="emil")).is_all
    assert View().is_all and View().holds(1, "anywhere")


def test_a_search_counts_ranks_and_pages_only_what_is_visible(here: Searching) -> None:
    anna = user(here, "day2", "day/cards")
    search = here.services.get(SearchService)
    for request in (
        SearchRequest(words="red"), SearchRequest(words="red", only="vision"), SearchRequest(words=""),
        SearchRequest(words="mp4 day"), SearchRequest(words="red", flat=True, limit=50),
    ):  # fmt: skip
        found = search.find(anna, request)
        assert {hit.name for hit in found.hits} <= {"b.mp4", "c.mp4"}, request
    pages = [search.find(anna, SearchRequest(words="red", limit=1, offset=n)) for n in range(3)]
    assert [(len(page.hits), page.more) for page in pages] == [(1, True), (1, False), (0, False)]
    with pytest.raises(NotFound):
        search.find(anna, SearchRequest(words="", filters={"folder": ("day.old",)}))
    with pytest.raises(NotFound):
        search.find(anna, SearchRequest(words="", like=(sha1("day/a.mp4"),)))


def test_a_source_within_a_granted_folder_is_granted_with_it(here: Searching) -> None:
    """A folder that becomes a source of its own keeps the rights that it had."""
    anna = user(here, "day")
    bert = user(here, "day/cards", name="bert")
    before = seen(here, anna)
    with here.catalog.database.write() as connection:
        root = str(here.root / "day" / "cards")
        made = SOURCE.insert().values(name="cards", root=root, include="[]", exclude="[]", added_at=0.0)
        new = connection.execute(made.returning(SOURCE.c.id)).scalar_one()
        connection.execute(FOLDER.update().where(FOLDER.c.path == "day/cards").values(source_id=new, path=""))
    assert seen(here, anna) == before
    assert seen(here, bert) == {"day/cards/b.mp4"}


def test_places() -> None:
    roots = {1: "/mnt/a", 2: "/mnt/a/b/c", 3: "/mnt/ab"}

    def grant(source: int | None, folder: str = "") -> Grant:
        return Grant(source=source, folder=folder, to="user:vera")

    assert places([grant(None)], roots) is None
    assert places([], roots) == ()
    assert places([grant(1)], roots) == ((1, ""), (2, ""))
    assert places([grant(1, "b")], roots) == ((1, "b"), (2, ""))
    assert places([grant(1, "bc")], roots) == ((1, "bc"),)
    assert places([grant(3), grant(9)], roots) == ((3, ""),)
