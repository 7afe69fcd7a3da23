"""Times of recording of an older catalogue, converted by the zone of a worker, become wall clocks again."""

import time
from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import text

from dampipe.kernel.db.database import Database
from dampipe.kernel.wall_clock import wall_clock
from tests.support.migrations import step
from tests.support.searching import media

TIMES = {
    1: datetime(2024, 5, 17, 10, 30, 0, 250_000),
    2: datetime.fromisoformat("2024-05-17T10:30:00-03:30"),
    3: datetime(2024, 5, 17, 10, 30, tzinfo=UTC),
    4: None,
}


def test_times_are_refilled_from_the_metadata_and_go_back(
    bare_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(bare_database_url)
    step(database, command.upgrade, "0008")
    insert = text(
        "INSERT INTO asset (id, sha1, size, name, kind, media, recorded_at, added_at) "
        "VALUES (:id, :sha1, 1, 'a', 'video', :media, :recorded, 0.0)"
    )
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "America/New_York")
        time.tzset()
        with database.write() as connection:
            for number, moment in TIMES.items():
                recorded = moment.timestamp() if moment else None
                facts = media(recorded=moment).model_dump_json()
                row = {"id": number, "sha1": str(number) * 40, "media": facts, "recorded": recorded}
                connection.execute(insert, row)
            row = {"id": 5, "sha1": "5" * 40, "media": None, "recorded": None}
            connection.execute(insert, row)
        stored = rows(database, "recorded_at")
        step(database, command.upgrade, "0009")
        assert rows(database, "recorded_at, recorded_offset") == [
            (wall_clock(datetime(2024, 5, 17, 10, 30, 0, 250_000)), None),
            (wall_clock(datetime(2024, 5, 17, 10, 30)), -210),
            (wall_clock(datetime(2024, 5, 17, 10, 30)), 0),
            (None, None),
            (None, None),
        ]
        step(database, command.downgrade, "0008")
        assert rows(database, "recorded_at") == stored
    time.tzset()
    step(database, command.upgrade, "head")
    database.close()


def rows(database: Database, columns: str) -> list[tuple[float | None, ...]]:
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM asset ORDER BY id"))]
