"""From bytes to tables: a workbook, one CSV file that holds all sheets, or the JSON of a KoBo asset."""

import json
import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from survey_app.formats.importing.refusing import Refused, refuse
from survey_app.formats.importing.workbooks import csv_rows, workbook
from survey_app.formats.xlsform.columns import Column, Row, Table, heading, table

FORMAT = ("XLSForm", "XLSForm 表单")
_OLE = b"\xd0\xcf\x11\xe0"
_MAX_DEPTH = 100


@dataclass
class Form:
    """The tables of one form; `choices` and `settings` may be empty. `others`: sheets that mean nothing here, with their rows."""

    survey: Table
    choices: Table
    settings: Table
    external: Table
    others: dict[str, int]


def read(data: bytes) -> Form:
    """The tables of a file. Raises Refused."""
    if not data.strip(b"\0 \r\n\t"):
        raise refuse("empty")
    head = data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    if head in (b"{", b"["):
        return _asset(data)
    if data.startswith((b"PK", _OLE)):
        return _form({name: table(name, rows) for name, rows in workbook(data).items()})
    return _form(_csv(data))


def looks_like(data: bytes) -> bool:
    """Whether this is such a form, by its content. Never raises."""
    try:
        if data.startswith(b"PK"):
            with zipfile.ZipFile(BytesIO(data)) as archive, archive.open("xl/workbook.xml") as part:
                return re.search(rb'name="\s*survey\s*"', part.read(200_000), re.IGNORECASE) is not None
        if data.startswith(_OLE):
            folded = data[:20_000_000].replace(b"\0", b"").lower()
            return b"survey" in folded and b"type" in folded and b"EncryptedPackage".lower() not in folded
        if data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{":
            return b'"survey"' in data and b'"type"' in data and (b'"content"' in data or b'"choices"' in data)
        first = data[:2_000].decode("utf-8-sig", "ignore").lstrip().split("\n")[0]
        return first.split(",")[0].strip(' "\r').lower() in ("survey", "choices", "settings")
    except Exception:  # a damaged archive is none of ours to judge here
        return False


def _form(found: dict[str, Table]) -> Form:
    by_name = {name.strip().lower(): made for name, made in found.items()}
    survey = by_name.pop("survey", None)
    if survey is None and len(by_name) == 1:  # a workbook of one sheet may call it anything
        name, only = next(iter(by_name.items()))
        if only.has("type") and only.has("name") and name not in ("choices", "settings"):
            survey = by_name.pop(name)
    if survey is None:
        sheets = ", ".join(list(found)[:8])
        raise refuse(
            "not_this_format",
            format=FORMAT,
            reason=(f"there is no sheet “survey” in {sheets}", f"没有名为 survey 的工作表（{sheets}）"),
        )
    if not survey.has("type"):
        raise refuse("missing_part", f"{survey.name}!A1", what=("the column “type”", "type 列"))
    empty = Table("")
    form = Form(
        survey,
        by_name.pop("choices", empty),
        by_name.pop("settings", empty),
        by_name.pop("external_choices", empty),
        {made.name: len(made.rows) for made in by_name.values()},
    )
    if faults := [fault for made in (survey, form.choices, form.settings, form.external) for fault in made.faults]:
        raise Refused(faults)
    return form


def _csv(data: bytes) -> dict[str, Table]:
    """Sheets below each other: the first cell names the sheet, the rows after it leave the first cell empty."""
    sheets: dict[str, list[tuple[int, list[str]]]] = {}
    name = ""
    for line, cells in csv_rows(data):
        if cells[0].strip():
            name = cells[0].strip()
            sheets.setdefault(name, [])
        if any(cell.strip() for cell in cells[1:]):
            if not name:
                raise refuse(
                    "missing_part", f"line {line}", what=("the name of a sheet in the first cell", "第一格里的工作表名")
                )
            sheets[name].append((line, cells[1:]))
    return {name: table(name, rows, first_column=1) for name, rows in sheets.items()}


# --- KoBo assets ------------------------------------------------------------------------------------------------------
def _asset(data: bytes) -> Form:
    try:
        asset = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise refuse("bad_encoding") from None
    except json.JSONDecodeError as error:
        raise refuse("broken_json", f"line {error.lineno}, column {error.colno}", reason=error.msg) from None
    except (RecursionError, ValueError):
        raise refuse(
            "broken_json", reason=("it is nested too deeply or a number is too long", "嵌套过深或数字过长")
        ) from None
    content = asset.get("content", asset) if isinstance(asset, dict) else None
    if not isinstance(content, dict) or not isinstance(content.get("survey"), list):
        raise refuse(
            "not_this_format",
            "$.content.survey",
            format=FORMAT,
            reason=("there is no list “survey”", "没有 survey 列表"),
        )
    tongues = (
        [str(t) if t else "" for t in content.get("translations") or [None]]
        if _listed(content, "translations")
        else [""]
    )
    root = "content." if "content" in asset else ""
    settings = content.get("settings")
    title = {"form_title": asset.get("name") or asset.get("title"), "form_id": asset.get("id_string")}
    own = settings if isinstance(settings, dict) else settings[0] if isinstance(settings, list) and settings else {}
    rows = {
        key: value
        for key, value in {**title, **(own if isinstance(own, dict) else {})}.items()
        if value not in (None, "")
    }
    return Form(
        _objects(f"{root}survey", content["survey"], tongues),
        _objects(f"{root}choices", content["choices"] if _listed(content, "choices") else [], tongues),
        _objects(f"{root}settings", [rows], tongues),
        Table(""),
        {},
    )


def _listed(content: dict[str, Any], key: str) -> bool:
    return isinstance(content.get(key), list)


def _objects(path: str, objects: list[Any], tongues: list[str]) -> Table:
    made = Table(path)
    columns: dict[tuple[str, str], Column] = {}
    at: dict[tuple[str, str], int] = {}

    def label_of(number: int, column: Column | None) -> str:
        return f"{path}[{number}]" + (f".{column.given}" if column else "")

    for number, given in enumerate(objects):
        if not isinstance(given, dict):
            raise refuse("bad_value", f"{path}[{number}]", given=str(given)[:60], expected=("an object", "一个对象"))
        cells: dict[Column, str] = {}
        for key, value in _flat(given, tongues):
            if not (text := value.strip()):
                continue
            if key not in columns:
                at[key] = len(at)
                found = heading(key[0] + (f"::{key[1]}" if key[1] else ""), at[key])
                columns[key] = Column(found.key, found.language, at[key], key[0])
            cells[columns[key]] = text
        if cells:
            made.rows.append(Row(number, cells, label_of))
    made.columns = list(columns.values())
    return made


def _flat(given: dict[str, Any], tongues: list[str]) -> list[tuple[tuple[str, str], str]]:
    found: list[tuple[tuple[str, str], str]] = []
    for key, value in given.items():
        if key.startswith("$"):
            continue  # identities of the editor that wrote it
        if key == "type" and isinstance(value, dict) and len(value) == 1:  # {"select_one": "list"}
            kind, name = next(iter(value.items()))
            found.append(((key, ""), f"{kind} {name}"))
        elif isinstance(value, list):
            found += [
                ((key, tongues[at] if at < len(tongues) else f"qa{chr(97 + at % 26)}"), _written(part))
                for at, part in enumerate(value)
            ]
        else:
            found.append(((key, tongues[0] if key in ("label", "hint") else ""), _written(value)))
    return found


def _written(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
