"""What every command shares: refusals in one line, an installation that is made when it is empty, JSON for programs."""

import functools
import json
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click
from flask import current_app

from survey_app import installation
from survey_app.config import Settings
from survey_app.errors import ConfigurationError, DomainError
from survey_app.languages import translator
from survey_app.vault import Vault

Command = TypeVar("Command", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program.")


def refusing(command: Command) -> Command:
    """Turn a refusal into one line on standard error and exit 1."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (DomainError, ConfigurationError) as error:
            sentence = error.sentence(translator("en")) if isinstance(error, DomainError) else str(error)
            for line in sentence.splitlines() or ["refused"]:
                click.echo(f"error: {line}", err=True)
            sys.exit(1)

    return run  # type: ignore[return-value]


def installed(command: Command) -> Command:
    """Install an empty database and refuse a broken one before the command runs."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        installation.install(app)
        installation.check(app)
        return command(*args, **kwargs)

    return refusing(run)  # type: ignore[return-value]


def settings() -> Settings:
    """The settings of this installation."""
    found: Settings = current_app.extensions["survey_settings"]
    return found


def tell(as_json: bool, sentence: str, **values: Any) -> None:
    """Print the result: a sentence for a person or an object for a program."""
    click.echo(json.dumps(values, ensure_ascii=False) if as_json else sentence)


def vault() -> Vault:
    """The key folder of this installation."""
    found: Vault = current_app.extensions["survey_vault"]
    return found
