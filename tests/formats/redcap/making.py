"""Data dictionaries made row by row."""

import csv
import io

HEADINGS = {
    "name": "Variable / Field Name",
    "form": "Form Name",
    "section": "Section Header",
    "type": "Field Type",
    "label": "Field Label",
    "choices": "Choices, Calculations, OR Slider Labels",
    "note": "Field Note",
    "validation": "Text Validation Type OR Show Slider Number",
    "min": "Text Validation Min",
    "max": "Text Validation Max",
    "identifier": "Identifier?",
    "branching": "Branching Logic (Show field only if...)",
    "required": "Required Field?",
    "alignment": "Custom Alignment",
    "number": "Question Number (surveys only)",
    "matrix": "Matrix Group Name",
    "ranking": "Matrix Ranking?",
    "annotation": "Field Annotation",
}


def dictionary(*fields: dict[str, str], encoding: str = "utf-8-sig") -> bytes:
    """A dictionary with these fields; `form` is `visit` and `label` the name unless given."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(HEADINGS.values())
    for given in fields:
        row = {"form": "visit", "label": given.get("name", ""), **given}
        writer.writerow([row.get(key, "") for key in HEADINGS])
    return target.getvalue().encode(encoding)


VISIT = dictionary(
    {"name": "member_name", "type": "text", "label": "您的姓名", "identifier": "y", "section": "关于您"},
    {
        "name": "age",
        "type": "text",
        "label": "您的年龄",
        "validation": "integer",
        "min": "0",
        "max": "120",
        "required": "y",
    },
    {"name": "born", "type": "text", "label": "出生日期", "validation": "date_ymd", "max": "today"},
    {"name": "mail", "type": "text", "label": "邮箱", "validation": "email"},
    {"name": "bought", "type": "yesno", "label": "今天买药了吗？", "required": "y"},
    {
        "name": "kind",
        "type": "radio",
        "label": "买了哪一类？",
        "choices": "1, 处方药 | 2, 非处方药 | 3, 保健品",
        "branching": "[bought] = '1'",
    },
    {
        "name": "why",
        "type": "checkbox",
        "label": "<b>为什么</b>来这家店？",
        "choices": "1, 近 | 2, 便宜 | 9, 以上都没有",
        "annotation": "@NONEOFTHEABOVE='9' @MAXCHECKED=2",
    },
    {
        "name": "sat_price",
        "type": "radio",
        "label": "价格",
        "choices": "1, 差 | 2, 中 | 3, 好",
        "matrix": "sat",
        "section": "满意度",
    },
    {
        "name": "sat_staff",
        "type": "radio",
        "label": "店员",
        "choices": "1, 差 | 2, 中 | 3, 好",
        "matrix": "sat",
        "required": "y",
    },
    {"name": "pain", "type": "slider", "label": "疼痛", "choices": "不痛 | 中等 | 很痛", "form": "health"},
    {"name": "total", "type": "calc", "label": "总分", "choices": "[sat_price] + [sat_staff] * 2", "form": "health"},
    {"name": "thanks", "type": "descriptive", "label": "谢谢，[age] 岁的顾客", "form": "health"},
    {
        "name": "more",
        "type": "notes",
        "label": "还有吗？",
        "branching": "[why(1)] = '1' or [pain] > 50",
        "form": "health",
    },
)
