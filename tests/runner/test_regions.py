"""省市区 without script: a page turn per list; and the file that the script asks for."""

import gzip
import json
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.config import Settings
from survey_app.questionnaire import regions
from survey_app.questionnaire.loading import load_definition
from survey_app.responses.models import Response
from survey_app.runner import assets, region_field
from survey_app.runner.document import Place, page_document
from survey_app.runner.frame import Frame
from survey_app.runner.sheet import Sheet
from survey_app.runner.stitching import Stitched
from tests.runner.street import HERE, Respondent, fields_of, publish, rows_of, site
from tests.runner.test_document import CHAIN


@pytest.fixture
def someone(app: Flask, settings: Settings) -> Iterator[Respondent]:
    """Somebody at the door."""
    runner = site(settings)
    yield Respondent(runner.test_client(), publish("region.yaml"))
    runner.extensions["respondents"].recorder.close()
    runner.extensions["respondents"].doors.close()


def offered(html: str, name: str) -> list[str]:
    """The values of a list on the page; [] while it is hidden."""
    found = re.search(rf"<select name={name} ([^>]*)>(.*?)</select>", html)
    assert found
    return [] if "disabled" in found[1] else re.findall(r"<option value='?(\w*)", found[2])


def test_each_page_turn_offers_the_next_list_and_loses_nothing(someone: Respondent) -> None:
    page = someone.open()
    assert offered(page, "home_province")[:3] == ["", "440000", "110000"] and offered(page, "home_city") == []
    assert "refused" not in offered(page, "home_province") and offered(page, "work_province")[-1] == "refused"
    page = someone.send(home_province="440000", remark="好")
    assert someone.status == 200 and "还有 1 题需要您回答" in page and "role=alert" not in page
    assert "440300" in offered(page, "home_city") and offered(page, "home_district") == []
    assert re.search(r"<select name=home_city [^>]*autofocus", page)
    assert dict(fields_of(page))["remark"] == "好" and dict(fields_of(page))["home_province"] == "440000"
    page = someone.send(home_city="440300")
    assert "440305" in offered(page, "home_district") and re.search(r"<select name=home_district [^>]*autofocus", page)
    page = someone.send(home_district="440305")
    assert "您出生在哪里" in page and "满意吗" in page
    page = someone.send(born_province="810000")
    (stored,) = rows_of(select(Response))
    assert stored.answers == {
        "home_province": "440000", "home_city": "440300", "home_district": "440305", "born_province": "810000",
    }  # fmt: skip


def test_a_municipality_skips_the_cities_and_a_city_without_districts_the_rest(someone: Respondent) -> None:
    someone.open()
    page = someone.send(home_province="310000", work_province="310000")
    assert offered(page, "home_city") == [] and "310115" in offered(page, "home_district")
    someone.send(home_district="310115")
    someone.send()
    (stored,) = rows_of(select(Response))
    assert stored.answers["home_city"] == "310000" and stored.answers["work_city"] == "310000"


@pytest.mark.parametrize(
    ("given", "where", "words"),
    [
        ({}, "home_province", "请您选择一项"),
        ({"home_province": "440000", "home_city": "330100"}, "home_city", "不属于上一级"),
        ({"home_province": "999999"}, "home_province", "列表中没有这个地区"),
        ({"home_province": "440000", "home_city": "440300", "home_district": "<b>"}, "home_district", "列表中没有"),
    ],
)
def test_what_does_not_fit_is_told_beside_its_list_and_nothing_is_lost(
    someone: Respondent, given: dict[str, str], where: str, words: str
) -> None:
    someone.open()
    page = someone.send(**given, remark="好")
    assert someone.status == 422 and f"<a href=#i-{where}>" in page and "<b>" not in page.split("<form")[0]
    told = re.search(rf"<p class='err[^>]*id=e-{where}>([^<]*)", page)
    assert told and words in told[1]
    assert dict(fields_of(page))["remark"] == "好"
    assert dict(fields_of(page)).get("home_province", "") == given.get("home_province", "").replace("999999", "")


def test_a_list_that_waits_is_not_needed_by_the_script(someone: Respondent) -> None:
    page = someone.open()
    assert page.count("class='err req'") == 1  # the province; the city is not shown yet


def test_the_page_shows_places_in_its_language(someone: Respondent) -> None:
    page = someone.open("?l=en")
    assert "<option value=440000>Guangdong</option>" in page
    assert "Prefer not to say" in page
    someone.send(home_province="440000")
    page = someone.send(home_city="440300")
    assert '<option value=440305 lang="zh-CN">南山区</option>' in page


# --- the file of the script -------------------------------------------------------------------------------------------
def test_the_file_is_kept_for_good_under_the_address_that_names_its_content(someone: Respondent) -> None:
    address = re.findall(r"data-src=(\S+?)[ >]", someone.open())[0]
    answer = someone.client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200 and answer.mimetype == "application/json" and "Set-Cookie" not in answer.headers
    assert "immutable" in answer.headers["Cache-Control"] and answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.data)) == json.loads(regions.listing(3, "zh-CN"))
    plain = someone.client.get(address)
    assert json.loads(plain.data) == json.loads(regions.listing(3, "zh-CN"))
    old = someone.client.get(re.sub("-[0-9a-f]{12}", "-" + "0" * 12, address))
    assert old.status_code == 200 and "immutable" not in old.headers["Cache-Control"]
    for wrong in ("/divisions/9-zh-CN-000000000000.json", "/divisions/x", "/divisions/3-fr-000000000000.json"):
        assert someone.client.get(wrong).status_code == 404


def test_the_file_and_its_script_are_small() -> None:
    sizes = {(n, lang): len(region_field.listing(n, lang).packed) for n in (2, 3) for lang in ("zh-CN", "en")}
    print(sizes)
    assert max(sizes.values()) <= 25_000 and sizes[2, "zh-CN"] <= 3_000
    script = assets.small_file("region.js").text
    packed = len(gzip.compress(script.encode(), 9))
    print(f"region.js: {len(script)} bytes, {packed} gzipped")
    assert packed <= 1_500


def test_a_page_that_asks_for_places_is_small_and_others_carry_nothing_of_it() -> None:
    definition = load_definition((HERE / "region.yaml").read_bytes(), file="region.yaml")
    frame = Frame(CHAIN, "zh-CN", "", definition.languages, scripts=("region.js",))
    halves = page_document(frame, Sheet(definition, "zh-CN"), Place(1, "0", first=True))
    size = len(Stitched(halves.front, halves.rest, 300).gzip(b"x" * 300))
    print(f"page of three questions, two of them about places: {size} bytes gzipped")
    assert size <= 10_000
    assert "region" not in Frame(CHAIN, "zh-CN").script.text
