"""The tree of collections: names, order, moves, conflicts, and undo."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from dampipe.features.collections.model import MOST_DEEP, CollectionChange, Place
from dampipe.kernel.access import LOCAL
from dampipe.kernel.errors import Conflict, InvalidInput, NotFound
from tests.support.gathered import Gathered
from tests.support.searching import sha1


def paths(here: Gathered) -> list[str]:
    return ["/".join(one.path) for one in here.collections.all(LOCAL)]


def test_collections_nest_and_are_named_by_number_path_or_name(here: Gathered) -> None:
    film = here.make("Film")
    selects = here.make("Selects", "Film")
    here.make("Other")
    assert paths(here) == ["Film", "Film/Selects", "Other"]
    for name in (selects.id, str(selects.id), "Film/Selects", " Film / Selects ", "Selects"):
        assert here.collections.show(LOCAL, name).id == selects.id
    assert here.collections.show(LOCAL, "Selects").parent == film.id
    for name in ("Film/Other", "selects", "999999", 999999, "", "Film/"):
        with pytest.raises(NotFound):
            here.collections.show(LOCAL, name)


def test_of_two_with_one_name_a_number_or_a_path_is_needed(here: Gathered) -> None:
    here.make("Film")
    here.make("Selects")
    inner = here.make("Selects", "Film")
    with pytest.raises(InvalidInput) as found:
        here.make("Selects")
        here.collections.show(LOCAL, "Selects")
    assert found.value.code == "collection.ambiguous"
    assert here.collections.show(LOCAL, "Film/Selects").id == inner.id


def test_siblings_have_an_order_that_people_choose(here: Gathered) -> None:
    numbers = {name: here.make(name).id for name in "abcd"}
    here.collections.move(LOCAL, "d", Place(first=True))
    here.collections.move(LOCAL, "a", Place(after=numbers["c"]))
    here.collections.move(LOCAL, "b", Place(before=numbers["d"]))
    assert paths(here) == ["b", "d", "c", "a"]
    for _ in range(40):  # far more than the halvings of a gap
        here.collections.move(LOCAL, "a", Place(after=numbers["b"]))
        here.collections.move(LOCAL, "c", Place(after=numbers["b"]))
    assert paths(here) == ["b", "c", "a", "d"]
    with pytest.raises(InvalidInput) as found:
        here.make("e", "a")
        here.collections.move(LOCAL, "e", Place(after=numbers["b"]))
    assert found.value.code == "collection.not_sibling"


def test_a_collection_never_lies_within_itself(here: Gathered) -> None:
    here.make("a")
    here.make("b", "a")
    here.make("c", "b")
    for target in "abc":
        with pytest.raises(InvalidInput) as found:
            here.collections.move(LOCAL, "a", Place(), target)
        assert found.value.code == "collection.cycle"
    here.collections.move(LOCAL, "c", Place(), to_top=True)
    here.collections.move(LOCAL, "a", Place(), "c")
    assert paths(here) == ["c", "c/a", "c/a/b"]


def test_collections_are_not_nested_deeper_than_is_allowed(here: Gathered) -> None:
    parent = None
    for number in range(MOST_DEEP):
        parent = here.make(f"n{number}", parent).id
    with pytest.raises(InvalidInput) as found:
        here.make("too deep", parent)
    assert found.value.code == "collection.too_deep"
    here.make("pair")
    here.make("inner", "pair")
    with pytest.raises(InvalidInput) as found:
        here.collections.move(LOCAL, "pair", Place(), f"n{MOST_DEEP - 2}")
    assert found.value.code == "collection.too_deep"
    here.collections.move(LOCAL, "pair", Place(), f"n{MOST_DEEP - 3}")


def test_two_that_move_each_into_the_other_at_once_make_no_cycle(here: Gathered) -> None:
    for turn in range(6):
        a, b = here.make(f"a{turn}").id, here.make(f"b{turn}").id
        start = Barrier(2)

        def move(pair: tuple[int, int], start: Barrier = start) -> bool:
            start.wait()
            try:
                here.collections.move(LOCAL, pair[0], Place(), pair[1])
            except InvalidInput as error:
                assert error.code == "collection.cycle"
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            assert sum(pool.map(move, [(a, b), (b, a)])) == 1
        assert sorted(here.collections.show(LOCAL, one).path for one in (a, b))


def test_an_edit_of_an_older_state_is_refused_with_both_values(here: Gathered) -> None:
    made = here.make("Film")
    here.collections.change(LOCAL, made.id, CollectionChange(name="Feature"), made.version)
    with pytest.raises(Conflict) as found:
        here.collections.change(LOCAL, made.id, CollectionChange(name="Movie"), made.version)
    told = found.value.parameters
    assert (told["column"], told["yours"], told["theirs"], told["version"]) == (
        "name",
        "Movie",
        "Feature",
        2,
    )
    same = here.collections.change(LOCAL, made.id, CollectionChange(name="Feature"), made.version)
    assert same.version == 2  # what is wanted is there already
    with pytest.raises(Conflict):
        here.collections.delete(LOCAL, made.id, made.version)
    with pytest.raises(Conflict):
        here.collections.move(LOCAL, made.id, Place(first=True), if_version=made.version)


def test_of_many_that_read_the_same_version_one_is_taken(here: Gathered) -> None:
    for turn in range(4):
        made, start = here.make(f"n{turn}"), Barrier(3)

        def rename(name: str, made: object = made, start: Barrier = start) -> bool:
            start.wait()
            try:
                here.collections.change(LOCAL, made.id, CollectionChange(name=name), made.version)  # type: ignore[attr-defined]
            except Conflict:
                return False
            return True

        names = [f"{name}{turn}" for name in "xyz"]
        with ThreadPoolExecutor(3) as pool:
            done = list(pool.map(rename, names))
        assert sum(done) == 1 and here.collections.show(LOCAL, made.id).name == names[done.index(True)]


def test_what_was_deleted_comes_back_whole(here: Gathered) -> None:
    film = here.make("Film", description="of 2024")
    here.make("Selects", "Film")
    here.make("Best", "Selects")
    here.put("Best", "cab")
    here.put("Film", "d")
    before = here.collections.all(LOCAL)
    assert here.collections.delete(LOCAL, "Film").deleted == 3
    assert paths(here) == []
    done = here.undo()
    assert done.left == 0 and here.collections.all(LOCAL) == before
    assert here.has("Best") == "cab" and here.has("Film") == "d"
    here.undo(edit=done.edit)  # the undo of the undo
    assert paths(here) == []
    with pytest.raises(NotFound):
        here.collections.show(LOCAL, film.id)


def test_undo_of_each_edit_restores_what_was_before(here: Gathered) -> None:
    here.make("a")
    here.make("b")
    edits = [
        lambda: here.collections.change(LOCAL, "a", CollectionChange(name="z", description="x")),
        lambda: here.collections.change(LOCAL, "z", CollectionChange(cover=sha1("day/c.mp4"))),
        lambda: here.collections.move(LOCAL, "z", Place(), "b"),
        lambda: here.make("c", "z"),
        lambda: here.collections.move(LOCAL, "c", Place(), to_top=True),
        lambda: here.collections.change(LOCAL, "c", CollectionChange(private=True)),
    ]
    states = []
    for edit in edits:
        states.append(snapshot(here))
        edit()
    for state in reversed(states):
        assert here.undo().left == 0
        assert snapshot(here) == state


def snapshot(here: Gathered) -> list[object]:
    counted = {"version", "changed_at", "changed_by"}
    return [one.model_dump(exclude=counted) for one in here.collections.all(LOCAL)]


def test_an_undo_leaves_what_was_changed_since(here: Gathered) -> None:
    here.make("a")
    edit = here.collections.change(LOCAL, "a", CollectionChange(name="b"))
    other = here.user("emil", role=here.role("editor"))
    here.collections.change(other, edit.id, CollectionChange(name="c"))
    done = here.undo()
    assert (done.restored, done.left, done.examples[0].reason) == (0, 1, "it was changed since")
    assert here.collections.show(LOCAL, edit.id).name == "c"


def test_a_collection_that_got_items_since_is_not_taken_away_by_an_undo(here: Gathered) -> None:
    made = here.make("a")
    other = here.user("emil", role=here.role("editor"))
    here.put("a", "c", by=other)
    done = here.undo()
    assert done.examples[0].reason == "it is not empty any more"
    assert here.has(made.id) == "c"


def test_an_undo_makes_no_cycle(here: Gathered) -> None:
    for name in "ab":
        here.make(name)
    other = here.user("emil", role=here.role("manager"))
    here.collections.move(LOCAL, "b", Place(), "a")
    here.collections.move(other, "b", Place(), to_top=True)
    here.collections.move(other, "a", Place(), "b")
    done = here.undo(by=other, edit=None)
    assert done.left == 0
    here.collections.move(other, "a", Place(), "b")
    again = here.undo()  # b would lie in a, which lies in b
    assert (again.restored, again.left) == (0, 1)
    assert paths(here) == ["b", "b/a"]


def test_events_say_what_happened(here: Gathered) -> None:
    made = here.make("a")
    here.collections.change(LOCAL, "a", CollectionChange(name="b"))
    here.put("b", "a")
    here.things.remove(LOCAL, "b", items=[here.item("b", "a")])
    here.collections.delete(LOCAL, "b")
    here.undo()
    assert [name for name, _ in here.events()] == [
        "collection.created",
        "collection.changed",
        "collection.item_added",
        "collection.item_removed",
        "collection.deleted",
        "collection.created",
    ]
    assert here.events()[1][1] == {"collection": made.id, "fields": ["name"], "version": 2}


def test_the_answer_to_a_change_names_the_edit_that_takes_it_back(here: Gathered) -> None:
    """Not the newest edit, which may be of another tab."""
    made = here.make("a")
    other = here.make("b")
    renamed = here.collections.change(LOCAL, made.id, CollectionChange(name="c"))
    moved = here.collections.move(LOCAL, other.id, Place(first=True))
    unchanged = here.collections.change(LOCAL, made.id, CollectionChange(name="c"))
    assert len({made.edit, other.edit, renamed.edit, moved.edit}) == 4 and None not in (made.edit, moved.edit)
    assert unchanged.edit is None and here.collections.show(LOCAL, made.id).edit is None
    assert paths(here) == ["b", "c"]
    here.undo(edit=renamed.edit)
    assert paths(here) == ["b", "a"]
    here.undo(edit=moved.edit)
    assert paths(here) == ["a", "b"]
    here.undo(edit=other.edit)
    assert paths(here) == ["a"]
