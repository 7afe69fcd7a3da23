"""Imports: files that describe others, and tokens of files in stores."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "import_file", sa.Column("is_metadata", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("import_file", sa.Column("token", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("import_file", "token")
    op.drop_column("import_file", "is_metadata")
