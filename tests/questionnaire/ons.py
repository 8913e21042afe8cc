"""Translates ONS eQ questionnaires (their routing only) into our definition, to check our path against theirs.

Their rules jump; ours show. So each block becomes a page, and computed values carry the jumps: `v3` says whether block 3 is
visited (1), skipped (2) or never arrived at (0), and `r3` which block follows it. Both the current rule language
({"==": [...]}) and the older one ({"id": ..., "condition": "equals", ...}) are read. Lists (people of a household) are not
ours: repeating sections are left out, and a list has the length the caller gives.
"""

from dataclasses import dataclass, field
from typing import Any

from survey_app.questionnaire import loading, routing
from survey_app.questionnaire.definition import Definition

END = -1
NUMBERS = ("Number", "Currency", "Percentage", "Unit")
DATES = ("Date", "MonthYearDate", "YearDate")
CHOICES = ("Radio", "Dropdown", "Relationship")
COMPARE = {"==": "is", "!=": "is_not", ">": "more_than", "<": "less_than", ">=": "at_least", "<=": "at_most"}
SWAPPED = {"==": "==", "!=": "!=", ">": "<", "<": ">", ">=": "<=", "<=": ">="}
OLD = {
    "equals": "==",
    "not equals": "!=",
    "greater than": ">",
    "less than": "<",
    "greater than or equal to": ">=",
    "less than or equal to": "<=",
}


class Unsupported(Exception):
    """A rule that our conditions cannot say."""


@dataclass
class Answer:
    """One answer of theirs as a question of ours."""

    name: str
    kind: str
    codes: dict[str, str] = field(default_factory=dict)

    def question(self) -> dict[str, Any]:
        """The question that holds it."""
        made: dict[str, Any] = {"name": self.name, "type": self.kind, "text": self.name}
        if self.kind in ("single_choice", "multiple_choice"):
            made["choices"] = [{"code": code, "text": label or "-"} for label, code in self.codes.items()]
        if self.kind == "number":
            made |= {"decimals": 6}
        return made


@dataclass
class Translated:
    """A definition with what is needed to ask it their way."""

    definition: Definition
    pages: dict[int, str]
    answers: dict[str, Answer]

    def path(self, given: dict[str, Any]) -> list[str]:
        """Block ids on the path for answers under their ids."""
        answers: dict[str, Any] = {}
        texts: dict[str, str] = {}
        for key, value in given.items():
            known = self.answers.get(key)
            if known is None or value is None:
                continue
            if known.kind == "multiple_choice":
                answers[known.name] = [known.codes[v] for v in value if v in known.codes]
            elif known.kind == "single_choice":
                if value in known.codes:
                    answers[known.name] = known.codes[value]
            elif known.kind == "short_text":
                texts[known.name] = str(value)
            else:
                answers[known.name] = full_date(value) if known.kind == "date" else value
        way = routing.path(self.definition, answers, texts)
        return [self.pages[page.index] for page in way.pages]


def translate(
    schema: dict[str, Any],
    *,
    metadata: dict[str, Any] | None = None,
    lists: dict[str, int] | None = None,
    today: str = "2026-01-01",
) -> Translated:
    """Our definition of their questionnaire."""
    return _Translator(schema, metadata or {}, lists or {}, today).run()


def full_path(schema: dict[str, Any], answers: dict[str, Any]) -> list[str]:
    """Block ids in the order a respondent with these answers sees them."""
    return translate(schema).path(answers)


def full_date(value: Any) -> Any:
    """2020 and 2020-03 as the first day of that year or month."""
    text = str(value)
    return text + {4: "-01-01", 7: "-01"}.get(len(text), "")


