"""Files of some answers: what a filter chooses, and that no filter tells more than the file of all answers."""

import csv
import io
import json
import random
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from survey_app import clock
from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE, Event
from survey_app.exports.models import Export
from survey_app.exports.selecting import LEAST_CHOSEN, Selection
from survey_app.exports.writing import Written, write_export
from tests.analysis.answers import NOW, add_shop, add_wave, answer, definition, publish
from tests.analysis.staff import client_of
from tests.exports.test_pages import Desk

PLACES = ("region", "store_code", "place")
OCTOBER = clock.day_from_date(date(2026, 10, 20))


def rows_of(questionnaire: Questionnaire, folder: Path, **only: Any) -> dict[str, dict[str, str]]:
    path = folder / "x.csv"
    write_export(
        questionnaire=questionnaire, file_format="csv", path=path, labels=False, language="zh-CN", by=COMMAND_LINE,
        reason="测试导出", now=NOW, selection=Selection(**only),
    )  # fmt: skip
    lines = csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))
    return {row["response_id"]: row for row in lines}


def mixed() -> Questionnaire:
    """Two versions, two months, two languages, channels and states, and shops of two regions, two of them small."""
    first = publish()
    second = publish(questionnaire=first.questionnaire)
    earlier = add_wave(first.questionnaire_id, date(2026, 10, 1)).id
    shops = [add_shop("S1"), add_shop("S2"), add_shop("S3"), add_shop("S4", "R2"), add_shop("S5", "R2")]
    dice = random.Random(5)
    for shop, many in ((shops[0], 30), (shops[1], 14), (shops[2], 6), (shops[3], 7), (shops[4], 8), (None, 40)):
        for _ in range(many):
            day, wave = dice.choice([(None, 1), (None, earlier), (clock.day_number(NOW), 1), (OCTOBER, 1)])
            answer(
                dice.choice([first, second]), {"nps": dice.randint(0, 10)}, shop_id=shop.id if shop else None,
                place="收银台" if shop else "", channel="shop" if shop else dice.choice(["link", "sms"]), day=day,
                wave_id=wave, language=dice.choice(["zh-CN", "en"]),
                status=dice.choice(["complete", "complete", "screened_out"]),
            )  # fmt: skip
    db.session.commit()
    return first.questionnaire


@pytest.mark.parametrize(
    ("only", "fits"),
    [
        ({"versions": (2,)}, lambda row: row["version"] == "2"),
        ({"since": "2026-11"}, lambda row: row["month"] == "2026-11"),
        ({"until": "2026-10"}, lambda row: row["month"] == "2026-10"),
        ({"since": "2026-10", "until": "2026-11"}, lambda row: True),
        ({"languages": ("en",)}, lambda row: row["language"] == "en"),
        ({"channels": ("link", "sms")}, lambda row: row["channel"] != "shop"),
        ({"complete": True}, lambda row: row["status"] == "complete"),
        ({"region": "R2"}, lambda row: row["region"] == "R2"),
        ({"shops": ("S1", "S2")}, lambda row: row["store_code"] != ""),
        ({"region": "R1", "complete": True}, lambda row: row["region"] == "R1" and row["status"] == "complete"),
    ],
)
def test_a_filter_chooses_by_what_the_file_of_all_answers_says(
    app: Flask, tmp_path: Path, only: dict[str, Any], fits: Any
) -> None:
    questionnaire = mixed()
    whole = rows_of(questionnaire, tmp_path)
    found = rows_of(questionnaire, tmp_path, **only)
    assert found.keys() == {key for key, row in whole.items() if fits(row)} and len(found) >= LEAST_CHOSEN
    for key, row in found.items():
        same = {name: cell for name, cell in row.items() if name not in PLACES}
        assert same == {name: whole[key][name] for name in same}
        assert all(row[name] in ("", whole[key][name]) for name in PLACES)


def test_no_filter_names_a_place_that_the_file_of_all_answers_leaves_out(sqlite_app: Flask, tmp_path: Path) -> None:
    questionnaire = mixed()
    whole, dice, files = rows_of(questionnaire, tmp_path), random.Random(1), 0
    for _ in range(60):
        only = {
            "versions": dice.choice([(), (), (1,), (2,)]), "since": dice.choice(["", "", "2026-11"]),
            "languages": dice.choice([(), ("en",)]), "complete": dice.choice([False, True]),
            "region": dice.choice(["", "", "R1", "R2"]), "shops": dice.choice([(), (), ("S1",), ("S1", "S2")]),
        }  # fmt: skip
        try:
            found = rows_of(questionnaire, tmp_path, **only)
        except DomainError:
            continue
        files += 1
        assert len(found) >= LEAST_CHOSEN and found.keys() <= whole.keys()
        assert all(row[name] in ("", whole[key][name]) for key, row in found.items() for name in PLACES)
    assert files > 15


