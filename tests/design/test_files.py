"""A questionnaire for other programs: what becomes of it is shown before the file is fetched."""

import io
import re
import zipfile

import pytest
from flask import Flask

from survey_app.database import db
from survey_app.design import drafting
from survey_app.design.models import Questionnaire
from survey_app.design.views import files
from survey_app.formats import writing
from survey_app.questionnaire.loading import load_definition
from tests import staff
from tests.web.objects import converted


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def test_the_page_offers_every_format_with_a_line_on_each(chain: staff.Chain) -> None:
    text = chain.signed_in("manager").text(f"/questionnaires/{chain.draft}/files")
    assert list(files.WORDS) == list(writing.TARGETS)
    for key, words in files.WORDS.items():
        assert f"format={key}#report" in text and words in text
    assert "questionnaire.pdf" in text and "/files/" not in text  # nothing to fetch before a format is chosen
    page = chain.signed_in("manager").text(f"/questionnaires/{chain.draft}")
    assert f"/questionnaires/{chain.draft}/files" in page


@pytest.mark.parametrize("key", list(writing.TARGETS))
def test_what_the_page_tells_is_what_the_file_and_its_report_hold(chain: staff.Chain, key: str) -> None:
    person = chain.signed_in("researcher")
    path = f"/questionnaires/{chain.questionnaire}/files"
    text = person.text(f"{path}?format={key}&version=1")
    kept = person.text(f"{path}?format={key}&version=1&result=kept")
    [address] = re.findall(r'download href="([^"]+)"', text)
    sent = person.get(address.replace("&amp;", "&"))
    target = writing.TARGETS[key]
    assert sent.mimetype == target.mimetype.partition(";")[0] and "shop-visit-v1" in sent.headers["Content-Disposition"]
    report = person.get(f"{path}/{key}/report.csv?version=1").data.decode("utf-8-sig")
    told = {word: int(n) for word, n in re.findall(r">(有变化|丢失|改变|保留) <span class=\"num count\">(\d+)<", text)}
    assert told["有变化"] == told["丢失"] + told["改变"]
    assert text.count("<tr>") == min(told["有变化"], files.PER_PAGE) + (told["有变化"] > 0)  # with the headings
    assert told["保留"] == report.count(",保留,") and told["丢失"] == report.count(",丢失,")
    assert kept.count("<tr>") - 1 == min(told["保留"], files.PER_PAGE)
    assert ("全部保留" in text) == (told["有变化"] == 0)
    assert ("这种文件装不下" in text) == (told["丢失"] > 0)


def test_our_own_format_loses_nothing_and_can_be_read_again(chain: staff.Chain) -> None:
    person = chain.signed_in("manager")
    sent = person.get(f"/questionnaires/{chain.draft}/files/yaml")
    draft = drafting.draft_of(db.session.get_one(Questionnaire, chain.draft))
    assert load_definition(sent.data, file="x.yaml") == draft
    assert "全部保留" in person.text(f"/questionnaires/{chain.draft}/files?format=yaml")


def test_a_language_is_chosen_where_a_file_can_be_had_in_one(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    path = f"/questionnaires/{chain.questionnaire}/files"
    assert "全部语言" in person.text(f"{path}?format=docx") and "文件语言" not in person.text(f"{path}?format=xlsform")
    one = person.get(f"{path}/wjx?language=en").text
    assert "Overall, how satisfied" in one and "总体来说" not in one
    assert "总体来说" in person.get(f"{path}/wjx").text and "总体来说" in person.get(f"{path}/wjx?language=xx").text

    def words(query: str) -> str:
        with zipfile.ZipFile(io.BytesIO(person.get(f"{path}/docx{query}").data)) as archive:
            return archive.read("word/document.xml").decode()

    assert "总体来说" in words("") and "Overall" in words("") and "总体来说" not in words("?language=en")


def test_what_does_not_exist_is_not_found(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    path = f"/questionnaires/{chain.questionnaire}/files"
    for missing in ("/lss", "/lss/report.csv", "/yaml?version=7", "?version=x", "/yaml/report.csv?version=7"):
        assert person.get(f"{path}{missing}").status_code == 404
    assert "选择格式后" in person.text(f"{path}?format=lss")


def test_a_questionnaire_names_the_file_it_came_from(chain: staff.Chain) -> None:
    path = f"/questionnaires/{chain.draft}"
    assert "从文件导入" not in chain.signed_in("manager").text(path)
    number = converted(chain.draft)
    db.session.commit()
    editor, reader = chain.signed_in("researcher").text(path), chain.signed_in("manager").text(path)
    assert "a.txt" in editor and f"/questionnaires/import/{number}" in editor
    assert "a.txt" in reader and f"/questionnaires/import/{number}" not in reader


def test_what_weighs_most_stands_first_in_the_report(chain: staff.Chain) -> None:
    text = chain.signed_in("researcher").text(f"/questionnaires/{chain.questionnaire}/files?format=wjx&result=lost")
    kinds = re.findall(r'class="kindword"[^>]*>([^<]+)<', text)
    assert kinds[0] == "规则" and kinds[-1] == "设置" and kinds.index("文字") < kinds.index("计分")
