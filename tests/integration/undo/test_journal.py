"""Undoing: over rows that refer to each other, on both databases."""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, delete, insert, select, update

from dampipe.features.undo import journal
from dampipe.features.undo.errors import EDIT_UNKNOWN, NOT_YOURS, NOTHING_TO_UNDO, UNDONE_ALREADY
from dampipe.features.undo.service import UndoService
from dampipe.kernel.access import Actor, ActorKind, Role
from dampipe.kernel.db.database import Database
from dampipe.kernel.errors import Conflict, DampipeError, Forbidden, NotFound
from dampipe.kernel.undo import Change, Image, Undoable
from dampipe.kernel.visibility import NoRights, View
from tests.support.catalog import Catalog

OWN = MetaData()
SHELF = Table(
    "test_shelf",
    OWN,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("version", Integer, nullable=False),
)
BOOK = Table(
    "test_book",
    OWN,
    Column("id", Integer, primary_key=True),
    Column("shelf_id", ForeignKey("test_shelf.id"), nullable=False),
    Column("title", String),
    Column("version", Integer, nullable=False),
)
ANNA = Actor(ActorKind.USER, "anna", Role.EDITOR, user=1)
BEN = Actor(ActorKind.USER, "ben", Role.EDITOR, user=2)
CARLA = Actor(ActorKind.USER, "carla", Role.MANAGER, user=3)


