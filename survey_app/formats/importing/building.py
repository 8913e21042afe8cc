"""A draft and its report, put together piece by piece. Every importer tells it what it finds and where."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from babel import Locale

from survey_app.formats.importing.breaking import break_pages
from survey_app.formats.importing.naming import Names
from survey_app.formats.importing.refusing import Fault, Refused, refuse
from survey_app.formats.importing.report import Kind, Line, Result, counts, shortened
from survey_app.formats.importing.texts import words
from survey_app.questionnaire import conditions, loading
from survey_app.questionnaire.definition import MAX_QUESTIONS, Definition
from survey_app.questionnaire.parts import LANGUAGE

MAX_CHOICES = 5_000
MOST_NOTES = 100
"""Open rules of one question."""
_TAGS = {
    "zh": "zh-CN",
    "zh-hans": "zh-CN",
    "zh-cn": "zh-CN",
    "zh-hant": "zh-TW",
    "zh-hant-hk": "zh-HK",
    "zh-hant-tw": "zh-TW",
}


@dataclass
class Counted:
    """How much the source holds, counted as its own program does: groups, questions that it lists, offered answers, rules."""

    pages: int = 0
    groups: int = 0
    questions: int = 0
    choices: int = 0
    rows: int = 0
    conditions: int = 0
    types: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Imported:
    """What became of a file. `data` is a definition as plain data, always valid in shape and meaning; translations may miss."""

    format: str
    data: dict[str, Any]
    lines: tuple[Line, ...]
    source: Counted

    @cached_property
    def definition(self) -> Definition:
        """The draft."""
        return loading.definition_from(self.data)

    def to_json(self) -> dict[str, Any]:
        """What `convert --json` prints: the source's own counts, and those of the report."""
        found = self.source
        return {
            "format": self.format,
            "title": self.definition.text(self.definition.title, self.definition.language),
            "languages": list(self.definition.languages),
            "pages": found.pages,
            "groups": found.groups,
            "questions": found.questions,
            "choices": found.choices,
            "rows": found.rows,
            "conditions": found.conditions,
            "types": dict(sorted(found.types.items())),
            **{str(result): number for result, number in counts(self.lines).items()},
        }


