"""Items: an order that people choose, over both databases."""

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from dampipe.features.collections.model import Chosen, Place
from dampipe.features.collections.tables import COLLECTION_ITEM
from dampipe.features.subclips.tables import SUBCLIP
from dampipe.features.workflow.queries import written_among
from dampipe.kernel.access import LOCAL
from dampipe.kernel.annotations import annotated
from dampipe.kernel.asset_set import AssetSet
from dampipe.kernel.errors import Conflict, InvalidInput, NotFound
from dampipe.kernel.facets.dirty import mark_assets
from tests.support.gathered import Gathered, chosen
from tests.support.searching import sha1


@pytest.fixture
def film(here: Gathered) -> int:
    return here.make("Film").id


def test_items_are_added_moved_and_removed(here: Gathered, film: int) -> None:
    assert here.put(film, "cab").changed == 3
    assert here.put(film, "da", first=True).changed == 1  # a is there already, and stays where it is
    assert here.has(film) == "dcab"
    here.things.move(
        LOCAL, film, [here.item(film, "b"), here.item(film, "c")], Place(before=here.item(film, "d"))
    )
    assert here.has(film) == "cbda"
    here.things.move(LOCAL, film, [here.item(film, "c")], Place(after=here.item(film, "d")))
    assert here.has(film) == "bdca"
    here.put(film, "ef", after=here.item(film, "b"))
    assert here.has(film) == "befdca"
    assert here.things.remove(LOCAL, film, chosen("ec")).changed == 2
    assert here.things.remove(LOCAL, film, items=[here.item(film, "d")]).changed == 1
    assert here.things.remove(LOCAL, film, chosen("e")).changed == 0
    assert here.has(film) == "bfa"
    for expected in ("bfda", "befdca", "bdca", "cbda", "dcab", "cab", ""):
        assert here.undo().left == 0
        assert here.has(film) == expected


def test_a_move_before_itself_gathers_the_others_there(here: Gathered, film: int) -> None:
    here.put(film, "abcdef")
    here.things.move(LOCAL, film, [here.item(film, one) for one in "afc"], Place(before=here.item(film, "c")))
    assert here.has(film) == "bafcde"


def test_an_asset_is_in_many_collections_once_in_each(here: Gathered, film: int) -> None:
    other = here.make("Other").id
    here.put(film, "aaab")
    here.put(other, "a")
    assert (here.has(film), here.has(other)) == ("ab", "a")
    here.things.remove(LOCAL, film, chosen("a"))
    assert (here.has(film), here.has(other)) == ("b", "a")


def test_pages_follow_each_other_also_while_the_order_changes(here: Gathered, film: int) -> None:
    here.put(film, "abcdef")
    page = here.collections.items(LOCAL, film, limit=2)
    assert [one.name for one in page.items] == ["a.mp4", "b.mp4"] and page.after
    here.things.move(LOCAL, film, [here.item(film, "f")], Place(after=here.item(film, "b")))
    assert here.has(film, after=page.after, limit=3) == "fcd"
    last = here.collections.items(LOCAL, film, after=page.after, limit=4)
    assert last.after is None
    here.things.remove(LOCAL, film, chosen("b"))
    for cursor in (page.after, "i0", "v3", "x1", "i", "i" + "9" * 11):
        with pytest.raises(InvalidInput) as found:
            here.collections.items(LOCAL, film, after=cursor)
        assert found.value.code == "collection.page_gone"


def test_a_gap_is_never_used_up(here: Gathered, film: int) -> None:
    """Whatever is put where: the order is that of a plain list."""
    names = [f"n{number}" for number in range(12)]
    for name in names:
        here.add(f"day/{name}.mp4")
    here.put(film, names)
    wanted, draw = list(names), random.Random(5)
    numbers = {name: here.item(film, name) for name in names}
    for turn in range(90):
        moved = ["n0", "n1"][turn % 2] if turn < 60 else draw.choice(names)
        anchor = draw.choice([one for one in names if one != moved]) if turn >= 60 else "n5"
        is_before = draw.random() < 0.5 if turn >= 60 else True
        place = Place(before=numbers[anchor]) if is_before else Place(after=numbers[anchor])
        here.things.move(LOCAL, film, [numbers[moved]], place)
        wanted.remove(moved)
        wanted.insert(wanted.index(anchor) + (not is_before), moved)
    found = [one.name.removesuffix(".mp4") for one in here.collections.items(LOCAL, film).items]
    assert found == wanted
    for _ in range(90):
        assert here.undo().left == 0
    assert [one.name.removesuffix(".mp4") for one in here.collections.items(LOCAL, film).items] == names


