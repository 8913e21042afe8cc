"""The survey in the tables: groups, questions, subquestions, answers, with their texts from either layout."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from survey_app.formats.importing.refusing import refuse
from survey_app.formats.limesurvey.reading import Dump, Record

Texts = dict[str, str]
_NO_TEXTS: Texts = {}


@dataclass
class Item:
    """A subquestion or an offered answer. `scale`: 0, or 1 for the second axis; `score`: its assessment value."""

    id: str
    code: str
    texts: Texts
    line: int
    order: int = 0
    scale: int = 0
    score: str = ""
    relevance: str = ""
    ours: str = ""
    """Its code in the draft, given while the question is made."""


@dataclass
class Question:
    """A question with everything that hangs on it. `attributes`: name -> language ("" for all) -> value."""

    id: str
    gid: str
    type: str
    code: str
    line: int
    order: int = 0
    texts: Texts = field(default_factory=dict)
    helps: Texts = field(default_factory=dict)
    scripts: Texts = field(default_factory=dict)
    mandatory: str = "N"
    other: bool = False
    relevance: str = ""
    pattern: str = ""
    theme: str = ""
    """How it looks, where that is not as usual for its type."""
    rows: list[Item] = field(default_factory=list)
    answers: list[Item] = field(default_factory=list)
    attributes: dict[str, Texts] = field(default_factory=dict)
    defaults: list[Record] = field(default_factory=list)
    conditions: list[Record] = field(default_factory=list)
    name: str = ""
    """Its name in the draft."""

    def attribute(self, name: str, default: str = "") -> str:
        """An attribute that has no language; `default` when it is not set."""
        values = self.attributes.get(name, _NO_TEXTS)
        return values.get("", next(iter(values.values()), "")).strip() or default

    def worded(self, name: str) -> Texts:
        """An attribute with a text per language; a value for all languages is given under ""."""
        return {language: value for language, value in self.attributes.get(name, _NO_TEXTS).items() if value.strip()}

    def axis(self, scale: int) -> list[Item]:
        """The subquestions of one axis."""
        return [row for row in self.rows if row.scale == scale]

    def offered(self, scale: int = 0) -> list[Item]:
        """The answers of one scale."""
        return [answer for answer in self.answers if answer.scale == scale]

    @property
    def place(self) -> str:
        """Where the report says it stands."""
        return f"{self.code or self.id} (line {self.line})"


@dataclass
class Group:
    """A group of questions."""

    id: str
    line: int
    order: int = 0
    names: Texts = field(default_factory=dict)
    descriptions: Texts = field(default_factory=dict)
    relevance: str = ""
    random: str = ""
    rules: int = 0
    """In how many rows its rule stands: older files repeat it per language."""
    questions: list[Question] = field(default_factory=list)


@dataclass
class Survey:
    """The whole file, in the order of its own program. `settings`: the row of the survey; `words`: its texts per language."""

    dump: Dump
    languages: list[str]
    left: list[str]
    """Languages that have texts but do not belong to the survey any more."""
    groups: list[Group]
    settings: Mapping[str, str]
    words: dict[str, Record]

    @property
    def sid(self) -> str:
        """The number of the survey, which its old variable names begin with."""
        return self.settings.get("sid", "")

    @property
    def questions(self) -> list[Question]:
        """All questions in order."""
        return [question for group in self.groups for question in group.questions]

    def texts_of(self, field_name: str) -> Texts:
        """A text of the survey itself (surveyls_title) in each language."""
        return {language: row.get(field_name) for language, row in self.words.items() if row.get(field_name).strip()}


def survey_in(dump: Dump) -> Survey:
    """The survey of these tables. Raises Refused."""
    settings = next((row.fields for row in dump.rows("surveys")), {})
    languages = _languages(dump, settings)
    found = {row.get("language") for table in dump.tables.values() for row in table if row.get("language").strip()}
    words = {row.get("surveyls_language"): row for row in dump.rows("surveys_languagesettings")}
    left = sorted((found | set(words)) - set(languages) - {""})
    reader = _Tables(dump, frozenset(languages))
    groups = reader.groups()
    if not any(group.questions for group in groups):
        raise refuse("no_questions", f"DBVersion {dump.version}")
    return Survey(dump, languages, left, groups, settings, {k: v for k, v in words.items() if k in languages})


def _languages(dump: Dump, settings: Mapping[str, str]) -> list[str]:
    """Those the file names, the survey's own language first."""
    named = [language for language in dump.languages if language]
    if not named:
        named = [settings.get("language", ""), *settings.get("additional_languages", "").split()]
    if not any(named):
        named = [row.get("language") for table in ("questions", "question_l10ns") for row in dump.rows(table)]
    unique = list(dict.fromkeys(language for language in named if language)) or ["en"]
    base = settings.get("language", "")
    return ([base] if base in unique else []) + [language for language in unique if language != base]


