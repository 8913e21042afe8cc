"""Type tags in brackets, `[单选题]`: the type each one names, and what a tag says beyond its type.

The words are those that survey services write (问卷星 above all: its text import, its Word export, its types of questions).
"""

import re

_TAGS = {
    "single_choice": "单选 单项选择 评分单选 情景 判断单选 投票单选 投票 考试单选 图片单选 图片选择 测试 性别 婚姻 婚姻状况 学历 "
    "年龄段 singlechoice single radio singleselect",
    "judge": "判断 是非 考试判断 truefalse yesno",
    "dropdown": "下拉 下拉框 下拉单选 下拉菜单 下拉选择 多级下拉 多级下拉框 联动 级联 级联下拉 dropdown",
    "multiple_choice": "多选 多项选择 评分多选 不定项选择 不定项 商品 投票多选 考试多选 图片多选 测试多选 multiplechoice "
    "multiple checkbox checkboxes multiselect",
    "ranking": "排序 图片排序 投票排序 ranking rank 矩阵排序",
    "scale": "量表 反向量表 评分 打分 评价 星级 星级评分 星级评价 评分量表 李克特量表 scale rating likert",
    "nps": "nps nps量表 nps评分 净推荐值 净推荐值量表 推荐",
    "matrix": "矩阵 矩阵单选 矩阵评分 表格单选 matrix grid",
    "matrix_scale": "矩阵量表 矩阵反向量表 矩阵打分 矩阵星级 矩阵评价 matrixrating",
    "matrix_multiple": "矩阵多选 表格多选",
    "matrix_text": "矩阵填空 矩阵文本 表格填空 表格组合 表格自增 自增表格 多项简答 表格文本",
    "matrix_dropdown": "表格 表格下拉框 表格下拉 矩阵下拉 矩阵下拉框",
    "matrix_number": "矩阵数值 矩阵滑动条 矩阵滑块 表格数值",
    "text": "填空 单行填空 单行文本 文本 单项填空 考试单项填空 测试填空 姓名 身份证号 身份证 职业 行业 民族 高校 企业信息 单位 "
    "qq 微信 网址 密码 手机 手机号 手机号码 手机验证 电话 联系电话 固定电话 邮箱 电子邮箱 电子邮件 email 邮编 邮政编码 "
    "shorttext text open",
    "long_text": "简答 问答 多行填空 多行文本 主观 开放 论述 考试简答 测试简答 考试代码 longtext essay opentext paragraph",
    "text_fields": "多项填空 考试多项填空 考试完形填空 完形填空 多项文本 横向填空 基本信息",
    "number": "数字 数值 number numeric",
    "date": "日期 日期时间 生日 出生日期 date",
    "time": "时间 time",
    "slider": "滑动条 滑块 滑动 数字滑块 slider",
    "constant_sum": "比重 权重 分配 constantsum",
    "file": "文件上传 上传文件 文件 附件 上传 绘图 手写签名 电子签名 签名 签字 多项文件 图片上传 上传图片 考试文件 考试绘图 "
    "图片ocr fileupload upload signature",
    "place": "地理位置 地图 国家及地区 邮寄地址 location",
    "region": "地区 省市 省市区 省市区县 省份 省份城市 城市 地址 region",
    "note": "段落说明 段落 说明 描述 文字说明 文本描述 图文描述 轮播图 note paragraphtext",
    "section": "小节 分节 折叠栏目 section",
    "consent": "知情同意 知情同意书 consent",
    "any": "题目 门店选择 maxdiff bws psm psm模型 价格断裂点 bpto模型 联合分析 kano模型 sus模型 品牌漏斗 图片pk 热力图 热图 "
    "循环评价 货架 层次分析 情景随机 选项分类 卡片分类 cati调研 文字点睛 心理学实验 预约 设备信息 城市级别 当前语言 当前语音 "
    "分页计时器 ai追问 ai处理 ai访谈 答题录音 录音 答卷摄像 视频 vlookup问卷关联",
}
"""Kind -> words, without 题 behind them. `any`: there is no such type here, the form of the question decides."""
TAGS = {word: kind for kind, words in _TAGS.items() for word in words.split()}
PATTERNS = {
    word: pattern
    for pattern, words in {
        "phone": "手机 手机号 手机号码 手机验证 电话 联系电话 固定电话",
        "email": "邮箱 电子邮箱 电子邮件 email",
        "postcode": "邮编 邮政编码",
    }.items()
    for word in words.split()
}
"""What a text must look like that a tag asks for."""
_NOT_QUITE = (
    "商品 手机验证 密码 职业 行业 民族 高校 企业信息 考试代码 日期时间 折叠栏目 轮播图 图片ocr 图片单选 图片多选 图片选择 "
    "图片排序 地址 表格自增 自增表格 多级下拉 多级下拉框 联动 级联 级联下拉 矩阵排序"
)
_NEAREST = frozenset(f"{_TAGS['any']} {_NOT_QUITE}".split()) - {"题目"}
PRESETS = {
    "性别": ("男", "女"),
    "婚姻": ("未婚", "已婚", "离异", "丧偶"),
    "学历": ("初中及以下", "高中/中专", "大专", "本科", "硕士及以上"),
    "年龄段": ("18岁以下", "18~25", "26~30", "31~40", "41~50", "51~60", "60岁以上"),
}
"""Answers that the service itself offers for a tag."""
_IN_ROUND_BRACKETS = (
    "多选 单选 说明 推荐 时间 文件 评价 描述 地区 地址 上传 段落 日期 数字 数值 签名 附件 评分 打分 表格 分配 权重 "
    "text open multiple rank rating scale date time number note section location single matrix grid upload signature consent "
    "description"
)
_AMBIGUOUS = frozenset(_IN_ROUND_BRACKETS.split())
_ALSO_WORDS = (
    "投票 测试 性别 婚姻 婚姻状况 学历 年龄段 商品 情景 表格 姓名 身份证号 身份证 职业 行业 民族 高校 企业信息 单位 qq 微信 网址 "
    "密码 手机 手机号 手机号码 手机验证 电话 联系电话 固定电话 邮箱 电子邮箱 电子邮件 email 邮编 邮政编码 基本信息 生日 出生日期 "
    "上传文件 上传图片 签字 地图 城市 省份 国家及地区 邮寄地址 轮播图 题目 货架 预约 录音 视频 热图 滑动 级联"
)
_EVERYDAY = frozenset(_ALSO_WORDS.split())
"""Words that may also be words of the question: tags only in square brackets at its end."""
_TAIL = 200
_BEHIND = re.compile(r"(?:[\s*_]|\[[^\[\]]{0,60}\]|\([^()]{0,60}\))*")
_UNKNOWN = re.compile(r"(?![^\]]*[第本此该上下每问哪])[\u4e00-\u9fffA-Za-z]{2,10}题型?")
GROUP = re.compile(r"[\[(]([^\[\]()]{1,120})[\])]")


