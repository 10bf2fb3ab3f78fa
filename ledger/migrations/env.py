"""Alembic's entry: run the revisions on the database that `ledger.migrating` names."""

from alembic import context
from sqlmodel import SQLModel

from ledger.database import make_engine
from ledger.tables import (
    agreement,
    attempt,
    borrower,
    breaker,
    call,
    clock,
    decision,
    earlier_state,
    evidence,
    inbox,
    inquiry,
    journey,
    key_mark,
    known_fact,
    legal_hold,
    loan,
    money,
    report_mail,
    sender,
    statement,
    sweep,
    work_item,
)

TABLES = (
    agreement,
    attempt,
    borrower,
    breaker,
    call,
    clock,
    decision,
    earlier_state,
    evidence,
    inbox,
    inquiry,
    journey,
    key_mark,
    known_fact,
    legal_hold,
    loan,
    money,
    report_mail,
    sender,
    statement,
    sweep,
    work_item,
)

MADE_BY_HAND = {"uq_events_loan_id_seq"}
"""What a revision makes after it has filled the columns; a generated revision leaves it out."""

engine = make_engine(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        compare_type=True,
        include_object=lambda _item, name, *_: name not in MADE_BY_HAND,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
