"""Whatever is dropped, the end is a draft or a refusal with words."""

import io
import random
import zipfile
from collections.abc import Iterator

import pytest

from survey_app.formats import word
from tests.formats.mutants import end_well, flipped, torn
from tests.formats.word.making import document, p, table

SIGNS = (
    "<w:p>", "</w:p>", "<w:tbl>", "</w:tbl>", "<w:tr>", "</w:tr>", "<w:tc>", "</w:tc>", "<w:del>", "</w:del>", "<w:r>",
    "<w:numId w:val='1'/>", "<w:numId w:val='99999999999999'/>", "<w:ilvl w:val='-7'/>", "<w:start w:val='x'/>",
    "<w:sym w:char='110000'/>", "<w:sym w:char='D800'/>", "<w:u/>", "<w:vanish/>", "<w:tab/>", "<w:br/>", "□", "\t", "&amp;",
)  # fmt: skip
WHOLE = document(
    p("基本情况", style="part"), p("您的性别", number="1"), p("男", number="1", depth=1), p("女", number="1", depth=1),
    p("请评价", number="1"), table(("", "差", "好"), ("店员", "□", "□"), ("环境", "□", "□")), p("您的建议：", number="1"),
)  # fmt: skip


def _copies(number: int, seed: int) -> Iterator[bytes]:
    yield from flipped(WHOLE, number // 4, seed)
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    chance = random.Random(seed)
    for name in ("word/document.xml", "word/numbering.xml", "word/styles.xml"):
        for text in torn(parts[name], number // 4, chance.randrange(1 << 30), SIGNS):
            target = io.BytesIO()
            with zipfile.ZipFile(target, "w") as made:
                for part, content in {**parts, name: text}.items():
                    made.writestr(part, content.encode("utf-8", "surrogatepass"))
            yield target.getvalue()


def test_damaged_documents_end_in_a_draft_or_a_refusal() -> None:
    drafts, refused = end_well(word.parse, _copies(500, 5))
    assert drafts + refused == 500 and drafts > 10


@pytest.mark.long
def test_very_many_damaged_documents_end_in_a_draft_or_a_refusal() -> None:
    assert sum(end_well(word.parse, _copies(20_000, 6))) == 20_000
