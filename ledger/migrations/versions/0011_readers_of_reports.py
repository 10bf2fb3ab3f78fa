"""Who is sent the report, and each mail of it."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import ledger.tables.columns


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    text, instant = sqlmodel.sql.sqltypes.AutoString, ledger.tables.columns.UtcDateTime
    op.create_table('report_subscribers',
    sa.Column('id', text(), nullable=False),
    sa.Column('portfolio_id', text(), nullable=False),
    sa.Column('lookup', sa.LargeBinary(), nullable=False),
    sa.Column('data_key', sa.LargeBinary(), nullable=False),
    sa.Column('address_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('since', instant(timezone=True), nullable=False),
    sa.Column('ended_at', instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['portfolio_id'], ['portfolios.id'], name=op.f('fk_report_subscribers_portfolio_id_portfolios')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_subscribers')),
    sa.UniqueConstraint('portfolio_id', 'lookup', name=op.f('uq_report_subscribers_portfolio_id_lookup'))
    )
    op.create_index(op.f('ix_report_subscribers_portfolio_id'), 'report_subscribers', ['portfolio_id'])
    op.create_table('report_mails',
    sa.Column('id', text(), nullable=False),
    sa.Column('subscriber_id', text(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('to_on', sa.Date(), nullable=False),
    sa.Column('as_of', instant(timezone=True), nullable=False),
    sa.Column('state', text(), nullable=False),
    sa.Column('vendor', text(), nullable=True),
    sa.Column('vendor_id', text(), nullable=True),
    sa.Column('failure', text(), nullable=True),
    sa.Column('failure_code', text(), nullable=True),
    sa.Column('planned_at', instant(timezone=True), nullable=False),
    sa.Column('claimed_at', instant(timezone=True), nullable=True),
    sa.Column('lease_until', instant(timezone=True), nullable=True),
    sa.Column('recorded_at', instant(timezone=True), nullable=True),
    sa.Column('receipt_at', instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['subscriber_id'], ['report_subscribers.id'], name=op.f('fk_report_mails_subscriber_id_report_subscribers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_mails')),
    sa.UniqueConstraint('subscriber_id', 'from_on', 'to_on', name=op.f('uq_report_mails_subscriber_id_from_on_to_on'))
    )
    for column in ('subscriber_id', 'state', 'vendor_id'):
        op.create_index(op.f(f'ix_report_mails_{column}'), 'report_mails', [column])


def downgrade() -> None:
    op.drop_table('report_mails')
    op.drop_table('report_subscribers')
