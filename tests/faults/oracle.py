"""Compares what people were told with what the database holds."""

import hashlib

from sqlalchemy import func, select

from survey_app.database import db
from survey_app.responses.models import Ballot, Response
from tests.faults.serving import Phone


def check_ledger(phones: list[Phone], answers: list[dict[str, object]]) -> None:
    """Every phone's answer is there once, whole, and nothing else is."""
    stored = dict(db.session.execute(select(Response.rc_hash, Response.answers)).tuples().all())
    ballots = db.session.scalar(select(func.count()).select_from(Ballot))
    rows = db.session.scalar(select(func.count()).select_from(Response))
    db.session.rollback()
    expected = {hashlib.sha256(p.value("_r").encode()).digest(): a for p, a in zip(phones, answers, strict=True)}
    assert {key: stored.get(key) for key in expected} == expected  # confirmed and present, as it was sent
    assert rows == ballots == len(expected)  # none double, none half
