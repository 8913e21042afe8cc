"""Rules about whole questionnaires, the changes in one click, the score, and how long it all takes."""

import time
from typing import Any

import pytest

from survey_app.questionnaire import review, wording
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.loading import definition_from
from survey_app.questionnaire.wording.polarity import meaning, read
from tests.questionnaire.tools import made, question
from tests.questionnaire.wording import labelled

ZH = "zh-CN"
ASKED = {"text": "How was it?"}


def codes(definition: Definition, previous: Definition | None = None) -> list[str]:
    return [item.code for item in wording.advice(definition, previous)]


def whole(*pages: list[dict[str, Any]], **more: Any) -> Definition:
    return made(pages=[{"questions": page} for page in pages], **more)


def mended(definition: Definition, code: str, previous: Definition | None = None) -> Definition:
    """The definition after the change that the first advice of a rule offers; it is sound and the advice is gone."""
    found = next(item for item in wording.advice(definition, previous) if item.code == code)
    assert found.steps, "no change is offered"
    data = definition.to_json()
    wording.apply(data, found.steps)
    after = definition_from(data)
    left = [item for item in wording.advice(after, previous) if (item.code, item.language) == (code, found.language)]
    assert found.path not in [item.path for item in left]
    return after


def one(**data: Any) -> Definition:
    return labelled.definition_of({"l": "zh", "fires": [], **data})


# --- the questionnaire as a whole --------------------------------------------------------------------------------------
def test_thirteen_questions_are_too_many_and_twelve_are_not() -> None:
    assert "many_questions" not in codes(made(*(question(f"q{n}") for n in range(12))))
    assert "many_questions" in codes(made(*(question(f"q{n}") for n in range(13))))


def test_more_than_five_minutes_is_long() -> None:
    texts = [question(f"t{n}", "long_text") for n in range(9)]  # 9 x 25 s x 1.4 on a phone
    assert "long_survey" in codes(made(*texts)) and "long_survey" not in codes(made(*texts[:8]))


@pytest.mark.parametrize(("mode", "expected"), [("confidential", 3), ("identified", 0)])
def test_a_confidential_questionnaire_does_not_keep_what_finds_an_order(mode: str, expected: int) -> None:
    fields = ("order_number", "order_date", "order_amount", "shop")
    taken = (question(f"of_{field}", "order_data", field=field) for field in fields)
    assert codes(made(question("good"), *taken, mode=mode)).count("order_identifies") == expected


@pytest.mark.parametrize(
    ("mode", "levels", "expected"),
    [("anonymous", 3, True), ("anonymous", 2, False), ("confidential", 3, False), ("identified", 3, False)],
)
def test_a_district_narrows_an_anonymous_answer_down(mode: str, levels: int, expected: bool) -> None:
    definition = made(question("home", "region", levels=levels), mode=mode)
    assert ("district_narrows" in codes(definition)) is expected
    if expected:
        home = mended(definition, "district_narrows").question("home")
        assert home.names() == ("home_province", "home_city")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("mode", "accepts", "expected"),
    [("anonymous", ["photo"], True), ("confidential", ["photo"], False), ("identified", ["document", "photo"], False)],
)
def test_a_photo_may_name_its_author(mode: str, accepts: list[str], expected: bool) -> None:
    definition = made(question("receipt", "file", accepts=accepts), mode=mode)
    assert ("photo_anonymous" in codes(definition)) is expected and "required_file" not in codes(definition)


def test_a_required_file_is_made_optional() -> None:
    definition = made(question("receipt", "file", required=True))
    assert not mended(definition, "required_file").question("receipt").required


@pytest.mark.parametrize(("tests", "expected"), [(2, False), (3, True)])
def test_a_rule_with_three_conditions_on_its_own_page_wants_a_page_break(tests: int, expected: bool) -> None:
    rule = {f"q{n}": {"at_least": 3} for n in range(tests)}
    definition = made(*(question(f"q{n}") for n in range(4)), question("why", "long_text", show_if=rule))
    assert ("complex_rule" in codes(definition)) is expected
    if expected:
        after = mended(definition, "complex_rule")
        assert [[q.name for q in page.questions] for page in after.pages] == [["q0", "q1", "q2", "q3"], ["why"]]
        assert review.review(after) == []


