"""A run is a work item of a kind, with parameters, and other kinds may be without a subject.

The run table of a large library has millions of rows, so it is not copied: columns are added with defaults, and in
SQLite the CHECK constraint is replaced in the stored schema, as SQLite's documentation describes for changes that do
not affect what is on disk (lang_altertable, section 7).
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_OLD_NAME, _OLD = "run_has_one_subject", "(asset_id IS NULL) <> (location_id IS NULL)"
_NEW_NAME = "run_has_its_subject"
_NEW = (
    "(asset_id IS NULL OR location_id IS NULL) AND "
    "(kind <> 'stage' OR asset_id IS NOT NULL OR location_id IS NOT NULL)"
)


def upgrade() -> None:
    op.add_column("run", sa.Column("kind", sa.String(), nullable=False, server_default="stage"))
    op.add_column("run", sa.Column("parameters", sa.Text(), nullable=False, server_default="{}"))
    op.execute("ALTER TABLE run RENAME COLUMN ring TO wake_on_finish")
    _replace_check(_OLD_NAME, _OLD, _NEW_NAME, _NEW)
    neither = sa.text("asset_id IS NULL AND location_id IS NULL")
    op.create_index(
        "run_without_subject",
        "run",
        ["stage", "version"],
        unique=True,
        sqlite_where=neither,
        postgresql_where=neither,
    )


def downgrade() -> None:
    op.execute("DELETE FROM run WHERE kind <> 'stage'")
    op.drop_index("run_without_subject", table_name="run")
    _replace_check(_NEW_NAME, _NEW, _OLD_NAME, _OLD)
    op.execute("ALTER TABLE run RENAME COLUMN wake_on_finish TO ring")
    op.drop_column("run", "parameters")
    op.drop_column("run", "kind")


def _replace_check(old_name: str, old: str, new_name: str, new: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint(old_name, "run", type_="check")
        op.create_check_constraint(new_name, "run", new)
        return
    schema = connection.exec_driver_sql("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'run'")
    before: str = schema.scalar_one()
    after = before.replace(f"CONSTRAINT {old_name} CHECK ({old})", f"CONSTRAINT {new_name} CHECK ({new})")
    if after == before:
        raise RuntimeError(f"the table run has no constraint {old_name} as migration 0001 makes it: {before}")
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = 'run'", (after,)
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
