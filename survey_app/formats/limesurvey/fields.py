"""Questions that are written in: texts, numbers, dates, files; and what is only read."""

import re
from typing import Any

from survey_app.formats.importing.logic import Target
from survey_app.formats.limesurvey.grids import rows_of
from survey_app.formats.limesurvey.lists import nothing
from survey_app.formats.limesurvey.survey import Item, Question
from survey_app.formats.limesurvey.work import Plain, Work
from survey_app.questionnaire.question_types.numbers import is_iso_date

_LONGEST_TEXT = 2_000
_MOST_FIELDS = 50
_PHOTOS = frozenset(("png", "gif", "jpg", "jpeg", "heic", "webp", "bmp"))


def text(work: Work, question: Question) -> list[Plain]:
    """S, T and U: one line, several lines; S for numbers alone is a number."""
    if question.type == "S" and work.attribute("numbers_only") == "1":
        return number(work, question)
    name = work.name(question)
    work.register(question, "", Target("text", name), name)
    made: Plain = {"name": name, "type": "short_text" if question.type == "S" else "long_text"}
    length(work, made)
    _affixes(work, made)
    return [made]


def length(work: Work, made: Plain) -> None:
    longest = work.number_of("maximum_chars")
    if longest is not None and longest >= 1:
        made["max_length"] = min(int(longest), _LONGEST_TEXT)
        work.said("maximum_chars", longest)


def _affixes(work: Work, made: Plain, *, unit: bool = False) -> None:
    """prefix and suffix: the unit of a number, else words of the hint."""
    question = work.question
    if question is None:
        return
    for which in ("prefix", "suffix"):
        found = work.text(work.worded(which), f"{question.place} / {which}", made["name"])
        if not found:
            continue
        if unit and which == "suffix" and work.building.languages[0] in found and "{{" not in str(found):
            made["unit"] = found
        else:
            hint = made.setdefault("hint", {})
            for tag, words in found.items():
                hint[tag] = f"{hint[tag]}\n{words}" if tag in hint else words
            place = f"{question.place} / {which}"
            kinds = {"source": (which, which), "type": ("part of the hint", "提示的一部分")}
            work.building.changed("text", place, str(found), "as_type", made["name"], **kinds)


def number(work: Work, question: Question) -> list[Plain]:
    """N: a number with its limits."""
    name = work.name(question)
    work.register(question, "", Target("number", name), name)
    whole = work.attribute("num_value_int_only") == "1"
    made: Plain = {"name": name, "type": "number", "decimals": 0 if whole else 6}
    if whole:
        work.said("num_value_int_only", "1")
    low, high = work.number_of("min_num_value_n"), work.number_of("max_num_value_n")
    limits(work, made, low, high, ("min_num_value_n", "max_num_value_n"))
    if question.attribute("maximum_chars"):
        _digits(work, made)
    _affixes(work, made, unit=True)
    return [made]


def _digits(work: Work, made: Plain) -> None:
    """So many digits at most: a largest number, when there are no decimals and it is no tighter than the limits."""
    most = work.number_of("maximum_chars")
    if most is None:
        return
    largest = 10 ** int(most) - 1 if 1 <= most <= 12 else 0
    if made["decimals"] or largest < made.get("min", 0):
        return
    made["max"] = min(made.get("max", largest), largest)
    work.said("maximum_chars", most)


def limits(work: Work, made: Plain, low: Any, high: Any, names: tuple[str, str]) -> None:
    if low is not None and high is not None and low > high:
        for name, value in zip(names, (low, high), strict=True):
            work.unsaid(name, str(value))
        return
    for key, value, name in (("min", low, names[0]), ("max", high, names[1])):
        if value is not None:
            made[key] = value
            work.said(name, value)


def fields(work: Work, question: Question) -> list[Plain]:
    """Q: several texts."""
    rows = question.rows
    if not rows:
        return nothing(work, question)
    if work.attribute("numbers_only") == "1":
        return numbers(work, question)
    work.codes(rows)
    many = len(rows) > _MOST_FIELDS
    name = work.name(question, [f"{row.ours}_t" if many else row.ours for row in rows])
    found = rows_of(work, question, rows)
    longest = work.number_of("maximum_chars")
    most = {"max_length": min(int(longest), _LONGEST_TEXT)} if longest is not None and longest >= 1 else {}
    if most:
        work.said("maximum_chars", longest)
    for row in rows:
        own = f"{name}_{row.ours}_t" if many else f"{name}_{row.ours}"
        work.register(question, row.code, Target("text", own), own)
    if many:
        column = {"code": "t", "text": work.built_in("Answer"), "type": "short_text", **most}
        return [{"name": name, "type": "matrix_fields", "rows": found, "columns": [column]}]
    made: Plain = {"name": name, "type": "text_fields", "fields": [{**field, **most} for field in found]}
    _affixes(work, made)
    return [made]


def numbers(work: Work, question: Question) -> list[Plain]:
    """K: several numbers: shares of a fixed sum, sliders, or a column of numbers."""
    rows = question.rows
    if not rows:
        return nothing(work, question)
    work.codes(rows)
    total = work.number_of("equals_num_value")
    if work.attribute("slider_layout") == "1":
        return _sliders(work, question, rows)
    shares = total is not None and 0 < total <= 1_000_000_000 and len(rows) <= _MOST_FIELDS
    name = work.name(question, [row.ours if shares else f"{row.ours}_n" for row in rows])
    for row in rows:
        own = f"{name}_{row.ours}" if shares else f"{name}_{row.ours}_n"
        work.register(question, row.code, Target("number", own), own)
    made: Plain = {"name": name, **(_shares(work, question, total) if shares else _column(work, question))}
    _affixes(work, made, unit=bool(shares))
    return [made]


