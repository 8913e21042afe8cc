"""The list of questionnaires: tabs, search, folders and tags, the row menu, and how few statements it takes."""

import copy
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from survey_app import clock
from survey_app.database import db
from survey_app.design import filing, library, listing, publishing
from survey_app.design.listing import Doors, Numbers, Wanted
from survey_app.design.models import Questionnaire
from survey_app.distribution import collecting
from survey_app.distribution.models import Collector
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE, Event
from tests import staff

TITLES = {"shop-visit": "门店服务评价", "nps": "推荐意愿"}


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def titles(text: str) -> list[str]:
    return re.findall(r'<h2><a href="/questionnaires/\d+">([^<]+)</a></h2>', text)


def shown(person: staff.Person, **query: str) -> list[str]:
    return titles(person.text("/questionnaires", query_string=query))


def change(questionnaire_id: int, **values: Any) -> None:
    questionnaire = db.session.get_one(Questionnaire, questionnaire_id)
    for name, value in values.items():
        setattr(questionnaire, name, value)
    db.session.commit()
    db.session.remove()


def test_it_is_searched_by_titles_of_every_language_names_folders_and_tags(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    assert set(shown(person)) == set(TITLES.values())
    change(chain.questionnaire, folder="门店调研", tags=["月度"])
    for words in ("门店服务", "SHOP visit", "shop-visit", "门店调研", "月度 shop"):
        assert shown(person, q=words) == [TITLES["shop-visit"]], words
    nothing = person.text("/questionnaires?q=<b>%25")
    assert titles(nothing) == [] and "没有找到“&lt;b&gt;%”" in nothing and "<b>" not in nothing


def test_the_tabs_follow_the_life_of_a_questionnaire(chain: staff.Chain) -> None:
    person, now = chain.signed_in("researcher"), clock.now()
    mine = [TITLES["shop-visit"]]
    assert shown(person, state="draft") == [TITLES["nps"]] and shown(person, state="collecting") == mine
    for values, tab, words in (
        ({"closes_at": now - timedelta(hours=1)}, "ended", "已结束"),
        ({"closes_at": now + timedelta(hours=1)}, "collecting", "收集中"),
        ({"opens_at": now + timedelta(hours=1)}, "collecting", "开始</span>"),
        ({"opens_at": None, "retired_at": now}, "ended", "已停用"),
        ({"retired_at": None, "archived_at": now}, "archived", "已归档"),
        ({"archived_at": None}, "collecting", "收集中"),
    ):
        change(chain.questionnaire, **values)
        text = person.text(f"/questionnaires?state={tab}")
        assert titles(text) == mine and words in text, values
        assert (mine[0] in shown(person)) == (tab != "archived")
    for door in db.session.scalars(select(Collector)):
        collecting.close(collector=door, by=COMMAND_LINE, now=now)
    db.session.commit()
    assert shown(person, state="ended") == mine and shown(person, state="collecting") == []


def test_a_published_one_without_a_link_says_so(chain: staff.Chain) -> None:
    publishing.publish(questionnaire=db.session.get_one(Questionnaire, chain.draft), by=COMMAND_LINE, now=clock.now())
    db.session.commit()
    text = chain.signed_in("researcher").text("/questionnaires?state=collecting&q=nps")
    assert "已发布，还没有链接" in text and "复制链接" not in text


def test_folder_and_tag_narrow_the_list_and_stay_in_the_address(chain: staff.Chain) -> None:
    change(chain.questionnaire, folder="门店 & 到店", tags=["月度", "到店"])
    change(chain.draft, tags=["月度"])
    person = chain.signed_in("researcher")
    assert shown(person, tag="到店") == shown(person, folder="门店 & 到店") == [TITLES["shop-visit"]]
    assert len(shown(person, tag="月度")) == 2 and shown(person, tag="月度", state="draft") == [TITLES["nps"]]
    text = person.text("/questionnaires", query_string={"folder": "门店 & 到店", "tag": "月度", "q": "shop"})
    assert '<option value="门店 &amp; 到店" selected>' in text and '<option value="月度" selected>' in text
    for part in ("q=shop", "state=draft", "tag=%E6%9C%88%E5%BA%A6", "folder=%E9%97%A8"):
        assert part in text.split("收集中")[0], part
    assert "没有符合条件的问卷" in person.text("/questionnaires?tag=没有")


def test_folder_and_tags_are_kept_without_doubles_and_do_not_touch_the_draft(chain: staff.Chain) -> None:
    person, path = chain.signed_in("researcher"), f"/questionnaires/{chain.questionnaire}/filing"
    before = db.session.get_one(Questionnaire, chain.questionnaire).updated_at
    db.session.remove()
    form = {"folder": " 门店  调研 ", "tags": "月度，到店、 月度;A b ,", "next": "/questionnaires?state=collecting"}
    assert person.post(path, form).location == "/questionnaires?state=collecting"
    kept = db.session.get_one(Questionnaire, chain.questionnaire)
    assert (kept.folder, kept.tags, kept.updated_at) == ("门店 调研", ["月度", "到店", "A b"], before)
    db.session.remove()
    assert 'value="月度，到店，A b"' in person.text(path) and '<option value="门店 调研">' in person.text(path)
    person.post(path, form)
    assert len(db.session.scalars(select(Event).where(Event.action == "questionnaire.filed")).all()) == 1
    db.session.remove()  # an open transaction would keep the next request waiting
    assert person.post(path, {**form, "next": "https://example.org/"}).location.endswith(str(chain.questionnaire))


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"tags": "长" * 21}, "tags"),
        ({"tags": "，".join(map(str, range(11)))}, "tags"),
        ({"folder": "长" * 61}, "folder"),
    ],
)
def test_too_much_is_refused_with_what_was_typed(chain: staff.Chain, form: dict[str, str], field: str) -> None:
    refused = chain.signed_in("researcher").post(f"/questionnaires/{chain.draft}/filing", form)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422 and f'id="{field}-error"' in page and f'value="{form[field]}"' in page


