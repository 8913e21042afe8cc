"""What every importer shares: names, texts, rules, the report. An importer is `parse(bytes) -> Imported`, or raises Refused.

It knows no database, no file and no network: bytes in, a definition and a report out.
"""

from survey_app.formats.importing.building import Building, Imported
from survey_app.formats.importing.refusing import Fault, Refused
from survey_app.formats.importing.report import Line, Result

__all__ = ["Building", "Fault", "Imported", "Line", "Refused", "Result"]
