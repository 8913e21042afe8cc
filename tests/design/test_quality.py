"""The quality pane: what it shows, what a button changes, and that undo takes it back."""

import re
import time
from collections import Counter
from typing import Any

import pytest
from flask import Flask

from survey_app import clock
from survey_app.database import db
from survey_app.design import drafting, publishing, quality
from survey_app.design.editing import changing, operations
from survey_app.design.editing.tree import Tree
from survey_app.design.models import Questionnaire
from survey_app.events import COMMAND_LINE
from survey_app.questionnaire.loading import definition_from
from tests import staff

HTMX = {"HX-Request": "true"}


def poor(name: str = "poor") -> dict[str, Any]:
    """A questionnaire with much to say about."""
    return {
        "format": 1,
        "name": name,
        "title": {"zh-CN": "不好的问卷", "en": "A poor one"},
        "languages": ["zh-CN", "en"],
        "pages": [
            {
                "questions": [
                    {
                        "name": "twofold",
                        "type": "csat",
                        "text": {
                            "zh-CN": "您对门店的价格和服务满意吗？",
                            "en": "How satisfied or dissatisfied are you with the prices and service?",
                        },
                    },
                    {
                        "name": "why",
                        "type": "long_text",
                        "required": True,
                        "text": {
                            "zh-CN": "您对我们优质的服务有什么建议？",
                            "en": "What would you suggest for our excellent service?",
                        },
                    },
                    {
                        "name": "reasons",
                        "type": "multiple_choice",
                        "text": {"zh-CN": "您为什么选择本店？", "en": "Why did you choose us?"},
                        "choices": [
                            {"code": code, "text": {"zh-CN": zh, "en": en}}
                            for code, zh, en in (
                                ("price", "价格", "Price"),
                                ("place", "位置", "Place"),
                                ("goods", "品种", "Range"),
                            )
                        ],
                    },
                ]
            }
        ],
    }


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


@pytest.fixture
def draft(chain: staff.Chain) -> int:
    made = drafting.load_file(definition=definition_from(poor()), by=COMMAND_LINE, now=clock.now())
    db.session.commit()
    return made.id


def stored(questionnaire_id: int) -> Questionnaire:
    db.session.expire_all()
    return db.session.get_one(Questionnaire, questionnaire_id)


def questions(questionnaire_id: int) -> list[Any]:
    return list(drafting.draft_of(stored(questionnaire_id)).questions)


def lines(questionnaire_id: int) -> dict[tuple[str, str], quality.Line]:
    found = quality.report(stored(questionnaire_id), "en", str).lines
    return {(line.code, line.language): line for line in found}


def press(person: staff.Person, questionnaire_id: int, code: str, language: str = "", **more: Any) -> Any:
    line = lines(questionnaire_id)[code, language]
    fields = {"code": code, "path": line.path, "language": language, "node": line.node}
    db.session.rollback()
    return person.post(f"/questionnaires/{questionnaire_id}/fixes", fields, **more)


def test_the_pane_says_what_is_wrong_why_and_what_would_be_better(chain: staff.Chain, draft: int) -> None:
    text = chain.signed_in("researcher").text(f"/questionnaires/{draft}/quality")
    assert "“价格和服务”一题问了两件事。" in text
    assert "对其中一件满意、另一件不满意的人无法作答" in text
    assert "拆成两题：“您对价格满意吗？”" in text
    assert "没有阻止发布的问题。" in text
    english = chain.signed_in("researcher", "en").text(f"/questionnaires/{draft}/quality")
    assert "asks two things at once" in english and not re.search("[\u4e00-\u9fff]、", english)


def test_htmx_gets_the_pane_alone_and_it_listens_for_changes(chain: staff.Chain, draft: int) -> None:
    text = chain.signed_in("researcher").text(f"/questionnaires/{draft}/quality", headers=HTMX)
    assert text.lstrip().startswith('<section id="quality"') and "<html" not in text
    assert 'hx-trigger="outline-changed from:body delay:600ms"' in text
    node = Tree(stored(draft).draft).id_of("twofold")
    assert f'href="/questionnaires/{draft}/editor?node={node}#n-{node}"' in text


def test_who_may_only_read_sees_advice_without_buttons(chain: staff.Chain, draft: int) -> None:
    manager = chain.signed_in("manager")
    page = manager.get(f"/questionnaires/{draft}/quality")
    if page.status_code == 200:
        assert "/fixes" not in page.get_data(as_text=True)
    assert manager.post(f"/questionnaires/{draft}/fixes", {"code": "no_other"}).status_code in (403, 404)


def test_a_button_makes_two_questions_out_of_one_in_both_languages(chain: staff.Chain, draft: int) -> None:
    press(chain.signed_in("researcher"), draft, "double_barrelled", "zh-CN")
    first, second = questions(draft)[:2]
    assert (first.name, second.name) == ("twofold", "twofold_2")
    assert [q.text["zh-CN"] for q in (first, second)] == ["您对门店的价格满意吗？", "您对门店的服务满意吗？"]
    assert first.text["en"] == "How satisfied or dissatisfied are you with the prices?"
    assert second.text["en"] == "How satisfied or dissatisfied are you with the service?"
    assert ("double_barrelled", "zh-CN") not in lines(draft)


