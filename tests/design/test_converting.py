"""Importing a questionnaire by the pages: faults with places, the report, a draft of its own, nothing overwritten."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from survey_app import clock
from survey_app.database import db
from survey_app.design import converting, drafting
from survey_app.design.models import Conversion, Questionnaire
from survey_app.events import Event
from survey_app.questionnaire import loading
from tests import staff

TEXT = "门店回访\n\n1. 满意吗？（1-5分）\n\n2. 买了什么？[多选题]\nA. 药\nB. =1+1\n\n3. 在哪？[地理位置]\n依赖于第9题第1个选项\n"


@pytest.fixture
def chain(app: Flask) -> staff.Chain:
    return staff.fill(app)


def send(person: staff.Person, path: str, data: dict[str, Any]) -> TestResponse:
    db.session.rollback()
    answer = person.post(path, data)
    db.session.rollback()
    return answer


def bring(person: staff.Person, data: bytes, name: str = "a.txt", **more: str) -> TestResponse:
    return send(person, "/questionnaires/import", {"file": (io.BytesIO(data), name), **more})


def drafts() -> int:
    found = db.session.scalar(select(func.count()).select_from(Questionnaire)) or 0
    db.session.rollback()
    return found


def test_a_file_is_looked_at_before_it_is_a_draft(chain: staff.Chain) -> None:
    person, before = chain.signed_in("researcher"), drafts()
    brought = bring(person, TEXT.encode("gb18030"), "x/回访.txt")
    assert brought.status_code == 303 and drafts() == before
    page = person.text(brought.location)
    assert "回访.txt" in page and "x/回" not in page and "[地理位置]变成单行填空" in page and "门店回访" in page
    told = page.split("report-title")[2]
    assert "=1+1" in told and told.index("丢失</span>") < told.index("保留</span>")
    lost = person.text(f"{brought.location}?result=lost")
    assert "依赖于第9题" in lost and "满意吗" not in lost.split("draft-title")[0].split("report-title")[1]
    report = person.get(f"{brought.location}/report.csv").get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(report)))
    assert len(rows) == 6 and not [cell for row in rows for cell in row if cell.startswith("=")]
    made = send(person, brought.location, {"title": "回访二", "name": ""})
    assert made.status_code == 303 and made.location.endswith("/editor") and drafts() == before + 1
    again = send(person, brought.location, {"title": "回访二", "name": ""})
    assert again.location == made.location and drafts() == before + 1
    questionnaire = db.session.scalars(select(Questionnaire).order_by(Questionnaire.id.desc())).first()
    assert questionnaire is not None and questionnaire.title["zh-CN"] == "回访二"
    assert [q.type for q in drafting.draft_of(questionnaire).questions] == ["rating", "multiple_choice", "short_text"]
    assert db.session.scalar(select(func.count()).where(Event.action == "questionnaire.imported")) == 1
    db.session.rollback()
    assert "[地理位置]变成单行填空" in person.text(brought.location)  # the report stays


def test_our_own_file_keeps_its_name_when_it_is_free(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    present = db.session.get_one(Questionnaire, chain.draft)
    revision, ours = present.draft_revision, loading.dump_yaml(drafting.draft_of(present))
    brought = bring(person, ours.replace("推荐意愿", "另一份").encode(), "a.yaml")
    send(person, brought.location, {"title": "", "name": ""})
    made = db.session.scalars(select(Questionnaire).order_by(Questionnaire.id.desc())).first()
    assert made is not None and made.name == "nps-2" and made.title["zh-CN"] == "另一份"
    assert db.session.get_one(Questionnaire, chain.draft).draft_revision == revision


def test_every_fault_of_a_file_is_shown_with_its_place(chain: staff.Chain) -> None:
    broken = (
        "format: 1\nname: x\ntitle: 甲\nlanguages: [zh-CN]\npages:\n- questions:\n"
        "  - {name: q1, type: singel_choice, text: <b>}\n  - {name: 2, type: note}\n"
    )
    person, before = chain.signed_in("researcher"), drafts()
    answer = bring(person, broken.encode(), "<i>.yaml")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "line 7" in page and "line 8" in page and 'id="file-error"' in page
    assert "<i>.yaml" not in page and drafts() == before
    for data, words in ((b"", "文件是空的"), (b"\x89PNG\r\n\x1a\n" + b"\0" * 9, "这是图片")):
        assert words in bring(person, data).get_data(as_text=True)
    nothing = send(person, "/questionnaires/import", {})
    assert nothing.status_code == 422 and "请选择文件。" in nothing.get_data(as_text=True)
    huge = bring(person, b"a" * (21 * 1024 * 1024))
    assert huge.status_code == 422 and "20 MB" in huge.get_data(as_text=True)


def test_a_name_that_is_taken_is_told_and_the_typed_words_stay(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    brought = bring(person, TEXT.encode())
    answer = send(person, brought.location, {"title": "我的标题", "name": "nps"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "我的标题" in page and 'id="name-error"' in page


def test_nobody_else_sees_a_file_that_is_no_draft_yet(chain: staff.Chain) -> None:
    brought = bring(chain.signed_in("researcher"), TEXT.encode())
    other = chain.signed_in("administrator")
    for path in (brought.location, f"{brought.location}/report.csv"):
        assert other.get(path).status_code == 404
    assert send(other, brought.location, {"title": "", "name": ""}).status_code == 404
    assert chain.signed_in("shop-staff").get("/questionnaires/import").status_code in (403, 404)


def test_files_that_nobody_wanted_are_forgotten_after_a_week(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    first, second = bring(person, TEXT.encode()), bring(person, TEXT.encode())
    send(person, second.location, {"title": "", "name": ""})
    assert converting.expire(now=clock.now() + timedelta(days=6)) == 0
    assert converting.expire(now=clock.now() + timedelta(days=8)) == 1
    db.session.commit()
    assert [f"/questionnaires/import/{row.id}" for row in db.session.scalars(select(Conversion))] == [second.location]
    assert re.search(r"/\d+$", first.location)


def test_a_post_without_the_token_reads_nothing(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    answer = person.open("/questionnaires/import", method="POST", data={"file": (io.BytesIO(TEXT.encode()), "a.txt")})
    assert answer.status_code in (400, 403) and db.session.scalar(select(func.count()).select_from(Conversion)) == 0
