"""Breakers of parts of a channel, and sweeps of what came in."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import ledger.tables.columns


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('breakers', schema=None) as batch_op:
        batch_op.drop_index('uq_breakers_one_open_per_channel', sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
        batch_op.add_column(sa.Column('scope', sqlmodel.sql.sqltypes.AutoString(), server_default='', nullable=False))
        batch_op.alter_column('half_open_at', existing_type=ledger.tables.columns.UtcDateTime(timezone=True), nullable=True)
    with op.batch_alter_table('breakers', schema=None) as batch_op:
        batch_op.create_index('uq_breakers_one_open_per_channel', ['channel', 'scope'], unique=True, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
    op.create_table('sweeps',
    sa.Column('vendor', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('swept_at', ledger.tables.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('asked_at', ledger.tables.columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('code', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.PrimaryKeyConstraint('vendor', name=op.f('pk_sweeps'))
    )


def downgrade() -> None:
    op.drop_table('sweeps')
    op.execute("DELETE FROM breakers WHERE scope != '' OR half_open_at IS NULL")
    with op.batch_alter_table('breakers', schema=None) as batch_op:
        batch_op.drop_index('uq_breakers_one_open_per_channel', sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
        batch_op.alter_column('half_open_at', existing_type=ledger.tables.columns.UtcDateTime(timezone=True), nullable=False)
        batch_op.drop_column('scope')
    with op.batch_alter_table('breakers', schema=None) as batch_op:
        batch_op.create_index('uq_breakers_one_open_per_channel', ['channel'], unique=True, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
