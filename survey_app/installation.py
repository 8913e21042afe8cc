"""Making an installation and refusing to run a broken one (privacy.md 3.1, T26)."""

import os

from flask import Flask
from sqlalchemy import select, text

from survey_app import clock, database
from survey_app.accounts.models import User
from survey_app.database import db, read_only
from survey_app.design.models import Questionnaire
from survey_app.distribution.models import Wave
from survey_app.errors import ConfigurationError
from survey_app.organisation import consent
from survey_app.organisation.models import Organisation
from survey_app.vault import Vault


def install(app: Flask) -> None:
    """Migrate an empty database, make the keys of a new installation and its first row. Safe to run again."""
    settings, vault = app.extensions["survey_settings"], app.extensions["survey_vault"]
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    if settings.is_sqlite:
        database.keep_private(settings.sqlite_path)
    with app.app_context():
        if database.is_empty():
            database.migrate()
        _check_schema()
        if db.session.get(Organisation, 1) is None:
            fingerprint = vault.long_lived_fingerprint() if vault.has_long_lived() else vault.create_long_lived()
            db.session.add(Organisation(id=1, privacy_text={}, key_fingerprint=fingerprint))
            db.session.flush()
            consent.ensure_consent(db.session, clock.now())
            db.session.commit()
        elif vault.has_long_lived():
            settle_fingerprint(vault)
        use_secret(app)


def settle_fingerprint(vault: Vault) -> None:
    """Finish a change of the key file that broke off before the database knew its new fingerprint. Commits when it did."""
    with read_only():
        chain = db.session.get(Organisation, 1)
        keys = vault.long_lived.read()
        unsettled = chain is not None and keys.fingerprint != chain.key_fingerprint == keys.previous
        db.session.rollback()
    if unsettled:
        db.session.get_one(Organisation, 1, with_for_update=True).key_fingerprint = keys.fingerprint
        db.session.commit()


def use_secret(app: Flask) -> None:
    """Give the staff application the secret that signs its sessions."""
    settings, vault = app.extensions["survey_settings"], app.extensions["survey_vault"]
    app.config["SECRET_KEY"] = settings.secret_key or vault.session_secret()


def check(app: Flask) -> None:
    """Refuse to start when schema, keys or database settings are wrong. Raises ConfigurationError, one sentence."""
    vault: Vault = app.extensions["survey_vault"]
    with app.app_context(), read_only():
        try:
            _check_schema()
            _check_keys(vault)
            if db.engine.dialect.name == "postgresql":
                _check_postgresql()
        finally:
            db.session.rollback()
            db.session.remove()


def _check_schema() -> None:
    present = database.present_schema()
    if present != database.newest_schema():
        raise ConfigurationError(
            f"the database has schema {present or 'none'}, this program needs {database.newest_schema()}; "
            "run: flask db upgrade"
        )


def _check_keys(vault: Vault) -> None:
    chain = db.session.get(Organisation, 1)
    if chain is None:
        raise ConfigurationError("this database is not installed yet; run: flask install")
    if os.name == "posix" and vault.folder.is_dir() and vault.folder.stat().st_mode & 0o077:
        raise ConfigurationError(f"the key folder {vault.folder} can be read by others; run: chmod 700 on it")
    keys = vault.long_lived.read()
    known = {keys.fingerprint, keys.previous} - {""}  # the latter: a change of the file that the next start settles
    if chain.key_fingerprint not in known:
        raise ConfigurationError("the long-lived keys are not those of this database; restore their sealed copy")
    today = clock.china(clock.now()).date()
    for wave in db.session.scalars(select(Wave).where(Wave.closes_on >= today, Wave.destroyed_at.is_(None))):
        if vault.wave_fingerprint(wave.id) != wave.fingerprint:
            raise ConfigurationError(
                f"the key file of wave {wave.id} is missing or not the one of this database; restore its sealed copy"
            )


def _check_postgresql() -> None:
    names = ("track_commit_timestamp", "synchronous_commit", "log_statement")
    commit_times, synchronous, logged = (
        db.session.scalar(text("SELECT current_setting(:name)"), {"name": name}) for name in names
    )
    if commit_times != "off":
        raise ConfigurationError(
            "PostgreSQL keeps commit times, which could order answers; set track_commit_timestamp=off"
        )
    if logged not in {"none", "ddl"}:
        raise ConfigurationError("PostgreSQL logs every answer with its time; set log_statement=none")
    if synchronous not in {"on", "remote_apply", "remote_write"}:
        raise ConfigurationError("PostgreSQL must not lose confirmed answers; set synchronous_commit=on")


def is_unused() -> bool:
    """True when nobody has put anything into the installation yet."""
    return (
        db.session.scalar(select(User.id).limit(1)) is None
        and db.session.scalar(select(Questionnaire.id).limit(1)) is None
    )
