"""How the last contacts of a channel ended is found by an index."""

import sqlalchemy as sa
from alembic import op


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        'ix_attempts_that_left',
        'attempts',
        ['action', 'recorded_at'],
        unique=False,
        sqlite_where=sa.text('claimed_at IS NOT NULL'),
        postgresql_where=sa.text('claimed_at IS NOT NULL'),
    )


def downgrade() -> None:
    op.drop_index('ix_attempts_that_left', table_name='attempts')