class Shelves:
    """Rows of two tables, changed as their owner would change them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.undo = UndoService(database, NoRights())
        self.told: list[Change] = []
        self.closed: set[int] = set()

    def do(self, actor: Actor, summary: str, *steps: tuple[Table, Change]) -> int | None:
        """One edit."""
        with self.database.write() as connection:
            edit = journal.begin(connection, str(actor), summary)
            for table, change in steps:
                if change.before is None:
                    connection.execute(insert(table), dict(change.after or {}))
                elif change.after is None:
                    connection.execute(delete(table).where(table.c.id == change.before["id"]))
                else:
                    connection.execute(
                        update(table).where(table.c.id == change.before["id"]).values(**change.after)
                    )
                journal.record(connection, self.database, edit, table, [change])
            return journal.finish(connection, edit)

    def rows(self, table: Table, *, versions: bool = False) -> list[Image]:
        """All rows by number, by default without their versions."""
        with self.database.read() as connection:
            found = [
                journal.image(one) for one in connection.execute(select(table).order_by(table.c.id)).all()
            ]
        return (
            found if versions else [{name: row[name] for name in row if name != "version"} for row in found]
        )

    def _refusals(
        self, connection: Any, database: Any, actor: Actor, view: View, changes: Sequence[Change]
    ) -> list[str]:
        shelves = set(connection.execute(select(SHELF.c.id)).scalars())
        return [
            "its shelf is gone"
            if one.after is not None and one.after["shelf_id"] not in shelves
            else "its shelf is closed"
            if one.after is not None and one.after["shelf_id"] in self.closed
            else ""
            for one in changes
        ]

    def owners(self) -> dict[str, Undoable]:
        """See `undoables`."""
        keep: Callable[..., None] = lambda connection, database, actor, changes: self.told.extend(changes)  # noqa: E731
        return {
            "test_shelf": Undoable(SHELF, changed=keep),
            "test_book": Undoable(BOOK, self._refusals, keep),
        }


@pytest.fixture
def shelves(catalogue_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelves]:
    database = Database(catalogue_url)
    Catalog(database).set_up()
    OWN.create_all(database.engine)
    made = Shelves(database)
    monkeypatch.setattr(journal, "undoables", made.owners)
    yield made
    database.close()


def shelf(number: int, name: str, version: int = 1) -> Image:
    return {"id": number, "name": name, "version": version}


def book(number: int, of: int, title: str | None, version: int = 1) -> Image:
    return {"id": number, "shelf_id": of, "title": title, "version": version}


def test_rows_that_refer_to_each_other_return_in_order(shelves: Shelves) -> None:
    shelves.do(ANNA, "make", (SHELF, Change(None, shelf(1, "A"))), (BOOK, Change(None, book(7, 1, "x"))))
    shelves.do(ANNA, "clear", (BOOK, Change(book(7, 1, "x"), None)), (SHELF, Change(shelf(1, "A"), None)))
    done = shelves.undo.undo(ANNA)
    assert (done.undone.summary, done.restored, done.left) == ("clear", 2, 0)
    assert shelves.rows(BOOK) == [{"id": 7, "shelf_id": 1, "title": "x"}]
    assert len(shelves.told) == 2
    # the first edit, now the last that is not undone, is undone the other way round: the book before its shelf
    assert shelves.undo.undo(ANNA).undone.summary == "make"
    assert shelves.rows(SHELF) == shelves.rows(BOOK) == []


def test_what_was_changed_since_stays_and_is_named(shelves: Shelves) -> None:
    made = [Change(None, shelf(n, "A")) for n in (1, 2, 3)]
    shelves.do(ANNA, "make", *((SHELF, one) for one in made))
    renamed = shelves.do(
        ANNA, "rename", *((SHELF, Change(shelf(n, "A"), shelf(n, "B", 2))) for n in (1, 2, 3))
    )
    shelves.do(BEN, "other", (SHELF, Change(shelf(2, "B", 2), shelf(2, "C", 3))))
    shelves.do(BEN, "gone", (SHELF, Change(shelf(3, "B", 2), None)))
    done = shelves.undo.undo(ANNA, renamed)
    assert (done.restored, done.left) == (1, 2)
    assert {(one.what, one.reason) for one in done.examples} == {
        ("test_shelf 2", "it was changed since"),
        ("test_shelf 3", "it was deleted since"),
    }
    assert [(one["id"], one["name"], one["version"]) for one in shelves.rows(SHELF, versions=True)] == [
        (1, "A", 3),
        (2, "C", 3),
    ]


def test_a_row_that_is_as_it_was_is_restored_whatever_happened_in_between(shelves: Shelves) -> None:
    shelves.do(ANNA, "make", (SHELF, Change(None, shelf(1, "A"))))
    first = shelves.do(ANNA, "rename", (SHELF, Change(shelf(1, "A"), shelf(1, "B", 2))))
    shelves.do(BEN, "there", (SHELF, Change(shelf(1, "B", 2), shelf(1, "C", 3))))
    shelves.do(BEN, "back", (SHELF, Change(shelf(1, "C", 3), shelf(1, "B", 4))))
    assert shelves.undo.undo(ANNA, first).restored == 1
    # no version that the row ever had: an edit of an older state is refused
    assert shelves.rows(SHELF, versions=True) == [shelf(1, "A", 5)]


def test_an_undo_is_undone_by_its_number(shelves: Shelves) -> None:
    shelves.do(ANNA, "make", (SHELF, Change(None, shelf(1, "A"))))
    shelves.do(ANNA, "rename", (SHELF, Change(shelf(1, "A"), shelf(1, "B", 2))))
    undo = shelves.undo.undo(ANNA).edit
    assert [one["name"] for one in shelves.rows(SHELF)] == ["A"]
    again = shelves.undo.undo(ANNA, undo)
    assert [one["name"] for one in shelves.rows(SHELF)] == ["B"]
    assert again.undone.undoes is not None
    # without a number an undo is not what is undone next
    assert shelves.undo.undo(ANNA).undone.summary == "make"


def test_the_owner_refuses_rows_and_the_others_are_restored(shelves: Shelves) -> None:
    shelves.do(ANNA, "make", *((SHELF, Change(None, shelf(n, "A"))) for n in (1, 2)))
    books = [book(n, n % 2 + 1, "x") for n in range(1, 7)]
    shelves.do(ANNA, "put", *((BOOK, Change(None, one)) for one in books))
    shelves.do(ANNA, "take", *((BOOK, Change(one, None)) for one in books))
    shelves.closed = {2}
    done = shelves.undo.undo(ANNA)
    assert (done.restored, done.left) == (3, 3)
    assert {one.reason for one in done.examples} == {"its shelf is closed"}
    assert {one["shelf_id"] for one in shelves.rows(BOOK)} == {1}


def test_more_rows_than_a_chunk_holds(shelves: Shelves) -> None:
    count = 2 * journal.CHUNK + 3
    shelves.do(ANNA, "make", (SHELF, Change(None, shelf(1, "A"))))
    books = [book(n, 1, f"t{n}") for n in range(1, count + 1)]
    with shelves.database.write() as connection:
        edit = journal.begin(connection, str(ANNA), "put many")
        connection.execute(insert(BOOK), [dict(one) for one in books])
        journal.record(connection, shelves.database, edit, BOOK, [Change(None, one) for one in books])
        number = journal.finish(connection, edit)
    undone = shelves.undo.undo(ANNA, number)
    assert (undone.restored, shelves.rows(BOOK)) == (count, [])
    assert shelves.undo.undo(ANNA, undone.edit).restored == count
    assert shelves.rows(BOOK, versions=True) == books


def test_an_edit_without_a_change_is_none(shelves: Shelves) -> None:
    assert shelves.do(ANNA, "nothing") is None
    assert shelves.undo.edits(CARLA, everybody=True) == []


@pytest.mark.parametrize("seed", range(3))
def test_undoing_all_edits_backwards_restores_each_state_exactly(shelves: Shelves, seed: int) -> None:
    chance = random.Random(seed)
    states, edits = [(shelves.rows(SHELF), shelves.rows(BOOK))], []
    for _ in range(12):
        steps: list[tuple[Table, Change]] = []
        now = {SHELF: {row["id"]: row for row in shelves.rows(SHELF, versions=True)}}
        now[BOOK] = {row["id"]: row for row in shelves.rows(BOOK, versions=True)}
        for _ in range(chance.randint(1, 4)):
            if not now[SHELF] or chance.random() < 0.2:
                number = chance.randint(1, 10**6)
                after: Image = shelf(number, "new")
                steps.append((SHELF, Change(now[SHELF].get(number), after)))
                now[SHELF][number] = after
            elif not now[BOOK] or chance.random() < 0.4:
                number = chance.randint(1, 10**6)
                after = book(number, chance.choice(list(now[SHELF])), None)
                steps.append((BOOK, Change(now[BOOK].get(number), after)))
                now[BOOK][number] = after
            else:
                number, before = chance.choice(list(now[BOOK].items()))
                changed = None if chance.random() < 0.4 else {**before, "title": str(chance.random())}
                steps.append((BOOK, Change(before, changed)))
                if changed is None:
                    del now[BOOK][number]
                else:
                    now[BOOK][number] = changed
        edits.append(shelves.do(ANNA, "random", *steps))
        states.append((shelves.rows(SHELF), shelves.rows(BOOK)))
    for edit, state in zip(reversed(edits), reversed(states[:-1]), strict=True):
        if edit is not None:
            assert shelves.undo.undo(ANNA, edit).left == 0
        assert (shelves.rows(SHELF), shelves.rows(BOOK)) == state


def test_who_may_undo_what(shelves: Shelves) -> None:
    number = shelves.do(ANNA, "make", (SHELF, Change(None, shelf(1, "A"))))
    viewer = Actor(ActorKind.USER, "vera", Role.VIEWER, user=4)
    cases: list[tuple[Actor, int | None, type[DampipeError], str]] = [
        (BEN, number, Forbidden, NOT_YOURS.code),
        (BEN, None, NotFound, NOTHING_TO_UNDO.code),
        (ANNA, 99, NotFound, EDIT_UNKNOWN.code),
        (viewer, number, Forbidden, "access.scope_missing"),
    ]
    for actor, wanted, kind, code in cases:
        with pytest.raises(kind) as found:
            shelves.undo.undo(actor, wanted)
        assert found.value.code == code
    assert [one.id for one in shelves.undo.edits(BEN)] == []
    with pytest.raises(Forbidden):
        shelves.undo.edits(BEN, everybody=True)
    assert shelves.undo.undo(CARLA, number).restored == 1
    with pytest.raises(Conflict) as twice:
        shelves.undo.undo(ANNA, number)
    assert twice.value.code == UNDONE_ALREADY.code


def test_an_owner_that_was_removed_leaves_its_rows(shelves: Shelves, monkeypatch: pytest.MonkeyPatch) -> None:
    shelves.do(ANNA, "make", (SHELF, Change(None, shelf(1, "A"))))
    monkeypatch.setattr(journal, "undoables", dict)
    done = shelves.undo.undo(ANNA)
    assert (done.restored, done.left, done.edit) == (0, 1, None)
    assert "not installed" in done.examples[0].reason
