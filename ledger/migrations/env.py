"""Alembic's entry: run the revisions on the database that `ledger.migrating` names."""

from alembic import context
from sqlmodel import SQLModel

from ledger.database import make_engine
from ledger.tables import (
    agreement,
    attempt,
    borrower,
    call,
    clock,
    decision,
    inbox,
    journey,
    known_fact,
    legal_hold,
    loan,
    money,
    work_item,
)

TABLES = (
    agreement,
    attempt,
    borrower,
    call,
    clock,
    decision,
    inbox,
    journey,
    known_fact,
    legal_hold,
    loan,
    money,
    work_item,
)

engine = make_engine(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
