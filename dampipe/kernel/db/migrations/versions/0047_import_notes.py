"""Imports: what is included, names and facts as the origin has them, and what it says of its files."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_session", sa.Column("include", sa.Text(), nullable=False, server_default="[]"))
    empty = sa.text("x''" if op.get_bind().dialect.name == "sqlite" else "''")
    op.add_column("import_file", sa.Column("named", sa.LargeBinary(), nullable=False, server_default=empty))
    op.add_column("import_file", sa.Column("facts", sa.Text(), nullable=False, server_default=""))
    op.create_index("import_file_lead", "import_file", ["session_id", "lead"])
    op.create_table(
        "import_note",
        sa.Column(
            "file_id", sa.Integer(), sa.ForeignKey("import_file.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("edit_of", sa.LargeBinary(), nullable=True),
        sa.Column("applied_at", sa.Float(), nullable=True),
    )
    due = sa.text("applied_at IS NULL")
    op.create_index("import_note_due", "import_note", ["file_id"], sqlite_where=due, postgresql_where=due)


def downgrade() -> None:
    op.drop_table("import_note")
    op.drop_index("import_file_lead", "import_file")
    op.drop_column("import_file", "facts")
    op.drop_column("import_file", "named")
    op.drop_column("import_session", "include")