def test_a_page_break_keeps_the_condition_on_both_pages_and_the_end_on_the_last() -> None:
    rule = {f"q{n}": {"at_least": 3} for n in range(3)}
    first = {"questions": [question("gate", "nps")]}
    second = {
        "show_if": {"gate": {"at_least": 5}},
        "end_if": {"q0": {"at_most": 1}},
        "questions": [*(question(f"q{n}") for n in range(3)), question("why", "long_text", show_if=rule)],
    }
    after = mended(made(pages=[first, second, {"questions": [question("last")]}]), "complex_rule")
    assert [page.show_if for page in after.pages] == [None, {"gate": {"at_least": 5}}, {"gate": {"at_least": 5}}, None]
    assert [page.end_if for page in after.pages] == [None, None, {"q0": {"at_most": 1}}, None]


def agreeing(*labels: str) -> dict[str, Any]:
    return {"points": [{"code": str(n), "text": label} for n, label in enumerate(labels, start=1)]}


FIVE = ("Very poor", "Poor", "Neither good nor poor", "Good", "Very good")


def test_two_scales_about_the_same_thing_in_different_words_are_noticed() -> None:
    other = ("Extremely poor", *FIVE[1:])
    asked = [question("a", "likert", scale="x"), question("b", "likert", scale="y")]
    same = made(*asked, scales={"x": agreeing(*FIVE), "y": agreeing(*FIVE)})
    differing = made(*asked, scales={"x": agreeing(*FIVE), "y": agreeing(*other)})
    assert "scale_differs" not in codes(same)
    found = next(item for item in wording.advice(differing) if item.code == "scale_differs")
    assert (
        wording.sentence(found)
        == "The same scale is worded differently elsewhere (“Very poor”, here “Extremely poor”)."
    )


def test_a_scale_that_changed_since_the_last_version_is_a_warning_that_can_be_taken_back() -> None:
    before = made(question("a", "rating", low="Bad", high="Good") | ASKED)
    after = made(question("a", "rating", low="Terrible", high="Good") | ASKED)
    assert codes(before, before) == [] and codes(after) == []
    assert codes(after, before) == ["scale_changed"]
    assert mended(after, "scale_changed", before) == before


def test_a_translation_that_did_not_follow_its_original_is_a_warning() -> None:
    languages = ["en", "zh-CN"]
    text = {"en": "How was it?", ZH: "怎么样？"}
    before = made(question("a") | {"text": text}, languages=languages)
    changed = made(question("a") | {"text": text | {"en": "How was it today?"}}, languages=languages)
    both = made(question("a") | {"text": {"en": "How was it today?", ZH: "今天怎么样？"}}, languages=languages)
    assert "old_translation" in codes(changed, before)
    assert "old_translation" not in codes(both, before) + codes(before, before) + codes(changed)


def test_moving_a_question_makes_nothing_old() -> None:
    first, second = question("a", "rating", low="Bad", high="Good") | ASKED, question("b", "single_choice") | ASKED
    assert codes(made(second, first), made(first, second)) == []


# --- changes in one click ----------------------------------------------------------------------------------------------
def test_a_falling_scale_is_turned_round_and_codes_keep_their_order() -> None:
    labels = ["非常满意", "满意", "一般", "不满意", "非常不满意"]
    after = mended(one(t="likert", scale=labels, q="您对安装服务满意吗？"), "reversed_scale")
    points = after.scales["own"].points
    assert [point.code for point in points] == ["1", "2", "3", "4", "5"]
    assert [point.text[ZH] for point in points] == labels[::-1]


def test_a_scale_with_answers_or_rules_is_not_turned_round() -> None:
    falling = one(t="rating", low="非常满意", high="非常不满意", q="您对退货流程满意吗？")
    published = next(item for item in wording.advice(falling, falling) if item.code == "reversed_scale")
    assert published.steps == ()
    ruled = made(
        question("a", "rating", low="Very good", high="Very poor"), question("b", show_if={"a": {"at_most": 2}})
    )
    assert next(item for item in wording.advice(ruled) if item.code == "reversed_scale").steps == ()
    assert mended(falling, "reversed_scale").questions[0].low == {ZH: "非常不满意"}  # type: ignore[attr-defined]


