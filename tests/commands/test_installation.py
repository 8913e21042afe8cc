"""An installation is made once and refuses to run broken."""

import os

import pytest
from flask import Flask
from sqlalchemy import text

from survey_app import events, installation
from survey_app.database import db
from survey_app.errors import ConfigurationError


def test_a_fresh_installation_passes_its_own_check(app: Flask) -> None:
    installation.check(app)


def test_installing_twice_keeps_the_keys(app: Flask) -> None:
    before = app.extensions["survey_vault"].long_lived_fingerprint()
    installation.install(app)
    assert app.extensions["survey_vault"].long_lived_fingerprint() == before


def test_missing_keys_are_never_replaced(app: Flask) -> None:
    (app.extensions["survey_settings"].key_folder / "long-lived.json").unlink()
    with pytest.raises(ConfigurationError, match="missing"):
        installation.check(app)
    assert not app.extensions["survey_vault"].has_long_lived()


def test_keys_that_others_can_read_are_refused(app: Flask) -> None:
    os.chmod(app.extensions["survey_settings"].key_folder / "long-lived.json", 0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        installation.check(app)


def test_the_audit_log_refuses_update_and_delete(app: Flask) -> None:
    events.record("test.happened", None, by=events.COMMAND_LINE)
    db.session.commit()
    for statement in ("UPDATE event SET actor = 'x'", "DELETE FROM event"):
        with pytest.raises(Exception, match="never change|append-only"):
            db.session.execute(text(statement))
        db.session.rollback()


@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_a_server_that_writes_answers_into_its_log_is_refused(app: Flask) -> None:
    with db.engine.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f"ALTER DATABASE {name} SET log_statement = 'mod'"))
    db.engine.dispose()
    with pytest.raises(ConfigurationError, match="log_statement"):
        installation.check(app)
