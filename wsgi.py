"""What a WSGI server runs: the staff application and, mounted by prefix, the respondent's side.

`app` is the Flask application that the `flask` command uses; `application` is the whole site, made when it is first asked for:
a command that serves nobody does not wait for it.
"""

import gc

gc.disable()  # what is loaded here stays: to look through it, while loading and again at the end, is half of a short command

import sys  # noqa: E402
from typing import Any  # noqa: E402

from survey_app import create_app  # noqa: E402
from survey_app.errors import ConfigurationError  # noqa: E402

try:
    app = create_app()
except ConfigurationError as error:
    sys.exit(f"error: {error}")
gc.freeze()
gc.enable()


def __getattr__(name: str) -> Any:
    if name != "application":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from survey_app.server import whole_site

    globals()["application"] = made = whole_site(app)
    return made
