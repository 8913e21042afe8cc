"""Whether a questionnaire can be answered on a counter tablet, without the server from end to end, and by which conditions.

A counter tablet shows all pages as one document. What its script cannot decide (another answer on the right side, counts,
computed values, words that are compared, texts that show an earlier answer) would need a page turn, and so the network: such
a questionnaire is not for tablets. Nor is one that asks for a phone number or a mail address: everybody uses the same one;
nor one that demands a file, which a tablet cannot send.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire import conditions, piping
from survey_app.questionnaire.definition import Definition, Page
from survey_app.questionnaire.offering import ruled
from survey_app.questionnaire.parts import Condition
from survey_app.questionnaire.question_types import Question
from survey_app.questionnaire.question_types.files import File
from survey_app.questionnaire.question_types.hidden import Computed, Hidden

Script = list[Any]
UNDECIDED = N_("“%(question)s”的显示条件只有服务器能判断，平板断网时无法填写。请改用简单条件，或改用门店二维码。")
CHECKED = N_("“%(question)s”的填写校验只有服务器能判断，平板断网时无法填写。请改用门店二维码。")
PIPED = N_("这份问卷的文字里引用了前面的答案（%(name)s），平板断网时无法显示。请改用门店二维码。")
PERSONAL = N_("这份问卷询问电话或邮箱（“%(question)s”），不适合放在柜台上共用的平板。请改用门店二维码。")
FILED = N_("这份问卷必须上传文件（“%(question)s”），平板上不能上传。请把这题改为选答，或改用门店二维码。")


class NotAlone(DomainError):
    """The questionnaire needs the server between its pages, or people to themselves."""


def refuse_unfit(definition: Definition) -> None:
    """Raise NotAlone when the questionnaire is not for tablets."""
    name = next(_piped(definition.to_json()), None)
    if name is not None:
        raise NotAlone(PIPED, name=name)
    for question in definition.questions:
        if question.checks:
            raise NotAlone(CHECKED, question=definition.text(question.text, definition.language)[:40])
        if isinstance(question, File) and question.required:
            raise NotAlone(FILED, question=definition.text(question.text, definition.language)[:40])
        parts = getattr(question, "fields", None) or (question,)
        if any(getattr(part, "pattern", None) in ("phone", "email") for part in parts):
            raise NotAlone(PERSONAL, question=definition.text(question.text, definition.language)[:40])
    shown_when(definition)


def shown_when(definition: Definition) -> dict[str, bool | Script]:
    """Question -> always (True), never (False), or the condition for the script, over the whole questionnaire.

    Notes and sections count too. Raises NotAlone when one cannot be said.
    """
    typed = {v for q in definition.questions for v in q.text_names()}
    asked = {v for q in definition.questions if q.asks for v in q.answer_names()} | typed
    computed = {v for q in definition.questions if isinstance(q, Computed) or not q.scripted for v in q.answer_names()}
    constants = {q.name: q.value for q in definition.questions if isinstance(q, Hidden) and q.value is not None}
    found: dict[str, bool | Script] = {}
    ended: list[Condition] = []
    for page in definition.pages:
        for question in page.questions:
            if question.shown:
                whole = _whole(page, question, ended)
                left = conditions.reduce(whole, asked | computed, constants) if whole else True
                script = left if isinstance(left, bool) else conditions.to_script(left)
                unsaid = question.name in ruled(definition) or conditions.names(whole) & computed
                if script is None or unsaid or _compares_words(whole, typed):
                    raise NotAlone(UNDECIDED, question=definition.text(question.text, definition.language)[:40])
                found[question.name] = script
        if page.end_if is not None:
            ended.append({"all": [part for part in (page.show_if, page.end_if) if part]})
    return found


def _whole(page: Page, question: Question, ended: list[Condition]) -> Condition:
    parts: list[Any] = [part for part in (page.show_if, question.show_if) if part]
    parts += [{"not": end} for end in ended]
    return conditions.simplify({"all": parts}) if parts else {}


def _compares_words(condition: Condition, typed: set[str]) -> bool:
    """Whether typed words are compared: the server ignores case and spaces, the script does not."""
    for key, test in condition.items():
        if key in ("all", "any"):
            if any(_compares_words(part, typed) for part in test):
                return True
        elif key == "not":
            if _compares_words(test, typed):
                return True
        elif key in typed and set(test) != {"answered"}:
            return True
    return False


def _piped(value: Any) -> Iterator[str]:
    """Every variable that any text shows."""
    if isinstance(value, str):
        yield from piping.names(value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _piped(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _piped(item)
