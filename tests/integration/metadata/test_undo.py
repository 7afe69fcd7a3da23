"""Undoing: exactly what an operation changed is as it was, and what was changed since is left alone."""

import pytest
from sqlalchemy import select

from dampipe.features.metadata.model import UndoReport
from dampipe.features.metadata.queries import ValueRepository
from dampipe.features.metadata.tables import VALUE
from dampipe.kernel.access import LOCAL, Actor, ActorKind, Role
from dampipe.kernel.errors import Conflict, Forbidden, NotFound
from dampipe.kernel.field import ValueSource
from tests.support.described import Described, name_of

ANNA = Actor(ActorKind.USER, "anna", Role.EDITOR)
BEN = Actor(ActorKind.USER, "ben", Role.EDITOR)


def rows(described: Described) -> list[tuple[object, ...]]:
    """All values, without their ids."""
    columns = [column for column in VALUE.c if column.name != "id"]
    order = (VALUE.c.asset_id, VALUE.c.field, VALUE.c.source, VALUE.c.position)
    with described.database.read() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(*order))]


def undo(described: Described, number: int | None = None, actor: Actor = LOCAL) -> UndoReport:
    return described.metadata.undo(actor, number)


@pytest.mark.parametrize(
    "parts",
    [
        {"set": {"title": "new", "people": ["x", "y"]}},
        {"add": {"people": "x"}},
        {"remove": {"people": "Ann"}},
        {"unset": ("title", "people")},
        {"clear": ("title", "people", "rating")},
    ],
)
def test_all_rows_are_as_they_were_with_who_said_them_when(
    described: Described, parts: dict[str, object]
) -> None:
    described.says(ValueSource.FILE, 1, "title", "file")
    described.edit(1, ANNA, set={"title": "Anna's", "people": ["Ann", "Bob"]})
    described.edit(2, BEN, set={"rating": 2})
    before = rows(described)
    done = described.bulk(**parts)
    assert rows(described) != before
    report = undo(described, done.operation)
    assert rows(described) == before
    assert (report.restored, report.left) == (done.changes, 0)
    with pytest.raises(Conflict, match="undone already"):
        undo(described, done.operation)


def test_what_was_changed_since_is_left_alone_and_named(described: Described) -> None:
    done = described.bulk(set={"rating": 3, "city": "Rome"})
    described.edit(2, BEN, set={"rating": 5})
    described.edit(4, BEN, unset=("city",))
    report = undo(described, done.operation)
    assert (report.restored, report.left) == (8, 2)
    assert [(one.sha1, one.field, one.reason) for one in report.left_alone] == [
        (name_of(2), "rating", "changed"),
        (name_of(4), "city", "changed"),
    ]
    assert [described.get(n, "rating") for n in range(1, 6)] == [[], [5], [], [], []]


def test_a_value_that_was_set_to_the_same_once_more_is_left_alone(described: Described) -> None:
    first = described.bulk(1, actor=ANNA, set={"rating": 4})
    described.edit(1, BEN, set={"rating": 5})
    described.edit(1, BEN, set={"rating": 4})
    assert undo(described, first.operation).left == 1
    assert described.get(1, "rating") == [4]


def test_a_later_change_that_was_undone_does_not_count(described: Described) -> None:
    first = described.bulk(1, 2, set={"rating": 4})
    second = described.bulk(1, 2, set={"rating": 5})
    third = described.bulk(2, set={"rating": 1})
    assert undo(described, second.operation).left == 1
    assert undo(described, third.operation).left == 0
    assert [described.get(n, "rating") for n in (1, 2)] == [[4], [5]]
    report = undo(described, first.operation)
    assert (report.restored, report.left) == (1, 1), "asset 2 still has what the second change set"
    assert [described.get(n, "rating") for n in (1, 2)] == [[], [5]]


def test_without_a_number_the_last_own_change_is_undone(described: Described) -> None:
    described.edit(1, ANNA, set={"title": "a"})
    described.edit(2, ANNA, set={"title": "b"})
    described.edit(3, BEN, set={"title": "c"})
    assert undo(described, actor=ANNA).undone.summary == "set Title: b"
    assert undo(described, actor=ANNA).undone.summary == "set Title: a"
    with pytest.raises(NotFound):
        undo(described, actor=ANNA)
    assert described.get(3, "title") == ["c"]


def test_undoing_needs_the_rights_of_the_change(described: Described) -> None:
    described.schema('[[field]]\nkey = "budget"\nlabel = "Budget"\nwrite = "manager"\n')
    done = described.bulk(1, set={"budget": "1"})
    with pytest.raises(Forbidden):
        undo(described, done.operation, ANNA)
    with pytest.raises(NotFound):
        undo(described, 10**6)
    undone = undo(described, done.operation)
    with pytest.raises(Conflict, match="undo itself"):
        undo(described, undone.undone.id + 1)


def test_an_undo_is_in_the_history_and_has_events(described: Described) -> None:
    done = described.bulk(1, set={"rating": 3})
    undo(described, done.operation, ANNA)
    entries = described.metadata.history(LOCAL, name_of(1))
    assert [(one.kind, one.actor, one.undone) for one in entries] == [
        ("undo", "user:anna", False),
        ("set", "local", True),
    ]
    assert [data["kind"] for _, _, data in described.events("metadata.changed")] == ["set", "undo"]


def test_an_asset_that_is_gone_is_said_to_be(described: Described) -> None:
    from dampipe.features.assets.tables import ASSET

    done = described.bulk(1, 2, set={"rating": 3})
    with described.database.write() as connection:
        connection.execute(ASSET.delete().where(ASSET.c.id == 1))
    report = undo(described, done.operation)
    assert (report.restored, report.left) == (1, 1)
    assert [(one.sha1, one.reason) for one in report.left_alone] == [(None, "deleted")]


def test_a_value_that_no_longer_fits_its_field_is_not_restored(described: Described) -> None:
    described.edit(1, set={"title": "A very long title"})
    done = described.bulk(1, set={"title": "Short"})
    described.schema('[[field]]\nkey = "title"\nlabel = "Title"\nmax_length = 5\n')
    report = undo(described, done.operation)
    assert [(one.field, one.reason) for one in report.left_alone] == [("title", "schema")]
    assert described.get(1, "title") == ["Short"]


def test_changes_are_read_some_at_a_time(described: Described, monkeypatch: pytest.MonkeyPatch) -> None:
    from dampipe.features.metadata import queries, service

    monkeypatch.setattr(queries, "CHUNK", 2)
    monkeypatch.setattr(service, "CHUNK", 2)
    assert isinstance(described.values, ValueRepository)
    done = described.bulk(set={"rating": 3, "city": "Rome"})
    assert (done.changed, done.changes) == (5, 10)
    described.edit(3, set={"city": "Oslo"})
    report = undo(described, done.operation)
    assert (report.restored, report.left) == (9, 1)
    assert [described.get(n, "city") for n in (1, 3, 5)] == [[], ["Oslo"], []]