def test_the_domain_refuses_a_folder_that_no_column_holds(chain: staff.Chain) -> None:
    questionnaire = db.session.get_one(Questionnaire, chain.draft)
    with pytest.raises(DomainError):
        filing.put_away(questionnaire=questionnaire, folder="长" * 61, tags=[], by=COMMAND_LINE)


def test_the_dialog_of_the_row_menu_is_a_page_without_script(chain: staff.Chain) -> None:
    person, path = chain.signed_in("researcher"), f"/questionnaires/{chain.draft}/filing"
    dialog = person.text(path, headers={"HX-Request": "true"})
    assert dialog.lstrip().startswith("<dialog ") and "data-open" in dialog and "<html" in person.text(path)
    assert chain.signed_in("manager").get(path).status_code == 403


def test_a_search_by_htmx_gets_the_rows_and_announces_the_count(chain: staff.Chain) -> None:
    text = chain.signed_in("researcher").text("/questionnaires?q=shop", headers={"HX-Request": "true"})
    assert "<html" not in text and '<div id="rows">' in text
    assert '<p id="count" role="status" hx-swap-oob="innerHTML">共 1 份</p>' in text


def menu_of(text: str, questionnaire_id: int) -> str:
    found = re.search(rf'<nav class="rowmenu" id="more-{questionnaire_id}".*?</nav>', text, re.S)
    assert found is not None
    return found[0]


def test_the_row_menu_offers_what_the_person_may_do(chain: staff.Chain) -> None:
    text = chain.signed_in("researcher").text("/questionnaires")
    menu = menu_of(text, chain.questionnaire)
    code = db.session.get_one(Collector, chain.doors["link"]).code
    assert f'value="http://127.0.0.1:8000/s/{code}"' in menu and "复制链接" in menu and "归档" in menu
    assert "definition.yaml" in menu and f'popovertarget="more-{chain.questionnaire}"' in text
    assert "复制链接" not in menu_of(text, chain.draft) and "/collectors" not in menu_of(text, chain.draft)
    reader = menu_of(chain.signed_in("quality").text("/questionnaires"), chain.questionnaire)
    assert "复制链接" not in reader and "归档" not in reader and "filing" not in reader and "预览" in reader


def test_a_manager_of_one_region_copies_no_link_of_the_whole_chain(chain: staff.Chain) -> None:
    menu = menu_of(chain.signed_in("manager").text("/questionnaires"), chain.questionnaire)
    own, link = (db.session.get_one(Collector, chain.doors[key]).code for key in ("own", "link"))
    assert own in menu and link not in menu


def test_archiving_from_the_list_comes_back_to_it(chain: staff.Chain) -> None:
    person, path = chain.signed_in("researcher"), f"/questionnaires/{chain.draft}/archive"
    here = "/questionnaires?state=draft"
    assert person.post(path, {"archived": "1", "next": here}).location == here
    assert shown(person, state="draft") == [] and shown(person, state="archived") == [TITLES["nps"]]
    assert "没有草稿" in person.text("/questionnaires?state=draft")
    assert person.post(path, {"archived": "0", "next": "//evil"}).location == f"/questionnaires/{chain.draft}"


def test_who_changed_a_draft_last_and_that_it_is_news_stand_in_its_row(chain: staff.Chain) -> None:
    questionnaire = db.session.get_one(Questionnaire, chain.questionnaire)
    draft = copy.deepcopy(questionnaire.draft)
    draft["title"]["zh-CN"] = "门店服务评价二"
    draft["_id"] = "a mark of the editor"
    change(
        chain.questionnaire, draft=draft, draft_revision=questionnaire.draft_revision + 1,
        updated_by_id=chain.users["researcher"],
    )  # fmt: skip
    row = chain.signed_in("researcher").text("/questionnaires?q=shop-visit")
    assert "researcher 修改于" in row and "有未发布的修改" in row
    draft["title"]["zh-CN"] = TITLES["shop-visit"]
    change(chain.questionnaire, draft=draft, draft_revision=99)
    assert "有未发布的修改" not in chain.signed_in("researcher").text("/questionnaires?q=shop-visit")


