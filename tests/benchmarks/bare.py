"""What the ratios are against: a Flask application that returns a word, and a view that stores a body with one durable INSERT.

Each thread keeps its connection; SQLite with the pragmas of the platform, PostgreSQL in autocommit with a prepared statement.
"""

import os
import sqlite3
import threading
from typing import Any

from flask import Flask, request

from survey_app.config import load_settings
from survey_app.database import prepare_sqlite

settings = load_settings(os.environ)
application = Flask(__name__)
local = threading.local()


def connection() -> Any:
    """This thread's own."""
    if not hasattr(local, "connection"):
        if settings.is_sqlite:
            local.connection = sqlite3.connect(settings.sqlite_path, timeout=30, isolation_level=None)
            prepare_sqlite(local.connection)
        else:
            import psycopg

            address = "postgresql:" + settings.database_url.split(":", 1)[1]
            local.connection = psycopg.connect(address, autocommit=True, prepare_threshold=0)
    return local.connection


@application.get("/hello")
def hello() -> str:
    """A word."""
    return "hello"


@application.post("/insert")
def insert() -> str:
    """One durable INSERT of the bytes that were sent."""
    mark = "?" if settings.is_sqlite else "%s"
    connection().execute(f"INSERT INTO bare (body) VALUES ({mark})", (request.get_data(),))
    return "stored"
