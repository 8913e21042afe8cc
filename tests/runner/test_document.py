"""Bytes, script, stitching and marks of the page, without database or browser."""

import gzip
import re
import zlib
from collections.abc import Mapping
from typing import Any

import pytest

from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.loading import load_definition
from survey_app.runner import assets, document, sheet
from survey_app.runner.document import Halves, Place
from survey_app.runner.frame import SIZES, Chain, Frame
from survey_app.runner.sheet import Sheet
from survey_app.runner.stitching import Stitched
from tests.runner.street import HERE

CHAIN = Chain(name="康宁大药房", name_en="Kangning Pharmacy", help_phone="400-820-1234", consent_version=3)


def definition(file: str) -> Definition:
    return load_definition((HERE / file).read_bytes(), file=file)


def page(
    file: str = "ten.yaml",
    language: str = "zh-CN",
    *,
    index: int = 0,
    size: str = "",
    order: int = 0,
    answers: Mapping[str, Any] | None = None,
) -> Halves:
    made = definition(file)
    frame = Frame(CHAIN, language, size, made.languages)
    filled = Sheet(made, language, order=order, answers=answers or {}, numbers=document.numbering(frame, made))
    return document.page_document(frame, filled, Place(1, str(index), seconds=150, first=index == 0))


def test_ten_questions_fit_ten_kilobytes() -> None:
    for language in ("zh-CN", "en"):
        halves = page(language=language)
        whole = Stitched(halves.front, halves.rest, 300).gzip(b"x" * 300)
        print(f"10 questions, {language}: {len(whole)} bytes gzipped, {len(halves.front + halves.rest)} plain")
        assert len(whole) <= 10_000
    style = assets.style(CHAIN.brand, CHAIN.soft).text.encode()
    print(f"style: {len(gzip.compress(style, 9))} bytes gzipped, {len(style)} plain")
    assert len(gzip.compress(style, 9)) <= 4_000


def test_the_script_is_small_and_reads_nothing_from_the_form_that_a_question_could_be_called() -> None:
    script = assets.script().text
    print(f"script: {len(script)} bytes, {len(gzip.compress(script.encode(), 9))} gzipped")
    assert len(script) <= 2_000
    assert "$" not in script and "</" not in script
    assert not re.search(r"_f\.(?!querySelectorAll)", script)
    assert not re.search(r"\?\.|=>|\b(let|const)\b|`", script)  # old WebViews


def test_a_stitched_page_is_one_gzip_member_of_the_same_bytes() -> None:
    halves = page()
    stitched = Stitched(halves.front, halves.rest, 21)
    for middle in (b"a" * 21, b"<input name=_t value=>", bytes(range(65, 86)))[::2]:
        packed = stitched.gzip(middle)
        reader = zlib.decompressobj(31)
        assert reader.decompress(packed) == stitched.plain(middle) and reader.eof and not reader.unused_data
    with pytest.raises(ValueError):
        stitched.gzip(b"short")


def test_markers_come_before_inputs_and_the_end_comes_last() -> None:
    halves = page("kinds.yaml", index=1)
    html = halves.front + halves.rest
    names = re.findall(r"<(?:input|select|textarea)[^>]* name=(\w+)", html)
    for question in definition("kinds.yaml").pages[1].questions:
        if question.asks:
            marker = html.index(f"name=_q value={question.name}>")
            own = [html.index(f"name={n}") for n in (*question.answer_names(), *question.text_names())]
            assert marker < min(own)
    assert names[-1] == "_end"


def test_a_question_that_does_not_apply_is_neither_shown_nor_sent() -> None:
    html = page("kinds.yaml").front
    assert re.search(r"id=q-why_bad data-if='[^']+' hidden disabled", html)
    assert re.search(r"id=q-why_bad data-if='[^']+'(?! hidden)", page("kinds.yaml", answers={"bad": 2}).front)


def test_a_condition_on_an_earlier_page_is_decided_by_the_server() -> None:
    html = page("pages.yaml", index=1, answers={"bought": "yes"}).front
    assert 'data-if=\'["sel","kinds","cold"]\'' in html
    assert "q-cold_help" not in page("pages.yaml", index=1, answers={"bought": "no"}).front


def test_texts_that_are_missing_in_a_language_are_marked_with_their_own() -> None:
    made = definition("short.yaml")
    data = made.to_json()
    data["pages"][0]["questions"][0]["text"] = {"zh-CN": "您满意吗？"}
    sheet = Sheet(Definition.from_json(data), "en")
    assert (
        '<h2 id=h-overall tabindex=-1 lang="zh-CN">您满意吗？'
        in document.page_document(Frame(CHAIN, "en"), sheet, Place(1, "0")).front
    )


def test_texts_of_a_questionnaire_are_inert() -> None:
    data = definition("short.yaml").to_json()
    evil = "</style><script>alert(1)</script>\"'{{7*7}}"
    data["title"] = data["pages"][0]["questions"][0]["text"] = {"zh-CN": evil, "en": evil}
    html = document.page_document(
        Frame(CHAIN, "zh-CN"), Sheet(Definition.from_json(data), "zh-CN"), Place(1, "0")
    ).front
    assert "alert(1)</script>" not in html and "{{7*7}}" in html


def test_sizes_are_on_the_document_and_pressed() -> None:
    for size in SIZES:
        html = page(size=size).front
        assert f"value=size:{size or 'std'} formnovalidate aria-pressed=true" in html
        assert html.count("formnovalidate aria-pressed=true") == 1


def test_random_orders_keep_their_last_choices() -> None:
    seen = {
        tuple(re.findall(r"name=kinds value=(\w+)", page("pages.yaml", index=1, order=order).front))
        for order in range(sheet.ARRANGEMENTS)
    }
    assert len(seen) == 6 and {order[-1] for order in seen} == {"none"}


def test_every_colour_pair_has_enough_contrast() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def ratio(one: str, other: str) -> float:
        a, b = sorted((light(one), light(other)), reverse=True)
        return (a + 0.05) / (b + 0.05)

    css = (HERE.parents[1] / "survey_app" / "runner" / "page.css").read_text(encoding="utf-8")
    tokens = dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", css))
    texts = [
        ("fg", "#ffffff"),
        ("muted", "#ffffff"),
        ("danger", "#ffffff"),
        ("brand", "#ffffff"),
        ("muted", tokens["bg2"]),
        ("brand", tokens["bg2"]),
        ("fg", tokens["soft"]),
        ("fg", tokens["bg2"]),
    ]
    for name, ground in texts:
        assert ratio(tokens[name], ground) >= 4.5, (name, ground)
    assert ratio(tokens["control"], "#ffffff") >= 3 and ratio("#7a4b00", "#fff4d6") >= 4.5
