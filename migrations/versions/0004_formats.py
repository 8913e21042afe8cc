"""formats: files of other programs that were read, with their reports

Revision: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from survey_app.database import Document, Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("data", Document, nullable=False),
        sa.Column("report", Document, nullable=False),
        sa.Column("counts", Document, nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_conversion_created_by_id_user")),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_conversion_questionnaire_id_questionnaire")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversion")),
    )
    op.create_index(op.f("ix_conversion_created_at"), "conversion", ["created_at"], unique=False)
    op.create_index(op.f("ix_conversion_questionnaire_id"), "conversion", ["questionnaire_id"], unique=False)


def downgrade() -> None:
    op.drop_table("conversion")