def test_not_sure_is_added_where_each_type_keeps_it() -> None:
    choice = mended(one(t="single_choice", required=True, c=["是", "否"], q="药师是否核对了您的处方？"), "no_unsure")
    last = choice.questions[0].choices[-1]  # type: ignore[attr-defined]
    assert (last.code, last.missing, last.text) == ("unsure", "unknown", {ZH: "不清楚"})
    labels = ["很慢", "较慢", "一般", "较快", "很快"]
    likert = mended(one(t="likert", required=True, scale=labels, q="上次客服回复您的速度怎么样？"), "no_unsure")
    assert likert.scales["own"].unsure == {ZH: "不清楚"}
    csat = mended(one(t="csat", required=True, q="您对送货员的态度满意吗？"), "no_unsure")
    assert csat.questions[0].unsure == {ZH: "不清楚"}  # type: ignore[attr-defined]
    private = mended(
        one(t="single_choice", required=True, c=["男", "女"], why="分组。", q="您的性别是？"), "no_refusal"
    )
    assert private.questions[0].choices[-1].missing == "refused"  # type: ignore[attr-defined]


def test_other_comes_before_the_answers_that_say_nothing() -> None:
    choices = ["价格", "位置", "服务", {"text": "不清楚", "missing": "unknown", "code": "other"}]
    after = mended(one(t="multiple_choice", c=choices, q="您为什么选择本店？"), "no_other")
    shown = after.questions[0].choices  # type: ignore[attr-defined]
    assert [(c.code, c.other) for c in shown[-2:]] == [("other_2", True), ("other", False)]


def test_ranges_are_moved_apart_one_after_the_other() -> None:
    definition = one(t="single_choice", c=["18-25 岁", "25-35 岁", "35-45 岁"], why="分组。", q="您的年龄是多少？")
    after = mended(mended(definition, "overlapping_ranges"), "overlapping_ranges")
    assert [c.text[ZH] for c in after.questions[0].choices] == ["18-25 岁", "26-35 岁", "36-45 岁"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("data", "code", "expected"),
    [
        ({"t": "csat", "q": "物流"}, "no_question", "您对物流满意吗？"),
        ({"t": "csat", "q": "您对我们优质的售后服务满意吗？"}, "leading", "您对我们的售后服务满意吗？"),
        ({"t": "single_choice", "c": ["是", "否"], "q": "您购买过保健品和/或器械吗？"}, "and_or", "您购买过保健品或器械吗？"),
        ({"t": "single_choice", "c": ["是", "否"], "q": "众所周知，您按时服药吗？"}, "leading", "您按时服药吗？"),
        ({"l": "en", "t": "csat", "q": "Queue"}, "no_question", "How satisfied or dissatisfied are you with the queue?"),
        ({"l": "en", "t": "csat", "q": "How good are our excellent staff?"}, "leading", "How good are our staff?"),
    ],
)  # fmt: skip
def test_words_are_changed_to_what_a_person_would_write(data: dict[str, Any], code: str, expected: str) -> None:
    assert next(iter(mended(one(**data), code).questions[0].text.values())) == expected


def test_a_question_is_split_only_where_every_language_can_be() -> None:
    text = {ZH: "您对价格和服务满意吗？", "en": "Prices and service: are you satisfied?"}
    both = definition_from(
        {"format": 1, "name": "x", "title": {ZH: "题", "en": "T"}, "languages": [ZH, "en"]}
        | {"pages": [{"questions": [{"name": "a", "type": "csat", "text": text}]}]}
    )
    assert next(item for item in wording.advice(both) if item.code == "double_barrelled").steps == ()
    after = mended(one(t="csat", q="您对价格和服务满意吗？"), "double_barrelled")
    assert [(q.name, q.text[ZH]) for q in after.questions] == [("it", "您对价格满意吗？"), ("it_2", "您对服务满意吗？")]


def test_every_change_on_the_labelled_questions_makes_a_sound_definition_without_that_advice() -> None:
    tried = 0
    for part in labelled.PARTS:
        for item in labelled.items(part):
            definition = item.definition
            for advice in wording.advice(definition):
                if advice.steps:
                    mended_data = definition.to_json()
                    wording.apply(mended_data, advice.steps)
                    left = [(a.code, a.path, a.language) for a in wording.advice(definition_from(mended_data))]
                    assert (advice.code, advice.path, advice.language) not in left, item.text
                    tried += 1
    assert tried > 60


