"""Indicators have one meaning and are never deleted; weights hold from a day on."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from survey_app.design import drafting, indicators
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE
from survey_app.questionnaire import loading
from tests import staff

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
SHARES = {"response_speed": 30.0, "resolution": 25.0, "service_attitude": 20.0, "product_information": 15.0}
SHARES["order_fulfilment"] = 10.0


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def weigh(starts_on: date, weights: dict[str, float], now: datetime = NOW) -> None:
    indicators.set_weights(starts_on=starts_on, weights=weights, note="", by=COMMAND_LINE, now=now)


def test_the_shipped_indicators_are_there_and_may_be_reworded_retired_and_added_to(app: Flask) -> None:
    shipped = [entry.key for entry in indicators.all_indicators()]
    assert shipped.index("response_speed.waiting") > shipped.index("response_speed")
    indicators.change(key="resolution", name={"zh-CN": "解决率"}, note={}, by=COMMAND_LINE)
    indicators.create(
        key="parking",
        parent="order_fulfilment",
        name={"zh-CN": "停车", "en": "Parking"},
        note={},
        by=COMMAND_LINE,
        now=NOW,
    )
    indicators.retire(key="resolution.effort", retired=True, by=COMMAND_LINE, now=NOW)
    found = {entry.key: entry for entry in indicators.all_indicators()}
    assert found["resolution"].named("zh-CN") == "解决率" and found["resolution"].shipped
    assert found["order_fulfilment.parking"].parent == "order_fulfilment"
    assert ("order_fulfilment.parking", "Order fulfilment › Parking") in indicators.options("en")
    assert "resolution.effort" not in dict(indicators.options("en")), "retired ones are not offered"
    assert "resolution.effort" in indicators.names(), "but keep their name"


@pytest.mark.parametrize(
    ("key", "parent"), [("Big", ""), ("a.b", ""), ("x", "nobody"), ("y", "resolution.effort"), ("", "")]
)
def test_a_key_that_cannot_be_is_refused(app: Flask, key: str, parent: str) -> None:
    with pytest.raises(DomainError):
        indicators.create(key=key, parent=parent, name={"zh-CN": "名"}, note={}, by=COMMAND_LINE, now=NOW)


def test_weights_hold_from_their_day_and_the_past_keeps_its_own(app: Flask) -> None:
    weigh(TODAY, SHARES)
    other = {**SHARES, "response_speed": 20.0, "resolution": 35.0}
    weigh(TODAY + timedelta(days=40), other)
    assert indicators.weights_on(TODAY - timedelta(days=1)) == {}
    assert indicators.weights_on(TODAY + timedelta(days=39)) == SHARES
    assert indicators.weights_on(TODAY + timedelta(days=40)) == other
    weigh(TODAY + timedelta(days=40), SHARES)  # not in force yet: it may be replaced
    assert indicators.weights_on(TODAY + timedelta(days=50)) == SHARES
    with pytest.raises(DomainError, match="不能早于今天"):
        weigh(TODAY - timedelta(days=1), SHARES)
    with pytest.raises(DomainError, match="晚于"):
        weigh(TODAY + timedelta(days=1), SHARES)


@pytest.mark.parametrize(
    "weights",
    [
        {},
        {"response_speed": 99.0},
        {"overall": 100.0},
        {"nobody": 100.0},
        {"response_speed": -10.0, "resolution": 110.0},
    ],
)
def test_weights_that_do_not_add_up_are_refused(app: Flask, weights: dict[str, float]) -> None:
    with pytest.raises(DomainError):
        weigh(TODAY, weights)


def test_a_weighted_indicator_is_not_retired_and_a_review_falls_due_after_a_quarter(app: Flask) -> None:
    assert indicators.review_due(TODAY)
    weigh(TODAY, SHARES)
    assert not indicators.review_due(TODAY + timedelta(days=92))
    assert indicators.review_due(TODAY + timedelta(days=93))
    with pytest.raises(DomainError, match="权重"):
        indicators.retire(key="resolution", retired=True, by=COMMAND_LINE, now=NOW)


def test_where_an_indicator_is_used_is_listed(app: Flask) -> None:
    question = {"name": "waiting", "type": "rating", "indicator": "response_speed.waiting", "text": "快吗"}
    data = {"format": 1, "name": "small", "title": "小", "languages": ["zh-CN"], "pages": [{"questions": [question]}]}
    drafting.load_file(definition=loading.definition_from(data), by=COMMAND_LINE, now=NOW)
    [(questionnaire, names)] = indicators.uses()["response_speed.waiting"]
    assert (questionnaire.name, names) == ("small", ["waiting"])


def test_the_page_adds_rewords_and_weighs(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher", "en")
    assert "Response speed" in person.text("/indicators")
    answer = person.post("/indicators", {"key": "parking", "parent": "", "name_zh": "停车", "name_en": "Parking"})
    assert answer.status_code == 303 and "Parking" in person.text("/indicators")
    wrong = person.post("/indicator-weights", {"starts_on": "2099-01-01", "weight-response_speed": "40"})
    assert wrong.status_code == 422 and "add up to 100; now they add up to 40" in wrong.get_data(as_text=True)
    assert 'value="40"' in wrong.get_data(as_text=True), "nothing typed is lost"
    shares = {f"weight-{key}": str(share) for key, share in SHARES.items()}
    assert person.post("/indicator-weights", {"starts_on": "2099-01-01", **shares}).status_code == 303
    assert "30%" in person.text("/indicators")
    assert person.post("/indicators/parking", {"name_zh": "停车位"}).status_code == 303
    assert person.post("/indicators/parking/retirement", {"retired": "1"}).status_code == 303
    reader = chain.signed_in("manager", "en")
    assert reader.get("/indicators").status_code == 200
    assert reader.post("/indicators", {"key": "x", "name_zh": "x"}).status_code == 403
