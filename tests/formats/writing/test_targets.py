"""What every target has in common: a report that tells of everything, the same bytes each time, no texts lost in silence."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from survey_app.formats import surveyjs, writing, xlsform
from survey_app.formats.importing.sentences import SENTENCES
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.loading import load_definition
from tests.formats.writing.wholes import asked, both, definition, every_type

OWN = sorted((Path(__file__).parents[3] / "questionnaires").glob("*.yaml"))
STRUCTURE = {"format", "name", "type", "code", "pages", "questions", "scales", "retired"}


@pytest.fixture(scope="module", params=sorted(writing.TARGETS))
def made(request: pytest.FixtureRequest) -> writing.Written:
    return writing.write(every_type(), request.param)


def things(value: Any) -> Iterator[str]:
    """Everything a definition holds, counted apart from the report: list entries and keys beside names and codes."""
    if isinstance(value, dict):
        if "type" in value and "text" in value and "name" in value:
            yield "question"
        for key, inner in value.items():
            if key in ("pages", "questions") or (key == "scales" and isinstance(inner, dict)):
                for item in inner if isinstance(inner, list) else inner.values():
                    yield from ["page"] if key == "pages" else []
                    yield from things(item)
            elif key in ("choices", "rows", "fields", "items", "columns", "points") and isinstance(inner, list):
                for item in inner:
                    yield key
                    yield from things(
                        {k: v for k, v in item.items() if k != "text"} if isinstance(item, dict) else item
                    )
            elif key in ("scores", "quotas", "labels"):
                yield from [key] * len(inner)
            elif key not in STRUCTURE:
                yield key


def test_every_thing_of_the_questionnaire_has_one_line(made: writing.Written) -> None:
    places = [line.place for line in made.lines]
    assert len(places) == len(set(places))
    assert len(places) == sum(1 for _ in things(every_type().to_json())) + 1  # the name


def test_every_line_that_is_not_kept_says_why_in_both_languages(made: writing.Written) -> None:
    for line in made.lines:
        assert bool(line.code) == (line.result != "kept")
        if line.code:
            assert line.code in SENTENCES
            assert "?" not in line.sentence("en") + line.sentence("zh")


def test_the_same_questionnaire_gives_the_same_file(made: writing.Written) -> None:
    assert writing.write(every_type(), made.target.key).data == made.data


def test_no_question_and_no_text_is_lost_where_a_file_holds_all_languages() -> None:
    for key in ("surveyjs", "xlsform", "docx"):
        lines = [
            line for line in writing.write(every_type(), key).lines if line.ours != "source_ad"
        ]  # set from outside
        lost = Counter(line.kind for line in lines if line.result == "lost")
        assert lost["choice"] == lost["row"] == lost["page"] == 0, key
    gone = [
        line.place
        for line in writing.write(every_type(), "surveyjs").lines
        if line.result == "lost" and line.kind == "text"
    ]
    assert gone == ["purpose", "pages[1].questions[19].unsure", "pages[2].questions[7].text", "pages[2].questions[8].text",
                    "pages[2].questions[9].text"]  # fmt: skip


@pytest.mark.parametrize("file", OWN, ids=lambda file: file.stem)
def test_our_own_questionnaires_leave_in_every_form(file: Path) -> None:
    definition = load_definition(file.read_bytes(), file=file.name)
    for key in writing.TARGETS:
        made = writing.write(definition, key)
        assert made.data
        assert not [
            line
            for line in made.lines
            if line.kind == "rule" and line.result == "lost" and key in ("surveyjs", "xlsform")
        ]


def test_our_own_yaml_gives_an_equal_questionnaire() -> None:
    made = writing.write(every_type(), "yaml")
    assert load_definition(made.data, file="") == every_type()
    assert {line.result for line in made.lines} == {"kept"}


@pytest.mark.parametrize("key", ["surveyjs", "xlsform", "docx", "ddi", "wjx"])
def test_one_language_alone_can_be_chosen(key: str) -> None:
    made = writing.write(every_type(), key, "en").data
    if key == "surveyjs":
        survey = json.loads(made)
        assert survey["locale"] == "en" and survey["title"] == "Shop survey" and "default" not in made.decode()
    elif key in ("ddi", "wjx"):
        assert "门店" not in made.decode() and "Shop survey" in made.decode()


@pytest.mark.parametrize(
    ("target", "written", "parse"),
    [
        ("surveyjs", "{a}元", surveyjs.parse),
        ("surveyjs", "{ locale }", surveyjs.parse),
        ("xlsform", "${a}元", xlsform.parse),
    ],
)
def test_braces_of_a_text_show_no_answer_anywhere_and_that_is_told(target: str, written: str, parse: Any) -> None:
    second = asked("b", "short_text") | {"text": both(written, "b")}
    made = writing.write(definition({"questions": [asked("a", "number"), second]}), target)
    assert next(line.code for line in made.lines if line.place == "pages[0].questions[1].text") == "to_braces"
    back = parse(made.data).definition.by_name["b"].text["zh-CN"]
    assert "{{" not in back and back.replace("\u2060", "").replace("$ {", "${") == written


def test_braces_around_other_words_stay_as_they_are() -> None:
    later = {"questions": [asked("b", "note") | {"text": both("{其他} {x} {{a}}", "b")}]}
    of = definition({"questions": [asked("a", "number")]}, later)
    made = writing.write(of, "surveyjs")
    assert "{其他} {x} {a}" in json.loads(made.data)["pages"][1]["elements"][0]["html"]["default"] and not [
        line for line in made.lines if line.code == "to_braces"
    ]


def test_an_unknown_target_is_refused() -> None:
    with pytest.raises(KeyError):
        writing.write(every_type(), "lss")


def test_texts_that_look_like_markup_or_names_do_not_break_a_file() -> None:
    wild = "<b>&amp;</b> ]]> ${one} {{one}} {x} =1+1 \"q\" 'q' \\ \u200b\n\n**x** % %s %(n)s"
    data = every_type().to_json()
    data["title"] = data["intro"] = data["thanks"] = {
        "zh-CN": wild.replace("{{one}}", ""),
        "en": wild.replace("{{one}}", ""),
    }
    free = data["pages"][2]["questions"][-1]
    free["text"] = free["hint"] = {"zh-CN": wild, "en": wild}
    definition = Definition.from_json(data)
    for key in writing.TARGETS:
        assert writing.write(definition, key).data
