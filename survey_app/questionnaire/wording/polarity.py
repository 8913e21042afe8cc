"""What the labels of a scale mean: good, bad or between, and which of them stand for "I do not know"."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from survey_app.questionnaire.wording.kinds import is_chinese

Meaning = tuple[int, str] | None
"""(-4 to 4: how bad or good, the word it is about), or None when the label is no point of a scale between good and bad."""

UNSURE = re.compile(
    r"^(?:我|我也|还|记)?不清楚|不知道|不记得|记不[清得]|说不[清上好]|不确定|不适用|没有?留意|没有?注意"
    r"|不了解|难说|不好说|没有?谈到|没有?用过"
    r"|没有?使用|还没有?|没有?接触|未使用|未接触|没有?遇到|无法|not sure|unsure|do(?:n.t| not) (?:know"
    r"|remember)|not applic|not apply"
    r"|\bn/?a\b|no opinion|undecided|hard to say|can.t say|did(?:n.t| not) (?:notice|use)|have(?:n.t| not) |no preference",
    re.IGNORECASE,
)
REFUSED = re.compile(r"不愿|不便|不想|保密|拒绝|prefer not|rather not|refuse", re.IGNORECASE)

_ZH_UP = (
    "满意 同意 好 清楚 快 准确 容易 简单 愿意 可能 方便 专业 及时 耐心 热情 友好 喜欢 清晰 干净 整洁 "
    "舒适 合理 优秀 良好 顺利 高 支持 赞成 放心 值得 公平 优 佳 好吃 好喝 好用 好看 新鲜 美味"
)
_ZH_DOWN = "差 慢 难 困难 复杂 麻烦 糟 糟糕 冷淡 反对 讨厌 失望 脏 乱 低 坏 劣"
_EN_UP = (
    "satisfied agree good great excellent easy clear fast quick accurate likely helpful friendly happy convenient tidy clean "
    "professional polite fair positive useful pleasant better easier faster high support"
)
_EN_DOWN = (
    "dissatisfied disagree bad poor terrible awful difficult hard unclear slow inaccurate unlikely "
    "unhelpful unfriendly unhappy "
    "inconvenient untidy dirty unprofessional rude unfair negative useless unpleasant worse slower low oppose"
)
_WORDS: dict[str, int] = (
    dict.fromkeys((_ZH_UP + " " + _EN_UP).split(), 1)
    | dict.fromkeys((_ZH_DOWN + " " + _EN_DOWN).split(), -1)
    | {"superb": 1, "outstanding": 1, "satisfactory": 1, "unsatisfactory": -1}
)
_MIDDLE = re.compile(
    r"一般|中立|普通|还行|尚可|还可以|适中|正好|刚好|差不多|无所谓|不好不坏|不快不慢|说不上.*|既不.*也不.*|不.{1,4}也不.{1,4}"
    r"|neither .*|neutral|average|okay|ok|so-so|about right|fair|moderate|mixed"
)
_ZH_ADVERB = re.compile(
    r"^(?:(?P<strong>非常|十分|特别|极其|极|很|太|完全|相当|最|更|挺|真|绝对|强烈)|(?P<weak>比较|较|还算"
    r"|有点儿?|有些|稍微|略))"
)
_ZH_NOT = re.compile(r"^(?:(?P<weak>不太|不大|不怎么|不是很|不算)|(?P<strong>一点[也都]不|完全不|毫不)|没有?|不|未)")
_ZH_END = re.compile(r"(?:得多|一点|一些|的|了)$")
_EN_ADVERB = re.compile(
    r"^(?:(?P<strong>very|extremely|completely|totally|strongly|much|really|absolutely|highly|too)"
    r"|(?P<weak>rather|somewhat|quite|mostly|slightly|a little|a bit|fairly|moderately)|i|it was) "
)
_EN_NOT = re.compile(r"^(?:(?P<strong>not at all)|(?P<weak>not very|not so)|not|do not|don't) ")
_UTMOST = frozenset({"excellent", "outstanding", "superb", "terrible", "awful", "优秀", "糟糕"})
AGREEING = frozenset({"同意", "agree", "disagree", "赞成"})


@lru_cache(maxsize=4096)
def meaning(label: str, language: str) -> Meaning:
    """Where a label stands between bad and good."""
    text = label.strip(" .。！!").lower()
    if not text or len(text) > 40:
        return None
    if _MIDDLE.fullmatch(text):
        return 0, ""
    if is_chinese(language):
        return _peeled(_ZH_END.sub("", text), _ZH_ADVERB, _ZH_NOT)
    return _peeled(text, _EN_ADVERB, _EN_NOT)


def _peeled(core: str, adverb: re.Pattern[str], negation: re.Pattern[str]) -> Meaning:
    """Adverbs and negations taken off until a known word is left."""
    sign, weight = 1, 2
    while core not in _WORDS:
        found = negation.match(core)
        if found:
            sign = -sign
        else:
            found = adverb.match(core)
        if found is None or found.end() == len(core):
            return None
        weight = 3 if found["strong"] else 1 if found["weak"] else weight
        core = core[found.end() :]
    return sign * _WORDS[core] * (4 if core in _UTMOST else weight), core


class Reading(NamedTuple):
    """The labels of one scale, read: how good each is, in order, and the words they are about."""

    weights: tuple[int, ...]
    words: frozenset[str]
    one_sided: bool
    """From none of it to much of it (not at all helpful … very helpful): such a scale has no middle to be balanced."""

    @property
    def up(self) -> int:
        """Number of good points."""
        return sum(weight > 0 for weight in self.weights)

    @property
    def down(self) -> int:
        """Number of bad points."""
        return sum(weight < 0 for weight in self.weights)

    @property
    def agrees(self) -> bool:
        """Whether it asks how far people agree."""
        return len(self.weights) >= 2 and bool(self.words & AGREEING)

    @property
    def falls(self) -> bool:
        """Whether it runs from good to bad."""
        ordered = all(left >= right for left, right in pairwise(self.weights))
        return len(self.weights) >= 2 and self.weights[0] > 0 > self.weights[-1] and ordered

    @property
    def lopsided(self) -> bool:
        """Whether it has more points on one side than on the other."""
        return len(self.weights) >= 3 and self.up != self.down and min(self.up, self.down) > 0 and not self.one_sided


_NONE_OF_IT = re.compile(r"^(?:not at all|一点[也都]?不|完全不|毫不)", re.IGNORECASE)


def read(labels: Sequence[str], language: str) -> Reading | None:
    """A scale between bad and good; None when one of the labels is something else."""
    found = [meaning(label, language) for label in labels]
    if len(found) < 2 or any(m is None for m in found):
        return None
    sure = [m for m in found if m is not None]
    words = frozenset(word for _, word in sure if word)
    one_sided = len(words) == 1 and any(_NONE_OF_IT.match(label.strip()) for label in labels)
    return Reading(tuple(weight for weight, _ in sure), words, one_sided)
