"""A .qsf as it is: blocks, flow, questions, quotas. Nothing is judged here but what cannot be read at all."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from survey_app.formats.importing import Fault, Refused
from survey_app.formats.importing.building import Counted
from survey_app.formats.qualtrics.reading import dig, entries, mapping, text_of

RULE_KEYS = ("DisplayLogic", "InPageDisplayLogic")
MOST_LANGUAGES = 30
_NEVER_ASKED = ("DB", "Timing", "Meta", "Captcha")


@dataclass(frozen=True)
class Element:
    """One line of a block: a question with its jumps, or a page break (`question` is "")."""

    question: str
    skips: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Block:
    """Questions that the flow shows together. `kind`: Default, Standard, Trash."""

    id: str
    title: str
    kind: str
    elements: tuple[Element, ...]
    options: dict[str, Any]

    @property
    def is_trash(self) -> bool:
        """Whether these questions are out of use."""
        return self.kind == "Trash"


@dataclass
class Source:
    """The parts of one file."""

    entry: dict[str, Any]
    questions: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)
    flow: list[dict[str, Any]] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    scoring: dict[str, Any] = field(default_factory=dict)
    quotas: list[dict[str, Any]] = field(default_factory=list)
    others: list[tuple[str, str, Any]] = field(default_factory=list)
    """(kind, name, content) of elements that are none of these: notes, translations, statistics."""

    @property
    def name(self) -> str:
        """The title of the survey."""
        return text_of(self.entry.get("SurveyName"))

    @property
    def language(self) -> str:
        """The code of the first language, as Qualtrics writes it."""
        return text_of(self.entry.get("SurveyLanguage")) or "EN"

    def language_codes(self) -> list[str]:
        """All languages: the first, those the survey offers, those any question is translated to."""
        codes = [self.language]
        for payload in self.questions.values():
            codes += mapping(payload.get("Language"))
        offered = self.options.get("AvailableLanguages")
        codes += [key if isinstance(offered, dict) else text_of(item) for key, item in entries(offered)]
        return list(dict.fromkeys(code for code in codes if code))[:MOST_LANGUAGES]


def source_of(data: dict[str, Any]) -> Source:
    """The parts of the file. Raises Refused with every fault of its frame."""
    source = Source(mapping(data.get("SurveyEntry")))
    faults: list[Fault] = []
    for key, element in entries(data["SurveyElements"]):
        place = f"$.SurveyElements[{key}]"
        if not isinstance(element, dict):
            faults.append(Fault("bad_value", place, {"given": text_of(element), "expected": ("an object", "一个对象")}))
            continue
        kind, payload = text_of(element.get("Element")), element.get("Payload")
        if not kind:
            kind, payload = _untagged(element, payload)
        if kind == "SQ":
            _take_question(source, element, payload, place, faults)
        elif kind == "BL":
            for block in _blocks(payload):
                source.blocks.setdefault(block.id, block)
        elif kind == "FL":
            source.flow += _nodes(payload)
        elif kind == "QO":
            _take_quotas(source, payload)
        elif kind in ("SO", "SCO"):
            (source.options if kind == "SO" else source.scoring).update(mapping(payload))
        else:
            source.others.append((kind, text_of(element.get("PrimaryAttribute")), payload))
    if faults:
        raise Refused(faults)
    _complete(source)
    return source


def _untagged(element: dict[str, Any], payload: Any) -> tuple[str, Any]:
    """What an element without a kind is by its form, and its content: other programs write such files."""
    if isinstance(payload, dict) and "QuestionType" in payload:
        return "SQ", payload
    if "BlockElements" in element:
        return "BL", element
    if isinstance(element.get("Flow"), list):
        return "FL", element
    return "", payload


def _take_question(source: Source, element: dict[str, Any], payload: Any, place: str, faults: list[Fault]) -> None:
    if not isinstance(payload, dict):
        faults.append(Fault("missing_part", f"{place}.Payload", {"what": ("The question", "题目")}))
        return
    qid = text_of(payload.get("QuestionID")) or text_of(element.get("PrimaryAttribute"))
    if not qid and "QuestionType" in payload:
        qid = text_of(payload.get("DataExportTag")) or place  # no block can name it, but it is told of
    if not qid:
        faults.append(Fault("missing_part", f"{place}.Payload.QuestionID", {"what": ("The question’s ID", "题目编号")}))
    elif qid in source.questions:
        values = {"name": qid, "first": source.places[qid]}
        faults.append(Fault("duplicate", f"{place}.Payload.QuestionID", values))
    else:
        source.questions[qid], source.places[qid] = payload, f"{place}.Payload"


def _take_quotas(source: Source, payload: Any) -> None:
    if "Occurrences" in mapping(payload) or "Logic" in mapping(payload):
        source.quotas.append(payload)
    else:
        source.quotas += [item for _, item in entries(payload) if isinstance(item, dict)]


def _blocks(payload: Any) -> Iterator[Block]:
    single = isinstance(payload, dict) and ("BlockElements" in payload or "ID" in payload)
    for key, item in [("0", payload)] if single else entries(payload):
        if isinstance(item, dict):
            yield Block(
                id=text_of(item.get("ID")) or f"block {key}",
                title=text_of(item.get("Description")),
                kind=text_of(item.get("Type")),
                elements=tuple(_elements(item.get("BlockElements"))),
                options=mapping(item.get("Options")),
            )


def _elements(value: Any) -> Iterator[Element]:
    for _, item in entries(value):
        kind = text_of(mapping(item).get("Type"))
        if kind == "Question":
            skips = tuple(skip for _, skip in entries(item.get("SkipLogic")) if isinstance(skip, dict))
            yield Element(text_of(item.get("QuestionID")), skips)
        elif kind.replace(" ", "") == "PageBreak":
            yield Element("")


def _nodes(payload: Any) -> list[dict[str, Any]]:
    inner = payload.get("Flow") if isinstance(payload, dict) and "Flow" in payload else payload
    return [item for _, item in entries(inner) if isinstance(item, dict)]


def children(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The nodes inside a node of the flow."""
    return _nodes({"Flow": node.get("Flow")})