def bare(words: str) -> str:
    """Small letters without gaps and quotes."""
    return "".join(c for c in words.lower() if not c.isspace() and c not in "-_~'\"")


def word_of(words: str) -> str:
    """A tag as it stands in the table, "" for none."""
    given = bare(words)
    return next((w for w in (given, given.removesuffix("题"), given.removesuffix("题型")) if w in TAGS), "")


def tag_at(match: re.Match[str]) -> tuple[str, str]:
    """(kind, word) of a bracket in the half-width twin of a text; ("", "") when it is no tag.

    `any` for `[某某题]` at the end of a line, which names a type that is not known.
    """
    word, round_ = word_of(match[1]), match[0][0] == "("
    if word and word not in _EVERYDAY:
        # (多选) after a question says how to answer it, (说明) may be a word of it: only square brackets make a tag of them
        return ("", "") if round_ and bare(match[1]) in _AMBIGUOUS else (TAGS[word], word)
    if round_ or not match.start() or not (word or _UNKNOWN.fullmatch(match[1].strip())):
        return "", ""
    ends = len(match.string) - match.end() <= _TAIL and _BEHIND.fullmatch(match.string, match.end())
    return (TAGS.get(word, "any"), word or bare(match[1])) if ends else ("", "")


def has_tag(twin: str) -> bool:
    """Whether a line carries a type tag in brackets."""
    return any(tag_at(match)[0] for match in GROUP.finditer(twin[-400:]))


def is_nearest(word: str) -> bool:
    """Whether the type of a tag is not quite ours: the nearest one is taken, and that is told."""
    return word in _NEAREST or bool(word) and word not in TAGS
