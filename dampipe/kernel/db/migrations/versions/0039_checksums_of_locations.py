"""What storages say of the content of files: a checksum that can be trusted, and a token that changes with it."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_MOVED = "version_id IS NOT NULL AND checksum <> ''"


def upgrade() -> None:
    # Files of file systems have neither. Constant defaults: no row is written.
    op.add_column("location", sa.Column("checksum", sa.Text(), nullable=False, server_default=""))
    op.add_column("location", sa.Column("token", sa.Text(), nullable=False, server_default=""))
    op.create_index(
        "location_move_checksum",
        "location",
        ["checksum"],
        sqlite_where=sa.text(_MOVED),
        postgresql_where=sa.text(_MOVED),
    )


def downgrade() -> None:
    op.drop_index("location_move_checksum", "location")
    op.drop_column("location", "token")
    op.drop_column("location", "checksum")
