"""One row of a form as one of our questions."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from survey_app.formats.importing.logic import Inexpressible, Target
from survey_app.formats.importing.offering import Offered, choices, name_with_columns, room_for_codes
from survey_app.formats.xlsform import lists
from survey_app.formats.xlsform.columns import Row
from survey_app.formats.xlsform.filtering import Truth, filtered, under
from survey_app.formats.xlsform.limits import apply_constraint, apply_required
from survey_app.formats.xlsform.outline import Node
from survey_app.formats.xlsform.workshop import Question, Workshop
from survey_app.questionnaire.conditions import as_number
from survey_app.questionnaire.question_types import TYPES

DAYS = {"month": 31, "six months": 183, "year": 365}
_MOST_RANKED = 50
_YES, _NO = frozenset(("yes", "true", "true()", "1")), frozenset(("no", "false", "false()", "0"))
_FROM_OUTSIDE = {
    "geo": ("a place by GPS", "定位"),
    "audio": ("a sound recording", "录音"),
    "video": ("a video", "视频"),
    "osm": ("a map", "地图"),
}


def source_of(node: Node) -> str:
    """The row in words: its type and name."""
    return f"{node.row.get('type')} {node.name}".strip()


def wanted_name(node: Node) -> str:
    """The name in the form, or one by its row."""
    return node.name or f"q_{node.row.number}"


class Maker:
    """Makes questions of rows and adds them."""

    def __init__(self, shop: Workshop) -> None:
        self.shop = shop
        self.with_text: dict[Node, str] = {}
        """List -> code of the choice whose text the next row asks for."""
        self._kinds: dict[str, Callable[[Node], Question]] = {
            "text": self._text,
            "phone": self._text,
            "barcode": self._text,
            "integer": self._number,
            "decimal": self._number,
            "percentage": self._number,
            "days": self._number,
            "range": self._range,
            "note": self._note,
            "acknowledge": self._acknowledge,
            "date": self._moment,
            "time": self._moment,
            "datetime": self._moment,
            "image": self._file,
            "file": self._file,
            "select_one": self._one,
            "select_external": self._one,
            "select_multiple": self._several,
            "rank": self._ranking,
        }

    def question(self, node: Node) -> None:
        """Add the question of a row, with its rules, limits and report."""
        make = self._kinds.get(node.kind, self._outside)
        if node.kind in ("select_one", "select_multiple") and node.type.list.startswith("${"):
            make = self._outside
        if node.kind == "text" and node.row.get("read_only").lower() in _YES:
            make = self._note
        question = make(node)
        self.finish(node, question)
        if node.kind == "datetime":
            self._time_of(node, question)

    def finish(self, node: Node, question: Question) -> None:
        """Texts, requirement, display rule and the place in the draft."""
        shop, row, name = self.shop, node.row, question["name"]
        own = shop.relevant(node, name)
        target = shop.resolver.targets.get(node)
        messages = self._texts(node, question)
        added = shop.add(question, row.place("type"), own)
        if node.name and added["name"] != node.name:
            shop.building.changed("setting", row.place("name"), node.name, "renamed", name, wanted=node.name, name=name)
        if not node.name:
            shop.building.changed("setting", row.place("type"), source_of(node), "name_given", name, name=name)
        needed = self._required(node, added, target)
        limiting = apply_constraint(shop, node, added, target)
        for checks, message in zip((needed, limiting), messages, strict=True):
            self._say(added, checks, message)
        self._settings(node, name)

    def _say(self, question: Question, checks: Sequence[dict[str, Any]], message: dict[str, str]) -> None:
        """The words of a limit: on the checks that it became, else below the question, where they do not come too late."""
        if not message:
            return
        for check in checks:
            check["message"] = dict(message)
        if not checks:
            question["hint"] = self.shop.wording.complete(joined([question.get("hint", {}), message]))

    def _texts(self, node: Node, question: Question) -> list[dict[str, str]]:
        """Sets text and hint; gives what is said when an answer is missing, and when it does not fit."""
        wording, row, name = self.shop.wording, node.row, question["name"]
        if text := wording.text(row, "label", name, node):
            question["text"] = text
        hints = [wording.text(row, key, name, node) for key in ("hint", "guidance_hint")]
        if hint := wording.complete(joined(hints)):
            question["hint"] = hint
        limiting = wording.text(row, "constraint_message", name, node)
        if row.get("required").lower() not in (*_YES, *_NO, ""):
            return [wording.text(row, "required_message", name, node), limiting]
        for message in row.texts("required_message").values():
            self.shop.building.changed("text", row.place("required_message"), message, "message_ours", name)
        return [{}, limiting]

    def _required(self, node: Node, question: Question, target: Target | None) -> list[dict[str, Any]]:
        """Reads whether an answer is required; the checks that say when."""
        given, place = node.row.get("required"), node.row.place("required")
        if not given or question["type"] in ("note", "section"):
            return []
        if given.lower() in _YES:
            question["required"] = True
            self.shop.building.kept("validation", place, given, question["name"])
        elif given.lower() in _NO:
            self.shop.building.kept("validation", place, given, question["name"])
        else:
            try:
                checks = apply_required(self.shop, node, question, target)
            except Inexpressible:
                self.shop.building.undecided(question, place, given, "required_sometimes")
                return []
            self.shop.building.kept("validation", place, given, question["name"])
            return checks
        return []

    def _settings(self, node: Node, name: str) -> None:
        building, row = self.shop.building, node.row
        for key, code in (("default", "default_value"), ("media", "media"), ("trigger", "setting_lost")):
            for column, text in row.cells.items():
                if column.key == key:
                    building.lost("setting", row.label_of(row.number, column), text, code, name)
        for key in ("appearance", "parameters", "rows"):
            if given := row.get(key):
                building.changed("setting", row.place(key), given, "looks_ours", name)
        if (given := row.get("calculation")) and node.kind != "calculate":
            building.lost("score", row.place("calculation"), given, "default_value", name)

    def named(self, node: Node, columns: Sequence[str] = ()) -> str:
        """A free name for the row's question and its columns."""
        return name_with_columns(self.shop.building.names, wanted_name(node), columns)

    def _told(self, node: Node, name: str, code: str = "", **values: Any) -> None:
        if code:
            self.shop.building.changed("question", node.row.place("type"), source_of(node), code, name, **values)
        else:
            self.shop.building.kept("question", node.row.place("type"), source_of(node), name)

    # --- kinds ---
    def _text(self, node: Node) -> Question:
        name = self.named(node)
        self.shop.resolver.put(node, Target("text", name))
        rows = as_number(node.row.get("rows"))
        if "multiline" in node.looks or (rows is not None and rows > 1):
            self._told(node, name)
            return {"name": name, "type": "long_text"}
        question: Question = {"name": name, "type": "short_text"}
        if node.kind == "phone" or "tel" in node.looks:
            question["pattern"] = "phone"
        if node.kind == "text":
            self._told(node, name)
        else:
            kind = ("a short text", "单行文字")
            self._told(node, name, "as_type", source=(node.row.get("type"), node.row.get("type")), type=kind)
        return question

    def _number(self, node: Node) -> Question:
        name = self.named(node)
        self.shop.resolver.put(node, Target("number", name))
        self._told(node, name)
        question: Question = {"name": name, "type": "number"}
        if node.kind == "decimal":
            question["decimals"] = 6
        elif node.kind == "percentage":
            question |= {"min": 0, "max": 100}
        elif node.kind == "days":
            span = next(most for words, most in DAYS.items() if node.row.get("type").lower().endswith(words))
            question |= {"min": 0, "max": span}
        return question

    def _range(self, node: Node) -> Question:
        name = self.named(node)
        self.shop.resolver.put(node, Target("number", name))
        given = parameters(node.row.get("parameters"))
        low, high, step = (as_number(given.get(key, "")) for key in ("start", "end", "step"))
        low, high, step = 1 if low is None else low, 10 if high is None else high, step or 1
        if low > high:
            low, high = high, low
        step = abs(step)
        self._told(node, name)
        points = (high - low) / step + 1
        if "rating" in node.looks and step == 1 and low in (0, 1) and 2 <= points <= 11:
            return {"name": name, "type": "rating", "start": int(low), "points": int(points), "style": "stars"}
        if low == high:
            return {"name": name, "type": "number", "min": low, "max": high, "decimals": 6}
        return {"name": name, "type": "slider", "min": whole(low), "max": whole(high), "step": whole(step)}

    def _note(self, node: Node) -> Question:
        name = self.named(node)
        if node.kind == "note":
            self._told(node, name)
        else:
            self._told(
                node, name, "as_type", source=(node.row.get("type"), node.row.get("type")), type=("a note", "说明文字")
            )
            self.shop.building.changed("setting", node.row.place("read_only"), "read_only", "looks_ours", name)
        return {"name": name, "type": "note"}

    def _acknowledge(self, node: Node) -> Question:
        name = self.named(node)
        self.shop.resolver.put(node, Target("choice", name, {"OK": "yes"}))
        self._told(node, name)
        label = {tag: "好的" if tag.startswith("zh") else "OK" for tag in self.shop.wording.tongues.values()}
        return {"name": name, "type": "consent", "label": label}

    def _moment(self, node: Node) -> Question:
        name = self.named(node, ["time"] if node.kind == "datetime" else ())
        kind = "time" if node.kind == "time" else "date"
        if node.kind != "datetime":
            self.shop.resolver.put(node, Target(kind, name))
            self._told(node, name)
        else:
            both = ("a date and a time", "日期题和时间题")
            self._told(node, name, "as_type", source=(node.row.get("type"), node.row.get("type")), type=both)
        return {"name": name, "type": kind}

    def _time_of(self, node: Node, question: Question) -> None:
        time: Question = {"name": f"{question['name']}_time", "type": "time", "text": dict(question["text"])}
        if question.get("required"):
            time["required"] = True
        if "show_if" in question:
            time["show_if"] = question["show_if"]
        self.shop.building.add(time, node.row.place("type"))

    def _file(self, node: Node) -> Question:
        if "file" not in TYPES:
            return self._outside(node)
        name = self.named(node)
        self.shop.resolver.put(node, Target("file", name))
        self._told(node, name)
        return {"name": name, "type": "file", "accepts": ["photo"] if node.kind == "image" else ["photo", "document"]}

    def _outside(self, node: Node) -> Question:
        """What asks for a thing that is not in the file or that we do not take: a text field that waits for a person."""
        name = self.named(node)
        given = node.row.get("type")
        what = _FROM_OUTSIDE.get(node.kind, (given, given))
        question: Question = {"name": name, "type": "short_text"}
        question["open_rules"] = [f"{node.row.place('type')}: {given}"[:200]]
        self.shop.resolver.put(node, Target("text", name))
        self.shop.building.lost("question", node.row.place("type"), source_of(node), "no_equal", name, source=what)
        return question

    # --- lists ---
    def offered(self, node: Node, *, ruled: bool = True) -> list[Offered]:
        """The choices of a row's list. `ruled`: they may have a rule of their own; else a filter by answers waits."""
        rows = (self.shop.lists.find(node.type.list) or []) if node.kind != "select_external" else self._external(node)
        rules: list[Truth] = [True] * len(rows)
        if node.row.get("choice_filter"):
            rows, rules = self._filtered(node, rows, ruled=ruled)
        found = [
            replace(choice, more=under([rules[at] for at in places]))
            for choice, places in lists.merged(rows, self.shop.wording, self.shop.building)
        ]
        if code := self.with_text.get(node):
            found = [
                replace(choice, more={**choice.more, "other": True}) if choice.code == code else choice
                for choice in found
            ]
        if node.type.other and not any(choice.more.get("other") for choice in found):
            found = [choice for choice in found if choice.code != "other"] + [lists.other_choice(self.shop.wording)]
        return found

    def _filtered(self, node: Node, rows: Sequence[Row], *, ruled: bool) -> tuple[Sequence[Row], list[Truth]]:
        """The rows that may be offered and when; all of them where the filter waits for a person."""
        shop, place, given = self.shop, node.row.place("choice_filter"), node.row.get("choice_filter")
        try:
            found = filtered(rows, node, shop.resolver, shop.rules)
            if not ruled and any(rule is not True for _, rule in found):
                raise Inexpressible("filter_by_answer")
        except Inexpressible as error:
            shop.wait(place, given, error)
            return rows, [True] * len(rows)
        shop.tell_rule(place, given, node.name)
        return [row for row, _ in found], [rule for _, rule in found]

    def _external(self, node: Node) -> Any:
        return self.shop.lists.find(f"external {node.type.list}") or self.shop.lists.find(node.type.list) or []

    def listed(
        self, node: Node, found: Sequence[Offered], columns: bool, longest: int = 32
    ) -> tuple[str, list[dict[str, Any]], dict[str, str]]:
        """A free name, the choices and the table of codes; `columns`: each choice has a column of its own."""
        typed = any(choice.more.get("other") for choice in found)
        wanted, more = wanted_name(node), ["other", "other_text"] if typed else []
        if columns:
            longest = room_for_codes(wanted, [choice.code for choice in found])
        made, table = choices(found, longest)
        name = self.named(node, [*(choice["code"] for choice in made), *more] if columns else more)
        self.uses(node, name, table)
        self.shop.resolver.twin(name, found, made)
        if typed:
            self.shop.resolver.extra[f"{node.name}_other"] = text = Target("text", f"{name}_other")
            self.shop.resolver.by_target[text.name] = text
        return name, made, table

    def uses(self, node: Node, name: str, table: dict[str, str]) -> None:
        """Notes which question carries the choices of a list."""
        prefix = (
            "external " if self.shop.lists.find(f"external {node.type.list}") and node.kind == "select_external" else ""
        )
        self.shop.lists.use(prefix + node.type.list, name)
        for code, ours in table.items():
            self.shop.fates.setdefault((prefix + node.type.list, code), (name, ours))

    def _one(self, node: Node) -> Question:
        found = self.offered(node)
        if not found:
            return self._outside(node)
        name, made, table = self.listed(node, found, columns=False)
        self.shop.resolver.put(node, Target("choice", name, table))
        self._told(node, name)
        looks = " ".join(node.looks)
        kind = "dropdown" if any(word in looks for word in ("minimal", "autocomplete", "search")) else "single_choice"
        return {
            "name": name,
            "type": kind,
            "choices": made,
            **_order(node),
            **(_columns(node) if kind != "dropdown" else {}),
        }

    def _several(self, node: Node) -> Question:
        found = self.offered(node)
        if not found:
            return self._outside(node)
        name, made, table = self.listed(node, found, columns=True)
        self.shop.resolver.put(node, Target("multiple", name, table))
        self._told(node, name)
        return {"name": name, "type": "multiple_choice", "choices": made, **_order(node), **_columns(node)}

    def _ranking(self, node: Node) -> Question:
        found = self.offered(node)
        if not 1 < len(found) <= _MOST_RANKED:
            return self._outside(node)
        name, made, table = self.listed(node, found, columns=True)
        self.shop.resolver.put(node, Target("ranking", name, table))
        self._told(node, name)
        return {"name": name, "type": "ranking", "choices": made, **_order(node)}


def _order(node: Node) -> dict[str, Any]:
    return {"random_order": True} if parameters(node.row.get("parameters")).get("randomize", "").lower() in _YES else {}


def _columns(node: Node) -> dict[str, Any]:
    for word in node.looks:
        if word in ("columns-2", "columns-3", "compact-2", "compact-3", "w2", "w3"):
            return {"columns": int(word[-1])}
    return {}


def parameters(text: str) -> dict[str, str]:
    """`start=1;end=10 step=2` -> {"start": "1", ...}, names in small letters."""
    found: dict[str, str] = {}
    for part in text.replace(";", " ").replace(",", " ").split():
        key, sign, value = part.partition("=")
        if sign:
            found[key.strip().lower()] = value.strip()
    return found


def whole(number: float) -> float:
    """3.0 -> 3"""
    return int(number) if float(number).is_integer() else number


def joined(texts: Sequence[dict[str, str]]) -> dict[str, str]:
    """Texts below each other, per language."""
    made: dict[str, str] = {}
    for text in texts:
        for tag, words in text.items():
            made[tag] = f"{made[tag]}\n{words}" if tag in made else words
    return made
