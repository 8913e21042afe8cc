"""What was understood of a pasted text, laid out for its page: pieces in the order of the text, types to choose, remarks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from survey_app import clock, web
from survey_app.design import library, reading, starting
from survey_app.design.reading import ShownQuestion
from survey_app.design.views.common import languages_of
from survey_app.formats import plain_text
from survey_app.formats.plain_text import Item, Parsed, Remark, TextRefused
from survey_app.languages import N_
from survey_app.questionnaire import timing

PIECES_SHOWN = 300
CHOICES_SHOWN = 12
KINDS = {
    "title": N_("标题"), "intro": N_("开头说明"), "thanks": N_("结束语"), "section": N_("小节"), "note": N_("说明"),
    "page": N_("分页"), "separator": N_("分隔线"), "skipped": N_("不要这一段"), "question": N_("题目"),
}  # fmt: skip
TYPES = {
    **reading.KINDS, "part": N_("属于上一题"), "skip": N_("不要这一段"),
    "short_text": N_("单行填空"),
}  # fmt: skip
SURE = {
    "stated": (N_("文中写明"), "good"), "likely": (N_("推断"), "info"), "unsure": (N_("请核对"), "warn"),
    "chosen": (N_("您选的"), "good"),
}  # fmt: skip
LEVELS = {"check": "hint", "changed": "hint", "lost": "bad"}

EXAMPLES = {
    "zh-CN": """门店服务小调查
感谢您光临，只需一分钟。

1. 您今天买了什么？（可多选）
A. 处方药
B. 非处方药
C. 保健品
D. 其他____
E. 以上都没有

2. 您有多大可能向朋友推荐我们？（0-10）

3. 您对以下方面满意吗？
项目 | 非常不满意 | 不满意 | 一般 | 满意 | 非常满意
服务态度 | ○ | ○ | ○ | ○ | ○
等候时间 | ○ | ○ | ○ | ○ | ○

4. 药师是否向您说明了用法？
A. 是
B. 否（跳到第6题）
C. 不记得了

5. 说明是否清楚？（1-5分，1=非常不清楚，5=非常清楚）

6. 您还有什么建议？
________________

谢谢您！
""",
    "en": """A short survey about our shop
Thank you for coming. It takes one minute.

1. What did you buy today? (select all that apply)
A. Prescription medicine
B. Over-the-counter medicine
C. Food supplements
D. Other ____
E. None of the above

2. How likely are you to recommend us to a friend? (0-10)

3. How satisfied are you with the following?
Item | Very dissatisfied | Dissatisfied | Neutral | Satisfied | Very satisfied
Staff | ○ | ○ | ○ | ○ | ○
Waiting time | ○ | ○ | ○ | ○ | ○

4. Did the pharmacist explain how to use the medicine?
A. Yes
B. No (skip to Q6)
C. I do not remember

5. How clear was the explanation? (1-5, 1=very unclear, 5=very clear)

6. What could we do better?
________________

Thank you!
""",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of the text: where, what it became, why, what else it could be."""

    line: int
    last: int
    key: str
    kind: str
    sure: tuple[str, str] | None
    reason: str
    chosen: str
    guess: str
    options: tuple[tuple[str, str], ...]
    questions: tuple[ShownQuestion, ...]
    remarks: tuple[tuple[str, str], ...]
    text: str = ""


@dataclass(frozen=True)
class Understood:
    """A text as it was understood. `parsed` is None while there is nothing to read or it was refused."""

    parsed: Parsed | None = None
    pieces: tuple[Piece, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()
    title: str = ""
    name: str = ""
    language: str = "zh-CN"
    languages: tuple[tuple[str, str], ...] = ()
    asked: int = 0
    minutes: int = 0
    doubtful: int = 0
    hidden: int = 0
    refused: str = ""
    kept: dict[str, str] = field(default_factory=dict)
    """Choices of pieces that are not shown: sent along unseen."""


def read(text: str, chosen: Mapping[str, str]) -> Understood:
    """Reads the text; `chosen`: key of a line -> the type a person picked for it."""
    if not text.strip():
        return Understood()
    try:
        keys = plain_text.keys(text)
        picked = {line: chosen[key] for line, key in keys.items() if chosen.get(key) in plain_text.TYPES}
        parsed = plain_text.parse(text, choices=picked)
    except TextRefused as refusal:
        return Understood(refused=plain_text.sentence(refusal.remark, web.language_tag()))
    return _Layout(parsed, keys, picked, text).whole()


class _Layout:
    def __init__(self, parsed: Parsed, keys: Mapping[int, str], picked: Mapping[int, str], text: str) -> None:
        self.parsed, self.keys, self.picked = parsed, keys, picked
        self.source = text.splitlines()
        definition = parsed.definition
        language = web.language_tag() if web.language_tag() in definition.languages else definition.language
        self.reader = reading.Reader(definition, language, _)
        self.questions = {q.name: q for page in self.reader.pages() for q in page.questions}
        self.remarks: dict[int, list[Remark]] = {}
        places = parsed.places
        for remark in parsed.problems:
            item = places.get(remark.line)
            self.remarks.setdefault(item.line if item else 0, []).append(remark)

    def whole(self) -> Understood:
        definition = self.parsed.definition
        shown = self.parsed.items[:PIECES_SHOWN]
        rest = self.parsed.items[PIECES_SHOWN:]
        title = dict(definition.title)
        return Understood(
            self.parsed,
            tuple(self.piece(item) for item in shown if item.kind != "separator"),
            self.told(0),
            self.reader.text(definition.title),
            starting.free_name(starting.slug_of(title, clock.now())),
            self.reader.language,
            tuple(languages_of(definition)),
            library.number_of_questions(definition),
            timing.minutes(definition),
            sum(item.sure == "unsure" for item in self.parsed.items),
            len(rest),
            kept={self.keys[item.line]: self.picked[item.line] for item in rest if item.line in self.picked},
        )

    def piece(self, item: Item) -> Piece:
        chosen = self.picked.get(item.line, "")
        guess = _(TYPES[item.type]) if item.type else _(KINDS[item.kind])
        kinds = [kind for kind in item.alternatives if kind]
        if chosen and chosen not in kinds:
            kinds.append(chosen)
        asks = item.type != ""
        return Piece(
            item.line,
            max(item.lines),
            self.keys[item.line],
            item.kind,
            _sure(item) if asks else None,
            plain_text.sentence(item.reason, web.language_tag()) if item.reason else "",
            chosen,
            guess,
            tuple((kind, _(TYPES[kind])) for kind in kinds),
            tuple(self.questions[name] for name in item.names if name in self.questions),
            self.told(item.line),
            self.words(item.kind) if item.kind != "skipped" else self.lines(item),
        )

    def lines(self, item: Item) -> str:
        """The lines of the text themselves."""
        return "\n".join(self.source[line - 1] for line in item.lines[:CHOICES_SHOWN] if line <= len(self.source))

    def words(self, kind: str) -> str:
        definition = self.parsed.definition
        texts = {"title": definition.title, "intro": definition.intro, "thanks": definition.thanks}
        return self.reader.text(texts.get(kind))

    def told(self, line: int) -> tuple[tuple[str, str], ...]:
        """Remarks as (class of the icon, sentence)."""
        return tuple(
            (LEVELS[remark.level], plain_text.sentence(remark, web.language_tag()))
            for remark in self.remarks.get(line, ())
        )


def _sure(item: Item) -> tuple[str, str]:
    words, style = SURE[item.sure]
    return _(words), style
