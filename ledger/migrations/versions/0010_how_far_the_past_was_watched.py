"""How far an import of the past could see, and when it told of work"""

import sqlalchemy as sa
from alembic import op

import ledger.tables.columns


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

TOLD = (('journeys', 'watched_until'), ('work_items', 'told_at'))


def upgrade() -> None:
    for table, name in TOLD:
        op.add_column(table, sa.Column(name, ledger.tables.columns.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for table, name in TOLD:
        op.drop_column(table, name)
