"""Surveys of our own in the form of a .qsf, for the fidelity score and for damaged copies."""

from typing import Any

from tests.formats.qualtrics.making import (
    BREAK,
    END,
    Data,
    about,
    amount,
    block,
    branch,
    element,
    encoded,
    expr,
    grid,
    line,
    logic,
    many,
    one,
    question,
    settings,
    shown_if,
    step,
    survey,
)
from tests.formats.qualtrics.making import (
    displays as d,
)

FORCED = settings(ForceResponse="ON", ForceResponseType="ON", Type="None")


def _of(qid: str, what: str, text: str, *rest: Any, **more: Any) -> Data:
    """A question with words of its own."""
    return question(qid, *what.split("/"), *rest, **{"QuestionText": text, **more})


# --- every kind of question ---------------------------------------------------------------------------------------------
TYPED = {"Display": "其他药店", "TextEntry": "true", "TextEntryForceResponse": "true"}
SPOTS = {"1": {"Display": "收银台"}, "2": {"Display": "药架"}}
PARTS = {
    "1": {**grid("QID9#1", "", ["很少", "经常"]), "QuestionText": "多久买一次？"},
    "2": question("QID9#2", "Matrix", "TE", "Short", QuestionText="买什么？", Answers=d("名称")),
}
KINDS = survey(
    _of("QID1", "MC/SAVR/TX", "您常去哪家药店？", Choices={**d("本店", "隔壁"), "3": TYPED}, **FORCED,
        RecodeValues={"1": "10", "2": "20", "3": "90"}, Language={"EN": {"QuestionText": "Which shop?"}}),
    _of("QID2", "MC/DL/TX", "您住在哪个区？", Choices=d("芙蓉", "天心", "岳麓")),
    _of("QID3", "MC/MAVR/TX", "买过哪些？",
        Choices={**d("感冒药", "维生素", "口罩"), "4": {"Display": "都没有", "ExclusiveAnswer": "true"}},
        Randomization={"Type": "All"}, **settings(Type="ChoiceRange", MinChoices="1", MaxChoices="3")),
    _of("QID4", "MC/NPS", "您会推荐本店吗？", Choices={str(n): {"Display": str(n)} for n in range(11)},
        ColumnLabels=[{"Display": "不会"}, {"Display": "一定会"}]),
    _of("QID5", "Matrix/Likert/SingleAnswer", "您对以下各项满意吗？", Choices=d("价格", "服务", "环境"),
        Answers=d("不满意", "一般", "满意"), ChoiceDataExportTags={"1": "Q5_price", "2": "Q5_staff", "3": "Q5_place"},
        Language={"EN": {"QuestionText": "How satisfied?", "Choices": d("Price", "Staff", "Place"),
                         "Answers": d("Not", "So-so", "Very")}}, **FORCED),
    _of("QID6", "Matrix/Likert/MultipleAnswer", "哪些场合用过？",
        Choices=d("在家", "在外"), Answers=d("口罩", "消毒液")),
    _of("QID7", "Matrix/Bipolar", "本店给您的印象：",
        Choices=d("冷淡 : 热情", "慢 : 快"), Answers=d("1", "2", "3", "4", "5")),
    _of("QID8", "Matrix/MaxDiff", "最在意和最不在意哪一项？",
        Choices=d("价格", "距离", "品种"), Answers=d("最不在意", "最在意")),
    _of("QID9", "SBS/SBSMatrix", "下面几类药您怎么买？", Choices=d("感冒药", "胃药"), AdditionalQuestions=PARTS),
    _of("QID10", "Slider/HSLIDER", "请为服务打分：", Choices=d("店员", "收银"), Labels=d("差", "好"),
        Configuration={"CSSliderMin": 0, "CSSliderMax": 100, "GridLines": 10, "NumDecimals": "0"}),
    _of("QID11", "Slider/STAR", "请给星：", Choices=d("价格", "品种"),
        Configuration={"StarCount": 5, "StarType": "discrete"}),
    _of("QID12", "CS/VRTL/TX", "一百元您会怎么分配？", Choices=d("药", "保健品", "用品"),
        **settings(Type="ChoicesTotal", ChoiceTotal="100")),
    _of("QID13", "RO/DND/TX", "请按重要程度排序：", Choices=d("价格", "距离", "服务")),
    _of("QID14", "PGR/DragAndDrop", "请归类：", Choices=d("口罩", "维生素"), Groups=["常买", "少买"]),
    _of("QID15", "DD/DL", "所在城市：", Choices=d("省", "市"), Answers=d("湖南", "长沙", "株洲"),
        AnswerMap={"1": None, "2": "1", "3": "1"}),
    _of("QID16", "TE/SL", "您的姓名？"), _of("QID17", "TE/ML", "有什么建议？", **settings(Type="MinChar", MinChars="5")),
    _of("QID18", "TE/FORM", "联系方式：", Choices=d("电话", "邮箱")),
    {**amount("QID19", "0", "120"), "QuestionText": "您的年龄？"},
    _of("QID20", "TE/SL", "上次来店日期？", **settings(Type="ContentType", ContentType="ValidDate")),
    _of("QID21", "FileUpload/FileUpload", "请上传小票："), _of("QID22", "Draw/Signature", "请签名："),
    _of("QID23", "DB/TB", "<p>谢谢！<b>快完了。</b></p>"),
    _of("QID24", "Matrix/Profile/SingleAnswer", "请选择：", Choices=d("早上", "晚上"),
        Answers={"1": d("散步", "跑步"), "2": d("看书", "休息")}),
    _of("QID25", "Matrix/TE/Short", "每月花费（元）：", Choices=d("药", "用品"), Answers=d("金额"),
        **settings(Type="ContentType", ContentType="ValidNumber", ValidNumber={"Min": "0", "Max": "", "NumDecimals": "2"})),
    _of("QID26", "Timing/PageTimer", "计时"), _of("QID27", "Meta/Browser", "浏览器"),
    _of("QID28", "HotSpot/OnOff", "请点：", Choices=SPOTS),
    options={"BackButton": "false", "AvailableLanguages": {"ZH-S": [], "EN": []}, "Header": "<b>顾客调查</b>"},
    language="ZH-S",
)  # fmt: skip


