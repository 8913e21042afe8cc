"""Questions that offer answers: lists, several choices, yes or no, gender, five points, ranking."""

from collections.abc import Iterable
from typing import Any

from survey_app.formats.importing.logic import Target
from survey_app.formats.importing.naming import Codes
from survey_app.formats.limesurvey.survey import Item, Question
from survey_app.formats.limesurvey.work import LONGEST_CODE, Plain, Work

OTHER = "-oth-"
_MISSING = range(-99, -93)


def choices_of(work: Work, question: Question, items: Iterable[Item], codes: Codes | None = None) -> list[Plain]:
    """Offered answers as choices, each told; a number that its code cannot carry becomes its value."""
    items = list(items)
    work.codes(items, codes)
    assessed = work.survey.settings.get("assessments") == "Y"
    taken = {int(item.ours) for item in items if item.ours.isascii() and item.ours.isdigit()}
    made: list[Plain] = []
    for item in items:
        choice: Plain = {
            "code": item.ours,
            "text": work.labelled(item.texts, _place(question, item), question.name, item.code),
        }
        value = _number(item.code)
        if value is not None and str(value) != item.ours and value not in taken and value not in _MISSING:
            choice["value"] = value
            taken.add(value)
        if assessed and (score := _number(item.score)):
            choice["score"] = float(score)
            work.building.kept("score", _place(question, item), item.score, question.name)
        work.told("choice", item, question)
        made.append(choice)
    return _distinct(made)


def _distinct(choices: list[Plain]) -> list[Plain]:
    """Codes such as 1 and 01 are the same number: the later ones get a number of their own."""
    seen: set[int] = set()
    highest = max((int(c["code"]) for c in choices if c["code"].isascii() and c["code"].isdigit()), default=0)
    for choice in choices:
        code = choice["code"]
        number = choice.get("value", int(code) if code.isascii() and code.isdigit() else None)
        if number in seen:
            highest += 1
            choice["value"] = number = highest
        if number is not None:
            seen.add(number)
    return choices


def _number(text: str) -> int | None:
    bare = text.removeprefix("-")
    return int(text) if bare.isascii() and bare.isdigit() and len(bare) <= 6 else None


def _place(question: Question, item: Item) -> str:
    return f"{question.code}_{item.code} (line {item.line})"


def labels(items: Iterable[Item]) -> dict[str, str]:
    """The words of each answer in any language -> our code; words that two answers share are left out."""
    found: dict[str, set[str]] = {}
    for item in items:
        for text in item.texts.values():
            found.setdefault(text.strip(), set()).add(item.ours)
    return {text: next(iter(codes)) for text, codes in found.items() if len(codes) == 1 and "<" not in text}


def single(work: Work, question: Question) -> list[Plain]:
    """L, ! and O: one of a list, O with a comment below it."""
    items = _sorted(work, question.offered())
    comment = question.type == "O"
    name = work.name(question, ["other", "comment"])
    codes = Codes(LONGEST_CODE)
    choices = choices_of(work, question, items, codes)
    mapped = {item.code: item.ours for item in items}
    if question.other and not comment:
        choices = _with_other(work, question, choices, codes)
        mapped[OTHER] = next(choice["code"] for choice in choices if choice.get("other"))
        work.register(question, "other", Target("text", f"{name}_other"), f"{name}_other")
    if not choices:
        return [_nothing_offered(work, question)]
    work.register(question, "", Target("choice", name, mapped), name, labels=labels(items))
    made: Plain = {"name": name, "type": "dropdown" if question.type == "!" else "single_choice", "choices": choices}
    if question.type != "!":
        _columns(work, made)
    _random(work, made)
    return [made, _comment(work, question)] if comment else [made]


def _sorted(work: Work, items: list[Item]) -> list[Item]:
    if work.attribute("alphasort") == "1" or work.attribute("answer_order") == "alphabetical":
        language = work.survey.languages[0]
        return sorted(items, key=lambda item: item.texts.get(language, item.code).casefold())
    return items


def _comment(work: Work, question: Question) -> Plain:
    """The comment of a list as a question of its own."""
    name = f"{question.name}_comment"
    work.register(question, "comment", Target("text", name), name, owner=name)
    kind = ("a list with a comment", "带备注的列表")
    ours = ("a single choice and a text", "单选题加填空题")
    work.building.changed("question", question.place, question.type, "as_type", name, source=kind, type=ours)
    return {"name": name, "type": "long_text", "text": work.built_in("Comment")}


