"""What hangs on a question beside its texts and rules: validations that have no equal, defaults, looks."""

from survey_app.formats.limesurvey.filtering import FILTERS
from survey_app.formats.limesurvey.survey import Question
from survey_app.formats.limesurvey.work import Plain, Work

_VALIDATIONS = frozenset(
    ("em_validation_q", "em_validation_sq", "equals_num_value", "min_num_value", "max_num_value", "min_num_value_n")
    + ("max_num_value_n", "min_num_value_sgqa", "max_num_value_sgqa", "num_value_equals_sgqa", "min_answers")
    + ("max_answers", "exclude_all_others", "numbers_only", "maximum_chars", "date_min")
    + ("date_max", "num_value_int_only", "min_num_of_files", "max_subquestions", "multiflexible_min")
    + ("multiflexible_max", "multiflexible_step", "other_comment_mandatory", "other_numbers_only", "max_filesize")
)
_TIPS = ("em_validation_q_tip", "em_validation_sq_tip")
_MESSAGES = frozenset(
    ("time_limit_message", "time_limit_warning_message", "time_limit_warning_2_message", "time_limit_countdown_message")
    + ("printable_help", "tableheader", "prefix", "suffix", "other_replace_text")
)
_NOT_OURS = frozenset(("relevance", "id", "parent_order"))
"""Columns of other tables that some versions wrote here by mistake."""
_USUAL: dict[str, frozenset[str]] = {
    name: frozenset(values.split())
    for name, values in {
        "display_columns": "1", "display_rows": "5", "assessment_value": "1", "public_statistics": "1",
        "scale_export": "0", "statistics_showgraph": "1", "statistics_graphtype": "0", "statistics_showmap": "1",
        "location_mapheight": "300", "location_mapwidth": "500", "location_mapzoom": "11", "time_limit_action": "1",
        "answer_order": "normal", "other_position": "default end", "max_filesize": "10240", "max_num_of_files": "1",
        "question_template": "core", "show_title": "1", "show_comment": "1", "slider_default_set": "1",
        "slider_handle": "0 f1ae", "slider_custom_handle": "f1ae", "slider_separator": "|", "show_totals": "X",
        "value_range_allows_missing": "1", "slider_orientation": "0", "slider_accuracy": "1", "subquestion_order": "normal",
        "keep_aspect": "0", "fix_height": "200", "repeat_headings": "", "dropdown_prepostfix": "|", "image": "",
    }.items()
}  # fmt: skip
_USUAL["save_as_default"] = _USUAL["clear_default"] = frozenset("YN")  # of the editor, nobody who answers sees it
_LOOKS = frozenset(
    (
        "",
        "core",
        "longfreetext",
        "shortfreetext",
        "hugefreetext",
        "listradio",
        "list_dropdown",
        "list_with_comment",
        "date",
    )
    + ("multiplechoice", "multiplechoice_with_comments", "gender", "yesno", "5pointchoice", "numerical", "language")
    + ("multiplenumeric", "multipleshorttext", "ranking", "ranking_advanced", "boilerplate", "equation", "file_upload")
    + ("bootstrap_buttons", "bootstrap_buttons_multi", "bootstrap_dropdown")
)
_NEUTRAL = frozenset(("", "0", "N", "default"))


def tell_rest(work: Work, question: Question, made: list[Plain]) -> None:
    """One line for every attribute that says something and was not made use of, and for every default answer."""
    for name, values in sorted(question.attributes.items()):
        if name in FILTERS or name in _NOT_OURS or name in work.used or name in work.settled:
            continue
        if name in _TIPS:
            _tip(work, question, name, made[0])
            continue
        value = next((v.strip() for v in values.values() if v.strip()), "")
        if (
            value in _NEUTRAL
            or value in _USUAL.get(name, ())
            or name.startswith(("extraSurvey", "powerbi", "responseOutput"))
        ):
            continue
        place = f"{question.place} / {name}"
        if name in _VALIDATIONS:
            work.unsaid(name, value)
        elif name.lower() in _MESSAGES:
            work.building.lost("setting", place, value, "setting_lost", made[0]["name"])
        elif name == "javascript":
            work.building.lost("script", place, value, "script", made[0]["name"])
        elif name not in ("random_group", "page_break"):
            work.building.lost("setting", place, value, "setting_lost", made[0]["name"])
    _look_and_defaults(work, question, made[0])


def _look_and_defaults(work: Work, question: Question, main: Plain) -> None:
    if question.theme not in _LOOKS and not question.theme.startswith("arrays/"):
        work.building.lost("setting", f"{question.place} / theme", question.theme, "setting_lost", main["name"])
    if "default" not in work.used:
        for row in question.defaults:
            if row.get("defaultvalue").strip():
                place = f"{question.place} / default (line {row.line})"
                work.building.lost("setting", place, row.get("defaultvalue"), "default_value", main["name"])


def _tip(work: Work, question: Question, name: str, main: Plain) -> None:
    """The words shown with a validation become part of the hint."""
    text = work.text(work.worded(name), f"{question.place} / {name}", main["name"])
    hint = main.setdefault("hint", {})
    for tag, words in text.items():
        hint[tag] = f"{hint[tag]}\n{words}" if tag in hint else words
    if not hint:
        del main["hint"]
