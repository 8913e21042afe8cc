"""first tables

Revision: 0001
Revises: 
"""

import sqlalchemy as sa
from alembic import op

from survey_app.database import Document, Moment
revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

_STRICTNESS = "(CASE {row}.mode WHEN 'identified' THEN 0 WHEN 'confidential' THEN 1 ELSE 2 END)"
LOOSER = _STRICTNESS.format(row="NEW") + " < " + _STRICTNESS.format(row="OLD")


def upgrade() -> None:
    create_tables()
    if op.get_bind().dialect.name == "sqlite":
        create_sqlite_triggers()
    else:
        create_postgresql_triggers()


def create_sqlite_triggers() -> None:
    for table, text in (("event", "the audit log is append-only"), ("version", "a version never changes"),
                        ("consent_text", "a consent text never changes")):
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{text}'); END"
            )
    op.execute(
        "CREATE TRIGGER questionnaire_mode BEFORE UPDATE OF mode ON questionnaire "
        f"WHEN {LOOSER} AND EXISTS (SELECT 1 FROM version WHERE questionnaire_id = OLD.id) "
        "BEGIN SELECT RAISE(ABORT, 'the mode can only be tightened'); END"
    )


def create_postgresql_triggers() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% on %: rows of this table never change', TG_OP, TG_TABLE_NAME; END $$"
    )
    for table in ("event", "version", "consent_text"):
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "CREATE FUNCTION tighten_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {LOOSER} AND EXISTS (SELECT 1 FROM version WHERE questionnaire_id = OLD.id) THEN "
        "RAISE EXCEPTION 'the mode can only be tightened'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER questionnaire_mode BEFORE UPDATE OF mode ON questionnaire "
        "FOR EACH ROW EXECUTE FUNCTION tighten_only()"
    )