# --- rules --------------------------------------------------------------------------------------------------------------
def _carried(which: str) -> Data:
    locator = {"Locator": f"q://QID2/ChoiceGroup/{which}", "Type": "Dynamic", "DynamicType": "ChoiceGroup"}
    return {"Choices": [], "ChoiceOrder": [], "DynamicChoices": locator, "DynamicChoicesData": []}


COLUMNS = d("Bad", "So-so", "Good")
COLUMNS["2"] |= shown_if(expr("QID1/SelectableChoice/3", "NotSelected"))
ROWS = d("Price", "Staff")
ROWS["2"] |= shown_if(expr("QID2/SelectableChoice/2"))
FEW = d("Tablets", "Syrup", "Cream")
FEW["3"] |= shown_if(
    expr("QID1/SelectableChoice/2"), expr("QID3/ChoiceTextEntryValue", "GreaterThan", "17", join="And")
)
ROUND = {"LoopingOptions": {"Static": {"1": {"1": "Morning"}, "2": {"1": "Evening"}}}, "Looping": "Static"}
AGAIN = {"Locator": "q://QID2/ChoiceGroup/SelectedChoices", "QID": "QID2", "Static": {}, "Randomization": "None"}
QUOTA = {"ID": "QO_1", "Name": "Young", "Occurrences": 100, "QuotaAction": "EndCurrentSurvey"}
RULES = survey(
    one("QID1", "Often", "Sometimes", "Never", QuestionText="How often do you come?"),
    many("QID2", "Medicine", "Vitamins", "Masks", QuestionText="What do you buy?"),
    amount("QID3", "0", "120"),
    one("QID4", **_carried("SelectedChoices"), QuestionText="What matters most?"),
    {**grid("QID5", "", ["x"], Choices=ROWS, Answers=COLUMNS), "QuestionText": "How was ${q://QID2/ChoiceGroup/SelectedChoices}?"},
    many("QID6", Choices=FEW, QuestionText="Which form?"),
    {**grid("QID7", "", ["Bad", "Good"]), **_carried("UnselectedChoices"), "QuestionText": "And the rest?"},
    {**line("QID8"), **shown_if(expr("QID5/SelectableAnswer/3"), expr("QID1/QuestionDisplayed", "NotDisplayed", join="Or"))},
    {**line("QID9"), "QuestionText": "Why not?", **shown_if(expr("QID1/SelectableChoice/3"))},
    {**line("QID10"), "QuestionText": "${lm://Field/1}: how was it?"},
    one("QID11", "Yes", "No", QuestionText="Again ${lm://Field/1}?"),
    one("QID12", "Yes", "No", QuestionText="May we write to you?"),
    {**line("QID13"), **settings(Type="ContentType", ContentType="ValidEmail")},
    {**line("QID14"), **shown_if(about("group", "EqualTo", "b"))},
    {**line("QID15"), **shown_if(expr("QID3/ChoiceTextEntryValue", "Empty"),
                                 sets=[("AndIf", [expr("QID1/SelectableChoice/1")])])},
    {**line("QID16"), **shown_if(expr("QID1/SelectableChoice/1"), {**expr("x", join="Or"), "LogicType": "DeviceType"})},
    one("QID17", "Old", QuestionText="In the trash"),
    blocks=[
        block("1", element("QID1", ("QID1/SelectableChoice/3", "Selected", "QID3")), BREAK, "QID2", BREAK, "QID3",
              type="Default"),
        block("2", "QID4", BREAK, "QID5", "QID6", BREAK, "QID7", "QID8"),
        block("3", "QID9"), block("4", "QID10", **ROUND),
        block("5", "QID11", Looping="Question", LoopingOptions=AGAIN),
        block("6", element("QID12", ("QID12/SelectableChoice/2", "Selected", "ENDOFSURVEY")), BREAK,
              "QID13", "QID14", "QID15", "QID16"),
        block("7", "QID17", type="Trash"),
    ],
    flow=[
        {"Type": "EmbeddedData", "FlowID": "FL_9", "EmbeddedData": [{"Field": "group", "Type": "Recipient"}]},
        step("1"), step("2"), branch(expr("QID1/SelectableChoice/3"), flow=[step("3"), END]),
        {"Type": "BlockRandomizer", "FlowID": "FL_8", "SubSet": 2, "Flow": [step("4"), step("5")]}, step("6"),
    ],
    others=[{"Element": "QO", "Payload": {**QUOTA, "Logic": logic(expr("QID3/ChoiceTextEntryValue", "LessThan", "30"))}}],
)  # fmt: skip


