"""Two versions behind one door: who may put them there, what the list says, how the test ends."""

import copy
import re

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import clock
from survey_app.database import db
from survey_app.design import publishing
from survey_app.design.models import Questionnaire, Version
from survey_app.distribution import collecting, variants
from survey_app.distribution.models import Collector, CollectorArm
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE, Event
from tests import staff

BY = COMMAND_LINE


def fill(app: Flask, number: int = 2) -> staff.Chain:
    """The chain with this many versions of its questionnaire."""
    chain = staff.fill(app)
    questionnaire = db.session.get_one(Questionnaire, chain.questionnaire)
    for extra in range(2, number + 1):
        draft = copy.deepcopy(questionnaire.draft)
        draft["title"]["zh-CN"] = f"门店服务评价 {extra}"
        questionnaire.draft = draft
        publishing.publish(questionnaire=questionnaire, by=BY, now=clock.now())
    db.session.commit()
    db.session.remove()
    return chain


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return fill(sqlite_app)


def door(chain: staff.Chain, which: str = "link") -> Collector:
    return db.session.get_one(Collector, chain.doors[which])


def versions() -> dict[int, Version]:
    return {version.number: version for version in db.session.scalars(select(Version))}


def begin(chain: staff.Chain, first: int = 1, second: int = 2, share: int = 50) -> None:
    known = versions()
    variants.start(collector=door(chain), first=known[first], second=known[second], share=share, by=BY, now=clock.now())


def shown(chain: staff.Chain) -> dict[int, int]:
    return {arm.number: arm.share for arm in variants.running([chain.doors["link"]]).get(chain.doors["link"], [])}


def test_a_test_begins_changes_and_ends_on_each_database(app: Flask) -> None:
    chain = fill(app, 3)
    begin(chain, share=30)
    assert shown(chain) == {1: 30, 2: 70} and door(chain).version.number == 1
    begin(chain, share=30)  # a second press
    begin(chain, 3, 1, 80)
    assert shown(chain) == {3: 80, 1: 20} and door(chain).version.number == 3
    variants.stop(collector=door(chain), keep=versions()[1], by=BY, now=clock.now())
    assert shown(chain) == {} and door(chain).version.number == 1
    kept = {arm.version_id: arm.ended_at for arm in db.session.scalars(select(CollectorArm))}
    assert len(kept) == 3 and None not in kept.values()
    said = [event.action for event in db.session.scalars(select(Event).where(Event.action.like("collector.test%")))]
    assert said == ["collector.test_started", "collector.test_started", "collector.test_stopped"]
    begin(chain)
    assert shown(chain) == {1: 50, 2: 50}
    db.session.commit()


