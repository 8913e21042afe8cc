"""The editor as requests: what the page shows, what fields and acts do, what comes back and how much of it."""

import gzip
import json
import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from survey_app import clock
from survey_app.config import ROOT
from survey_app.database import db
from survey_app.design import drafting
from survey_app.design.editing.catalogue import KINDS
from survey_app.design.editing.tree import Tree, plain
from survey_app.design.models import Questionnaire
from survey_app.events import COMMAND_LINE
from survey_app.questionnaire import loading
from survey_app.questionnaire.question_types import TYPES
from tests import staff

DEFINITION = """
format: 1
name: editor-test
title: {zh-CN: 门店回访, en: Shop visit}
languages: [zh-CN, en]
pages:
  - title: {zh-CN: 第一页, en: First}
    questions:
      - name: overall
        type: single_choice
        required: true
        text: {zh-CN: 您满意吗？, en: Are you satisfied?}
        choices:
          - {code: "1", text: {zh-CN: 满意, en: "Yes"}}
          - {code: "2", text: {zh-CN: 不满意, en: "No"}}
          - {code: "3", text: {zh-CN: 说不清, en: Unsure}}
      - {name: more, type: long_text, text: {zh-CN: 还有什么？, en: Anything else?}}
  - questions:
      - {name: reason, type: long_text, text: {zh-CN: 原因是什么？, en: Why?}, show_if: {overall: {is: "2"}}}
      - name: words
        type: rating
        points: 2
        labels: [{zh-CN: 差, en: Bad}, {zh-CN: 好, en: Good}]
        text: {zh-CN: 评一评, en: Rate}
"""


class Editor:
    """One loaded page of the editor."""

    def __init__(self, chain: staff.Chain, questionnaire: int, role: str = "researcher", language: str = "zh") -> None:
        self.person, self.base = chain.signed_in(role, language), f"/questionnaires/{questionnaire}"
        self.html = self.person.text(f"{self.base}/editor")
        self.token = re.findall(r'name="csrf_token" value="([^"]+)"', self.html)[0]
        self.page = re.findall(r'data-page="([0-9a-f]+)"', self.html)[0]
        self.revision = re.findall(r'name="rev" value="([0-9]+)"', self.html)[0]
        self.id = questionnaire

    def post(self, path: str, script: bool = True, **data: str) -> TestResponse:
        sent = {"csrf_token": self.token, "page": self.page, "rev": self.revision, **data}
        return self.person.open(
            self.base + path, method="POST", data=sent, headers={"HX-Request": "true"} if script else {}
        )

    def field(self, node: str, key: str, value: str, language: str = "zh-CN", **more: str) -> TestResponse:
        return self.post("/fields", node=node, key=key, value=value, language=language, **more)

    def act(self, do: str, **more: str) -> TestResponse:
        return self.post("/acts", do=do, **more)

    @property
    def draft(self) -> dict[str, Any]:
        found: dict[str, Any] = db.session.get_one(Questionnaire, self.id).draft
        db.session.remove()  # an open transaction of the test would keep requests waiting
        return found

    @property
    def tree(self) -> Tree:
        return Tree(self.draft)

    def question(self, name: str) -> str:
        found = self.tree.id_of(name)
        assert found is not None
        return found

    def node(self, name: str) -> dict[str, Any]:
        return self.tree.node(self.question(name))

    def names(self) -> list[str]:
        return [question["name"] for page in self.draft["pages"] for question in page["questions"]]


def events(response: TestResponse) -> dict[str, Any]:
    return dict(json.loads(response.headers["HX-Trigger"]))


def load(source: str) -> int:
    definition = loading.load_definition(source, file="editor-test.yaml")
    made = drafting.load_file(definition=definition, by=COMMAND_LINE, now=clock.now())
    db.session.commit()
    return made.id


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


@pytest.fixture
def editor(chain: staff.Chain) -> Editor:
    return Editor(chain, load(DEFINITION))


# --- the page ----------------------------------------------------------------------------------------------------------
def test_the_catalogue_offers_every_type_of_the_engine_once() -> None:
    assert set(KINDS) == set(TYPES)


