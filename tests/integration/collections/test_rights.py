"""Rights on collections, and what they open: what an actor may not see does not exist for it."""

from collections.abc import Callable

import pytest

from dampipe.features.access.rights import Rights
from dampipe.features.collections.model import CollectionChange, Place, Right
from dampipe.features.search.model import SearchRequest
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.errors import Forbidden, InvalidInput, NotFound
from tests.support.gathered import Gathered, chosen
from tests.support.searching import sha1


def names(here: Gathered, by: Actor) -> list[str]:
    return ["/".join(one.path) for one in here.collections.all(by)]


def test_what_is_open_is_used_by_all_as_their_role_says(here: Gathered) -> None:
    here.make("Open")
    here.make("Inner", "Open")
    for role, right in (
        (Role.VIEWER, Right.VIEW),
        (Role.COMMENTER, Right.COMMENT),
        (Role.EDITOR, Right.EDIT),
        (Role.MANAGER, Right.MANAGE),
        (Role.ADMIN, Right.MANAGE),
    ):
        by = here.user(f"a-{role}", role)
        assert [one.right for one in here.collections.all(by)] == [right, right]


def test_what_is_private_is_seen_by_its_owner_managers_and_who_is_granted_it(here: Gathered) -> None:
    emil, vera = here.user("emil", Role.EDITOR), here.user("vera")
    made = here.make("Secret", by=emil, private=True)
    here.make("Inner", made.id, by=emil)
    assert made.owner == "emil" and names(here, emil) == ["Secret", "Secret/Inner"]
    assert names(here, vera) == [] and names(here, here.user("mia", Role.MANAGER)) == [
        "Secret",
        "Secret/Inner",
    ]
    for name in (made.id, "Secret", "Secret/Inner"):
        with pytest.raises(NotFound):
            here.collections.show(vera, name)
    here.grants.grant(emil, "Secret/Inner", "user:vera", Right.VIEW)
    [found] = here.collections.all(vera)
    assert (found.path, found.parent, found.right) == (("Inner",), None, Right.VIEW)
    here.collections.move(emil, "Inner", Place(), to_top=True)
    assert here.collections.show(emil, "Inner").private  # what lay in a private one stays private
    here.grants.revoke(emil, "Inner", "user:vera")
    assert names(here, vera) == []
    assert here.undo(by=emil).restored == 1
    assert names(here, vera) == ["Inner"]


def test_rights_are_inherited_downwards_and_can_be_more_below(here: Gathered) -> None:
    vera, emil = here.user("vera"), here.user("emil", Role.EDITOR)
    here.make("A", private=True)
    here.make("B", "A")
    here.make("C", "B")
    here.grants.grant(LOCAL, "A", "role:viewer", Right.VIEW)
    here.grants.grant(LOCAL, "B", "user:emil", Right.MANAGE)
    here.grants.grant(LOCAL, "C", "user:emil", Right.VIEW)  # less than it inherits
    assert [one.right for one in here.collections.all(emil)] == [Right.VIEW, Right.MANAGE, Right.MANAGE]
    assert [one.right for one in here.collections.all(vera)] == [Right.VIEW] * 3
    assert [(one.to, one.right, one.inherited_from is None) for one in here.grants.all(emil, "C")] == [
        ("user:emil", Right.VIEW, True),
        ("user:emil", Right.MANAGE, False),
        ("role:viewer", Right.VIEW, False),
    ]
    here.grants.grant(LOCAL, "A", "role:viewer", Right.EDIT)  # replaces the right before
    assert [one.right for one in here.collections.all(vera)] == [Right.EDIT] * 3
    with pytest.raises(Forbidden):  # the right is there, and the scope is not
        here.put("C", "a", by=vera)