def test_buttons_make_a_text_optional_add_other_and_take_praise_out(chain: staff.Chain, draft: int) -> None:
    person = chain.signed_in("researcher")
    press(person, draft, "required_text")
    press(person, draft, "no_other", "zh-CN")
    press(person, draft, "leading", "zh-CN")
    press(person, draft, "leading", "en")
    _, why, reasons = questions(draft)
    assert not why.required
    assert why.text == {"zh-CN": "您对我们的服务有什么建议？", "en": "What would you suggest for our service?"}
    assert reasons.choices[-1].other and dict(reasons.choices[-1].text) == {"zh-CN": "其他", "en": "Other"}
    assert not {"required_text", "no_other", "leading"} & {code for code, _ in lines(draft)}


def test_a_press_answers_htmx_with_the_new_pane_and_says_what_changed(chain: staff.Chain, draft: int) -> None:
    node = Tree(stored(draft).draft).id_of("why")
    db.session.rollback()
    answer = press(chain.signed_in("researcher"), draft, "required_text", headers=HTMX)
    assert answer.status_code == 200
    assert answer.get_data(as_text=True).lstrip().startswith('<section id="quality"')
    assert f'"changed-{node}"' in answer.headers["HX-Trigger"] and '"outline-changed"' in answer.headers["HX-Trigger"]


def test_undo_takes_a_mended_question_back(chain: staff.Chain, draft: int) -> None:
    before = drafting.draft_of(stored(draft)).to_json()
    press(chain.signed_in("researcher"), draft, "double_barrelled", "zh-CN")
    questionnaire = stored(draft)
    by = COMMAND_LINE.__class__(chain.users["researcher"], "researcher", "researcher")
    assert changing.undo(questionnaire=questionnaire, by=by, page="x", now=clock.now()) is not None
    assert drafting.draft_of(questionnaire).to_json() == before


def test_advice_that_no_longer_applies_is_refused_and_changes_nothing(chain: staff.Chain, draft: int) -> None:
    person = chain.signed_in("researcher")
    line = lines(draft)["required_text", ""]
    fields = {"code": line.code, "path": line.path, "language": ""}
    db.session.rollback()
    assert person.post(f"/questionnaires/{draft}/fixes", fields).status_code == 303
    revision = stored(draft).draft_revision
    db.session.rollback()
    again = person.post(f"/questionnaires/{draft}/fixes", fields)
    assert again.status_code == 422 and "这条建议已经不适用了" in again.get_data(as_text=True)
    for wrong in ({"code": "no_such"}, {"code": "leading", "path": "pages[99]"}, {"code": "x" * 999}, {}):
        assert person.post(f"/questionnaires/{draft}/fixes", wrong).status_code == 422
    assert stored(draft).draft_revision == revision


def test_a_translation_that_the_editor_knows_to_be_old_is_a_warning(chain: staff.Chain, draft: int) -> None:
    node = Tree(stored(draft).draft).id_of("reasons")
    assert node is not None
    changing.change(
        questionnaire=stored(draft),
        operation=lambda tree: operations.set_text(tree, node, "text", "zh-CN", "您看重本店的什么？"),
        kind="text.set",
        by=COMMAND_LINE,
        page="p",
        base=None,
        now=clock.now(),
    )
    line = lines(draft)["old_translation", "en"]
    assert line.severity == "warning" and line.node == node
    assert line.text == "The English text is older than the original."


def test_a_scale_worded_differently_than_in_the_last_version_can_be_put_back(chain: staff.Chain) -> None:
    questionnaire = stored(chain.questionnaire)
    scale = next(iter(questionnaire.draft["scales"]))
    tree = Tree(questionnaire.draft)
    point = tree.children(tree.id_at(("scales", scale)), "points")[0]
    changing.change(
        questionnaire=questionnaire,
        operation=lambda tree: operations.set_text(tree, point, "text", "zh-CN", "糟透了"),
        kind="text.set",
        by=COMMAND_LINE,
        page="p",
        base=None,
        now=clock.now(),
    )
    db.session.commit()
    line = lines(chain.questionnaire)["scale_changed", "zh-CN"]
    assert "很差" in line.text and line.button
    press(chain.signed_in("researcher"), chain.questionnaire, "scale_changed", "zh-CN")
    questionnaire = stored(chain.questionnaire)
    assert publishing.definition_of(questionnaire.versions[-1]).scales == drafting.draft_of(questionnaire).scales


def test_words_of_a_draft_stay_words_in_the_pane(chain: staff.Chain) -> None:
    nasty = poor("nasty")
    nasty["pages"][0]["questions"][0]["text"]["zh-CN"] = '您对<img src=x onerror="alert(1)">价格和服务满意吗？'
    nasty["pages"][0]["questions"][2]["choices"][1]["text"]["zh-CN"] = "价格"
    made = drafting.load_file(definition=definition_from(nasty), by=COMMAND_LINE, now=clock.now())
    db.session.commit()
    text = chain.signed_in("researcher").text(f"/questionnaires/{made.id}/quality")
    assert "重复出现" in text and "<img" not in text.replace('<img src="/', "")