def test_what_an_undo_puts_at_one_position_has_an_order_and_can_be_moved(here: Gathered, film: int) -> None:
    here.put(film, "abc")
    other = here.user("emil", role=here.role("editor"))
    here.things.move(LOCAL, film, [here.item(film, "c")], Place(before=here.item(film, "b")))  # a c b
    here.things.move(other, film, [here.item(film, "c")], Place(last=True))
    here.put(film, "d", before=here.item(film, "b"), by=other)  # it may take the position that c had
    here.undo(by=other)
    with here.catalog.database.write() as connection:
        position = select(COLLECTION_ITEM.c.position).where(COLLECTION_ITEM.c.id == here.item(film, "a"))
        connection.execute(COLLECTION_ITEM.update().values(position=position.scalar_subquery()))
    assert here.has(film) == "abc"
    here.things.move(LOCAL, film, [here.item(film, "c")], Place(before=here.item(film, "b")))
    assert here.has(film) == "acb"
    here.put(film, "d", after=here.item(film, "a"))
    assert here.has(film) == "adcb"
    with here.catalog.database.write() as connection:
        connection.execute(COLLECTION_ITEM.update().values(position=7))
    here.things.sort(LOCAL, film, "-file_size")
    assert sorted(here.has(film)) == list("abcd")


def test_sorting_by_a_field(here: Gathered, film: int) -> None:
    here.put(film, "cab")
    with here.catalog.database.write() as connection:
        for size, name in enumerate("bca"):
            connection.exec_driver_sql(
                f"UPDATE version SET duration = {size + 1} WHERE sha1 = '{sha1(f'day/{name}.mp4')}'"
            )
        mark_assets(connection, range(1, 7))
    here.things.sort(LOCAL, film, "duration")
    assert here.has(film) == "bca"
    here.things.sort(LOCAL, film, "-duration")
    assert here.has(film) == "acb"
    here.undo()
    here.undo()
    assert here.has(film) == "cab"
    for by, kind in (("no_such_field", NotFound), ("keywords_no", NotFound)):
        with pytest.raises(kind):
            here.things.sort(LOCAL, film, by)


def test_a_move_of_an_item_that_was_moved_meanwhile_is_refused(here: Gathered, film: int) -> None:
    here.put(film, "abc")
    item = here.collections.items(LOCAL, film).items[2]
    assert item.id is not None and item.version == 1
    here.things.move(LOCAL, film, [item.id], Place(first=True), 1)
    with pytest.raises(Conflict) as found:
        here.things.move(LOCAL, film, [item.id], Place(after=here.item(film, "a")), 1)
    told = found.value.parameters
    assert (told["yours"], told["theirs"], told["version"]) == (f"after {here.item(film, 'a')}", "first", 2)


def test_items_that_do_not_exist_are_refused(here: Gathered, film: int) -> None:
    here.put(film, "a")
    other = here.make("Other").id
    here.put(other, "b")
    foreign = here.item(other, "b")
    for place in (Place(before=foreign), Place(after=999)):
        with pytest.raises(NotFound) as found:
            here.put(film, "c", **place.model_dump(exclude_defaults=True))
        assert found.value.code == "collection.item_not_found"
    with pytest.raises(NotFound):
        here.things.move(LOCAL, film, [foreign], Place(first=True))
    with pytest.raises(NotFound):
        here.things.add(LOCAL, film, Chosen(assets=("0" * 40,)))
    with pytest.raises(InvalidInput) as found_:
        here.things.add(LOCAL, film, Chosen())
    assert found_.value.code == "collection.nothing_chosen"
    assert here.things.remove(LOCAL, film, items=[foreign]).changed == 0


