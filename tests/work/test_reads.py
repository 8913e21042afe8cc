"""A sensitive read is written down for good before anything is shown; when that fails, nothing is shown (T11)."""

import pytest
from flask import Flask
from sqlalchemy import text

from survey_app import events
from survey_app.database import db, read_only
from survey_app.errors import Busy
from survey_app.events import SHOWN, Actor, Event
from survey_app.organisation.models import Organisation

NURSE = Actor(7, "lin@example.org", "quality", "quality")


def refuse_rows() -> None:
    """The database takes no row of the audit log any more."""
    if db.engine.dialect.name == "sqlite":
        db.session.execute(
            text("CREATE TRIGGER full_log BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'the log is full'); END")
        )
    else:
        db.session.execute(
            text(
                "CREATE FUNCTION full_log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "RAISE EXCEPTION 'the log is full'; END $$"
            )
        )
        db.session.execute(
            text("CREATE TRIGGER full_log BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION full_log()")
        )
    db.session.commit()


def test_a_read_is_durable_when_the_call_returns_and_says_who_of_which_department(app: Flask) -> None:
    chain = db.session.get_one(Organisation, 1)
    events.record_read("contact.unmasked", chain, by=NURSE, reason="回电", contacts=[4, 9])
    db.session.rollback()
    [row] = db.session.query(Event).filter_by(action="contact.unmasked")
    assert (row.department, row.result, row.reason, row.details) == ("quality", SHOWN, "回电", {"contacts": [4, 9]})


def test_a_read_that_cannot_be_written_down_is_refused_and_leaves_nothing(app: Flask) -> None:
    refuse_rows()
    db.session.get_one(Organisation, 1).name = "改过的名字"
    with pytest.raises(Busy):
        events.record_read("comment.read", None, by=NURSE)
    assert db.session.get_one(Organisation, 1).name != "改过的名字"
    assert db.session.query(Event).count() == 0


def test_looking_can_never_pass_for_a_recorded_read(app: Flask) -> None:
    db.session.rollback()
    with read_only(), pytest.raises(RuntimeError, match="needs a POST"):
        events.record_read("comment.read", None, by=NURSE)
