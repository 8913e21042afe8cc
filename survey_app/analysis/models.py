"""Figures that are shown, frozen between steps of at least five answers (privacy.md 7)."""

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, Document


class Figure(Base):
    """The counts behind one shown figure, as of its last step. No time of the step is kept."""

    __tablename__ = "figure"

    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"), primary_key=True)
    filter: Mapped[str] = mapped_column(String(64), primary_key=True)  # "" or "version=3"
    variable: Mapped[str] = mapped_column(String(64), primary_key=True)  # "" = the responses themselves
    n: Mapped[int]  # answers of this variable when the figure last moved
    counts: Mapped[dict[str, Any]] = mapped_column(Document)
