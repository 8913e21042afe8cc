"""Text files (问卷星 text, plain text) as an import with the report that all formats have."""

import re

from survey_app.formats.importing import Imported, Line, Refused
from survey_app.formats.importing.building import Counted
from survey_app.formats.importing.refusing import refuse
from survey_app.formats.importing.report import Kind, Result, shortened
from survey_app.formats.plain_text.parsed import Item, Parsed, Remark, TextRefused
from survey_app.formats.plain_text.parsing import parse as read
from survey_app.formats.plain_text.sentences import sentence
from survey_app.questionnaire.publication import own_choices

LOOK_AT = 65_536
_COMMON = "的您是有一不我們们請请選选題题男女年月嗎吗哪以否意，。？：、（）"
_USUAL = re.compile(
    "[\u00a0-\u024f\u2000-\u2bff\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uf000-\uf0ff\uff00-\uffef\U00020000-\U0003ffff]"
)
_MARKUP = re.compile(r"\s*(?:<[?!a-zA-Z]|[{\[]\s*[\"{\[]|%PDF|\{\\rtf)")
_RULES: dict[str, Result] = {"jump_kept": "kept", "rule_kept": "kept", "rule_not_understood": "lost"}
_KINDS: dict[str, Kind] = {"question": "question", "page": "page", "title": "survey", "section": "group"}


def decoded(data: bytes) -> str:
    """The text of a file: UTF-8 with or without its mark, UTF-16, GB18030. Raises Refused."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in data[:LOOK_AT]:  # UTF-16 without its mark: line feeds and spaces have a zero beside them
        encodings = ["utf-16-le", "utf-16-be"] if data[:LOOK_AT].count(b"\n\0") else ["utf-16-be", "utf-16-le"]
    else:
        encodings = ["utf-8-sig", *_chinese(data)]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and (len(encodings) == 1 or encoding[:6] != "utf-16" or _is_text(text[:LOOK_AT])):
            return text
    raise refuse("bad_encoding")


def _is_text(text: str) -> bool:
    """Whether the characters are such as people write: what is decoded wrongly has letters of many scripts."""
    strange = sum(character >= "\x80" and _USUAL.match(character) is None for character in text)
    return strange <= 5 or strange <= 0.3 * len(text)


def _chinese(data: bytes) -> list[str]:
    """The Chinese encodings, that of Taiwan first where it gives more of the commonest characters."""
    try:
        head = data[:LOOK_AT]
        simple, full = (head.decode(name, "ignore") for name in ("gb18030", "big5"))
        data.decode("big5")
    except UnicodeDecodeError:
        return ["gb18030"]
    more = sum(map(full.count, _COMMON)) > sum(map(simple.count, _COMMON))
    return ["big5", "gb18030"] if more else ["gb18030", "big5"]


def looks_like(data: bytes) -> bool:
    """Whether the file is text that is not marked up as something else. Any text may be a questionnaire: ask this last."""
    head = data[:LOOK_AT]
    if head.startswith((b"PK", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        return False
    if len(data) > LOOK_AT:  # cut where a character ends
        at = head.rfind(b"\n\0") if b"\n\0" in head else head.rfind(b"\n") + 1
        head = head[: at & ~1 if b"\0" in head else at] or head
    try:
        text = decoded(head)
    except Refused:
        return False
    return _MARKUP.match(text) is None


def parse(data: bytes) -> Imported:
    """The draft in a text, with a line for every piece. Raises Refused."""
    text = decoded(data)
    try:
        parsed = read(text)
    except TextRefused as refusal:
        raise refuse("fault_in_ours", _place(refusal.remark.line), reason=_pair(refusal.remark)) from None
    definition = parsed.definition
    questions = [question for question in definition.questions if question.asks]
    if not questions:
        raise refuse("no_questions")
    source = Counted(
        pages=len(definition.pages),
        groups=sum(item.kind == "section" for item in parsed.items),
        questions=sum(item.kind == "question" for item in parsed.items),
        choices=sum(len(own_choices(question)) for question in questions),
        rows=sum(len(getattr(question, "rows", ())) for question in questions),
        conditions=sum(question.show_if is not None for question in questions),
    )
    source.types.update(item.type for item in parsed.items if item.kind == "question")
    return Imported("text", parsed.data, tuple(_lines(parsed, text.splitlines())), source)


def _lines(parsed: Parsed, source: list[str]) -> list[Line]:
    found: list[Line] = []
    told: set[int] = set()
    for item in parsed.items:
        if item.kind == "separator":
            continue
        words = shortened(" ".join(source[line - 1] for line in item.lines[:8] if line <= len(source)))
        result, why = _fate(item, [r for r in parsed.problems if r.line in item.lines])
        told.update(item.lines)
        kind = _KINDS.get(item.kind, "text")
        code = "fault_in_ours" if why else ""
        found.append(
            Line(
                kind,
                _place(item.line),
                words,
                result,
                ", ".join(item.names),
                code,
                {"reason": _pair(why)} if why else {},
            )
        )
    for remark in parsed.problems:
        if remark.code in _RULES:
            fate = _RULES[remark.code]
            told_why: dict[str, tuple[str, str]] = {"reason": _pair(remark)} if fate == "lost" else {}
            words = str(remark.values.get("text", ""))
            code = "fault_in_ours" if told_why else ""
            found.append(Line("rule", _place(remark.line), words, fate, "", code, told_why))
        elif remark.code == "author_line" or remark.line not in told and remark.level != "check":
            result = "lost" if remark.level == "lost" else "changed"
            words = str(remark.values.get("text", ""))
            told_text = {"reason": _pair(remark)}
            found.append(Line("text", _place(remark.line), words, result, "", "fault_in_ours", told_text))
    return found


def _fate(item: Item, remarks: list[Remark]) -> tuple[Result, Remark | None]:
    for level in ("lost", "changed"):
        for remark in (*item.remarks, *remarks):
            if remark.level == level and remark.code != "author_line":
                return ("lost" if level == "lost" else "changed"), remark
    if item.kind == "skipped":
        return "lost", item.reason
    return "kept", item.reason


def _place(line: int) -> str:
    return f"line {line}" if line else ""


def _pair(remark: Remark) -> tuple[str, str]:
    return sentence(remark, "en"), sentence(remark, "zh")
