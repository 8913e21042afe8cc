"""Personal data out of free text (placeholder: patterns follow)."""


def redact(text: str) -> str:
    """The text with personal data replaced by tags."""
    return text
