"""Rules about the questionnaire as a whole: its length, its scales, its languages, its rules, its last version."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from survey_app.questionnaire import checks, conditions, expressions
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.meaning import all_texts, places
from survey_app.questionnaire.offering import may_vanish, part_at
from survey_app.questionnaire.offering import rules_of as rules_on_parts
from survey_app.questionnaire.problems import path_of
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.hidden import Computed, OrderData
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.rating import Likert, Rating
from survey_app.questionnaire.reach import analyse, analyse_quota
from survey_app.questionnaire.review import names_on
from survey_app.questionnaire.timing import seconds
from survey_app.questionnaire.wording import choice_rules, polarity
from survey_app.questionnaire.wording.kinds import Noticed, Place, Step, is_chinese, is_english
from survey_app.questionnaire.wording.sentence_rules import rules_of

IDENTIFYING = frozenset({"order_number", "order_date", "order_amount"})
MAX_QUESTIONS, MAX_SECONDS, MAX_TESTS = 12, 300, 3

Labels = Sequence[Mapping[str, str]]


def length(definition: Definition) -> Iterator[Noticed]:
    """How many questions, how many minutes; open texts that must be filled in."""
    asked = sum(question.asks for question in definition.questions)
    if asked > MAX_QUESTIONS:
        yield Noticed("many_questions", ("pages",), {"given": asked, "limit": MAX_QUESTIONS})
    needed = seconds(definition)
    if needed > MAX_SECONDS:
        yield Noticed("long_survey", ("pages",), {"minutes": -(-needed // 60)})
    for place, _, question in places(definition):
        if question.required and question.summary == "text":
            steps: tuple[Step, ...] = (("set", (*place, "required"), False),)
            yield Noticed("required_text", (*place, "required"), {}, "", steps)


def rules(definition: Definition) -> Iterator[Noticed]:
    """Rules with many conditions on the page they stand on."""
    for place, index, question in places(definition):
        if question.show_if is None:
            continue
        own = names_on(definition, index)
        given = sum(name in own for name in _tested(question.show_if))
        if given >= MAX_TESTS:
            steps: tuple[Step, ...] = (("split_page", place, None),)
            yield Noticed("complex_rule", (*place, "show_if"), {"given": given}, "", steps)


def quotas(definition: Definition) -> Iterator[Noticed]:
    """Quotas that nobody fits, and those that turn people away when they have answered everything."""
    last = max((index for index, page in enumerate(definition.pages) if any(q.asks for q in page.questions)), default=0)
    for number, quota in enumerate(definition.quotas):
        owners = [definition.owners[name].name for name in conditions.names(quota.when) if name in definition.owners]
        place: Place = ("quotas", number, "when")
        finding = analyse_quota(definition, number)
        if finding is not None and finding.verdict in ("contradiction", "never", "unreached"):
            yield Noticed("quota_never", place, {"name": quota.name})
        elif last > 0 and any(definition.page_of[name] == last for name in owners):
            yield Noticed("quota_late", place, {"name": quota.name})


def offers(definition: Definition) -> Iterator[Noticed]:
    """Choices and rows that nobody is ever offered, and questions of which nothing may be left."""
    analysis = analyse(definition)
    for place, _, question in places(definition):
        seen: set[str] = set()
        for rule in rules_on_parts(question):
            finding = analysis.of(path_of((*place, *rule.place)))
            verdict = finding.verdict if finding is not None else "undecided"
            seen.add(verdict)
            if verdict in ("contradiction", "never"):
                words = definition.text(part_at(question, rule.place).text, definition.language) or rule.code
                yield Noticed("part_never", (*place, *rule.place), {"words": words})
        if may_vanish(question) and seen & {"works", "undecided"} and "always" not in seen:
            yield Noticed("may_vanish", place, {})


def order_fields(definition: Definition) -> Iterator[Noticed]:
    """Order data by which staff would find the customer without an unsealing: a confidential answer keeps less of it."""
    if definition.mode == "confidential":
        for place, _, question in places(definition):
            if isinstance(question, OrderData) and question.field in IDENTIFYING:
                yield Noticed("order_identifies", (*place, "field"), {})


def _tested(condition: Mapping[str, Any]) -> Iterator[str]:
    for key, test in condition.items():
        if key in ("all", "any"):
            for part in test:
                yield from _tested(part)
        elif key == "not":
            yield from _tested(test)
        else:
            yield key


# --- scales ------------------------------------------------------------------------------------------------------------
def used_names(definition: Definition) -> set[str]:
    """Names of the questions whose answers conditions and expressions look at."""
    found: set[str] = set()
    for page in definition.pages:
        found |= conditions.names(page.show_if) | conditions.names(page.end_if)
        for question in page.questions:
            found |= conditions.names(question.show_if)
            found |= {name for rule in rules_on_parts(question) for name in conditions.names(rule.condition)}
            found |= {name for check in question.checks for name in checks.names(check)}
            if isinstance(question, Computed):
                found |= expressions.names(question.expression)
    for quota in definition.quotas:
        found |= conditions.names(quota.when)
    return {definition.owners[name].name for name in found if name in definition.owners} if found else set()


def scales(definition: Definition, previous: Definition | None, used: set[str]) -> Iterator[Noticed]:
    """Reversed, unbalanced and differing scales, and statements to agree with."""
    agreeing = False
    for where, texts, question, steps, least in _all_scales(definition, previous, used):
        yield from choice_rules.scale(texts, where, steps, least=least)
        if not agreeing and (language := _agrees(texts)) and (question is None or question.type != "matrix"):
            agreeing = True  # said once: the whole instrument is built like this, or one question is
            yield Noticed("agree_scale", _asker(definition, where), {}, language)
    yield from _differing(definition)


def _asker(definition: Definition, where: Place) -> Place:
    if where[0] != "scales":
        return where[:4]
    for place, _, question in places(definition):
        if isinstance(question, Likert) and question.scale == where[1]:
            return place
    return where


def _agrees(texts: Labels) -> str:
    for language in texts[0] if texts else ():
        labels = [label for label in choice_rules.labels_of(texts, language) if not polarity.UNSURE.search(label)]
        reading = polarity.read(labels, language) if rules_of(language) else None
        if reading is not None and reading.agrees and (len(labels) >= 3 or len(texts) == 2 and _graded(labels)):
            return language
    return ""


def _graded(labels: Sequence[str]) -> bool:
    """Two ends of a longer scale (非常不同意 … 非常同意), not a plain yes or no (同意, 不同意)."""
    return all(re.search("非常|很|完全|强烈|strongly|completely|totally", label, re.IGNORECASE) for label in labels)


def _all_scales(
    definition: Definition, previous: Definition | None, used: set[str]
) -> Iterator[tuple[Place, Labels, Question | None, tuple[Step, ...], int]]:
    """Every scale: (where, labels lowest first, its question, the steps that turn it round, from how many labels)."""
    users: dict[str, list[Question]] = {}
    for _, _, question in places(definition):
        if isinstance(question, Likert | Matrix) and question.scale:
            users.setdefault(question.scale, []).append(question)
    for name, scale in definition.scales.items():
        own = users.get(name, [])
        if not own and definition.pages:
            continue
        free = not any(_bound(q, previous, used) for q in own)
        texts = [point.text for point in scale.points]
        sole = own[0] if own and all(q.type == "matrix" for q in own) else None
        yield ("scales", name), texts, sole, (("turn", ("scales", name, "points"), True),) if free else (), 2
    for place, _, question in places(definition):
        yield from _own_scale(question, place, not _bound(question, previous, used))


def _own_scale(
    question: Question, place: Place, free: bool
) -> Iterator[tuple[Place, Labels, Question, tuple[Step, ...], int]]:
    if isinstance(question, Rating | Matrix) and question.labels:
        turned = [dict(text) for text in reversed(question.labels)]
        yield place, question.labels, question, (("set", (*place, "labels"), turned),) if free else (), 2
    elif isinstance(question, Rating | Matrix) and question.low and question.high:
        steps: tuple[Step, ...] = (
            ("set", (*place, "low"), dict(question.high)),
            ("set", (*place, "high"), dict(question.low)),
        )
        yield place, (question.low, question.high), question, steps if free else (), 2
    elif question.type in ("single_choice", "dropdown"):
        plain = [c for c in getattr(question, "choices", ()) if not c.missing and not c.other]
        numbered = any(choice.code.isdigit() for choice in plain)
        whole = len(plain) == len(getattr(question, "choices", ()))
        turn: tuple[Step, ...] = (("turn", (*place, "choices"), numbered),) if whole and (free or not numbered) else ()
        yield (*place, "choices"), [choice.text for choice in plain], question, turn, 4


def _bound(question: Question, previous: Definition | None, used: set[str]) -> bool:
    """Whether its codes have a meaning already: it was published, or a rule looks at it."""
    published = previous is not None and question.name in previous.by_name
    return published or question.name in used


def _differing(definition: Definition) -> Iterator[Noticed]:
    """Two scales about the same thing, of the same length, in different words."""
    first: dict[tuple[str, str, int], list[str]] = {}
    for where, texts, question, _, _ in _all_scales(definition, None, set()):
        if question is not None and question.type in ("single_choice", "dropdown") or len(texts) < 2:
            continue
        for language in texts[0]:
            labels = choice_rules.labels_of(texts, language)
            reading = polarity.read(labels, language) if labels and rules_of(language) else None
            if reading is None or reading.falls:
                continue
            key = (language, "/".join(sorted(reading.words)), len(labels))
            known = first.setdefault(key, labels)
            if known != labels:
                odd = next(i for i, label in enumerate(labels) if label != known[i])
                yield Noticed("scale_differs", where, {"first": known[odd], "words": labels[odd]}, language)
                break


# --- languages and the last version ------------------------------------------------------------------------------------
_HAN = re.compile("[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]+")
NAMES = {"zh": ("Chinese", "中文"), "en": ("English", "英文")}


def names_of(language: str) -> dict[str, str]:
    """The language in the words of both sentence tables."""
    pair = NAMES.get(language.partition("-")[0], (language, language))
    return {"language": pair[0], "language_zh": pair[1]}


def languages(definition: Definition) -> Iterator[Noticed]:
    """Texts in the wrong language: the original copied and never translated."""
    if len(definition.languages) < 2:
        return
    for place, text in all_texts(definition):
        for language, words in text.items():
            if _foreign(words, language):
                yield Noticed("untranslated", place, names_of(language), language)


def _foreign(words: str, language: str) -> bool:
    han = len(_HAN.findall(words))
    latin = _LATIN.findall(words)
    if is_english(language):
        return han >= 2 and han > sum(map(len, latin))
    return is_chinese(language) and han == 0 and len(latin) >= 3


def against(definition: Definition, previous: Definition) -> Iterator[Noticed]:
    """Scales whose words differ from the last version, and translations that did not follow their original."""
    before = dict(_keyed(previous))
    source = definition.language
    for place, key, text in _keyed_with_places(definition):
        old = before.get(key)
        if old is None or old == text:
            continue
        if old.get(source) and old.get(source) != text.get(source):
            for language in definition.languages[1:]:
                if text.get(language) and text.get(language) == old.get(language):
                    yield Noticed("old_translation", place, names_of(language), language)
        if key[0] in ("scale", "point"):
            for language in text:
                if old.get(language) and old[language] != text[language]:
                    steps: tuple[Step, ...] = (("set", (*place, language), old[language]),)
                    values = {"before": old[language], "words": text[language]}
                    yield Noticed("scale_changed", place, values, language, steps)


Key = tuple[str, ...]


def _keyed(definition: Definition) -> Iterator[tuple[Key, Mapping[str, str]]]:
    for _, key, text in _keyed_with_places(definition):
        yield key, text


def _keyed_with_places(definition: Definition) -> Iterator[tuple[Place, Key, Mapping[str, str]]]:
    """Every text under a key that outlives reordering: by names and codes instead of places in lists."""
    for place, text in all_texts(definition):
        if place[0] == "scales":
            scale = definition.scales[str(place[1])]
            code = scale.points[int(place[3])].code if place[2] == "points" else "unsure"
            yield place, ("scale" if code != "unsure" else "text", str(place[1]), code), text
        elif place[0] == "pages" and len(place) > 3:
            question = definition.pages[int(place[1])].questions[int(place[3])]
            yield place, _question_key(question, place[4:]), text
        elif place[0] != "pages":
            yield place, ("text", *map(str, place)), text


def _question_key(question: Question, inner: Place) -> Key:
    parts: list[str] = [question.name]
    node: Any = question
    for part in inner:
        node = node[part] if isinstance(part, int) else getattr(node, part)
        parts.append(str(getattr(node, "code", part)))
    point = inner[0] in ("labels", "low", "high") and question.type in ("rating", "matrix", "nps")
    return ("point" if point else "text", *parts)
