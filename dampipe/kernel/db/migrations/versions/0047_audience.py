"""Comments for the team only, and the message of a share link."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("comment", sa.Column("audience", sa.String(20), nullable=False, server_default="everyone"))
    op.add_column("share", sa.Column("message", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("share", "message")
    op.drop_column("comment", "audience")
