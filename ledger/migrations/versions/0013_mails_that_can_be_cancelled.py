"""When a mail leaves that its vendor keeps for a while, and by which id it can be cancelled."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import ledger.tables.columns


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('attempts', sa.Column('leaves_at', ledger.tables.columns.UtcDateTime(timezone=True), nullable=True))
    op.add_column('attempts', sa.Column('batch_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True))


def downgrade() -> None:
    op.drop_column('attempts', 'batch_id')
    op.drop_column('attempts', 'leaves_at')
