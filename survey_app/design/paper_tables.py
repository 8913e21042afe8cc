"""Rankings, amounts, sliders and tables on the paper form."""

from collections.abc import Callable
from typing import Any

from survey_app.design.paper_shapes import (
    MOST_COLUMNS,
    MOST_HEAD_LINES,
    MOST_OPTIONS,
    Laid,
    item,
    lines,
    options,
    too_wide,
)
from survey_app.languages import N_
from survey_app.questionnaire.question_types.amounts import ConstantSum, Slider
from survey_app.questionnaire.question_types.numbers import plain_number
from survey_app.questionnaire.question_types.ordering import Ranking
from survey_app.questionnaire.question_types.region import LEVEL_TEXTS, Region
from survey_app.questionnaire.question_types.tables import Column, MatrixFields, MatrixMultiple

Text = Callable[[Any], str]
"""A text of the questionnaire in the language of the paper."""
Say = Callable[[str], str]

MOST_WRITTEN_COLUMNS = 6  # narrower ones leave no room to write
MOST_TICKS = 10


def answer(question: Any, text: Text, say: Say) -> Laid | None:
    """How a question of these types is answered on paper; None for every other type."""
    if isinstance(question, Ranking):
        return _ranking(question, text, say)
    if isinstance(question, ConstantSum):
        return _amounts(question, text, say)
    if isinstance(question, Region):
        return {"body": "fields", "fields": [text(level) for level in LEVEL_TEXTS[: question.levels]]}
    if isinstance(question, Slider):
        return _slider(question, text, say)
    if isinstance(question, MatrixMultiple):
        return _several(question, text, say)
    return _fields(question, text, say) if isinstance(question, MatrixFields) else None


def how_many(question: Any, say: Say) -> str:
    """How many may be ticked, in words. `question`: one with `min` and `max`."""
    low, high = question.min or 0, question.max
    if high is not None and low == high:
        return say(N_("（选 %(n)s 项）")) % {"n": high}
    if low > 1 and high is not None:
        return say(N_("（选 %(low)s 至 %(high)s 项）")) % {"low": low, "high": high}
    if high is not None:
        return say(N_("（最多选 %(n)s 项）")) % {"n": high}
    return say(N_("（至少选 %(n)s 项）")) % {"n": low} if low > 1 else say(N_("（可多选）"))


def limits(low: str, high: str, say: Say) -> str:
    """A range in words; "" for an end that is open."""
    if low and high:
        return say(N_("范围 %(low)s 到 %(high)s")) % {"low": low, "high": high}
    if not low and not high:
        return ""
    return say(N_("不小于 %(low)s")) % {"low": low} if low else say(N_("不大于 %(high)s")) % {"high": high}


def _bound(value: float | None) -> str:
    return "" if value is None else plain_number(value)


def _ranking(question: Ranking, text: Text, say: Say) -> Laid:
    count, places = len(question.choices), question.places
    if count > MOST_OPTIONS:  # the best ones are written in order
        how = say(N_("（从 %(n)s 个选项中选出前 %(top)s 位，依次写下）")) % {"n": count, "top": places}
        return {
            "body": "fields",
            "fields": [f"{rank}." for rank in range(1, min(places, MOST_OPTIONS) + 1)],
            "how": how,
        }
    laid = options([item(text(choice.text)) for choice in question.choices], "rank")
    how = N_("（在方框内写 1 至 %(n)s，1 为最前，不重复）") if places > 1 else N_("（在最前的一项写 1）")
    return laid | {"how": say(how) % {"n": places}}


def _amounts(question: ConstantSum, text: Text, say: Say) -> Laid:
    total = plain_number(question.total)
    items = [
        {
            "text": text(one.text),
            "limits": limits(_bound(one.min), _bound(one.max), say),
        }
        for one in question.items
    ]
    return {
        "body": "sum",
        "items": items,
        "unit": text(question.unit),
        "sum": say(N_("合计")),
        "total": total,
        "how": say(N_("（各项相加应等于 %(total)s）")) % {"total": total},
    }


def _slider(question: Slider, text: Text, say: Say) -> Laid:
    return {
        "body": "line",
        "ticks": _ticks(question),
        "low": text(question.low),
        "high": text(question.high),
        "unit": text(question.unit),
        "unsure": text(question.unsure),
        "write": say(N_("在线上画一个记号，或写下数字：")),
    }


def _ticks(question: Slider) -> list[str]:
    """Numbers at equal distances that the steps reach: the ends at least."""
    width = question.max - question.min
    steps = round(width / question.step)
    if not width or abs(steps * question.step - width) > 1e-9 * width:
        return [plain_number(question.min), plain_number(question.max)]
    parts = next((n for n in range(min(steps, MOST_TICKS), 1, -1) if steps % n == 0), 1)
    found = [round(question.min + width * n / parts, 6) for n in range(parts + 1)]
    shown = [plain_number(value) for value in found]
    return shown if max(map(len, shown)) <= 8 else [shown[0], shown[-1]]


def _several(question: MatrixMultiple, text: Text, say: Say) -> Laid:
    alone = say(N_("（不与其他同选）"))
    named = [text(choice.text) + (alone if choice.exclusive else "") for choice in question.choices]
    rows = [text(row.text) for row in question.rows]
    how = say(N_("每行%(how)s")) % {"how": how_many(question, say)}
    if len(named) > MOST_COLUMNS or lines(named, room=100 / len(named)) > MOST_HEAD_LINES:
        key = "  ".join(f"{n} {words}" for n, words in enumerate(named, start=1))
        note = say(N_("每行填写编号，可写几个：%(key)s")) % {"key": key}
        return {"body": "fields", "fields": rows, "how": how, "notes": [note]}
    laid = {"body": "matrix", "shape": "box", "heads": named, "rows": rows, "low": "", "high": "", "how": how}
    return laid | {"hyphenate": too_wide(named, room=100 / len(named))}


def _fields(question: MatrixFields, text: Text, say: Say) -> Laid:
    heads, rows = [text(column.text) for column in question.columns], [text(row.text) for row in question.rows]
    notes = [note for column in question.columns if (note := _note(column, text, say))]
    count = len(heads)
    if count > MOST_WRITTEN_COLUMNS or lines(heads, room=112 / count) > MOST_HEAD_LINES:
        named = [f"{row} · {head}" for row in rows for head in heads]
        return {"body": "fields", "fields": named, "notes": notes}
    laid = {"body": "table", "heads": heads, "rows": rows, "notes": notes}
    return laid | {"hyphenate": too_wide(heads, room=112 / count)}


def _note(column: Column, text: Text, say: Say) -> str:
    """What may be written in a column: its choices by number, or its range; "" for what needs no word."""
    choices = column.choices or ()
    if not choices:
        said = limits(_bound(column.min), _bound(column.max), say) if column.type == "number" else ""
    elif len(choices) > MOST_OPTIONS:
        said = say(N_("（从 %(n)s 个选项中选）")) % {"n": len(choices)}
    else:
        key = "  ".join(f"{n} {text(choice.text)}" for n, choice in enumerate(choices, start=1))
        said = say(N_("填写编号：%(key)s")) % {"key": key}
    return say(N_("%(column)s：%(said)s")) % {"column": text(column.text), "said": said} if said else ""
