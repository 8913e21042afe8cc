"""A questionnaire with words in every place that has words, and everything of the designer around it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from survey_app import clock
from survey_app.accounts.models import User
from survey_app.database import db
from survey_app.design import bank, drafting, filing, indicators, publishing
from survey_app.design.editing import changing, operations
from survey_app.design.editing.tree import Tree
from survey_app.design.models import Questionnaire
from survey_app.distribution import collecting
from survey_app.events import Actor
from survey_app.questionnaire.definition import Definition
from tests import staff

Words = Callable[[str], str]


@dataclass
class Furnished:
    """Numbers and addresses of what was made."""

    chain: staff.Chain
    questionnaire: int
    code: str
    rule: str  # id of the question that is shown by a rule
    ruling: str  # id of the question the rule asks
    bank_key: str

    @property
    def base(self) -> str:
        return f"/questionnaires/{self.questionnaire}"

    def screens(self) -> dict[str, str]:
        """All pages of the designer about this questionnaire, and those it stands on."""
        own = self.base
        return {
            "list": "/questionnaires", "new": "/questionnaires/new", "text": "/questionnaires/new/text?example=1",
            "copy": "/questionnaires/new/copy", "content": own, "editor": f"{own}/editor?node={self.rule}",
            "editor-root": f"{own}/editor?node=root", "editor-preview": f"{own}/editor?node={self.rule}&pane=preview",
            "editor-quality": f"{own}/editor?node={self.rule}&pane=quality", "logic": f"{own}/logic",
            "rule": f"{own}/rules/{self.rule}/show_if", "quality": f"{own}/quality", "preview": f"{own}/preview",
            "translations": f"{own}/translations?language=en", "pretest": f"{own}/pretest?seed=1",
            "publication": f"{own}/publication", "versions": f"{own}/versions", "version": f"{own}/versions/1",
            "compare": f"{own}/versions/1/compare/draft", "doors": f"{own}/versions/1/doors", "filing": f"{own}/filing",
            "bank": "/bank", "bank-item": f"/bank/{self.bank_key}", "bank-updates": f"{own}/bank",
            "indicators": "/indicators", "indicator": "/indicators/hostile_one",
            "properties": f"{own}/editor/properties?node={self.rule}", "collectors": f"{own}/collectors",
        }  # fmt: skip


def definition(words: Words) -> dict[str, Any]:
    """Every kind of text once; `words` makes each from what it should say."""

    def text(chinese: str) -> dict[str, str]:
        return {"zh-CN": words(chinese), "en": words(f"{chinese} (en)")}

    def items(*names: str) -> list[dict[str, Any]]:
        return [{"code": f"c{number}", "text": text(name)} for number, name in enumerate(names, start=1)]

    rating = {
        "name": "overall", "type": "rating", "text": text("总体评价"), "hint": text("提示"), "why": text("为什么问"),
        "low": text("最低"), "high": text("最高"), "unsure": text("不清楚"), "required": True, "source": words("出处"),
    }  # fmt: skip
    first = [
        rating,
        {"name": "reason", "type": "single_choice", "text": text("原因"), "show_if": {"overall": {"at_most": 2}},
         "choices": [*items("缺货", "等候"), {"code": "other", "other": True, "text": text("其他")}]},
        {"name": "kinds", "type": "multiple_choice", "text": text("种类"), "choices": items("处方药", "保健品")},
        {"name": "chain_words", "type": "dropdown", "text": text("下拉"), "choices": items("甲", "乙")},
    ]  # fmt: skip
    second = [
        {"name": "rows", "type": "matrix", "text": text("矩阵"), "scale": "agree", "rows": items("行一", "行二")},
        {"name": "words", "type": "rating", "points": 2, "style": "labels", "text": text("评一评"),
         "labels": [text("差"), text("好")]},
        {"name": "minutes", "type": "number", "text": text("等了多久"), "unit": text("分钟")},
        {"name": "contact", "type": "text_fields", "text": text("联系"), "fields": items("姓", "名")},
        {"name": "talk", "type": "long_text", "text": text("建议")},
        {"name": "told", "type": "note", "text": text("说明")},
        {"name": "agreed", "type": "consent", "text": text("声明"), "label": text("我同意")},
    ]  # fmt: skip
    points = [{"code": str(number), "text": text(f"程度{number}")} for number in (1, 2, 3)]
    return {
        "format": 1, "name": "furnished", "title": text("购药回访"), "languages": ["zh-CN", "en"], "intro": text("开头"),
        "thanks": text("谢谢"), "purpose": text("目的"), "source": words("来源"), "licence": words("许可"),
        "scales": {"agree": {"points": points}},
        "pages": [
            {"title": text("第一部分"), "questions": first},
            {"title": text("第二部分"), "questions": second, "show_if": {"kinds": {"includes": "c1"}}},
        ],
        "scores": [{"name": "total", "kind": "mean", "questions": ["overall"], "label": text("总分")}],
    }  # fmt: skip


def furnish(chain: staff.Chain, words: Words) -> Furnished:
    """Published once with a link, then changed; a question in the bank with news; an indicator; a folder and tags."""
    now, person = clock.now(), db.session.get_one(User, chain.users["administrator"])
    by = Actor(person.id, person.email, person.role)
    made = drafting.load_file(definition=Definition.from_json(definition(words)), by=by, now=now)
    person.name = words("研究员")[:100]
    publishing.publish(questionnaire=made, by=by, now=now, note=words("首次发布"))
    link = collecting.create_collector(kind="link", questionnaire=made, name=words("公众号"), by=by, now=now)
    filing.put_away(questionnaire=made, folder=words("门店")[:40], tags=["<b>月度</b>", '"x=1 autofocus'], by=by)
    texts = {"zh-CN": words("指标"), "en": words("Indicator")}
    indicators.create(key="hostile_one", parent="", name=texts, note=texts, by=by, now=now)
    tree = Tree(made.draft)
    rule, ruling = tree.id_of("reason"), tree.id_of("overall")
    assert rule and ruling
    body = bank.body_of(tree, ruling)
    item = bank.create(key="kept-question", body=body, by=by, now=now, note=words("进题库"))
    _change(made, by, lambda tree: bank.insert(tree, item, tree.data["pages"][1]["_id"]))
    part = {**body["part"], "hint": {"zh-CN": words("新的提示"), "en": words("A new hint")}}
    bank.revise(item=item, body={**body, "part": part}, by=by, now=now, note=words("改了提示"))
    _change(made, by, lambda tree: _edit(tree, words))
    db.session.commit()
    done = Furnished(chain, made.id, link.code, rule, ruling, item.key)
    db.session.remove()
    return done


def _edit(tree: Tree, words: Words) -> None:
    reason = tree.id_of("reason")
    assert reason
    operations.set_text(tree, reason, "text", "zh-CN", words("不满意的原因"))
    operations.paste_lines(tree, reason, "choices", [words("价格").replace("\n", " ").replace("|", "/")])


def _change(questionnaire: Questionnaire, by: Actor, operation: Callable[[Tree], Any]) -> None:
    changing.change(
        questionnaire=questionnaire, operation=operation, kind="test", page="f" * 16, base=None, by=by, now=clock.now()
    )
