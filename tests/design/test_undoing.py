"""Any sequence of edits followed by as many undos gives the first draft; two people editing at once lose nothing."""

import copy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey_app import clock
from survey_app.accounts.models import User
from survey_app.database import db
from survey_app.design import drafting, publishing
from survey_app.design.editing import changing, operations, starts
from survey_app.design.editing.tree import Tree, apply, compare, flatten, merged, plain, unflatten
from survey_app.design.models import Questionnaire
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.questionnaire import loading
from survey_app.questionnaire.definition import Definition

ROOT = Path(__file__).parents[2]
SOURCE = """
format: 1
name: small-shop
title: {zh-CN: 小店, en: Small shop}
languages: [zh-CN, en]
scales:
  agree: {points: [{code: "1", text: {zh-CN: 否, en: "No"}}, {code: "2", text: {zh-CN: 是, en: "Yes"}}]}
pages:
  - questions:
      - {name: overall, type: rating, text: {zh-CN: 总体, en: Overall}}
      - name: why
        type: multiple_choice
        show_if: {overall: {at_most: 2}}
        text: {zh-CN: 原因, en: Why}
        choices: [{code: slow, text: {zh-CN: 慢, en: Slow}}, {code: rude, text: {zh-CN: 态度, en: Rude}}]
      - {name: easy, type: likert, scale: agree, text: {zh-CN: 容易, en: Easy}}
  - questions:
      - {name: words, type: long_text, show_if: {why: {includes: slow}}, text: {zh-CN: "{{why}}", en: More}}
scores:
  - {name: total, kind: mean, questions: [overall]}
"""


def first_draft() -> dict[str, Any]:
    return loading.load_definition(SOURCE, file="x").to_json()


def run(tree: Tree, act: str, number: int, words: str) -> None:
    """One act of an editor on some node; what it refuses changes nothing."""
    ids = tree.ids()
    node = ids[number % len(ids)]
    questions, pages = tree.ids("question"), tree.ids("page")
    page = pages[number % len(pages)]
    if act == "text":
        operations.set_text(
            tree, node, "title" if tree.kind(node) in ("root", "page") else "text", "zh-CN", words or "…"
        )
    elif act == "english":
        operations.set_text(tree, node, "text" if tree.kind(node) not in ("root", "page") else "title", "en", words)
    elif act == "question":
        operations.add_question(tree, sorted(starts.STARTS)[number % len(starts.STARTS)], page)
    elif act == "page":
        operations.add_page(tree, page)
    elif act == "remove":
        operations.remove(tree, node)
    elif act == "duplicate":
        operations.duplicate(tree, node)
    elif act == "up":
        operations.move_by(tree, node, -1)
    elif act == "down":
        operations.move_by(tree, node, 1)
    elif act == "away" and questions:
        operations.move(tree, questions[number % len(questions)], pages[-1], "")
    elif act == "split" and questions:
        operations.split_page(tree, questions[number % len(questions)])
    elif act == "join":
        operations.join_page(tree, page)
    elif act == "type" and questions:
        kinds = sorted(starts.STARTS)
        operations.set_type(tree, questions[number % len(questions)], kinds[number % len(kinds)])
    elif act == "rename" and questions:
        operations.rename(tree, questions[number % len(questions)], f"name_{number}")
    elif act == "required" and questions:
        operations.set_value(tree, questions[number % len(questions)], "required", number % 2 == 0 or None)
    elif act == "paste" and questions:
        operations.paste_lines(tree, questions[number % len(questions)], "choices", words.split() or ["x"])


ACTS: tuple[str, ...] = ("text", "english", "question", "page", "remove", "duplicate", "up", "down", "away")
ACTS += ("split", "join", "type", "rename", "required", "paste")
steps = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 400), st.text("甲乙 a{}", max_size=6)), min_size=1, max_size=25
)


def edited(draft: dict[str, Any], act: tuple[str, int, str]) -> tuple[dict[str, Any], Any]:
    """The draft after one act, and what changed; the same draft when the act is refused, as `changing.change` does."""
    tree = Tree(draft)
    before = flatten(tree)
    try:
        run(tree, *act)
        tree.index()
        changing.checked(tree.data)
    except (DomainError, KeyError):
        return draft, None
    return tree.data, compare(before, flatten(tree))


