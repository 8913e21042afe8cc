"""Ours to another program and back: identical in everything that program can say."""

from typing import Any

from survey_app.formats import surveyjs, writing, xlsform
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.routing import path
from tests.formats.writing.wholes import YES_NO, asked, both, choice, definition

NUMBERS = [choice("1"), choice("2"), choice("3")]
RULES = [
    {"one": {"is": "a"}}, {"one": {"is_not": "a"}}, {"one": {"one_of": ["a", "b"]}}, {"one": {"none_of": ["a", "b"]}},
    {"one": {"answered": False}}, {"many": {"includes": "1"}}, {"many": {"includes_all": ["1", "2"]}},
    {"many": {"includes_any": ["1", "2"]}}, {"many": {"includes_none": ["1", "2"]}}, {"many": {"count": {"at_least": 2}}},
    {"n": {"at_least": 3}}, {"n": {"less_than": 3}}, {"n": {"is_not": 3}}, {"n": {"at_least": {"answer": "m"}}},
    {"day": {"at_least": "2026-02-01"}}, {"word": {"is": "17"}},
    {"any": [{"one": {"is": "a"}}, {"all": [{"n": {"at_least": 3}}, {"many": {"includes": "3"}}]}]},
    {"all": [{"one": {"is_not": "a"}}, {"not": {"any": [{"n": {"less_than": 3}}, {"many": {"includes": "3"}}]}}]},
]  # fmt: skip
SHARED = [
    asked("one", "single_choice", choices=[choice("a"), choice("b"), choice("c")], required=True, columns=1),
    asked("pick", "dropdown", choices=YES_NO, random_order=True, hint=both("提示", "a hint")),
    asked("many", "multiple_choice", choices=NUMBERS, min=2, max=2),
    asked("stars", "rating", style="stars"),
    asked("sat", "matrix", choices=YES_NO, rows=[choice("service"), choice("staff")]),
    asked("rank", "ranking", choices=[choice("p"), choice("q")]),
    asked("line", "slider", min=0, max=100, step=5),
    asked("word", "short_text", max_length=40),
    asked("post", "short_text", pattern="postcode", max_length=6),
    asked("story", "long_text", max_length=500),
    asked("n", "number", min=0, max=99),
    asked("m", "number", decimals=6),
    asked("day", "date", min="2026-01-01", max="today"),
    asked("hour", "time"),
    asked("read", "note"),
]
FOLLOWING = [asked(f"after{index}", "note", show_if=rule) for index, rule in enumerate(RULES)]
SECOND = {"title": both("第二页", "Second"), "show_if": {"one": {"answered": True}}}
SURVEYJS_ONLY = [
    asked("other", "single_choice", choices=[choice("x"), choice("refused", missing="refused"),
                                             choice("other", "其他", "Other", other=True)], columns=3),
    asked("alone", "multiple_choice", choices=[choice("x"), choice("none", exclusive=True)], random_order=True),
    asked("nps", "nps", low=both("不会", "never"), high=both("一定", "surely")),
    asked("rate", "rating", points=7, low=both("差", "bad"), high=both("好", "good")),
    asked("words", "rating", points=3, labels=[both("少", "few"), both("中", "some"), both("多", "many")]),
    asked("each", "matrix", choices=YES_NO, rows=[choice("r1"), choice("r2")], required=True, random_rows=True),
    asked("use", "matrix_multiple", choices=NUMBERS, rows=[choice("web"), choice("app")]),
    asked("best", "ranking", choices=NUMBERS, top=2, random_order=True),
    asked("parts", "text_fields", fields=[choice("street"), choice("city") | {"required": True, "max_length": 40}]),
    asked("mail", "short_text", pattern="email"), asked("till", "time", min="08:00", max="20:30"),
    asked("price", "number", decimals=2), asked("lines", "long_text", lines=6),
]  # fmt: skip
XLSFORM_ONLY = [
    asked("alone", "multiple_choice", choices=[choice("x"), choice("y"), choice("none", exclusive=True)], columns=2),
    asked("need", "matrix", choices=YES_NO, rows=[choice("rowa") | {"required": True}, choice("rowb")]),
    asked("free", "matrix_multiple", choices=NUMBERS, rows=[choice("web"), choice("app")]),
    asked("total", "computed", expression={"add": [{"answer": "n"}, {"multiply": [{"answer": "m"}, 2]}]}),
]


def plain(of: Definition, *gone: str) -> dict[str, Any]:
    """What is compared: all but the names of pages, and keys that the program has none for."""
    data = of.to_json()
    for key in ("mode", *gone):
        data.pop(key, None)
    for page in data["pages"]:
        page.pop("name", None)
    return data


def test_surveyjs_gives_the_same_questionnaire_back() -> None:
    head = asked("head", "section", hint=both("关于服务", "About service"))
    pages = [{"title": both("第一页", "First"), "questions": SHARED}, SECOND | {"questions": FOLLOWING},
             {"questions": [head, *SURVEYJS_ONLY], "random_order": False}]  # fmt: skip
    of = definition(*pages, intro=both("请您评价", "Please rate"), thanks=both("谢谢", "Thanks"))
    back = surveyjs.parse(writing.write(of, "surveyjs").data)
    assert plain(back.definition, "name") == plain(of, "name")


def test_a_form_gives_the_same_questionnaire_back() -> None:
    pages = [
        {"title": both("第一页", "First"), "questions": [*SHARED, *XLSFORM_ONLY]},
        SECOND | {"questions": FOLLOWING},
    ]
    of = definition(*pages)
    back = xlsform.parse(writing.write(of, "xlsform").data)
    assert plain(back.definition, "title") == plain(of, "title")
    assert back.definition.title == {"zh-CN": "门店调查"}


def test_the_end_of_a_page_comes_back_from_surveyjs() -> None:
    first = {"questions": [asked("a", "single_choice", choices=YES_NO)], "end_if": {"a": {"is": "n"}}}
    of = definition(first, {"questions": [asked("b", "short_text")]})
    assert plain(surveyjs.parse(writing.write(of, "surveyjs").data).definition, "name") == plain(of, "name")


def test_a_computed_value_that_came_back_from_surveyjs_is_the_same_number() -> None:
    expression = {"add": [{"answer": "n"}, {"multiply": [{"answer": "m"}, 2]}]}
    numbers = [asked("n", "number"), asked("m", "number"), asked("total", "computed", expression=expression)]
    of = definition({"questions": numbers})
    back = surveyjs.parse(writing.write(of, "surveyjs").data).definition
    for answers in ({"n": 2, "m": 3}, {"n": 2}, {"m": 3}, {}):
        sides = [path(side, answers).answers.get("total") for side in (of, back)]
        assert sides[0] == sides[1] == (8 if len(answers) == 2 else None)
