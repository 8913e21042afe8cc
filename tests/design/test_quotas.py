"""Quotas in the editor: made, changed, translated, followed by renames, taken out and brought back."""

from typing import Any

import pytest
from flask import Flask

from tests.design.test_properties import HTMX, ONE, SMALL, Pane, opened


@pytest.fixture
def pane(sqlite_app: Flask) -> Pane:
    return opened(sqlite_app, SMALL)


def made(pane: Pane) -> str:
    """A new quota; the id of its node."""
    status, html = pane.act("root", "quota:new")
    assert status == 200 and 'id="p-' in html
    return pane.tree.ids("quota")[-1]


def rule_form(pane: Pane, node: str) -> str:
    return pane.person.text(f"/questionnaires/{pane.id}/rules/{node}/when", headers=HTMX)


def set_rule(pane: Pane, node: str, **fields: Any) -> tuple[int, str]:
    answer = pane.person.post(f"/questionnaires/{pane.id}/rules/{node}/when", fields, headers=HTMX)
    return answer.status_code, answer.get_data(as_text=True)


def test_a_quota_is_made_and_every_key_of_it_is_changed(pane: Pane) -> None:
    assert "新建配额" in pane.show("root")
    node = made(pane)
    assert pane.definition.quotas[0].when == {"why": {"is": "1"}}
    for key, value, language in (
        ("name", "price", ""),
        ("limit", "30", ""),
        ("message", "够了", "zh-CN"),
        ("message", "Enough", "en"),
    ):
        assert pane.save(node, key, value, language)[0] == 200
    quota = pane.definition.quotas[0]
    assert (quota.name, quota.limit, quota.message) == ("price", 30, {"zh-CN": "够了", "en": "Enough"})
    page = pane.show("root")
    assert "price" in page and "最多 30 份" in page and "选“贵”" in page
    assert pane.save(node, "message", "", "zh-CN")[0] == 200 and pane.save(node, "message", "", "en")[0] == 200
    assert pane.definition.quotas[0].message is None


@pytest.mark.parametrize("name", ["", "Women", "1", "a b", "x" * 33])
def test_a_name_that_no_file_may_have_is_refused(pane: Pane, name: str) -> None:
    node = made(pane)
    assert pane.save(node, "name", name)[0] == 422
    assert pane.definition.quotas[0].name == "quota_1"


def test_two_quotas_do_not_share_a_name(pane: Pane) -> None:
    made(pane)
    second = made(pane)
    assert [quota.name for quota in pane.definition.quotas] == ["quota_1", "quota_2"]
    status, html = pane.save(second, "name", "quota_1")
    assert status == 422 and "已经有一个叫" in html


def test_who_counts_is_said_by_the_form_of_all_rules(pane: Pane) -> None:
    node = made(pane)
    form = rule_form(pane, node)
    assert "计入这个配额（最多 100 份）" in form and "全部删除" not in form and "“还有呢？”" not in form
    page = pane.person.text(f"/questionnaires/{pane.id}/rules/{node}/when")
    assert "配额“quota_1”计入哪些人" in page and "显示条件" not in page
    fields = {
        "item": "0",
        "join": "all",
        "was.0": "stars",
        "did.0": "at_least",
        "name.0": "stars",
        "operator.0": "at_least",
    }
    status, html = set_rule(pane, node, **fields, **{"value.0": "4"}, act="save")
    assert status == 200 and pane.definition.quotas[0].when == {"stars": {"at_least": 4}}
    assert "有效" in html
    status, html = set_rule(pane, node, act="clear", **fields, **{"value.0": "4"})
    assert status == 422 and "配额要有条件" in html
    assert pane.definition.quotas[0].when == {"stars": {"at_least": 4}}


def test_names_and_codes_that_change_take_the_quota_along(pane: Pane) -> None:
    node = made(pane)
    assert pane.save(pane.node("why"), "name", "reason")[0] == 200
    assert pane.definition.quotas[0].when == {"reason": {"is": "1"}}
    choice = pane.tree.children(pane.node("reason"), "choices")[0]
    assert pane.save(choice, "code", "dear")[0] == 200
    assert pane.definition.quotas[0].when == {"reason": {"is": "dear"}} and pane.tree.has(node)
    status, html = pane.act("root", f"remove:{pane.node('reason')}")
    assert status == 422 and "quota_1" in html


def test_a_deleted_quota_comes_back_by_undo(pane: Pane) -> None:
    node = made(pane)
    pane.save(node, "limit", "7")
    assert pane.act("root", f"remove:{node}")[0] == 200
    assert not pane.definition.quotas and "quotas" not in pane.tree.data
    answer = pane.person.post(f"/questionnaires/{pane.id}/acts", {"do": "undo:"}, headers=HTMX)
    assert answer.status_code == 200
    assert [(quota.name, quota.limit) for quota in pane.definition.quotas] == [("quota_1", 7)]


def test_the_words_of_a_quota_are_translated_with_all_others(pane: Pane) -> None:
    node = made(pane)
    pane.save(node, "message", "够了", "zh-CN")
    page = pane.person.text(f"/questionnaires/{pane.id}/translations")
    assert "配额 · quota_1" in page and "够了" in page


def test_a_questionnaire_without_questions_has_nothing_to_count_by(sqlite_app: Flask) -> None:
    pane = opened(sqlite_app, ONE)
    node = pane.node("rec")
    assert pane.act("root", f"remove:{node}")[0] == 200
    status, html = pane.act("root", "quota:new")
    assert status == 422 and "还没有题目" in html


def test_the_quality_check_leads_to_the_quota_that_nobody_fits(pane: Pane) -> None:
    node = made(pane)
    fields = {"item": "0", "join": "all", "was.0": "stars", "did.0": "at_least", "name.0": "stars"}
    assert set_rule(pane, node, **fields, **{"operator.0": "more_than", "value.0": "5"}, act="save")[0] == 200
    page = pane.person.text(f"/questionnaires/{pane.id}/quality")
    assert "走到最后的人都不符合配额“quota_1”的条件。" in page and f"#n-{node}" in page
    assert "永不成立" in rule_form(pane, node) or "自相矛盾" in rule_form(pane, node)
    assert pane.person.client.get(f"/questionnaires/{pane.id}/editor?node={node}").status_code == 200
    assert "quota_1" in pane.person.text(f"/questionnaires/{pane.id}")
