"""Everything that is kept for a time has a test with a clock: the table of what we promise, row by row (privacy.md 9)."""

import ast

import pytest

from survey_app.config import ROOT

# what is kept -> (how long, the tests that turn the clock)
TABLE = {
    "contact, link to an order": ("wave close + 90 days, or end of consent", (
        "people/test_shredding.py::test_ninety_days_after_the_last_need_a_person_is_shredded",
        "people/test_shredding.py::test_a_wave_that_closed_lately_keeps_its_people",
        "people/test_shredding.py::test_the_end_of_consent_shreds_at_once_and_the_proof_stays_for_half_a_year",
    )),
    "consent proof": ("6 months", ("people/test_shredding.py::test_old_proofs_go_and_those_of_present_consents_stay",)),
    "recipient of a message": ("31 days as a blind index, never a number", (
        "work/test_keeping_times.py::test_a_message_forgets_its_recipient_after_31_days",
    )),
    "draft": ("14 days", ("responses/test_retention.py::test_drafts_die_after_fourteen_days",)),
    "raw comment": ("30 days", (
        "responses/test_retention.py::test_raw_text_goes_thirty_days_after_its_day_and_what_redaction_left_stays",
        "responses/test_retention.py::test_raw_text_without_a_day_counts_from_the_close_of_its_wave",
    )),
    "coded answers": ("3 years", ("responses/test_retention.py::test_answers_go_after_three_years_and_their_ballots_stay",)),
    "read audit": ("3 years", (
        "work/test_chain.py::test_rows_older_than_three_years_move_to_a_file_and_the_chain_goes_on",
    )),
    "finished work": ("7 days", ("work/test_ledger.py::test_finished_work_is_deleted_after_seven_days_and_waiting_work_never",)),
    "wave keys": ("close + 30 days", ("responses/test_retention.py::test_the_keys_of_a_wave_go_thirty_days_after_its_close",)),
    "backups": ("35 days, of the last day every one", (
        "safekeeping/test_backups.py::test_copies_of_a_quarter_of_an_hour_live_a_day_and_one_of_each_day_35_days",
    )),
    "recording": ("14 days until its answer is in, else until it is written down", (
        "responses/test_recordings.py::test_time_ends_what_was_never_submitted_and_what_lost_its_answer",
    )),
    "file": ("14 days until its answer is in, else as long as the answer", (
        "responses/test_uploads.py::test_time_ends_what_was_never_submitted_and_what_lost_its_answer",
    )),
    "shop, day and channel held back": ("until ten answers share them, else until the close", (
        "responses/test_holding.py::test_the_end_of_a_wave_forgets_what_is_still_held",
        "responses/test_holding.py::test_few_answers_of_a_shop_lose_it_at_the_end",
    )),
    "export file": ("24 hours", ("exports/test_pages.py::test_a_file_can_be_fetched_for_a_day_and_is_then_deleted",)),
}  # fmt: skip


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE.keys())
def test_each_promise_about_time_has_a_test_with_a_clock(row: tuple[str, tuple[str, ...]]) -> None:
    for name in row[1]:
        file, _, function = name.partition("::")
        tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
        assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, name