@pytest.mark.parametrize(
    ("first", "second", "share", "field"), [(1, 1, 50, "second"), (1, 2, 0, "share"), (1, 2, 100, "share")]
)
def test_a_test_needs_two_versions_and_something_for_each(
    chain: staff.Chain, first: int, second: int, share: int, field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        begin(chain, first, second, share)
    assert refused.value.field == field and shown(chain) == {}


def test_the_version_of_another_questionnaire_is_refused(chain: staff.Chain) -> None:
    other = db.session.get_one(Questionnaire, chain.draft)
    foreign = publishing.publish(questionnaire=other, by=BY, now=clock.now())
    mine = publishing.newest_version(door(chain).questionnaire)
    assert mine is not None
    with pytest.raises(DomainError):
        variants.start(collector=door(chain), first=mine, second=foreign, share=50, by=BY, now=clock.now())


def test_a_version_with_a_looser_mode_is_not_put_back(sqlite_app: Flask) -> None:
    chain = staff.fill(sqlite_app)
    questionnaire = db.session.get_one(Questionnaire, chain.draft)
    questionnaire.draft = questionnaire.draft | {"mode": "confidential"}
    loose = publishing.publish(questionnaire=questionnaire, by=BY, now=clock.now())
    link = collecting.create_collector(kind="link", questionnaire=questionnaire, by=BY, now=clock.now())
    questionnaire.draft = questionnaire.draft | {"mode": "anonymous"}
    tight = publishing.publish(questionnaire=questionnaire, by=BY, now=clock.now())
    for pair in ((loose, tight), (tight, loose)):
        with pytest.raises(DomainError, match="第 1 版"):
            variants.start(collector=link, first=pair[0], second=pair[1], share=50, by=BY, now=clock.now())
    assert variants.running([link.id]) == {}


def test_a_door_under_test_is_not_switched_and_a_test_ends_with_one_of_its_own_versions(sqlite_app: Flask) -> None:
    chain = fill(sqlite_app, 3)
    with pytest.raises(DomainError):
        variants.stop(collector=door(chain), keep=versions()[1], by=BY, now=clock.now())
    begin(chain)
    for act in (
        lambda: collecting.switch_version(collector=door(chain), by=BY, now=clock.now()),
        lambda: variants.stop(collector=door(chain), keep=versions()[3], by=BY, now=clock.now()),
    ):
        with pytest.raises(DomainError):
            act()
    assert shown(chain) == {1: 50, 2: 50}


def test_a_researcher_begins_and_ends_a_test_on_its_page(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    path, listed = f"/collectors/{chain.doors['link']}/variants", f"/questionnaires/{chain.questionnaire}/collectors"
    assert path in person.text(listed) and "开始测试" in person.text(path)
    refused = person.post(path, {"first": "1", "second": "1", "share": "50"})
    assert refused.status_code == 422 and "请选择两个不同的版本" in refused.get_data(as_text=True)
    assert person.post(path, {"first": "1", "second": "2", "share": "70"}).location == listed
    text = person.text(listed)
    assert "第 1 版 · 70%" in text and "第 2 版 · 30%" in text
    assert text.count("换成最新版") == 2  # those of the two shops; not the tested link
    assert '<option value="70" selected' in person.text(path)
    assert person.post(f"{path}/end", {"version": "9"}).status_code == 422
    assert person.post(f"{path}/end", {"version": "2"}).status_code == 303
    text = person.text(listed)
    assert "A/B 测试</span>" not in text and "保留" not in person.text(path)


def test_doors_are_made_with_two_versions_at_once(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    path = f"/questionnaires/{chain.questionnaire}/collectors"
    assert "随机显示两个版本" in person.text(f"{path}/new?kind=link")
    form = {"kind": "shop", "shop": [str(shop) for shop in chain.shops], "place": "门口"}
    wrong = person.post(path, {**form, "test": "1", "first": "1", "second": "1", "share": "50"})
    assert wrong.status_code == 422 and "门口" not in person.text(path)
    person.post(path, {**form, "test": "1", "first": "2", "second": "1", "share": "60"})
    assert person.text(path).count("第 2 版 · 60%") == 2
    person.post(path, {"kind": "link", "name": "没有测试", "first": "1", "second": "2", "share": "50"})
    assert person.text(path).count("A/B 测试</span>") == 2


@pytest.mark.parametrize("role", ["manager", "shop-staff", "customer-service"])
def test_others_neither_see_nor_end_a_test(chain: staff.Chain, role: str) -> None:
    begin(chain)
    db.session.commit()
    person, path = chain.signed_in(role), f"/collectors/{chain.doors['link']}/variants"
    assert person.get(path).status_code == 403
    assert person.post(f"{path}/end", {"version": "1"}).status_code == 403


def test_all_doors_are_searched_by_names_of_questionnaire_shop_region_and_place(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")

    def found(words: str) -> set[str]:
        return set(re.findall(r"/collectors/(\d+)/poster", person.text("/collectors", query_string={"q": words})))

    link, own, foreign = (str(chain.doors[key]) for key in ("link", "own", "foreign"))
    assert found("") == found("门店服务") == found("SHOP VISIT") == {link, own, foreign}
    assert found("人民路") == found("东区 收银") == found("km-0") == {own}
    assert found("公众号") == {link} and found("西区") == {foreign} and found("东区 西区") == set()
    nothing = person.text("/collectors?q=<b>%25")
    assert "没有找到“&lt;b&gt;%”" in nothing and 'value="&lt;b&gt;%"' in nothing
    fragment = person.text("/collectors?q=km-0", headers={"HX-Request": "true"})
    assert "<html" not in fragment and 'hx-swap-oob="innerHTML">共 1 个' in fragment


def test_shop_staff_search_their_own_doors_only(chain: staff.Chain) -> None:
    person = chain.signed_in("shop-staff")
    assert "没有找到" in person.text("/collectors?q=中山路") and "/poster" in person.text("/collectors?q=人民路")