@settings(max_examples=120, deadline=None)
@given(steps)
def test_as_many_undos_give_the_first_draft_again(acts: list[tuple[str, int, str]]) -> None:
    draft = first_draft()
    start = copy.deepcopy(draft)
    history = []
    for act in acts:
        draft, changes = edited(draft, act)
        if changes:
            history.append(changes)
    after = plain(draft)
    for changes in reversed(history):
        flat = flatten(Tree(draft))
        assert apply(changes.inverted(), flat) == []
        draft = unflatten(flat)
    assert plain(draft) == start
    for changes in history:
        flat = flatten(Tree(draft))
        assert apply(changes, flat) == []
        draft = unflatten(flat)
    assert plain(draft) == after


@settings(max_examples=60, deadline=None)
@given(steps)
def test_an_edited_draft_is_always_a_questionnaire_that_loads(acts: list[tuple[str, int, str]]) -> None:
    draft = first_draft()
    for act in acts:
        draft, _ = edited(draft, act)
        Definition.from_json(plain(draft))
        flat = flatten(Tree(draft))
        assert plain(unflatten(flat)) == plain(draft)


@given(st.permutations(range(6)), st.permutations(range(6)), st.sets(st.integers(0, 5)), st.sets(st.integers(6, 8)))
def test_two_orders_of_one_list_are_merged_without_losing_or_doubling_anything(
    mine: list[int], theirs: list[int], removed: set[int], added: set[int]
) -> None:
    before = [str(n) for n in range(6)]
    after = [str(n) for n in mine if n not in removed] + [f"m{n}" for n in added]
    present = [str(n) for n in theirs] + [f"t{n}" for n in added]
    result = merged(present, before, after)
    assert sorted(result) == sorted({*after, *(f"t{n}" for n in added)} - {str(n) for n in removed})
    assert len(set(result)) == len(result)


def test_every_shipped_questionnaire_is_taken_apart_and_put_together_without_loss() -> None:
    files = [*ROOT.glob("questionnaires/*.yaml"), *ROOT.glob("tests/questionnaires/*.yaml")]
    assert len(files) > 30
    for file in files:
        definition = loading.load_definition(file.read_bytes(), file=file.name)
        draft = definition.to_json()
        again = unflatten(flatten(Tree(draft)))
        assert Definition.from_json(plain(again)) == definition, file.name


# --- with a database ---------------------------------------------------------------------------------------------------
class Writer:
    """Somebody with the editor open; `base` is the revision that the page shows."""

    def __init__(self, questionnaire: Questionnaire, number: int) -> None:
        self.questionnaire, self.by = questionnaire, Actor(number, f"writer {number}", "researcher")
        self.page, self.base = f"page{number}", questionnaire.draft_revision

    def does(self, operation: Any, kind: str = "act", force: bool = False) -> Any:
        return changing.change(
            questionnaire=self.questionnaire, operation=operation, kind=kind, by=self.by, page=self.page,
            base=self.base, now=clock.now(), force=force,
        )  # fmt: skip

    def undoes(self, force: bool = False) -> Any:
        return changing.undo(questionnaire=self.questionnaire, by=self.by, page=self.page, now=clock.now(), force=force)

    def redoes(self) -> Any:
        return changing.redo(questionnaire=self.questionnaire, by=self.by, page=self.page, now=clock.now())


@pytest.fixture
def two(app: Flask) -> tuple[Writer, Writer]:
    for number in (1, 2):
        db.session.add(_user(number))
    db.session.flush()
    made = drafting.load_file(
        definition=loading.load_definition(SOURCE, file="x"), by=Actor(1, "writer 1", "researcher"), now=clock.now()
    )
    db.session.flush()
    return Writer(made, 1), Writer(made, 2)


def _user(number: int) -> User:
    now = clock.now()
    return User(
        id=number, email=f"w{number}@x.example", name=f"writer {number}", password_hash="x", role="researcher",
        active=True, sign_in_epoch=0, created_at=now,
    )  # fmt: skip


def text_of(writer: Writer, name: str, language: str = "zh-CN") -> str:
    return drafting.draft_of(writer.questionnaire).question(name).text.get(language, "")


def types(name: str, words: str, language: str = "zh-CN") -> Any:
    def operation(tree: Tree) -> None:
        node = tree.id_of(name)
        assert node is not None
        operations.set_text(tree, node, "text", language, words)

    return operation


def test_a_field_that_somebody_else_changed_is_not_overwritten(two: tuple[Writer, Writer]) -> None:
    one, other = two
    other.does(types("overall", "他们的"))
    with pytest.raises(changing.Conflict) as caught:
        one.does(types("overall", "我的"))
    assert caught.value.theirs is not None and caught.value.theirs.user_id == 2
    assert text_of(one, "overall") == "他们的"
    one.does(types("overall", "我的"), force=True)
    assert text_of(one, "overall") == "我的"
    one.does(types("overall", "我的更好"))  # my page has seen theirs now


