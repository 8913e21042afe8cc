"""matrix, matrixdropdown, matrixdynamic, and the frame of paneldynamic."""

from dataclasses import dataclass
from typing import Any

from survey_app.formats.importing.logic import Target
from survey_app.formats.json_draft import shown
from survey_app.formats.json_files import Node
from survey_app.formats.surveyjs.choices import Offered, choice_list, offered
from survey_app.formats.surveyjs.outline import Element
from survey_app.formats.surveyjs.work import NO, YES, Work, target_codes

MOST_ROWS, MOST_CELLS, MOST_COLUMNS = 200, 2_000, 50
_CHOOSING = ("dropdown", "radiogroup", "boolean", "rating", "checkbox", "tagbox", "buttongroup")


@dataclass(frozen=True)
class _Rows:
    name: str
    made: list[dict[str, Any]]
    codes: dict[str, str]
    """Code by the value of the source."""


def _rows(work: Work, element: Element, items: list[Offered], name: str, room: int) -> _Rows:
    codes = work.draft.codes([item.value for item in items], room)
    made: list[dict[str, Any]] = []
    for item, code in zip(items, codes, strict=True):
        text = work.draft.complete(work.draft.text(item.text, item.place, name, kind="row")) if item.text else {}
        made.append({"code": code, "text": text or work.plain(item.value)})
        element.parts.append((item, made[-1]))
        source = f"{item.value}: {shown(list(item.text.values()))}" if item.text else item.value
        if code == item.value:
            work.draft.kept("row", item.place, source, name)
        else:
            work.draft.changed("row", item.place, source, "recoded", name, wanted=item.value, code=code)
        if item.node:
            item.node.get("visibleIf", "enableIf")
            if item.node.flag("isRequired"):
                made[-1]["required"] = True
            work.settings(item.node, name)
    return _Rows(name, made, {item.value: code for item, code in zip(items, codes, strict=True)})


def _row_items(work: Work, element: Element) -> list[Offered]:
    items = offered(work, element.node, "rows")[:MOST_ROWS]
    if len(element.node.listed("rows")) > MOST_ROWS:
        work.draft.lost(
            "row", element.node.at("rows"), str(len(element.node.listed("rows"))), "shortened", limit=MOST_ROWS
        )
    return items or [Offered("1", None, element.node.place, work.localised(element.node.get("title")) or {})]


def _random(node: Node) -> bool:
    return node.words("rowOrder", "rowsOrder").lower() == "random"