def _bounds(work: Work) -> Plain:
    """The limits of each number."""
    bounds: Plain = {}
    low = next((v for v in map(work.number_of, ("min_num_value_n", "multiflexible_min")) if v is not None), None)
    high = next((v for v in map(work.number_of, ("max_num_value_n", "multiflexible_max")) if v is not None), None)
    limits(work, bounds, low, high, ("min_num_value_n", "max_num_value_n"))
    return bounds


def _shares(work: Work, question: Question, total: Any) -> Plain:
    whole, bounds = work.attribute("num_value_int_only") == "1", _bounds(work)
    work.said("equals_num_value", total)
    items = [{**row, **bounds} for row in rows_of(work, question, question.rows)]
    return {"type": "constant_sum", "items": items, "total": total, "decimals": 0 if whole else 2}


def _column(work: Work, question: Question) -> Plain:
    whole, bounds = work.attribute("num_value_int_only") == "1", _bounds(work)
    column: Plain = {"code": "n", "text": work.built_in("Number"), "type": "number", "decimals": 0 if whole else 6}
    found = rows_of(work, question, question.rows)
    return {"type": "matrix_fields", "rows": found, "columns": [{**column, **bounds}]}


def _sliders(work: Work, question: Question, rows: list[Item]) -> list[Plain]:
    """A heading and one slider per row, stored under the names the numbers had."""
    name = work.name(question, [row.ours for row in rows])
    shape = slider(work)
    made: list[Plain] = [{"name": name, "type": "section"}]
    separator = work.attribute("slider_separator") or "|"
    for row, found in zip(rows, rows_of(work, question, rows), strict=True):
        own = f"{name}_{row.ours}"
        work.register(question, row.code, Target("number", own), own, owner=own)
        one: Plain = {"name": own, "text": found["text"], **shape}
        made.append(_with_ends(one, separator))
    source, ours = ("sliders in one question", "一道题里的多个滑动条"), ("one slider each", "每行一个滑动条")
    work.building.changed("question", question.place, "K", "as_type", name, source=source, type=ours)
    return made


def slider(work: Work) -> Plain:
    """The line of a slider: 0 to 100 in steps of 1 where nothing else is said."""
    low, high, step = (work.number_of(f"slider_{key}") for key in ("min", "max", "accuracy"))
    low = 0 if low is None else low
    high = low + 100 if high is None or high <= low else high
    return {
        "type": "slider",
        "min": low,
        "max": high,
        "step": step if step is not None and 0 < step <= high - low else 1,
    }


def _with_ends(made: Plain, separator: str) -> Plain:
    """`words|low end|high end` of a row as text and ends, when every language has them."""
    parts = {tag: [piece.strip() for piece in words.split(separator)] for tag, words in made["text"].items()}
    if all(len(pieces) == 3 and all(pieces) for pieces in parts.values()):
        for key, at in (("text", 0), ("low", 1), ("high", 2)):
            made[key] = {tag: pieces[at] for tag, pieces in parts.items()}
    return made


def moment(work: Work, question: Question) -> list[Plain]:
    """D: a day, or a time of day when its form has nothing else."""
    name = work.name(question)
    form = work.attribute("date_format").lower()
    of_day = bool(form) and not any(sign in form for sign in "dmy") or form in ("hh:mm", "hh:mm:ss", "h:mm")
    if of_day:
        work.register(question, "", Target("time", name), name)
        return [{"name": name, "type": "time"}]
    work.register(question, "", Target("date", name), name)
    made: Plain = {"name": name, "type": "date"}
    if "h" in form:
        source, ours = ("a day and a time", "日期和时间"), ("a day", "日期")
        work.building.changed("question", question.place, form, "as_type", name, source=source, type=ours)
    for key, attribute in (("min", "date_min"), ("max", "date_max")):
        value = work.attribute(attribute) or work.attribute(f"dropdown_dates_year_{key}")
        if not value:
            continue
        if re.fullmatch(r"[12][0-9]{3}", value):
            value = f"{value}-01-01" if key == "min" else f"{value}-12-31"
        if is_iso_date(value) or value == "today":
            made[key] = value
            work.said(attribute, value)
        elif attribute.startswith("dropdown"):
            work.unsaid(attribute, value)
    if "min" in made and "max" in made and "today" not in (made["min"], made["max"]) and made["min"] > made["max"]:
        work.unsaid("date_min", made.pop("min"))
    return [made]


def upload(work: Work, question: Question) -> list[Plain]:
    """|: files; ours takes one, photos or documents."""
    name = work.name(question)
    work.register(question, "", None)
    kinds = {kind.strip(" .").lower() for kind in work.attribute("allowed_filetypes").split(",") if kind.strip()}
    accepts = [kind for kind, fits in (("photo", kinds & _PHOTOS), ("document", kinds - _PHOTOS)) if fits or not kinds]
    size = work.number_of("max_filesize")
    made: Plain = {"name": name, "type": "file", "accepts": accepts}
    if size is not None and size > 0:
        made["max_mb"] = max(1, min(10, int(size // 1024)))
    most, least = work.number_of("max_num_of_files"), work.number_of("min_num_of_files")
    if most is not None and most > 1:
        work.unsaid("max_num_of_files", str(most))
    if least is not None and least > 1:
        work.unsaid("min_num_of_files", str(least))
    elif least == 1:
        made["required"] = True
        work.said("min_num_of_files", 1)
    return [made]


def note(work: Work, question: Question) -> list[Plain]:
    """X: text to read."""
    name = work.name(question)
    work.register(question, "", None, owner=name)
    return [{"name": name, "type": "note"}]
