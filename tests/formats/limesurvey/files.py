"""Small LimeSurvey files, written as the program itself writes them: rows of tables, in the older or the newer layout."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

SID = "123456"
Plain = Mapping[str, Any]


def q(code: str, type: str = "S", **more: Any) -> dict[str, Any]:
    """A question. rows, columns, answers: {code: text}; text: a word or {language: words}."""
    return {"code": code, "type": type, "text": f"Text of {code}", **more}


def survey(
    *groups: Plain | Sequence[Plain],
    old: bool = False,
    languages: Sequence[str] = ("en",),
    version: int | None = None,
    kind: str = "Survey",
    settings: Plain | None = None,
    words: Plain | None = None,
    tables: Mapping[str, Sequence[Plain]] | None = None,
) -> bytes:
    """A file with these groups: a list of questions, or {"questions": [...], "name", "grelevance", ...}."""
    made = _Tables(old, languages)
    for number, group in enumerate(groups, start=1):
        made.group(number, group if isinstance(group, Mapping) else {"questions": group})
    made.rows["surveys"] = [{"sid": SID, "language": languages[0], "format": "G", **(settings or {})}]
    made.rows["surveys_languagesettings"] = [
        {
            "surveyls_survey_id": SID,
            "surveyls_language": language,
            "surveyls_title": f"Title {language}",
            **_in(words, language),
        }
        for language in languages
    ]
    if kind != "Survey":
        del made.rows["surveys"], made.rows["surveys_languagesettings"]
    for table, rows in (tables or {}).items():
        made.rows.setdefault(table, []).extend(rows)
    return document(made.rows, version or (177 if old else 606), languages, kind)


def _in(words: Plain | None, language: str) -> dict[str, str]:
    return {key: text if isinstance(text, str) else text.get(language, "") for key, text in (words or {}).items()}


def document(rows: Mapping[str, Sequence[Plain]], version: int, languages: Sequence[str], kind: str) -> bytes:
    """The XML of these tables."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?>', "<document>", f" <LimeSurveyDocType>{kind}</LimeSurveyDocType>"]
    parts += [f" <DBVersion>{version}</DBVersion>", " <languages>"]
    parts += [f"  <language>{language}</language>" for language in languages] + [" </languages>"]
    for table, found in rows.items():
        parts += [f" <{table}>", "  <fields/>", "  <rows>"]
        for row in found:
            cells = "".join(f"    <{key}>{_cell(value)}</{key}>\n" for key, value in row.items())
            parts.append(f"   <row>\n{cells}   </row>")
        parts += ["  </rows>", f" </{table}>"]
    return "\n".join([*parts, "</document>", ""]).encode()


def _cell(value: Any) -> str:
    text = str(value)
    return f"<![CDATA[{text}]]>" if "]]>" not in text else escape(text)


def archive(members: Mapping[str, bytes]) -> bytes:
    """A ZIP of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return buffer.getvalue()


class _Tables:
    """Gives ids and lays rows out: older files repeat a row per language, newer ones keep the words in l10ns tables."""

    def __init__(self, old: bool, languages: Sequence[str]) -> None:
        self.old, self.languages = old, languages
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.qid = self.aid = 0

    def _put(self, table: str, row: Plain, key: str, l10ns: str, words: Mapping[str, Any]) -> None:
        told = [{"language": one, **{k: self._word(text, one) for k, text in words.items()}} for one in self.languages]
        if self.old:
            self.rows.setdefault(table, []).extend({**row, **one} for one in told)
        else:
            self.rows.setdefault(table, []).append(dict(row))
            self.rows.setdefault(l10ns, []).extend({key: row[key], **one} for one in told)

    def _word(self, text: Any, language: str) -> str:
        if isinstance(text, Mapping):
            return str(text.get(language, ""))
        return text if language == self.languages[0] or not text else f"{text} ({language})"

    def group(self, number: int, group: Plain) -> None:
        row = {"gid": number, "sid": SID, "group_order": number, "grelevance": group.get("grelevance", "")}
        row["randomization_group"] = group.get("random", "")
        words = {"group_name": group.get("name", f"Group {number}"), "description": group.get("description", "")}
        self._put("groups", row, "gid", "group_l10ns", words)
        for order, question in enumerate(group["questions"], start=1):
            self.question(number, order, question)

    def question(self, gid: int, order: int, given: Plain) -> None:
        self.qid += 1
        own = self.qid
        row = {"qid": own, "parent_qid": 0, "sid": SID, "gid": gid, "type": given["type"], "title": given["code"]}
        row |= {
            "preg": given.get("preg", ""),
            "other": given.get("other", "N"),
            "mandatory": given.get("mandatory", "N"),
        }
        row |= {"question_order": order, "scale_id": 0, "relevance": given.get("relevance", "1")}
        words = {"question": given["text"], "help": given.get("help", "")}
        self._put("questions", row, "qid", "question_l10ns", words)
        for scale, key in ((0, "rows"), (1, "columns")):
            for place, (code, text) in enumerate(given.get(key, {}).items()):
                self._row(own, gid, place, scale, code, text)
        for scale, key in ((0, "answers"), (1, "answers_2")):
            for place, (code, text) in enumerate(given.get(key, {}).items()):
                self._answer(own, place, scale, code, text)
        for name, value in given.get("attributes", {}).items():
            values = value if isinstance(value, Mapping) else {"": value}
            self.rows.setdefault("question_attributes", []).extend(
                {"qid": own, "attribute": name, "value": one, "language": language} for language, one in values.items()
            )

    def _row(self, parent: int, gid: int, place: int, scale: int, code: str, text: Any) -> None:
        self.qid += 1
        text, relevance = text if isinstance(text, tuple) else (text, "1")
        row = {"qid": self.qid, "parent_qid": parent, "sid": SID, "gid": gid, "type": "T", "title": code}
        row |= {"question_order": place, "scale_id": scale, "relevance": relevance}
        self._put("subquestions", row, "qid", "question_l10ns", {"question": text})

    def _answer(self, qid: int, place: int, scale: int, code: str, text: Any) -> None:
        self.aid += 1
        text, score = text if isinstance(text, tuple) else (text, 0)
        row = {"qid": qid, "code": code, "sortorder": place, "assessment_value": score, "scale_id": scale}
        self._put("answers", row if self.old else {"aid": self.aid, **row}, "aid", "answer_l10ns", {"answer": text})
