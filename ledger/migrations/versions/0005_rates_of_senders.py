"""What of each sender's rate is left, and who waits for it."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import ledger.tables.columns


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sender_buckets',
    sa.Column('sender', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('channel', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('rate', sa.Float(), nullable=False),
    sa.Column('burst', sa.Float(), nullable=False),
    sa.Column('level', sa.Float(), nullable=False),
    sa.Column('filled_at', ledger.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('served', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('sender', name=op.f('pk_sender_buckets'))
    )
    op.create_table('sender_waits',
    sa.Column('sender', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('journey_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('rung', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('line', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('place', sa.Float(), nullable=False),
    sa.Column('units', sa.Integer(), nullable=False),
    sa.Column('since', ledger.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('until', ledger.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['journey_id'], ['journeys.id'], name=op.f('fk_sender_waits_journey_id_journeys')),
    sa.PrimaryKeyConstraint('sender', 'journey_id', name=op.f('pk_sender_waits'))
    )
    with op.batch_alter_table('sender_waits', schema=None) as batch_op:
        batch_op.create_index('ix_sender_waits_sender_place', ['sender', 'place'], unique=False)


def downgrade() -> None:
    op.drop_table('sender_waits')
    op.drop_table('sender_buckets')
