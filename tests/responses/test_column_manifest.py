"""The answers side has exactly the columns that were reviewed, and no way to the people side."""

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from survey_app.database import db
from tests.responses.column_manifest import MANIFEST


@pytest.mark.anonymity
@pytest.mark.parametrize("table", MANIFEST)
def test_every_column_in_the_database_was_reviewed(app: Flask, table: str) -> None:
    present = {column["name"] for column in inspect(db.engine).get_columns(table)}
    assert present == set(MANIFEST[table])
    assert all(len(reason) > 5 for reason in MANIFEST[table].values())


@pytest.mark.anonymity
@pytest.mark.parametrize("table", MANIFEST)
def test_answers_refer_to_nothing_but_places_versions_and_waves(app: Flask, table: str) -> None:
    targets = {key["referred_table"] for key in inspect(db.engine).get_foreign_keys(table)}
    assert targets <= {"wave", "version", "shop", "response", "questionnaire"}


@pytest.mark.anonymity
def test_no_other_table_refers_to_an_answer(app: Flask) -> None:
    found = inspect(db.engine)
    referring = {
        table
        for table in found.get_table_names()
        for key in found.get_foreign_keys(table)
        if key["referred_table"] in {"ballot", "response", "draft"}
    }
    assert referring == {"comment", "response_link", "unsealing"}  # the last two: never of an anonymous answer


@pytest.mark.anonymity
def test_the_database_keeps_no_hidden_order_or_time(app: Flask) -> None:
    if db.engine.dialect.name == "postgresql":
        assert db.session.scalar(text("SHOW track_commit_timestamp")) == "off"
        sequences = "SELECT count(*) FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S' "
        owned = "JOIN pg_class t ON t.oid = d.refobjid WHERE t.relname IN ('ballot', 'response', 'comment', 'draft')"
        assert db.session.scalar(text(sequences + owned)) == 0
        return
    tables = db.session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
    made = {row.name: row.sql for row in tables}
    assert all("WITHOUT ROWID" in made[table] for table in ("ballot", "comment", "draft", "held_back"))
    assert "AUTOINCREMENT" not in made["response"].upper()
    assert db.session.scalar(
        text("SELECT count(*) FROM pragma_table_info('response') WHERE pk = 1 AND type = 'INTEGER'")
    )
