"""The result page: what it shows, to whom, and what it keeps back."""

import re
from typing import Any

import pytest
from flask import Flask

from survey_app import events
from survey_app.analysis.figures import Mover
from survey_app.database import db
from survey_app.events import Event
from tests.analysis import answers, showcase
from tests.analysis.answers import answer, publish
from tests.analysis.staff import client_of, token_in


def page_of(app: Flask, address: str, role: str = "researcher", language: str = "zh") -> str:
    found = client_of(app, role, language).get(address)
    assert found.status_code == 200
    return found.get_data(as_text=True)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_fresh_questionnaire_shows_the_live_number_and_no_figure(app: Flask) -> None:
    version = publish()
    for _ in range(4):
        answer(version, {"nps": 10})
    db.session.commit()
    Mover().tick()
    html = page_of(app, f"/questionnaires/{version.questionnaire_id}/results")
    assert "已收到 4 份" in words(html)
    assert '<svg class="chart"' not in html
    assert "回答满 5 份后才显示图表" in html


def test_figures_stand_still_while_the_live_number_moves(app: Flask) -> None:
    version = publish()
    for _ in range(7):
        answer(version, {"nps": 10})
    db.session.commit()
    mover = Mover()
    mover.tick()
    for _ in range(3):
        answer(version, {"nps": 0})
    db.session.commit()
    mover.tick()
    text = words(page_of(app, f"/questionnaires/{version.questionnaire_id}/results"))
    assert "已收到 10 份" in text and "图表截至 7 份" in text
    assert "+100 95% 区间" in text and "n = 7 · 样本不足" in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_question_has_its_chart_and_table(sqlite_app: Flask, language: str) -> None:
    version = showcase.fill(120)
    Mover().tick()
    html = page_of(sqlite_app, f"/questionnaires/{version.questionnaire_id}/results", language=language)
    for name in ["nps", "sat", "ease", "stars", "calm", "reason", "good", "aspects", "visits", "last", "hour"]:
        card = html.split(f'id="q-{name}"')[1].split("</article>")[0]
        assert f'id="c-{name}-t"' in card and "<details>" in card, name
    assert 'id="c-rare-t"' not in html  # three answers
    assert "style=" not in html
    if language == "en":
        assert not re.search(r"[\u4e00-\u9fff]", words(html.split('id="results"')[1].split("</main>")[0]))


def test_the_version_filter_shows_one_version_and_refuses_an_unknown_one(app: Flask) -> None:
    first = publish()
    second = publish(answers.SMALL.replace("推荐吗", "会推荐吗"), questionnaire=first.questionnaire)
    for version, value, count in ((first, 10, 6), (second, 0, 8)):
        for _ in range(count):
            answer(version, {"nps": value})
    db.session.commit()
    Mover().tick()
    client = client_of(app, "manager")
    address = f"/questionnaires/{first.questionnaire_id}/results"
    all_of_them = words(client.get(address).get_data(as_text=True))
    assert "n = 14" in all_of_them and "第 2 版" in all_of_them
    assert "+100" in words(client.get(f"{address}?version=1").get_data(as_text=True))
    assert "\u2212100" in words(client.get(f"{address}?version=2").get_data(as_text=True))
    assert client.get(f"{address}?version=3").status_code == 404
    assert client.get(f"{address}?version=x").status_code == 404
    fragment = client.get(f"{address}?version=2", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert fragment.lstrip().startswith('<div id="results"')


def test_the_live_number_is_a_fragment_that_asks_again(app: Flask) -> None:
    version = publish()
    answer(version, {"nps": 10})
    db.session.commit()
    html = page_of(app, f"/questionnaires/{version.questionnaire_id}/results/received")
    assert "<html" not in html and 'hx-trigger="every 15s"' in html and "<strong>1</strong>" in html


@pytest.mark.parametrize(("role", "status"), [("manager", 200), ("quality", 200), ("shop-staff", 403)])
def test_results_need_their_permission(sqlite_app: Flask, role: str, status: int) -> None:
    version = publish()
    assert client_of(sqlite_app, role).get(f"/questionnaires/{version.questionnaire_id}/results").status_code == status


class TestTexts:
    def read(self, app: Flask, questionnaire_id: int, role: str = "quality", **form: str) -> tuple[int, str]:
        client = client_of(app, role)
        page = client.get(f"/questionnaires/{questionnaire_id}/results").get_data(as_text=True)
        form = {"csrf_token": token_in(page), "variable": "comment", **form}
        found = client.post(f"/questionnaires/{questionnaire_id}/results/comments", data=form)
        return found.status_code, found.get_data(as_text=True)

    def fill(self, count: int, text: str = "送药慢", days_ago: int = 2) -> int:
        version = publish()
        for _ in range(count):
            answer(version, {"nps": 9}, {"comment": text}, day=answers.TODAY - days_ago)
        db.session.commit()
        Mover().tick()
        return version.questionnaire_id

    def test_texts_are_shown_escaped_from_the_tenth_on_and_the_reading_is_logged(self, app: Flask) -> None:
        questionnaire_id = self.fill(12, text="<script>alert(1)</script>")
        status, html = self.read(app, questionnaire_id)
        assert status == 200
        assert html.count("&lt;script&gt;alert(1)") == 12 and "<script>alert" not in html
        [event] = db.session.query(Event).filter_by(action="comment.read")
        assert (event.actor, event.details["variable"]) == ("quality@example.org", "comment")

    def test_nine_texts_stay_unread(self, app: Flask) -> None:
        status, html = self.read(app, self.fill(9))
        assert status == 200 and "送药慢" not in html and "还不能显示" in html

    def test_texts_of_today_wait_until_tomorrow(self, sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("survey_app.clock.now", lambda: answers.NOW)
        assert "送药慢" not in self.read(sqlite_app, self.fill(30, days_ago=0))[1]

    def test_the_administrator_of_accounts_may_not_read_texts(self, sqlite_app: Flask) -> None:
        assert self.read(sqlite_app, self.fill(12), role="administrator")[0] == 403

    def test_without_a_record_nothing_is_shown(self, sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        questionnaire_id = self.fill(12)

        def broken(name: str, *given: Any, **named: Any) -> Any:
            if name == "comment.read":
                raise OSError("the log is full")
            return record(name, *given, **named)

        record = events.record
        monkeypatch.setattr(events, "record", broken)
        status, html = self.read(sqlite_app, questionnaire_id)
        assert status == 503 and "送药慢" not in html

    def test_answers_that_are_no_texts_cannot_be_read_this_way(self, sqlite_app: Flask) -> None:
        questionnaire_id = self.fill(12)
        assert self.read(sqlite_app, questionnaire_id, variable="nps")[0] == 404

    def test_all_versions_minus_one_shows_no_single_text(self, app: Flask) -> None:
        first = publish()
        second = publish(answers.SMALL.replace("推荐吗", "会推荐吗"), questionnaire=first.questionnaire)
        for version, text, count in ((first, "旧版的话", 12), (second, "新版的话", 4)):
            for _ in range(count):
                answer(version, {"nps": 9}, {"comment": text}, day=answers.TODAY - 2)
        db.session.commit()
        shown = self.read(app, first.questionnaire_id)[1]
        assert (shown.count("旧版的话"), shown.count("新版的话")) == (12, 0)
        for _ in range(6):
            answer(second, {"nps": 9}, {"comment": "新版的话"}, day=answers.TODAY - 2)
        db.session.commit()
        shown = self.read(app, first.questionnaire_id, role="manager")[1]
        assert (shown.count("旧版的话"), shown.count("新版的话")) == (12, 10)
