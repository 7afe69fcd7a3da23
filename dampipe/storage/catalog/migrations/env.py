"""Alembic's entry: runs the migrations on the connection that migrate.py hands over."""

from alembic import context

from dampipe.storage.catalog.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
