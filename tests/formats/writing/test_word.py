"""The Word document: readable, and nothing of the questionnaire is missing in it."""

import io
import zipfile
from functools import cache

from docx import Document

from survey_app.formats import writing
from survey_app.formats.writing.in_words import InWords
from survey_app.questionnaire.definition import Definition
from tests.formats.writing.wholes import RULES, every_type, ruled


@cache
def lines(language: str = "") -> list[str]:
    """Paragraphs and rows of tables, in their order."""
    return read(every_type(), language)


def read(of: Definition, language: str = "") -> list[str]:
    doc = Document(io.BytesIO(writing.write(of, "docx", language).data))
    found = []
    for part in doc.iter_inner_content():
        if hasattr(part, "rows"):
            found += [" | ".join(cell.text for cell in row.cells) for row in part.rows]
        else:
            found.append(part.text)
    return found


def test_every_text_stands_in_it_in_every_language() -> None:
    whole = "\n".join(lines())
    definition = every_type()
    texts = [text for question in definition.questions if question.shown for path, text in question.texts()]
    texts += [definition.title, definition.intro, definition.thanks, definition.purpose]  # type: ignore[list-item]
    texts += [page.title for page in definition.pages if page.title]
    texts += [point.text for scale in definition.scales.values() for point in scale.points]
    texts += [quota.message for quota in definition.quotas if quota.message]
    missing = [words for text in texts for words in text.values() if words not in whole]
    assert missing == []


def test_questions_have_numbers_names_and_codes() -> None:
    assert "2. 题one" in lines() and "question one" in lines()
    assert any(line.startswith("one · 单选") for line in lines())
    assert "a | 7 | 选项a / choice a | 计 2 分" in lines()
    assert "dk |  | 不清楚 / Not sure | 不清楚" in lines()
    assert "none |  | 都没有 / None | 与其他选项互斥" in lines()


def test_rules_are_said_in_words() -> None:
    assert "→ 满足以下条件时显示：第 2 题“题one”选“选项a”，或者第 10 题“题nps”不高于 6" in lines()
    assert "→ 答完本页后，满足以下条件则结束问卷：第 3 题“题pick”选“否”" in lines()
    assert "→ This page is shown if question 4 “question many” is “choice 1”" in lines("en")


def test_every_rule_has_words_in_both_languages() -> None:
    for rule in RULES:
        said = [InWords(ruled(rule), language).write(rule) for language in ("zh-CN", "en")]
        assert all(said) and said[0] != said[1] and not any("{" in words for words in said)


def test_one_language_alone_has_no_word_of_the_other() -> None:
    whole = "\n".join(lines("en"))
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in whole)


def test_what_no_respondent_sees_is_at_the_end() -> None:
    behind = lines()[lines().index("计分与配额") :]
    assert any("mood (心情 / Mood)" in line for line in behind)
    assert any("配额 yes" in line and "最多 50 人" in line for line in behind)


def test_there_is_nothing_active_in_it() -> None:
    with zipfile.ZipFile(io.BytesIO(writing.write(every_type(), "docx").data)) as archive:
        names = archive.namelist()
        links = "".join(archive.read(name).decode() for name in names if name.endswith(".rels"))
    assert not [name for name in names if "vba" in name.lower() or "embed" in name.lower()]
    assert 'TargetMode="External"' not in links
