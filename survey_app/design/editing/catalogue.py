"""The types of questions as people choose them: grouped, with an icon, one line of explanation and words to search by."""

from dataclasses import dataclass

from survey_app.languages import N_


@dataclass(frozen=True, slots=True)
class Kind:
    """One type: `search` holds what people type to find it (pinyin initials, names other tools use)."""

    type: str
    name: str
    line: str
    icon: str
    search: str


GROUPS: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    (
        N_("选择题"),
        (
            Kind("single_choice", N_("单选"), N_("从几个选项里选一个"), "circle-dot", "danxuan dx radio"),
            Kind("multiple_choice", N_("多选"), N_("可以选几个选项"), "square-check", "duoxuan dx checkbox"),
            Kind("dropdown", N_("下拉单选"), N_("选项很多时，收进一个列表"), "square-chevron-down", "xiala xl select list"),
            Kind("ranking", N_("排序"), N_("把选项按重要程度排出先后"), "arrow-up-down", "paixu px rank order"),
        ),
    ),
    (
        N_("打分题"),
        (
            Kind("rating", N_("评分"), N_("数字、星星或文字，2 到 11 档"), "star", "pingfen pf xing stars"),
            Kind("likert", N_("量表"), N_("同意程度等，多题共用同一组刻度"), "sliders-horizontal", "liangbiao lb agree"),
            Kind("matrix", N_("矩阵"), N_("多个项目，用同一组答案逐项回答"), "grid-3x3", "juzhen jz grid table"),
            Kind("matrix_multiple", N_("矩阵多选"), N_("多个项目，每行可选几个答案"), "grid-3x3", "juzhen duoxuan jz grid"),
            Kind("slider", N_("滑块"), N_("在一条线上选一个数"), "sliders-horizontal", "huakuai hk slider"),
            Kind("nps", "NPS", N_("0–10 分，推荐给亲友的可能性"), "gauge", "tuijian tj recommend 0-10"),
            Kind("csat", "CSAT", N_("五档满意度，标准措辞"), "smile", "manyi my satisfaction"),
            Kind("ces", "CES", N_("七档，办成一件事是否容易"), "thumbs-up", "feili fl effort easy"),
        ),
    ),
    (
        N_("填写题"),
        (
            Kind("short_text", N_("单行填空"), N_("一行字，可限定手机号、邮箱等格式"), "text-cursor-input", "tiankong tk line"),
            Kind("long_text", N_("多行填空"), N_("意见、原因等较长的文字"), "text-align-start", "tiankong tk comment open"),
            Kind("text_fields", N_("多项填空"), N_("一题里有几个填空"), "rows-3", "duoxiang tiankong tk several"),
            Kind("matrix_fields", N_("表格填空"), N_("多行多列，可填文字、数字或从列表选择"), "rows-3", "biaoge bg table"),
            Kind("constant_sum", N_("分配总数"), N_("把一个总数分给几项"), "calculator", "fenpei fp sum 100"),
            Kind("number", N_("数字"), N_("可设范围、小数和单位"), "hash", "shuzi sz"),
            Kind("date", N_("日期"), N_("选一天，可设范围"), "calendar", "riqi rq day"),
            Kind("file", N_("上传文件"), N_("一张照片或一份 PDF"), "upload", "shangchuan sc file photo upload"),
            Kind("region", N_("省市区"), N_("从列表里逐级选省、市、区县"), "map-pin", "shengshiqu ssq dizhi dz city address"),
            Kind("time", N_("时间"), N_("几点几分"), "clock", "shijian sj hour"),
        ),
    ),
    (
        N_("文字与同意"),
        (
            Kind("section", N_("小节"), N_("一页里的小标题"), "heading", "xiaojie xj biaoti heading"),
            Kind("note", N_("说明"), N_("一段只读的文字"), "info", "shuoming sm text"),
            Kind("consent", N_("同意"), N_("阅读后勾选“我同意”"), "shield-check", "tongyi ty zhiqing agree"),
        ),
    ),
    (
        N_("后台"),
        (
            Kind("attention_check", N_("注意力检查"), N_("答案已知，看谁在认真答"), "target", "zhuyili zyl trap"),
            Kind("hidden", N_("隐藏变量"), N_("固定值，或来自链接的参数"), "eye-off", "yincang yc parameter url"),
            Kind("computed", N_("计算值"), N_("由前面的答案算出"), "calculator", "jisuan js formula"),
            Kind("order_data", N_("订单数据"), N_("随邀请带入的订单字段"), "receipt", "dingdan dd"),
        ),
    ),
)  # fmt: skip
KINDS: dict[str, Kind] = {kind.type: kind for _, kinds in GROUPS for kind in kinds}
