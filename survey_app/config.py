"""Settings from the environment, one typed class. Refuses to start with weak or missing secrets in production."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from survey_app.errors import ConfigurationError

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ("", "development", "test", "production")  # of SURVEY_ENV


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation may choose. Paths are absolute; `public_url` has no slash at its end."""

    database_url: str
    instance: Path
    key_folder: Path
    public_url: str
    production: bool
    secret_key: str | None  # None: kept in the key folder, made at the first migration
    trusted_hops: int  # proxies in front whose X-Forwarded-* headers count
    compress_level: int  # gzip level of pages, 0 = off
    port: int
    web_workers: int
    transcribe_command: str = ""  # the program that writes recordings down; "": nothing may be recorded
    checkpoint_folder: Path | None = None  # signed checkpoints of the audit log: on another machine, write-once
    backup_folder: Path | None = None  # None: no backups by schedule
    backup_public_key: str = ""  # "": the file in the key folder that `flask backup keygen` made
    backup_minutes: int = 15

    @property
    def is_sqlite(self) -> bool:
        """True when the embedded database is used."""
        return self.database_url.startswith("sqlite")

    @property
    def sqlite_path(self) -> Path:
        """The file of the embedded database."""
        return Path(self.database_url.removeprefix("sqlite:///"))

    @property
    def secure_cookies(self) -> bool:
        """Cookies only over TLS when the public address is https."""
        return self.public_url.startswith("https://")

    @property
    def export_folder(self) -> Path:
        """Finished export files; outside the web root."""
        return self.instance / "exports"

    @property
    def poster_folder(self) -> Path:
        """Finished posters of many shops."""
        return self.instance / "posters"


def _number(environment: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environment.get(name, "").strip() or str(default)
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise ConfigurationError(f"{name} must be a whole number from {low} to {high}, not {text!r}")
    return int(text)


def _database_url(raw: str, instance: Path) -> str:
    if not raw:
        return f"sqlite:///{instance / 'survey.sqlite'}"
    scheme = raw.split(":", 1)[0]
    if scheme in {"postgres", "postgresql"}:  # psycopg 3 is the driver we ship
        return "postgresql+psycopg:" + raw.split(":", 1)[1]
    if scheme == "postgresql+psycopg":
        return raw
    if scheme == "sqlite":
        path = raw.removeprefix("sqlite:///")
        if not path or path == raw or ":memory:" in path:
            raise ConfigurationError("DATABASE_URL: an SQLite database needs a file, as in sqlite:///survey.sqlite")
        return f"sqlite:///{Path(path).absolute()}"
    raise ConfigurationError("DATABASE_URL must start with postgresql:// or sqlite:///")


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises ConfigurationError with a sentence that says what to change."""
    env = os.environ if environment is None else environment
    instance = Path(env.get("INSTANCE_DIR") or ROOT / "instance").absolute()
    port = _number(env, "PORT", 8000, 1, 65535)
    production = _environment(env) == "production"
    public_url = (env.get("PUBLIC_URL") or f"http://127.0.0.1:{port}").rstrip("/")
    parts = urlsplit(public_url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query:
        raise ConfigurationError("PUBLIC_URL must look like https://survey.example.cn, without a path")
    secret = env.get("SECRET_KEY") or None
    if secret is not None and len(secret) < 32:
        raise ConfigurationError(
            "SECRET_KEY is too short: give at least 32 random characters, or none to have one made"
        )
    if production:
        _check_production(env, parts.scheme)
    return Settings(
        database_url=_database_url(env.get("DATABASE_URL", "").strip(), instance),
        instance=instance,
        key_folder=Path(env.get("KEY_DIR") or instance / "keys").absolute(),
        public_url=public_url,
        production=production,
        secret_key=secret,
        trusted_hops=_number(env, "TRUSTED_HOPS", 0, 0, 5),
        compress_level=_number(env, "COMPRESS_LEVEL", 1, 0, 9),
        port=port,
        web_workers=_number(env, "WEB_WORKERS", 2, 1, 64),
        transcribe_command=env.get("TRANSCRIBE_COMMAND", "").strip(),
        checkpoint_folder=_folder(env, "CHECKPOINT_DIR"),
        backup_folder=_folder(env, "BACKUP_DIR"),
        backup_public_key=env.get("BACKUP_PUBLIC_KEY", "").strip(),
        backup_minutes=_number(env, "BACKUP_MINUTES", 15, 1, 1440),
    )


def _environment(environment: Mapping[str, str]) -> str:
    """The kind of installation. A word that is misspelled must not turn the checks of production off."""
    word = environment.get("SURVEY_ENV", "").strip().lower()
    if word not in ENVIRONMENTS:
        raise ConfigurationError(
            f"SURVEY_ENV must be empty or one of {', '.join(filter(None, ENVIRONMENTS))}, not {word!r}"
        )
    return word


def _folder(environment: Mapping[str, str], name: str) -> Path | None:
    text = environment.get(name, "").strip()
    return Path(text).absolute() if text else None


def _check_production(env: Mapping[str, str], scheme: str) -> None:
    if not env.get("PUBLIC_URL") or scheme != "https":
        raise ConfigurationError("production needs PUBLIC_URL with https://, the address customers see")
    if env.get("FLASK_DEBUG", "").strip() not in {"", "0"}:
        raise ConfigurationError("production must not run with FLASK_DEBUG; unset it")
    for name in ("SURVEY_FAILPOINTS", "SURVEY_CLOCK_FILE"):
        if env.get(name):
            raise ConfigurationError(f"production must not run with {name}; unset it")