def test_each_edit_needs_its_right(here: Gathered) -> None:
    emil = here.user("emil", Role.EDITOR)
    here.make("P", private=True)
    here.make("Q", "P")
    here.put("Q", "ab")
    item = here.item("Q", "a")
    view: list[Callable[[], object]] = [lambda: here.collections.items(emil, "Q")]
    edit: list[Callable[[], object]] = [
        lambda: here.put("Q", "c", by=emil),
        lambda: here.things.move(emil, "Q", [item], Place(last=True)),
        lambda: here.things.sort(emil, "Q", "duration"),
        lambda: here.things.remove(emil, "Q", chosen("c")),
        lambda: here.collections.change(emil, "Q", CollectionChange(name="Q", description="x")),
        lambda: here.collections.move(emil, "Q", Place(first=True)),
        lambda: here.make("R", "Q", by=emil),
    ]
    manage: list[Callable[[], object]] = [
        lambda: here.grants.all(emil, "Q"),
        lambda: here.grants.grant(emil, "Q", "role:admin", Right.VIEW),
        lambda: here.grants.revoke(emil, "Q", "role:admin"),
        lambda: here.collections.change(emil, "Q", CollectionChange(private=True)),
        lambda: here.collections.move(emil, "Q", Place(), to_top=True),
        lambda: here.collections.delete(emil, "Q"),
    ]

    def all_are(error: type[Exception] | None, what: list[Callable[[], object]]) -> None:
        for one in what:
            if error is None:
                one()
            else:
                with pytest.raises(error):
                    one()

    all_are(NotFound, [*view, *edit, *manage])
    here.grants.grant(LOCAL, "Q", "user:emil", Right.COMMENT)
    all_are(None, view)
    all_are(Forbidden, [*edit, *manage])
    here.grants.grant(LOCAL, "Q", "user:emil", Right.EDIT)
    all_are(None, edit)
    all_are(Forbidden, manage)
    here.grants.grant(LOCAL, "Q", "user:emil", Right.MANAGE)
    all_are(None, manage)


def test_an_undo_needs_the_right_that_the_edit_needed(here: Gathered) -> None:
    emil = here.user("emil", Role.EDITOR)
    here.make("P", private=True)
    here.grants.grant(LOCAL, "P", "user:emil", Right.MANAGE)
    here.put("P", "ab", by=emil)
    here.grants.revoke(LOCAL, "P", "user:emil")
    done = here.undo(by=emil)
    assert (done.restored, done.left) == (0, 2)
    assert {one.reason for one in done.examples} == {"the right to do so is missing"}
    assert here.has("P") == "ab"


def test_a_grant_opens_what_was_gathered_by_hand(here: Gathered) -> None:
    for name in "xyz":
        here.add(f"night/{name}.mp4")
    vera = here.user("vera", sees=("night",))
    here.make("Day")
    here.put("Day", "abc")
    here.make("Videos", "Day", filters={"kind": ("video",)})
    assert here.has("Day", by=vera) == ""
    assert here.collections.show(vera, "Day").items == 0 and here.has("Videos", by=vera) == "zyx"
    here.grants.grant(LOCAL, "Day", "user:vera", Right.VIEW)
    assert here.has("Day", by=vera) == "abc"
    assert set(here.has("Videos", by=vera)) == set("abcxyz")  # what else it finds is not opened
    assert len(here.services.get(Rights).of(vera).read_mask()) == 6
    opened = here.search.find(vera, SearchRequest(filters={"collection": ("Day",)}, limit=100)).hits
    assert {hit.name for hit in opened} == {f"{one}.mp4" for one in "abcxyz"}
    assert not [hit.path for hit in opened if "/day/" in hit.path]
    here.things.remove(LOCAL, "Day", chosen("a"))
    assert here.has("Day", by=vera) == "bc"
    here.grants.revoke(LOCAL, "Day", "user:vera")
    assert here.has("Day", by=vera) == "" and set(here.has("Videos", by=vera)) == set("xyz")


def test_a_grant_opens_no_more_than_the_grantor_sees_by_folders(here: Gathered) -> None:
    here.add("night/x.mp4")
    emil = here.user("emil", Role.EDITOR, sees=("day",))
    nora = here.user("nora", Role.EDITOR, sees=())
    vera = here.user("vera", sees=())
    shared = here.make("Shared", by=emil).id
    here.put(shared, "ab", by=emil)
    here.things.add(LOCAL, shared, chosen([]).model_copy(update={"assets": (sha1("night/x.mp4"),)}))
    assert here.has(shared, by=emil) == "ab"
    here.grants.grant(emil, shared, "user:nora", Right.MANAGE)
    assert here.has(shared, by=nora) == "ab"
    here.grants.grant(nora, shared, "user:vera", Right.VIEW)
    assert here.has(shared, by=vera) == ""  # what was opened to nora is not hers to open
    here.grants.grant(LOCAL, shared, "user:vera", Right.VIEW)
    assert here.has(shared, by=vera) == "abx"
    assert here.has(shared, by=nora) == "ab"
    from dampipe.features.access.service import AccessService

    here.services.get(AccessService).remove_user(LOCAL, "emil")
    assert here.has(shared, by=nora) == ""