def create_tables() -> None:
    op.create_table('consent_text',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('texts', Document, nullable=False),
    sa.Column('created_at', Moment(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent_text'))
    )
    op.create_table('event',
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('actor', sa.String(length=254), nullable=False),
    sa.Column('role', sa.String(length=32), nullable=False),
    sa.Column('action', sa.String(length=64), nullable=False),
    sa.Column('object_class', sa.String(length=32), nullable=False),
    sa.Column('object_ids', sa.String(length=200), nullable=False),
    sa.Column('details', Document, nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('request_id', sa.String(length=32), nullable=False),
    sa.Column('source_ip', sa.String(length=45), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_event'))
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_event_action'), ['action'], unique=False)

    op.create_table('organisation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=False),
    sa.Column('help_phone', sa.String(length=32), nullable=False),
    sa.Column('logo', sa.LargeBinary(), nullable=True),
    sa.Column('logo_type', sa.String(length=32), nullable=False),
    sa.Column('colour', sa.String(length=7), nullable=False),
    sa.Column('brand', sa.String(length=7), nullable=False),
    sa.Column('brand_soft', sa.String(length=7), nullable=False),
    sa.Column('privacy_text', Document, nullable=False),
    sa.Column('sample', sa.Boolean(), nullable=False),
    sa.Column('key_fingerprint', sa.String(length=64), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_organisation_single')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation'))
    )
    op.create_table('region',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_region')),
    sa.UniqueConstraint('code', name=op.f('uq_region_code'))
    )
    op.create_table('failed_tries',
    sa.Column('who', sa.LargeBinary(length=32), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('locked_until', Moment(), nullable=True),
    sa.Column('last_at', Moment(), nullable=False),
    sa.PrimaryKeyConstraint('who', name=op.f('pk_failed_tries'))
    )
    op.create_table('tick',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_tick'))
    )
    op.create_table('work',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('args', Document, nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('lease_until', Moment(), nullable=True),
    sa.Column('fence', sa.Integer(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_try_at', Moment(), nullable=False),
    sa.Column('progress', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.Column('created_at', Moment(), nullable=False),
    sa.Column('finished_at', Moment(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work'))
    )
    with op.batch_alter_table('work', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_work_state'), ['state'], unique=False)

    op.create_table('shop',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_shop_region_id_region')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shop')),
    sa.UniqueConstraint('code', name=op.f('uq_shop_code'))
    )
    op.create_table('user',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('role', sa.String(length=32), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=True),
    sa.Column('shop_id', sa.Integer(), nullable=True),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('sign_in_epoch', sa.Integer(), nullable=False),
    sa.Column('created_at', Moment(), nullable=False),
    sa.Column('last_sign_in_at', Moment(), nullable=True),
    sa.CheckConstraint("role in ('administrator','researcher','shop-staff','customer-service','quality','manager')", name=op.f('ck_user_role')),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_user_region_id_region')),
    sa.ForeignKeyConstraint(['shop_id'], ['shop.id'], name=op.f('fk_user_shop_id_shop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user')),
    sa.UniqueConstraint('email', name=op.f('uq_user_email'))
    )
    op.create_table('one_time_link',
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('expires_at', Moment(), nullable=False),
    sa.Column('used_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_one_time_link_user_id_user')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_one_time_link'))
    )
    op.create_table('questionnaire',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('title', Document, nullable=False),
    sa.Column('mode', sa.String(length=16), nullable=False),
    sa.Column('draft', Document, nullable=False),
    sa.Column('draft_revision', sa.Integer(), nullable=False),
    sa.Column('created_at', Moment(), nullable=False),
    sa.Column('updated_at', Moment(), nullable=False),
    sa.Column('updated_by_id', sa.Integer(), nullable=True),
    sa.Column('archived_at', Moment(), nullable=True),
    sa.CheckConstraint("mode in ('identified','confidential','anonymous')", name=op.f('ck_questionnaire_mode')),
    sa.ForeignKeyConstraint(['updated_by_id'], ['user.id'], name=op.f('fk_questionnaire_updated_by_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_questionnaire')),
    sa.UniqueConstraint('name', name=op.f('uq_questionnaire_name'))
    )
    op.create_table('export',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('questionnaire_id', sa.Integer(), nullable=False),
    sa.Column('format', sa.String(length=8), nullable=False),
    sa.Column('options', Document, nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('work_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('requested_by_id', sa.Integer(), nullable=True),
    sa.Column('requested_at', Moment(), nullable=False),
    sa.Column('file', sa.String(length=200), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('expires_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['questionnaire_id'], ['questionnaire.id'], name=op.f('fk_export_questionnaire_id_questionnaire')),
    sa.ForeignKeyConstraint(['requested_by_id'], ['user.id'], name=op.f('fk_export_requested_by_id_user')),
    sa.ForeignKeyConstraint(['work_id'], ['work.id'], name=op.f('fk_export_work_id_work'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_export'))
    )
    op.create_table('figure',
    sa.Column('questionnaire_id', sa.Integer(), nullable=False),
    sa.Column('filter', sa.String(length=64), nullable=False),
    sa.Column('variable', sa.String(length=64), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('counts', Document, nullable=False),
    sa.ForeignKeyConstraint(['questionnaire_id'], ['questionnaire.id'], name=op.f('fk_figure_questionnaire_id_questionnaire')),
    sa.PrimaryKeyConstraint('questionnaire_id', 'filter', 'variable', name=op.f('pk_figure'))
    )
    op.create_table('version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('questionnaire_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('definition', Document, nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('seconds', sa.Integer(), nullable=False),
    sa.Column('published_at', Moment(), nullable=False),
    sa.Column('published_by_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['published_by_id'], ['user.id'], name=op.f('fk_version_published_by_id_user')),
    sa.ForeignKeyConstraint(['questionnaire_id'], ['questionnaire.id'], name=op.f('fk_version_questionnaire_id_questionnaire')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_version')),
    sa.UniqueConstraint('questionnaire_id', 'number', name=op.f('uq_version_questionnaire_id_number'))
    )
    op.create_table('wave',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('questionnaire_id', sa.Integer(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('closes_on', sa.Date(), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('destroyed_at', Moment(), nullable=True),
    sa.CheckConstraint('id between 1 and 65535', name=op.f('ck_wave_sixteen_bits')),
    sa.ForeignKeyConstraint(['questionnaire_id'], ['questionnaire.id'], name=op.f('fk_wave_questionnaire_id_questionnaire')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wave')),
    sa.UniqueConstraint('questionnaire_id', 'month', name=op.f('uq_wave_questionnaire_id_month'))
    )
    op.create_table('ballot',
    sa.Column('wave_id', sa.Integer(), nullable=False),
    sa.Column('nullifier', sa.LargeBinary(length=32), nullable=False),
    sa.Column('nonce_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('day', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['wave_id'], ['wave.id'], name=op.f('fk_ballot_wave_id_wave')),
    sa.PrimaryKeyConstraint('wave_id', 'nullifier', name=op.f('pk_ballot')),
    sqlite_with_rowid=False
    )
    op.create_table('break_off',
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('week', sa.Integer(), nullable=False),
    sa.Column('last_question', sa.String(length=64), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['version.id'], name=op.f('fk_break_off_version_id_version')),
    sa.PrimaryKeyConstraint('version_id', 'week', 'last_question', name=op.f('pk_break_off'))
    )
    op.create_table('collector',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=6), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('questionnaire_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('shop_id', sa.Integer(), nullable=True),
    sa.Column('place', sa.String(length=40), nullable=False),
    sa.Column('created_at', Moment(), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('closed_at', Moment(), nullable=True),
    sa.CheckConstraint("(kind = 'shop') = (shop_id is not null)", name=op.f('ck_collector_shop')),
    sa.CheckConstraint("kind in ('link','shop')", name=op.f('ck_collector_kind')),
    sa.ForeignKeyConstraint(['created_by_id'], ['user.id'], name=op.f('fk_collector_created_by_id_user')),
    sa.ForeignKeyConstraint(['questionnaire_id'], ['questionnaire.id'], name=op.f('fk_collector_questionnaire_id_questionnaire')),
    sa.ForeignKeyConstraint(['shop_id'], ['shop.id'], name=op.f('fk_collector_shop_id_shop')),
    sa.ForeignKeyConstraint(['version_id'], ['version.id'], name=op.f('fk_collector_version_id_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_collector')),
    sa.UniqueConstraint('code', name=op.f('uq_collector_code'))
    )
    op.create_table('draft',
    sa.Column('nullifier', sa.LargeBinary(length=32), nullable=False),
    sa.Column('wave_id', sa.Integer(), nullable=False),
    sa.Column('shop_id', sa.Integer(), nullable=True),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('last_question', sa.String(length=64), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['shop_id'], ['shop.id'], name=op.f('fk_draft_shop_id_shop')),
    sa.ForeignKeyConstraint(['version_id'], ['version.id'], name=op.f('fk_draft_version_id_version')),
    sa.ForeignKeyConstraint(['wave_id'], ['wave.id'], name=op.f('fk_draft_wave_id_wave')),
    sa.PrimaryKeyConstraint('nullifier', name=op.f('pk_draft')),
    sqlite_with_rowid=False
    )
    op.create_table('response',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('mode', sa.String(length=16), nullable=False),
    sa.Column('wave_id', sa.Integer(), nullable=False),
    sa.Column('shop_id', sa.Integer(), nullable=True),
    sa.Column('place', sa.String(length=40), nullable=False),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('verified', sa.Boolean(), nullable=False),
    sa.Column('language', sa.String(length=16), nullable=False),
    sa.Column('layout', sa.String(length=16), nullable=False),
    sa.Column('day', sa.Integer(), nullable=True),
    sa.Column('rc_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('due', sa.SmallInteger(), nullable=False),
    sa.Column('speed', sa.String(length=8), nullable=False),
    sa.Column('straightline', sa.Boolean(), nullable=False),
    sa.Column('consent_version', sa.Integer(), nullable=False),
    sa.Column('order_seed', sa.Integer(), nullable=False),
    sa.Column('test', sa.Boolean(), nullable=False),
    sa.Column('answers', sa.JSON(), nullable=False),
    sa.CheckConstraint("mode in ('identified','confidential','anonymous')", name=op.f('ck_response_mode')),
    sa.CheckConstraint("status in ('complete','screened_out')", name=op.f('ck_response_status')),
    sa.ForeignKeyConstraint(['shop_id'], ['shop.id'], name=op.f('fk_response_shop_id_shop')),
    sa.ForeignKeyConstraint(['version_id'], ['version.id'], name=op.f('fk_response_version_id_version')),
    sa.ForeignKeyConstraint(['wave_id'], ['wave.id'], name=op.f('fk_response_wave_id_wave')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_response'))
    )
    with op.batch_alter_table('response', schema=None) as batch_op:
        batch_op.create_index('ix_response_due', ['due'], unique=False, sqlite_where=sa.text('due <> 0'), postgresql_where=sa.text('due <> 0'))
        batch_op.create_index('ix_response_rc_hash', ['rc_hash'], unique=True)
        batch_op.create_index('ix_response_version_day', ['version_id', 'day'], unique=False)
        batch_op.create_index('ix_response_wave_shop', ['wave_id', 'shop_id'], unique=False)

    op.create_table('comment',
    sa.Column('response_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('variable', sa.String(length=64), nullable=False),
    sa.Column('redacted', sa.Text(), nullable=False),
    sa.Column('raw', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_comment_response_id_response'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('response_id', 'variable', name=op.f('pk_comment')),
    sqlite_with_rowid=False
    )


def downgrade() -> None:
    raise NotImplementedError('the first migration is not undone; restore a backup instead')

