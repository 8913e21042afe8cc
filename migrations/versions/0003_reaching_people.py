"""reaching people: contacts, orders, messages, campaigns, invitations, devices, posters, links of answers, the audit chain

Revision: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from survey_app.database import Document, Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WAVE = "id, questionnaire_id, month, closes_on, fingerprint, destroyed_at"
_COLLECTOR = "id, code, kind, name, questionnaire_id, version_id, shop_id, place, created_at, created_by_id, closed_at"


def upgrade() -> None:
    create_tables()
    add_columns()
    if op.get_bind().dialect.name == "sqlite":
        rebuild_on_sqlite()
        create_sqlite_triggers()
    else:
        change_on_postgresql()
        create_postgresql_triggers()


def add_columns() -> None:
    empty = {"server_default": sa.text("''"), "nullable": False}
    op.add_column("event", sa.Column("department", sa.String(16), **empty))
    op.add_column("event", sa.Column("result", sa.String(16), **empty))
    op.create_index("ix_event_object", "event", ["object_class", "object_ids"])
    op.create_index("ix_event_actor_id", "event", ["actor_id"])
    op.add_column("organisation", sa.Column("sms_signature", sa.String(20), **empty))
    op.add_column("organisation", sa.Column("sending_paused", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        'ALTER TABLE "user" ADD COLUMN department_id INTEGER '
        "CONSTRAINT fk_user_department_id_department REFERENCES department (id)"
    )
    op.add_column("user", sa.Column("totp_secret", sa.Text(), **empty))
    op.add_column("user", sa.Column("totp_step", sa.Integer(), server_default=sa.text("0"), nullable=False))


def rebuild_on_sqlite() -> None:
    """New constraints of two tables that others point to.

    SQLite must make such a table anew. Foreign keys are checked at the commit; rows that come back under the same name make
    the references whole again.
    """
    op.execute("PRAGMA defer_foreign_keys=ON")
    for table, columns, make in (("wave", _WAVE, create_wave), ("collector", _COLLECTOR, create_collector)):
        op.execute(f"CREATE TABLE old_{table} AS SELECT {columns} FROM {table}")  # noqa: S608 - constants
        op.drop_table(table)
        make()
        op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM old_{table}")  # noqa: S608 - constants
        op.drop_table(f"old_{table}")
    create_indexes()


def create_wave() -> None:
    op.create_table(
        "wave",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(8), server_default=sa.text("'month'"), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("destroyed_at", Moment(), nullable=True),
        sa.CheckConstraint("id between 1 and 65535", name=op.f("ck_wave_sixteen_bits")),
        sa.CheckConstraint("kind in ('month','campaign')", name=op.f("ck_wave_kind")),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_wave_questionnaire_id_questionnaire")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave")),
    )


def create_collector() -> None:
    op.create_table(
        "collector",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(6), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("sites", Document, server_default=sa.text("'[]'"), nullable=False),
        sa.CheckConstraint("kind <> 'shop' or shop_id is not null", name=op.f("ck_collector_shop")),
        sa.CheckConstraint(COLLECTOR_KINDS, name=op.f("ck_collector_kind")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_collector_created_by_id_user")),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_collector_questionnaire_id_questionnaire")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_collector_shop_id_shop")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_collector_version_id_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collector")),
        sa.UniqueConstraint("code", name=op.f("uq_collector_code")),
    )


COLLECTOR_KINDS = "kind in ('link','shop','personal','interview','widget')"


def change_on_postgresql() -> None:
    op.add_column("wave", sa.Column("kind", sa.String(8), server_default=sa.text("'month'"), nullable=False))
    op.create_check_constraint(op.f("ck_wave_kind"), "wave", "kind in ('month','campaign')")
    op.drop_constraint(op.f("uq_wave_questionnaire_id_month"), "wave", type_="unique")
    op.add_column("collector", sa.Column("sites", Document, server_default=sa.text("'[]'"), nullable=False))
    for name, rule in (
        ("ck_collector_kind", COLLECTOR_KINDS),
        ("ck_collector_shop", "kind <> 'shop' or shop_id is not null"),
    ):
        op.drop_constraint(op.f(name), "collector", type_="check")
        op.create_check_constraint(op.f(name), "collector", rule)
    create_indexes()


def create_indexes() -> None:
    for name, table, columns, chosen in (
        ("uq_wave_month", "wave", ["questionnaire_id", "month"], "kind = 'month'"),
        ("uq_collector_personal", "collector", ["questionnaire_id"], "kind = 'personal'"),
    ):
        where = sa.text(chosen)
        op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)


FROZEN = (("event_hash", "the chain of the audit log is append-only"), ("checkpoint", "a checkpoint never changes"))
LINKED_IS_ANONYMOUS = "an anonymous answer has no link to a person"


def create_sqlite_triggers() -> None:
    for table, text in FROZEN:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{text}'); END"
            )
    for act in ("INSERT", "UPDATE"):
        op.execute(
            f"CREATE TRIGGER response_link_{act.lower()} BEFORE {act} ON response_link "
            "WHEN (SELECT mode FROM response WHERE id = NEW.response_id) IS NOT NEW.mode "
            f"BEGIN SELECT RAISE(ABORT, '{LINKED_IS_ANONYMOUS}'); END"
        )
    op.execute(
        "CREATE TRIGGER response_mode BEFORE UPDATE OF mode ON response "
        "WHEN NEW.mode IS NOT OLD.mode AND EXISTS (SELECT 1 FROM response_link WHERE response_id = OLD.id) "
        f"BEGIN SELECT RAISE(ABORT, '{LINKED_IS_ANONYMOUS}'); END"
    )


def create_postgresql_triggers() -> None:
    for table, _ in FROZEN:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "CREATE FUNCTION link_has_mode() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF (SELECT mode FROM response WHERE id = NEW.response_id) IS DISTINCT FROM NEW.mode THEN "
        f"RAISE EXCEPTION '{LINKED_IS_ANONYMOUS}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER response_link_mode BEFORE INSERT OR UPDATE ON response_link "
        "FOR EACH ROW EXECUTE FUNCTION link_has_mode()"
    )
    op.execute(
        "CREATE FUNCTION mode_has_no_link() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.mode <> OLD.mode AND EXISTS (SELECT 1 FROM response_link WHERE response_id = OLD.id) THEN "
        f"RAISE EXCEPTION '{LINKED_IS_ANONYMOUS}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER response_mode BEFORE UPDATE OF mode ON response FOR EACH ROW EXECUTE FUNCTION mode_has_no_link()"
    )


def create_tables() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("seq", _ID, autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_checkpoint")),
    )
    op.create_table(
        "department",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("code", name=op.f("uq_department_code")),
    )
    op.create_table(
        "event_hash",
        sa.Column("position", _ID, autoincrement=False, nullable=False),
        sa.Column("seq", _ID, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_event_hash")),
        sa.UniqueConstraint("seq", name=op.f("uq_event_hash_seq")),
    )
    op.create_table(
        "message_sender",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("options", Document, nullable=False),
        sa.Column("secrets", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("cost_cents", sa.Integer(), nullable=False),
        sa.Column("callback", sa.String(length=40), nullable=False),
        sa.Column("strange_receipts", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_sender")),
    )
    op.create_table(
        "message",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("recipient_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("next_try_at", Moment(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("sender_id", sa.Integer(), nullable=True),
        sa.Column("provider_number", sa.String(length=80), nullable=True),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("cost_cents", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("requeued", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.CheckConstraint("channel in ('sms','email')", name=op.f("ck_message_channel")),
        sa.CheckConstraint(
            "state in ('queued','claimed','accepted','rejected','unknown','delivered','failed','expired','cancelled','unknown_reported')",
            name=op.f("ck_message_state"),
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["message_sender.id"], name=op.f("fk_message_sender_id_message_sender")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("purpose", "subject_id", "step", name=op.f("uq_message_purpose_subject_id_step")),
    )
    op.create_index("ix_message_attempt", "message", ["attempt_id"], unique=True)
    op.create_index("ix_message_campaign", "message", ["campaign_id", "state"], unique=False)
    op.create_index("ix_message_due", "message", ["state", "next_try_at"], unique=False)
    op.create_index(op.f("ix_message_provider_number"), "message", ["provider_number"], unique=False)
    op.create_index("ix_message_recipient", "message", ["recipient_index", "sent_at"], unique=False)
    op.create_table(
        "message_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("provider_template", sa.String(length=64), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_template")),
        sa.UniqueConstraint(
            "name", "channel", "language", "number", name=op.f("uq_message_template_name_channel_language_number")
        ),
    )
    op.create_table(
        "suppression",
        sa.Column("recipient_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.CheckConstraint(
            "reason in ('opted_out','complained','bounced','staff','erased')", name=op.f("ck_suppression_reason")
        ),
        sa.PrimaryKeyConstraint("recipient_index", name=op.f("pk_suppression")),
    )
    op.create_table(
        "tier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("spent_cents", sa.Integer(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tier")),
        sa.UniqueConstraint("code", name=op.f("uq_tier_code")),
    )
    op.create_table(
        "message_receipt",
        sa.Column("id", _ID, nullable=False),
        sa.Column("message_id", _ID, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_message_receipt_message_id_message"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_receipt")),
    )
    op.create_index(op.f("ix_message_receipt_message_id"), "message_receipt", ["message_id"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("email_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("tier_id", sa.Integer(), nullable=True),
        sa.Column("shop_id", sa.Integer(), nullable=True),
        sa.Column("sms_consent", sa.Boolean(), nullable=False),
        sa.Column("email_consent", sa.Boolean(), nullable=False),
        sa.Column("phone_consent", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.CheckConstraint("phone_index is not null or email_index is not null", name=op.f("ck_contact_reachable")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_contact_shop_id_shop")),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_contact_tier_id_tier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("phone_index", name=op.f("uq_contact_phone_index")),
    )
    op.create_index(op.f("ix_contact_email_index"), "contact", ["email_index"], unique=False)
    op.create_table(
        "team",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_team_department_id_department")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_team_shop_id_shop")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("code", name=op.f("uq_team_code")),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=24), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.Column("last_used_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_api_key_created_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("key", name=op.f("uq_api_key_key")),
        sa.UniqueConstraint("source", name=op.f("uq_api_key_source")),
    )
    op.create_table(
        "consent",
        sa.Column("id", _ID, nullable=False),
        sa.Column("contact_id", _ID, nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_consent_contact_id_contact"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_contact_id"), "consent", ["contact_id"], unique=False)
    op.create_table(
        "customer_order",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("contact_id", _ID, nullable=True),
        sa.Column("shop_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("placed_at", Moment(), nullable=False),
        sa.Column("completed_at", Moment(), nullable=True),
        sa.Column("refunded_at", Moment(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.CheckConstraint(
            "state in ('open','completed','refunded','cancelled')", name=op.f("ck_customer_order_state")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_customer_order_contact_id_contact"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_customer_order_shop_id_shop")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_order")),
        sa.UniqueConstraint("source", "number", name=op.f("uq_customer_order_source_number")),
    )
    op.create_index("ix_customer_order_completed", "customer_order", ["completed_at"], unique=False)
    op.create_index(op.f("ix_customer_order_contact_id"), "customer_order", ["contact_id"], unique=False)
    op.create_table(
        "import_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("options", Document, nullable=False),
        sa.Column("work_id", _ID, nullable=True),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("requested_at", Moment(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("done_rows", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("rejects_file", sa.String(length=200), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["requested_by_id"], ["user.id"], name=op.f("fk_import_job_requested_by_id_user")),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_import_job_work_id_work"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
    )
    op.create_table(
        "api_nonce",
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name=op.f("fk_api_nonce_key_id_api_key")),
        sa.PrimaryKeyConstraint("key_id", "nonce", name=op.f("pk_api_nonce")),
    )
    op.create_index(op.f("ix_api_nonce_at"), "api_nonce", ["at"], unique=False)
    op.create_table(
        "order_event",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("order_id", _ID, nullable=True),
        sa.Column("contact_id", _ID, nullable=True),
        sa.Column("shop_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.CheckConstraint(
            "kind in ('paid','delivered','completed','refunded','return_closed','consultation_ended','ticket_closed')",
            name=op.f("ck_order_event_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_order_event_contact_id_contact"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_order_event_order_id_customer_order"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_order_event_shop_id_shop")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_order_event_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_event")),
        sa.UniqueConstraint("source", "number", name=op.f("uq_order_event_source_number")),
    )
    op.create_index(op.f("ix_order_event_contact_id"), "order_event", ["contact_id"], unique=False)
    op.create_index("ix_order_event_kind_at", "order_event", ["kind", "at"], unique=False)
    op.create_index(op.f("ix_order_event_order_id"), "order_event", ["order_id"], unique=False)
    op.create_index("ix_order_event_received_at", "order_event", ["received_at"], unique=False)
    op.create_table(
        "poster_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("options", Document, nullable=False),
        sa.Column("work_id", _ID, nullable=True),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("requested_at", Moment(), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_poster_run_questionnaire_id_questionnaire")
        ),
        sa.ForeignKeyConstraint(["requested_by_id"], ["user.id"], name=op.f("fk_poster_run_requested_by_id_user")),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_poster_run_work_id_work"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poster_run")),
    )
    op.create_table(
        "refusal",
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_refusal_questionnaire_id_questionnaire")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_refusal_shop_id_shop")),
        sa.PrimaryKeyConstraint("questionnaire_id", "shop_id", "day", name=op.f("pk_refusal")),
    )
    op.create_table(
        "shop_goal",
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("per_week", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_shop_goal_questionnaire_id_questionnaire")
        ),
        sa.PrimaryKeyConstraint("questionnaire_id", name=op.f("pk_shop_goal")),
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("channels", Document, nullable=False),
        sa.Column("event", sa.String(length=24), nullable=False),
        sa.Column("delay_hours", sa.Integer(), nullable=False),
        sa.Column("within_workdays", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("sample_size", sa.Integer(), nullable=True),
        sa.Column("monthly", sa.Boolean(), nullable=False),
        sa.Column("audience", Document, nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("reminder_days", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("reminder_template", sa.String(length=40), nullable=False),
        sa.Column("budget_cents", sa.Integer(), nullable=True),
        sa.Column("daily_most", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("launched_by_id", sa.Integer(), nullable=True),
        sa.Column("launched_at", Moment(), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("started_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("seen_event_id", sa.BigInteger(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind in ('once','trigger','calls')", name=op.f("ck_campaign_kind")),
        sa.CheckConstraint("state in ('draft','waiting','running','paused','ended')", name=op.f("ck_campaign_state")),
        sa.CheckConstraint("reminders between 0 and 2", name=op.f("ck_campaign_reminders")),
        sa.CheckConstraint("share between 1 and 100", name=op.f("ck_campaign_share")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["user.id"], name=op.f("fk_campaign_approved_by_id_user")),
        sa.ForeignKeyConstraint(["launched_by_id"], ["user.id"], name=op.f("fk_campaign_launched_by_id_user")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_campaign_created_by_id_user")),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_campaign_questionnaire_id_questionnaire")
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_campaign_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    op.create_table(
        "held_back",
        sa.Column("response_id", _ID, autoincrement=False, nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(length=37), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_held_back_wave_id_wave")),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_held_back")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_held_back_wave_id"), "held_back", ["wave_id"], unique=False)
    op.create_table(
        "recording",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("nullifier", sa.LargeBinary(length=32), nullable=True),
        sa.Column("response_id", _ID, nullable=True),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("variable", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Integer(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("(nullifier is null) <> (response_id is null)", name=op.f("ck_recording_owner")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_recording_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_recording_nullifier"), "recording", ["nullifier"], unique=False)
    op.create_index(op.f("ix_recording_response_id"), "recording", ["response_id"], unique=False)
    op.create_table(
        "campaign_count",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("started", sa.Integer(), nullable=False),
        sa.Column("submitted", sa.Integer(), nullable=False),
        sa.Column("cases", Document, nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_count_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_campaign_count_wave_id_wave")),
        sa.PrimaryKeyConstraint("campaign_id", "wave_id", name=op.f("pk_campaign_count")),
    )
    op.create_table(
        "till_key",
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("old_until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_till_key")),
    )
    op.create_table(
        "call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("contact_id", _ID, nullable=True),
        sa.Column("shop_id", sa.Integer(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("outcome_on", sa.Date(), nullable=True),
        sa.Column("outcome_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_call_campaign_id_campaign")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_call_contact_id_contact"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["outcome_by_id"], ["user.id"], name=op.f("fk_call_outcome_by_id_user")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_call_shop_id_shop")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("campaign_id", "month", "contact_id", name=op.f("uq_call_campaign_id_month_contact_id")),
    )
    op.create_table(
        "device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("collector_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("enrolment_ends_at", Moment(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("enrolled_at", Moment(), nullable=True),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.Column("seen_day", sa.Integer(), nullable=True),
        sa.Column("pending", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["collector_id"], ["collector.id"], name=op.f("fk_device_collector_id_collector")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_device_created_by_id_user")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_device_shop_id_shop")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_device_token_hash")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("contact_id", _ID, nullable=True),
        sa.Column("order_id", _ID, nullable=True),
        sa.Column("shop_id", sa.Integer(), nullable=True),
        sa.Column("code_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("send_until", sa.Date(), nullable=True),
        sa.Column("unsent", sa.String(length=16), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.CheckConstraint(
            "mode <> 'anonymous' or (code_index is null and facts = '')", name=op.f("ck_invitation_anonymous")
        ),
        sa.CheckConstraint("mode in ('identified','confidential','anonymous')", name=op.f("ck_invitation_mode")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_invitation_campaign_id_campaign")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_invitation_contact_id_contact"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_invitation_order_id_customer_order"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_invitation_questionnaire_id_questionnaire")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_invitation_shop_id_shop")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_invitation_wave_id_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("campaign_id", "event_id", name=op.f("uq_invitation_campaign_id_event_id")),
        sa.UniqueConstraint("questionnaire_id", "order_id", name=op.f("uq_invitation_questionnaire_id_order_id")),
    )
    of_a_person = sa.text("order_id is null and event_id is null")
    op.create_index(
        "uq_invitation_person",
        "invitation",
        ["campaign_id", "contact_id"],
        unique=True,
        sqlite_where=of_a_person,
        postgresql_where=of_a_person,
    )
    op.create_index("ix_invitation_code", "invitation", ["code_index"], unique=True)
    op.create_index(op.f("ix_invitation_contact_id"), "invitation", ["contact_id"], unique=False)
    op.create_index(op.f("ix_invitation_order_id"), "invitation", ["order_id"], unique=False)
    op.create_index("ix_invitation_wave_shop", "invitation", ["wave_id", "shop_id"], unique=False)
    op.create_table(
        "response_link",
        sa.Column("response_id", _ID, autoincrement=False, nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("sealed_link", sa.Text(), nullable=False),
        sa.Column("answered_at", Moment(), nullable=False),
        sa.CheckConstraint("mode in ('confidential','identified')", name=op.f("ck_response_link_not_anonymous")),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_response_link_response_id_response"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_response_link")),
    )
    op.create_table(
        "unsealing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("response_id", _ID, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("requested_at", Moment(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("shown_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_unsealing_decided_by_id_user")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["user.id"], name=op.f("fk_unsealing_requested_by_id_user")),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_unsealing_response_id_response"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsealing")),
    )
    op.create_index(op.f("ix_unsealing_response_id"), "unsealing", ["response_id"], unique=False)
    op.create_table(
        "opened",
        sa.Column("invitation_id", _ID, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_opened_invitation_id_invitation"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("pk_opened")),
    )
