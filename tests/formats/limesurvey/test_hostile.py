"""Broken and hostile files end in a message with its place, never in a traceback."""

import io
import random
import time
import zipfile

import pytest

from survey_app.formats.importing import Imported, Refused
from survey_app.formats.limesurvey import looks_like, parse
from tests.formats.limesurvey import samples
from tests.formats.limesurvey.files import archive, q, survey
from tests.formats.limesurvey.test_types import ANSWERS, ROWS

FILES = [data for name, data in samples.FILES.items() if name.endswith(".lss")]
NUMBER = next(question for question in samples.QUESTIONS if question["type"] == "N")
PARTS = [
    survey([*samples.QUESTIONS[:4], NUMBER, *part], samples.RULES[:3], tables=samples.TABLES, old=old)
    for part in (samples.QUESTIONS[4:14], samples.QUESTIONS[14:23], samples.RULES[3:], samples.CHECKS)
    for old in (False, True)
]
"""Smaller files, so that more of the damage meets something."""


def outcome(data: bytes) -> Imported | Refused:
    started = time.monotonic()
    try:
        found: Imported | Refused = parse(data)
        assert isinstance(found, Imported)
        found.definition.digest()
    except Refused as error:
        found = error
    if isinstance(found, Refused):
        assert 1 <= len(found.faults) <= 100
        assert all(fault.sentence("en") and fault.sentence("zh") for fault in found.faults)
    assert time.monotonic() - started < 5
    return found


WORDS = ["0", "-1", "999999999", "A" * 300, "{x0}", "x0 == (", "select", "x_y_z", "", "1e400", "<script>", "{{x}}"]
WORDS += [
    "M",
    "*",
    "x0",
    "x3 > 1",
    "1.5",
    "\ue000",
    "zh-Hans",
    "x0;x3",
    "Y",
    "|",
    "L",
    ":",
    "F",
    "K",
    "9" * 400,
    "0." + "1" * 400,
    "x23 > " + "9" * 400,
]
NOISE = ["\x00", "<", "&x;", "]]>", "{", "((", "-99", "é\ud7ff", '"']


def mutant(data: bytes, chance: random.Random) -> bytes:
    """The file with one to four places cut, doubled, swapped, or filled with something else."""
    text = data.decode()
    for _ in range(chance.randint(1, 4)):
        lines = text.split("\n")
        one, two = sorted(chance.choices(range(len(lines)), k=2))
        what = chance.randrange(30)
        if what < 2:
            del lines[one : min(two, one + chance.choice((1, 30)))]
        elif what < 4:
            lines[one:one] = lines[two : two + chance.choice((1, 30))]
        elif what == 4:
            lines[one], lines[two] = lines[two], lines[one]
        elif what == 5:
            at = chance.randrange(len(text))
            lines = [text[:at] + chance.choice(NOISE) + text[at + 1 :]]
        elif what == 6:
            lines = text[: chance.randrange(len(text))].split("\n")
        else:
            filled = [at for at, line in enumerate(lines) if "CDATA[" in line] or [0]
            head, _, rest = lines[at := chance.choice(filled)].partition("CDATA[")
            lines[at] = f"{head}CDATA[{chance.choice(WORDS)}{rest[rest.find(']]>') :]}"
        text = "\n".join(lines)
    return text.encode("utf-8", "replace")


def run_mutants(count: int, files: list[bytes]) -> int:
    chance = random.Random(5)
    return sum(isinstance(outcome(mutant(chance.choice(files), chance)), Imported) for _ in range(count))


def test_mutated_files_give_a_draft_or_a_refusal() -> None:
    assert 100 < run_mutants(500, PARTS) < 500


@pytest.mark.long
def test_many_mutated_files_give_a_draft_or_a_refusal() -> None:
    assert run_mutants(20_000, [*FILES, *PARTS]) > 4_000


@pytest.mark.parametrize("data", [*FILES, *PARTS])
def test_the_files_to_mutate_are_whole(data: bytes) -> None:
    assert isinstance(outcome(data), Imported)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"hello", "broken_xml"),
        (b"\xff\xfe\x00", "broken_xml"),
        (b"<document><a></document>", "broken_xml"),
        (b"<?xml version='1.0' encoding='nonsense'?><document/>", "broken_xml"),
        (b"<survey/>", "not_this_format"),
        (b"<document/>", "not_this_format"),
        (b"<document><LimeSurveyDocType>Survey</LimeSurveyDocType></document>", "no_questions"),
        (b'<!DOCTYPE d [<!ENTITY a "b">]><document>&a;</document>', "forbidden_xml"),
        (b'<!DOCTYPE d SYSTEM "http://example.org/d.dtd"><document/>', "forbidden_xml"),
        (b"PK\x03\x04broken", "broken_zip"),
        (archive({"a.txt": b"x"}), "missing_part"),
        (archive({"a.lss": b"x", "../b": b"x"}), "broken_zip"),
        (archive({"a.lss": b"x", "b.zip": b"x"}), "broken_zip"),
        (archive({"a.lss": b"x" * 1_000_000}), "broken_zip"),
        (archive({"a.lss": b"<document/>"}), "not_this_format"),
        (archive({f"{n}.txt": b"" for n in range(1_001)} | {"a.lss": b""}), "too_much"),
    ],
)
def test_what_is_no_limesurvey_file_is_refused_with_a_reason(data: bytes, code: str) -> None:
    found = outcome(data)
    assert isinstance(found, Refused)
    assert [fault.code for fault in found.faults] == [code]


