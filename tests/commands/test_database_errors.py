"""What a failed statement says: it ends in a log."""

import pytest
from flask import Flask
from sqlalchemy import column, select, table
from sqlalchemy.exc import DBAPIError

from survey_app.database import db


def test_an_error_of_the_database_names_no_values(app: Flask) -> None:
    missing = select(column("x")).select_from(table("no_such_table")).where(column("x") == "13800138000")
    with pytest.raises(DBAPIError) as error:
        db.session.execute(missing)
    db.session.rollback()
    assert "no_such_table" in str(error.value) and "13800138000" not in str(error.value)
