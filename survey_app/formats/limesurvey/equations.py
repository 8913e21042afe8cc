"""Equations: a value that is computed, words that depend on answers, or words with answers in them."""

import re
from typing import Any

from survey_app.formats.importing.logic import BadExpression, Call, Const, Inexpressible, Target
from survey_app.formats.importing.texts import words
from survey_app.formats.limesurvey.comparing import Count, Number
from survey_app.formats.limesurvey.conditions import Reading
from survey_app.formats.limesurvey.expressions import holes, parsed
from survey_app.formats.limesurvey.phrasing import has_words, phrase
from survey_app.formats.limesurvey.survey import Question
from survey_app.formats.limesurvey.variables import Variable
from survey_app.formats.limesurvey.work import Plain, Work

_MARKUP = re.compile(r"<[^<>]*>|&nbsp;|\s")


def equation(work: Work, question: Question) -> list[Plain]:
    """*: one expression alone is a computed value, shown by a note as LimeSurvey shows it; words with answers are a note."""
    hidden = work.attribute("hidden") == "1"
    source = question.texts.get(work.survey.languages[0], next(iter(question.texts.values()), ""))
    found = holes(source)
    alone = len(found) == 1 and not _MARKUP.sub("", source[: found[0].start] + source[found[0].end :])
    name = work.name(question)
    if not alone:
        work.register(question, "", None, owner=name)
        if hidden:
            return _unsaid_equation(work, question, source)
        kind, ours = ("an equation with words", "带文字的公式题"), ("a paragraph", "段落说明")
        work.building.changed("question", question.place, "*", "as_type", name, source=kind, type=ours)
        return [{"name": name, "type": "note"}]
    text = {work.building.languages[0]: question.code or name}
    made: Plain = {"name": name, "type": "computed", "expression": 0, "text": text}
    try:
        tree = parsed(found[0].inner)
        if has_words(tree):
            made |= _worded_equation(work, question, tree)
        else:
            made["expression"] = _expression(work, tree)
            work.register(question, "", Target("number", name), name)
            work.building.kept("rule", f"{question.place} / equation", source, name)
    except (Inexpressible, BadExpression):
        return _unsaid_equation(work, question, source)
    if hidden:
        return [made]
    shown = work.extra_name(f"{name}_shown")
    return [made, {"name": shown, "type": "note", "text": {work.building.languages[0]: f"{{{{{name}}}}}"}}]


def _worded_equation(work: Work, question: Question, tree: Any) -> Plain:
    """Words by condition: a number for each of them, which texts say in the words of every language."""
    found = phrase(work.reading(), tree)
    first = work.building.languages[0]
    said = [{first: words(text).text} for text in found.words]
    for language, source in question.texts.items():
        inner = [hole.inner for hole in holes(source)]
        other = phrase(work.reading(), parsed(inner[0])) if len(inner) == 1 else found
        if other.expression == found.expression and len(other.words) == len(said):
            for text, word in zip(said, other.words, strict=True):
                text[work.building.tag(language)] = words(word).text
        else:
            work.building.lost("text", f"{question.place} [{language}]", source, "setting_lost", question.name)
    numbers = {word: str(number) for number, word in enumerate(found.words, start=1)}
    work.register(question, "", Target("choice", question.name, numbers), question.name)
    kinds = {"source": ("words by condition", "按条件的文字"), "type": ("a number with words", "带说法的数值")}
    place, given = f"{question.place} / equation", next(iter(question.texts.values()))
    work.building.changed("rule", place, given, "as_type", question.name, **kinds)
    return {"expression": found.expression, "words": said}


def _expression(work: Work, tree: Any) -> Any:
    reading = work.reading()
    found = reading.operand(tree, 0)
    if isinstance(found, Number | Count | Const | Variable):
        return reading.value(_bare(_alone(reading, tree)))
    if isinstance(found, bool):
        return float(found)
    return reading.value({"if": found, "then": 1})


def _alone(reading: Reading, tree: Any) -> Any:
    """An answer that is not there counts 0 in arithmetic; where it is the whole value, there is no value."""
    if isinstance(tree, Call) and tree.name == "if" and len(tree.parts) == 3:
        when = reading.truth(tree.parts[0], 0)
        if isinstance(when, bool):
            return _alone(reading, tree.parts[1 if when else 2])
        yes, no = (_alone(reading, part) for part in tree.parts[1:])
        return {"if": when, "then": yes, "else": no}
    return reading.number(reading.operand(tree, 0), strict=True)


def _bare(tree: Any) -> Any:
    return tree if isinstance(tree, dict) else float(tree)


def _unsaid_equation(work: Work, question: Question, source: str) -> list[Plain]:
    """An equation nobody can say: its words stay, publishing waits."""
    work.register(question, "", None)
    made: Plain = {"name": question.name, "type": "note", "text": {work.building.languages[0]: "…"}}
    work.building.undecided(made, f"{question.place} / equation", source)
    return [made]
