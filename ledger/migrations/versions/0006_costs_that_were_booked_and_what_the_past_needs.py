"""Costs that were booked, corrected and allocated, with the day they became known; rows that an import tells of"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import ledger.tables.columns
from ledger.append_only import guard


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
INSTANT = ledger.tables.columns.UtcDateTime
TOLD = (
    *(('journeys', 'recorded_at'), ('journeys', 'end_recorded_at'), ('steps', 'recorded_at')),
    ('promises', 'recorded_at'),
)
REFERRED = {'corrects_id': 'costs', 'payment_id': 'payments', 'fixed_cost_id': 'fixed_costs'}


def upgrade() -> None:
    op.create_table('fixed_costs',
    sa.Column('id', TEXT(), nullable=False),
    sa.Column('portfolio_id', TEXT(), nullable=False),
    sa.Column('unit', TEXT(), nullable=False),
    sa.Column('month_on', sa.Date(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', TEXT(), nullable=False),
    sa.Column('source', TEXT(), nullable=False),
    sa.Column('external_id', TEXT(), nullable=False),
    sa.Column('recorded_at', INSTANT(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['portfolio_id'], ['portfolios.id'], name=op.f('fk_fixed_costs_portfolio_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fixed_costs')),
    sa.UniqueConstraint('source', 'external_id', name=op.f('uq_fixed_costs_source_external_id'))
    )
    op.create_index(op.f('ix_fixed_costs_portfolio_id'), 'fixed_costs', ['portfolio_id'], unique=False)
    with op.batch_alter_table('costs', schema=None) as batch_op:
        for name in ('journey_id', 'rung', 'action'):
            batch_op.alter_column(name, existing_type=TEXT(), nullable=True)
        batch_op.add_column(sa.Column('recorded_at', INSTANT(timezone=True), nullable=True))
        for name in ('source', 'external_id', *REFERRED):
            batch_op.add_column(sa.Column(name, TEXT(), nullable=True))
        for name, table in REFERRED.items():
            batch_op.create_foreign_key(batch_op.f(f'fk_costs_{name}'), table, [name], ['id'])
            batch_op.create_index(batch_op.f(f'ix_costs_{name}'), [name], unique=False)
        batch_op.create_index('uq_costs_source_external_id', ['source', 'external_id'], unique=True)
    for table, name in TOLD:
        op.add_column(table, sa.Column(name, INSTANT(timezone=True), nullable=True))
    op.add_column('loans', sa.Column('history_only', sa.Boolean(), nullable=True))
    guard(op.get_bind())  # the costs were made anew


def downgrade() -> None:
    op.drop_column('loans', 'history_only')
    for table, name in TOLD:
        op.drop_column(table, name)
    with op.batch_alter_table('costs', schema=None) as batch_op:
        batch_op.drop_index('uq_costs_source_external_id')
        for name, table in REFERRED.items():
            batch_op.drop_index(batch_op.f(f'ix_costs_{name}'))
            batch_op.drop_constraint(batch_op.f(f'fk_costs_{name}'), type_='foreignkey')
        for name in ('recorded_at', 'source', 'external_id', *REFERRED):
            batch_op.drop_column(name)
    guard(op.get_bind())
    op.drop_table('fixed_costs')
