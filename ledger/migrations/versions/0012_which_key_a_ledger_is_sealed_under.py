"""Which key a ledger is sealed under, where that key was replaced."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import ledger.tables.columns


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('key_marks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('mark', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('replaced_at', ledger.tables.columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('replaced_by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_key_marks'))
    )


def downgrade() -> None:
    op.drop_table('key_marks')
