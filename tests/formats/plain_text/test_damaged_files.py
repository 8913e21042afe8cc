"""Whatever is pasted, the end is a draft or a refusal with words."""

from collections.abc import Iterator

import pytest

from survey_app.formats.plain_text import importing
from tests.formats.mutants import end_well, flipped, torn
from tests.formats.plain_text.samples import FILES, PASTED, TAGGED, TWO_TONGUES

SIGNS = (
    "[", "]", "（", "[矩阵多选题]", "[排序题]", "[比重题]", "[省市区]", "\t", "____", "{_}", "{{q1}}", "1~5", "行：",
    "列：", "|", "□", "*", "=== 分页 ===", "（跳到第3题）", "依赖于第1题第2个选项", "A.", "\x00", "\u202e",
    "999999999999999999999999999999", "其他____", "（最多选9项）",
    "注：（必答）", "[某题]", "[表格题]", "[输入0到100的数字]", "(分值:3)", "（正确答案）", "答案：AB", "★ ★ ★", "1 2 3 4 5",
    "____省____市", "选B请跳至第2题", "[下拉:a,b]", "[性别]",
)  # fmt: skip


def _copies(number: int, seed: int) -> Iterator[bytes]:
    for at, text in enumerate((TAGGED, PASTED, TWO_TONGUES)):
        yield from (copy.encode() for copy in torn(text, 2 * number // 7, seed + at, SIGNS))
    yield from flipped(FILES["pasted.txt"], number - 3 * (2 * number // 7), seed)


def test_damaged_texts_end_in_a_draft_or_a_refusal() -> None:
    drafts, refused = end_well(importing.parse, _copies(500, 5))
    assert drafts + refused == 500 and drafts > 300


@pytest.mark.long
def test_many_damaged_texts_end_in_a_draft_or_a_refusal() -> None:
    assert sum(end_well(importing.parse, _copies(20_000, 6))) == 20_000