class _Translator:
    def __init__(self, schema: dict[str, Any], metadata: dict[str, Any], lists: dict[str, int], today: str) -> None:
        self.schema, self.metadata, self.lists, self.today = schema, metadata, lists, today
        self.answers: dict[str, Answer] = {}
        self.constants: list[dict[str, Any]] = []
        self.pages: list[dict[str, Any]] = []
        self.page_ids: dict[int, str] = {}
        self.pending: list[dict[str, Any]] = []
        self.count = 0
        self.calculated: dict[str, list[str]] = {}

    def run(self) -> Translated:
        sections = [
            s for s in self.schema.get("sections") or [{"groups": self.schema.get("groups", [])}] if "repeat" not in s
        ]
        for section in sections:
            for group in section.get("groups", []):
                for block in group.get("blocks", []):
                    self._collect(block)
        for section in sections:
            self._section(section)
        nothing = {"name": "v_zero", "type": "computed", "text": "0", "expression": 0}
        pages = [{"questions": [nothing, *self.constants]}, *self.pages]
        definition = loading.definition_from(
            {"format": 1, "name": "ons", "title": "ONS", "languages": ["en"], "pages": pages}
        )
        return Translated(definition, {index + 1: name for index, name in self.page_ids.items()}, self.answers)

    # --- blocks and jumps ---
    def _section(self, section: dict[str, Any]) -> None:
        blocks: list[tuple[dict[str, Any], str | None]] = []
        firsts: dict[str, int] = {}
        starts: dict[int, tuple[str, dict[str, Any]]] = {}
        base = self.count
        for group in section.get("groups", []):
            firsts[group.get("id", "")] = base + len(blocks)
            skip = self._skip(group.get("skip_conditions"))
            flag = None
            if skip is not None and group.get("blocks"):
                flag = f"g{base + len(blocks)}"
                starts[base + len(blocks)] = (flag, skip)
            blocks += [(block, flag) for block in group.get("blocks", [])]
        firsts |= {block["id"]: base + index for index, (block, _) in enumerate(blocks)}
        enabled = section.get("enabled")
        when = self._when(enabled["when"] if isinstance(enabled, dict) else None) if enabled else None
        arrivals: dict[int, set[int]] = {base + index: set() for index in range(len(blocks) + 1)}
        for index, (block, flag) in enumerate(blocks):
            number = base + index
            if number in starts:
                name, skip = starts[number]
                self._computed(name, {"if": skip, "then": 1, "else": 0})
            arrived = when if index == 0 else {"any": [{f"r{i}": {"is": number}} for i in sorted(arrivals[number])]}
            if index > 0 and not arrivals[number]:
                arrived = NEVER
            targets = self._block(block, number, arrived, flag, firsts, last=index == len(blocks) - 1)
            for target in targets:
                if target in arrivals:
                    arrivals[target].add(number)
        self.count += len(blocks)

    def _block(
        self,
        block: dict[str, Any],
        number: int,
        arrived: dict[str, Any] | None,
        flag: str | None,
        firsts: dict[str, int],
        *,
        last: bool,
    ) -> set[int]:
        skips = [s for s in (self._skip(block.get("skip_conditions")), {flag: {"is": 1}} if flag else None) if s]
        visit: Any = {"if": {"any": skips}, "then": 2, "else": 1} if skips else 1
        self._computed(f"v{number}", {"if": arrived, "then": visit, "else": 0} if arrived else visit)
        self.page_ids[
            self._page(
                [self.answers[a["id"]].question() for a in _answers_of(block)]
                or [{"name": f"n{number}", "type": "note", "text": "-"}],
                {f"v{number}": {"is": 1}},
            )
        ] = block["id"]
        following = END if last else number + 1
        route: Any = following
        targets = {following}
        for rule in reversed(block.get("routing_rules") or []):
            goto = rule.get("goto", rule)
            target = self._target(goto, number, firsts)
            targets.add(target)
            when = self._when(goto.get("when"))
            route = target if when is None else {"if": when, "then": target, "else": route}
        self._computed(
            f"r{number}",
            {
                "if": {f"v{number}": {"is": 1}},
                "then": route,
                "else": {"if": {f"v{number}": {"is": 2}}, "then": following, "else": END - 1},
            },
        )
        return targets

    def _target(self, goto: dict[str, Any], number: int, firsts: dict[str, int]) -> int:
        name = goto.get("block") or goto.get("group")
        target = firsts.get(name, END) if name else END
        return target if target > number else END  # a jump back asks again: nothing after it is seen yet

    def _skip(self, rules: Any) -> dict[str, Any] | None:
        if not rules:
            return None
        if isinstance(rules, dict):
            return self._when(rules["when"])
        return {"any": [self._when(rule["when"]) or ALWAYS for rule in rules]}

    def _page(self, questions: list[dict[str, Any]], show_if: dict[str, Any] | None) -> int:
        if self.pending:
            self.pages.append({"questions": self.pending})
            self.pending = []
        self.pages.append({"questions": questions} | ({"show_if": show_if} if show_if else {}))
        return len(self.pages) - 1

    def _computed(self, name: str, expression: Any) -> None:
        self.pending.append({"name": name, "type": "computed", "text": name, "expression": expression})

    # --- answers ---
    def _collect(self, block: dict[str, Any]) -> None:
        calculation = block.get("calculation")
        if calculation:
            operands = calculation.get("answers_to_calculate") or next(
                iter(calculation.get("operation", {"+": []}).values())
            )
            self.calculated[block["id"]] = [o if isinstance(o, str) else o["identifier"] for o in operands]
        for answer in _answers_of(block):
            made = self.answers.get(answer["id"])
            if made is None:
                made = self.answers[answer["id"]] = Answer(f"a{len(self.answers)}", _kind(answer))
            for option in answer.get("options") or [{"value": answer.get("value", "-")}] * (
                made.kind in ("single_choice", "multiple_choice")
            ):
                made.codes.setdefault(str(option["value"]), f"c{len(made.codes)}")

    # --- conditions ---
    def _when(self, when: Any) -> dict[str, Any] | None:
        if when is None:
            return None
        if isinstance(when, list):  # the older language: all of these
            return {"all": [self._old(rule) for rule in when]} if when else None
        operator, operands = next(iter(when.items()))
        if operator in ("and", "or"):
            return {"all" if operator == "and" else "any": [self._when(part) or ALWAYS for part in operands]}
        if operator == "not":
            inner = operands[0] if isinstance(operands, list) else operands
            return {"not": self._when(inner) or ALWAYS}
        if operator in ("in", "any-in", "all-in"):
            return self._membership(operator, self._operand(operands[0]), self._operand(operands[1]))
        if operator not in COMPARE:
            raise Unsupported(operator)
        return self._compare(operator, self._operand(operands[0]), self._operand(operands[1]))

    def _operand(self, value: Any) -> Any:
        """A constant, or _Ref, _Count."""
        if not isinstance(value, dict):
            return value
        if "source" in value:
            return self._source(value)
        operator, operands = next(iter(value.items()))
        if operator == "date":
            return self._date(operands)
        if operator == "count":
            inner = self._operand(operands[0])
            return _Count(inner) if isinstance(inner, _Ref) else inner if isinstance(inner, int) else len(inner or [])
        if operator in ("sum", "+", "-", "*", "/"):
            return self._arithmetic(operator, [self._operand(part) for part in operands])
        raise Unsupported(operator)

    def _source(self, value: dict[str, Any]) -> Any:
        identifier = str(value.get("identifier", value.get("id")))
        if value["source"] == "answers":
            return _Ref(self.answers[identifier]) if identifier in self.answers else None
        if value["source"] == "metadata":
            return self.metadata.get(identifier)
        if value["source"] == "list":
            return self.lists.get(identifier, 0)
        if value["source"] == "calculated_summary":
            return self._arithmetic("sum", [_Ref(self.answers[key]) for key in self.calculated.get(identifier, [])])
        if value["source"] == "response_metadata":
            return self.today
        raise Unsupported(value["source"])

    def _date(self, operands: list[Any]) -> Any:
        inner = self._operand(operands[0])
        plus = operands[1] if len(operands) > 1 else None
        return self._moved(inner, plus)

    def _moved(self, inner: Any, plus: dict[str, int] | None) -> Any:
        plus = {unit: n for unit, n in (plus or {}).items() if unit in ("days", "months", "years")}
        if inner == "now":
            inner = self.today
        if isinstance(inner, _Ref):
            return _Ref(inner.answer, plus or None)
        if inner is not None:
            constant = full_date(inner)
            return _Ref(self._constant(constant), plus) if plus else constant
        return None

    def _constant(self, value: str) -> Answer:
        made = Answer(f"k{len(self.constants)}", "date")
        self.constants.append({"name": made.name, "type": "hidden", "text": value, "value": value})
        return made

    def _arithmetic(self, operator: str, parts: list[Any]) -> Any:
        words = {"sum": "add", "+": "add", "*": "multiply", "-": "subtract", "/": "divide"}
        operands = [
            {"if": {part.answer.name: {"answered": True}}, "then": {"answer": part.answer.name}, "else": 0}
            if isinstance(part, _Ref)
            else part
            for part in parts
        ]
        made = Answer(f"x{len(self.pages)}_{len(self.pending)}", "number")
        self._computed(made.name, {words[operator]: operands})
        return _Ref(made)

    def _compare(self, operator: str, left: Any, right: Any) -> dict[str, Any]:
        if not isinstance(left, _Ref | _Count) and not isinstance(right, _Ref | _Count):
            return ALWAYS if _plain(operator, left, right) else NEVER
        if not isinstance(left, _Ref | _Count) or (isinstance(left, _Ref) and left.plus):
            left, right, operator = right, left, SWAPPED[operator]
        if isinstance(left, _Count):
            if isinstance(right, _Ref | _Count):
                raise Unsupported("count against an answer")
            test = {left.ref.answer.name: {"count": {COMPARE[operator]: right}}}
            return {"any": [test, _missing(left.ref)]} if _plain(operator, 0, right) else test
        if isinstance(right, _Count):
            raise Unsupported("count against an answer")
        if not isinstance(left, _Ref):  # the constant stays on the left: give it a name
            left = _Ref(self._constant(full_date(left)))
        if left.plus:
            raise Unsupported("an offset on both sides")
        return self._compare_answer(operator, left, right)

    def _compare_answer(self, operator: str, left: "_Ref", right: Any) -> dict[str, Any]:
        name = left.answer.name
        if isinstance(right, _Ref):
            other = {"answer": right.answer.name} | ({"plus": right.plus} if right.plus else {})
            test: dict[str, Any] = {name: {COMPARE[operator]: other}}
            if operator == "==":
                return {"any": [test, {"all": [_missing(left), _missing(right)]}]}
            if operator == "!=":
                return {
                    "any": [
                        test,
                        {"all": [_missing(left), _present(right)]},
                        {"all": [_present(left), _missing(right)]},
                    ]
                }
            return test
        if right is None:
            return {"==": _missing(left), "!=": _present(left)}.get(operator, NEVER)
        constants = self._codes(left, [right])
        if operator == "!=":
            same: dict[str, Any] = {name: {"is_not": constants[0]}} if constants else ALWAYS
            return {"any": [same, _missing(left)]}
        return {name: {COMPARE[operator]: constants[0]}} if constants else NEVER

    def _codes(self, ref: "_Ref", values: list[Any]) -> list[Any]:
        """Their values as ours; those that no option has are left out."""
        if ref.answer.codes:
            return [ref.answer.codes[str(v)] for v in values if str(v) in ref.answer.codes]
        return [full_date(v) if ref.answer.kind == "date" else v for v in values if v is not None]

    def _membership(self, operator: str, left: Any, right: Any) -> dict[str, Any]:
        if isinstance(right, _Ref):  # a constant among the selected ones
            values = left if isinstance(left, list) else [left]
            if isinstance(left, _Ref):
                raise Unsupported("an answer in an answer")
            codes = self._codes(right, values)
            name = right.answer.name
            multiple = right.answer.kind == "multiple_choice"
            if operator == "all-in":
                if len(codes) < len(values) or not multiple and len(codes) > 1:
                    return NEVER
                return {name: {"includes_all" if multiple else "one_of": codes}}
            return {name: {"includes_any" if multiple else "one_of": codes}} if codes else NEVER
        if not isinstance(left, _Ref):
            values = left if isinstance(left, list) else [left]
            found = [v in (right or []) for v in values]
            return ALWAYS if (all(found) if operator == "all-in" else any(found)) else NEVER
        codes = self._codes(left, list(right or []))
        if left.answer.kind != "multiple_choice":
            return {left.answer.name: {"one_of": codes}} if codes else NEVER
        if operator == "any-in":
            return {left.answer.name: {"includes_any": codes}} if codes else NEVER
        rest = [c for c in left.answer.codes.values() if c not in codes]
        return {"all": [_present(left), *([{left.answer.name: {"includes_none": rest}}] if rest else [])]}

    def _old(self, rule: dict[str, Any]) -> dict[str, Any]:
        condition = rule["condition"]
        left: Any
        if "id" in rule:
            left = _Ref(self.answers[rule["id"]]) if rule["id"] in self.answers else None
        elif "meta" in rule:
            left = self.metadata.get(rule["meta"])
        elif "list" in rule:
            left = self.lists.get(rule["list"], 0)
        else:
            raise Unsupported(str(sorted(rule)))
        if condition in ("set", "not set"):
            return self._compare("!=" if condition == "set" else "==", left, None)
        right = self._old_right(rule)
        if condition in OLD:
            return self._compare(OLD[condition], left, right)
        values = rule.get("values", right if isinstance(right, list) else [right])
        if condition in ("equals any", "not equals any"):
            inside = (
                self._membership("in", left, values) if isinstance(left, _Ref) else ALWAYS if left in values else NEVER
            )
            return inside if condition == "equals any" else {"not": inside}
        if condition in ("contains", "contains any", "contains all", "not contains"):
            inside = self._membership("all-in" if condition == "contains all" else "any-in", values, left)
            return {"not": inside} if condition == "not contains" else inside
        raise Unsupported(condition)

    def _old_right(self, rule: dict[str, Any]) -> Any:
        other = rule.get("comparison")
        if other:
            return self._source({"source": other.get("source", "answers"), "identifier": other["id"]})
        moved = rule.get("date_comparison")
        if moved:
            inner: Any = moved.get("value")
            if "id" in moved:
                inner = _Ref(self.answers[moved["id"]])
            elif "meta" in moved:
                inner = self.metadata.get(moved["meta"])
            return self._moved(inner, moved.get("offset_by"))
        return rule.get("value")


