"""What a WSGI server runs: the staff application and, mounted by prefix, the respondent's side.

`app` is the Flask application that the `flask` command uses; `application` is the whole site.
"""

import sys

from survey_app import create_app
from survey_app.errors import ConfigurationError
from survey_app.server import whole_site

try:
    app = create_app()
except ConfigurationError as error:
    sys.exit(f"error: {error}")
application = whole_site(app)
