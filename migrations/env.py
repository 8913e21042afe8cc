"""Runs migrations on the database of the running application."""

from alembic import context
from flask import current_app

from survey_app.database import db

config = context.config


def run() -> None:
    """One transaction for all steps; SQLite rebuilds tables in batch mode."""
    given = config.attributes.get("connection")
    if given is not None:
        _run_on(given)
        return
    with db.engine.connect() as connection:
        _run_on(connection)
        connection.commit()


def _run_on(connection: object) -> None:
    context.configure(
        connection=connection,  # type: ignore[arg-type]
        target_metadata=db.metadata,
        render_as_batch=current_app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"),
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
