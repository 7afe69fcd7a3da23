"""What collections and links open to those who do not see the folders: the asset and its file's name, and no place."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import dampipe.features.access.rights as rights_module
from dampipe.features.access.model import UserRequest
from dampipe.features.access.queries import AccessRepository
from dampipe.features.access.rights import Rights
from dampipe.features.access.service import AccessService
from dampipe.features.assets.queries import AssetRepository
from dampipe.features.assets.service import AssetService
from dampipe.features.assets.tables import VERSION
from dampipe.features.originals.queries import OriginalRepository
from dampipe.features.search.filters import FilterResolver
from dampipe.features.search.model import SearchRequest
from dampipe.features.search.service import SearchService
from dampipe.features.sources.tables import LOCATION
from dampipe.kernel.access import LOCAL, SEARCH, Actor, ActorKind, Role
from dampipe.kernel.errors import NotFound
from dampipe.kernel.visibility import Opened
from tests.support.searching import Searching, media, sha1

FILES = ("day/alpha.mp4", "day/bravo.mp4", "night/charlie.mp4", "night/delta.mp4", "top.mp4")


@pytest.fixture
def here(catalogue_url: str, tmp_path: Path) -> Iterator[Searching]:
    made = Searching(catalogue_url, tmp_path)
    for path in FILES:
        made.add(path, ["red", "blue"])
    yield made
    made.close()


class Sharing:
    """Openings that a test writes: who shared which files with which user or link."""

    def __init__(self) -> None:
        self.with_user: dict[int, list[tuple[int | None, Sequence[str]]]] = {}
        self.with_link: dict[int, list[tuple[int | None, Sequence[str]]]] = {}

    def __call__(self, database: Any, actor: Actor) -> list[Opened]:
        shared = self.with_link.get(actor.link or 0, []) + self.with_user.get(actor.user or 0, [])
        return [
            Opened(by, select(VERSION.c.asset_id).where(VERSION.c.sha1.in_([sha1(one) for one in files])))
            for by, files in shared
        ]


@pytest.fixture
def sharing(monkeypatch: pytest.MonkeyPatch) -> Sharing:
    made = Sharing()
    monkeypatch.setattr(rights_module, "registered", lambda field: [made])
    return made


def user(here: Searching, name: str, *sees: str, role: Role = Role.VIEWER) -> Actor:
    access = here.services.get(AccessService)
    places = tuple(str(here.root / one) for one in sees)
    access.add_user(LOCAL, UserRequest(name=name, role=role, sees=places))
    found = here.services.get(AccessRepository).user(name)
    return Actor(ActorKind.USER, name, found.role, user=found.id)


def link(number: int = 1) -> Actor:
    return Actor(ActorKind.LINK, "Gast", Role.VIEWER, frozenset({"read", "search"}), link=number)


def seen(here: Searching, actor: Actor) -> set[str]:
    """The names of visible versions: by SQL, by the mask, by the list and by a search, which agree."""
    view = here.services.get(Rights).of(actor)
    with here.catalog.database.read() as connection:
        rows = connection.execute(select(VERSION).where(view.shows_version(VERSION.c.id))).all()
        assets = set(connection.execute(view.asset_ids).scalars()) if view.asset_ids is not None else None
    assert assets is None or assets == {row.asset_id for row in rows}
    assert view.is_all or set(view.read_mask()) == {row.id for row in rows}
    listed = here.services.get(AssetService).page(actor)
    assert {one.sha1 for one in listed} == {row.sha1 for row in rows}
    resolver = here.services.get(FilterResolver)
    assert set(resolver.assets(actor, {})) == {row.asset_id for row in rows}
    found = here.services.get(SearchService).find(actor, SearchRequest(words="red", limit=50))
    assert {hit.asset for hit in found.hits} == {row.sha1 for row in rows}
    assert {hit.name for hit in found.hits} == {one.name for one in listed}
    return {one.name for one in listed}


def test_a_link_sees_nothing_but_what_it_opens(here: Searching, sharing: Sharing) -> None:
    assert seen(here, link()) == set()
    sharing.with_link[1] = [(None, FILES[:1])]
    assert seen(here, link(1)) == {"alpha.mp4"}
    assert seen(here, link(2)) == set()  # no cache is shared by links
    sharing.with_link = {2: [(None, FILES[2:4])]}
    assert seen(here, link(1)) == set()  # closed from the next request on
    assert seen(here, link(2)) == {"charlie.mp4", "delta.mp4"}


def test_what_is_opened_has_a_name_and_no_place(here: Searching, sharing: Sharing) -> None:
    anna = user(here, "anna", "day")
    emil = user(here, "emil", "night")
    assert emil.user is not None
    sharing.with_user[anna.user or 0] = [(emil.user, ["night/charlie.mp4", "top.mp4"])]
    assert seen(here, anna) == {"alpha.mp4", "bravo.mp4", "charlie.mp4"}  # emil does not see top.mp4 himself
    service = here.services.get(AssetService)
    shown = service.show(anna, sha1("night/charlie.mp4"))
    assert (shown.video.name, shown.video.paths, shown.card, shown.sidecars) == ("charlie.mp4", (), None, ())
    assert "night" not in shown.model_dump_json()
    placed = service.show(anna, sha1("day/alpha.mp4"))
    assert placed.video.paths == (str(here.root / "day/alpha.mp4"),)
    search = here.services.get(SearchService)
    assert [hit.name for hit in search.find(anna, SearchRequest(words="charlie")).hits] == ["charlie.mp4"]
    for words in ("night", "top", "delta"):
        assert not search.find(anna, SearchRequest(words=words, only="words")).hits, words
    with pytest.raises(NotFound):
        search.find(anna, SearchRequest(words="", filters={"folder": ("night",)}))
    with pytest.raises(NotFound):
        service.show(anna, str(here.root / "night/charlie.mp4"))
    with pytest.raises(NotFound):
        service.show(anna, sha1("top.mp4"))
    assert (
        here.services.get(Rights).of(anna).places
        == here.services.get(Rights).of(Actor(ActorKind.USER, "anna", Role.VIEWER, user=anna.user)).places
    )


def test_another_file_of_an_opened_version_is_neither_named_nor_read(
    here: Searching, sharing: Sharing
) -> None:
    """The names are those that the one who shared sees: another copy may be called otherwise."""
    copy = here.root / "night/secret-title.mp4"
    copy.write_bytes(b"day/alpha.mp4")
    here.catalog.add_video(copy, sha1("day/alpha.mp4"), media())
    dora = user(here, "dora", "day")
    sharing.with_link[1] = [(dora.user, ["day/alpha.mp4"])]
    assert seen(here, link()) == {"alpha.mp4"}
    view = here.services.get(Rights).of(link())
    row = here.services.get(AssetRepository).find(sha1("day/alpha.mp4"), view)
    originals = here.services.get(OriginalRepository).present(row.id, view)
    assert [one.path for one in originals] == [str(here.root / "day/alpha.mp4")]
    search = here.services.get(SearchService)
    assert search.find(link(), SearchRequest(words="alpha", only="words")).hits
    assert not search.find(link(), SearchRequest(words="secret", only="words")).hits


def test_nothing_is_passed_on_twice(here: Searching, sharing: Sharing) -> None:
    anna, emil = user(here, "anna", "day"), user(here, "emil")
    sharing.with_user[emil.user or 0] = [(anna.user, FILES)]
    assert seen(here, emil) == {"alpha.mp4", "bravo.mp4"}
    sharing.with_link[1] = [(emil.user, FILES)]
    assert seen(here, link()) == set()


def test_what_was_shared_goes_with_the_right_and_the_user_who_shared_it(
    here: Searching, sharing: Sharing
) -> None:
    access = here.services.get(AccessService)
    anna = user(here, "anna", "day")
    sharing.with_link[1] = [(anna.user, FILES)]
    assert seen(here, link()) == {"alpha.mp4", "bravo.mp4"}
    access.grant(LOCAL, "anna", str(here.root / "night"))
    assert len(seen(here, link())) == 4
    access.revoke(LOCAL, "anna", str(here.root / "day"))
    assert seen(here, link()) == {"charlie.mp4", "delta.mp4"}
    access.change_user(LOCAL, "anna", disabled=True)
    assert seen(here, link()) == set()
    access.change_user(LOCAL, "anna", disabled=False, role=Role.MANAGER)
    assert len(seen(here, link())) == len(FILES)
    access.add_user(LOCAL, UserRequest(name="root", role=Role.ADMIN))
    access.remove_user(LOCAL, "anna")
    assert seen(here, link()) == set()


def test_an_earlier_version_is_opened_only_by_one_who_sees_it(here: Searching, sharing: Sharing) -> None:
    anna = user(here, "anna", "day")
    with here.catalog.database.write() as connection:
        rows = dict(connection.execute(select(VERSION.c.sha1, VERSION.c.id)).all())  # type: ignore[arg-type]
        old, new = rows[sha1("night/charlie.mp4")], rows[sha1("day/alpha.mp4")]
        asset = select(VERSION.c.asset_id).where(VERSION.c.id == new).scalar_subquery()
        values = {"asset_id": asset, "superseded_at": 1.0}
        connection.execute(VERSION.update().where(VERSION.c.id == old).values(values))
    sharing.with_link[1] = [(anna.user, ["day/alpha.mp4"])]
    assert seen(here, link()) == {"alpha.mp4"}
    shown = here.services.get(AssetService).show(link(), sha1("day/alpha.mp4"))
    assert [one.sha1 for one in shown.versions] == [sha1("day/alpha.mp4")]
    with pytest.raises(NotFound):
        here.services.get(AssetService).show(link(), sha1("night/charlie.mp4"))
    sharing.with_link[1] = [(None, ["day/alpha.mp4"])]
    shown = here.services.get(AssetService).show(link(), sha1("day/alpha.mp4"))
    assert len(shown.versions) == 2


def test_an_actor_without_openings_is_asked_about_by_the_same_queries(
    here: Searching, sharing: Sharing
) -> None:
    anna = user(here, "anna", "day")
    view = here.services.get(Rights).of(anna)
    assert view.opened == () and view.key == view.places
    assert SEARCH.name in (link().scopes or ())
    query = str(select(LOCATION.c.id).where(view.shows_file(LOCATION.c.folder_id, LOCATION.c.version_id)))
    assert query.count("IN (SELECT") == 1
