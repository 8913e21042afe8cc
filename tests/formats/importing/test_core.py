"""What importers share: names, texts, languages, rules, and what is said of a rule that does not fit."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from survey_app.formats.importing import Building, Refused
from survey_app.formats.importing.building import language_tag
from survey_app.formats.importing.logic import (
    BadExpression,
    Both,
    Call,
    Const,
    Inexpressible,
    Not,
    Op,
    Parser,
    Ref,
    Target,
    Token,
    condition,
)
from survey_app.formats.importing.naming import Codes, Names
from survey_app.formats.importing.texts import words
from survey_app.questionnaire import conditions

BINARY = {"and": (10, "all"), "or": (5, "any"), "=": (20, "="), "!=": (20, "!="), "<": (20, "<"), "+": (30, "+")}


class Known:
    """q: a list recoded from 1, 2, 3; m: a multiple choice; n, k: numbers; w: a text."""

    def __init__(self, empty_equals: bool = True) -> None:
        self.empty_equals = empty_equals

    def target(self, ref: Ref) -> Target:
        if ref.name == "m":
            return Target("option", "m", option=ref.part) if ref.part else Target("multiple", "m")
        kinds = {
            "q": Target("choice", "q", {"1": "a", "2": "b", "3": "c"}),
            "n": Target("number", "n"),
            "k": Target("number", "k"),
            "w": Target("text", "w"),
        }
        if ref.name not in kinds:
            raise Inexpressible("rule_unknown_name", name=ref.name)
        return kinds[ref.name]

    def call(self, call: Call, translate: Callable[[Any], Any]) -> Any:
        raise Inexpressible


def tokens(text: str) -> list[Token]:
    made = []
    for place, part in enumerate(text.split()):
        kind = {"(": "open", ")": "close"}.get(part) or ("op" if part in BINARY or part in ("not", "-") else "name")
        if part.isdigit():
            made.append(Token("number", int(part), place))
        else:
            made.append(Token(kind, part, place))
    return made


def test_signs_bind_as_the_table_says() -> None:
    tree = Parser(tokens("q = 1 or n < 2 and not w = 3"), BINARY).parse()
    assert tree == Both(
        "any",
        (
            Op("=", Ref("q"), Const(1)),
            Both("all", (Op("<", Ref("n"), Const(2)), Op("=", Not(Ref("w")), Const(3)))),
        ),
    )
    for broken in ("", "q =", "( q = 1", "q = 1 )", "= 1", "q q"):
        with pytest.raises(BadExpression):
            Parser(tokens(broken), BINARY).parse()


def test_nothing_nests_without_end() -> None:
    for text in ("( " * 5_000 + "q" + " )" * 5_000, "not " * 5_000 + "q"):
        with pytest.raises(BadExpression):
            Parser(tokens(text), BINARY).parse()


@pytest.mark.parametrize(
    ("tree", "same"),
    [
        (Op("=", Ref("q"), Const(2)), lambda q, m, n, w: q == "b"),
        (Op("!=", Ref("q"), Const(2)), lambda q, m, n, w: q != "b"),
        (Op(">=", Ref("q"), Const(2)), lambda q, m, n, w: q in ("b", "c")),
        (Op("<", Const(1), Ref("q")), lambda q, m, n, w: q in ("b", "c")),
        (Op("=", Ref("q"), Const("")), lambda q, m, n, w: q is None),
        (Op("=", Ref("m", "x"), Const("Y")), lambda q, m, n, w: "x" in m),
        (Op("!=", Ref("m", "x"), Const("Y")), lambda q, m, n, w: "x" not in m),
        (Op("<", Ref("m", "x"), Const(1)), lambda q, m, n, w: "x" not in m),
        (Op(">", Ref("n"), Op("+", Const(1), Const(2))), lambda q, m, n, w: n is not None and n > 3),
        (Op("=", Ref("n"), Const("word")), lambda q, m, n, w: False),
        (Not(Both("any", (Op("=", Ref("q"), Const(9)), Ref("w")))), lambda q, m, n, w: w is None),
        (Op("=", Op("=", Ref("n"), Const(4)), Const(0)), lambda q, m, n, w: n != 4),
    ],
)
def test_a_condition_holds_for_the_same_answers(tree: Any, same: Callable[..., bool]) -> None:
    found = condition(tree, Known())
    for q in ("a", "b", "c", None):
        for m in (["x"], ["y"], []):
            for n in (3, 4, None):
                for w in ("z", None):
                    answers = {"q": q, "m": m or None, "n": n}
                    holds = (
                        found if isinstance(found, bool) else conditions.holds(found, answers, {"w": w} if w else {})
                    )
                    assert holds == same(q, m, n, w), (found, answers, w)


def test_an_unanswered_name_differs_from_nothing_where_its_language_says_so() -> None:
    found = condition(Op("!=", Ref("n"), Const(3)), Known(empty_equals=False))
    assert isinstance(found, dict) and not conditions.holds(found, {}) and conditions.holds(found, {"n": 4})


@pytest.mark.parametrize(("sign", "both", "one"), [("=", True, False), ("!=", False, True)])
def test_two_names_without_an_answer_are_equal_where_nothing_is_a_text(sign: str, both: bool, one: bool) -> None:
    found = condition(Op(sign, Ref("n"), Ref("k")), Known())
    assert isinstance(found, dict)
    assert conditions.holds(found, {}) is both
    assert conditions.holds(found, {"n": 3}) is one and conditions.holds(found, {"k": 3}) is one
    assert conditions.holds(found, {"n": 3, "k": 3}) is both and conditions.holds(found, {"n": 3, "k": 4}) is one
    strict = condition(Op("=", Ref("n"), Ref("k")), Known(empty_equals=False))
    assert isinstance(strict, dict) and not conditions.holds(strict, {}) and conditions.holds(strict, {"n": 3, "k": 3})


def test_what_cannot_be_said_is_not_said_wrongly() -> None:
    for tree in (Op("<", Ref("w"), Const(3)), Op("=", Ref("zz"), Const(1)), Op("<", Ref("m"), Const(1)), Call("f", ())):
        with pytest.raises(Inexpressible):
            condition(tree, Known())


def test_names_are_those_of_the_source_or_near_them() -> None:
    names = Names()
    assert [names.give(x) for x in ("Q1", "q1", "1a", "and", "满意", "a-b c", "x" * 40)] == [
        "q1", "q1_2", "q1a", "and_q", "q", "a_b_c", "x" * 32,
    ]  # fmt: skip
    codes = Codes()
    assert [codes.give(x) for x in ("1", "-1", "A1", "A 1", "其他")] == ["1", "m1", "a1", "a_1", "c"]


def test_markup_is_left_out_and_told() -> None:
    found = words(
        "<p>Hello&nbsp;<b>you</b></p><script>alert(1)</script><ul><li>a<li>b</ul><img src=x onerror=y alt=map>"
    )
    assert found.text == "Hello you\na\nb\nmap" and (found.formatting, found.pictures, found.scripts) == (True, 1, 2)
    assert words("5 < 6 &amp; 7 > 3").text == "5 < 6 & 7 > 3"
    assert words("a\x00b\ud800c").text == "abc"


def test_languages_get_the_tags_we_use() -> None:
    given = ("zh-Hans", "中文", "English (en)", "pt-BR", "de-informal", "Deutsch", "Klingon?", "EN")
    assert [language_tag(x) for x in given] == ["zh-CN", "zh-CN", "en", "pt-BR", "de", "de", "en", "en"]


def test_a_rule_about_something_later_stays_as_words() -> None:
    building = Building("test", languages=["en"])
    rule = {"later": {"is": "x"}}
    building.add({"name": "first", "type": "short_text", "text": {"en": "First"}, "show_if": rule}, "row 1")
    building.add({"name": "later", "type": "short_text", "text": {"en": "Later"}}, "row 2")
    building.kept("rule", "row 1", "later = 'x'", "first")
    made = building.done("test")
    question = made.definition.questions[0]
    assert question.show_if is None and len(question.open_rules) == 1
    assert [(line.kind, line.result) for line in made.lines] == [("rule", "lost")]


def test_a_file_without_questions_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        Building("test", languages=["en"]).done("test")
    assert refused.value.faults[0].sentence("zh") == "文件里没有题目。"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<p>a <![if !vml]>b<![endif]></p>", "a b"),
        ("a <![CDATA[x]]> b<br>", "a x b"),
        ("<![<![ a <b>b</b>", "<![<![ a b"),
        ("<![odd a", "<![odd a"),
        ("age <b>up</b> to <a of 10", "age up to <a of 10"),
    ],
)
def test_markup_that_a_parser_refuses_is_words(given: str, expected: str) -> None:
    assert words(given).text == expected


@pytest.mark.parametrize("piece", ["<a\n", "<a b='", "<a b=", "<![", "<!--", "</a ", "<a b='>", "<?", "&#", '<a b="c>'])
def test_tags_that_never_end_are_read_soon(piece: str) -> None:
    begun = time.process_time()
    for end in ("", ">", "'\">"):
        words(piece * (60_000 // len(piece)) + end)
    assert time.process_time() - begun < 3


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a<br>b", "a\nb"),
        ("a<br><br>b", "a\n\nb"),
        ("a<br/>\n<br/>b<br><br><br>c", "a\n\nb\n\nc"),
        ("<p>a<br></p><p>b</p>", "a\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
    ],
)
def test_lines_that_are_set_apart_stay_apart(given: str, expected: str) -> None:
    assert words(given).text == expected


def test_a_film_in_a_text_is_told_as_a_picture() -> None:
    found = words('Look: <iframe src="https://video.example.org/1"></iframe>')
    assert (found.text, found.pictures) == ("Look:", 1)
