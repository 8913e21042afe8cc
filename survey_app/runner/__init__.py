"""The respondent's side: a small application of its own, without session, sign-in or extensions.

Owns the pages customers see. Reads collectors, versions and the organisation; writes only through `responses`. Must not
know staff accounts. A page is one document whose static part is rendered and compressed once (libraries.md, hot path).
"""

from survey_app.runner.views import create_runner

__all__ = ["create_runner"]
