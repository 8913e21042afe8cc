"""Questionnaires for these tests: one of every type, and one that SurveyJS and XLSForm can say whole."""

from functools import cache
from typing import Any

from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.loading import definition_from

Data = dict[str, Any]


def both(chinese: str, english: str) -> dict[str, str]:
    return {"zh-CN": chinese, "en": english}


def choice(code: str, chinese: str = "", english: str = "", **more: Any) -> Data:
    return {"code": code, "text": both(chinese or f"选项{code}", english or f"choice {code}"), **more}


def asked(name: str, kind: str, **more: Any) -> Data:
    return {"name": name, "type": kind, "text": both(f"题{name}", f"question {name}"), **more}


YES_NO = [choice("y", "是", "Yes"), choice("n", "否", "No")]
NUMBERED = [choice("1"), choice("2"), choice("3")]


def definition(*pages: Data, **more: Any) -> Definition:
    title = both("门店调查", "Shop survey")
    head = {"format": 1, "name": "shop-survey", "title": title, "languages": ["zh-CN", "en"]}
    return definition_from({**head, **more, "pages": list(pages)}, incomplete=False)


@cache
def every_type() -> Definition:
    """Every type with every setting it has, and everything around questions."""
    first = [
        asked("greet", "note", hint=both("请放松", "Relax")),
        asked("agree", "consent", required=True, label=both("我同意参加", "I take part")),
        asked("one", "single_choice", choices=[
            choice("a", value=7, score=2), choice("b"), choice("x", "其他", "Other", other=True), choice("c"),
            choice("dk", "不清楚", "Not sure", missing="unknown"), choice("no", "不想说", "Rather not", missing="refused"),
        ], columns=2, random_order=True, hint=both("选一个", "Choose one"), why=both("为了改进", "To improve"),
            indicator="overall.satisfaction", bank="overall@3", source="own"),
        asked("pick", "dropdown", choices=YES_NO, required=True),
        asked("many", "multiple_choice", choices=[*NUMBERED, choice("none", "都没有", "None", exclusive=True)], min=1, max=2),
        asked("alert", "attention_check", choices=YES_NO, expected="y"),
    ]  # fmt: skip
    second = [
        asked("head", "section", hint=both("小标题提示", "About this part")),
        asked("rate", "rating", points=7, low=both("差", "bad"), high=both("好", "good"), unsure=both("不清楚", "Not sure")),
        asked("stars", "rating", style="stars"),
        asked("words", "rating", points=3, labels=[both("少", "few"), both("中", "some"), both("多", "many")], style="labels"),
        asked("item", "likert", scale="agree"),
        asked("nps", "nps", required=True, low=both("不会", "never"), high=both("一定", "surely")),
        asked("csat", "csat"), asked("ces", "ces", unsure=both("不清楚", "Not sure")),
        asked("sat", "matrix", choices=YES_NO, rows=[choice("price"), choice("staff") | {"required": True}], random_rows=True),
        asked("grid", "matrix", points=5, low=both("差", "bad"), rows=[choice("r1"), choice("r2")], required=True),
        asked("agreed", "matrix", scale="agree", rows=[choice("s1"), choice("s2")]),
        asked("again", "matrix", cell="nps", rows=[choice("t1"), choice("t2")], unsure=both("不清楚", "Not sure")),
        asked("use", "matrix_multiple", choices=[*NUMBERED, choice("none", exclusive=True)], min=1, max=2,
              rows=[choice("web"), choice("shop")]),
        asked("tabled", "matrix_fields", rows=[choice("u1"), choice("u2") | {"required": True}], columns=[
            choice("what") | {"type": "short_text", "max_length": 50}, choice("how") | {"type": "dropdown", "choices": YES_NO},
            choice("much") | {"type": "number", "min": 0, "max": 9.5, "decimals": 1, "required": True},
        ]),
        asked("rank", "ranking", choices=NUMBERED, top=2),
        asked("home", "region", required=True, first="440000"), asked("work", "region", levels=2),
        asked("paper", "file", accepts=["photo", "document"], max_mb=5),
        asked("split", "constant_sum", items=[choice("p", min=10), choice("q", max=80)], total=100, unit=both("分", "points")),
        asked("line", "slider", min=0, max=100, step=5, low=both("冷", "cold"), high=both("热", "hot"),
              unit=both("度", "degrees"), unsure=both("不清楚", "Not sure")),
    ]  # fmt: skip
    third = [
        asked("short", "short_text", pattern="postcode", max_length=6),
        asked("story", "long_text", lines=6, max_length=500, speech=True),
        asked("parts", "text_fields", fields=[choice("street"), choice("city") | {"required": True, "max_length": 40}]),
        asked("age", "number", min=16, max=120, unit=both("岁", "years")), asked("price", "number", decimals=2),
        asked("day", "date", min="2026-01-01", max="today"), asked("hour", "time", min="08:00", max="20:30"),
        asked("wave", "hidden", value="w1"),
        asked("from", "hidden", parameter="src", choices=[choice("ad")]) | {"name": "source_ad"},
        asked("total", "computed", expression={"add": [{"answer": "age"}, 1]}),
        asked("free", "long_text", show_if={"any": [{"one": {"is": "a"}}, {"nps": {"at_most": 6}}]}),
    ]  # fmt: skip
    pages = [
        {"name": "start", "title": both("开始", "Start"), "questions": first, "end_if": {"pick": {"is": "n"}}},
        {"name": "middle", "questions": second, "random_order": False, "show_if": {"many": {"includes": "1"}}},
        {"name": "finish", "questions": third},
    ]
    agree = {"points": [choice("1"), choice("2", score=5), choice("3")], "unsure": both("不清楚", "Not sure")}
    more = {
        "intro": both("请您评价。", "Please rate us."), "thanks": both("谢谢！", "Thank you!"),
        "purpose": both("改进", "To improve"), "source": "own wording", "licence": "CC0-1.0", "category": "shop",
        "scales": {"agree": agree},
        "scores": [{"name": "mood", "kind": "mean", "questions": ["rate", "words"], "label": both("心情", "Mood")}],
        "quotas": [{"name": "yes", "when": {"pick": {"is": "y"}}, "limit": 50, "message": both("满了", "Full")}],
        "random_pages": [["middle", "finish"]],
    }  # fmt: skip
    return definition(*pages, **more)


