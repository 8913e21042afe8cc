"""The words of the canvas, translated once per request instead of once per card."""

from typing import Any

from flask import render_template_string
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from survey_app import web
from survey_app.design.editing.catalogue import KINDS
from survey_app.design.reading import COLUMN_KINDS

_HIDDEN = (
    '<input type="hidden" name="csrf_token" value="{{ token }}"><input type="hidden" name="page" value="{{ page }}">'
    '<input type="hidden" name="rev" value="{{ revision }}">'
)
_NOSCRIPT = '<noscript><button form="texts" name="only" value="%(id)s" class="small">{{ text }}</button></noscript>'


def canvas_words(page: str, revision: int) -> dict[str, Any]:
    """Labels by key, and the hidden fields of every card's form."""
    hidden = render_template_string(_HIDDEN, token=generate_csrf(), page=page, revision=revision)
    return {
        "icons": web.static_url("icons.svg"),
        "hidden": Markup(hidden),  # noqa: S704 - escaped by the template above
        "noscript": Markup(render_template_string(_NOSCRIPT, text=_("保存"))),  # noqa: S704
        "kinds": {kind.type: _(kind.name) for kind in KINDS.values()},
        **_texts(),
        **_buttons(),
    }


def _texts() -> dict[str, Any]:
    return {
        "question": _("题目文字"),
        "question_here": _("在这里写题目"),
        "hint": _("提示"),
        "hint_here": _("添加提示（选填）"),
        "why": _("为什么问这个"),
        "choice": _("选项"),
        "row": _("项目"),
        "field": _("填空"),
        "item": _("项目"),
        "column": _("列"),
        "column_types": {key: _(words) for key, words in COLUMN_KINDS.items()},
        "total": _("合计"),
        "open_rules": _("导入的规则还没有处理，处理完才能发布。请照原意写好规则，或决定不要。"),
        "decided": _("已处理"),
        "checks": _("填写校验：不符合时不能进入下一页。"),
        "unchecked": _("删除这条校验"),
        "random": _("本页题目随机排列"),
        "random_pages": _("与第 %(pages)s 页随机交换先后", pages="%(pages)s"),
        "point": _("刻度文字"),
        "low": _("最低端文字"),
        "high": _("最高端文字"),
        "unsure": _("“不清楚”选项"),
        "unit": _("单位"),
        "label": _("勾选框文字"),
        "other": _("可填写"),
        "exclusive": _("与其他互斥"),
        "missing": _("不计入统计"),
        "required": _("必答"),
        "title": _("问卷标题"),
        "intro": _("开头说明"),
        "intro_here": _("开头说明（选填）：一句话说明为什么请他填"),
        "thanks": _("结束语"),
        "thanks_here": _("感谢您的回答！（选填，可改写）"),
        "page": _("第 %(n)s 页", n="%(n)s"),
        "page_title": _("页标题"),
        "page_title_here": _("页标题（选填）"),
        "beginning": _("标题和开头"),
        "outline": _("大纲"),
        "no_text": _("（还没有文字）"),
        "only_if": _("只在满足时显示：") + " ",
        "page_if": _("本页只在满足时显示：") + " ",
        "page_end": _("本页之后，满足时问卷结束：") + " ",
        "shared": _("%(n)s 题共用这组刻度，修改会一起变", n="%(n)s"),
        "no_scale": _("还没有选刻度，请在右侧属性里选择。"),
        "expected": _("正确答案在右侧属性里指定。"),
        "parameter": _("来自链接参数 %(name)s，只接受这些值：", name="%(name)s"),
        "value": _("固定值："),
        "computed": _("由前面的答案算出，公式在右侧属性里。"),
        "order_field": _("订单字段："),
        "old": _("原文改过，这里的翻译可能过时"),
        "bank": _("题库"),
        "has_rule": _("有显示规则"),
        "has_fault": _("有问题要改"),
    }


def _buttons() -> dict[str, str]:
    return {
        "add_question": _("添加题目"),
        "add_page": _("添加一页"),
        "add_choices": _("添加选项"),
        "add_rows": _("添加项目"),
        "add_fields": _("添加填空"),
        "add_items": _("添加项目"),
        "add_columns": _("添加列"),
        "add_points": _("添加刻度"),
        "add_other": _("添加“其他”"),
        "paste": _("批量添加"),
        "up": _("上移"),
        "down": _("下移"),
        "move_to": _("移到…"),
        "duplicate": _("复制一份"),
        "split": _("从这里分页"),
        "remove": _("删除"),
        "drag": _("拖动排序"),
        "up_page": _("本页上移"),
        "down_page": _("本页下移"),
        "join": _("与上一页合并"),
        "duplicate_page": _("复制本页"),
        "remove_page": _("删除本页"),
    }
