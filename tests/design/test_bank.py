"""The question bank: copied with its revision, offered and never forced; and what was changed in one place alone."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from survey_app import clock
from survey_app.database import db
from survey_app.design import bank, drafting, publishing
from survey_app.design.editing import changing, operations
from survey_app.design.editing.tree import Tree, plain
from survey_app.design.models import BankItem, Questionnaire
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE
from survey_app.questionnaire import loading
from tests import staff

SOURCE = """
format: 1
name: {name}
title: {{zh-CN: 小店, en: Small shop}}
languages: [zh-CN, en]
scales:
  agree: {{points: [{{code: "1", text: {{zh-CN: 否, en: "No"}}}}, {{code: "2", text: {{zh-CN: 是, en: "Yes"}}}}]}}
pages:
  - questions:
      - {{name: overall, type: rating, indicator: overall, required: true, text: {{zh-CN: 总体, en: Overall}}}}
      - {{name: easy, type: likert, scale: agree, text: {{zh-CN: 容易, en: Easy}}}}
      - name: why
        type: single_choice
        show_if: {{overall: {{at_most: 2}}}}
        text: {{zh-CN: 原因, en: Why}}
        choices: [{{code: slow, text: {{zh-CN: 慢, en: Slow}}}}, {{code: rude, text: {{zh-CN: 态度, en: Rude}}}}]
