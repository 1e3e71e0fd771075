"""Run by Alembic; the connection comes from ``worker.adapters.store.schema``."""

from alembic import context

from worker.adapters.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