def test_only_those_who_may_edit_open_the_editor(chain: staff.Chain) -> None:
    path = f"/questionnaires/{chain.draft}/editor"
    assert chain.signed_in("researcher").get(path).status_code == 200
    assert chain.signed_in("manager").get(path).status_code == 403
    assert chain.nobody().get(path).status_code == 302


def test_the_page_selects_the_node_of_the_address_and_writes_in_its_language(editor: Editor) -> None:
    page = editor.person.text(f"{editor.base}/editor?node={editor.question('reason')}&language=en")
    assert 'data-language="en"' in page and f'data-node="{editor.question("reason")}"' in page
    card = page[page.index(f'id="n-{editor.question("reason")}"') :]
    assert ":text:en" in card[:600] and 'lang="zh-CN">原因是什么？' in card
    assert editor.person.get(f"{editor.base}/editor?node=zzz&language=xx").status_code == 200


def test_every_type_in_the_library_and_the_test_questionnaires_is_drawn(chain: staff.Chain) -> None:
    seen: set[str] = set()
    for path in sorted((ROOT / "questionnaires").glob("*.yaml")) + sorted(
        (ROOT / "tests/questionnaires").glob("*.yaml")
    ):
        definition = loading.load_definition(path.read_bytes(), file=path.name)
        number = load(loading.dump_yaml(definition.model_copy(update={"name": f"t-{path.stem.replace('_', '-')}"})))
        page = chain.signed_in("researcher").get(f"/questionnaires/{number}/editor")
        assert page.status_code == 200, path.name
        seen |= set(re.findall(r'class="q k-([a-z_]+)', page.get_data(as_text=True)))
    assert seen == set(TYPES)


def test_the_first_view_of_ten_questions_is_at_most_80_kb(chain: staff.Chain) -> None:
    number = load((ROOT / "tests/questionnaires/ten-questions.yaml").read_text("utf-8"))
    page = chain.signed_in("researcher").get(f"/questionnaires/{number}/editor").get_data()
    static = set(re.findall(r'(?:href|src)="/static/([^"?#]+)', page.decode()))
    sizes = {name: len(gzip.compress((ROOT / "survey_app/static" / name).read_bytes(), 9)) for name in static}
    sizes["page"] = len(gzip.compress(page, 9))
    print(sizes, sum(sizes.values()))
    assert {"editor.js", "editor.css", "icons.svg"} <= static
    assert sum(sizes.values()) <= 80_000
    assert sizes["page"] <= 15_000 and sizes["editor.js"] + sizes["staff.js"] <= 8_000


# --- fields ------------------------------------------------------------------------------------------------------------
def test_a_text_is_saved_in_its_language_and_the_page_is_told(editor: Editor) -> None:
    node = editor.question("more")
    response = editor.field(node, "text", "还有别的吗？")
    assert response.status_code == 200 and response.get_data() == b""
    assert editor.node("more")["text"] == {"zh-CN": "还有别的吗？", "en": "Anything else?"}
    heard = events(response)
    assert {f"changed-{node}", "outline-changed", "draft-changed"} <= set(heard)
    assert heard["draft-changed"]["undo"] == "修改文字" and re.fullmatch(
        "[0-9]{2}:[0-9]{2}", heard["draft-changed"]["at"]
    )


def test_a_label_of_a_point_and_a_setting_are_saved(editor: Editor) -> None:
    node = editor.question("words")
    assert editor.field(node, "labels", "很好", index="1").status_code == 200
    assert editor.node("words")["labels"] == [{"zh-CN": "差", "en": "Bad"}, {"zh-CN": "很好", "en": "Good"}]
    assert editor.field(editor.question("more"), "max_length", "300", language="").status_code == 200
    assert editor.node("more")["max_length"] == 300


