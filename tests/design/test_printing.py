"""The PDF to print: every kind of question, two languages, hostile words, our own fonts, one owner for the access rule."""

import hashlib
import json
import re
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typst
from flask import Flask

from survey_app.config import ROOT
from survey_app.design import library, paper, printing
from survey_app.errors import DomainError
from survey_app.questionnaire.definition import Definition
from tests import staff
from tests.questionnaire import tools

NOW = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)  # already the second in China
HEAD = printing.Letterhead("康民大药房", "#0b6e4f", "#e6f3ee")
HOSTILE = '#import "/etc/passwd" $x^2$ \\ *b* <script>alert(1)</script> #read("x") {{7*7}} [a] @b `c` // d'
HAN = re.compile(r"[\u4e00-\u9fff]")


def pdf(definition: Definition, language: str | None = None, **more: Any) -> bytes:
    given = {"letterhead": HEAD, "number": None, "now": NOW} | more
    return printing.questionnaire_pdf(definition, language=language or definition.language, **given)


def questions(definition: Definition, language: str = "en") -> dict[str, dict[str, Any]]:
    """Laid-out questions by their text."""
    laid = paper.sheet(definition, language=language, number=None, now=NOW)
    return {q["text"]: q for page in laid["pages"] for q in page["questions"]}


