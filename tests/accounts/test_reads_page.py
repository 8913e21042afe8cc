"""Who read what, by customer, object and member of staff; and the pause of sending after a restore. On both databases."""

import pytest
from flask import Flask

from survey_app import events
from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.events import Actor, Event
from survey_app.organisation.models import Organisation
from tests import staff


@pytest.fixture
def chain(app: Flask) -> staff.Chain:
    made = staff.fill(app)
    nurse = Actor(made.users["quality"], "quality@example.org", "quality", "QA")
    clerk = Actor(made.users["customer-service"], "customer-service@example.org", "customer-service")
    questionnaire = db.session.get_one(Questionnaire, made.questionnaire)
    events.record_read("contact.unmasked", None, by=nurse, reason="回电核实", contacts=[17])
    events.record_read("call_list.downloaded", None, by=clerk, reason="七月回访", contacts=[16, 17, 170])
    events.record_read("comment.read", questionnaire, by=clerk, variable="comment")
    events.record("shop.changed", None, by=clerk)
    db.session.commit()
    return made


def seen(chain: staff.Chain, query: str) -> set[str]:
    """The reasons and acts that the page shows."""
    html = chain.signed_in("administrator").text(f"/reads{query}")
    html = html.split("<tbody>")[1].split("</tbody>")[0] if "<tbody>" in html else ""
    return {word for word in ("回电核实", "七月回访", "查看文字意见", "修改门店") if word in html}


def test_a_customer_is_found_in_single_looks_and_in_lists_by_the_exact_number(chain: staff.Chain) -> None:
    assert seen(chain, "?contact=17") == {"回电核实", "七月回访"}
    assert seen(chain, "?contact=16") == {"七月回访"}
    assert seen(chain, "?contact=1") == set()


def test_a_member_of_staff_and_an_object_are_found_and_acts_that_are_no_reads_are_not(chain: staff.Chain) -> None:
    assert seen(chain, f"?user={chain.users['customer-service']}") == {"七月回访", "查看文字意见"}
    assert seen(chain, f"?questionnaire={chain.questionnaire}") == {"查看文字意见"}
    assert seen(chain, "?action=comment.read") == {"查看文字意见"}
    assert seen(chain, "") == {"回电核实", "七月回访", "查看文字意见"}


def test_numbers_that_are_none_find_nothing(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator")
    for query in ("?contact=x", "?user=-1", "?contact=１", f"?contact={'9' * 10}", f"?user={'9' * 10}"):
        assert person.get(f"/reads{query}").status_code == 404
    for query in (f"?contact={'9' * 9}", f"?user={'9' * 9}"):
        assert person.get(f"/reads{query}").status_code == 200


def test_only_those_who_may_read_the_log_see_it(chain: staff.Chain) -> None:
    assert chain.signed_in("quality").get("/reads").status_code == 200
    for role in ("researcher", "customer-service", "manager", "shop-staff"):
        assert chain.signed_in(role).get("/reads").status_code in (403, 404)


def test_after_a_restore_every_page_says_so_and_an_administrator_ends_it_once(chain: staff.Chain) -> None:
    db.session.get_one(Organisation, 1).sending_paused = True
    db.session.commit()
    banner = "短信和邮件已全部暂停"
    reader, administrator = chain.signed_in("researcher"), chain.signed_in("administrator")
    assert banner in reader.text("/questionnaires") and "/sending/resume" not in reader.text("/questionnaires")
    assert reader.post("/sending/resume").status_code == 403
    assert "/sending/resume" in administrator.text("/users")
    assert administrator.post("/sending/resume").status_code == 303
    assert administrator.post("/sending/resume").status_code == 422
    db.session.expire_all()
    assert not db.session.get_one(Organisation, 1).sending_paused
    assert banner not in administrator.text("/users")
    [event] = db.session.query(Event).filter_by(action="sending.resumed")
    assert event.actor == "administrator@example.org"
