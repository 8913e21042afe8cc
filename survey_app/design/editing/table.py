"""Every setting of every part of a questionnaire, in one table: which control shows it, its words and its limits.

The editor shows exactly what stands here; a test holds the table against the models of the engine, so that a key that is
added there cannot be forgotten here.
"""

from dataclasses import dataclass, replace
from typing import Any

from survey_app.languages import N_


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of a node. `control` says how it is shown and read:

    text, area: a text per language, of one line or several; labels: one such text per point.
    line: plain text; name, code: names that rules follow; whole, number: with `low` and `high`; day, moment: bounds of dates
    and times; constant: a text or a number; switch: yes or no; choose: one of `options` (value -> words); "" takes it out.
    Everything else is a part of its own with a form of its own (see `templates/design/editor/_properties_parts.html`).
    """

    key: str
    control: str
    label: str
    help: str = ""
    low: int | None = None
    high: int | None = None
    options: tuple[tuple[str, str], ...] = ()
    default: Any = None
    group: str = ""


ANSWER, LOOK, DATA, WORDING = N_("作答"), N_("显示"), N_("数据"), N_("文字")
LANGUAGES, PRIVACY, QUOTAS = N_("语言"), N_("匿名方式"), N_("配额")
GROUPS = ("", ANSWER, WORDING, LANGUAGES, PRIVACY, QUOTAS, LOOK, DATA)
"""Headings, in the order in which they stand."""
OWN = frozenset(
    {
        "type",
        "indicator",
        "scale",
        "cell",
        "labels",
        "choices",
        "rows",
        "fields",
        "item_list",
        "column_list",
        "points_list",
        "expression",
        "source_kind",
    }
    | {
        "expected",
        "bank",
        "languages",
        "mode",
        "scales",
        "scores",
        "quotas",
        "items",
        "rules",
        "scale_code",
        "accepts",
        "province",
        "page_group",
    }
)
"""Controls with a part of their own."""


def _text(key: str, label: str, help: str = "", control: str = "text") -> Setting:
    return Setting(key, control, label, help, group=WORDING)


_TEXT = _text("text", N_("题目"), N_("画布里也可以直接改。"), "area")
_COMMON = (
    Setting("type", "type", N_("题型")),
    Setting("name", "name", N_("变量名"), N_("数据文件里的列名。改名后规则、得分和引用会一起改。"), group=DATA),
    _TEXT,
    _text("hint", N_("提示"), N_("一句话，显示在题目下面。"), "area"),
    _text("why", N_("为什么问这个"), N_("顾客可以展开查看。"), "area"),
)
REQUIRED = Setting("required", "switch", N_("必答"), default=False)
_SENSITIVE = Setting(
    "sensitive",
    "choose",
    N_("敏感信息"),
    N_("健康或儿童信息须先有一道“同意”题，否则不能发布。"),
    options=(("", N_("否")), ("health", N_("健康信息")), ("child", N_("儿童信息"))),
    group=DATA,
)
_TRACKING = (
    Setting("indicator", "indicator", N_("指标"), N_("同一指标在所有问卷里含义相同。"), group=DATA),
    _SENSITIVE,
    Setting("source", "line", N_("出处"), N_("量表或措辞的来源文献。"), group=DATA),
    Setting("bank", "bank", N_("题库"), group=DATA),
)
_RULES = (Setting("show_if", "rules", N_("显示规则"), group=ANSWER),)

_COLUMNS = Setting(
    "columns",
    "choose",
    N_("列数"),
    N_("手机上总是一列。"),
    options=(("1", N_("一列")), ("2", N_("两列")), ("3", N_("三列"))),
    default=1,
    group=LOOK,
)
_RANDOM = Setting(
    "random_order", "switch", N_("选项随机排列"), N_("“其他”和“以上都没有”总在最后。"), default=False, group=LOOK
)
_RANDOM_ROWS = Setting("random_rows", "switch", N_("各行随机排列"), default=False, group=LOOK)
_CHOICES = Setting("choices", "choices", N_("各选项"), group=ANSWER)
_UNSURE = _text("unsure", N_("“不清楚”选项"), N_("留空就没有这个选项。"))
_LOW, _HIGH = _text("low", N_("最低分的文字")), _text("high", N_("最高分的文字"))
_LABELS = Setting("labels", "labels", N_("每个分值都有文字"), group=WORDING)
_POINTS = Setting("points", "whole", N_("分值个数"), low=2, high=11, default=5, group=ANSWER)
_START = Setting(
    "start",
    "choose",
    N_("从几开始"),
    options=(("1", N_("从 1 开始")), ("0", N_("从 0 开始"))),
    default=1,
    group=ANSWER,
)
_STYLE = Setting(
    "style",
    "choose",
    N_("样式"),
    options=(("numbers", N_("数字")), ("stars", N_("星级")), ("labels", N_("文字"))),
    default="numbers",
    group=LOOK,
)
_PATTERN = Setting(
    "pattern",
    "choose",
    N_("格式"),
    N_("手机号、邮箱、数字或邮编；填错时提示。"),
    options=(
        ("", N_("不限")),
        ("phone", N_("电话")),
        ("email", N_("邮箱")),
        ("number", N_("数字")),
        ("postcode", N_("邮编")),
    ),
    group=ANSWER,
)


def _length(default: int) -> Setting:
    return Setting("max_length", "whole", N_("最多字数"), low=1, high=2000, default=default, group=ANSWER)


def _bounds(control: str, help: str) -> tuple[Setting, Setting]:
    return (
        Setting("min", control, N_("最小值"), help, group=ANSWER),
        Setting("max", control, N_("最大值"), help, group=ANSWER),
    )


_OWN_KEYS: dict[str, tuple[Setting, ...]] = {
    "single_choice": (_CHOICES, _COLUMNS, _RANDOM),
    "dropdown": (_CHOICES, _RANDOM),
    "attention_check": (
        _CHOICES,
        Setting("expected", "expected", N_("正确选项"), N_("选了别的，说明没有认真读题。"), group=ANSWER),
        _RANDOM,
    ),
    "multiple_choice": (
        _CHOICES,
        Setting("min", "whole", N_("最少选几项"), low=0, group=ANSWER),
        Setting("max", "whole", N_("最多选几项"), low=1, group=ANSWER),
        _COLUMNS,
        _RANDOM,
    ),
    "rating": (_POINTS, _START, _STYLE, _LOW, _HIGH, _LABELS, _UNSURE),
    "likert": (Setting("scale", "scale", N_("量表"), group=ANSWER),),
    "nps": (
        Setting(
            "layout",
            "choose",
            N_("排列"),
            N_("一次调查中途不要更换，否则前后不可比。"),
            options=(("auto", N_("自动换行")), ("row", N_("始终一行"))),
            default="auto",
            group=LOOK,
        ),
        _LOW,
        _HIGH,
        _UNSURE,
    ),
    "csat": (_UNSURE,),
    "ces": (_UNSURE,),
    "matrix": (
        Setting("cell", "cell", N_("每行怎样回答"), group=ANSWER),
        Setting("scale", "scale", N_("量表"), group=ANSWER),
        replace(_POINTS, default=None),
        _START,
        _CHOICES,
        Setting("rows", "rows", N_("各行"), group=ANSWER),
        _STYLE,
        _LOW,
        _HIGH,
        _LABELS,
        _UNSURE,
        _RANDOM_ROWS,
    ),
    "matrix_multiple": (
        Setting("rows", "rows", N_("各行"), group=ANSWER),
        _CHOICES,
        Setting("min", "whole", N_("最少选几项"), low=0, group=ANSWER),
        Setting("max", "whole", N_("最多选几项"), low=1, group=ANSWER),
        _RANDOM_ROWS,
    ),
    "matrix_fields": (
        Setting("rows", "rows", N_("各行"), group=ANSWER),
        Setting("columns", "column_list", N_("各列"), N_("每一列可填文字、数字，或从列表选择。"), group=ANSWER),
        _RANDOM_ROWS,
    ),
    "ranking": (
        _CHOICES,
        Setting("top", "whole", N_("只排前几位"), N_("留空时全部都排。"), low=1, group=ANSWER),
        _RANDOM,
    ),
    "constant_sum": (
        Setting("items", "item_list", N_("各项"), group=ANSWER),
        Setting("total", "number", N_("总数"), group=ANSWER),
        Setting("decimals", "whole", N_("小数位数"), low=0, high=6, default=0, group=ANSWER),
        _text("unit", N_("单位")),
    ),
    "slider": (
        *_bounds("number", ""),
        Setting("step", "number", N_("每格多少"), default=1, group=ANSWER),
        _LOW,
        _HIGH,
        _text("unit", N_("单位")),
        _UNSURE,
    ),
    "short_text": (_PATTERN, _length(200)),
    "long_text": (
        Setting("lines", "whole", N_("显示几行"), low=2, high=20, default=4, group=LOOK),
        _length(2000),
        Setting(
            "speech",
            "switch",
            N_("可以录音回答"),
            N_("需要系统装有语音转写程序；录音转成文字后删除。"),
            default=False,
            group=ANSWER,
        ),
    ),
    "text_fields": (Setting("fields", "fields", N_("各填空项"), group=ANSWER),),
    "number": (
        *_bounds("number", ""),
        Setting("decimals", "whole", N_("小数位数"), low=0, high=6, default=0, group=ANSWER),
        _text("unit", N_("单位")),
    ),
    "date": _bounds("day", N_("例如 2026-01-31；填“今天”表示填写当天。")),
    "time": _bounds("moment", N_("例如 09:30。")),
    "file": (
        Setting(
            "accepts",
            "accepts",
            N_("收什么"),
            N_("文档只收 PDF；匿名问卷不能收文档。"),
            options=(
                ("photo", N_("照片")),
                ("document", N_("文档（PDF）")),
                ("photo+document", N_("照片或文档")),
            ),
            default=("photo",),
            group=ANSWER,
        ),
        Setting("max_mb", "whole", N_("最大多少 MB"), low=1, high=10, default=10, group=ANSWER),
    ),
    "region": (
        Setting(
            "levels",
            "choose",
            N_("问到哪一级"),
            N_("问得越细，越可能认出个人；够用就好。"),
            options=(("1", N_("省")), ("2", N_("省、市")), ("3", N_("省、市、区县"))),
            default=3,
            group=ANSWER,
        ),
        Setting("first", "province", N_("排在最前的省份"), N_("大多数顾客所在的省份；不会预先选中。"), group=LOOK),
    ),
    "note": (),
    "section": (),
    "consent": (_text("label", N_("勾选框的文字")),),
    "hidden": (
        Setting("value", "source_kind", N_("值从哪里来"), group=ANSWER),
        Setting("parameter", "line", N_("链接参数"), N_("链接里 ?参数=代码；只接受下面列出的代码。"), group=ANSWER),
        _CHOICES,
    ),
    "computed": (Setting("expression", "expression", N_("计算方法"), N_("只能用前面题目的回答。"), group=ANSWER),),
    "order_data": (
        Setting(
            "field", "line", N_("订单字段"), N_("小写字母、数字和下划线，例如 amount。匿名问卷不能用。"), group=ANSWER
        ),
    ),
}

_CODE = Setting("code", "code", N_("代码"), N_("存进数据的代码。改了之后规则会一起改；发布后请不要再改。"))
_VALUE = Setting("value", "whole", N_("数值"), N_("数据文件里的整数。留空时在发布时自动给出，以后不变。"))
_SCORE = Setting("score", "number", N_("计分"), N_("得分里用它代替数值。"))
_PART_RULE = Setting("show_if", "rules", N_("显示规则"))
_ITEM_TEXT = Setting("text", "text", N_("文字"))
_ROW_REQUIRED = Setting("required", "switch", N_("必答"), default=False)

SETTINGS: dict[str, tuple[Setting, ...]] = {
    "root": (
        _text("title", N_("标题"), control="area"),
        Setting("name", "name", N_("短名"), N_("小写字母、数字和短横线；用在文件名里，发布后不能改。"), group=DATA),
        _text("intro", N_("开头一句话"), N_("显示在第一页标题下面。"), "area"),
        _text("thanks", N_("感谢页一句话"), control="area"),
        Setting("languages", "languages", N_("语言"), group=LANGUAGES),
        Setting("mode", "mode", N_("匿名方式"), group=PRIVACY),
        Setting(
            "quotas", "quotas", N_("配额"), N_("某一类人收够了，后来的同类顾客会看到致谢，不再继续填写。"), group=QUOTAS
        ),
        Setting("scores", "scores", N_("得分"), group=DATA),
        Setting("scales", "scales", N_("量表"), group=DATA),
        _text("purpose", N_("用途"), N_("为什么做这次调查，给同事看。"), "area"),
        Setting("category", "line", N_("分类"), N_("小写字母、数字和短横线。"), group=DATA),
        Setting("source", "line", N_("出处"), group=DATA),
        Setting("licence", "line", N_("许可"), N_("例如 CC-BY-4.0。"), group=DATA),
    ),
    "page": (
        _text("title", N_("本页标题"), control="area"),
        Setting("name", "line", N_("页名"), N_("只给同事看；小写字母、数字和下划线。")),
        Setting("show_if", "rules", N_("显示规则"), group=ANSWER),
        Setting("end_if", "rules", N_("结束规则"), group=ANSWER),
        Setting(
            "random_order", "switch", N_("本页题目随机排列"), N_("每位顾客看到的先后不同。"), default=False, group=LOOK
        ),
        Setting(
            "_group",
            "page_group",
            N_("与别的页随机交换先后"),
            N_("选中的页互相交换位置，每位顾客看到的先后不同。"),
            group=LOOK,
        ),
    ),
    "choice": (
        _ITEM_TEXT,
        _CODE,
        _VALUE,
        _SCORE,
        Setting("other", "switch", N_("可填写文字"), N_("“其他”选项，选了以后出现输入框。"), default=False),
        Setting("exclusive", "switch", N_("与其他选项互斥"), N_("例如“以上都没有”。"), default=False),
        Setting(
            "missing",
            "choose",
            N_("算作缺失"),
            options=(("", N_("否")), ("unknown", N_("不清楚")), ("refused", N_("不愿透露"))),
        ),
        _PART_RULE,
    ),
    "row": (_ITEM_TEXT, _CODE, _ROW_REQUIRED, _PART_RULE),
    "field": (
        _ITEM_TEXT,
        _CODE,
        replace(_PATTERN, group=""),
        replace(_length(200), group=""),
        _ROW_REQUIRED,
        _PART_RULE,
    ),
    "item": (
        _ITEM_TEXT,
        _CODE,
        Setting("min", "number", N_("最小值"), N_("留空时为 0。")),
        Setting("max", "number", N_("最大值")),
        _PART_RULE,
    ),
    "column": (
        _ITEM_TEXT,
        _CODE,
        Setting(
            "type",
            "column_type",
            N_("填写方式"),
            N_("换一种方式会移除现在的选项或范围，可以撤销。"),
            options=(("short_text", N_("文字")), ("number", N_("数字")), ("dropdown", N_("从列表选择"))),
        ),
        replace(_CHOICES, group=""),
        Setting("min", "number", N_("最小值")),
        Setting("max", "number", N_("最大值")),
        Setting("decimals", "whole", N_("小数位数"), low=0, high=6, default=0),
        replace(_length(200), group=""),
        replace(_ROW_REQUIRED, help=N_("每一行都必须填写这一列。")),
    ),
    "scale": (
        Setting("_code", "scale_code", N_("代码"), N_("用这个量表的题会一起改。")),
        Setting("points", "points_list", N_("各点"), N_("2 到 11 个点，从低到高。")),
        _UNSURE,
        Setting("bank", "bank", N_("题库")),
    ),
    "point": (_ITEM_TEXT, _CODE, _VALUE, _SCORE),
    "score": (
        Setting("label", "text", N_("名称")),
        Setting("name", "name", N_("变量名")),
        Setting(
            "kind",
            "choose",
            N_("怎样计算"),
            options=(
                ("sum", N_("求和")),
                ("mean", N_("平均")),
                ("weighted", N_("加权平均")),
                ("nps", "NPS"),
                ("csat", N_("满意比例（CSAT）")),
                ("ces", N_("费力度（CES）")),
            ),
        ),
        Setting("questions", "items", N_("计入的题")),
        Setting("min_answered", "whole", N_("至少回答几题"), N_("回答少于这个数时没有得分。"), low=1),
        Setting("rescale", "rescale", N_("换算到"), N_("例如 0 到 100；留空时用原来的分数。")),
        Setting(
            "top",
            "choose",
            N_("算作满意的最高几分"),
            options=(("", N_("默认")), ("1", "1"), ("2", "2"), ("3", "3")),
        ),
    ),
    "quota": (
        Setting("name", "name", N_("名称"), N_("给同事看。各版本里同名的配额一起计数；改名后从 0 开始。")),
        Setting("limit", "whole", N_("最多几份"), N_("只数完整提交的回答。"), low=1, high=10_000_000),
        Setting("message", "area", N_("名额满时说的话"), N_("留空时用系统的说法。")),
        Setting("when", "rules", N_("计入哪些人")),
    ),
}
"""What every kind of node has; `of_question` gives that of a question."""

ELSEWHERE: dict[str, dict[str, str]] = {
    "root": {
        "format": N_("固定为 1"),
        "pages": N_("大纲和画布"),
        "random_pages": N_("页的属性"),
    },
    "page": {"questions": N_("大纲和画布")},
    "question": {
        "retired": N_("发布时自动记录"),
        "open_rules": N_("画布里的题目"),
        "checks": N_("画布里的题目"),
        "words": N_("随文件导入"),
    },
    "column": {"retired": N_("发布时自动记录")},
    "scale": {"retired": N_("发布时自动记录")},
    "score": {"reverse": N_("计入的题"), "weights": N_("计入的题")},
}
"""Keys of the models that no control of their own shows, with the place where they are edited or written."""

_NEVER_REQUIRED = ("note", "section", "hidden", "computed", "order_data")


def of_question(kind: str) -> tuple[Setting, ...]:
    """The settings of a question type, in the order in which they are shown."""
    text, *written = _COMMON[2:]
    asked = () if kind in _NEVER_REQUIRED else (REQUIRED,)
    return (*_COMMON[:2], text, *asked, *_OWN_KEYS[kind], *_RULES, *written, *_TRACKING)
