"""The sample chain: a fictional pharmacy chain with half a year of answers, for a first look and for trying things out.

Everything in it is invented. It lives in an installation of its own, marked as sample, and can be reset.
"""

from survey_app.demo.loading import Loaded, load_sample_chain
from survey_app.demo.resetting import reset_sample_chain
from survey_app.demo.welcoming import welcome

__all__ = ["Loaded", "load_sample_chain", "reset_sample_chain", "welcome"]
