"""A catalogue from before search had columns of its own gets them filled from what it knows."""

from datetime import UTC, datetime

from alembic import command
from sqlalchemy import text

from dampipe.features.search.filters import EVERYTHING
from dampipe.kernel.db.database import Database
from tests.support.catalog import Catalog
from tests.support.migrations import step
from tests.support.searching import media


def test_columns_shots_and_words_are_filled(bare_database_url: str) -> None:
    database = Database(bare_database_url)
    step(database, command.upgrade, "0002")
    info = media(camera="Sony FX3", recorded=datetime(2024, 5, 1, tzinfo=UTC), rotation=90)
    insert = (
        "INSERT INTO asset (id, sha1, size, name, kind, duration, media, added_at) "
        "VALUES (1, :sha1, 1, 'a.mp4', 'video', 30.0, :media, 0.0)"
    )
    run = (
        "INSERT INTO run (stage, version, asset_id, lane, priority, state, ring, attempts, not_before, lease_until, "
        "warnings, created_at, output) VALUES ('proxy', '1', 1, 'proxy', 0, 'done', :no, 1, 0, 0, '[]', 0, :output)"
    )
    with database.write() as connection:
        connection.execute(text(insert), {"sha1": "a" * 40, "media": info.model_dump_json()})
        connection.execute(text(run), {"no": False, "output": '{"shots": [0.0, 4.5]}'})
    catalog = Catalog(database)
    catalog.set_up()
    row = catalog.assets.find("a" * 40)
    assert (row.camera, row.codec, row.width, row.height) == ("Sony FX3", "h264", 1080, 1920)
    assert (row.recorded_at, row.shots) == (datetime(2024, 5, 1, tzinfo=UTC).timestamp(), "[0.0, 4.5]")
    assert [one.sha1 for one in catalog.words.search("fx3", [], EVERYTHING)] == ["a" * 40]
    step(database, command.downgrade, "0002")
    step(database, command.upgrade, "head")
    catalog.close()
