"""Rules for Chinese sentences. Every function gets the words of one text and gives the words it stumbled over, or ""."""

import re

from survey_app.questionnaire.wording.finding import Span, finder

# a part ends at the next opening sign too: a text of opening signs alone would be read once from each of them
_BRACKETS = re.compile(r"[（(][^（()）]*[）)]|[“「『\"][^“「『”」』\"]*[”」』\"]|\{\{[^{}]*\}\}")
_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """The text without what stands in brackets, quotes and holes, and without spaces."""
    return _SPACE.sub("", _BRACKETS.sub("", text))


# --- two ideas in one question -----------------------------------------------------------------------------------------
_PEOPLE = "家人|家属|亲人|亲友|亲戚|朋友|父母|孩子|老人|同事|爱人|家里人|同学|邻居"
_NOT_JOINED = re.compile(
    "和蔼|和气|温和|柔和|缓和|总和|平和|饱和|和谐|暖和|随和|调和|中和|参与|与否|给与|赋予|与会|及时|及格"
    "|普及|提及|涉及|触及|来得及|来不及"
    f"|顾及|波及|(?:您|你|我|本人)(?:和|与|跟|及|、)(?:您的|你的|您|我的)?(?:{_PEOPLE})?"
    f"|(?:{_PEOPLE})(?:和|与|及|、|或)(?:{_PEOPLE}|您)"
    "|意见(?:和|与|、)建议|条款(?:和|与)条件|(?:时间|日期)(?:和|与)地点"
    "|(?:和|与|跟|同)[^，。？、和与]{1,14}?(?:相比|比较|相符|符合|一致|一样|沟通|交流|交谈|联系|接触"
    "|打交道|匹配|差别|差价|差异|差距|区别|无关|有关|配合|合作|对比|互动|见面|关系|距离)"
    "|(?:和|与)[^，。？]{1,10}?(?:之间|两者|二者|这一整|这一项|这整|一体|一站式)"
)
_JOINT = re.compile(r"[^，。？！；：、]{0,10}?(?:和|与|及|以及|、|并且|而且|同时|，并|又)(?!/|／)[^，。？！；：]{1,8}")
_BACKGROUND = re.compile(r"^(?:从|在|当|为了|经过|回想|结合|考虑到|通过|根据|和|与|跟|自从)[^，？]*，")
_JOIN = re.compile("并且|而且|同时|以及|，并|和|与|及|、|又")
_BEFORE = re.compile("^.*(?:的|对|觉得|认为|是否|有没有)")
_AFTER = re.compile("(?:是否|满意|怎么样|如何|有没有|吗|的).*$")
_LISTED = re.compile("包括[^，？]*，|(?:例如|比如|如)[^，？]*、[^，？]*，")
_CHOOSING = re.compile("哪[些种个一项样位家几款]|更喜欢|优先|多大可能")
_ASKING = re.compile("吗|是否|怎么样|如何|有没有|是不是|好不好|怎样|多")


def asks_closed(text: str) -> bool:
    """Whether one answer is wanted to the whole question (so that two ideas in it are one too many)."""
    return bool(_ASKING.search(text))


def two_ideas(text: str) -> Span:
    """Two things joined: 价格和服务."""
    words = _LISTED.sub("", _BACKGROUND.sub("", plain(text)))
    if _CHOOSING.search(words):
        return ""
    words = _NOT_JOINED.sub("", words)
    found = _JOINT.search(words)
    return _joined_words(found.group().strip("，")) if found else ""


def _joined_words(span: str) -> Span:
    """Only the two things, without the question around them."""
    join = _JOIN.search(span)
    if join is None:
        return span
    return _BEFORE.sub("", span[: join.start()]) + join.group() + _AFTER.sub("", span[join.end() :])