"""


def questionnaire(name: str) -> Questionnaire:
    made = drafting.load_file(
        definition=loading.load_definition(SOURCE.format(name=name), file="x"), by=COMMAND_LINE, now=clock.now()
    )
    db.session.flush()
    return made


def node_of(q: Questionnaire, name: str) -> str:
    found = Tree(q.draft).id_of(name)
    assert found is not None
    return found


def do(q: Questionnaire, operation: Any) -> None:
    changing.change(
        questionnaire=q, operation=operation, kind="test", by=COMMAND_LINE, page="p", base=None, now=clock.now()
    )


def banked(q: Questionnaire, name: str, key: str) -> BankItem:
    body = bank.body_of(Tree(q.draft), node_of(q, name))
    item = bank.create(key=key, body=body, by=COMMAND_LINE, now=clock.now())
    do(q, lambda tree: tree.node(node_of(q, name)).__setitem__("bank", f"{key}@1"))
    return item


def words(q: Questionnaire, name: str) -> str:
    return drafting.draft_of(q).question(name).text["zh-CN"]


def inserted(q: Questionnaire, item: BankItem) -> str:
    done: list[str] = []
    do(q, lambda tree: done.append(bank.insert(tree, item, tree.ids("page")[0])))
    return str(Tree(q.draft).node(done[0])["name"])


def test_an_item_is_copied_with_its_revision_and_the_scale_it_needs(app: Flask) -> None:
    first, second = questionnaire("first"), questionnaire("second")
    easy = banked(first, "easy", "easy-to-do")
    do(second, lambda tree: operations.remove(tree, tree.id_of("easy") or ""))
    do(second, lambda tree: tree.data["scales"]["agree"]["points"][0]["text"].__setitem__("zh-CN", "另一种"))
    name = inserted(second, easy)
    question = drafting.draft_of(second).question(name)
    assert question.bank == "easy-to-do@1"
    assert [choice.text["zh-CN"] for choice in question.choices] == ["否", "是"]  # type: ignore[attr-defined]
    assert len(drafting.draft_of(second).scales) == 2, "a scale of the same name with other words stays as it is"
    again = inserted(second, easy)
    assert again != name and len(drafting.draft_of(second).scales) == 2


def test_a_new_revision_is_offered_with_what_stays_local_and_never_forced(app: Flask) -> None:
    first, second = questionnaire("first"), questionnaire("second")
    why = banked(first, "why", "why-low")
    name = inserted(second, why)
    version = publishing.publish(questionnaire=second, by=COMMAND_LINE, now=clock.now())
    node = node_of(second, name)
    do(second, lambda tree: operations.set_value(tree, node, "required", True))
    choice = Tree(second.draft).children(node, "choices")[0]
    do(second, lambda tree: operations.set_value(tree, node, "show_if", {"overall": {"at_most": 1}}))
    body = bank.revision(why).body  # type: ignore[union-attr]
    made = bank.revise(
        item=why, body=bank.with_texts(body, {("text",): {"zh-CN": "主要原因", "en": "Main reason"}}),
        by=COMMAND_LINE, now=clock.now(), note="更具体",
    )  # fmt: skip
    assert made.number == 2
    uses = [use for use in bank.uses_in(second) if use.item.id == why.id]
    assert [(use.offered, use.differs) for use in uses] == [(True, False)]
    assert words(second, name) == "原因", "nothing changes by itself"
    do(second, lambda tree: bank.decline(tree, node, why))
    assert not bank.uses_in(second)[0].offered
    do(second, lambda tree: bank.update(tree, node, why))
    question = drafting.draft_of(second).question(name)
    assert (question.text["zh-CN"], question.bank, question.required) == ("主要原因", "why-low@2", True)
    assert question.show_if == {"overall": {"at_most": 1}}
    assert Tree(second.draft).children(node, "choices")[0] == choice, "what keeps its code keeps its identity"
    assert version.definition["pages"][0]["questions"][-1]["text"]["zh-CN"] == "原因"
    with pytest.raises(DomainError, match="没有修改"):
        bank.revise(item=why, body=made.body, by=COMMAND_LINE, now=clock.now())


def test_a_change_in_one_place_is_seen_and_can_go_back_or_be_cut_off(app: Flask) -> None:
    first = questionnaire("first")
    item = banked(first, "overall", "overall-rating")
    assert [use.differs for use in bank.uses_in(first)] == [False]
    node = node_of(first, "overall")
    do(first, lambda tree: operations.set_text(tree, node, "text", "zh-CN", "总体感受"))
    assert [use.differs for use in bank.uses_in(first)] == [True]
    do(first, lambda tree: bank.update(tree, node, item))
    assert words(first, "overall") == "总体" and not bank.uses_in(first)[0].differs
    do(first, lambda tree: bank.detach(tree, node))
    assert bank.uses_in(first) == [] and bank.uses_of(item) == []


def test_rules_of_choices_stay_with_the_questionnaire(app: Flask) -> None:
    first = questionnaire("first")
    rule = {"overall": {"at_most": 2}}

    def choice(tree: Tree) -> dict[str, Any]:
        return tree.node(tree.children(tree.id_of("why") or "", "choices")[0])

    do(first, lambda tree: choice(tree).update(show_if=rule))
    item = banked(first, "why", "why")
    newest = bank.revision(item)
    assert newest is not None and "show_if" not in newest.body["part"]["choices"][0]
    assert [use.differs for use in bank.uses_in(first)] == [False]
    do(first, lambda tree: bank.update(tree, tree.id_of("why") or "", item))
    assert choice(Tree(first.draft))["show_if"] == rule


def test_a_scale_of_the_bank_is_one_scale_everywhere(app: Flask) -> None:
    first, second = questionnaire("first"), questionnaire("second")
    scale = next(iter(Tree(first.draft).children("root", "scales")))
    body = bank.body_of(Tree(first.draft), scale)
    item = bank.create(key="yes-no", body=body, by=COMMAND_LINE, now=clock.now())
    do(second, lambda tree: bank.insert(tree, item, tree.ids("page")[0]))
    assert set(drafting.draft_of(second).scales) == {"agree"}, "the same scale is not copied twice"
    assert item.kind == "scale"
    with pytest.raises(DomainError):
        bank.revise(
            item=item, body=bank.body_of(Tree(first.draft), node_of(first, "why")), by=COMMAND_LINE, now=clock.now()
        )


def test_keys_are_checked_and_taken_once(app: Flask) -> None:
    first = questionnaire("first")
    body = bank.body_of(Tree(first.draft), node_of(first, "why"))
    for key in ("", "Upper", "with space", "中文", "x" * 61):
        with pytest.raises(DomainError):
            bank.create(key=key, body=body, by=COMMAND_LINE, now=clock.now())
    bank.create(key="why", body=body, by=COMMAND_LINE, now=clock.now())
    with pytest.raises(DomainError, match="已经有"):
        bank.create(key="why", body=body, by=COMMAND_LINE, now=clock.now())
    assert [item.key for item, _ in bank.items(words="原因")] == ["why"] and bank.items(words="没有") == []


def test_every_text_of_an_item_can_be_reworded(app: Flask) -> None:
    first = questionnaire("first")
    body = bank.body_of(Tree(first.draft), node_of(first, "why"))
    places = [place for place, _ in bank.texts_of(body)]
    assert places == [("text",), ("choices", 0, "text"), ("choices", 1, "text")]
    changed = bank.with_texts(body, {("choices", 1, "text"): {"zh-CN": "不礼貌", "en": ""}})
    assert changed["part"]["choices"][1]["text"] == {"zh-CN": "不礼貌"}
    assert body["part"]["choices"][1]["text"]["zh-CN"] == "态度"
    assert plain(first.draft)["pages"][0]["questions"][2]["choices"][1]["text"]["zh-CN"] == "态度"


# --- pages -------------------------------------------------------------------------------------------------------------
@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def test_a_question_goes_into_the_bank_is_reworded_and_offered_on_the_pages(chain: staff.Chain) -> None:
    made = questionnaire("pages")
    db.session.commit()
    number, node = made.id, node_of(made, "why")
    db.session.rollback()
    person = chain.signed_in("researcher", "en")
    assert "The bank is empty" in person.text("/bank")
    answer = person.post("/bank", {"questionnaire": number, "node": node, "key": "why-low"})
    assert answer.status_code == 303 and answer.location.endswith("/bank/why-low")
    assert "why-low@1" in person.text("/bank") and "Drafts that use it" in person.text("/bank/why-low")
    twice = person.post("/bank", {"questionnaire": number, "node": node, "key": "why-low"})
    assert twice.status_code == 422 and "already has" in twice.get_data(as_text=True)
    same = person.post("/bank/why-low/revisions", {"note": "nothing"})
    assert same.status_code == 422 and "nothing changed" in same.get_data(as_text=True)
    new = {"t-text-en": "<b>Main</b> reason", "t-text-zh-CN": "主要原因", "note": "clearer"}
    assert person.post("/bank/why-low/revisions", new).status_code == 303
    page = person.text(f"/questionnaires/{number}/bank")
    assert "Revision 2 is there" in page and "&lt;b&gt;Main&lt;/b&gt;" in page and "<b>Main" not in page
    for decision, words in (
        ("decline", "Revision 2 not taken"),
        ("update", "As in the bank"),
        ("detach", "No question"),
    ):
        answer = person.post(f"/questionnaires/{number}/bank/{node}", {"decision": decision})
        assert answer.status_code == 303 and words in person.text(f"/questionnaires/{number}/bank"), decision
    assert person.post(f"/questionnaires/{number}/bank/{node}", {"decision": "update"}).status_code == 422
    added = person.post(f"/questionnaires/{number}/bank-questions", {"item": "why-low"})
    assert added.status_code == 303 and "/editor" in added.location
    assert "why-low@2" in person.text(f"/questionnaires/{number}/bank")
    assert person.post("/bank/why-low/owner", {"owner": str(chain.users["manager"])}).status_code == 303
    assert person.post("/bank/why-low/retirement", {"retired": "1"}).status_code == 303
    assert "why-low" not in person.text("/bank") and "why-low" in person.text("/bank?state=retired")
    reader = chain.signed_in("manager")
    assert reader.get("/bank/why-low").status_code == 200
    assert reader.post("/bank/why-low/retirement", {"retired": "0"}).status_code == 403
    assert reader.get("/bank/nobody").status_code == 404


def test_a_local_change_becomes_the_next_revision_of_the_bank(chain: staff.Chain) -> None:
    made = questionnaire("pages")
    banked(made, "why", "why-low")
    node = node_of(made, "why")
    do(made, lambda tree: operations.set_text(tree, node, "text", "zh-CN", "本地改过"))
    db.session.commit()
    number = made.id
    person = chain.signed_in("researcher", "en")
    assert "cannot be compared" in person.text(f"/questionnaires/{number}/bank")
    assert person.post("/bank/why-low/revisions", {"questionnaire": number, "node": node}).status_code == 303
    assert "As in the bank" in person.text(f"/questionnaires/{number}/bank")


def test_an_item_is_chosen_for_a_place_in_a_draft_and_put_into_the_bank_from_its_properties(chain: staff.Chain) -> None:
    made = questionnaire("pages")
    db.session.commit()
    number, node = made.id, node_of(made, "overall")
    db.session.rollback()
    person = chain.signed_in("researcher", "en")
    pane = person.text(f"/questionnaires/{number}/editor/properties?node={node}")
    assert "Add to the bank" in pane and 'value="overall"' in pane
    assert person.post("/bank", {"questionnaire": number, "node": node, "key": "overall"}).status_code == 303
    pane = person.text(f"/questionnaires/{number}/editor/properties?node={node}")
    assert "overall@1" in pane and "Add to the bank" not in pane
    assert f'value="add:{node}:bank"' in person.text(f"/questionnaires/{number}/editor/types?anchor={node}")
    led = person.post(f"/questionnaires/{number}/acts", {"do": f"add:{node}:bank"})
    assert led.status_code == 303 and led.location.endswith(f"/bank?into={number}&after={node}")
    chosen = person.text(f"/bank?into={number}&after={node}")
    assert "Choose an item" in chosen and f"/questionnaires/{number}/bank-questions" in chosen
    added = person.post(f"/questionnaires/{number}/bank-questions", {"item": "overall", "after": node})
    assert added.status_code == 303
    db.session.expire_all()
    names = [q.name for q in drafting.draft_of(db.session.get_one(Questionnaire, number)).questions]
    assert names == ["overall", "overall_2", "easy", "why"]


@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_two_people_who_write_the_bank_at_once_take_turns(app: Flask) -> None:
    """SQLite has one writer at a time anyway; on PostgreSQL both have read the same before either writes."""
    q = questionnaire("one")
    body = bank.body_of(Tree(q.draft), node_of(q, "overall"))
    db.session.commit()
    together = Barrier(2, timeout=30)

    def create(_: int) -> str:
        with app.app_context():
            bank.find("same")
            together.wait()
            try:
                bank.create(key="same", body=body, by=COMMAND_LINE, now=clock.now())
            except DomainError:
                return "taken"
            db.session.commit()
            return "made"

    def revise(number: int) -> int:
        with app.app_context():
            item = bank.find("same")
            assert item is not None
            together.wait()
            words = bank.with_texts(body, {("text",): {"zh-CN": f"新词{number}"}})
            made = bank.revise(item=item, body=words, by=COMMAND_LINE, now=clock.now()).number
            db.session.commit()
            return made

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(create, range(2))) == ["made", "taken"]
        assert sorted(pool.map(revise, range(2))) == [2, 3]