def test_what_the_engine_refuses_is_said_at_the_field_and_nothing_is_kept(editor: Editor) -> None:
    before = editor.draft
    response = editor.field(editor.question("more"), "max_length", "99999", language="")
    assert response.status_code == 422 and "said" in response.text
    assert editor.field(editor.question("more"), "name", "overall", language="").status_code == 422
    assert "变量名“overall”已经用过" in editor.field(editor.question("more"), "name", "overall", language="").text
    assert editor.field(editor.question("more"), "text", "a\0b").status_code in (200, 422)
    assert plain(editor.draft["pages"][1]) == plain(before["pages"][1])
    for bad in ("no_such_key", "_id", "questions", "show_if"):
        assert editor.field(editor.question("more"), bad, "x", language="").status_code in (404, 409, 422)


def test_two_people_in_one_field_both_see_both_versions(chain: staff.Chain, editor: Editor) -> None:
    other = Editor(chain, editor.id, role="administrator")
    node = editor.question("more")
    assert editor.field(node, "text", "我的新文字").status_code == 200
    conflict = other.field(node, "text", "另一个文字")
    assert conflict.status_code == 409
    assert "researcher" in conflict.text and "我的新文字" in conflict.text and "另一个文字" in conflict.text
    assert "用我的" in conflict.text and "用对方的" in conflict.text
    assert editor.node("more")["text"]["zh-CN"] == "我的新文字"
    assert other.field(node, "text", "另一个文字", force="1").status_code == 200
    assert editor.node("more")["text"]["zh-CN"] == "另一个文字"
    assert editor.field(node, "text", "Anything?", language="en").status_code == 200


def test_a_field_of_a_question_that_is_gone_says_so(chain: staff.Chain, editor: Editor) -> None:
    node = editor.question("more")
    assert editor.act(f"remove:{node}").status_code == 200
    gone = Editor(chain, editor.id, role="administrator").field(node, "text", "太晚了")
    assert gone.status_code == 409 and "已被删除" in gone.text


def test_without_script_a_card_is_saved_with_its_button(editor: Editor) -> None:
    more, overall = editor.question("more"), editor.question("overall")
    sent = {f"f:{more}:text:zh-CN": "新文字", f"f:{overall}:text:zh-CN": "不该保存", "only": more}
    response = editor.post("/fields", script=False, **sent)
    assert response.status_code == 303 and response.location.endswith(f"node={more}")
    assert editor.node("more")["text"]["zh-CN"] == "新文字"
    assert editor.node("overall")["text"]["zh-CN"] == "您满意吗？"
    assert "已保存。" in editor.person.text(response.location)


def test_pasted_scripts_stay_text(editor: Editor) -> None:
    evil = '</textarea><img src=x onerror=alert(1)><p hx-get="/x" hx-trigger="load">'
    node = editor.question("more")
    assert editor.field(node, "text", evil).status_code == 200
    assert editor.act(f"duplicate:{node}").status_code == 200
    for page in (editor.person.text(f"{editor.base}/editor"), editor.act(f"duplicate:{node}").text):
        assert "<img src=x" not in page and 'hx-get="/x"' not in page and "&lt;img src=x" in page


# --- acts --------------------------------------------------------------------------------------------------------------
def test_a_question_is_added_behind_another_and_the_cursor_goes_there(editor: Editor) -> None:
    response = editor.act(f"add:{editor.question('overall')}:nps")
    assert editor.names() == ["overall", "q5", "more", "reason", "words"]
    made = editor.question("q5")
    assert events(response)["done"]["node"] == made and "data-focus" in response.text
    assert f'hx-swap-oob="afterend:#n-{editor.question("overall")}"' in response.text
    assert f'hx-swap-oob="afterend:#o-{editor.question("overall")}"' in response.text
    assert f'id="n-{editor.question("reason")}"' not in response.text  # cards that did not change stay where they are


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_every_type_can_be_added_and_drawn(editor: Editor, kind: str) -> None:
    response = editor.act(f"add:{editor.question('overall')}:{kind}")
    if kind == "order_data":
        assert response.status_code in (200, 422)  # anonymous questionnaires have no order
        return
    assert response.status_code == 200 and f"k-{kind}" in response.text
    assert editor.draft["pages"][0]["questions"][1]["type"] == kind


