"""The page of a shop: the number of answers and nothing else, who finds it, refusals, the goal, entering answers."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import clock
from survey_app.analysis import shop_numbers
from survey_app.database import db
from survey_app.design import publishing
from survey_app.design.models import Questionnaire
from survey_app.distribution import goals, refusals
from survey_app.distribution.models import Collector, Refusal
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE, Event
from survey_app.organisation.models import Shop
from tests import staff
from tests.analysis import answers


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def page(chain: staff.Chain, shop: int = 0) -> str:
    return f"/counters/{chain.shops[shop]}"


def now_china() -> date:
    return clock.china(clock.now()).date()


def answer(chain: staff.Chain, count: int, *, day: int | None, channel: str = "shop", shop: int = 0) -> None:
    """Answers of this month, as rows."""
    version = publishing.newest_version(db.session.get_one(Questionnaire, chain.questionnaire))
    assert version is not None
    for _ in range(count):
        answers.answer(version, {"overall": 1}, shop_id=chain.shops[shop], day=day, channel=channel)
    db.session.commit()
    db.session.remove()


# --- who ------------------------------------------------------------------------------------------------------------
def test_shop_staff_land_on_the_page_of_their_shop(chain: staff.Chain) -> None:
    person = chain.signed_in("shop-staff")
    assert person.get("/").location == "/counters"
    assert person.get("/counters").location == page(chain)
    text = person.text(page(chain))
    assert "人民路店" in text and "中山路店" not in text and "顾客拒绝" in text and "不要引导好评" in text
    assert f"/collectors/{chain.doors['own']}/screen" in text


def test_the_page_of_another_shop_is_not_there(chain: staff.Chain) -> None:
    for role in ("shop-staff", "manager"):  # one shop, one region
        person = chain.signed_in(role)
        assert person.get(page(chain)).status_code == 200
        assert person.get(page(chain, 1)).status_code == 404
    foreign = f"{page(chain, 1)}/refusals/{chain.questionnaire}"
    person = chain.signed_in("shop-staff")
    assert person.post(foreign).status_code == person.post(f"{foreign}/undo").status_code == 404
    assert db.session.query(Refusal).count() == 0


def test_shop_staff_without_a_shop_see_none(chain: staff.Chain) -> None:
    user = staff.make_user("shop-staff", email="new@example.org")
    chain.users["homeless"] = user.id
    db.session.commit()
    db.session.remove()
    person = chain.signed_in("homeless")
    assert "还没有指定门店" in person.text("/counters") and person.get(page(chain)).status_code == 404


def test_others_find_every_shop_by_its_name_region_or_code(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    assert "人民路店" in person.text("/counters") and "中山路店" in person.text("/counters?q=西区")
    assert "人民路店" not in person.text("/counters?q=西区") and "没有找到" in person.text("/counters?q=xyz")


# --- numbers --------------------------------------------------------------------------------------------------------
def test_answers_are_counted_by_day_week_and_month_and_those_without_a_day_in_the_month_alone(
    chain: staff.Chain,
) -> None:
    today = now_china()
    day, monday = clock.day_from_date(today), today - timedelta(days=today.weekday())
    answer(chain, 2, day=day)
    answer(chain, 3, day=None)
    answer(chain, 4, day=clock.day_from_date(monday))
    answer(chain, 7, day=day, channel="spot_check")
    answer(chain, 9, day=day, shop=1)
    found = shop_numbers.received(chain.shops, today=today)
    own = found[chain.shops[0]].total
    mondays = 4 if monday.month == today.month else 0
    assert own.today == 2 + 4 * (monday == today)
    assert (own.week, own.month, own.undated, own.checks) == (6, 5 + mondays, 3, 7)
    assert found[chain.shops[1]].total.today == 9
    text = chain.signed_in("shop-staff").text(page(chain))
    assert [int(n) for n in re.findall(r"<dd>(\d+)</dd>", text)] == [own.today, 6, own.month]


def test_answers_of_last_month_are_counted_neither_today_nor_this_month(chain: staff.Chain) -> None:
    answer(chain, 5, day=clock.day_from_date(now_china().replace(day=1)) - 3)
    later = shop_numbers.received(chain.shops, today=now_china())[chain.shops[0]].total
    assert (later.today, later.month, later.undated) == (0, 0, 0)


def test_the_page_says_nothing_of_what_was_answered(chain: staff.Chain) -> None:
    before = chain.signed_in("shop-staff").text(page(chain))
    answer(chain, 12, day=clock.day_number(clock.now()))
    after = chain.signed_in("shop-staff").text(page(chain))

    def plain(text: str) -> str:
        return re.sub(r"\d+", "#", re.sub(r'value="[^"]*"', "", text))

    assert plain(before) == plain(after)


# --- refusals -------------------------------------------------------------------------------------------------------
def test_a_refusal_is_one_tap_and_can_be_taken_back(chain: staff.Chain) -> None:
    person = chain.signed_in("shop-staff")
    path = f"{page(chain)}/refusals/{chain.questionnaire}"
    for expected in (1, 2):
        reply = person.post(path, headers={"HX-Request": "true"})
        assert f"今天 {expected} 人" in reply.get_data(as_text=True) and "撤销" in reply.get_data(as_text=True)
    assert "今天 1 人" in person.post(f"{path}/undo", headers={"HX-Request": "true"}).get_data(as_text=True)
    plain = person.post(path)  # without script
    assert plain.status_code == 303 and "撤销" in person.text(plain.location)
    for _ in range(5):
        person.post(f"{path}/undo")
    assert db.session.scalars(select(Refusal.count)).all() == [0]
    assert (
        db.session.scalars(select(Event.action).where(Event.action == "refusal.taken_back")).all()
        == ["refusal.taken_back"] * 3
    )


def test_refusals_belong_to_their_day_shop_and_questionnaire(app: Flask) -> None:
    chain = staff.fill(app)
    questionnaire = db.session.get_one(Questionnaire, chain.questionnaire)
    first, second = (db.session.get_one(Shop, shop) for shop in chain.shops)
    evening = datetime(2026, 3, 1, 15, 59, tzinfo=UTC)
    for shop, now in ((first, evening), (first, evening + timedelta(minutes=2)), (first, evening), (second, evening)):
        refusals.count_refusal(questionnaire=questionnaire, shop=shop, by=COMMAND_LINE, now=now)
    day = clock.day_number(evening)
    assert refusals.of_day(shop=first, day=day) == {chain.questionnaire: 2}
    assert refusals.of_day(shop=first, day=day + 1) == refusals.of_day(shop=second, day=day) == {chain.questionnaire: 1}


# --- goal -----------------------------------------------------------------------------------------------------------
def test_the_goal_of_a_week_is_set_once_for_all_shops_and_shown(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    path = f"/questionnaires/{chain.questionnaire}"
    assert person.post(f"{path}/goal", {"per_week": "20"}).status_code == 303
    assert 'value="20"' in person.text(f"{path}/collectors")
    assert "还差 20 份" in chain.signed_in("shop-staff").text(page(chain))
    person.post(f"{path}/goal", {"per_week": ""})
    assert "还差" not in chain.signed_in("shop-staff").text(page(chain))
    with pytest.raises(DomainError):
        goals.set_goal(
            questionnaire=db.session.get_one(Questionnaire, chain.questionnaire), per_week=10_001, by=COMMAND_LINE
        )


# --- entering answers -----------------------------------------------------------------------------------------------
def test_a_shift_begins_on_the_page_and_ends_with_a_record(chain: staff.Chain) -> None:
    person = chain.signed_in("shop-staff")
    begun = person.post("/interviews", {"questionnaire": chain.questionnaire, "shop": chain.shops[0]})
    assert begun.status_code == 303 and begun.location.startswith("/interview/")
    assert "正在代填" in person.text("/interviews") and begun.location in person.text("/interviews")
    assert person.post("/interviews/end").location == page(chain)
    assert "正在代填" not in person.text("/interviews")
    person.post("/interviews/end")  # once is enough
    told = db.session.execute(select(Event.action, Event.details).where(Event.action.startswith("interview."))).all()
    assert [(action, details["shop"]) for action, details in told] == [
        ("interview.started", "KM-0"),
        ("interview.ended", "KM-0"),
    ]
    assert len(db.session.scalars(select(Collector).where(Collector.kind == "interview")).all()) == 1


@pytest.mark.parametrize(
    ("role", "given", "field"),
    [
        ("shop-staff", {"shop": "foreign"}, "shop"), ("shop-staff", {"shop": ""}, "shop"),
        ("researcher", {"questionnaire": "draft"}, "questionnaire"), ("customer-service", {"shop": ""}, ""),
    ],
)  # fmt: skip
def test_answers_are_entered_for_shops_that_one_sees_and_questionnaires_that_are_published(
    chain: staff.Chain, role: str, given: dict[str, str], field: str
) -> None:
    known = {"foreign": chain.shops[1], "draft": chain.draft}
    sent = {"questionnaire": chain.questionnaire, "shop": chain.shops[0]} | {
        k: known.get(v, v) for k, v in given.items()
    }
    reply = chain.signed_in(role).post("/interviews", sent)
    assert reply.status_code == (422 if field else 303)
    assert not field or f'href="#{field}"' in reply.get_data(as_text=True)


def test_the_doors_behind_interviews_are_on_no_list(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    person.post("/interviews", {"questionnaire": chain.questionnaire, "shop": chain.shops[0]})
    door = db.session.scalars(select(Collector).where(Collector.kind == "interview")).one()
    code, number = door.code, door.id
    db.session.remove()
    for path in ("/collectors", f"/questionnaires/{chain.questionnaire}/collectors", page(chain)):
        assert code not in person.text(path)
    assert person.get(f"/collectors/{number}/qr.svg").status_code == 404
