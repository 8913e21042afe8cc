"""Our own package as an import: the questionnaire whole, every other member told, and nothing that was tampered with."""

import hashlib
import io
import zipfile

import pytest

from survey_app.formats import detecting, package
from survey_app.formats.importing import Refused
from survey_app.questionnaire.loading import load_definition

YAML = """
format: 1
name: small
title: {zh-CN: 小问卷, en: Small}
languages: [zh-CN, en]
pages:
  - questions:
      - {name: nps, type: nps, text: {zh-CN: 推荐吗, en: Recommend}}
      - {name: why, type: long_text, text: {zh-CN: 为什么, en: Why}, show_if: {nps: {at_most: 6}}}
"""
MEMBERS = {
    "README.txt": b"x",
    "questionnaire.yaml": YAML.encode(),
    "data/small.csv": b"a,b\r\n1,2\r\n",
    "cleaning-log.csv": b"l",
}


def zipped(members: dict[str, bytes], sums: str | None = None) -> bytes:
    """A ZIP of these members with their checksums."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        lines = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in members.items())
        archive.writestr("SHA256SUMS", lines if sums is None else sums)
    return raw.getvalue()


def codes(data: bytes) -> list[tuple[str, str]]:
    """The faults for which the package is refused."""
    with pytest.raises(Refused) as caught:
        package.parse(data)
    return [(fault.code, fault.place) for fault in caught.value.faults]


def test_the_questionnaire_of_a_package_becomes_a_draft() -> None:
    made = detecting.parse(zipped(MEMBERS))
    assert made.format == "package" and made.definition == load_definition(YAML, file="x.yaml")
    told = {line.place: line for line in made.lines}
    assert told["data/small.csv"].result == told["cleaning-log.csv"].result == "lost"
    assert told["questionnaire.yaml: pages[0].questions[1].show_if"].result == "kept"
    assert all(line.sentence("en") and line.sentence("zh") for line in made.lines if line.result == "lost")


def test_other_archives_are_not_taken_for_a_package() -> None:
    for data in (b"", b"PK\x03\x04", zipped({"a.txt": b"x"}), b"PK\x05\x06" + b"\0" * 18, YAML.encode()):
        assert not package.looks_like(data)
    assert package.looks_like(zipped(MEMBERS))


def test_a_changed_member_is_named() -> None:
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in MEMBERS.items())
    assert codes(zipped(MEMBERS | {"data/small.csv": b"a,b\r\n1,3\r\n"}, sums)) == [
        ("wrong_checksum", "data/small.csv")
    ]
    assert codes(zipped(MEMBERS | {"more.txt": b"x"}, sums)) == [("wrong_checksum", "more.txt")]
    fewer = {name: data for name, data in MEMBERS.items() if name != "cleaning-log.csv"}
    assert codes(zipped(fewer, sums)) == [("missing_part", "SHA256SUMS")]
    assert codes(zipped(MEMBERS, "nonsense")) == [("bad_value", "SHA256SUMS, line 1")]


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "C:\\x", "a\\..\\..\\x", "inner.zip", "data/x.7z"])
def test_paths_outside_and_archives_inside_are_refused(name: str) -> None:
    [(code, _place)] = codes(zipped(MEMBERS | {name: b"x"}))
    assert code == "broken_zip"


def test_a_questionnaire_with_faults_is_refused_with_its_lines() -> None:
    bad = YAML.replace("type: nps", "type: nonsense")
    [(code, place)] = codes(zipped(MEMBERS | {"questionnaire.yaml": bad.encode()}))
    assert code == "fault_in_ours" and place.startswith("questionnaire.yaml: line 8")


def test_too_many_members_are_refused() -> None:
    assert codes(zipped(MEMBERS | {f"data/{i}": b"" for i in range(1_000)})) == [("too_much", "")]


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    assert codes(zipped(MEMBERS | {"data/x.csv": b"0" * 30_000_000})) == [("broken_zip", "")]
