"""An index of what imports have copied where: scans ask it for each new file of a managed source."""

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("import_file_target", "import_file", ["size", "target"])


def downgrade() -> None:
    op.drop_index("import_file_target", table_name="import_file")
