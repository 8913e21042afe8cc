"""SURVEY_ENV: a word that is misspelled turns no check off."""

from pathlib import Path

import pytest

from survey_app import failpoints
from survey_app.config import load_settings
from survey_app.errors import ConfigurationError


@pytest.mark.parametrize("word", ["prod", "Produktion", "production;", "live", "staging"])
def test_an_unknown_kind_of_installation_is_refused(tmp_path: Path, word: str) -> None:
    environment = {"INSTANCE_DIR": str(tmp_path), "SURVEY_ENV": word, "SURVEY_FAILPOINTS": "audit.append=raise"}
    with pytest.raises(ConfigurationError, match="SURVEY_ENV.*production"):
        load_settings(environment)
    assert failpoints.load(environment) == {}


@pytest.mark.parametrize(
    ("word", "production"), [("", False), ("development", False), ("test", False), (" Production ", True)]
)
def test_the_four_kinds_are_known(tmp_path: Path, word: str, production: bool) -> None:
    environment = {"INSTANCE_DIR": str(tmp_path), "SURVEY_ENV": word, "PUBLIC_URL": "https://wj.example.com"}
    assert load_settings(environment).production is production
