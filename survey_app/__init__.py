"""The survey platform. `create_app()` is the only function that knows every room."""

from importlib import import_module

from flask import Flask

from survey_app.config import Settings, load_settings

# Rooms with pages, in the order of a survey's life; each has `views.blueprint`
ROOMS_WITH_VIEWS = (
    "messaging", "accounts", "organisation", "people", "design", "distribution", "analysis", "campaigns", "exports", "api",
)  # fmt: skip
ROOMS_WITH_MODELS = (
    "messaging", "organisation", "accounts", "people", "design", "distribution", "responses", "analysis", "campaigns", "exports",
)  # fmt: skip


def create_app(settings: Settings | None = None) -> Flask:
    """The staff application. Opens neither database nor keys: commands that need none must work without."""
    from survey_app import cli, events, extensions, languages, web, work, worker  # noqa: F401 - their tables
    from survey_app.database import MIGRATIONS, db, engine_options
    from survey_app.vault import Vault

    settings = settings or load_settings()
    languages.ensure_compiled()
    app = Flask("survey_app", static_folder="static")
    vault = Vault(settings.key_folder)
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings),
        MAX_CONTENT_LENGTH=1_000_000,
        MAX_FORM_PARTS=2_000,
        MAX_FORM_MEMORY_SIZE=1_000_000,  # a pasted questionnaire may be as long as any request
        SESSION_COOKIE_NAME="staff",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        BABEL_DEFAULT_LOCALE="zh",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        BABEL_TRANSLATION_DIRECTORIES=str(languages.CATALOGUES),
        COMPRESS_LEVEL=settings.compress_level,
        COMPRESS_ALGORITHM=["gzip"],
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,  # static files carry their digest in the address
    )
    app.extensions["survey_settings"] = settings
    app.extensions["survey_vault"] = vault
    db.init_app(app)
    for room in ROOMS_WITH_MODELS:
        import_module(f"survey_app.{room}.models")
    extensions.csrf.init_app(app)
    extensions.compress.init_app(app)
    extensions.htmx.init_app(app)
    extensions.migrate.init_app(app, db, directory=str(MIGRATIONS), render_as_batch=True)
    web.register(app)
    for room in ROOMS_WITH_VIEWS:
        app.register_blueprint(import_module(f"survey_app.{room}.views").blueprint)
    worker.register(app)
    cli.register(app)
    return app
