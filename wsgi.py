"""What a WSGI server runs: the staff application and, mounted by prefix, the respondent's side.

`app` is the Flask application that the `flask` command uses; `application` is the whole site.
"""

from survey_app import create_app
from survey_app.server import whole_site

app = create_app()
application = whole_site(app)