def test_a_choice_takes_the_id_that_the_page_gave_it(editor: Editor) -> None:
    question = editor.question("overall")
    first = editor.tree.children(question, "choices")[0]
    response = editor.act(f"child:{question}:choices", after=first, fresh="0a1b2c3d")
    assert editor.tree.children(question, "choices")[1] == "0a1b2c3d"
    assert 'id="n-0a1b2c3d"' in response.text and f'id="n-{question}"' not in response.text
    again = editor.act(f"child:{question}:choices", after=first, fresh="0a1b2c3d")
    assert again.status_code == 200 and len(editor.tree.children(question, "choices")) == 5
    assert editor.act(f"child:{question}:choices", fresh='"><b>').status_code == 422


def test_pasted_lines_become_choices_with_codes(editor: Editor) -> None:
    question = editor.question("overall")
    last = editor.tree.children(question, "choices")[-1]
    assert editor.act(f"paste:{last}", lines="价格|30\n\n品种\n  位置 | 31 ").status_code == 200
    held = [(c["code"], c["text"]["zh-CN"]) for c in editor.node("overall")["choices"][3:]]
    assert held == [("30", "价格"), ("5", "品种"), ("31", "位置")]
    refused = editor.act(f"paste:{last}", lines="又一个|30")
    assert refused.status_code == 422 and "30" in refused.text and refused.headers["HX-Retarget"] == "#modal"
    assert editor.act(f"paste:{question}:choices", lines="最后").status_code == 200
    assert editor.node("overall")["choices"][-1]["text"] == {"zh-CN": "最后"}


def test_what_a_rule_uses_is_not_removed_and_the_rule_is_named_with_a_link(editor: Editor) -> None:
    question, choice = editor.question("overall"), editor.tree.children(editor.question("overall"), "choices")[1]
    for node in (question, choice):
        response = editor.act(f"remove:{node}")
        assert response.status_code == 422 and "<dialog" in response.text
        assert "第 3 题“原因是什么？”的显示规则" in response.text and "选“不满意”" in response.text
        assert f"node={editor.question('reason')}#n-{editor.question('reason')}" in response.text
    assert editor.names() == ["overall", "more", "reason", "words"]


def test_a_removal_can_be_taken_back_from_its_toast_but_not_when_more_happened(editor: Editor) -> None:
    response = editor.act(f"remove:{editor.question('more')}")
    undo = re.findall(r'value="(undo:[0-9]+)"', response.text)[0]
    assert "已删除“还有什么？”" in response.text and editor.names() == ["overall", "reason", "words"]
    assert editor.act(undo).status_code == 200 and editor.names() == ["overall", "more", "reason", "words"]
    response = editor.act(f"remove:{editor.question('more')}")
    undo = re.findall(r'value="(undo:[0-9]+)"', response.text)[0]
    editor.field(editor.question("words"), "text", "之后的修改")
    late = editor.act(undo)
    assert late.status_code == 422 and "逐步撤销" in late.text


def test_moving_is_announced_and_crosses_pages(editor: Editor) -> None:
    node = editor.question("more")
    response = editor.act(f"up:{node}")
    assert editor.names() == ["more", "overall", "reason", "words"]
    assert events(response)["done"]["say"] == "已移到第 1 题（第 1 页）"
    assert events(editor.act(f"up:{node}"))["done"]["say"] == "已经在最边上了。"
    pages = editor.tree.children("root", "pages")
    response = editor.act(f"move:{node}", anchor=pages[1])
    assert editor.names() == ["overall", "more", "reason", "words"] and editor.tree.owner(node)[0] == pages[1]
    assert (
        f'hx-swap-oob="delete:#n-{node}"' in response.text and f'hx-swap-oob="afterend:#n-{pages[1]}"' in response.text
    )
    assert editor.act(f"move:{node}", anchor=editor.question("words")).status_code == 200
    assert editor.names()[-1] == "more"
    choices = editor.tree.children(editor.question("overall"), "choices")
    assert editor.act(f"move:{choices[2]}", anchor=editor.question("overall")).status_code == 200
    assert editor.tree.children(editor.question("overall"), "choices") == [choices[2], choices[0], choices[1]]