def test_the_outline_gets_the_number_of_warnings_per_question(chain: staff.Chain, draft: int) -> None:
    tree = Tree(stored(draft).draft)
    found = quality.marks(stored(draft))
    assert found == {tree.id_of("twofold"): 1, tree.id_of("why"): 3, tree.id_of("reasons"): 1}


def test_the_pane_of_two_hundred_questions_comes_at_once(chain: staff.Chain) -> None:
    big = poor("big")
    kinds = big["pages"][0]["questions"]
    big["pages"] = [{"questions": [{**kinds[n % 3], "name": f"q{page}_{n}"} for n in range(10)]} for page in range(20)]
    made = drafting.load_file(definition=definition_from(big), by=COMMAND_LINE, now=clock.now())
    db.session.commit()
    person = chain.signed_in("researcher")
    person.text(f"/questionnaires/{made.id}/quality", headers=HTMX)
    before = time.thread_time()
    person.text(f"/questionnaires/{made.id}/quality", headers=HTMX)
    assert time.thread_time() - before < 2


def test_beside_the_canvas_a_press_brings_the_changed_cards_along_and_can_be_taken_back(
    chain: staff.Chain, draft: int
) -> None:
    headers = HTMX | {"HX-Current-URL": f"http://localhost/questionnaires/{draft}/editor?pane=quality"}
    answer = press(chain.signed_in("researcher"), draft, "double_barrelled", "zh-CN", headers=headers)
    text = answer.get_data(as_text=True)
    assert text.lstrip().startswith('<section id="quality"') and answer.headers["HX-Reswap"] == "outerHTML"
    new = Tree(stored(draft).draft).id_of("twofold_2")
    assert f'id="n-{new}"' in text and "hx-swap-oob" in text and 'value="undo:' in text


def test_a_refusal_leaves_the_pane_as_it_is(chain: staff.Chain, draft: int) -> None:
    answer = chain.signed_in("researcher").post(f"/questionnaires/{draft}/fixes", {"code": "x"}, headers=HTMX)
    assert answer.status_code == 422 and answer.headers["HX-Retarget"] == "#modal"


def blocked(**more: Any) -> int:
    """A draft that may not go out: thirty questions on a page, one of them says another's answer, two have open rules."""
    page = [{"name": f"q{n}", "type": "number", "text": {"zh-CN": f"第 {n} 个数？"}} for n in range(30)]
    page[2]["text"] = {"zh-CN": "您刚才写了 {{q1}}，为什么？"}
    for n in (4, 5):
        page[n]["open_rules"] = ["row 4: pulldata('x', 'y')"] * (n - 2)
    data = {
        "format": 1,
        "mode": "anonymous",
        "name": "blocked",
        "title": {"zh-CN": "数"},
        "languages": ["zh-CN"],
        "pages": [{"questions": page}],
    } | more
    made = drafting.load_file(definition=definition_from(data), by=COMMAND_LINE, now=clock.now())
    db.session.commit()
    return made.id


def faults(questionnaire_id: int) -> dict[str, int]:
    found = quality.report(stored(questionnaire_id), "en", str).of("fault")
    return Counter(line.code for line in found if line.button)


def test_what_forbids_publishing_is_mended_at_a_press_where_a_page_break_or_a_no_is_enough(chain: staff.Chain) -> None:
    draft = blocked()
    assert faults(draft) == {"page_too_long": 1, "same_page_piping": 1, "open_rules": 2}
    person = chain.signed_in("researcher")
    assert "q4" not in person.text(f"/questionnaires/{draft}/quality").split("这些规则都不要")[0]
    press(person, draft, "same_page_piping")
    assert [len(page.questions) for page in drafting.draft_of(stored(draft)).pages] == [2, 28]
    press(person, draft, "page_too_long")
    assert [len(page.questions) for page in drafting.draft_of(stored(draft)).pages] == [2, 20, 8]
    press(person, draft, "open_rules")
    assert faults(draft) == {"open_rules": 1}
    fields = {"code": "open_rules", "path": "", "language": ""}
    db.session.rollback()
    assert person.post(f"/questionnaires/{draft}/fixes", fields).status_code == 303
    assert faults(draft) == {} and [q.name for q in questions(draft)] == [f"q{n}" for n in range(30)]


def test_a_fault_that_is_gone_is_not_mended_again(chain: staff.Chain) -> None:
    draft = blocked()
    person = chain.signed_in("researcher")
    path = lines(draft)["page_too_long", ""].path
    press(person, draft, "page_too_long")
    pages = len(drafting.draft_of(stored(draft)).pages)
    db.session.rollback()
    again = person.post(f"/questionnaires/{draft}/fixes", {"code": "page_too_long", "path": path, "language": ""})
    assert again.status_code == 422 and "这条建议已经不适用了" in again.get_data(as_text=True)
    assert len(drafting.draft_of(stored(draft)).pages) == pages
