"""The command line: English help, exit 0 good, 1 refused, 2 usage."""

from flask import Flask


def register(app: Flask) -> None:
    """Bind the commands to the `flask` command."""
