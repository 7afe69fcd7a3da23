"""Facts of cameras, places and sound as columns of versions. The next run of the probe fills them."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_TEXTS = (
    *("camera_make", "camera_model", "camera_serial", "lens", "log_profile", "color_space", "audio_layout"),
    "recorded_from",
)
_NUMBERS = (
    *("iso", "exposure_time", "aperture", "focal_length", "latitude", "longitude", "altitude", "frame_rate"),
)


def upgrade() -> None:
    # A nullable column without a default rewrites no row, in either database.
    for name in _TEXTS:
        op.add_column("version", sa.Column(name, sa.String(), nullable=True))
    for name in _NUMBERS:
        op.add_column("version", sa.Column(name, sa.Float(), nullable=True))
    op.add_column("version", sa.Column("audio_channels", sa.Integer(), nullable=True))


def downgrade() -> None:
    for name in (*_TEXTS, *_NUMBERS, "audio_channels"):
        op.drop_column("version", name)