class Building:
    """One import. Texts go through `text`, names through `names`; every thing of the source gets a line of the report."""

    def __init__(self, format: str, *, languages: Sequence[str]) -> None:
        self.format = format
        self.languages: list[str] = []
        self._tags: dict[str, str] = {}
        for language in languages or ["zh-CN"]:
            self.tag(language)
        self.names = Names()
        self.lines: list[Line] = []
        self.pages: list[dict[str, Any]] = []
        self.scores: list[dict[str, Any]] = []
        self.source = Counted()
        self.title: dict[str, str] = {}
        self.more: dict[str, Any] = {}
        """Other keys of the definition: intro, thanks, scales, quotas."""

    # --- languages and texts ---
    def tag(self, language: str) -> str:
        """Our tag of a language of the source (`zh-Hans`, `de-informal`, `EN`); known ones keep their first tag."""
        given = language.strip()
        if given not in self._tags:
            found = language_tag(given)
            if found not in self.languages:
                self.languages.append(found)
            self._tags[given] = found
        return self._tags[given]

    def text(
        self, given: Mapping[str, str] | str, place: str, ours: str = "", *, kind: Kind = "text"
    ) -> dict[str, str]:
        """A text per language without markup; {} when there are no words. What was left out is told."""
        if isinstance(given, str):
            given = {self.languages[0]: given}
        made: dict[str, str] = {}
        for language, source in given.items():
            if not source or not str(source).strip():
                continue
            found = words(str(source))
            if found.scripts:
                self.lost("script", place, str(source), "script", ours)
            if found.pictures:
                self.lost("setting", place, str(source), "picture", ours)  # what it says in words is part of the text
            if found.cut:
                self.changed(kind, place, found.text, "too_long_text", ours, limit=len(found.text))
            if found.formatting:
                self.changed(kind, place, str(source), "formatting", ours)
            if found.text:
                made[self.tag(language)] = found.text
        return made

    # --- the report ---
    def kept(self, kind: Kind, place: str, source: str, ours: str = "") -> None:
        """Same meaning, same text."""
        self._tell(kind, place, source, "kept", ours, "", {})

    def changed(self, kind: Kind, place: str, source: str, code: str, ours: str = "", /, **values: Any) -> None:
        """The answers and the meaning survive, the form differs."""
        self._tell(kind, place, source, "changed", ours, code, values)

    def lost(self, kind: Kind, place: str, source: str, code: str, ours: str = "", /, **values: Any) -> None:
        """Nothing in the draft carries it."""
        self._tell(kind, place, source, "lost", ours, code, values)

    def _tell(
        self, kind: Kind, place: str, source: str, result: Result, ours: str, code: str, values: dict[str, Any]
    ) -> None:
        self.lines.append(Line(kind, place, shortened(source), result, ours, code, values))

    # --- questions ---
    def page(self, title: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
        """A new page, to which `add` adds."""
        self.pages.append({**({"title": title} if title else {}), **more, "questions": []})
        return self.pages[-1]

    def add(self, question: dict[str, Any], place: str) -> dict[str, Any]:
        """A question on the last page; a missing text is its name."""
        if not self.pages:
            self.page()
        if sum(len(page["questions"]) for page in self.pages) >= MAX_QUESTIONS:
            raise refuse("too_much", place, what=("questions", "题目"), limit=MAX_QUESTIONS)
        if not question.get("text") and question.get("type") not in ("hidden", "computed", "order_data"):
            question["text"] = {self.languages[0]: question["name"]}
            self.changed("text", place, "", "text_missing", question["name"])
        for key in ("choices", "rows", "fields", "items"):
            if len(question.get(key) or ()) > MAX_CHOICES:
                raise refuse("too_much", place, what=("choices", "选项"), limit=MAX_CHOICES)
        self.pages[-1]["questions"].append(question)
        return question

    def undecided(
        self, question: dict[str, Any], place: str, rule: str, code: str = "rule_kept_as_note", /, **values: Any
    ) -> None:
        """A rule that cannot be said here stays as words on the question; publishing waits until a person decides."""
        note = f"{place}: {shortened(rule)}"
        notes = question.setdefault("open_rules", [])
        if len(notes) < MOST_NOTES and note not in notes:
            notes.append(note)
        self.lost("rule", place, rule, code, question["name"], **values)

    # --- the end ---
    def done(self, name: str) -> Imported:
        """The draft. A rule that names what comes later, or does not fit its question, is taken out and told."""
        pages = [page for page in self.pages if page["questions"]]
        if not pages:
            raise refuse("no_questions")
        data: dict[str, Any] = {
            "format": 1,
            "name": name,
            "title": self.title or {self.languages[0]: name},
            "languages": self.languages,
            "mode": "anonymous",
            **{key: value for key, value in self.more.items() if value},
            "pages": pages,
        }
        if self.scores:
            data["scores"] = self.scores
        data = self._mended(data)
        for first, parts in break_pages(data):
            self.changed("page", first, "", "page_broken", first, parts=parts)
        return Imported(self.format, data, tuple(self.lines), self.source)

    def _mended(self, data: dict[str, Any]) -> dict[str, Any]:
        for _ in range(20):
            try:
                loading.definition_from(data)
                return data
            except loading.InvalidQuestionnaire as error:
                taken = [self._take_out(data, problem) for problem in error.problems]
                if not any(taken):
                    raise Refused(
                        [Fault("bad_value", p.path, {"given": p.code, "expected": str(p)}) for p in error.problems]
                    ) from None
        raise refuse("bad_value", given=self.format, expected=("a questionnaire", "一份问卷"))

    def _take_out(self, data: dict[str, Any], problem: loading.Problem) -> bool:
        """Take the rule out that the problem lies in; False when it lies in none."""
        place = loading.place_of(problem.path)
        for depth, key in enumerate(place):
            if key == "checks":
                self._take_checks(data, place[:depth])
                return True
            if key in ("show_if", "end_if"):
                holder: Any = data
                for part in place[:depth]:
                    holder = holder[part]
                rule = holder.pop(key, None)
                if rule is None:
                    return True  # another problem of the same rule took it out
                at = next((q for q in (holder, *holder.get("questions", ())) if "name" in q and "type" in q), None)
                names = ", ".join(sorted(conditions.names(rule))) if isinstance(rule, dict) else ""
                where = at["name"] if at else ""
                self.lines = [  # what was said of this rule before is no longer true
                    line
                    for line in self.lines
                    if not (line.kind == "rule" and line.result != "lost" and line.ours == where)
                ]
                if at is not None:
                    self.undecided(at, where, f"{key}: {names}", "rule_unknown_name", name=names)
                return True
        return False

    def _take_checks(self, data: dict[str, Any], place: tuple[str | int, ...]) -> None:
        """The checks of a question stay as words."""
        question: Any = data
        for part in place:
            question = question[part]
        for check in question.pop("checks", ()):
            names = ", ".join(sorted(conditions.names(check["that"])))
            self.undecided(question, question["name"], f"checks: {names}", "rule_unknown_name", name=names)


def language_tag(given: str) -> str:
    """`zh-Hans`, `English (en)`, `de-informal`, `PT-BR` -> zh-CN, en, de, pt-BR; what cannot be read is `en`."""
    text = given.strip().replace("_", "-")
    if text.endswith(")") and "(" in text:
        text = text[text.rindex("(") + 1 : -1]
    low = text.lower()
    if low in _TAGS:
        return _TAGS[low]
    parts = low.split("-")
    tag = parts[0]
    if len(parts) > 1 and len(parts[1]) == 2 and parts[1].isalpha():
        tag = f"{parts[0]}-{parts[1].upper()}"
    if LANGUAGE.fullmatch(tag):
        return tag
    return _by_name().get(low, "en")


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    """Names of languages in English, and of each in itself."""
    english = {str(name).lower(): code for code, name in Locale("en").languages.items() if LANGUAGE.fullmatch(code)}
    own = {str(Locale(code).language_name).lower(): code for code in ("zh", "fr", "de", "es", "pt", "ja", "ko", "ru")}
    return {name: _TAGS.get(code, code) for name, code in [*own.items(), *english.items()]}
