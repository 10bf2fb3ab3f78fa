"""What the book said before, how steps and attempts stood before, who worked and why a borrower fell behind"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import ledger.tables.columns
from ledger.append_only import guard


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
INSTANT = ledger.tables.columns.UtcDateTime

# A ledger from before knows one statement of each loan; it is dated from when the loan came in.
KEEP = """
INSERT INTO statements (id, loan_id, as_of_on, recorded_at, balance_minor, arrears_minor, instalment_minor,
                        past_due_since_on, product, segment, originated_on, attributes)
SELECT id, id, as_of_on, created_at, balance_minor, arrears_minor, instalment_minor,
       past_due_since_on, product, segment, originated_on, attributes
FROM loans
"""


def upgrade() -> None:
    op.create_table('statements',
    sa.Column('id', TEXT(), nullable=False),
    sa.Column('loan_id', TEXT(), nullable=False),
    sa.Column('as_of_on', sa.Date(), nullable=False),
    sa.Column('recorded_at', INSTANT(timezone=True), nullable=False),
    sa.Column('balance_minor', sa.BigInteger(), nullable=False),
    sa.Column('arrears_minor', sa.BigInteger(), nullable=False),
    sa.Column('instalment_minor', sa.BigInteger(), nullable=False),
    sa.Column('past_due_since_on', sa.Date(), nullable=False),
    sa.Column('product', TEXT(), nullable=False),
    sa.Column('segment', TEXT(), nullable=False),
    sa.Column('originated_on', sa.Date(), nullable=True),
    sa.Column('attributes', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['loan_id'], ['loans.id'], name=op.f('fk_statements_loan_id_loans')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_statements'))
    )
    op.create_index('ix_statements_loan_id_recorded_at', 'statements', ['loan_id', 'recorded_at'], unique=False)
    op.execute(KEEP)
    op.create_table('earlier_states',
    sa.Column('id', TEXT(), nullable=False),
    sa.Column('row_id', TEXT(), nullable=False),
    sa.Column('state', TEXT(), nullable=False),
    sa.Column('since_at', INSTANT(timezone=True), nullable=False),
    sa.Column('until_at', INSTANT(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_earlier_states'))
    )
    op.create_index('ix_earlier_states_row_id', 'earlier_states', ['row_id'], unique=False)
    for name in ('team', 'arrears_reason'):
        op.add_column('work_items', sa.Column(name, TEXT(), nullable=True))
    guard(op.get_bind())


def downgrade() -> None:
    for name in ('arrears_reason', 'team'):
        op.drop_column('work_items', name)
    op.drop_table('earlier_states')
    op.drop_table('statements')
