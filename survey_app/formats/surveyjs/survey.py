"""A SurveyJS file as a draft: texts of the survey, pages, elements, then rules, then answers shown in texts."""

from collections.abc import Callable
from typing import Any

from survey_app.formats.importing import Imported
from survey_app.formats.importing.refusing import refuse
from survey_app.formats.json_draft import Draft, shown
from survey_app.formats.json_files import Node, read
from survey_app.formats.surveyjs import choices, fields, matrices, ratings, rules
from survey_app.formats.surveyjs.demanding import different_rows, some_answer
from survey_app.formats.surveyjs.hiding import shown_by_triggers
from survey_app.formats.surveyjs.outline import PANELS, Element, Outline, languages, outline
from survey_app.formats.surveyjs.work import Work

_MAKERS: dict[str, Callable[[Work, Element], None]] = {
    "text": fields.text,
    "comment": fields.comment,
    "multipletext": fields.multipletext,
    "file": fields.file,
    "signaturepad": fields.file,
    "slider": fields.slider,
    "html": fields.note,
    "image": fields.note,
    "empty": fields.note,
    **dict.fromkeys(("radiogroup", "dropdown", "checkbox", "tagbox", "imagepicker", "buttongroup"), choices.choosing),
    "boolean": choices.boolean,
    "ranking": choices.ranking,
    "rating": ratings.rating,
    "matrix": matrices.matrix,
    "matrixdropdown": matrices.table,
    "matrixdynamic": matrices.table,
    "paneldynamic": matrices.paneldynamic,
    "expression": rules.expression_question,
}


def parse(data: bytes) -> Imported:
    """A SurveyJS file as a draft. Raises Refused."""
    survey = _survey(read(data))
    found = outline(survey)
    default, tags = _languages(survey)
    draft = Draft("surveyjs", languages=tags)
    draft.source.pages, draft.source.groups = len(survey.listed("pages")) or 1, found.panels
    draft.source.questions, draft.source.types, draft.source.conditions = found.questions, found.types, found.conditions
    work = Work(draft, default)
    work.triggered = shown_by_triggers(survey)
    _survey_texts(work, survey)
    rules.read_calculated(work, survey)
    made: list[Element] = []
    _start_page(work, survey, found)
    for index, (page, elements) in enumerate(found.pages):
        made += _page(work, page, index, elements)
        for element in elements:
            element.page = index
        made += elements
    rules.apply(work, survey, found, made)
    _rest(work, survey)
    draft.source.choices = draft.offered()
    draft.source.rows = sum(line.kind == "row" for line in draft.lines)
    return draft.done("imported")


