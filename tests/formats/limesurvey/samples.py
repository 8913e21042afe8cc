"""Our own LimeSurvey files: every type in both layouts, rules and validations of every kind, an archive, one question."""

from typing import Any

from tests.formats.limesurvey.files import archive, q, survey
from tests.formats.limesurvey.test_types import ANSWERS, COLUMNS, ROWS, TYPES

QUESTIONS = [q(f"x{n}", type, **parts) for n, (type, (parts, _, _)) in enumerate(TYPES.items())]
RULES = [
    q("r1", relevance="x0 == 'A1' or count(x3_r1, x3_r2) > 1"),
    q("r2", relevance="x23 + 2 > x23 * 3", help="{x23.shown} {x23+1}"),
    q("r3", "F", rows=ROWS, answers=ANSWERS, attributes={"array_filter": "x3", "array_filter_exclude": "x9"}),
    q("r4", ":", rows={"r1": ("Row", "x23 > 4")}, columns=COLUMNS, attributes={"multiflexible_checkbox": "1"}),
    q("r5", "*", text="{x23 * 2}"), q("r6", "K", rows=ROWS, attributes={"equals_num_value": "100", "hidden": "0"}),
]  # fmt: skip
CHECKS = [
    q("c0", "N", attributes={"min_num_value_n": "1", "max_num_value_n": "9"}),
    q("c1", "K", rows=ROWS, attributes={"min_answers": "c0", "max_num_value": "c0 * 2", "em_validation_sq": "this.NAOK != 3"}),
    q("c2", "Q", rows=ROWS, preg="/^[a-z]+$/i", attributes={"max_answers": "1"}),
    q("c3", "N", attributes={"max_num_value_n": "max(c0, 3)", "em_validation_q": "c3.NAOK != c0.NAOK",
                             "em_validation_q_tip": {"en": "Not the same, please", "zh-Hans": "请不要相同"}}),
    q("c4", "L", answers=ANSWERS, other="Y", attributes={"other_comment_mandatory": "1", "other_numbers_only": "1"}),
    q("c6", "M", rows=ROWS, other="Y", attributes={"exclude_all_others": "r2", "max_answers": "c0"}),
    q("c5", "P", rows=ROWS, other="Y", attributes={"min_answers": "1", "array_filter": "c6", "other_comment_mandatory": "1"}),
    q("c7", "D", attributes={"date_min": "2020-01-01"}), q("c8", "D", attributes={"date_min": "c7"}),
    q("c9", "S", preg="/(?=a)b/", attributes={"em_validation_q": "strlen(this.NAOK) > 2 and regexMatch('/a$/', this)"}),
    q("c10", "R", answers=ANSWERS, attributes={"min_answers": "1", "max_subquestions": "1"}),
]  # fmt: skip
TABLES: dict[str, list[dict[str, Any]]] = {
    "conditions": [{"cid": 1, "qid": 60, "cqid": 1, "cfieldname": "123456X1X1", "method": "==", "value": "A1", "scenario": 1}],
    "quota": [{"id": 7, "name": "Dark", "qlimit": 3, "action": 1, "active": 1}],
    "quota_members": [{"id": 1, "qid": 1, "quota_id": 7, "code": "A1"}],
    "assessments": [{"id": 1, "scope": "T", "gid": 0, "name": "L", "minimum": "0", "maximum": "2", "language": "en"}],
    "defaultvalues": [{"dvid": 3, "qid": 1, "scale_id": 0, "sqid": 0}],
}  # fmt: skip


def _whole(*, old: bool) -> bytes:
    later = {"questions": RULES, "grelevance": "x23 > 1", "description": "{x23}"}
    return survey(
        QUESTIONS, later, CHECKS, tables=TABLES, old=old, languages=("en", "zh-Hans"), settings={"assessments": "Y"}
    )


FILES: dict[str, bytes] = {
    "everything.lss": _whole(old=False),
    "everything_150.lss": _whole(old=True),
    "answers.lsa": archive({"survey_123456.lss": _whole(old=False), "survey_123456_responses.lsr": b"<document/>"}),
    "one.lsq": survey([q("x", "K", rows=ROWS, attributes={"min_num_value": "5"})], kind="Question"),
}
"""File name -> content."""
