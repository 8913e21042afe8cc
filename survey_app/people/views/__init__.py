"""Pages of the people side: contacts, the opt-out list; imports, orders and keys of systems."""

from importlib import import_module
from importlib.util import find_spec

from flask import Blueprint

blueprint = Blueprint("people", __name__)

for _page in ("contacts", "opting", "imports", "orders", "keys"):
    if find_spec(f"{__name__}.{_page}") is not None:
        import_module(f"{__name__}.{_page}")
