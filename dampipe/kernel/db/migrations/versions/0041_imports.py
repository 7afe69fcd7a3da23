"""Managed sources, and imports into them: sessions, and a row for every input file."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source", sa.Column("managed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "import_session",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("importer", sa.String(), nullable=False),
        sa.Column("origin", sa.LargeBinary(), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("destinations", sa.Text(), nullable=False),
        sa.Column("structures", sa.Text(), nullable=False),
        sa.Column("mounts", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("problem_code", sa.String(), nullable=False),
        sa.Column("manifests", sa.Text(), nullable=False),
        sa.Column("safe_to_format", sa.Boolean(), nullable=False),
        sa.Column("adds_up", sa.Boolean(), nullable=True),
        sa.Column("scan", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("leftovers", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("lease_until", sa.Float(), nullable=False),
        sa.Column("not_before", sa.Float(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("finished_at", sa.Float(), nullable=True),
    )
    op.create_index(op.f("ix_import_session_state"), "import_session", ["state"])
    op.create_table(
        "import_file",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "session_id", sa.Integer(), sa.ForeignKey("import_session.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("lead", sa.LargeBinary(), nullable=False),
        sa.Column("structure", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("sha1", sa.String(40), nullable=True),
        sa.Column("target", sa.LargeBinary(), nullable=False),
        sa.Column("placing", sa.Boolean(), nullable=False),
        sa.Column("copies", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.Float(), nullable=True),
    )
    op.create_index("import_file_key", "import_file", ["session_id", "key"], unique=True)
    op.create_index("import_file_state", "import_file", ["session_id", "state", "turn", "id"])
    op.create_index("import_file_content", "import_file", ["size", "sha1"])
    set_aside = sa.text("state = 'set_aside'")
    op.create_index(
        "import_file_set_aside",
        "import_file",
        ["session_id", "id"],
        sqlite_where=set_aside,
        postgresql_where=set_aside,
    )


def downgrade() -> None:
    op.drop_table("import_file")
    op.drop_table("import_session")
    op.drop_column("source", "managed")