def test_pages_are_split_joined_added_and_removed(editor: Editor) -> None:
    response = editor.act(f"split:{editor.question('more')}")
    assert [len(page["questions"]) for page in editor.draft["pages"]] == [1, 1, 2]
    made = editor.tree.children("root", "pages")[1]
    assert f'id="p-{made}"' in response.text and 'id="outline"' in response.text
    assert editor.act(f"join:{made}").status_code == 200 and len(editor.draft["pages"]) == 2
    assert editor.act("page").status_code == 200
    empty = editor.tree.children("root", "pages")[2]
    assert (
        editor.act(f"add:{empty}:note").status_code == 200
        and editor.draft["pages"][2]["questions"][0]["type"] == "note"
    )
    assert editor.act(f"up:{empty}").status_code == 200
    assert editor.act(f"remove:{empty}").status_code == 200 and len(editor.draft["pages"]) == 2


def test_undo_and_redo_say_what_they_did_and_survive_a_reload(chain: staff.Chain, editor: Editor) -> None:
    editor.act(f"duplicate:{editor.question('words')}")
    again = Editor(chain, editor.id)
    assert "撤销：复制一份" in again.html
    response = again.act("undo")
    assert "已撤销：复制一份" in response.text and again.names() == ["overall", "more", "reason", "words"]
    assert events(response)["done"]["redo"] == "复制一份"
    assert "已重做：复制一份" in again.act("redo").text and len(again.names()) == 5
    assert events(again.act("redo"))["done"]["say"] == "没有可以重做的修改。"


def test_an_undo_over_somebody_elses_change_asks_first(chain: staff.Chain, editor: Editor) -> None:
    other = Editor(chain, editor.id, role="administrator")
    node = editor.question("more")
    editor.field(node, "text", "第一次")
    assert other.field(node, "text", "第二次", force="1").status_code == 200
    refused = editor.act("undo")
    assert refused.status_code == 409 and "别人改过" in refused.text and 'name="force" value="1"' in refused.text
    assert editor.act("undo", force="1").status_code == 200
    assert editor.node("more")["text"]["zh-CN"] == "还有什么？"


def test_acts_work_as_plain_forms_and_say_what_happened(editor: Editor) -> None:
    response = editor.post("/acts", script=False, do=f"up:{editor.question('more')}")
    assert response.status_code == 303 and "已移到第 1 题" in editor.person.text(response.location)
    refused = editor.post("/acts", script=False, do=f"remove:{editor.question('overall')}")
    assert refused.status_code == 422 and "<h1>没有保存</h1>" in refused.text
    for path in (
        "types?anchor=x",
        f"places?node={editor.question('more')}",
        f"lines?node={editor.question('overall')}&list=choices",
    ):
        page = editor.person.get(f"{editor.base}/editor/{path}")
        assert page.status_code == 200 and 'name="do"' in page.text and "<title>" in page.text


SENSELESS = ("", "zap:1", "remove:root", "remove:zzzz", "up:root", "child:root:pages", "paste:root:pages", "join:x", "move:root",
             "split:root", "add:root:nothing", "duplicate:root", "undo:abc", "::::")  # fmt: skip


@pytest.mark.parametrize("do", SENSELESS)
def test_an_act_that_makes_no_sense_is_refused_and_breaks_nothing(editor: Editor, do: str) -> None:
    before = plain(editor.draft)
    assert editor.act(do, lines="x").status_code in (404, 409, 422)
    assert plain(editor.draft) == before


def test_a_card_is_fetched_alone(editor: Editor) -> None:
    node = editor.question("more")
    card = editor.person.get(f"{editor.base}/editor/cards/{node}?on=1", headers={"HX-Request": "true"}).text
    assert card.strip().startswith("<article") and card.count("<article") == 1
    assert editor.person.get(f"{editor.base}/editor/cards/zzz").status_code == 404
    outline = editor.person.get(f"{editor.base}/editor/outline", headers={"HX-Request": "true"}).text
    assert outline.count('class="asks"') == 4