# --- leading words -----------------------------------------------------------------------------------------------------
_PRAISE = "优质|优秀|一流|领先|贴心|热情|周到|专业|良好|卓越|完善|先进|出色|深受|广受|和蔼|精心|独特|便捷|美味"
_LEADING = re.compile(
    "难道|众所周知|大家都(?:知道|认为|觉得)|毫无疑问|显而易见|(?:专家|医生|药师)(?:们)?都?(?:建议|推荐"
    "|认为)|当然会?|想必|(?:大多数|绝大多数|多数|大部分)(?:的)?(?:顾客|人|客户|用户|消费者)都?(?:支持"
    "|认为|觉得|喜欢|选择|同意)"
    "|您(?:也|一定|肯定|必然|应该)(?:也|会|都|是)*(?:认为|觉得|同意|喜欢|知道|满意|支持|愿意)"
    "|(?:是否|是不是|不)(?:也)?(?:同意|认为|觉得)[^，？“]{0,14}(?:非常|十分|特别|很|最|更)[^，？]{1,6}"
    "|不觉得|(?:对|是|好)吧|吧？?$|，(?:对吗|是吗|对不对|不是吗)"
    f"|我们(?:的)?(?:店员|药师|客服)?(?:{_PRAISE})|(?:{_PRAISE})(?:而|又|且)?(?:好评|欢迎|周到"
    f"|专业)?的(?!程度|人员?|建议|意见|知识)|(?:{_PRAISE})(?:态度|服务)"
    "|有多(?:喜欢|满意|好|棒|开心|愉快)(?!，)|多么"
)
_OPENER = re.compile(r"^(?:众所周知|大家都知道|毫无疑问|显而易见|当然)，")
_PRAISE_BEFORE = re.compile(rf"(?<=我们)(?:的)?(?:{_PRAISE})的(?=\S{{2}})")


def leading(text: str) -> Span:
    """Words that push: 难道, 众所周知, 我们优质的."""
    found = _LEADING.search(plain(text))
    return found.group().strip("，") if found else ""


def without_leading(text: str) -> str:
    """The text without a leading opener or a word of praise; the same text where that is not safe."""
    return _PRAISE_BEFORE.sub("的", _OPENER.sub("", text))


# --- single words ------------------------------------------------------------------------------------------------------
_ABSOLUTE = re.compile("总是|(?<!是不是)(?<!是否)每一?次都|从来没有?|从来不|从不|永远|百分之百|百分百|绝对")
_HYPOTHETICAL = re.compile(
    r"(?:假如|假设|设想|倘若)[^？。]*[，,][^？。]*|(?:如果|要是)(?!您(?:不|没"
    r"|愿))[^？。，]*，[^？。]*(?:会不会|会|愿意|愿不愿|打算|愿)[^？。]*[？?]?"
)
_PERIOD = re.compile(
    r"近期|近来|前不久|不久前|这段时间|最近一段时间|前段时间|前一阵"
    r"|最近(?![一二两三四五六七八九十\d半几这]|的|到店|购|来店|次)"
)
_WILL = re.compile("您(?:会|愿意|打算|是否)|会不会")
_AND_OR = re.compile("[和及与][/／]或")
_QUESTION = re.compile(
    "[？?]|吗|呢|什么|哪|怎|如何|多少|几|多[大久长远快]|谁|是否|为何|有没有|是不是|请|选择|填写|评价|打分"
    "|说说|说一说|告诉|勾选|列出|描述|写下"
    "|(?:是|为|：|:|_|…)$|[。！]$"
)


absolute = finder(_ABSOLUTE, plain)
"""总是, 从不, 永远."""
hypothetical = finder(_HYPOTHETICAL, plain, longest=20)
"""如果……您会."""
vague_period = finder(_PERIOD, plain)
"""最近, 近期 without a number."""
and_or = finder(_AND_OR, str)
"""和/或."""


def without_and_or(text: str) -> str:
    """The same with 或."""
    return _AND_OR.sub("或", text)


def is_question(text: str) -> bool:
    """Whether the text asks, asks for something, or is a whole sentence."""
    return bool(_QUESTION.search(text.strip()))


# --- double negatives --------------------------------------------------------------------------------------------------
_HARMLESS = re.compile(
    r"(.)[不没]\1|(.{2})不\2|有没有|没有的话|不得不|差不多|不管|不论|不同(?!意)|不仅|不但|不好意思|对不起"
    r"|要不|不断|不久|不锈钢|不等|无论"
    r"|无线|无障碍|无糖|无人|不良|不适|不便|或不|也不|未来|未成年|不在乎|不清楚$|不用"
)
_NEGATION = re.compile("不|没有?|未|无")
_REFUSAL = re.compile("反对|禁止|拒绝|避免|取消|否认")
_CLAUSE = re.compile("[，。？！；：,?!;]|因为|所以|但是?|却|而")