def _with_other(work: Work, question: Question, choices: list[Plain], codes: Codes) -> list[Plain]:
    given = work.worded("other_replace_text")
    place = f"{question.place} / other"
    text = work.text(given, place, question.name)
    code = codes.give("other")
    other: Plain = {"code": code, "text": {**work.built_in("Other"), **text}, "other": True}
    work.building.kept("choice", place, "other", question.name)
    position = work.attribute("other_position")
    if position == "beginning":
        return [other, *choices]
    if position == "specific":
        before = work.attribute("other_position_code")
        at = next(
            (n for n, item in enumerate(question.offered() or question.rows, start=1) if item.code == before), None
        )
        return [*choices[:at], other, *choices[at:]] if at is not None else [*choices, other]
    return [*choices, other]


def _nothing_offered(work: Work, question: Question) -> Plain:
    work.building.lost(
        "question", question.place, question.type, "missing_part", question.name, what=("every answer", "全部选项")
    )
    work.register(question, "", None)
    return {"name": question.name, "type": "note"}


def nothing(work: Work, question: Question) -> list[Plain]:
    """A question whose rows or answers are missing: LimeSurvey shows its text alone."""
    work.name(question)
    return [_nothing_offered(work, question)]


def _columns(work: Work, made: Plain) -> None:
    columns = work.attribute("display_columns")
    if columns.isdigit() and columns not in ("0", "1"):
        made["columns"] = min(int(columns[:3]), 3)


def _random(work: Work, made: Plain) -> None:
    if work.attribute("random_order") == "1" or work.attribute("answer_order") == "random":
        made["random_order"] = True
        work.building.kept(
            "setting", f"{work.question.place if work.question else ''} / random_order", "1", made["name"]
        )


def several(work: Work, question: Question) -> list[Plain]:
    """M and P: several choices, P with a comment beside each."""
    items = _sorted(work, question.rows)
    comment = question.type == "P"
    codes = Codes(LONGEST_CODE)
    work.codes(items, codes)
    ends = [item.ours for item in items] + ["other", "other_text"]
    if comment:
        ends += [f"comment_{item.ours}" for item in items] + ["comment", "comment_other"]
    name = work.name(question, ends)
    codes = Codes(LONGEST_CODE)
    choices = _rows_as_choices(work, question, items, codes)
    if question.other:
        choices = _with_other(work, question, choices, codes)
        work.register(question, "other", Target("text", f"{name}_other"), f"{name}_other")
    if not choices:
        return [_nothing_offered(work, question)]
    _exclusive(work, question, items, choices)
    made: Plain = {"name": name, "type": "multiple_choice", "choices": choices}
    _between(work, made, len(choices))
    _columns(work, made)
    _random(work, made)
    for item in items:
        work.register(question, item.code, Target("option", name, option=item.ours, on=frozenset({"Y"})))
    return [made, _comments(work, question, items)] if comment and items else [made]


def _rows_as_choices(work: Work, question: Question, items: list[Item], codes: Codes) -> list[Plain]:
    work.codes(items, codes)
    made = []
    assessed = work.survey.settings.get("assessments") == "Y" and _number(work.attribute("assessment_value"))
    for item in items:
        text = work.labelled(item.texts, _place(question, item), question.name, item.code)
        work.told("row", item, question)
        made.append({"code": item.ours, "text": text, **({"score": float(assessed)} if assessed else {})})
    return _distinct(made)


def _exclusive(work: Work, question: Question, items: list[Item], choices: list[Plain]) -> None:
    wanted = work.attribute("exclude_all_others")
    codes = {item.code: item.ours for item in items} | {"other": "other"}
    for code in filter(None, (part.strip() for part in wanted.replace(",", ";").split(";"))):
        found = next((choice for choice in choices if choice["code"] == codes.get(code)), None)
        if found is None:
            work.unsaid("exclude_all_others", code)
        else:
            found["exclusive"] = True
            work.said("exclude_all_others", code)


def _between(work: Work, made: Plain, most: int) -> None:
    """min_answers and max_answers, when they are numbers that fit."""
    low, high = work.number_of("min_answers"), work.number_of("max_answers")
    if low is not None and high is not None and low > high:
        work.unsaid("min_answers", str(low))
        work.unsaid("max_answers", str(high))
        return
    for key, value, name in (("min", low, "min_answers"), ("max", high, "max_answers")):
        if value is None or (key == "min" and value <= 0):
            continue
        if value == int(value) and not (key == "max" and value < 1):
            made[key] = int(value) if key == "min" else min(int(value), max(most, 1))
            if key == "min":  # nothing at all is too few as well
                made["required"] = True
            work.said(name, value)
    if "min" in made and "max" in made and made["min"] > made["max"]:
        work.unsaid("min_answers", str(made.pop("min")))


