"""Throwing the sample chain away: tables and wave keys. Only ever in an installation that is marked as sample."""

from flask import Flask
from sqlalchemy import inspect, select, text

from survey_app.database import Base, db
from survey_app.distribution.models import Wave
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.organisation.models import Organisation
from survey_app.vault import Vault


def reset_sample_chain(app: Flask) -> None:
    """Empty a sample installation; `installation.install` makes it new. Raises DomainError, touching nothing, in any other.

    Commits. The file of the highest wave stays: its number is how the key folder remembers that it was used.
    """
    row = db.session.get(Organisation, 1)
    if row is None or not row.sample:
        raise DomainError(N_("此安装不是示例，不能重置：其中的数据不会被删除。"))
    vault: Vault = app.extensions["survey_vault"]
    old_waves = sorted(set(db.session.scalars(select(Wave.id))) | set(range(1, vault.highest_wave() + 1)))
    db.session.rollback()
    db.session.remove()
    _drop_tables()
    vault.remove_waves(old_waves[:-1])


def _drop_tables() -> None:
    with db.engine.begin() as connection:
        present = set(inspect(connection).get_table_names())
        Base.metadata.drop_all(connection)
        if "alembic_version" in present:
            connection.execute(text("DROP TABLE alembic_version"))
        if connection.dialect.name == "postgresql":  # the triggers went with their tables, their functions did not
            for function in ("refuse_change", "tighten_only", "link_has_mode", "mode_has_no_link"):
                connection.execute(text(f"DROP FUNCTION IF EXISTS {function}()"))
