"""Times of recording are wall clocks with an optional offset.

Before, a time without a time zone was converted by the zone of the worker. The metadata of each asset still contain the
time as it was read, so the columns are filled from them.
"""

import json
from datetime import datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_EPOCH = datetime(1970, 1, 1)
_BATCH = 5_000


def upgrade() -> None:
    op.add_column("asset", sa.Column("recorded_offset", sa.Integer(), nullable=True))
    _fill("recorded_at = :clock, recorded_offset = :offset")


def downgrade() -> None:
    _fill("recorded_at = :instant")
    op.drop_column("asset", "recorded_offset")


def _fill(assignments: str) -> None:
    connection = op.get_bind()
    last = 0
    while True:
        rows = connection.execute(
            sa.text(
                "SELECT id, media FROM asset WHERE id > :last AND media IS NOT NULL AND recorded_at IS NOT NULL "
                "ORDER BY id LIMIT :count"
            ),
            {"last": last, "count": _BATCH},
        ).all()
        if not rows:
            return
        last = rows[-1].id
        values = [_times(row.media) | {"id": row.id} for row in rows]
        connection.execute(sa.text(f"UPDATE asset SET {assignments} WHERE id = :id"), values)


def _times(media: str) -> dict[str, float | int | None]:
    """The time of recording as a wall clock, its offset in minutes, and as an instant, which a worker's zone decides."""
    text = json.loads(media).get("created_at")
    if not text:
        return {"clock": None, "offset": None, "instant": None}
    time = datetime.fromisoformat(text)
    offset = time.utcoffset()
    try:
        instant: float | None = time.timestamp()
    except (ValueError, OverflowError):
        instant = None  # a year that the platform cannot convert
    return {
        "clock": (time.replace(tzinfo=None) - _EPOCH).total_seconds(),
        "offset": None if offset is None else offset // timedelta(minutes=1),
        "instant": instant,
    }