def test_two_people_in_different_fields_languages_and_lists_do_not_meet(two: tuple[Writer, Writer]) -> None:
    one, other = two
    one.does(types("overall", "甲"))
    other.does(types("overall", "B", "en"))
    other.does(lambda tree: operations.add_question(tree, "nps", tree.ids("page")[0]))
    one.does(lambda tree: operations.add_page(tree))
    one.undoes()
    draft = drafting.draft_of(one.questionnaire)
    assert (text_of(one, "overall"), text_of(one, "overall", "en")) == ("甲", "B")
    assert [len(page.questions) for page in draft.pages] == [4, 1]
    one.undoes()
    assert text_of(one, "overall") == "总体"
    assert one.undoes() is None
    assert len(drafting.draft_of(one.questionnaire).questions) == 5, "the other person's question stays"


def test_typing_in_one_field_is_one_step_and_redo_brings_it_back(two: tuple[Writer, Writer]) -> None:
    one, _ = two
    for words in ("总", "总体来", "总体来说"):
        one.does(types("overall", words), kind="text.set")
    one.does(lambda tree: operations.add_page(tree))
    one.undoes()
    one.undoes()
    assert text_of(one, "overall") == "总体"
    assert one.undoes() is None
    one.redoes()
    assert text_of(one, "overall") == "总体来说"
    one.does(types("overall", "新"))
    assert one.redoes() is None, "a new change ends what could be done again"


def test_undo_says_so_when_somebody_else_went_on_with_it(two: tuple[Writer, Writer]) -> None:
    one, other = two
    one.does(types("overall", "甲"))
    other.does(types("overall", "乙"), force=True)
    with pytest.raises(changing.Conflict):
        one.undoes()
    assert text_of(one, "overall") == "乙"
    one.undoes(force=True)
    assert text_of(one, "overall") == "总体"


def test_what_somebody_wrote_in_a_question_is_not_removed_under_them(two: tuple[Writer, Writer]) -> None:
    one, other = two
    other.does(types("easy", "改过"))
    easy = Tree(one.questionnaire.draft).id_of("easy")
    assert easy is not None
    with pytest.raises(changing.Conflict):
        one.does(lambda tree: operations.remove(tree, easy))
    one.does(lambda tree: operations.remove(tree, easy), force=True)
    with pytest.raises(changing.Gone) as gone:
        other.does(lambda tree: operations.set_text(tree, easy, "text", "zh-CN", "再改"))
    assert gone.value.theirs is not None
    one.undoes()
    assert text_of(one, "easy") == "改过"


def test_sixty_steps_are_taken_back_one_by_one(two: tuple[Writer, Writer]) -> None:
    one, _ = two
    for number in range(60):
        one.does(types("overall", str(number)))
    for number in reversed(range(59)):
        one.undoes()
        assert text_of(one, "overall") == str(number)


def test_a_question_used_in_a_rule_is_not_removed_and_the_rule_is_named(two: tuple[Writer, Writer]) -> None:
    one, _ = two
    why = Tree(one.questionnaire.draft).id_of("why")
    assert why is not None
    with pytest.raises(operations.InUse) as caught:
        one.does(lambda tree: operations.remove(tree, why))
    assert "pages[1].questions[0].show_if" in [use.path for use in caught.value.uses]
    slow = Tree(one.questionnaire.draft).children(why, "choices")[0]
    with pytest.raises(operations.InUse):
        one.does(lambda tree: operations.remove(tree, slow))


def test_a_new_name_or_code_is_followed_everywhere(two: tuple[Writer, Writer]) -> None:
    one, _ = two
    tree = Tree(one.questionnaire.draft)
    why, overall = tree.id_of("why"), tree.id_of("overall")
    assert why is not None and overall is not None
    one.does(lambda tree: operations.rename(tree, why, "reasons"))
    one.does(lambda tree: operations.rename(tree, overall, "total_view"))
    slow = tree.children(why, "choices")[0]
    one.does(lambda tree: operations.rename_code(tree, slow, "late"))
    draft = drafting.draft_of(one.questionnaire)
    assert draft.question("words").show_if == {"reasons": {"includes": "late"}}
    assert draft.question("words").text["zh-CN"] == "{{reasons}}"
    assert draft.question("reasons").show_if == {"total_view": {"at_most": 2}}
    assert draft.scores[0].questions == ("total_view",)


