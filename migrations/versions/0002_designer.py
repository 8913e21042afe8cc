"""the designer: edits, approvals, schedule, the question bank, indicators, arms of doors

Revision: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from survey_app.database import Document, Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # columns are added in place: a rebuilt table would lose the triggers that keep versions frozen
    op.add_column("organisation", sa.Column("needs_approval", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("questionnaire", sa.Column("folder", sa.String(60), server_default=sa.text("''"), nullable=False))
    op.add_column("questionnaire", sa.Column("tags", Document, server_default=sa.text("'[]'"), nullable=False))
    for name in ("opens_at", "closes_at", "retired_at"):
        op.add_column("questionnaire", sa.Column(name, Moment(), nullable=True))
    op.add_column("version", sa.Column("breaks_trend", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("version", sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False))
    _add_person("version", "approved_by_id")
    op.create_table(
        "edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("page", sa.String(32), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("changes", Document, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("undoes", sa.Boolean(), nullable=False),
        sa.CheckConstraint("state in ('done','undone','dropped')", name=op.f("ck_edit_state")),
        _points("edit", "questionnaire_id", "questionnaire"),
        _points("edit", "user_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edit")),
        sa.UniqueConstraint("questionnaire_id", "revision", name=op.f("uq_edit_questionnaire_id_revision")),
    )
    op.create_index("ix_edit_stack", "edit", ["questionnaire_id", "user_id", "state"])
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("requested_at", Moment(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        _points("approval", "questionnaire_id", "questionnaire"),
        _points("approval", "requested_by_id", "user"),
        _points("approval", "decided_by_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index(op.f("ix_approval_questionnaire_id"), "approval", ["questionnaire_id"])
    op.create_table(
        "bank_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("retired_at", Moment(), nullable=True),
        sa.CheckConstraint("kind in ('question','scale')", name=op.f("ck_bank_item_kind")),
        _points("bank_item", "owner_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_item")),
        sa.UniqueConstraint("key", name=op.f("uq_bank_item_key")),
    )
    op.create_table(
        "bank_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", Document, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        _points("bank_revision", "item_id", "bank_item"),
        _points("bank_revision", "by_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_revision")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_bank_revision_item_id_number")),
    )
    op.create_table(
        "indicator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("name", Document, nullable=False),
        sa.Column("note", Document, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", Moment(), nullable=True),
        _points("indicator", "parent_id", "indicator"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
        sa.UniqueConstraint("key", name=op.f("uq_indicator_key")),
    )
    op.create_table(
        "weight_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("weights", Document, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        _points("weight_set", "created_by_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weight_set")),
        sa.UniqueConstraint("starts_on", name=op.f("uq_weight_set_starts_on")),
    )
    op.create_table(
        "collector_arm",
        sa.Column("collector_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.CheckConstraint("share between 1 and 99", name=op.f("ck_collector_arm_share")),
        _points("collector_arm", "collector_id", "collector"),
        _points("collector_arm", "version_id", "version"),
        sa.PrimaryKeyConstraint("collector_id", "version_id", name=op.f("pk_collector_arm")),
    )


def _points(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def _add_person(table: str, column: str) -> None:
    """A nullable reference to a user; SQLite takes it in this form alone without rebuilding the table."""
    name = f"fk_{table}_{column}_user"
    op.execute(f'ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES "user" (id)')


def downgrade() -> None:
    for table in ("collector_arm", "weight_set", "indicator", "bank_revision", "bank_item", "approval", "edit"):
        op.drop_table(table)
    for table, columns in (
        ("version", ("approved_by_id", "reason", "breaks_trend")),
        ("questionnaire", ("retired_at", "closes_at", "opens_at", "tags", "folder")),
        ("organisation", ("needs_approval",)),
    ):
        for column in columns:
            op.drop_column(table, column)
