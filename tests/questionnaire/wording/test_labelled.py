"""The rules on the labelled questions; the table of figures is printed at the end of the run."""

from collections import Counter

import pytest

from survey_app.questionnaire import wording
from tests.questionnaire.wording import labelled

MEASURED = labelled.measure(item for part in labelled.PARTS for item in labelled.items(part))
UNSEEN = labelled.measure(item for part in ("held", "blind") for item in labelled.items(part))


def test_the_set_is_large_balanced_and_in_both_languages() -> None:
    everything = [item for part in labelled.PARTS for item in labelled.items(part)]
    assert len(everything) >= 160 and all(len(labelled.items(part)) >= 50 for part in labelled.PARTS)
    assert len({(item.language, item.text, str(item.data)) for item in everything}) == len(everything)
    good = sum(not item.fires for item in everything)
    assert 0.4 < good / len(everything) < 0.6
    assert Counter(item.language for item in everything)["en"] > len(everything) / 3
    assert {code for item in everything for code in item.fires} <= set(wording.RULES)


@pytest.mark.parametrize("code", sorted(MEASURED))
def test_a_rule_that_ships_as_a_warning_is_right_four_times_in_five(code: str) -> None:
    count = MEASURED[code]
    if code in wording.WARNINGS:
        assert count.hit, "a warning that nobody has seen fire"
        for precision in (count.precision, UNSEEN[code].precision):  # None: it did not fire on any unseen question
            assert precision is None or precision >= 0.8, labelled.wrong(code)


def test_every_rule_about_one_question_was_measured() -> None:
    about_the_whole = {
        "many_questions", "long_survey", "old_translation", "scale_changed", "scale_differs", "complex_rule", "undecided",
        "order_identifies", "district_narrows", "quota_never", "quota_late", "part_never", "may_vanish",
        "required_file", "photo_anonymous",
    }  # fmt: skip
    assert set(MEASURED) == set(wording.RULES) - about_the_whole


@pytest.mark.parametrize("part", labelled.PARTS)
def test_the_rules_find_most_of_what_is_wrong(part: str) -> None:
    counts = labelled.measure(labelled.items(part)).values()
    hit, missed, wrong = (sum(getattr(c, key) for c in counts) for key in ("hit", "missed", "false_alarm"))
    assert hit / (hit + missed) > 0.6
    assert hit / (hit + wrong) > 0.75