@dataclass
class _Ref:
    answer: Answer
    plus: dict[str, int] | None = None


@dataclass
class _Count:
    ref: _Ref


NEVER: dict[str, Any] = {"any": [{"v_zero": {"is": 1}}]}
ALWAYS: dict[str, Any] = {"not": NEVER}


def _missing(ref: _Ref) -> dict[str, Any]:
    return {ref.answer.name: {"answered": False}}


def _present(ref: _Ref) -> dict[str, Any]:
    return {ref.answer.name: {"answered": True}}


def _plain(operator: str, left: Any, right: Any) -> bool:
    if operator in ("==", "!="):
        return bool((left == right) == (operator == "=="))
    if left is None or right is None:
        return False
    return bool({">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right}[operator])


def _answers_of(block: dict[str, Any]) -> list[dict[str, Any]]:
    """Every answer of a block once: of its question, of the variants, and the details of options."""
    questions = [block["question"]] if "question" in block else []
    questions += [variant["question"] for variant in block.get("question_variants", [])]
    questions += block.get("questions", [])
    found: dict[str, dict[str, Any]] = {}
    for question in questions:
        for answer in question.get("answers", []):
            found.setdefault(answer["id"], dict(answer, options=list(answer.get("options") or [])))
            known = {str(o["value"]) for o in found[answer["id"]]["options"]}
            found[answer["id"]]["options"] += [o for o in answer.get("options") or [] if str(o["value"]) not in known]
            for option in answer.get("options") or []:
                if "detail_answer" in option:
                    found.setdefault(option["detail_answer"]["id"], option["detail_answer"])
    return list(found.values())


def _kind(answer: dict[str, Any]) -> str:
    if answer["type"] == "Checkbox":
        return "multiple_choice"
    if answer["type"] in CHOICES and answer.get("options"):
        return "single_choice"
    return "number" if answer["type"] in NUMBERS else "date" if answer["type"] in DATES else "short_text"