def double_negative(text: str) -> Span:
    """Two negations in one clause."""
    for clause in _CLAUSE.split(plain(text)):
        left = _HARMLESS.sub("", clause)
        count = len(_NEGATION.findall(left))
        if count >= 2 or count and _REFUSAL.search(left):
            return clause[:20]
    return ""


# --- jargon ------------------------------------------------------------------------------------------------------------
_TERMS = re.compile(
    "履约|触达|赋能|客单价|动销|客诉|复购|依从性|药历|转化率|私域|颗粒度|闭环|抓手|时效性|SOP|全渠道|品类"
)


term = finder(_TERMS, plain)
"""A word of the trade."""


# --- personal data and private matters ---------------------------------------------------------------------------------
_DATA = (
    "手机号码?|手机|电话号码?|联系电话|联系方式|电话|姓名|名字|身份证号?码?|证件号码?|家庭住址|住址"
    "|收货地址|详细地址|地址|电子邮箱|邮箱|微信号|银行卡号?|车牌号?|出生日期|出生年月日|生日"
)
_OWN_DATA = re.compile(
    rf"(?:您的?|请(?:您)?(?:填写|留下|输入|提供|写下|告知|填)|本人|联系人)[^，。？]{{0,6}}?({_DATA})(?!客服"
    rf"|服务|咨询|回访|还是|费)"
)
_BARE_DATA = re.compile(rf"^(?:您的)?({_DATA})[：:？?]?$")
_PRIVATE = re.compile(
    "年龄|多大年纪|岁数|您几岁|性别|收入|工资|薪|学历|教育程度|文化程度|婚姻|婚育|已婚|职业|民族|宗教"
    "|病史|健康状况|慢性病|患有|患病|疾病|体重|怀孕|病情"
)


def personal_data(text: str) -> Span:
    """Personal data that the text asks for."""
    words = plain(text)
    found = _BARE_DATA.search(words) or _OWN_DATA.search(words)
    return found.group(1) if found else ""


private_matter = finder(_PRIVATE, plain)
"""A matter that many do not like to tell."""


_OVERALL = re.compile("总体|总的来|整体|您(?:会|愿意|想|喜欢)")
_OWN_ACT = re.compile("^(?:[^，]{0,12}，)?(?:这次|今天|上次)?您(?!的|觉得|认为|感觉|看到|等)")
_FACT = re.compile("吗|是否|有没有|是不是|多久|几次|多少")


def needs_knowledge(text: str, *, rates: bool) -> bool:
    """Whether some people cannot know the answer: a fact about others, or a part of the service they may not have met."""
    words = plain(text)
    if _OVERALL.search(words):
        return False
    return rates or bool(_FACT.search(words)) and not _OWN_ACT.search(words)


_OPEN_LIST = re.compile(
    "为什么|原因|为何|什么渠道|哪[种些个]渠道|通过什么|如何(?:知道|得知|了解)|从哪里(?:知道|得知|了解)"
)
_SEVERAL = re.compile("哪些|什么|哪方面|为谁|给谁")
_CLOSED = re.compile(
    "楼|几天|星期|周[一二三四五六日]|时间|时候|时段|哪天|城市|门店|哪些餐|科室|性别|年龄|语言|下面哪些商品|尺寸|颜色|月份"
)


def open_list(text: str, *, several: bool) -> bool:
    """Whether the possible answers to the question cannot all be listed."""
    words = plain(text)
    if _CLOSED.search(words):
        return False
    return bool(_OPEN_LIST.search(words) or several and _SEVERAL.search(words))


OTHER = re.compile("^其[他它](?:原因|方面|方式|情况|渠道|地方)?(?:（.*）|[，,：:].*)?$")
NONE_OF = re.compile(
    "^(?:以上)?(?:都|均|全)(?:没有|不是|无|不选|没)|^以上(?:都|均|皆)|^(?:没有|无)(?:以上.*|遇到.*|任何.*)?$|^没有遇到"
)
FREQUENCY = re.compile(
    "^(?:总是|经常|常常|时常|有时候?|偶尔|很少|较少|较多|不常|从不|几乎不|几乎从不|频繁|不经常|非常频繁)$"
)
