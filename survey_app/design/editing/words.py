"""What an edit did, in words: for undo, for announcements, for the note that somebody else was faster."""

from collections.abc import Callable

from survey_app.design.in_words import ConditionWriter
from survey_app.languages import N_
from survey_app.questionnaire import loading
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.offering import part_at
from survey_app.questionnaire.uses import Use

WORDS = {
    "text.set": N_("修改文字"),
    "value.set": N_("修改设置"),
    "question.add": N_("添加题目"),
    "page.add": N_("添加一页"),
    "page.split": N_("从这里分页"),
    "page.merge": N_("与上一页合并"),
    "child.add": N_("添加选项"),
    "choices.paste": N_("粘贴选项"),
    "duplicate": N_("复制一份"),
    "remove": N_("删除"),
    "move": N_("移动位置"),
    "type.set": N_("更换题型"),
    "rename": N_("修改变量名"),
    "language.add": N_("添加语言"),
    "language.remove": N_("删除语言"),
    "rule.set": N_("修改逻辑"),
    "rule.remove": N_("删除逻辑"),
    "rule.decided": N_("处理导入的规则"),
    "check.remove": N_("删除填写校验"),
    "fix": N_("一键修改"),
    "bank.add": N_("从题库添加"),
    "bank.update": N_("更新题库题目"),
    "translation.import": N_("导入翻译"),
    "undo": N_("撤销"),
    "redo": N_("重做"),
}


def words_of(kind: str, translate: Callable[[str], str]) -> str:
    """The words for a kind of edit; kinds of other rooms fall back to what stands before the dot, then to 修改."""
    return translate(WORDS.get(kind) or WORDS.get(kind.split(".")[0]) or N_("修改"))


_USES = {
    "show_if": N_("%(place)s的显示规则：%(rule)s"),
    "end_if": N_("%(place)s之后的结束规则：%(rule)s"),
    "computed": N_("计算值%(place)s的公式"),
    "check": N_("%(place)s的填写校验"),
    "score": N_("得分“%(name)s”"),
    "piping": N_("%(place)s的文字里引用了它的答案"),
    "expected": N_("%(place)s的正确答案"),
    "scale": N_("%(place)s用它作答"),
    "quota": N_("配额“%(name)s”：%(rule)s"),
}


class UseWriter:
    """Says where something is used: which rule, score or text."""

    def __init__(self, definition: Definition, language: str, translate: Callable[[str], str]) -> None:
        self.definition, self.translate = definition, translate
        self.rules = ConditionWriter(definition, language, translate)

    def write(self, use: Use) -> str:
        """One use as a sentence."""
        place = loading.place_of(use.path)
        if place[0] == "scores":
            score = self.definition.scores[int(place[1])]
            name = self.definition.text(score.label, self.rules.language) or score.name
            return self.translate(_USES["score"]) % {"name": name}
        if place[0] == "quotas" and use.kind == "quota":
            quota = self.definition.quotas[int(place[1])]
            return self.translate(_USES["quota"]) % {"name": quota.name, "rule": self.rules.write(quota.when)}
        words, owner = self._place(place)
        rule = self.rules.write(getattr(owner, use.kind, None)) if use.kind in ("show_if", "end_if") else ""
        return self.translate(_USES.get(use.kind, "%(place)s")) % {"place": words, "rule": rule}

    def _place(self, place: tuple[str | int, ...]) -> tuple[str, object]:
        if place[0] != "pages":
            return self.translate(N_("问卷的标题、开头或结束语")), self.definition
        page = self.definition.pages[int(place[1])]
        if len(place) > 3 and place[2] == "questions":
            question = page.questions[int(place[3])]
            words = self.rules.question(question.name)
            part = part_at(question, place[4:])
            if part is not None and place[-1] == "show_if":
                template = self.translate(N_("%(question)s里的“%(part)s”"))
                return template % {"question": words, "part": self.rules.part(part)}, part
            return words, question
        return self.translate(N_("第 %(n)s 页")) % {"n": int(place[1]) + 1}, page
