"""A derivative has a checksum, the time of its last check, and what the check has found.

Derivatives that exist already have no checksum: the first check stores it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_IS_BAD = sa.text("problem IS NOT NULL")


def upgrade() -> None:
    op.add_column("derivative", sa.Column("checksum", sa.String(), nullable=True))
    op.add_column("derivative", sa.Column("checked_at", sa.Float(), nullable=False, server_default="0"))
    op.add_column("derivative", sa.Column("problem", sa.String(), nullable=True))
    op.create_index("derivative_checked", "derivative", ["checked_at", "id"])
    op.create_index("derivative_bad", "derivative", ["id"], sqlite_where=_IS_BAD, postgresql_where=_IS_BAD)


def downgrade() -> None:
    op.drop_index("derivative_bad", "derivative")
    op.drop_index("derivative_checked", "derivative")
    for name in ("problem", "checked_at", "checksum"):
        op.drop_column("derivative", name)