RULES: list[Data] = [
    {"one": {"is": "a"}}, {"one": {"is_not": "a"}}, {"one": {"one_of": ["a", "b"]}}, {"one": {"none_of": ["a", "b"]}},
    {"one": {"answered": True}}, {"one": {"answered": False}}, {"one": {"is": "true"}},
    {"level": {"at_least": 2}}, {"level": {"at_most": "2"}}, {"level": {"more_than": 2}}, {"level": {"less_than": 2}},
    {"level": {"is": "2"}}, {"level": {"is_not": 2}},
    {"many": {"includes": "a"}}, {"many": {"includes_all": ["a", "b"]}}, {"many": {"includes_any": ["a", "b"]}},
    {"many": {"includes_none": ["a", "b"]}}, {"many": {"count": {"at_least": 2}}}, {"many": {"count": {"at_most": 1}}},
    {"many": {"count": {"is": 2}}}, {"many": {"count": {"is_not": 2}}}, {"many": {"count": {"less_than": 2}}},
    {"many": {"answered": False}}, {"many": {"count": {"more_than": 1}}},
    {"n": {"at_least": 5}}, {"n": {"at_most": 5}}, {"n": {"less_than": 0}}, {"n": {"is": 5}}, {"n": {"is_not": 5}},
    {"n": {"one_of": [0, 5]}}, {"n": {"none_of": [0, 5]}}, {"n": {"answered": True}}, {"n": {"at_least": 0, "at_most": 5}},
    {"score": {"at_most": 6}}, {"score": {"is": 0}}, {"score": {"none_of": [9, 10]}},
    {"word": {"is": "17"}}, {"word": {"is_not": "17"}}, {"word": {"answered": True}}, {"word": {"one_of": ["17", "18"]}},
    {"day": {"at_least": "2026-02-01"}}, {"day": {"less_than": "2026-02-01"}}, {"day": {"is": "2026-02-01"}},
    {"day": {"is_not": "2026-02-01"}}, {"day": {"more_than": {"answer": "later"}}}, {"day": {"at_most": {"answer": "later"}}},
    {"day": {"is": {"answer": "later"}}}, {"day": {"at_least": {"answer": "later", "plus": {"days": -5}}}},
    {"n": {"at_least": {"answer": "m"}}}, {"n": {"less_than": {"answer": "m"}}}, {"n": {"is": {"answer": "m"}}},
    {"n": {"is_not": {"answer": "m"}}}, {"sat_price": {"is": "y"}}, {"sat_price": {"answered": False}},
    {"sat_staff": {"is_not": "n"}},
    {"all": [{"one": {"is": "a"}}, {"n": {"at_least": 5}}]}, {"any": [{"one": {"is": "a"}}, {"n": {"at_least": 5}}]},
    {"not": {"one": {"is": "a"}}}, {"not": {"any": [{"one": {"is": "b"}}, {"many": {"includes": "a"}}]}},
    {"one": {"is": "a"}, "n": {"at_least": 5}},
    {"all": [{"any": [{"one": {"is": "a"}}, {"one": {"is": "b"}}]}, {"not": {"n": {"less_than": 5}}}]},
    {"any": [{"all": [{"one": {"is": "a"}}, {"n": {"is": 5}}]}, {"not": {"all": [{"one": {"is": "a"}}, {"n": {"is": 0}}]}}]},
]  # fmt: skip
ANSWERS: dict[str, list[Any]] = {
    "one": [None, "a", "b", "true"], "level": [None, "1", "2", "3"],
    "many": [None, ["a"], ["a", "b"], ["b", "c"], ["a", "b", "c"]],
    "n": [None, 0, 5, 7.5, -1], "m": [None, 5, 0], "score": [None, 0, 6, 10], "word": [None, "17", "18", "x"],
    "day": [None, "2026-01-31", "2026-02-01", "2026-02-05"], "later": [None, "2026-02-01", "2026-02-05"],
    "sat_price": [None, "y", "n"], "sat_staff": [None, "y", "n"],
}  # fmt: skip
"""What each name can be answered with in the truth tables."""


def ruled(rule: Data) -> Definition:
    """A questionnaire whose last question is shown under a rule."""
    questions = [
        asked("one", "single_choice", choices=[choice("a"), choice("b"), choice("true")]),
        asked("level", "dropdown", choices=NUMBERED),
        asked("many", "multiple_choice", choices=[choice("a"), choice("b"), choice("c")]),
        asked("n", "number", decimals=6), asked("m", "number", decimals=6), asked("score", "nps"), asked("word", "short_text"),
        asked("day", "date"), asked("later", "date"),
        asked("sat", "matrix", choices=YES_NO, rows=[choice("price"), choice("staff")]),
    ]  # fmt: skip
    return definition({"questions": questions}, {"questions": [asked("after", "long_text", show_if=rule)]})