def test_many_that_add_and_move_at_once_lose_nothing(here: Gathered, film: int) -> None:
    names = [f"m{number}" for number in range(24)]
    for name in names:
        here.add(f"day/{name}.mp4")
    start = Barrier(4)

    def work(number: int) -> None:
        start.wait()
        for name in names[number::4]:
            here.put(film, [name], first=number % 2 == 0)
            here.things.move(LOCAL, film, [here.item(film, name)], Place(last=True))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    found = [one.name.removesuffix(".mp4") for one in here.collections.items(LOCAL, film).items]
    assert sorted(found) == sorted(names)
    with here.catalog.database.read() as connection:
        counts = select(func.count(), func.count(COLLECTION_ITEM.c.position.distinct()))
        assert tuple(connection.execute(counts).one()) == (24, 24)


def subclip(here: Gathered, name: str, start: int = 25, end: int = 50) -> int:
    """A subclip of a file, by frames of 25 in a second."""
    with here.catalog.database.write() as connection:
        row = connection.exec_driver_sql(
            f"SELECT id, asset_id FROM version WHERE sha1 = '{sha1(f'day/{name}.mp4')}'"
        ).one()
        made = SUBCLIP.insert().values(
            asset_id=row.asset_id, version_id=row.id, start_ticks=start, end_ticks=end, base="1/25",
            start_seconds=start / 25, name=f"part of {name}", folded=f"part of {name}", note="",
            created_at=0.0, created_by="local", changed_at=0.0, changed_by="local", version=1,
        )  # fmt: skip
        number = connection.execute(made.returning(SUBCLIP.c.id)).scalar_one()
    return int(number)


def test_subclips_are_items_beside_their_asset(here: Gathered, film: int) -> None:
    one, two = subclip(here, "a"), subclip(here, "a", 100, 125)
    here.put(film, "ab")
    here.things.add(LOCAL, film, Chosen(subclips=(two, one, two)), Place(first=True))
    found = here.collections.items(LOCAL, film).items
    assert [(item.name, item.subclip and item.subclip.id) for item in found] == [
        ("a.mp4", two),
        ("a.mp4", one),
        ("a.mp4", None),
        ("b.mp4", None),
    ]
    assert found[0].subclip is not None and (found[0].subclip.start, found[0].subclip.end) == (4.0, 5.0)
    here.things.remove(LOCAL, film, Chosen(subclips=(one,)))
    here.things.remove(LOCAL, film, chosen("a"))
    assert [item.subclip and item.subclip.id for item in here.collections.items(LOCAL, film).items] == [
        two,
        None,
    ]
    with pytest.raises(NotFound):
        here.things.add(LOCAL, film, Chosen(subclips=(999,)))
    with here.catalog.database.write() as connection:
        connection.execute(SUBCLIP.delete().where(SUBCLIP.c.id == two))
    assert here.has(film) == "b"
    done = here.undo(edit=None)  # that a was removed: it comes back
    assert done.restored == 1 and here.has(film) in ("ab", "ba")


def test_an_asset_that_people_chose_outlives_its_file(here: Gathered, film: int) -> None:
    here.put(film, "a")
    smart = here.make("Smart", filters={"kind": ("video",)}).id
    here.things.exclude(LOCAL, smart, chosen("b"))
    here.things.pin(LOCAL, smart, chosen("c"))
    with here.catalog.database.read() as connection:
        assets = range(1, 7)
        assert annotated(connection, assets) == AssetSet([1, 3])
        assert written_among(connection, assets) == AssetSet()


def test_a_cover_is_an_asset_or_the_first_item(here: Gathered, film: int) -> None:
    from dampipe.features.collections.model import CollectionChange

    assert here.collections.show(LOCAL, film).cover is None
    here.put(film, "ba")
    assert here.collections.show(LOCAL, film).cover == sha1("day/b.mp4")
    here.collections.change(LOCAL, film, CollectionChange(cover=sha1("day/f.mp4")))
    assert here.collections.show(LOCAL, film).cover == sha1("day/f.mp4")
    here.collections.change(LOCAL, film, CollectionChange(cover=""))
    assert here.collections.show(LOCAL, film).cover == sha1("day/b.mp4")
