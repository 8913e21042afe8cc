"""What an edit did, in words: for undo, for announcements, for the note that somebody else was faster."""

from collections.abc import Callable

from survey_app.languages import N_

WORDS = {
    "text.set": N_("修改文字"),
    "value.set": N_("修改设置"),
    "question.add": N_("添加题目"),
    "page.add": N_("添加一页"),
    "page.split": N_("从这里分页"),
    "page.merge": N_("与上一页合并"),
    "child.add": N_("添加选项"),
    "choices.paste": N_("粘贴选项"),
    "duplicate": N_("复制"),
    "remove": N_("删除"),
    "move": N_("移动"),
    "type.set": N_("更换题型"),
    "rename": N_("修改变量名"),
    "language.add": N_("添加语言"),
    "language.remove": N_("删除语言"),
    "rule.set": N_("修改逻辑"),
    "rule.remove": N_("删除逻辑"),
    "fix": N_("一键修改"),
    "bank.add": N_("从题库添加"),
    "bank.update": N_("更新题库题目"),
    "translation.import": N_("导入翻译"),
    "undo": N_("撤销"),
    "redo": N_("恢复"),
}


def words_of(kind: str, translate: Callable[[str], str]) -> str:
    """The words for a kind of edit; kinds of other rooms fall back to what stands before the dot, then to 修改."""
    return translate(WORDS.get(kind) or WORDS.get(kind.split(".")[0]) or N_("修改"))