class _Tables:
    """Rows of either layout as things: the same id in several languages is one thing with several texts."""

    def __init__(self, dump: Dump, languages: frozenset[str]) -> None:
        self.dump, self.languages = dump, languages
        self.base = next(iter(dump.languages), "")

    def _wanted(self, row: Record) -> bool:
        language = row.get("language")
        return not language or language in self.languages

    def _l10ns(self, table: str, key: str) -> dict[str, list[Record]]:
        found: dict[str, list[Record]] = defaultdict(list)
        for row in self.dump.rows(table):
            if self._wanted(row):
                found[row.get(key)].append(row)
        return found

    def _merged(self, rows: Iterable[Record], key: str) -> dict[str, list[Record]]:
        """id -> its rows, one per language. Two rows with the same id and language are a fault of the file."""
        found: dict[str, list[Record]] = {}
        seen: dict[tuple[str, str], int] = {}
        for row in rows:
            if not self._wanted(row):
                continue
            id = row.get(key)
            one = (id, row.get("language"))
            if one in seen:
                raise refuse("duplicate", f"line {row.line}", name=f"{key} {id}", first=f"line {seen[one]}")
            seen[one] = row.line
            found.setdefault(id, []).append(row)
        return found

    def groups(self) -> list[Group]:
        texts = self._l10ns("group_l10ns", "gid")
        groups: dict[str, Group] = {}
        for id, rows in self._merged(self.dump.rows("groups"), "gid").items():
            first, worded = rows[0], [*rows, *texts.get(id, ())]
            ruled = [row for row in rows if row.get("grelevance").strip() not in ("", "1")]
            groups[id] = Group(
                id, first.line, first.number("group_order"), _texts(worded, "group_name"),
                _texts(worded, "description"), ruled[0].get("grelevance") if ruled else "",
                first.get("randomization_group").strip(), len(ruled),
            )  # fmt: skip
        for question in self._questions():
            if question.gid not in groups:
                groups[question.gid] = Group(question.gid, question.line, 1_000_000)
            groups[question.gid].questions.append(question)
        for group in groups.values():
            group.questions.sort(key=lambda question: question.order)
        return sorted(groups.values(), key=lambda group: group.order)

    def _questions(self) -> list[Question]:
        texts = self._l10ns("question_l10ns", "qid")
        own = [row for row in self.dump.rows("questions") if row.get("parent_qid", "0") in ("", "0")]
        below = [row for row in self.dump.rows("questions") if row.get("parent_qid", "0") not in ("", "0")]
        questions = {id: self._question(id, rows, texts) for id, rows in self._merged(own, "qid").items()}
        self._add_rows(questions, [*self.dump.rows("subquestions"), *below], texts)
        self._add_answers(questions)
        for row in self.dump.rows("question_attributes"):
            question = questions.get(row.get("qid"))
            language = row.get("language")
            if question is not None and row.get("attribute") and (not language or language in self.languages):
                question.attributes.setdefault(row.get("attribute"), {})[language] = row.get("value")
        worded = self._l10ns("defaultvalue_l10ns", "dvid")
        for row in self.dump.rows("defaultvalues"):
            if (question := questions.get(row.get("qid"))) is not None and self._wanted(row):
                own = [Record({**row.fields, **one.fields}, one.line) for one in worded.get(row.get("dvid"), ())]
                question.defaults += own or [row]
        for row in self.dump.rows("conditions"):
            if (question := questions.get(row.get("qid"))) is not None:
                question.conditions.append(row)
        return list(questions.values())

    def _question(self, id: str, rows: list[Record], texts: Mapping[str, list[Record]]) -> Question:
        first, worded = rows[0], [*rows, *texts.get(id, ())]
        return Question(
            id, first.get("gid"), first.get("type").strip()[:1], first.get("title").strip(), first.line,
            first.number("question_order"), _texts(worded, "question"), _texts(worded, "help"),
            _texts(worded, "script"), first.get("mandatory", "N"), first.get("other") == "Y",
            first.get("relevance"), first.get("preg").strip(), first.get("question_theme_name").strip(),
        )  # fmt: skip

    def _add_rows(self, questions: dict[str, Question], rows: list[Record], texts: Mapping[str, list[Record]]) -> None:
        for id, same in self._merged(rows, "qid").items():
            first = same[0]
            question = questions.get(first.get("parent_qid"))
            if question is None:
                continue
            question.rows.append(
                Item(
                    id, first.get("title").strip(), _texts([*same, *texts.get(id, ())], "question"), first.line,
                    first.number("question_order"), first.number("scale_id"), relevance=first.get("relevance"),
                )
            )  # fmt: skip
        for question in questions.values():
            question.rows.sort(key=lambda row: row.order)

    def _add_answers(self, questions: dict[str, Question]) -> None:
        texts = self._l10ns("answer_l10ns", "aid")
        found: dict[tuple[str, str, str], list[Record]] = {}
        for row in self.dump.rows("answers"):
            if self._wanted(row):
                found.setdefault((row.get("qid"), row.get("scale_id", "0"), row.get("code")), []).append(row)
        for (qid, _, code), same in found.items():
            first = same[0]
            question = questions.get(qid)
            if question is None:
                continue
            id = first.get("aid")
            question.answers.append(
                Item(
                    id, code.strip(), _texts([*same, *(texts.get(id, ()) if id else ())], "answer"), first.line,
                    first.number("sortorder"), first.number("scale_id"), first.get("assessment_value").strip(),
                )
            )  # fmt: skip
        for question in questions.values():
            question.answers.sort(key=lambda answer: answer.order)


def _texts(rows: Iterable[Record], key: str) -> Texts:
    """language -> text; a row without a language counts only when it has the text itself."""
    found: Texts = {}
    for row in rows:
        text = row.get(key)
        if text.strip():
            found.setdefault(row.get("language"), text)
    return found