def looks_like(data: bytes) -> bool:
    """Whether this is the JSON of a survey: pages with elements, or elements with types."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n\xff\xfe\0")
    if not head.startswith(b"{") or b"SurveyElements" in head:
        return False
    try:
        _survey(read(data))
    except Exception:  # a file of another kind
        return False
    return True


def _survey(value: Any) -> Node:
    if isinstance(value, dict) and "resourceType" not in value and "SurveyElements" not in value:
        for inner in (value, value.get("json"), value.get("survey"), value.get("surveyJson")):
            if isinstance(inner, dict) and any(_elements(inner.get(key)) for key in ("pages", "elements", "questions")):
                return Node(inner)
    raise refuse("not_this_format", format="SurveyJS JSON", reason="pages or elements are missing")


def _elements(value: Any) -> bool:
    """A list of objects that look like pages or questions of SurveyJS."""
    if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
        return False
    inner = [item for page in value for key in ("elements", "questions") for item in _dicts(page.get(key))]
    return any(isinstance(item.get("type"), str) for item in (inner or value)) or any(
        "elements" in page for page in value
    )


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _languages(survey: Node) -> tuple[str, list[str]]:
    """The language of texts that name none, and all, that one first. A file of Chinese words is Chinese."""
    used = languages(survey.data)
    locale = survey.words("locale")
    if not locale:
        text = shown(survey.data.get("title")) + "".join(_titles(survey.data, 0))[:2_000]
        han = sum("\u4e00" <= sign <= "\u9fff" for sign in text)
        locale = "zh-CN" if han * 4 > len(text) else "en"
    others = [language for language in used if language not in ("default", locale)]
    return locale, [locale, *others[:29]]


def _titles(value: Any, depth: int) -> list[str]:
    if isinstance(value, list):
        return [text for item in value[:50] for text in _titles(item, depth + 1)]
    if isinstance(value, dict) and depth < 12:
        own = [text for key in ("title", "text") if isinstance(text := value.get(key), str)]
        return own + [
            text for key in ("pages", "elements", "questions", "choices") for text in _titles(value.get(key), depth + 1)
        ]
    return []


def _survey_texts(work: Work, survey: Node) -> None:
    draft = work.draft
    draft.title = work.text(survey, "title")
    if description := work.text(survey, "description"):
        draft.more["intro"] = description
    thanks = [work.text(survey, "completedHtml")]
    for item in survey.nodes("completedHtmlOnCondition"):
        thanks.append(work.text(item, "html"))
    if any(thanks):
        draft.more["thanks"] = draft.hint(thanks)


def _start_page(work: Work, survey: Node, found: Outline) -> None:
    """A first page of words alone, shown before the survey begins, is the introduction."""
    if not survey.flag("firstPageIsStartPage", "firstPageIsStarted") or len(found.pages) < 2:
        return
    page, elements = found.pages[0]
    if not all(element.type in ("html", *PANELS) and "visibleIf" not in element.node for element in elements):
        return
    parts = [work.text(page, "title"), work.text(page, "description")]
    for element in elements:
        keys = ("html",) if element.type == "html" else ("title", "description")
        parts += [work.text(element.node, key) for key in keys]
        work.draft.changed("question", element.node.place, f"{element.type}: {element.name}", "is_intro")
    work.draft.more["intro"] = work.draft.hint([work.draft.more.get("intro", {}), *parts])
    work.draft.changed("page", page.place, page.words("name") or "1", "is_intro")
    del found.pages[0]


def _page(work: Work, page: Node, index: int, elements: list[Element]) -> list[Element]:
    """Makes the page and what stands on it; gives the words above its questions as an element of their own."""
    title = work.text(page, "title")
    description = work.text(page, "description")
    order = page.words("questionOrder", "questionsOrder").lower() == "random"
    work.draft.page(title or None, **({"random_order": True} if order else {}))
    work.draft.kept("page", page.place or "survey", page.words("name") or str(index + 1))
    above: list[Element] = []
    if description:
        above = [Element(page, "note", index)]
        name = work.draft.names.give(f"page_{index + 1}_text")
        work.put(above[0], {"name": name, "type": "note", "text": description})
    for element in elements:
        _element(work, element)
    page.get("name", "visibleIf", "visible", "enableIf", "requiredIf", "elements", "questions")
    work.settings(page)
    return above


def _element(work: Work, element: Element) -> None:
    if element.type in PANELS:
        _panel(work, element)
        return
    maker = _MAKERS.get(element.type, fields.unknown)
    maker(work, element)
    if not element.ours:
        return
    work.asked.append(element)
    ours = element.ours[0]
    node, name = element.node, ours["name"]
    hints = [
        work.text(node, key, ours=name)
        for key in ("description", "placeholder", "placeHolder", "otherPlaceholder", "otherPlaceHolder")
    ]
    messages = rules.validators(work, element, ours)
    if not node.flag("eachRowRequired", "isAllRowRequired"):
        some_answer(ours)
    different_rows(work, element, ours)
    for key in ("requiredErrorText", "minErrorText", "maxErrorText", "otherErrorText"):
        messages.append(work.text(node, key, ours=name))
    hint = work.draft.hint([ours.get("hint", {}), *hints, *messages])
    if hint:
        ours["hint"] = hint
    _comment(work, element, name)
    node.get(
        *rules.KEYS,
        "visible",
        "isRequired",
        "valueName",
        "name",
        "type",
        "correctAnswer",
        "templateElements",
        "elements",
    )
    work.settings(node, name)


def _comment(work: Work, element: Element, name: str) -> None:
    """A text field below the question."""
    node = element.node
    if not node.flag("showCommentArea", "hasComment") or element.ours[0]["type"] in ("note", "section"):
        return
    text = work.text(node, "commentText", ours=name) or work.draft.said("Comment", "备注")
    own = work.draft.name(f"{name[:24]}_comment", node.at("showCommentArea"))
    work.put(element, {"name": own, "type": "long_text", "text": text})
    work.draft.kept("question", node.at("showCommentArea"), "comment", own)


def _panel(work: Work, element: Element) -> None:
    """A panel with words becomes a heading; one without is only a frame."""
    node = element.node
    title, description = work.text(node, "title"), work.text(node, "description", "html")
    place, source = node.place, f"panel: {node.words('name')}"
    if title or description:
        name = work.draft.name(node.words("name") or "section", node.at("name"), fallback="s")
        made = {"name": name, "type": "section", "text": title or description}
        if title and description:
            made["hint"] = description
        work.put(element, made)
        work.draft.kept("group", place, source, name)
    else:
        work.draft.changed("group", place, source, "frame")
    node.get(*rules.KEYS, "visible", "elements", "questions", "name", "type", "isRequired")
    work.settings(node)


def _rest(work: Work, survey: Node) -> None:
    survey.get(
        "pages", "elements", "questions", "locale", "triggers", "calculatedValues", "title", "description", "name"
    )
    work.settings(survey)
