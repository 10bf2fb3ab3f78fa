"""By which of several senders a contact left, and how far a sender was slowed."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import ledger.tables.columns


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('attempts', sa.Column('sender', sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.add_column('sender_buckets', sa.Column('share', sa.Float(), server_default='1', nullable=False))
    op.add_column('sender_buckets', sa.Column('slowed_at', ledger.tables.columns.UtcDateTime(timezone=True), nullable=True))
    op.create_index('ix_sender_waits_journey_id', 'sender_waits', ['journey_id'])


def downgrade() -> None:
    op.drop_index('ix_sender_waits_journey_id', table_name='sender_waits')
    op.drop_column('sender_buckets', 'slowed_at')
    op.drop_column('sender_buckets', 'share')
    op.drop_column('attempts', 'sender')
