"""Errors whose words may be shown to a person."""

from collections.abc import Callable
from typing import Self


class DomainError(Exception):
    """A refusal with a sentence for the user: what happened and what to do. Never holds personal data.

    The sentence is a catalogue key (Chinese, marked with `languages.N_`) with `%(name)s` places for `values`, so that a page
    and the command line each say it in their own language.
    """

    keeps = False  # whether what the refused act wrote is kept: the count of failed tries

    def __init__(self, message: str = "", **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values
        self.field = ""  # the form field that the sentence is about, when it is one

    def at(self, field: str) -> Self:
        """The same refusal, tied to a form field."""
        self.field = field
        return self

    def sentence(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language of `translate`, a gettext function."""
        text = translate(self.message) if self.message else ""
        return text % self.values if self.values else text


class Busy(DomainError):
    """The database cannot take the work now; the caller keeps the user's input and offers to try again."""


class ConfigurationError(Exception):
    """The installation must not start like this; the sentence says what to change."""
