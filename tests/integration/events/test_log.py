"""Events are written with what they are about, numbered after their commit, read in order, and kept by kind."""

import threading
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import select, text, update
from sqlalchemy.event import listens_for

from dampipe.kernel.db import migrate
from dampipe.kernel.db.database import Database
from dampipe.kernel.events.ids import new_event_id
from dampipe.kernel.events.log import EventLog, Horizon
from dampipe.kernel.events.outbox import WORKER, NewEvent, record_event, record_events
from dampipe.kernel.events.registry import EventRegistry
from dampipe.kernel.events.retention import DAY, EventRetention
from dampipe.kernel.events.sequencer import Sequencer
from dampipe.kernel.events.tables import EVENT, SEQUENCE
from tests.integration.events.conftest import Events, Rated, Seen, Ticked
from tests.support.migrations import step

REGISTRY = EventRegistry([Rated, Seen, Ticked])


def test_an_event_is_numbered_and_read_with_all_that_was_said(events: Events) -> None:
    with events.database.write() as connection:
        event = record_event(
            connection, Rated(stars=5), actor="user:anna", asset=7, sha1="a" * 40, at=1_700_000_000.25
        )
    assert events.log.after(0, 10) == [], "not there before it has a number"
    [read] = events.numbered()
    assert read.model_dump() == {
        "seq": 1, "id": event, "at": 1_700_000_000.25, "name": "test.rated", "version": 2, "actor": "user:anna",
        "asset": 7, "sha1": "a" * 40, "data": {"stars": 5},
    }  # fmt: skip
    assert REGISTRY.parse(read.name, read.data) == Rated(stars=5)


def test_an_event_of_a_transaction_that_fails_does_not_exist(events: Events) -> None:
    with pytest.raises(ZeroDivisionError), events.database.write() as connection:
        record_event(connection, Rated(stars=1))
        _ = 1 // 0
    assert events.numbered() == []
    assert events.log.last() == 0


def test_events_of_one_transaction_keep_their_order(events: Events) -> None:
    with events.database.write() as connection:
        many = [NewEvent(Rated(stars=number), number) for number in range(3000)]
        record_events(connection, events.database, many, actor=WORKER, at=5.0)
    read = events.numbered()
    assert [event.data["stars"] for event in read] == list(range(3000))
    assert [event.seq for event in read] == list(range(1, 3001))
    assert {event.actor for event in read} == {"worker"}


def test_the_order_is_that_of_the_databases_time(events: Events) -> None:
    """Machines differ in their clocks, by which ids are made."""
    late, early = events.record(Rated(stars=1), at=20.0) + events.record(Rated(stars=2), at=10.0)
    assert [event.id for event in events.numbered()] == [early, late]


def test_any_text_is_kept(events: Events) -> None:
    class Named(Seen):
        pass

    for name in ("\udcff.mov", "nul \0", "😀", "\u2028", '"'):
        events.record(Named(who=name))
    assert [event.data["who"] for event in events.numbered()] == ["\udcff.mov", "nul \0", "😀", "\u2028", '"']


def test_ids_rise_also_when_many_threads_make_them() -> None:
    made: list[list[str]] = []

    def make() -> None:
        made.append([new_event_id() for _ in range(20_000)])

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one for ids in made for one in ids}) == 80_000
    assert all(ids == sorted(ids) for ids in made)
    assert all(one[14] == "7" and one[19] in "89ab" for one in made[0])


def test_reading_is_by_number_name_and_asset(events: Events) -> None:
    with events.database.write() as connection:
        for asset in (1, 2, 1):
            record_event(connection, Rated(stars=asset), asset=asset, sha1=str(asset) * 40)
        record_event(connection, Seen())
    events.sequencer.number()
    log = events.log
    assert [e.seq for e in log.after(1, 2)] == [2, 3]
    assert [e.seq for e in log.after(0, 9, asset=1)] == [1, 3]
    assert [e.seq for e in log.after(0, 9, sha1="2" * 40)] == [2]
    assert [e.seq for e in log.after(0, 9, {"test.seen"})] == [4]
    assert [e.seq for e in log.latest(2)] == [3, 4]
    assert [e.seq for e in log.latest(1, {"test.rated"}, asset=1)] == [3]
    assert log.after(0, 9, set()) == []