def streams(document: bytes) -> bytes:
    """Everything in the file that is packed, unpacked; what is not packed stays as it is."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL)
    found = []
    for part in packed:
        try:
            found.append(zlib.decompress(part))
        except zlib.error:
            found.append(part)
    return b"\n".join([*found, document])


@pytest.mark.parametrize("name", tools.NAMES)
def test_every_feature_can_be_printed_in_every_language(name: str) -> None:
    definition = tools.tiny(name)
    for language in definition.languages:
        assert pdf(definition, language).startswith(b"%PDF-")


def test_every_library_questionnaire_can_be_printed_and_english_paper_has_no_chinese_words() -> None:
    for entry in library.entries():
        for language in entry.definition.languages:
            assert len(pdf(entry.definition, language)) < 200_000
        laid = paper.sheet(entry.definition, language="en", number=3, now=NOW)
        assert not HAN.search(json.dumps(laid, ensure_ascii=False)), entry.definition.name


def test_a_draft_says_so_on_every_page_and_a_version_names_its_number() -> None:
    definition = tools.tiny("sus")
    draft = paper.sheet(definition, language="zh-CN", number=None, now=NOW)
    version = paper.sheet(definition, language="zh-CN", number=4, now=NOW)
    assert (draft["watermark"], draft["mark"]) == ("草稿", "草稿 · 打印于 2026-03-02")
    assert (version["watermark"], version["mark"]) == ("", "第 4 版 · 打印于 2026-03-02")


def test_what_people_wrote_is_set_as_text_and_never_as_markup() -> None:
    definition = tools.made(
        tools.question("q", "single_choice", text=HOSTILE, hint=HOSTILE, choices=[{"code": "a", "text": HOSTILE}]),
        tools.question("m", "matrix", text=HOSTILE, points=3, low=HOSTILE, rows=[{"code": "a", "text": HOSTILE}]),
        {"name": "s", "type": "section", "text": HOSTILE},
        title=HOSTILE, intro=HOSTILE, thanks=HOSTILE,
    )  # fmt: skip
    document = streams(pdf(definition, letterhead=printing.Letterhead(HOSTILE, "#000000", "#ffffff")))
    for action in (b"/JavaScript", b"/JS", b"/Launch", b"/URI", b"/EmbeddedFile"):
        assert action not in document
    laid = paper.sheet(definition, language="en", number=None, now=NOW)
    laid |= {"chain": HOSTILE, "colour": "#000000", "soft": "#ffffff", "logo": [], "logo_format": "png"}
    inputs = {"data": json.dumps(laid)}
    headings = json.loads(
        typst.query(printing.TEMPLATE.read_bytes(), "heading", font_paths=printing.fonts(), sys_inputs=inputs)
    )
    assert [heading["body"]["child"]["text"] for heading in headings] == [HOSTILE, HOSTILE]


@pytest.mark.parametrize(
    "words", ["😀 𠮷", "مرحبا", "བོད", "Z" + "\u0351" * 500, "\uffff\ue000", "a\x00b\ud800", " ", "喆堃昇祎"]
)
def test_characters_that_no_font_has_do_not_keep_a_questionnaire_from_being_printed(words: str) -> None:
    definition = tools.made(tools.question("q"), title="T")
    titled = definition.model_copy(update={"title": {"en": words}})
    assert pdf(titled).startswith(b"%PDF-")


def test_a_document_is_tagged_and_uses_our_own_fonts_alone() -> None:
    document = streams(pdf(tools.tiny("ten-questions"), "zh-CN"))
    assert b"/StructTreeRoot" in document and b"/Lang" in document and b"pdfuaid:part" in document
    named = set(re.findall(rb"/BaseFont\s*/[A-Z]{6}\+([A-Za-z-]+)", document))
    assert named and all(name.startswith(b"NotoSansCJK") for name in named)
    assert set(printing.fonts().families()) == {"Noto Sans CJK SC", "Noto Sans CJK KR"}


def test_the_font_files_are_those_of_their_readme() -> None:
    readme = (printing.FONTS / "README.md").read_text(encoding="utf-8")
    files = sorted(printing.FONTS.glob("*.otf"))
    assert len(files) == 4 and sum(file.stat().st_size for file in files) < 10_000_000
    for file in files:
        line = next(line for line in readme.splitlines() if f"`{file.name}`" in line and line.startswith("|"))
        assert hashlib.sha256(file.read_bytes()).hexdigest() in line
    assert "SIL OPEN FONT LICENSE Version 1.1" in (printing.FONTS / "OFL.txt").read_text(encoding="utf-8")


def test_conditions_stand_in_words_and_earlier_answers_are_named() -> None:
    definition = tools.made(
        pages=[
            {"questions": [tools.question("nps", "nps", text="Recommend?")], "end_if": {"nps": {"at_least": 9}}},
            {
                "show_if": {"nps": {"at_most": 6}},
                "questions": [tools.question("why", "long_text", text="Why {{nps}}?", show_if={"nps": {"is": 0}})],
            },
        ]
    )
    first, second = paper.sheet(definition, language="en", number=1, now=NOW)["pages"]
    assert (first["title"], second["title"]) == ("Part 1", "Part 2")
    assert first["end"] == 'After this part, stop here if: question 1 ("Recommend?") is at least 9'
    assert second["condition"] == 'Answer only if: question 1 ("Recommend?") is at most 6'
    assert second["questions"][0]["text"] == "Why [answer to Question 1]?"
    assert second["questions"][0]["condition"].startswith("Answer only if:")


def test_answers_become_boxes_circles_tables_and_lines() -> None:
    many = [{"code": f"c{n}", "text": f"Town {n}"} for n in range(60)]
    rows = [{"code": "a", "text": "A"}, {"code": "b", "text": "B"}]
    choices = [{"code": "a", "text": "A"}, {"code": "o", "text": "Other", "other": True}]
    laid = questions(
        tools.made(
            tools.question("one", "single_choice", choices=choices),
            tools.question("several", "multiple_choice", max=2),
            tools.question("town", "dropdown", choices=many),
            tools.question("stars", "rating", style="stars", unsure="Not sure"),
            tools.question("levels", "rating", points=11, start=0, labels=[f"L{n}" for n in range(11)]),
            tools.question("grid", "matrix", rows=rows, cell="nps"),
            tools.question("wide", "matrix", rows=rows, choices=many[:20]),
            tools.question("words", "long_text", lines=6),
            tools.question("fields", "text_fields", fields=rows),
            tools.question("age", "number", min=18, unit="years"),
            tools.question("day", "date", max="today"),
            tools.question("ok", "consent", required=True),
            {"name": "read", "type": "note", "text": "read"},
            {"name": "source", "type": "hidden", "value": "x"},
        )
    )
    assert (laid["one"]["shape"], [o["write"] for o in laid["one"]["options"]]) == ("circle", [False, True])
    assert (laid["several"]["shape"], laid["several"]["how"]) == ("box", "(choose at most 2)")
    assert (laid["town"]["body"], laid["town"]["lines"]) == ("lines", 1) and "60" in laid["town"]["how"]
    assert (laid["stars"]["shape"], laid["stars"]["unsure"], len(laid["stars"]["points"])) == ("star", "Not sure", 5)
    assert (laid["levels"]["body"], len(laid["levels"]["options"])) == ("options", 11)
    assert laid["grid"]["heads"] == [str(n) for n in range(11)] and laid["grid"]["high"] == "Extremely likely"
    assert laid["wide"]["fields"] == ["A", "B"] and "20 Town 19" in laid["wide"]["hint"]
    assert laid["words"]["lines"] == 6 and laid["fields"]["fields"] == ["A", "B"]
    assert (laid["age"]["unit"], laid["age"]["limits"]) == ("years", "from 18")
    assert laid["day"]["limits"] == "year-month-day · up to today"
    assert (laid["ok"]["shape"], laid["ok"]["required"]) == ("box", "Required")
    assert laid["read"]["body"] == "" and "source" not in {q["text"] for q in laid.values()}


def test_ranks_amounts_lines_and_tables_have_room_to_be_written() -> None:
    rows, towns = choices("ab"), choices(f"t{n}" for n in range(60))
    columns = [
        {"code": "k", "text": "Boxes", "type": "number", "min": 0, "max": 9},
        {"code": "w", "text": "Where", "type": "dropdown", "choices": rows},
    ]
    laid = questions(
        tools.made(
            tools.question("ranks", "ranking", choices=choices("abcd"), top=2),
            tools.question("best", "ranking", choices=towns, top=3),
            tools.question("shares", "constant_sum", items=[*rows, {"code": "c", "text": "c", "max": 5}], total=10),
            tools.question("line", "slider", min=0, max=60, step=5, low="cold", unsure="Not sure"),
            tools.question("odd", "slider", min=0, max=7, step=0.3),
            tools.question("grid", "matrix_multiple", rows=rows, choices=choices("xyz")),
            tools.question("wide", "matrix_multiple", rows=rows, choices=towns[:20]),
            tools.question("photo", "file"),
            tools.question("home", "region", levels=2),
            tools.question("sheet", "matrix_fields", rows=rows, columns=columns),
            tools.question("many", "matrix_fields", rows=rows, columns=[c | {"type": "short_text"} for c in towns[:9]]),
        ),
        "zh-CN",
    )
    assert (laid["ranks"]["shape"], len(laid["ranks"]["options"])) == ("rank", 4) and "1 至 2" in laid["ranks"]["how"]
    assert laid["best"]["fields"] == ["1.", "2.", "3."] and "60" in laid["best"]["how"]
    assert [one["limits"] for one in laid["shares"]["items"]] == ["", "", "不大于 5"]
    assert (laid["shares"]["body"], laid["shares"]["total"]) == ("sum", "10") and "10" in laid["shares"]["how"]
    assert (laid["home"]["body"], laid["home"]["fields"]) == ("fields", ["省份", "城市"])
    assert laid["line"]["ticks"] == ["0", "10", "20", "30", "40", "50", "60"]
    assert (laid["line"]["low"], laid["line"]["unsure"], laid["odd"]["ticks"]) == ("cold", "Not sure", ["0", "7"])
    assert (laid["grid"]["shape"], laid["grid"]["heads"]) == ("box", ["x", "y", "z"])
    assert laid["wide"]["fields"] == ["a", "b"] and "20 t19" in laid["wide"]["notes"][0]
    assert (laid["photo"]["body"], laid["photo"]["how"]) == ("", "（请把照片或文件附在问卷后面）")
    assert (laid["sheet"]["body"], laid["sheet"]["heads"]) == ("table", ["Boxes", "Where"])
    assert laid["sheet"]["notes"] == ["Boxes：范围 0 到 9", "Where：填写编号：1 a  2 b"]
    assert len(laid["many"]["fields"]) == 18 and laid["many"]["fields"][0] == "a · t0"


def choices(texts: Iterable[str]) -> list[dict[str, Any]]:
    return [{"code": text, "text": text} for text in texts]


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("ranking", {"choices": [{"code": f"c{n}", "text": HOSTILE * 3} for n in range(30)]}),
        (
            "constant_sum",
            {"items": [{"code": f"c{n}", "text": HOSTILE * 3} for n in range(30)], "total": 1e9, "unit": HOSTILE},
        ),
        ("slider", {"min": -1e9, "max": 1e9, "step": 0.001, "low": HOSTILE * 9, "high": HOSTILE, "unit": HOSTILE}),
        (
            "matrix_multiple",
            {"rows": [{"code": "a", "text": HOSTILE * 9}], "choices": [{"code": "x", "text": HOSTILE}]},
        ),
        (
            "matrix_fields",
            {
                "rows": [{"code": f"r{n}", "text": HOSTILE} for n in range(150)],
                "columns": [{"code": f"c{n}", "text": HOSTILE, "type": "short_text"} for n in range(6)],
            },
        ),
    ],
)
def test_long_and_hostile_words_do_not_keep_them_from_being_printed(kind: str, more: dict[str, Any]) -> None:
    assert pdf(tools.made(tools.question("q", kind, text=HOSTILE, **more))).startswith(b"%PDF-")


def test_very_long_answers_may_run_over_pages_and_nothing_is_lost() -> None:
    choices = [{"code": f"c{n}", "text": "long words " * 40} for n in range(40)]
    definition = tools.made(tools.question("q", "single_choice", choices=choices, text="T" * 9_000))
    (laid,) = questions(definition).values()
    assert laid["breakable"] and laid["text"].replace("\u200b", "") == "T" * 9_000 and laid["text"] != "T" * 9_000
    pages = re.findall(rb"/Type\s*/Page\b", streams(pdf(definition)))
    assert len(pages) >= 4


def test_heads_too_tall_for_a_table_are_numbered_instead_of_filling_every_page() -> None:
    heads = [{"code": f"c{n}", "text": "超长的列名" * 60} for n in range(11)]
    rows = [{"code": f"r{n}", "text": "行" * 400} for n in range(100)]
    definition = tools.made(tools.question("m", "matrix", choices=heads, rows=rows))
    assert questions(definition)["m"]["body"] == "fields"
    assert pdf(definition).startswith(b"%PDF-")  # as a table it took minutes and gigabytes
    short = [head | {"text": "不太满意"} for head in heads]
    assert questions(tools.made(tools.question("m", "matrix", choices=short, rows=rows)))["m"]["body"] == "matrix"


def test_what_is_too_long_for_paper_is_refused_before_it_is_set() -> None:
    pages = [{"questions": [tools.question(f"q{p}_{n}", hint="字" * 9_000) for n in range(20)]} for p in range(6)]
    with pytest.raises(DomainError, match="太长"):
        pdf(tools.made(pages=pages))


def test_a_logo_is_drawn_and_one_that_cannot_be_drawn_gives_way_to_the_name() -> None:
    drawn = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
    definition = tools.tiny("nps")
    with_logo = pdf(definition, letterhead=printing.Letterhead("康民", "#000000", "#ffffff", drawn, "image/svg+xml"))
    broken = pdf(definition, letterhead=printing.Letterhead("康民", "#000000", "#ffffff", b"no", "image/png"))
    assert b"/Figure" in streams(with_logo) and b"/Figure" not in streams(broken)


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def test_a_researcher_fetches_the_pdf_of_the_draft_and_of_a_version(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    path = f"/questionnaires/{chain.questionnaire}"
    assert f'href="{path}/questionnaire.pdf?language=zh-CN"' in person.text(path)
    draft = person.get(f"{path}/questionnaire.pdf")
    version = person.get(f"{path}/questionnaire.pdf?version=1&language=en")
    assert draft.mimetype == version.mimetype == "application/pdf"
    assert "shop-visit-draft-zh-CN.pdf" in draft.headers["Content-Disposition"]
    assert "shop-visit-v1-en.pdf" in version.headers["Content-Disposition"]
    for missing in ("?version=9", "?version=x", "?version=%C2%B2"):
        assert person.get(f"{path}/questionnaire.pdf{missing}").status_code == 404
    assert chain.signed_in("shop-staff").get(f"{path}/questionnaire.pdf").status_code == 403


def test_the_template_reads_nothing_but_its_data() -> None:
    source = Path(printing.TEMPLATE).read_text(encoding="utf-8")
    assert not re.search(r"#import|#include|\bread\(|\beval\(|mode:", source)
    assert printing.TEMPLATE.is_relative_to(ROOT)
