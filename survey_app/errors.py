"""Errors whose words may be shown to a person."""


class DomainError(Exception):
    """A refusal with a sentence for the user: what happened and what to do. Never holds personal data."""


class Busy(DomainError):
    """The database cannot take the work now; the caller keeps the user's input and offers to try again."""


class ConfigurationError(Exception):
    """The installation must not start like this; the sentence says what to change."""
