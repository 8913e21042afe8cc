"""What advice says: the problem, why it matters, a better example, and the words on the button that mends it."""

from typing import NamedTuple

Pair = tuple[str, str]
"""English, Chinese."""


class Words(NamedTuple):
    """Everything that is said about one rule."""

    problem: Pair
    why: Pair
    better: Pair
    button: Pair = ("Fix it", "一键修改")


WORDS: dict[str, Words] = {
    "double_barrelled": Words(
        ("“{words}” asks two things at once.", "“{words}”一题问了两件事。"),
        (
            "Somebody who likes one and not the other cannot answer, and nobody can tell which of the two a low "
            "score is about.",
            "对其中一件满意、另一件不满意的人无法作答；分数低了，也不知道是哪一件的问题。",
        ),
        (
            "“How satisfied or dissatisfied are you with the prices?” and, as a question of its own, “… with the service?”",
            "拆成两题：“您对价格满意吗？”“您对服务满意吗？”",
        ),
        ("Make two questions", "拆成两题"),
    ),
    "leading": Words(
        ("“{words}” pushes towards an answer.", "“{words}”带有倾向，会引导回答。"),
        (
            "People tend to agree with what a question takes for granted, so the result says more about the "
            "wording than about them.",
            "人们容易顺着题目的语气回答，结果反映的是措辞，而不是真实看法。",
        ),
        (
            "“How satisfied or dissatisfied are you with our service?” instead of “Don't you find our service excellent?”",
            "“您对我们的服务满意吗？”，而不是“难道您不觉得我们的服务很好吗？”",
        ),
        ("Take the words out", "删去这些字"),
    ),
    "absolute": Words(
        ("“{words}” leaves no room for exceptions.", "“{words}”过于绝对，不留余地。"),
        (
            "One exception makes the honest answer “no”, so people with very different experience give the same answer.",
            "只要有一次例外，如实回答就只能是“否”，经历差别很大的人会给出同样的答案。",
        ),
        (
            "“On your last visit, did the staff greet you?” instead of “Do the staff always greet you?”",
            "“这次到店，店员问候您了吗？”，而不是“店员总是问候您吗？”",
        ),
    ),
    "double_negative": Words(
        ("“{words}” holds two negations.", "“{words}”里有双重否定。"),
        (
            "Readers lose track of what “yes” would mean; some will answer the opposite of what they think.",
            "读者难以判断“是”代表什么，部分人会答成相反的意思。",
        ),
        (
            "“Should the shop give a receipt?” instead of “Do you disagree that the shop should not give a receipt?”",
            "“您认为药店应该提供发票吗？”，而不是“您是否不同意药店不提供发票？”",
        ),
    ),
    "vague_quantity": Words(
        ("“{words}” means something different to everybody.", "“{words}”没有具体标准，各人理解不同。"),
        (
            "“Often” may be twice a day or twice a year; answers cannot be compared between people or over time.",
            "“经常”可以是每天两次，也可以是每年两次，不同的人、不同的时间无法比较。",
        ),
        (
            "“Once a week or more”, “One to three times a month”, “Less than once a month”.",
            "“每周至少一次”“每月一到三次”“每月不到一次”。",
        ),
    ),
    "vague_period": Words(
        ("“{words}” names no period.", "“{words}”没有说明是多长时间。"),
        (
            "Some think of yesterday, others of last year, so their counts do not add up to anything.",
            "有人想到昨天，有人想到去年，得到的次数无法合并。",
        ),
        ("“In the last three months, how many times …?”", "“最近三个月，您来过几次？”"),
    ),
    "hypothetical": Words(
        ("It asks what people would do.", "题目问的是假设的情况。"),
        (
            "What people say they would do and what they do later differ widely; ask what they did or need.",
            "人们说“会做”和真正去做差别很大；问过去的行为或需要更可靠。",
        ),
        (
            "“In the last three months, did you need a medicine after 10 p.m.?” instead of “Would you come if we "
            "opened at night?”",
            "“最近三个月，您在晚上 10 点以后需要过买药吗？”，而不是“如果夜间营业，您会来吗？”",
        ),
    ),
    "jargon": Words(
        ("“{words}” may not be understood.", "“{words}”不是人人都懂。"),
        (
            "Who does not know the term guesses, and a guess looks like an answer.",
            "不懂的人只能猜，而猜出来的回答看上去和真实回答一样。",
        ),
        (
            "Write it out, or explain it in brackets: “delivery time (from order to arrival)”.",
            "写成日常用语，或用括号说明：“送货用时（从下单到收到）”。",
        ),
    ),
    "and_or": Words(
        ("“{words}” can be read in two ways.", "“{words}”有两种读法。"),
        (
            "Nobody can tell whether one of the two is enough for a yes.",
            "读者不知道满足其中一项是否就算“是”。",
        ),
        ("“A or B (or both)”, or a question for each.", "写成“A 或 B（包括两者都有）”，或分成两题。"),
        ("Write “or”", "改成“或”"),
    ),
    "no_question": Words(
        ("“{words}” is a label, not a question.", "“{words}”只是名称，不是一个问题。"),
        (
            "Everybody makes up a question of their own, so the answers are about different things.",
            "读者要自己猜问的是什么，各人回答的不是同一件事。",
        ),
        (
            "“How satisfied or dissatisfied are you with the delivery?” instead of “Delivery”.",
            "“您对送货满意吗？”，而不是“物流”。",
        ),
        ("Make it a question", "改成问句"),
    ),
    "long_text": Words(
        (
            "The question has {given} {unit}; {limit} or fewer read faster.",
            "题目有 {given} {unit_zh}；不超过 {limit} {unit_zh}更易读。",
        ),
        (
            "On a phone a long question fills the screen, and its end is read without its beginning.",
            "手机上题目过长会占满屏幕，读到后面忘了前面。",
        ),
        (
            "Put the background in the hint, and only the question in the question.",
            "把背景放到提示里，题目只留一句问话。",
        ),
    ),
    "personal_data": Words(
        ("It asks for personal data ({words}) without saying why.", "收集个人信息（{words}），但没有说明用途。"),
        (
            "People stop here when they do not know what it is for, and the law asks for a stated purpose (PIPL "
            "articles 6 and 17).",
            "不知道用途的人会在这里离开；法律也要求告知处理目的（个人信息保护法第六条、第十七条）。",
        ),
        (
            "Fill in “Why we ask”: “Only to reply to your complaint; deleted after 30 days.”",
            "填写“为什么问这个”：“只用于回复您的投诉，30 天后删除。”",
        ),
    ),
    "agree_scale": Words(
        ("It asks how far people agree.", "这道题用同意程度作答。"),
        (
            "A part of the people agrees with any statement; a question with its own answers is measured more exactly.",
            "有一部分人对任何说法都倾向于同意；直接问并给出对应的选项更准确。",
        ),
        (
            "“How easy or difficult was it to find us?” with “very difficult … very easy”. Keep it if the "
            "instrument prescribes it.",
            "“这家店容易找到吗？”，选项为“很难找……很容易找”。如果是标准量表则保留。",
        ),
    ),
    "many_choices": Words(
        (
            "{given} choices are hard to compare on a phone; seven or fewer are better.",
            "{given} 个选项在手机上难以比较；建议不超过 7 个。",
        ),
        (
            "People take the first that fits and do not read the rest.",
            "人们往往选第一个说得过去的，不再看后面的。",
        ),
        (
            "Join rare choices into “Other”, or let people pick from a list that opens.",
            "把少见的选项并入“其他”，或改为下拉选择。",
        ),
        ("Use a drop-down", "改为下拉选择"),
    ),
    "no_unsure": Words(
        ("Nobody can say “not sure”.", "必答，却没有“不清楚”。"),
        (
            "Who does not know or did not notice must invent an answer or leave.",
            "不知道或没注意的人，要么乱答，要么离开。",
        ),
        ("Add “Not sure” as the last choice; it is kept apart in the results.", "在最后加上“不清楚”，统计时单独列出。"),
        ("Add “Not sure”", "加上“不清楚”"),
    ),
    "no_refusal": Words(
        ("A private question without “I prefer not to say”.", "涉及隐私且必答，却没有“不愿透露”。"),
        (
            "People who feel pressed give a wrong answer or leave the questionnaire.",
            "感到被追问的人会乱答或放弃整份问卷。",
        ),
        ("Add “I prefer not to say”, or make the question optional.", "加上“不愿透露”，或改为选答。"),
        ("Add “I prefer not to say”", "加上“不愿透露”"),
    ),
    "no_other": Words(
        ("The list may not hold everybody's answer, and there is no “Other”.", "选项可能不全，又没有“其他”。"),
        (
            "Whoever does not find their answer picks a wrong one, and you never learn about it.",
            "找不到答案的人只能选错的，而您无从得知。",
        ),
        ("Add “Other” with a text field.", "加上可以填写的“其他”。"),
        ("Add “Other”", "加上“其他”"),
    ),
    "other_without_field": Words(
        ("“{words}” has no text field.", "“{words}”后面没有填空。"),
        (
            "You learn that something is missing from the list, and not what.",
            "您只知道有别的答案，却不知道是什么。",
        ),
        ("“Other: ____”", "“其他：____”"),
        ("Add the text field", "加上填空"),
    ),
    "not_exclusive": Words(
        ("“{words}” can be ticked together with the other choices.", "“{words}”可以和其他选项同时勾选。"),
        (
            "An answer that says both “A” and “none of these” cannot be counted.",
            "同时选了“A”和“都没有”的回答无法统计。",
        ),
        ("Make “None of these” exclusive.", "把“以上都没有”设为与其他互斥。"),
        ("Make it exclusive", "设为互斥"),
    ),
    "same_choices": Words(
        ("“{words}” stands in the list twice.", "选项“{words}”重复出现。"),
        (
            "The answers spread over both, and each looks rarer than it is.",
            "回答会分散到两个选项上，各自看起来都偏少。",
        ),
        ("Keep one of them.", "只保留一个。"),
    ),
    "overlapping_ranges": Words(
        ("“{first}” and “{words}” overlap.", "“{first}”和“{words}”有重叠。"),
        (
            "Whoever is exactly on the border fits two choices, so both counts are blurred.",
            "正好在边界上的人两个都可以选，两边的人数都不准。",
        ),
        ("“18-25”, “26-35”, “36-45”.", "“18-25 岁”“26-35 岁”“36-45 岁”。"),
        ("Move the lower limits", "调整起点"),
    ),
    "range_gap": Words(
        ("There is a gap between “{first}” and “{words}”.", "“{first}”和“{words}”之间有空缺。"),
        ("Whoever falls in between has no answer.", "落在中间的人没有选项可选。"),
        ("“1-5”, “6-10”, “11-20”.", "“1-5 次”“6-10 次”“11-20 次”。"),
    ),
    "unbalanced_scale": Words(
        ("The scale has {up} good and {down} bad points.", "量表有 {up} 个正面、{down} 个负面选项，两边不对称。"),
        (
            "The middle moves to one side, and the mean is better or worse than what people think.",
            "中点偏向一边，平均分会高于或低于真实看法。",
        ),
        ("Very poor, poor, neither good nor poor, good, very good.", "很差、较差、一般、较好、很好。"),
    ),
    "reversed_scale": Words(
        ("The scale runs from good to bad.", "量表从好到差排列。"),
        (
            "High numbers would then mean bad, the other way round than in every other question and chart here.",
            "数值越大反而越差，与其他题目和图表的方向相反，容易看错。",
        ),
        ("From “very dissatisfied” to “very satisfied”.", "从“非常不满意”到“非常满意”。"),
        ("Turn it round", "改为从差到好"),
    ),
    "unlabelled_scale": Words(
        ("The ends of the scale have no words.", "量表两端没有说明。"),
        ("Some people take 1 for the best mark.", "有人会把 1 当成最好。"),
        ("1 = very dissatisfied … 5 = very satisfied.", "1 = 非常不满意 …… 5 = 非常满意。"),
        ("Label both ends", "标注两端"),
    ),
    "many_rows": Words(
        ("{given} rows are tiring; five or fewer are better.", "{given} 行容易疲劳；建议不超过 5 行。"),
        (
            "In long grids people tick the same column without reading.",
            "行数太多时，人们会不看题目一路点同一列。",
        ),
        (
            "Keep the rows that you will act on, or make two grids on two pages.",
            "只保留会用到的行，或分成两个矩阵、放在两页。",
        ),
    ),
    "required_text": Words(
        ("A required open text makes people leave.", "开放题设为必答容易流失。"),
        (
            "Typing on a phone is work; those who stay type “none” or one letter.",
            "在手机上打字费力；留下来的人会填“无”或随便一个字。",
        ),
        ("Make it optional.", "改为选答。"),
        ("Make it optional", "改为选答"),
    ),
    "required_file": Words(
        ("A required upload stops everybody who has nothing to upload.", "必须上传文件，没有文件的人就无法继续。"),
        (
            "On an old phone, with a full memory or without the receipt at hand, people leave; a counter tablet cannot "
            "upload at all and does not take such a questionnaire.",
            "手机旧、空间不足或手边没有小票的人会离开；柜台平板完全不能上传，也不接受这样的问卷。",
        ),
        ("Make it optional, or show it only to those who said that they have it.", "改为选答，或只对表示有的人显示。"),
        ("Make it optional", "改为选答"),
    ),
    "photo_anonymous": Words(
        ("A photo can name its author in an anonymous questionnaire.", "匿名问卷里的照片可能看出是谁。"),
        (
            "Place, time and device are removed from every photo; faces, names, prescriptions and what stands in the "
            "background are not. The page asks people not to take pictures of them.",
            "照片里的拍摄地点、时间和设备信息会被删除，但人脸、姓名、处方和背景不会。页面会提醒顾客不要拍到这些。",
        ),
        (
            "Say in the question what to show and what to cover, for example “the price tag only”; or ask in words.",
            "在题目里写明拍什么、遮住什么，例如“只拍价格标签”；或改用文字题。",
        ),
    ),
    "order_identifies": Words(
        (
            "A confidential answer does not keep this field of the order in full.",
            "保密问卷的答卷不会完整保存这个订单字段。",
        ),
        (
            "Whoever may look up orders would find the customer by it, without an unsealing. Pages show it; data and exports "
            "have no order number, the month instead of the date, and a span of 50 yuan instead of the amount.",
            "能查订单的人凭它就能找到顾客，绕过解封。页面上可以显示；数据和导出中没有订单号，日期只到月份，金额只到 50 元一档。",
        ),
        (
            "Take the question out unless a text on a page names it, or make the questionnaire identified.",
            "除非题目文字要引用它，否则删去；确需订单号时请用实名问卷。",
        ),
    ),
    "district_narrows": Words(
        (
            "A district can point at one person in an anonymous questionnaire.",
            "匿名问卷问到区县，可能认出个人。",
        ),
        (
            "District, shop and month together may fit very few people. Results show no place of fewer than five, but the files "
            "of answers hold every one.",
            "区县、门店和月份合在一起，符合的人可能很少。结果页不显示少于 5 人的地区，但导出的逐条数据里都有。",
        ),
        (
            "Ask for province and city only, unless the district decides something.",
            "除非要按区县做决定，否则只问到市。",
        ),
        ("Ask down to the city", "只问到市"),
    ),
    "many_questions": Words(
        (
            "{given} questions tire people; {limit} or fewer are answered better.",
            "共 {given} 题，容易疲劳；不超过 {limit} 题效果更好。",
        ),
        (
            "Each further question loses people and makes the last answers careless.",
            "每多一题就多流失一些人，后面的回答也更随意。",
        ),
        (
            "Take out what nobody will act on, or ask only those whom it concerns.",
            "删去没有人会据此行动的题目，或只问相关的人。",
        ),
    ),
    "long_survey": Words(
        ("It takes about {minutes} minutes; five or less is kinder.", "约需 {minutes} 分钟；建议不超过 5 分钟。"),
        ("After five minutes on a phone many leave before the end.", "在手机上超过 5 分钟，很多人会中途离开。"),
        ("Two short questionnaires for two groups of people.", "分成两份短问卷，发给两组人。"),
    ),
    "untranslated": Words(
        ("The {language} text is written in another language.", "{language_zh}文本写的是另一种语言。"),
        ("Who chose this language cannot read it.", "选择这种语言的人看不懂。"),
        ("Translate it in the translation table.", "请在翻译表中补上译文。"),
    ),
    "old_translation": Words(
        ("The {language} text is older than the original.", "{language_zh}译文比原文旧。"),
        ("People of two languages would answer two different questions.", "使用不同语言的人回答的不是同一个问题。"),
        ("Check it in the translation table.", "请在翻译表中核对。"),
    ),
    "scale_changed": Words(
        (
            "The words of the scale differ from the last version: “{before}” became “{words}”.",
            "量表文字与上一版不同：“{before}”改成了“{words}”。",
        ),
        (
            "A change in the answers may then come from the words; results before and after cannot be compared.",
            "回答的变化可能只是文字造成的，前后结果无法比较。",
        ),
        ("Keep the words, or publish the change with a reason.", "保留原来的文字，或在发布时说明原因。"),
        ("Back to the old words", "恢复原来的文字"),
    ),
    "scale_differs": Words(
        (
            "The same scale is worded differently elsewhere (“{first}”, here “{words}”).",
            "同一种量表在别的题里用词不同（“{first}”，这里是“{words}”）。",
        ),
        ("Different labels make the answers to two questions incomparable.", "标签不同，两道题的结果就无法比较。"),
        ("Define the scale once and use it in both questions.", "把量表定义一次，两题共用。"),
    ),
    "complex_rule": Words(
        (
            "A rule with {given} conditions on answers of the same page.",
            "显示条件有 {given} 项，且取决于同一页的答案。",
        ),
        (
            "Questions that come and go while people answer confuse them; without scripts the page cannot decide it.",
            "题目在作答时忽隐忽现，让人困惑；脚本不可用时页面也无法判断。",
        ),
        ("Begin a new page before this question.", "在这道题之前分页。"),
        ("Begin a new page here", "从这里分页"),
    ),
    "undecided": Words(
        (
            "Whether this question can be shown could not be decided. Try it in the preview.",
            "无法判断这道题是否会显示。请在预览中确认。",
        ),
        ("There are too many combinations of answers to try them all.", "答案的组合太多，无法逐一尝试。"),
        ("Use fewer questions in one rule.", "减少一条规则里用到的题目。"),
    ),
    "part_never": Words(
        ("Nobody is ever offered “{words}”.", "“{words}”永远不会显示。"),
        (
            "Its rule does not hold for anybody who comes here, so that nobody can choose it.",
            "走到这里的人都不满足它的显示规则，所以没有人选得到。",
        ),
        ("Change its rule, or delete it.", "修改它的显示规则，或者删除它。"),
    ),
    "may_vanish": Words(
        (
            "All that this question offers has rules: whoever meets none of them is not asked.",
            "这道题的每一项都有显示规则：一条都不满足的人不会看到这道题。",
        ),
        (
            "That is often what is wanted, but people then miss in the results.",
            "这常常正是想要的，但结果里会少这些人。",
        ),
        (
            "If everybody should answer, offer something without a rule, such as “Other”.",
            "如果人人都该回答，请留一个没有规则的选项，例如“其他”。",
        ),
    ),
    "quota_never": Words(
        ("Nobody who comes to the end fits the quota “{name}”.", "走到最后的人都不符合配额“{name}”的条件。"),
        ("It never counts anybody and never fills.", "它不会计入任何人，也永远不会满。"),
        ("Change its condition, or delete it.", "修改它的条件，或者删除它。"),
    ),
    "quota_late": Words(
        (
            "The quota “{name}” is only known on the last page.",
            "配额“{name}”到最后一页才能判断。",
        ),
        (
            "People answer everything and are then told that their answers are not needed.",
            "顾客填完全部题目，才被告知不需要他的回答。",
        ),
        ("Ask what decides the quota on the first page.", "把决定配额的题放到第一页。"),
    ),
}

SENTENCES: dict[str, Pair] = {code: words.problem for code, words in WORDS.items()}


def said(pair: Pair, language: str) -> str:
    """The Chinese or the English of a pair."""
    return pair[1] if language.startswith("zh") else pair[0]