def test_a_change_that_makes_no_questionnaire_is_refused_with_the_reason(two: tuple[Writer, Writer]) -> None:
    one, _ = two
    overall = Tree(one.questionnaire.draft).id_of("overall")
    assert overall is not None
    with pytest.raises(changing.Refused) as caught:
        one.does(lambda tree: operations.set_value(tree, overall, "points", 99))
    assert caught.value.problems and "99" in str(caught.value)
    assert drafting.draft_of(one.questionnaire).question("overall").points == 5  # type: ignore[attr-defined]


def test_a_changed_source_marks_its_translation_as_old_until_it_is_written_again(two: tuple[Writer, Writer]) -> None:
    one, _ = two
    overall = Tree(one.questionnaire.draft).id_of("overall")
    assert overall is not None
    one.does(types("overall", "新的总体"))
    assert Tree(one.questionnaire.draft).node(overall)["_old"] == ["text/en"]
    one.does(types("overall", "New overall", "en"))
    assert "_old" not in Tree(one.questionnaire.draft).node(overall)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps, steps)
def test_two_people_at_once_lose_nothing(
    two: tuple[Writer, Writer], mine: list[tuple[str, int, str]], theirs: list[tuple[str, int, str]]
) -> None:
    """Whatever both do in turn: when the first takes everything back, what the second wrote is still there."""
    one, other = two
    changing.replace(questionnaire=one.questionnaire, data=first_draft(), by=one.by, now=clock.now())
    one.base = other.base = one.questionnaire.draft_revision
    for index in range(max(len(mine), len(theirs))):
        for writer, acts in ((one, mine), (other, theirs)):
            if index < len(acts):
                try:
                    writer.does(lambda tree, act=acts[index]: run(tree, *act))
                except DomainError:
                    continue
    written = flatten(Tree(one.questionnaire.draft))
    own = {
        path: after
        for edit in changing._newest(one.questionnaire, 0)
        if edit.user_id == 2 and edit.state == "done"
        for path, (_, after) in edit.changes["values"].items()
    }
    kept = {path: value for path, value in own.items() if written.values.get(path) == value and value is not None}
    while True:
        try:
            if one.undoes() is None:
                break
        except changing.Conflict:
            break  # said so; nothing was taken back
    flat = flatten(Tree(one.questionnaire.draft))
    Definition.from_json(plain(one.questionnaire.draft))
    missing = [path for path in kept if path not in flat.values and path.split("/")[1][0] != "_"]
    assert missing == []


def test_a_part_that_was_published_meanwhile_can_still_be_taken_back(two: tuple[Writer, Writer]) -> None:
    """Publication writes values into the draft without an edit of its own; they must not jam the steps before it."""
    one, _ = two
    before = plain(one.questionnaire.draft)

    def add(tree: Tree) -> None:
        why = tree.id_of("why")
        assert why is not None
        made = operations.add_child(tree, why, "choices", None, "价格", "price")
        operations.set_text(tree, made, "text", "en", "Price")

    one.does(add)
    published = publishing.publish(questionnaire=one.questionnaire, by=one.by, now=clock.now())
    assert published.definition["pages"][0]["questions"][1]["choices"][2]["value"] == 3
    one.undoes()
    after = drafting.draft_of(one.questionnaire)
    assert [choice.code for choice in after.question("why").choices] == ["slow", "rude"]  # type: ignore[attr-defined]
    assert one.undoes() is None
    assert len(before["pages"][0]["questions"]) == len(after.pages[0].questions)


def test_a_loaded_file_is_not_overwritten_by_a_page_that_shows_the_draft_before_it(two: tuple[Writer, Writer]) -> None:
    one, _ = two
    loaded = SOURCE.replace("{zh-CN: 总体, en: Overall}", "{zh-CN: 来自文件, en: From a file}")
    drafting.load_file(definition=loading.load_definition(loaded, file="x"), by=one.by, now=clock.now())
    with pytest.raises(changing.Conflict):
        one.does(types("overall", "我的"))
    assert text_of(one, "overall") == "来自文件"
    one.does(types("easy", "没有人动过"))


def test_a_number_that_publication_wrote_in_its_own_way_is_nobody_elses_change(two: tuple[Writer, Writer]) -> None:
    one, _ = two

    def add(tree: Tree) -> None:
        made = operations.add_question(tree, "number", tree.ids("page")[0])
        operations.set_text(tree, made, "text", "zh-CN", "几次？")
        operations.set_text(tree, made, "text", "en", "How often?")
        operations.set_value(tree, made, "min", 3)

    one.does(add)
    publishing.publish(questionnaire=one.questionnaire, by=one.by, now=clock.now())
    one.undoes()
    assert "number" not in [question.type for question in drafting.draft_of(one.questionnaire).questions]
    one.redoes()
    assert "number" in [question.type for question in drafting.draft_of(one.questionnaire).questions]
