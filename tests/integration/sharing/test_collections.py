"""Links to collections: what people gathered, and what saved searches find for the one who shared."""

import pytest

from dampipe.features.collections.item_service import CollectionItemService
from dampipe.features.collections.model import Chosen, CollectionChange, NewCollection
from dampipe.features.collections.service import CollectionService
from dampipe.features.sharing.model import Allow
from dampipe.features.undo.service import UndoService
from dampipe.features.versions.model import StackRequest
from dampipe.features.versions.service import VersionService
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import NotFound
from tests.integration.sharing.conftest import Shared


def collection(here: Shared, by: str | None, name: str, *assets: str, **more: object) -> int:
    """A collection with assets."""
    actor = LOCAL if by is None else here.actor(by)
    made = here.library.service(CollectionService).create(
        actor, NewCollection.model_validate({"name": name, **more})
    )
    if assets:
        chosen = Chosen(assets=tuple(here.sha1s[one] for one in assets))
        here.library.service(CollectionItemService).add(actor, made.id, chosen)
    return made.id


def names(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [one["name"] for one in answer["items"]]


def test_guests_see_the_items_in_their_order_and_the_collections_below(here: Shared) -> None:
    top = collection(here, None, "secret project")
    number = collection(here, None, "for the client", "bravo", "charlie", "alpha", parent=str(top))
    below = collection(here, None, "selects", "alpha", parent=str(number))
    beside = collection(here, None, "not for them", "charlie")
    share = here.share(None, None, collection=number)
    assert share.name == "for the client"
    http = here.guest(share)
    listed = http.get("/api/v1/collections").json()
    assert [(one["id"], one["path"], one["items"]) for one in listed] == [
        (number, ["for the client"], 3),
        (below, ["for the client", "selects"], 1),
    ]
    assert "secret project" not in str(listed) and listed[0]["created_by"] == ""
    items = http.get(f"/api/v1/collections/{number}/items").json()
    assert names(items) == ["bravo.mp4", "charlie.mp4", "alpha.mp4"]
    assert {one["added_by"] for one in items["items"]} == {""}
    for other in (top, beside, 999999):
        assert http.get(f"/api/v1/collections/{other}").status_code == 404
        assert http.get(f"/api/v1/collections/{other}/items").status_code == 404
    for method, path in (
        ("POST", f"collections/{number}/items"),
        ("GET", f"collections/{number}/rights"),
        ("GET", f"collections/{number}/exclusions"),
        ("GET", f"collections/{number}/export"),
        ("DELETE", f"collections/{number}"),
    ):
        assert http.request(method, f"/api/v1/{path}", json={}).status_code in (403, 422), path
    assert http.get(f"/api/v1/assets/{here.sha1s['charlie']}/poster").status_code == 200


def test_of_a_collection_guests_see_what_the_one_who_shared_sees_by_folders(here: Shared) -> None:
    number = collection(here, "anna", "mixed", "alpha")
    chosen = Chosen(assets=(here.sha1s["charlie"],))
    here.library.service(CollectionItemService).add(LOCAL, number, chosen)
    http = here.guest(here.share("anna", None, collection=number))
    assert names(http.get(f"/api/v1/collections/{number}/items").json()) == ["alpha.mp4"]
    assert http.get(f"/api/v1/collections/{number}").json()["items"] == 1
    assert [one["name"] for one in http.get("/api/v1/assets").json()] == ["alpha.mp4"]
    assert http.get(f"/api/v1/assets/{here.sha1s['charlie']}").status_code == 404


def test_a_saved_search_finds_for_guests_what_it_finds_for_the_one_who_shared(here: Shared) -> None:
    """Also by folders and words, of which guests see none."""
    filters = {"folder": ("monday",), "kind": ("video",)}
    number = collection(here, "anna", "all of monday", filters=filters)
    share = here.share("anna", None, collection=number)
    http = here.guest(share)
    items = http.get(f"/api/v1/collections/{number}/items").json()
    assert sorted(names(items)) == ["alpha.mp4", "bravo.mp4"]
    shown = http.get(f"/api/v1/collections/{number}").json()
    assert (shown["items"], shown["filters"]) == (2, {}) and "monday/" not in str(shown)
    everything = collection(here, "anna", "all videos", filters={"kind": ("video",)})
    other = here.guest(here.share("anna", None, collection=everything))
    assert sorted(names(other.get(f"/api/v1/collections/{everything}/items").json())) == [
        "alpha.mp4",
        "bravo.mp4",
    ]
    exclusion = Chosen(assets=(here.sha1s["alpha"],))
    here.library.service(CollectionItemService).exclude(here.actor("anna"), number, exclusion)
    assert names(http.get(f"/api/v1/collections/{number}/items").json()) == ["bravo.mp4"]
    assert http.get(f"/api/v1/assets/{here.sha1s['alpha']}").status_code == 404
    pages = [http.get(f"/api/v1/collections/{number}/items?limit=1").json()]
    assert names(pages[0]) == ["bravo.mp4"] and pages[0]["after"] is None


def test_a_link_to_a_collection_ends_with_the_right_on_it_and_with_the_collection(here: Shared) -> None:
    service = here.library.service(CollectionService)
    number = collection(here, "emil", "emil's", "charlie")
    with pytest.raises(NotFound):
        here.share("anna", None, collection=999999)
    share = here.share("anna", None, collection=number, allow=(Allow.COMMENT,))
    own = here.share("emil", None, collection=number)
    of_anna, of_emil = here.guest(share), here.guest(own)
    assert of_anna.get(f"/api/v1/collections/{number}").json()["items"] == 0, "anna does not see charlie"
    assert of_emil.get(f"/api/v1/collections/{number}").json()["items"] == 1
    service.change(here.actor("emil"), number, CollectionChange(private=True))
    assert of_anna.get(f"/api/v1/collections/{number}").status_code == 404, "anna has no right any more"
    assert of_anna.get("/api/v1/collections").json() == []
    assert of_anna.get("/api/v1/share-sessions/current").json()["collection"] is None
    service.delete(here.actor("emil"), number)
    assert of_emil.get("/api/v1/collections").json() == [] and of_emil.get("/api/v1/assets").json() == []
    here.library.service(UndoService).undo(here.actor("emil"))
    assert names(of_emil.get(f"/api/v1/collections/{number}/items").json()) == ["charlie.mp4"]


def test_links_follow_an_asset_that_is_stacked_on_another_and_come_back(here: Shared) -> None:
    versions = here.library.service(VersionService)
    share = here.share("anna", "alpha")
    http = here.guest(share)
    versions.stack(LOCAL, StackRequest(asset=here.sha1s["bravo"], others=(here.sha1s["alpha"],)))
    assert [one["name"] for one in http.get("/api/v1/assets").json()] == ["bravo.mp4"]
    assert here.shares.show(LOCAL, share.id).asset == here.sha1s["bravo"]
    versions.undo(LOCAL, here.sha1s["bravo"])
    assert [one["name"] for one in http.get("/api/v1/assets").json()] == ["alpha.mp4"]


def test_what_is_added_or_removed_is_seen_at_the_next_request(here: Shared) -> None:
    items = here.library.service(CollectionItemService)
    number = collection(here, "anna", "growing", "alpha")
    http = here.guest(here.share("anna", None, collection=number))
    bravo = Chosen(assets=(here.sha1s["bravo"],))
    assert len(http.get("/api/v1/assets").json()) == 1
    items.add(here.actor("anna"), number, bravo)
    assert len(http.get("/api/v1/assets").json()) == 2
    items.remove(here.actor("anna"), number, bravo)
    assert len(http.get("/api/v1/assets").json()) == 1
    assert http.get(f"/api/v1/assets/{here.sha1s['bravo']}/poster").status_code == 404