@pytest.mark.parametrize(("at", "before"), [(5.0, 0), (10.0, 0), (15.0, 1), (20.5, 2), (99.0, 3)])
def test_a_time_stands_for_the_number_before_it(events: Events, at: float, before: int) -> None:
    for time in (10.0, 20.0, 30.0):
        events.record(Ticked(), at=time)
    events.sequencer.number()
    assert events.log.before_time(at) == before


def test_a_sequencer_that_is_killed_numbers_nothing_and_loses_nothing(events: Events) -> None:
    events.record(*(Rated(stars=number) for number in range(5)))

    class Killed(BaseException):
        pass

    class Dying(Database):
        def update_many(self, *arguments: object, **more: object) -> None:
            super().update_many(*arguments, **more)  # type: ignore[arg-type]
            raise Killed

    dying = Dying(events.database.url.render_as_string(hide_password=False))
    with pytest.raises(Killed):
        Sequencer(dying).number()
    dying.close()
    assert events.log.after(0, 9) == []
    assert [event.seq for event in events.numbered()] == [1, 2, 3, 4, 5]


def test_only_one_sequencer_works_at_a_time(postgres_url: str) -> None:
    database = Database(postgres_url)
    migrate.upgrade(database)
    events = Events(database)
    events.record(Ticked())
    with database.write() as connection:
        connection.execute(select(SEQUENCE).with_for_update()).all()
        assert events.sequencer.number() == 0, "the other one does it; there is nothing to wait for"
    assert events.sequencer.number() == 1
    database.close()


def test_recording_waits_for_no_other_transaction(postgres_url: str) -> None:
    """Not for other writers, nor for the sequencer."""
    database = Database(postgres_url)
    migrate.upgrade(database)
    events = Events(database)
    events.record(Ticked())
    with database.write() as slow, database.write() as numbering:
        record_event(slow, Ticked())
        numbering.execute(select(SEQUENCE).with_for_update()).all()
        numbering.execute(update(EVENT).where(EVENT.c.seq.is_(None)).values(seq=1))
        with database.write() as quick:
            quick.execute(text("SET LOCAL lock_timeout = '1s'"))
            record_event(quick, Ticked())
    database.close()


def test_retention_is_by_kind_or_name_and_states_the_horizon(events: Events) -> None:
    now = 1000 * DAY
    for days in (40, 20, 1):
        events.record(Rated(stars=1), Seen(), Ticked(), at=now - days * DAY)
    events.sequencer.number()
    assert events.log.horizon() is None
    retention = EventRetention(events.database, REGISTRY, {"processing": 10, "library": 30, "audit": 1})
    assert retention.delete_old(now) == 3
    assert [event.name for event in events.log.after(0, 99)] == [
        "test.seen", "test.rated", "test.seen", "test.rated", "test.seen", "test.ticked",
    ]  # fmt: skip
    assert events.log.horizon() == Horizon(seq=6, at=now - 20 * DAY)
    assert events.log.horizon({"test.rated"}) == Horizon(seq=1, at=now - 40 * DAY)
    assert events.log.horizon({"test.seen"}) is None
    assert retention.delete_old(now) == 0
    by_name = EventRetention(events.database, REGISTRY, {"processing": 0, "library": 30, "test.rated": 0.5})
    assert by_name.delete_old(now) == 2
    events.record(Ticked())
    assert events.numbered()[-1].seq == 10, "numbers are not used again"


def test_retention_of_many_events_leaves_those_of_unknown_plugins(events: Events) -> None:
    with events.database.write() as connection:
        for payload in (Ticked(), Rated(stars=1)):
            record_events(connection, events.database, [NewEvent(payload)] * 2500, at=1.0)
    events.sequencer.number()
    assert (
        EventRetention(events.database, EventRegistry([Ticked]), {"processing": 1}).delete_old(9 * DAY)
        == 2500
    )
    assert {event.name for event in events.log.after(0, 9999)} == {"test.rated"}


