"""A counter tablet at the HTTP level: enrolment, what it shows, what it sends, what is refused; on both databases."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app import clock
from survey_app.database import db
from survey_app.design import drafting, publishing
from survey_app.design.models import Questionnaire
from survey_app.distribution import collecting, devices, offline
from survey_app.distribution.models import Collector, Device, Wave
from survey_app.distribution.waves import ensure_wave
from survey_app.events import COMMAND_LINE, Event
from survey_app.organisation import shops
from survey_app.questionnaire.loading import load_definition
from survey_app.responses import retention
from survey_app.responses.models import Ballot, BreakOff, Draft, Quota, Response
from survey_app.runner import assets
from tests.runner.street import rows_of

HERE = Path(__file__).parent
PIN = "4711"
MARKERS, GIVEN = ["overall", "remark"], {"overall": "5", "remark": "很好"}  # a whole answer to short.yaml
BY = COMMAND_LINE
SCREEN = {"_v": "1", "_u": "0", "_l": "zh-CN", "_z": "big", "_y": "768", "_s": "60"}


def published(file: Path) -> Questionnaire:
    definition = load_definition(file.read_bytes(), file=file.name)
    made = drafting.load_file(definition=definition, by=BY, now=clock.now())
    publishing.publish(questionnaire=made, by=BY, now=clock.now())
    return made


@dataclass
class Tablet:
    """An enrolled tablet. `said`: the last reply."""

    client: FlaskClient
    id: int
    version: int
    said: dict[str, Any] = field(default_factory=dict)
    status: int = 0

    def get(self, path: str = "/k/") -> str:
        answer = self.client.get(path)
        self.status = answer.status_code
        return answer.get_data(as_text=True)

    def send(self, body: bytes | list[tuple[str, str]], path: str = "/k/answers") -> dict[str, Any]:
        data = body if isinstance(body, bytes) else urlencode(body).encode()
        answer = self.client.post(path, data=data, content_type="application/x-www-form-urlencoded")
        self.status, self.said = answer.status_code, json.loads(answer.data)
        return self.said

    def parcel(self, number: int, markers: list[str], *, day: int | None = None, **given: Any) -> list[tuple[str, str]]:
        """What the tablet sends of answer `number`: questions shown, and what was answered."""
        when = clock.day_number(clock.now()) if day is None else day
        pairs = [("_d", f"{number:032x}"), ("_n", f"{number + 1:032x}"), *(SCREEN | {"_v": str(self.version)}).items()]
        pairs += [("_day", str(when)), *(("_q", name) for name in markers)]
        for name, value in given.items():
            pairs += [(name, str(item)) for item in (value if isinstance(value, list) else [value])]
        return [*pairs, ("_end", "1.")]


Place = Callable[..., Tablet]


@pytest.fixture
def place(app: Flask, runner: Flask) -> Place:
    """Put a tablet for a questionnaire on a counter: `place("short.yaml")`."""

    def put(file: str) -> Tablet:
        there = HERE / file
        questionnaire = published(there if there.exists() else Path("questionnaires") / file)
        region = shops.create_region(code="east", name="东区", by=BY)
        shop = shops.create_shop(code="KM-1", name="人民路店", region=region, by=BY)
        device, code = devices.create_device(
            questionnaire=questionnaire, shop=shop, name="", pin=PIN, by=BY, now=clock.now()
        )
        made = devices.enrol(code=code.lower(), pin=PIN, address="10.0.0.1", now=clock.now())
        client = runner.test_client()
        client.set_cookie(devices.COOKIE, made.token, path=devices.COOKIE_PATH)
        found = Tablet(client, device.id, device.collector.version_id)
        before = clock.month_of(clock.month_of(clock.china(clock.now()).date()) - timedelta(days=1))
        ensure_wave(questionnaire_id=questionnaire.id, now=clock.now(), month=before)  # it is no tablet of today
        db.session.commit()
        db.session.remove()
        return found

    return put


def responses() -> list[Response]:
    return rows_of(select(Response))


# --- what it shows ----------------------------------------------------------------------------------------------------
def test_a_stranger_is_shown_where_a_tablet_is_enrolled_and_can_send_nothing(runner: Flask, place: Place) -> None:
    tablet = place("short.yaml")
    stranger = Tablet(runner.test_client(), 0, tablet.version)
    assert "/enrolment" in stranger.get() and stranger.status == 403
    assert stranger.send(tablet.parcel(1, ["why"]))["stopped"] and stranger.status == 403
    assert stranger.send([("n", "3")], "/k/pending")["stopped"]
    assert responses() == []


def test_the_document_holds_every_question_its_policy_allows_a_worker_and_nothing_inline(place: Place) -> None:
    tablet = place("shop-visit.yaml")
    reply = tablet.client.get("/k/")
    html, policy = reply.get_data(as_text=True), reply.headers["Content-Security-Policy"]
    assert "worker-src 'self'" in policy and "script-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert not re.search(r"<style|<script(?! defer src)| on[a-z]+=| style=", html)
    definition = load_definition(Path("questionnaires/shop-visit.yaml").read_bytes(), file="x").questions
    asked = {question.name for question in definition if question.asks}
    assert set(re.findall(r"name=_q value=([a-z0-9_]+)", html)) == asked
    assert "class=code" not in html  # a delete code would be read by the next person at the counter
    said = tablet.client.get("/k/files").get_json()
    assert said["mark"] == reply.headers["X-Kiosk"] and f'"mark": "{said["mark"]}"' in html.replace("&quot;", '"')
    for address in said["files"]:
        assert tablet.client.get(address).status_code == 200, address
    assert tablet.client.get("/k/?l=en").headers["X-Kiosk"] == said["mark"]


def test_the_offline_module_is_at_most_4_kb() -> None:
    size = sum(len(assets.small_file(name).text) for name in ("kiosk_queue.js", "kiosk_worker.js"))
    assert size <= 4_000, size


# --- what it sends ----------------------------------------------------------------------------------------------------
def test_an_answer_is_stored_once_however_often_it_is_sent(place: Place) -> None:
    tablet = place("short.yaml")
    for _ in range(3):
        said = tablet.send(tablet.parcel(1, MARKERS, **GIVEN))
        assert tablet.status == 200 and said["stored"] and said["id"] == f"{1:032x}"
    tablet.send(tablet.parcel(2, MARKERS, **GIVEN))
    rows = responses()
    assert len(rows) == 2 and len(rows_of(select(Ballot))) == 2
    assert {(r.channel, r.verified, r.place) for r in rows} == {("kiosk", False, devices.PLACE)}
    assert {r.day for r in rows} == {None}  # fewer than ten of this shop: no day (privacy.md 3.3 rule 12)


def test_a_day_is_kept_once_a_shop_has_ten_answers_and_it_is_the_day_of_the_tablet(place: Place) -> None:
    tablet, today = place("short.yaml"), clock.day_number(clock.now())
    for number in range(11):
        tablet.send(tablet.parcel(number, MARKERS, day=today - number % 2, **GIVEN))
    days = sorted((r.day for r in responses()), key=lambda day: day or 0)
    assert days[:10] == [None] * 10 and days[10] == today


@pytest.mark.parametrize("days", [8, 100, -2])
def test_an_answer_older_than_a_week_or_of_a_day_to_come_is_refused_with_our_mark(place: Place, days: int) -> None:
    tablet = place("short.yaml")
    said = tablet.send(tablet.parcel(1, MARKERS, day=clock.day_number(clock.now()) - days, **GIVEN))
    assert tablet.status == 400 and said["refused"] and said["id"] == f"{1:032x}"
    assert responses() == []


def test_the_day_of_the_answer_picks_the_wave_whenever_it_arrives(place: Place) -> None:
    tablet, today = place("short.yaml"), clock.china(clock.now()).date()
    waves = {wave.month: wave.id for wave in rows_of(select(Wave))}
    days = [today - timedelta(days=back) for back in range(8)]
    for number, day in enumerate(days):
        assert tablet.send(tablet.parcel(number, MARKERS, day=clock.day_from_date(day), **GIVEN))["stored"]
    assert sorted(r.wave_id for r in responses()) == sorted(waves[clock.month_of(day)] for day in days)


def test_what_was_cut_is_never_taken_and_never_refused_for_good(place: Place) -> None:
    tablet = place("short.yaml")
    whole = urlencode(tablet.parcel(1, MARKERS, **GIVEN)).encode()
    for length in range(0, len(whole), 7):
        said = tablet.send(whole[:length])
        assert tablet.status == 400 and "refused" not in said, length
    assert responses() == []
    assert tablet.send(whole)["stored"]


@pytest.mark.parametrize(
    ("markers", "given"),
    [
        (["overall"], {"overall": "5"}),  # a question that everybody is asked is missing
        (["overall", "remark", "more"], {"overall": "5"}),  # one that does not exist
        (["overall", "remark"], {"overall": "99"}),  # a code that it does not have
        (["overall", "remark"], {"overall": "5", "other": "x"}),  # a field that no question has
        (["overall", "remark"], {}),  # nothing where an answer is required
        (["overall", "remark"], {"overall": "1"}),  # a question that applies was not shown
    ],
)
def test_an_answer_that_does_not_fit_the_questionnaire_is_refused_with_our_mark(
    place: Place, markers: list[str], given: dict[str, Any]
) -> None:
    tablet = place("short.yaml")
    said = tablet.send(tablet.parcel(1, markers, **given))
    assert tablet.status == 400 and said["refused"], said
    assert responses() == []


TABLES: dict[str, Any] = {
    "wish_staff": "1", "wish_price": "2", "wish_stock": "3", "share_price": "100", "share_near": "", "share_advice": "",
    "warmth": "80", "seen_chain": ["web", "tv"], "drug_a_title": "感冒灵", "drug_a_boxes": "2", "drug_a_form": "pill",
}  # fmt: skip


def test_rankings_amounts_sliders_and_tables_come_from_a_tablet(place: Place) -> None:
    tablet = place("tables.yaml")
    found = re.search(r"data-set=\"([^\"]+)\"", tablet.get())
    assert found
    rules = json.loads(unescape(found[1]))["rules"]
    assert (rules["share"]["sum"], rules["share"]["lo"], rules["share"]["hi"]) == (1, 100, 100)
    assert (rules["wish"]["lo"], rules["warmth"]["step"], rules["drug_b_boxes"]["hi"]) == (3, 5, 20)
    assert rules["seen_rival"]["hi"] == 2 and "unknown" in rules["warmth"]["re"]
    markers = ["wish", "share", "warmth", "seen", "drug", "other_words", "called", "again", "visits"]
    assert tablet.send(tablet.parcel(1, markers, **TABLES))["stored"]
    assert "wish" in tablet.send(tablet.parcel(2, markers, **TABLES | {"wish_price": "1"}))["refused"]
    (response,) = responses()
    assert response.answers["wish"] == ["staff", "price", "stock"] and response.answers["share_near"] == 0


def test_a_break_off_is_counted_once_and_never_analysed(app: Flask, place: Place) -> None:
    tablet = place("short.yaml")
    left = [*tablet.parcel(1, [])[:-1], ("_left", "why"), ("_end", "1.")]
    for _ in range(2):
        assert tablet.send(left)["stored"]
    assert [draft.last_question for draft in rows_of(select(Draft))] == ["why"]
    retention.apply(now=clock.now() + timedelta(days=15))
    db.session.commit()
    assert [(row.last_question, row.count) for row in rows_of(select(BreakOff))] == [("why", 1)]
    assert responses() == []


def test_a_closed_door_takes_what_was_answered_before_it_closed(app: Flask, runner: Flask, place: Place) -> None:
    tablet, today = place("short.yaml"), clock.day_number(clock.now())
    collector = db.session.scalars(select(Collector)).one()
    collecting.close(collector=collector, by=BY, now=clock.now() - timedelta(days=2))
    db.session.commit()
    db.session.remove()
    runner.extensions["respondents"].doors.forget()
    assert "本次调查已结束" in tablet.get()
    assert tablet.send(tablet.parcel(1, MARKERS, day=today - 3, **GIVEN))["stored"]
    assert tablet.send(tablet.parcel(2, MARKERS, day=today, **GIVEN))["refused"]


def test_the_number_that_waits_is_kept_with_the_day_and_nothing_finer(place: Place) -> None:
    tablet = place("short.yaml")
    assert tablet.send([("n", "3")], "/k/pending")["stored"]
    device = rows_of(select(Device))[0]
    assert (device.pending, device.seen_day) == (3, clock.day_number(clock.now()))


def test_a_revoked_tablet_can_neither_show_nor_send(app: Flask, runner: Flask, place: Place) -> None:
    tablet = place("short.yaml")
    devices.revoke(device=db.session.get_one(Device, tablet.id), by=BY, now=clock.now())
    db.session.commit()
    db.session.remove()
    runner.extensions["respondents"].doors.forget()
    tablet.get()
    assert tablet.status == 403 and tablet.client.get("/k/files").get_json()["stopped"]
    assert "refused" not in tablet.send(tablet.parcel(1, MARKERS, **GIVEN))  # it keeps the answer
    assert responses() == []


def test_an_answer_leaves_nothing_in_the_audit_log(place: Place) -> None:
    tablet = place("short.yaml")
    before = len(rows_of(select(Event)))
    tablet.send(tablet.parcel(1, MARKERS, **GIVEN))
    assert len(rows_of(select(Event))) == before and len(responses()) == 1


# --- several pages ----------------------------------------------------------------------------------------------------
def test_questions_behind_rules_of_several_pages_are_decided_by_the_page_as_by_the_server() -> None:
    definition = load_definition((HERE / "kiosk.yaml").read_bytes(), file="kiosk.yaml")
    offline.refuse_unfit(definition)
    shown = offline.shown_when(definition)
    assert shown["bought"] is True
    ended = ["not", ["sel", "bought", "no"]]
    assert shown["kinds"] == ended and shown["visits"] == ended
    assert shown["cold"] == ["and", ["sel", "kinds", "cold"], ended]


def test_the_way_through_several_pages_is_checked_by_the_engine(place: Place) -> None:
    tablet = place("kiosk.yaml")
    everything = ["bought", "kinds", "cold", "visits", "remarks"]
    bought = {"bought": "yes", "kinds": ["cold", "pain"], "cold": "4", "visits": "3"}
    assert tablet.send(tablet.parcel(1, everything, **bought))["stored"]
    assert tablet.send(tablet.parcel(2, ["bought"], bought="no"))["stored"]
    assert "visits" in tablet.send(tablet.parcel(3, everything, **(bought | {"visits": "100"})))["refused"]
    assert tablet.send(tablet.parcel(4, everything, bought="no"))["stored"]  # off the path: dropped
    kept = sorted((row.status, len(row.answers)) for row in responses())
    assert kept == [("complete", 4), ("screened_out", 1), ("screened_out", 1)]


def test_what_a_tablet_took_is_stored_beyond_a_full_quota_and_marked(place: Place) -> None:
    tablet = place("quotas.yaml")
    for number in range(1, 4):
        given = {"gender": "f", "smokes": "no", "visits": "1"}
        for _ in range(2):  # sent again: its reply was lost
            assert tablet.send(tablet.parcel(number, ["gender", "smokes", "visits"], **given))["stored"]
    assert sorted(row.quotas or "" for row in responses()) == ["women", "women", "women+"]
    assert [row.count for row in rows_of(select(Quota))] == [3]


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("{name: b, type: short_text, show_if: {a: {count: {at_least: 2}}}, text: {zh-CN: 二}}", offline.UNDECIDED),
        (
            "{name: r, type: ranking, text: {zh-CN: 排}, choices: [{code: x, text: {zh-CN: 甲}}]}]}, {questions: ["
            "{name: b, type: csat, show_if: {r: {includes: x}}, text: {zh-CN: 二}}",
            offline.UNDECIDED,
        ),
        ("{name: b, type: short_text, text: {zh-CN: '为什么选{{a}}？'}}", offline.PIPED),
        ("{name: b, type: short_text, pattern: phone, text: {zh-CN: 您的电话？}}", offline.PERSONAL),
        ("{name: b, type: file, required: true, text: {zh-CN: 请拍小票}}", offline.FILED),
    ],
)
def test_a_questionnaire_that_needs_the_server_or_contact_data_is_refused_for_tablets(
    tmp_path: Path, question: str, why: str
) -> None:
    text = (
        "format: 1\nname: t\ntitle: {zh-CN: 题}\nlanguages: [zh-CN]\npages: [{questions: [{name: a, type: multiple_choice,"
        " text: {zh-CN: 一}, choices: [{code: x, text: {zh-CN: 甲}}, {code: y, text: {zh-CN: 乙}}]}]}, {questions: [%s]}]"
    )
    with pytest.raises(offline.NotAlone) as refusal:
        offline.refuse_unfit(load_definition((text % question).encode(), file="t.yaml"))
    assert refusal.value.message == why


@pytest.mark.parametrize("file", sorted(path.name for path in Path("questionnaires").glob("*.yaml")))
def test_standard_questionnaires_can_be_answered_on_a_tablet(file: str) -> None:
    offline.refuse_unfit(load_definition((Path("questionnaires") / file).read_bytes(), file=file))


# --- enrolment --------------------------------------------------------------------------------------------------------
@pytest.fixture
def waiting(app: Flask) -> tuple[int, str]:
    """A tablet that waits for its enrolment: id and code."""
    questionnaire = published(HERE / "short.yaml")
    region = shops.create_region(code="east", name="东区", by=BY)
    shop = shops.create_shop(code="KM-1", name="人民路店", region=region, by=BY)
    device, code = devices.create_device(
        questionnaire=questionnaire, shop=shop, name="左", pin=PIN, by=BY, now=clock.now()
    )
    return device.id, code


def test_a_code_enrols_once_within_half_an_hour_and_only_with_its_pin(waiting: tuple[int, str]) -> None:
    id_, code = waiting
    now = clock.now()
    with pytest.raises(devices.EnrolmentRefused):
        devices.enrol(code=code, pin="0000", address="10.0.0.1", now=now)
    with pytest.raises(devices.EnrolmentRefused):
        devices.enrol(code=code, pin=PIN, address="10.0.0.1", now=now + timedelta(minutes=31))
    assert devices.enrol(code=f" {code[:4]}-{code[4:]} ", pin=PIN, address="10.0.0.1", now=now).device.id == id_
    with pytest.raises(devices.EnrolmentRefused):
        devices.enrol(code=code, pin=PIN, address="10.0.0.1", now=now)


def test_guesses_from_one_network_have_to_wait(waiting: tuple[int, str]) -> None:
    _, code = waiting
    now = clock.now()
    for _ in range(5):
        with pytest.raises(devices.EnrolmentRefused, match="登记码"):
            devices.enrol(code="AAAABBBB", pin=PIN, address="10.0.0.1", now=now)
    with pytest.raises(devices.EnrolmentRefused, match="分钟"):
        devices.enrol(code=code, pin=PIN, address="10.0.0.1", now=now)
    assert devices.enrol(code=code, pin=PIN, address="10.0.0.2", now=now)


def test_neither_code_nor_pin_nor_cookie_stands_in_the_database(app: Flask, waiting: tuple[int, str]) -> None:
    id_, code = waiting
    made = devices.enrol(code=code, pin=PIN, address="10.0.0.1", now=clock.now())
    device = db.session.get_one(Device, id_)
    row = " ".join(str(getattr(device, column.name)) for column in Device.__table__.columns)
    for secret in (code, made.token, PIN):
        assert secret not in row


@pytest.mark.parametrize("pin", ["", "123", "1234567", "1111", "1234", "4321", "12a4", "１２３４"])
def test_weak_pins_are_refused(app: Flask, pin: str) -> None:
    with pytest.raises(Exception, match="PIN"):
        devices.pins.checked(pin)