def matrix(work: Work, element: Element) -> None:
    """One answer per row; with `cellType: checkbox` several."""
    node = element.node
    rows, columns = _row_items(work, element), offered(work, node, "columns")
    several = node.words("cellType").lower() == "checkbox" or len(columns) == 1
    needed = node.flag("eachRowRequired", "isAllRowRequired")
    if not columns or len(columns) > MOST_COLUMNS:
        _as_texts(work, element, rows)
        return
    ends = [item.value[:10] for item in rows]
    if several:
        ends = [f"{row}_{column.value[:8]}" for row in ends for column in columns]
    name = work.draft.name(element.name, node.at("name"), ends[:2_000], least=17 if several else 10)
    room = 31 - len(name)
    row_room = room if not several else max(3, room // 2 - 1)
    made_rows = _rows(work, element, rows, name, row_room)
    choices, codes = choice_list(work, element, columns, name, room=32 if not several else max(3, room - row_room - 1))
    kind = "matrix_multiple" if several else "matrix"
    made = work.question(element, kind, name, rows=made_rows.made, choices=choices, random_rows=_random(node))
    if needed:
        made["required"] = True
    _cell_texts(work, element, made)
    known = work.know(element, Target("none", name))
    each = "multiple" if several else "choice"
    for value, code in made_rows.codes.items():
        known.pieces[value.lower()] = Target(each, f"{name}_{code}", target_codes(codes))
    work.kept(element, name)


def _cell_texts(work: Work, element: Element, made: dict[str, Any]) -> None:
    """Words inside single cells stand below the question."""
    cells = element.node.get("cells")
    if not isinstance(cells, dict):
        return
    found = []
    for row, columns in cells.items():
        for column, text in columns.items() if isinstance(columns, dict) else ():
            words = work.draft.told(work.localised(text), f"{element.node.at('cells')}.{row}.{column}", made["name"])
            found.append({language: f"{row} / {column}: {said}" for language, said in words.items()})
    if found:
        made["hint"] = work.draft.hint([made.get("hint", {}), *found])


def _as_texts(work: Work, element: Element, rows: list[Offered]) -> None:
    name = work.draft.name(element.name, element.node.at("name"), [item.value for item in rows[:50]])
    made = _rows(work, element, rows[:50], name, 31 - len(name))
    work.question(element, "text_fields", name, fields=made.made)
    work.know(element, Target("none", name))
    work.changed(element, name, "text_fields")


# --- tables of fields -------------------------------------------------------------------------------------------------
def table(work: Work, element: Element) -> None:
    """matrixdropdown, matrixdynamic: fields per row. Columns of check boxes become a matrix of their own."""
    node = element.node
    columns = node.nodes("columns")[:MOST_COLUMNS]
    dynamic = element.type == "matrixdynamic"
    rows = _empty_rows(work, node) if dynamic else _row_items(work, element)
    default = node.words("cellType").lower() or "dropdown"
    kinds = [column.words("cellType").lower().replace("default", "") or default for column in columns]
    several = [c for c, kind in zip(columns, kinds, strict=True) if kind in ("checkbox", "tagbox")]
    single = [(c, kind) for c, kind in zip(columns, kinds, strict=True) if kind not in ("checkbox", "tagbox")]
    known = None
    if single or not several:
        known = _fields(work, element, rows, single)
    for column in several:
        known = _boxes(work, element, rows, column, known)
    name = element.ours[0]["name"] if element.ours else ""
    if dynamic:
        work.changed(element, name, element.ours[0]["type"] if element.ours else "matrix")
        work.draft.lost("setting", node.at("type"), "matrixdynamic", "loop", name)
    else:
        work.kept(element, name)


def _empty_rows(work: Work, node: Node) -> list[Offered]:
    """As many rows as the table begins with."""
    least, most = node.number("minRowCount"), node.number("maxRowCount")
    count = node.number("rowCount")
    wanted = int(max(least or 0, 2 if count is None else count, 1))
    for key, value in (("minRowCount", least), ("maxRowCount", most), ("rowCount", count)):
        if value is not None:
            work.draft.lost("setting", node.at(key), str(value), "loop")
    return [Offered(str(i + 1), None, node.at("rowCount"), {}) for i in range(min(wanted, 20))]


def _fields(work: Work, element: Element, rows: list[Offered], columns: list[tuple[Node, str]]) -> Any:
    node = element.node
    names = [column.words("name") or str(i + 1) for i, (column, _) in enumerate(columns)] or ["1"]
    rows = rows[: max(1, MOST_CELLS // len(names))]
    ends = [f"{row.value[:6]}_{given[:10]}" for row in rows for given in names][:2_000]
    name = work.draft.name(element.name, node.at("name"), ends, least=17)
    room = 30 - len(name)
    row_room = min(max((len(row.value) for row in rows), default=1), max(3, room // 2))
    made_rows = _rows(work, element, rows, name, max(2, row_room))
    codes = work.draft.codes(names, max(3, room - max(2, row_room)))
    made_columns = [
        _column(work, element, c, kind, code, name) for (c, kind), code in zip(columns, codes, strict=False)
    ]
    if not made_columns:
        made_columns = [
            ({"code": codes[0], "type": "short_text", "text": work.plain(element.name)}, Target("text", ""))
        ]
    made = work.question(
        element,
        "matrix_fields",
        name,
        rows=made_rows.made,
        columns=[c for c, _ in made_columns],
        random_rows=_random(node),
    )
    made.pop("required", None)
    known = work.know(element, Target("none", name))
    for row, row_code in made_rows.codes.items():
        for given, (column, target) in zip(names, made_columns, strict=False):
            cell = Target(target.kind, f"{name}_{row_code}_{column['code']}", target.codes)
            known.pieces[f"{row}.{given}".lower()] = cell
            if element.type == "matrixdynamic" and row == "1":
                known.pieces[given.lower()] = cell  # `{table[0].column}`
    return known


def _column(
    work: Work, element: Element, column: Node, kind: str, code: str, ours: str
) -> tuple[dict[str, Any], Target]:
    title = work.text(column, "title", ours=ours) or work.plain(column.words("name") or code)
    hint = work.text(column, "cellHint", "placeholder", ours=ours)
    made: dict[str, Any] = {"code": code, "text": work.draft.hint([title, hint]), "type": "short_text"}
    target = Target("text", "")
    if column.flag("isRequired"):
        made["required"] = True
    if kind in _CHOOSING:
        choices, codes = _column_choices(work, element, column, kind, ours)
        if choices:
            made |= {"type": "dropdown", "choices": choices}
            target = Target("choice", "", codes)
    elif kind == "text" and (numeric := _numeric(column)) is not None:
        made |= {"type": "number", "decimals": 6, **numeric}
        target = Target("number", "")
    for index, check in enumerate(column.nodes("validators")):
        place = f"{column.at('validators')}[{index}]"
        if made["type"] == "number" and check.words("type").lower().startswith("numeric"):
            work.draft.kept("validation", place, shown(check.data), ours)
        else:
            work.draft.lost("validation", place, shown(check.data), "setting_lost", ours)
    simple = kind in ("text", "dropdown") or (kind in _CHOOSING and made["type"] == "dropdown")
    if simple:
        work.draft.kept("row", column.place, f"{kind}: {column.words('name')}", ours)
    else:
        work.draft.changed(
            "row", column.place, f"{kind}: {column.words('name')}", "as_type", ours, source=kind, type=made["type"]
        )
    column.get("visibleIf", "enableIf", "requiredIf")
    work.settings(column, ours)
    return made, target


def _numeric(column: Node) -> dict[str, Any] | None:
    check = next((v for v in column.nodes("validators") if v.words("type").lower().startswith("numeric")), None)
    if column.words("inputType").lower() not in ("number", "range") and check is None:
        return None
    bounds = {"min": column.number("min"), "max": column.number("max")}
    if check is not None:
        low, high = check.number("minValue"), check.number("maxValue")
        bounds = {"min": low if low is not None else bounds["min"], "max": high if high is not None else bounds["max"]}
    if bounds["min"] is not None and bounds["max"] is not None and bounds["min"] > bounds["max"]:
        return {}
    return {key: value for key, value in bounds.items() if value is not None}


def _column_choices(
    work: Work, element: Element, column: Node, kind: str, ours: str
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    if kind == "boolean":
        pair = [column.words("valueTrue") or "true", column.words("valueFalse") or "false"]
        texts = [
            work.text(column, "labelTrue") or work.draft.said(*YES),
            work.text(column, "labelFalse") or work.draft.said(*NO),
        ]
        codes = work.draft.codes(pair, 32)
        known = target_codes(dict(zip(pair, codes, strict=True)))
        return [{"code": c, "text": t} for c, t in zip(codes, texts, strict=True)], known
    holder = column if column.get("choices", "rateValues") else element.node
    items = offered(work, holder, "choices", "rateValues")
    if kind == "rating" and not column.get("rateValues"):
        low, high = column.number("rateMin"), column.number("rateMax")
        low, high = int(1 if low is None else low), int(5 if high is None else high)
        items = [Offered(str(n), None, column.place, {}) for n in range(low, min(high, low + 100) + 1)]
    if not items:
        return [], {}
    choices, by_value = choice_list(work, element, items[:500], ours, room=32)
    return choices, target_codes(by_value)


def _boxes(work: Work, element: Element, rows: list[Offered], column: Node, known: Any) -> Any:
    node = element.node
    items = offered(work, column if column.get("choices") else node, "choices")[:MOST_COLUMNS]
    items = items or [Offered("1", None, column.place, {})]
    given = column.words("name") or "1"
    wanted = element.name if not element.ours else f"{element.name[:10]}_{given[:8]}"
    ends = [f"{row.value[:6]}_{item.value[:8]}" for row in rows for item in items][:2_000]
    name = work.draft.name(wanted, node.at("name"), ends, least=17)
    room = max(8, 30 - len(name))
    made_rows = _rows(work, element, rows, name, room // 2)
    choices, codes = choice_list(work, element, items, name, several=True, room=room - room // 2)
    title = work.text(column, "title", ours=name) or work.plain(given)
    made = work.question(
        element, "matrix_multiple", name, rows=made_rows.made, choices=choices, random_rows=_random(node)
    )
    made["hint"] = title
    work.draft.kept("row", column.place, f"checkbox: {given}", name)
    known = known or work.know(element, Target("none", name))
    for row, code in made_rows.codes.items():
        known.pieces[f"{row}.{given}".lower()] = Target("multiple", f"{name}_{code}", target_codes(codes))
    column.get("cellType", "visibleIf", "enableIf", "requiredIf")
    work.settings(column, name)
    return known


def paneldynamic(work: Work, element: Element) -> None:
    """A heading; its questions follow and are asked once."""
    node = element.node
    name = work.draft.name(element.name, node.at("name"), fallback="s")
    parts = [work.title(element, name), work.text(node, "templateTitle", ours=name)]
    made = work.put(element, {"name": name, "type": "section", "text": work.draft.hint(parts[:1])})
    hints = [work.text(node, key, ours=name) for key in ("description", "templateDescription", "noEntriesText")]
    if hint := work.draft.hint([parts[1], *hints]):
        made["hint"] = hint
    for key in (
        "addPanelText",
        "panelAddText",
        "removePanelText",
        "panelRemoveText",
        "confirmDeleteText",
        "keyDuplicationError",
    ):
        if value := node.get(key):
            work.draft.lost("setting", node.at(key), shown(value), "loop", name)
    work.know(element, Target("none", name))
    work.changed(element, name, "section")
    work.draft.lost("setting", node.at("type"), "paneldynamic", "loop", name)
