"""Packages of our own, for the fidelity score and for damaged copies."""

from survey_app.config import ROOT
from tests.formats.package.test_parsing import MEMBERS, zipped

WHOLE = (ROOT / "questionnaires" / "delivery-check.yaml").read_bytes()
FILES = {
    "small.zip": zipped(MEMBERS),
    "whole.zip": zipped({**MEMBERS, "questionnaire.yaml": WHOLE}),
}
