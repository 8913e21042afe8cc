"""rating: points in a row. 0 to 10 is the question of recommendation; what is no row of whole numbers becomes a choice."""

from survey_app.formats.importing.logic import Target
from survey_app.formats.json_draft import Words
from survey_app.formats.json_files import Node, as_number
from survey_app.formats.surveyjs.choices import MAX_RANGE, Offered, choice_list, choice_text, offered, written
from survey_app.formats.surveyjs.outline import Element
from survey_app.formats.surveyjs.work import Work, target_codes


def rating(work: Work, element: Element) -> None:
    """A rating, an NPS, a slider or a list of choices, by its points."""
    node = element.node
    items = offered(work, node, "rateValues")
    numbers = [as_number(item.value) for item in items] if items else _range(node)
    node.get("autoGenerate", "rateCount", "rateMin", "rateMax", "rateStep")
    whole = _in_row(numbers)
    mixed = len({bool(item.text) for item in items}) > 1  # only some points have words: a list says it best
    if whole and whole[0] in (0, 1) and 2 <= len(whole) <= 11 and not mixed:
        _points(work, element, items, whole)
    elif not items and len(numbers) > 11:
        _slider(work, element, [n for n in numbers if n is not None])
    else:
        _choice(work, element, items or [Offered(written(n), None, node.place, {}) for n in numbers])


def _in_row(numbers: list[float | None]) -> list[int]:
    """The points when they are whole and one after the other, else []."""
    whole = [int(n) for n in numbers if n is not None and float(n).is_integer()]
    if not whole or len(whole) != len(numbers) or whole != list(range(whole[0], whole[0] + len(whole))):
        return []
    return whole


def _range(node: Node) -> list[float | None]:
    low = node.number("rateMin")
    low = 1 if low is None else low
    step = node.number("rateStep") or 1
    count, high = node.number("rateCount"), node.number("rateMax")
    if high is None:
        high = low + ((count or 5) - 1) * step
    if step <= 0 or (high - low) / step > MAX_RANGE:
        return []
    return [low + step * i for i in range(int((high - low) / step + 1e-9) + 1)]


def _ends(work: Work, node: Node, name: str) -> tuple[Words, Words]:
    return (
        work.text(node, "minRateDescription", "mininumRateDescription", ours=name),
        work.text(node, "maxRateDescription", "maximumRateDescription", ours=name),
    )


def _points(work: Work, element: Element, items: list[Offered], whole: list[int]) -> None:
    node = element.node
    name = work.draft.name(element.name, node.at("name"))
    low, high = _ends(work, node, name)
    if whole == list(range(11)) and not items:
        work.question(element, "nps", name, low=low, high=high)
    elif items and items[0].text:
        labels = [choice_text(work, item, name) for item in items]
        start = 0 if whole[0] == 0 else None
        made = work.question(element, "rating", name, points=len(whole), start=start, labels=labels)
        if low or high:
            made["hint"] = work.draft.hint([low, high])
    else:
        stars = "star" in (node.words("rateType") + node.words("displayMode")).lower()
        work.question(
            element, "rating", name, points=len(whole), start=0 if whole[0] == 0 else None,
            style="stars" if stars else None, low=low, high=high,
        )  # fmt: skip
    for item in items:
        work.draft.kept("choice", item.place, item.value, name)
    work.know(element, Target("number", name))
    work.kept(element, name)


def _slider(work: Work, element: Element, numbers: list[float]) -> None:
    name = work.draft.name(element.name, element.node.at("name"))
    low, high = _ends(work, element.node, name)
    step = element.node.number("rateStep") or 1
    work.question(element, "slider", name, min=numbers[0], max=numbers[-1], step=step, low=low, high=high)
    work.know(element, Target("number", name))
    work.changed(element, name, "slider")


def _choice(work: Work, element: Element, items: list[Offered]) -> None:
    name = work.draft.name(element.name, element.node.at("name"))
    items = items or [Offered("1", None, element.node.place, {})]
    choices, codes = choice_list(work, element, items, name, room=32)
    made = work.question(element, "single_choice", name, choices=choices)
    if ends := [part for part in _ends(work, element.node, name) if part]:
        made["hint"] = work.draft.hint(ends)
    work.know(element, Target("choice", name, target_codes(codes)))
    work.changed(element, name, "single_choice")
