"""formats: files of other programs that were read, with their reports; files that respondents hand over;
quotas with their counts

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

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


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
        sa.Column("package", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_conversion_created_by_id_user")),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_conversion_questionnaire_id_questionnaire")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversion")),
    )
    op.create_index(op.f("ix_conversion_created_at"), "conversion", ["created_at"], unique=False)
    op.create_index(op.f("ix_conversion_questionnaire_id"), "conversion", ["questionnaire_id"], unique=False)
    op.create_table(
        "uploaded_file",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("nullifier", sa.LargeBinary(length=32), nullable=True),
        sa.Column("response_id", _ID, nullable=True),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("variable", sa.String(length=64), nullable=False),
        sa.Column("ending", sa.String(length=8), nullable=False),
        sa.Column("day", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("(nullifier is null) <> (response_id is null)", name=op.f("ck_uploaded_file_owner")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_uploaded_file_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploaded_file")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_uploaded_file_nullifier"), "uploaded_file", ["nullifier"], unique=False)
    op.create_index(op.f("ix_uploaded_file_response_id"), "uploaded_file", ["response_id"], unique=False)
    op.add_column("response", sa.Column("quotas", sa.Text(), nullable=True))
    op.create_table(
        "quota",
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("shown_of", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_quota_questionnaire_id_questionnaire")
        ),
        sa.PrimaryKeyConstraint("questionnaire_id", "name", name=op.f("pk_quota")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "turned_away",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("invited", sa.Boolean(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_turned_away_wave_id_wave")),
        sa.PrimaryKeyConstraint("wave_id", "name", "invited", name=op.f("pk_turned_away")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("turned_away")
    op.drop_table("quota")
    op.drop_column("response", "quotas")
    op.drop_table("uploaded_file")
    op.drop_table("conversion")
