"""Chain the events that are there, bind the rows that they tell of, and let nobody change what was written

A later revision that makes one of the append-only tables anew (SQLite's batch mode does) calls `guard` again.
"""

from alembic import op

from ledger.append_only import guard, guards
from ledger.evidence.starting import start_chains

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    start_chains(op.get_bind())
    op.create_index('uq_events_loan_id_seq', 'events', ['loan_id', 'seq'], unique=True)
    guard(op.get_bind())


def downgrade() -> None:
    connection = op.get_bind()
    for name in sorted(guards(connection)):
        table = name.removeprefix('refuse_').rsplit('_', 1)[0]
        op.execute(f'DROP TRIGGER {name}' + (f' ON {table}' if connection.dialect.name == 'postgresql' else ''))
    if connection.dialect.name == 'postgresql':
        op.execute('DROP FUNCTION refuse_change()')
    op.drop_index('uq_events_loan_id_seq', table_name='events')
