"""Large and hostile texts: refused with words or read in time that grows with the text."""

import gc
import time
from pathlib import Path

import pytest

from survey_app.formats import plain_text
from survey_app.formats.plain_text import MAX_LINES, TextRefused

N = 1_000_000
HOSTILE = {
    "brackets": "[" * (N // 2) + "]" * (N // 2),
    "round brackets": "1. " + "(" * N,
    "spaces": "1. a" + " " * N + "b",
    "tabs": "a" + "\t" * N + "b",
    "blanks": "1. a" + "_ " * (N // 2),
    "one word": "满" * N,
    "boxes": "□" * N,
    "arrows": "1. q\nA. " + "→" * N,
    "labels": "1=a," * (N // 4),
    "tags": "1. a" + "[单选题]" * (N // 5),
    "rules": "1. q\nA. b\nB. c\n2. (如果第1题选" + "A或" * (N // 2),
    "jumps": "1. q\n" + "A. b（跳到第2题）\n" * (MAX_LINES - 5),
    "questions": "".join(f"{i}. 问题{i}？\nA. 是\nB. 否\n" for i in range(1, 6_600)),
    "answers": "1. 哪些（可多选）\n" + "".join(f"□选项{i}\n" for i in range(MAX_LINES - 5)),
    "tables": ("a|" * 500 + "\n") * 1_000,
    "accents": "1. a" + "\u0301" * N,
    "holes": "1. {{q1}} " * (N // 10),
    "fields": ("姓名：____ " * 100 + "\n") * 1_000,
    "slashes": "1. 性别：" + "男/" * (N // 2),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_megabyte_of_anything_is_read_in_seconds(kind: str) -> None:
    start = time.process_time()
    parsed = plain_text.parse(HOSTILE[kind])
    assert parsed.definition.format == 1
    assert time.process_time() - start < 5


def test_twice_the_text_takes_about_twice_the_time() -> None:
    block = "{0}. 您对第{0}项满意吗？（可多选）\nA. 是（跳到第2题）\nB. 否____\n项目\t差\t好\n价格\t○\t○\n\n"
    spent = []
    gc.collect()
    gc.disable()  # a collection walks all that the tests before this one left in the process
    for size in (700, 1_400):
        text = "标题\n" + "".join(block.format(i) for i in range(1, size))
        start = time.process_time()
        plain_text.parse(text)
        spent.append(time.process_time() - start)
    gc.enable()
    assert spent[1] < 4 * spent[0] + 0.2


def test_too_much_and_nothing_are_refused_with_words() -> None:
    for text, code in (
        ("a\n" * MAX_LINES + "b", "too_many_lines"),
        ("满" * 2_000_001, "too_many_characters"),
        (" \n\u200b", "nothing_to_read"),
    ):
        with pytest.raises(TextRefused) as refusal:
            plain_text.parse(text)
        assert refusal.value.remark.code == code
        assert plain_text.sentence(refusal.value.remark, "zh-CN") != plain_text.sentence(refusal.value.remark, "en")


def test_above_the_limits_of_a_questionnaire_the_rest_is_listed() -> None:
    parsed = plain_text.parse("标题\n" + "".join(f"{i}. 问题？\n" for i in range(1, 2_011)))
    assert len(parsed.definition.questions) == 2_000
    assert len([r for r in parsed.problems if r.code == "too_many_questions" and r.level == "lost"]) == 10
    answers = plain_text.parse("标题\n1. 哪个？\n" + "".join(f"A. x{i}\n" for i in range(5_003)))
    assert [r.line for r in answers.problems if r.code == "too_many_options"] == [5_003, 5_004, 5_005]


def test_markup_and_placeholders_stay_text() -> None:
    parsed = plain_text.parse(
        '<script>alert(1)</script>\n1. <img src=x onerror=1> hx-get="/x" {{q9}}?\nA. <b>\nB. {{ 7*7 }}'
    )
    definition = parsed.definition
    assert definition.title["en"] == "<script>alert(1)</script>"
    assert definition.questions[0].text["en"] == '<img src=x onerror=1> hx-get="/x" { {q9}}?'


def test_every_real_text_beside_the_project_is_read(cases: Path) -> None:
    """Hostile strings of others; where tagged texts are added to the folder, they are read as well."""
    files = [file for file in cases.rglob("*.txt") if file.stat().st_size < 2_000_000]
    assert files, "no text in the folder"
    for file in files:
        text = file.read_bytes().decode("utf-8", "replace")
        parts = [text] if text.count("\n") < 5_000 else ["\n".join(text.splitlines()[:5_000])]
        for part in parts:
            try:
                parsed = plain_text.parse(part)
            except TextRefused:
                continue
            assert parsed.definition.format == 1, file.name