# --- sentences, score, marks, time -------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", wording.RULES)
def test_every_rule_has_its_sentences_in_both_languages(code: str) -> None:
    words = wording.WORDS[code]
    for english, chinese in words:
        assert english and chinese and not any("\u4e00" <= c <= "\u9fff" for c in english)
        assert any("\u4e00" <= c <= "\u9fff" for c in chinese)
        assert not set(chinese) & set(",;?!"), chinese
    assert {f for f in words.problem[0].split("{") if "}" in f} or "{" not in words.problem[0]


def test_the_score_is_the_mean_of_the_questions_less_what_concerns_the_whole() -> None:
    good, poor = question("a") | {"text": "How was it?"}, question("t", "long_text", required=True) | {"text": "Why?"}
    assert wording.score(made(good)) == 100
    assert wording.score(made(good, poor)) == 80  # (100 + 60) / 2
    many = [question(f"q{n}") | {"text": "How was it?"} for n in range(13)]
    assert wording.score(made(*many)) == 90  # one warning about the whole
    assert wording.score(made(question("n", "note"))) == 0
    summary = wording.summary(made(good, poor))
    assert (summary.score, summary.grade, summary.warnings, summary.hints, summary.questions) == (80, "fair", 1, 0, 2)


def test_marks_count_the_warnings_of_each_question() -> None:
    definition = made(
        question("a") | {"text": "How was it?"}, question("t", "long_text", required=True) | {"text": "Why?"}
    )
    assert wording.marks(definition) == {"pages[0].questions[1]": 1}


@pytest.mark.parametrize(
    ("label", "language", "sign"),
    [
        ("非常满意", ZH, 1), ("不太满意", ZH, -1), ("不满意", ZH, -1), ("一般", ZH, 0), ("不同意也不反对", ZH, 0),
        ("很差", ZH, -1),
        ("不难", ZH, 1), ("有点贵", ZH, None), ("没有不便", ZH, None), ("Very good", "en", 1), ("Not at all clear", "en", -1),
        ("Neither good nor poor", "en", 0), ("Rather unclear", "en", -1), ("Not bad", "en", 1), ("Once a week", "en", None),
    ],
)  # fmt: skip
def test_labels_are_read_as_good_bad_or_between(label: str, language: str, sign: int | None) -> None:
    found = meaning(label, language)
    assert (None if found is None else (found[0] > 0) - (found[0] < 0)) == sign


def test_a_scale_from_none_to_much_has_no_middle_to_be_balanced() -> None:
    reading = read(["Not at all helpful", "Slightly helpful", "Moderately helpful", "Very helpful"], "en")
    assert reading is not None and not reading.lopsided and not reading.falls


def test_advice_on_two_hundred_questions_takes_a_blink() -> None:
    everything = [item.data for part in labelled.PARTS for item in labelled.items(part)]
    kinds = [data for data in everything if data["l"] == "zh" and data["t"] in ("csat", "single_choice")]
    questions = []
    for n in range(200):
        asked = labelled.definition_of(kinds[n % len(kinds)]).questions[0]
        questions.append(asked.model_dump(mode="json", exclude_defaults=True) | {"name": f"q{n}"})
    pages = [questions[n : n + 10] for n in range(0, 200, 10)]
    definition = whole(*pages, languages=[ZH])
    best = 1.0
    for _ in range(3):
        before = time.thread_time()
        wording.advice(definition, reach=False)
        best = min(best, time.thread_time() - before)
    assert best < 0.2  # 40 ms of this thread on a quiet machine


# --- quotas -------------------------------------------------------------------------------------------------------------
def test_a_quota_that_nobody_fits_and_one_that_is_known_too_late_are_told() -> None:
    pages = [
        {"questions": [question("sat", "rating")], "end_if": {"sat": {"at_most": 2}}},
        {"questions": [question("nps", "nps")]},
    ]
    quotas = [
        {"name": "gone", "when": {"sat": {"is": 1}}, "limit": 5},
        {"name": "none", "when": {"all": [{"sat": {"is": 3}}, {"sat": {"is": 4}}]}, "limit": 5},
        {"name": "good", "when": {"sat": {"at_least": 4}}, "limit": 5},
        {"name": "late", "when": {"nps": {"at_least": 9}}, "limit": 5},
    ]
    told = [
        (item.code, item.values["name"])
        for item in wording.advice(made(pages=pages, quotas=quotas))
        if "quota" in item.code
    ]
    assert told == [("quota_never", "gone"), ("quota_never", "none"), ("quota_late", "late")]