def test_a_broken_place_is_named_by_line_and_column() -> None:
    found = outcome(b"<document>\n <a>\n </b>\n</document>")
    assert isinstance(found, Refused)
    assert found.faults[0].place == "line 3, column 4"


def test_two_rows_of_one_question_are_refused_with_both_places() -> None:
    data = survey([q("a")], old=True)
    start, end = (
        data.index(b"   <row>", data.index(b"<questions>")),
        data.index(b"  </rows>", data.index(b"<questions>")),
    )
    found = outcome(data[:end] + data[start:end] + data[end:])
    assert isinstance(found, Refused)
    assert (found.faults[0].code, found.faults[0].values["first"]) == ("duplicate", "line 26")


@pytest.mark.parametrize(
    "rule",
    [
        "(" * 5_000,
        "!" * 5_000 + "x0",
        "x0 == 1" + " or x0 == 1" * 3_000,
        "-" * 4_000 + "1",
        "a" * 30_000,
        "count(" * 900,
        "'" * 999,
        "1+" * 4_000 + "1",
    ],
)
def test_an_endless_expression_is_left_as_words(rule: str) -> None:
    found = outcome(survey([q("x0", "L", answers=ANSWERS), q("a", relevance=rule, text="{" + rule + "}")]))
    assert isinstance(found, Imported)


def test_many_rows_and_filters_take_little_time() -> None:
    rows = {f"r{n}": f"Row {n}" for n in range(150)}
    chain = [q("f0", "M", rows=rows)]
    chain += [q(f"f{n}", "A", rows=rows, attributes={"array_filter_exclude": f"f{n - 1}"}) for n in range(1, 10)]
    assert isinstance(outcome(survey(chain)), Imported)


def test_filters_in_a_circle_are_left_open() -> None:
    circle = [q(f"f{n}", "A", rows=ROWS, attributes={"array_filter": f"f{1 - n}"}) for n in (0, 1)]
    found = outcome(survey(circle))
    assert isinstance(found, Imported)
    assert all(question.open_rules for question in found.definition.questions[:1])


def test_a_deep_document_is_refused() -> None:
    found = outcome(b"<document>" + b"<a>" * 200 + b"</a>" * 200 + b"</document>")
    assert isinstance(found, Refused)


def test_markup_of_a_text_stays_words() -> None:
    found = outcome(survey([q("a", text="<script>alert(1)</script><img src=x onerror=alert(1)>Hi <b>you</b>")]))
    assert isinstance(found, Imported)
    assert found.definition.question("a").text == {"en": "Hi you"}


def test_content_decides_not_the_name() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("x.LSS", FILES[0])
    assert looks_like(buffer.getvalue())
    assert isinstance(outcome(buffer.getvalue()), Imported)


NUMBERS = [q("a", "N"), q("b", "N"), q("ticks", "M", rows={f"r{n}": "Row" for n in range(40)})]


@pytest.mark.parametrize(
    "rule",
    [
        "if(a > 1, " * 30 + "1" + ", b > 2)" * 30,
        "if(" * 40 + "a > 1" + ", b > 1, b > 2)" * 40,
        "if(a > 1, " * 40 + "b" + ", a) " * 40 + "> 3",
        "(" * 40 + "a > 1" + " == (b > 1))" * 40,
        "if(" * 40 + "a > 1" + ", b, a)" * 40 + " > 3",
    ],
)
def test_conditions_inside_conditions_are_no_trap(rule: str) -> None:
    assert isinstance(
        outcome(survey(NUMBERS, [q("asked", relevance=rule), q("sum", "*", text=f"{{{rule}}}")])), Imported
    )


def test_filters_of_filters_are_followed_once() -> None:
    rows = {"a": "A", "b": "B"}
    filters = [{"array_filter": f"q{n - 1};q{max(n - 2, 0)}"} if n else {} for n in range(60)]
    found = outcome(survey([q(f"q{n}", "M", rows=rows, attributes=own) for n, own in enumerate(filters)]))
    assert isinstance(found, Imported)


def test_a_text_is_asked_for_expressions_as_far_as_it_is_read() -> None:
    assert isinstance(outcome(survey(NUMBERS, [q("x", text=" ".join(f"{{a + {n}}}" for n in range(3_000)))])), Imported)
    assert isinstance(outcome(survey([q("x", text="x{a}" * 1_000_000)])), Imported)


@pytest.mark.parametrize("table", ["quota", "conditions", "assessments", "defaultvalues"])
def test_tables_with_very_many_rows_are_read_in_time(table: str) -> None:
    rows = [
        {"id": n, "cid": n, "qid": 4, "cqid": 1, "cfieldname": "123456X1X1", "method": "==", "value": n, "scenario": n}
        for n in range(10_000)
    ]
    outcome(survey(NUMBERS[:2], [q("x", relevance="")], tables={table: rows}, settings={"assessments": "Y"}))


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_table_separated_by_tabs_is_known_and_not_read(mark: str) -> None:
    data = f"{mark}id\trelated_id\tclass\ttype/scale\tname\trelevance\ttext\n\t\tS\t\tsid\t\t1\n".encode()
    found = outcome(data)
    assert looks_like(data) and isinstance(found, Refused)
    assert ".lss" in found.faults[0].sentence("zh")