@pytest.mark.parametrize(
    ("only", "words"),
    [
        ({"shops": ("S3",)}, "S3"),  # six answers
        ({"shops": ("S1", "nowhere")}, "nowhere"),
        ({"region": "R3"}, "没有符合"),
        ({"since": "2027-01"}, "没有符合"),
        ({"since": "2026-11", "until": "2026-10"}, "早于"),
        ({"since": "2026-13"}, "2026-11"),
        ({"until": "x"}, "2026-11"),
    ],
)
def test_a_filter_that_cannot_be_followed_is_refused(
    sqlite_app: Flask, tmp_path: Path, only: dict[str, Any], words: str
) -> None:
    questionnaire = mixed()
    with pytest.raises(DomainError, match=words):
        rows_of(questionnaire, tmp_path, **only)
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


@pytest.mark.parametrize(("english", "is_refused"), [(9, True), (10, False)])
def test_fewer_than_ten_chosen_answers_are_no_file(
    sqlite_app: Flask, tmp_path: Path, english: int, is_refused: bool
) -> None:
    version = publish()
    for number in range(30):
        answer(version, {"nps": 9}, language="en" if number < english else "zh-CN")
    db.session.commit()
    if is_refused:
        with pytest.raises(DomainError, match="不足"):
            rows_of(version.questionnaire, tmp_path, languages=("en",))
    else:
        assert len(rows_of(version.questionnaire, tmp_path, languages=("en",))) == english


def test_a_filter_that_leaves_nothing_out_is_followed_however_few_they_are(sqlite_app: Flask, tmp_path: Path) -> None:
    version = publish()
    for _ in range(3):
        answer(version, {"nps": 9})
    db.session.commit()
    assert len(rows_of(version.questionnaire, tmp_path, languages=("zh-CN",), complete=True)) == 3


def test_the_filter_of_the_page_is_checked_kept_recorded_and_told(app: Flask) -> None:
    desk = Desk(app)
    version = db.session.query(Questionnaire).one().id
    assert desk.order(since="2026-11", until="2026-11", status="complete").status_code == 303  # all three of them
    made = desk.make()
    event = db.session.query(Event).filter_by(action="export.requested").one()
    assert event.details | {"since": "2026-11", "until": "2026-11", "complete": True} == event.details
    assert Selection.from_json(made.options) == Selection(since="2026-11", until="2026-11", complete=True)
    page = desk.client.get(desk.address).get_data(as_text=True)
    assert "仅完整的回答；2026-11 – 2026-11；不含测试回答" in page
    refused = desk.order(languages="en", shops="S9，S8")
    assert refused.status_code == 422 and "门店 S9 不足 10 份回答" in refused.get_data(as_text=True)
    assert 'value="S9，S8"' in refused.get_data(as_text=True) and 'id="filters" open' in refused.get_data(as_text=True)
    assert (db.session.query(Export).count(), version) == (1, made.questionnaire_id)


def test_the_page_offers_what_the_answers_have_and_asks_for_no_filter(sqlite_app: Flask) -> None:
    mixed()
    questionnaire = db.session.query(Questionnaire).one().id
    page = client_of(sqlite_app, "researcher").get(f"/questionnaires/{questionnaire}/exports").get_data(as_text=True)
    form = page.split('id="filters"')[1].split("</details>")[0]
    assert re.findall(r'name="(?:channels|versions)" value="(\w+)"', form) == ["2", "1", "sms", "link", "shop"]
    assert '<option value="R2">' in form and " required" not in form


def test_a_selection_survives_its_document() -> None:
    whole = Selection(versions=(1, 3), since="2026-01", until="2026-02", languages=("en",), channels=("sms",),
                      region="R1", shops=("S1",), complete=True)  # fmt: skip
    assert Selection.from_json(json.loads(json.dumps(whole.to_json()))) == whole
    assert Selection().to_json() == {} and Selection.from_json({"labels": True, "language": "en"}).is_all


def test_the_command_line_takes_the_same_filters(
    sqlite_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = definition()
    db.session.add(
        Questionnaire(
            name="small", title=made.title, mode="anonymous", draft=made.to_json(), created_at=NOW, updated_at=NOW
        )
    )
    db.session.commit()
    seen: list[Selection] = []

    def write(*, path: Path, selection: Selection, **_more: Any) -> Written:
        seen.append(selection)
        return Written(path, 10, "")

    monkeypatch.setattr("survey_app.exports.writing.write_export", write)
    words = "exports write small --format csv --since 2026-10 --until 2026-11 --answered-in en --answered-in zh-CN --complete"
    words += f" --version 2 --shop S1 --shop S2 --channel sms --region R1 -o {tmp_path / 'x.csv'}"
    done = sqlite_app.test_cli_runner().invoke(args=words.split())
    assert done.exit_code == 0, done.output
    assert seen == [
        Selection(versions=(2,), since="2026-10", until="2026-11", languages=("en", "zh-CN"), channels=("sms",),
                  region="R1", shops=("S1", "S2"), complete=True)
    ]  # fmt: skip
