"""Indexes of queues that grow: wake-ups not done, who waits for a sender, and what is asked about one attempt or number.

Wake-ups of journeys that are over, which nobody answers any more, are done.
"""

import sqlalchemy as sa
from alembic import op


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE wake_ups SET is_done = true WHERE NOT is_done"
        " AND EXISTS (SELECT 1 FROM journeys WHERE journeys.id = wake_ups.journey_id AND journeys.state <> 'open')"
    )
    op.drop_index('ix_wake_ups_is_done', table_name='wake_ups')
    op.create_index(
        'ix_wake_ups_not_done',
        'wake_ups',
        ['nudged_at', 'id'],
        unique=False,
        sqlite_where=sa.text('is_done = 0'),
        postgresql_where=sa.text('NOT is_done'),
    )
    op.create_index(op.f('ix_attempts_contact_point_id'), 'attempts', ['contact_point_id'], unique=False)
    op.create_index(op.f('ix_work_items_attempt_id'), 'work_items', ['attempt_id'], unique=False)
    op.drop_index('ix_sender_waits_sender_place', table_name='sender_waits')
    op.create_index(
        'ix_sender_waits_queue', 'sender_waits', ['sender', 'place', 'journey_id', 'until', 'units'], unique=False
    )


def downgrade() -> None:
    op.drop_index('ix_sender_waits_queue', table_name='sender_waits')
    op.create_index('ix_sender_waits_sender_place', 'sender_waits', ['sender', 'place'], unique=False)
    op.drop_index(op.f('ix_work_items_attempt_id'), table_name='work_items')
    op.drop_index(op.f('ix_attempts_contact_point_id'), table_name='attempts')
    op.drop_index('ix_wake_ups_not_done', table_name='wake_ups')
    op.create_index(op.f('ix_wake_ups_is_done'), 'wake_ups', ['is_done'], unique=False)