def test_the_order_among_hidden_items_is_kept_and_shows_no_gap(here: Gathered) -> None:
    for name in "xyz":
        here.add(f"night/{name}.mp4")
    vera = here.user("vera", Role.EDITOR, sees=("day",))
    film = here.make("Film").id
    here.put(film, "ab")
    hidden = chosen([]).model_copy(update={"assets": tuple(sha1(f"night/{one}.mp4") for one in "xyz")})
    here.things.add(LOCAL, film, hidden, Place(after=here.item(film, "a")))
    here.put(film, "c")
    assert (here.has(film), here.has(film, by=vera)) == ("axyzbc", "abc")
    assert here.collections.show(vera, film).items == 3
    assert [one.items for one in here.collections.all(vera)] == [3]
    page = here.collections.items(vera, film, limit=1)
    assert here.has(film, by=vera, after=page.after, limit=1) == "b"
    assert here.things.remove(vera, film, items=[here.item(film, "x")]).changed == 0
    for place in (Place(before=here.item(film, "y")), Place(after=here.item(film, "y"))):
        with pytest.raises(NotFound):
            here.things.move(vera, film, [here.item(film, "a")], place)
    with pytest.raises(InvalidInput):
        here.collections.items(vera, film, after=f"i{here.item(film, 'y')}")
    here.things.sort(vera, film, "-duration")
    assert here.has(film)[1:4] == "xyz"  # what is hidden stays in its places
    here.things.move(vera, film, [here.item(film, "a")], Place(last=True))
    assert set(here.has(film)) == set("axyzbc") and here.has(film, by=vera)[-1] == "a"


def test_events_of_what_is_not_visible_are_not_seen(here: Gathered) -> None:
    here.add("night/x.mp4")
    vera, sees_all = here.user("vera", sees=("day",)), here.user("alma")
    secret, film = here.make("Secret", private=True).id, here.make("Film").id
    here.put(film, "a")
    night = chosen([]).model_copy(update={"assets": (sha1("night/x.mp4"),)})
    here.things.add(LOCAL, film, night)
    here.put(secret, "b")
    here.grants.grant(LOCAL, film, "role:editor", Right.EDIT)
    here.collections.delete(LOCAL, here.make("Inner", secret).id)
    here.collections.delete(LOCAL, secret)
    seen = [(name, data["collection"]) for name, data in here.events(vera)]
    assert seen == [("collection.created", film), ("collection.item_added", film)]
    everything = [(name, data["collection"]) for name, data in here.events(sees_all)]
    assert everything == [("collection.created", film)] + [("collection.item_added", film)] * 2
    assert len(here.events(LOCAL)) == 9
    assert here.events(Actor(ActorKind.LINK, "guest", scopes=frozenset({"read"}), link=1)) == []


def test_filters_know_only_what_is_visible(here: Gathered) -> None:
    vera, emil = here.user("vera"), here.user("emil", Role.EDITOR)
    here.make("Secret", by=emil, private=True)
    here.put("Secret", "ab", by=emil)
    here.make("Open")
    request = SearchRequest(filters={"collection": ("Secret",)})
    assert len(here.search.find(emil, request).hits) == 2
    for asked in (request, SearchRequest(filters={"where": ("in_collection:Secret",)})):
        with pytest.raises(InvalidInput):
            here.search.find(vera, asked)
    assert here.filters.suggestions(vera, "collection") == ["Open"]
    # A saved search that names it finds nothing for who does not see it, also after another actor has asked.
    here.make("Over", by=emil, filters={"where": ("in_collection:Secret",)})
    over = SearchRequest(filters={"collection": ("Over",)})
    assert len(here.search.find(emil, over).hits) == 2
    assert here.search.find(vera, over).hits == ()
    assert len(here.search.find(emil, over).hits) == 2


def test_the_details_of_an_asset_name_visible_collections(here: Gathered) -> None:
    from dampipe.features.assets.service import AssetService

    vera = here.user("vera")
    here.make("Secret", private=True)
    here.make("Film")
    here.make("Selects", "Film")
    here.put("Secret", "a")
    here.put("Selects", "a")
    assets = here.services.get(AssetService)
    shown = [assets.show(by, sha1("day/a.mp4")).collections for by in (LOCAL, vera)]  # type: ignore[attr-defined]
    assert [["/".join(one.path) for one in found] for found in shown] == [
        ["Film/Selects", "Secret"],
        ["Film/Selects"],
    ]


def test_a_grant_names_a_user_or_a_role(here: Gathered) -> None:
    here.make("Film")
    for to, kind in (
        ("user:nobody", NotFound),
        ("nobody", InvalidInput),
        ("role:king", InvalidInput),
        ("user:", InvalidInput),
        ("", InvalidInput),
    ):
        with pytest.raises(kind):
            here.grants.grant(LOCAL, "Film", to, Right.VIEW)
    with pytest.raises(NotFound) as found:
        here.grants.revoke(LOCAL, "Film", "role:viewer")
    assert found.value.code == "collection.grant_not_found"
