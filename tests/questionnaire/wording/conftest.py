"""Prints the table of precision and recall at the end of a run that measured it."""

from typing import Any

import pytest

from tests.questionnaire.wording import labelled


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The table stands in the output whatever is shown of the tests themselves."""
    ran = {report.nodeid for key in ("passed", "failed") for report in terminalreporter.stats.get(key, [])}
    if any("wording/test_labelled.py" in node for node in ran):
        terminalreporter.section("wording rules on the labelled questions")
        terminalreporter.write_line("\n".join(labelled.table()))
