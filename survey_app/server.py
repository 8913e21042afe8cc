"""The whole site as one WSGI application: staff side, respondent's side, static files."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def whole_site(app: Flask) -> WsgiApp:
    """Mount the respondent's side in front of the staff application."""
    return app.wsgi_app
