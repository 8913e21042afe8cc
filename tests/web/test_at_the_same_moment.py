"""Two people press at the same moment: one wins, the other hears why, nothing is half done. On both databases."""

import threading
from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from survey_app import clock
from survey_app.accounts import users
from survey_app.accounts.models import User
from survey_app.accounts.passwords import is_right
from survey_app.database import db
from survey_app.design import publishing
from survey_app.design.models import Questionnaire, Version
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE
from tests import staff


def at_once(app: Flask, acts: list[Callable[[], object]]) -> list[str]:
    """Do all acts at once, each in a transaction of its own; "done" or the refusal of each."""
    db.session.commit()
    db.session.remove()
    found = [""] * len(acts)
    start = threading.Barrier(len(acts))

    def run(index: int) -> None:
        with app.app_context():
            start.wait()
            try:
                acts[index]()
                db.session.commit()
                found[index] = "done"
            except DomainError as refusal:
                db.session.rollback()
                found[index] = str(refusal)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


def test_one_draft_is_published_once(app: Flask) -> None:
    key = staff.from_library("nps").id

    def publish() -> None:
        questionnaire = db.session.get_one(Questionnaire, key)
        publishing.publish(questionnaire=questionnaire, by=COMMAND_LINE, now=clock.now())

    found = at_once(app, [publish] * 4)
    assert found.count("done") == 1 and sum("第 1 版" in text for text in found) == 3
    assert db.session.scalar(select(func.count()).select_from(Version)) == 1


def test_two_administrators_cannot_remove_each_other(app: Flask) -> None:
    keys = [staff.make_user("administrator", email=f"a{n}@example.org").id for n in range(2)]

    def remove(key: int) -> Callable[[], None]:
        return lambda: users.deactivate(user=db.session.get_one(User, key), by=COMMAND_LINE, now=clock.now())

    found = at_once(app, [remove(key) for key in keys])
    assert sorted(text == "done" for text in found) == [False, True]
    active = db.session.scalars(select(User).where(User.active.is_(True))).all()
    assert len(active) == 1 and active[0].id in keys


def test_a_one_time_link_is_used_once(app: Flask) -> None:
    user, token = users.create_user(email="li@example.org", role="quality", by=COMMAND_LINE, now=clock.now())
    key = user.id
    passwords = [f"violet tram umbrella {n}" for n in range(3)]

    def use(password: str) -> Callable[[], object]:
        return lambda: users.use_link(token=token, password=password, now=clock.now())

    found = at_once(app, [use(password) for password in passwords])
    assert found.count("done") == 1
    kept = db.session.get_one(User, key).password_hash
    assert [is_right(password, kept) for password in passwords] == [text == "done" for text in found]