# --- checks and points --------------------------------------------------------------------------------------------------
def _checked(*tests: Data) -> Data:
    return settings(
        Type="CustomValidation", CustomValidation={"Logic": logic(*tests), "Message": {"messageID": "MS_1"}}
    )


POINTS = {"GradingData": [{"ChoiceID": str(n), "Grades": {"SC_1": str(n - 1)}} for n in (1, 2, 3)]}
CATEGORY = {"ScoringCategories": [{"ID": "SC_1", "Name": "Trust"}], "DefaultScoringCategory": "SC_1"}
CHECKS = survey(
    {**amount("QID1", "1", "20"), "QuestionText": "How many came?"},
    {**line("QID2"), "QuestionText": "How many of them bought something?",
     **_checked(expr("QID2/ChoiceTextEntryValue", "LessThanOrEqual", "${q://QID1/ChoiceTextEntryValue}"))},
    {**line("QID3"), "QuestionText": "Number of the receipt",
     **_checked(expr("QID3/ChoiceTextEntryValue", "MatchesRegex", r"/^[a-z]{2}\d+$/i"),
                expr("QID3/ChoiceTextEntryValue", "Empty", join="Or"))},
    many("QID4", QuestionText="Red and what?",
         **_checked(expr("QID4/SelectableChoice/1"), expr("QID4/SelectedChoicesCount", "GreaterThan", "1", join="And"))),
    {**grid("QID5", "ab", ["No", "Yes"]), **_checked(expr("QID5/SelectableAnswer/2"))},
    one("QID6", "No", "Rather", "Fully", **POINTS, QuestionText="Do you trust us?"),
    one("QID7", "No", "Rather", "Fully", **POINTS, QuestionText="Would you come again?"),
    {**line("QID8"), **settings(Type="ContentType", ContentType="ValidZip", ValidZipType="ValidUSZip")},
    {**line("QID9"), **settings(Type="CharRange", MinChars="2", MaxChars="40")},
    others=[{"Element": "SCO", "Payload": CATEGORY}],
)  # fmt: skip

FILES = {"kinds.qsf": encoded(KINDS), "rules.qsf": encoded(RULES), "checks.qsf": encoded(CHECKS)}
