"""Webhooks have the actor who disabled them, which was a part of the reason."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("webhook", sa.Column("disabled_by", sa.Text(), nullable=True))
    op.execute(
        "UPDATE webhook SET disabled_by = substr(disabled_reason, 4), disabled_reason = NULL"
        " WHERE disabled_reason LIKE 'by %'"
    )


def downgrade() -> None:
    op.execute("UPDATE webhook SET disabled_reason = 'by ' || disabled_by WHERE disabled_by IS NOT NULL")
    with op.batch_alter_table("webhook") as batch:
        batch.drop_column("disabled_by")