def _complete(source: Source) -> None:
    """What older and trimmed files leave out: blocks (all questions are one), the flow (all blocks in their order)."""
    if not source.blocks and source.questions:
        elements = tuple(Element(qid) for qid in source.questions)
        source.blocks["all"] = Block("all", "", "Default", elements, {})
    if not source.flow:
        source.flow = [{"Type": "Block", "ID": block.id} for block in source.blocks.values() if not block.is_trash]


# --- rules and counts ---------------------------------------------------------------------------------------------------
def logics(payload: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every display rule of a question with its place: of the question, of its choices, rows and columns."""
    for key in RULE_KEYS:
        if mapping(payload.get(key)):
            yield key, payload[key]
    for part in ("Choices", "Answers"):
        for key, item in entries(payload.get(part)):
            for rule in RULE_KEYS:
                if mapping(mapping(item).get(rule)):
                    yield f"{part} / {key} / {rule}", item[rule]
    for key, item in entries(payload.get("AdditionalQuestions")):
        if isinstance(item, dict):
            for place, logic in logics(item):
                if place in RULE_KEYS:  # rules of rows stand in every column once more
                    yield f"AdditionalQuestions / {key} / {place}", logic


def expressions(logic: Any) -> Iterator[dict[str, Any]]:
    """The single tests of a rule."""
    if isinstance(logic, dict) and "Operator" in logic:
        yield logic
        return
    for _, item in entries(logic):
        if isinstance(item, dict | list):
            yield from expressions(item)


def every_node(nodes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """All nodes of the flow, outer ones first."""
    for node in nodes:
        yield node
        yield from every_node(children(node))


def type_of(payload: dict[str, Any]) -> str:
    """`MC/SAVR/TX`: type, selector and sub-selector."""
    parts = (text_of(payload.get(key)) for key in ("QuestionType", "Selector", "SubSelector"))
    return "/".join(part for part in parts if part)


def asks(payload: dict[str, Any]) -> bool:
    """Whether people answer it."""
    return text_of(payload.get("QuestionType")) not in _NEVER_ASKED


def count(source: Source, counted: Counted) -> None:
    """How much the file holds, with what lies in the trash."""
    counted.groups, counted.questions = len(source.blocks), len(source.questions)
    for payload in source.questions.values():
        counted.types[type_of(payload)] += 1
        grid = text_of(payload.get("QuestionType")) in ("Matrix", "SBS")
        many = sum(1 for _ in entries(payload.get("Choices")))
        counted.rows += many if grid else 0
        counted.choices += sum(1 for _ in entries(payload.get("Answers"))) if grid else many
        for _, item in entries(payload.get("AdditionalQuestions")):
            counted.choices += sum(1 for _ in entries(dig(item, "Answers")))
        counted.conditions += sum(1 for _, logic in logics(payload) for _ in expressions(logic))
    for block in source.blocks.values():
        counted.conditions += sum(len(element.skips) for element in block.elements)
        if not block.is_trash:
            counted.pages += 1 + sum(not element.question for element in block.elements)
    branches = [node.get("BranchLogic") for node in every_node(source.flow)]
    for logic in [*branches, *(quota.get("Logic") for quota in source.quotas)]:
        counted.conditions += sum(1 for _ in expressions(logic))