def test_numbers_come_from_another_room_and_need_the_permission(
    chain: staff.Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Numbers(1234, "87%", "+32", 45, "95% 区间", nps_few=True)
    monkeypatch.setitem(listing.__dict__, "numbers_of", [lambda ids: dict.fromkeys(ids, made)])
    text = chain.signed_in("researcher").text("/questionnaires?q=nps")
    assert "1,234" in text and "87%" in text and "+32" in text and "n 45" in text
    assert "1,234" not in chain.signed_in("manager").text("/questionnaires")  # bound to a region


def test_a_draft_with_missing_translations_says_how_much_is_there(chain: staff.Chain) -> None:
    questionnaire = db.session.get_one(Questionnaire, chain.draft)
    draft = copy.deepcopy(questionnaire.draft)
    for question in draft["pages"][0]["questions"]:
        question["text"] = {"zh-CN": question["text"]["zh-CN"]}
    person = chain.signed_in("researcher")
    assert "翻译 " not in person.text("/questionnaires?q=nps")
    change(chain.draft, draft=draft, draft_revision=7)
    found = re.search(r"翻译 (\d+)%", person.text("/questionnaires?q=nps"))
    assert found is not None and 0 < int(found[1]) < 100


def test_an_empty_installation_offers_three_standard_questionnaires_with_one_press(sqlite_app: Flask) -> None:
    staff.make_user("researcher")
    db.session.commit()
    chain = staff.Chain(sqlite_app, {"researcher": 1}, [], [], 0, 0, {})
    person = chain.signed_in("researcher")
    text = person.text("/questionnaires")
    offered = re.findall(r'name="library" value="([^"]+)"', text)
    assert len(offered) == 3 and all(library.find(name) for name in offered) and 'role="search"' not in text
    assert person.post("/questionnaires", {"library": offered[0]}).status_code == 303
    assert len(shown(person)) == 1


@pytest.mark.parametrize(
    ("moments", "doors", "state"),
    [
        ({}, None, "ready"),
        ({}, Doors(1, 4), "collecting"),
        ({}, Doors(0, 4), "ended"),
        ({"number": None}, None, "draft"),
    ],
)
def test_the_state_follows_from_doors_and_versions(moments: dict[str, Any], doors: Doors | None, state: str) -> None:
    nothing = dict.fromkeys(("archived_at", "retired_at", "closes_at", "opens_at"))
    row = type("Row", (), {"number": 1, **nothing, **moments})
    assert listing.state_of(row, doors, now=clock.now()) == state
    assert sum(listing.is_under(state, tab) for tab in listing.TABS) == 2  # its own tab and 全部


@pytest.fixture
def statements(sqlite_app: Flask) -> Iterator[list[str]]:
    said: list[str] = []

    def hear(*given: Any) -> None:
        said.append(given[2])

    event.listen(db.engine, "before_cursor_execute", hear)
    yield said
    event.remove(db.engine, "before_cursor_execute", hear)


def fill(number: int, now: Any) -> None:
    """So many published questionnaires with a link each."""
    entry = library.find("shop-visit")
    assert entry is not None
    for index in range(number):
        document = copy.deepcopy(entry.definition.to_json()) | {"name": f"copy-{index}"}
        one = Questionnaire(
            name=f"copy-{index}", title={"zh-CN": f"第{index}份"}, mode="anonymous", draft=document, created_at=now,
            updated_at=now + timedelta(seconds=index), folder=f"夹{index % 7}", tags=[f"签{index % 5}"],
        )  # fmt: skip
        db.session.add(one)
        db.session.flush()
        publishing.publish(questionnaire=one, by=COMMAND_LINE, now=now)
        collecting.create_collector(kind="link", questionnaire=one, by=COMMAND_LINE, now=now)
    db.session.commit()
    db.session.remove()


def test_a_page_takes_as_many_statements_for_sixty_as_for_two(chain: staff.Chain, statements: list[str]) -> None:
    person = chain.signed_in("researcher")

    def look() -> tuple[int, str]:
        person.text("/questionnaires")  # the first look reads the drafts it has not seen
        statements.clear()
        text = person.text("/questionnaires")
        return len(statements), text

    before, _ = look()
    fill(60, clock.now())
    after, text = look()
    assert after == before <= 20
    assert not any(re.search(r"questionnaire\.draft[, ]|version\.definition", said) for said in statements)
    assert len(titles(text)) == 50 and "第 1 页" in text and len(shown(person, page="2")) == 12


def test_wanted_knows_whether_anything_narrows_it() -> None:
    assert not Wanted(tab="draft").narrowed and Wanted(tag="x").narrowed