def test_the_events_of_an_older_catalogue_keep_their_order_and_outlive_assets(bare_database_url: str) -> None:
    database = Database(bare_database_url)
    step(database, command.upgrade, "0012")
    with database.write() as connection:
        for number in (1, 2):
            connection.execute(text("INSERT INTO asset (id, added_at) VALUES (:id, 0)"), {"id": number})
            connection.execute(
                text(
                    "INSERT INTO version (id, asset_id, sha1, size, name, added_at) "
                    "VALUES (:id, :id, :sha1, 1, 'a.mov', 0)"
                ),
                {"id": number, "sha1": str(number) * 40},
            )
        for at, asset, data in ((30.0, 1, '{"stage": "probe"}'), (10.0, None, "{}"), (20.0, 2, "{}")):
            connection.execute(
                text(
                    "INSERT INTO event (at, name, asset_id, data) VALUES (:at, 'stage.done', :asset, :data)"
                ),
                {"at": at, "asset": asset, "data": data},
            )
    migrate.upgrade(database)
    log = EventLog(database)
    read = log.after(0, 9)
    assert [(e.seq, e.at, e.asset, e.sha1, e.actor, e.version) for e in read] == [
        (1, 30.0, 1, "1" * 40, "worker", 1),
        (2, 10.0, None, None, "worker", 1),
        (3, 20.0, 2, "2" * 40, "worker", 1),
    ]
    assert read[0].data == {"stage": "probe"}
    assert len({e.id for e in read}) == 3 and all(len(e.id) == 36 for e in read)
    with database.write() as connection:
        connection.execute(text("DELETE FROM version WHERE id = 1"))
        connection.execute(text("DELETE FROM asset WHERE id = 1"))
        record_event(connection, Ticked())
    Sequencer(database).number()
    assert [e.seq for e in log.after(0, 9)] == [1, 2, 3, 4], "a prune erases no history"
    step(database, command.downgrade, "0011")
    with database.read() as connection:
        old = connection.execute(text("SELECT id, name, asset_id FROM event ORDER BY id")).all()
    assert [tuple(row) for row in old] == [
        (1, "stage.done", None),
        (2, "stage.done", 2),
        (3, "test.ticked", None),
    ]
    migrate.upgrade(database)
    assert [e.name for e in log.after(0, 9)] == ["stage.done", "stage.done", "test.ticked"]
    database.close()


def test_every_event_of_the_code_is_registered(tmp_path: Path) -> None:
    import dampipe.app.features as _  # noqa: F401
    from dampipe.kernel.events.payload import EventPayload

    registered = {payload.KIND.name for payload in EventRegistry.of_features()}

    def subclasses(base: type[EventPayload]) -> set[type[EventPayload]]:
        found = set(base.__subclasses__())
        return found | {one for sub in found for one in subclasses(sub)}

    declared = {
        one.KIND.name
        for one in subclasses(EventPayload)
        if one.__module__.startswith("dampipe.") and "KIND" in vars(one)
    }
    assert declared <= registered
    assert {"asset.added", "stage.done", "stage.failed", "file.bad"} <= registered


def test_no_read_of_the_log_scans_it(tmp_path: Path) -> None:
    """SQLite's plans: every read begins at its place in an index."""
    database = Database(f"sqlite:///{tmp_path / 'c.sqlite'}")
    migrate.upgrade(database)
    events = Events(database)
    statements: list[tuple[str, Any]] = []

    @listens_for(database.engine, "before_cursor_execute")
    def _note(_: Any, __: Any, statement: str, parameters: Any, *more: Any) -> None:
        if statement.startswith("SELECT") and "FROM event " in statement.replace("\n", " ") + " ":
            statements.append((statement, parameters))

    events.record(Rated(stars=1))
    events.sequencer.number()
    events.sequencer.backlog()
    for asset, names in ((None, None), (1, None), (None, {"test.rated"})):
        events.log.after(0, 10, names, asset=asset)
        events.log.latest(10, names, asset=asset)
    events.log.before_time(1.0)
    EventRetention(database, REGISTRY, {"library": 1.0}).delete_old(1.0)
    assert len(statements) >= 10
    with database.read() as connection:
        for statement, parameters in statements:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            text_ = "; ".join(row.detail for row in plan)
            assert "USING" in text_ and "INDEX event_" in text_, (statement, text_)
            assert "TEMP B-TREE" not in text_, (statement, text_)
    database.close()
