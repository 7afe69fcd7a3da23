"""Users have a time of their last use, which outlives their sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("last_used_at", sa.Float(), nullable=True))
    op.execute(
        "UPDATE account SET last_used_at ="
        " (SELECT max(last_used_at) FROM account_session WHERE user_id = account.id)"
    )


def downgrade() -> None:
    with op.batch_alter_table("account") as batch:
        batch.drop_column("last_used_at")