def _comments(work: Work, question: Question, items: list[Item]) -> Plain:
    """The comments beside choices as text fields below them."""
    name = f"{question.name}_comment"
    for item in items:
        field = f"{name}_{item.ours}"
        work.register(question, f"{item.code}comment", Target("text", field), field, owner=name)
    source = ("choices with comments", "带备注的多选")
    ours = ("a multiple choice and text fields", "多选题加多项填空")
    work.building.changed("question", question.place, question.type, "as_type", name, source=source, type=ours)
    fields = [{"code": item.ours, "text": _silently(work, item)} for item in items]
    if question.other and all(item.ours != "other" for item in items):
        own = f"{name}_other"
        work.register(question, "othercomment", Target("text", own), own, owner=name)
        fields.append({"code": "other", "text": work.built_in("Other")})
    if len(fields) > 50:
        return {"name": name, "type": "long_text", "text": work.built_in("Comment")}
    return {"name": name, "type": "text_fields", "text": work.built_in("Comment"), "fields": fields}


def _silently(work: Work, item: Item) -> dict[str, str]:
    """The words of a choice for its comment field; they were told where the choice was."""
    before, notes = len(work.building.lines), len(work.open_notes)
    text = work.labelled(item.texts, "", "", item.code)
    del work.building.lines[before:]
    del work.open_notes[notes:]
    return text


def fixed(work: Work, question: Question) -> list[Plain]:
    """Y, G and I: answers that LimeSurvey knows by itself."""
    offered = {"Y": [("Y", "Yes"), ("N", "No")], "G": [("F", "Female"), ("M", "Male")]}.get(question.type)
    name = work.name(question)
    if offered is not None:
        choices = [{"code": code.lower(), "text": work.built_in(word)} for code, word in offered]
        mapped = {code: code.lower() for code, _ in offered}
    else:
        codes = Codes(LONGEST_CODE)
        mapped = {language: codes.give(language) for language in work.survey.languages}
        choices = [{"code": code, "text": {work.building.languages[0]: language}} for language, code in mapped.items()]
        kind = ("a switch of languages", "语言切换题")
        ours = ("a question about the language", "询问语言的题目")
        work.building.changed("question", question.place, "I", "as_type", name, source=kind, type=ours)
    work.register(question, "", Target("choice", name, mapped), name)
    return [{"name": name, "type": "dropdown" if offered is None else "single_choice", "choices": choices}]


def five_points(work: Work, question: Question) -> list[Plain]:
    """5: one of five points."""
    name = work.name(question)
    work.register(question, "", Target("number", name), name, one_digit=True)
    stars: dict[str, Any] = {"style": "stars"} if work.attribute("slider_rating") not in ("", "0") else {}
    return [{"name": name, "type": "rating", "points": 5, **stars}]


def ranking(work: Work, question: Question) -> list[Plain]:
    """R: the items are answers; where there are none, subquestions."""
    items = question.offered() or question.rows
    if not items:
        return nothing(work, question)
    work.codes(items)
    name = work.name(question, [item.ours for item in items])
    if question.offered():
        choices = choices_of(work, question, items)
        for row in question.rows:  # places in the ranking, without words that anybody sees
            row.ours = row.code.lower()
            work.building.kept("row", _place(question, row), next(iter(row.texts.values()), row.code), name)
            for language, text in row.texts.items():
                if not any(text == item.texts.get(language) for item in items):
                    work.building.changed("text", _place(question, row), text, "place_in_ranking", name)
    else:
        choices = _rows_as_choices(work, question, items, Codes(LONGEST_CODE))
    made: Plain = {"name": name, "type": "ranking", "choices": choices}
    for attribute in ("max_answers", "max_subquestions"):
        top = work.number_of(attribute)
        if top is not None and top >= 1:
            made["top"] = min(int(top), made.get("top", len(items)))
            work.said(attribute, top)
    _random(work, made)
    for place in range(1, min(len(items), 200) + 1):
        work.register(question, str(place), Target("multiple", name), rank=place)
    for item in items:
        work.chosen(question, item.code, {name: {"includes": item.ours}})
    return [made]
