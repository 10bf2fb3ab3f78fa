"""Going through all loans in the order of their ids, a batch at a time, so that nothing is held whole in memory."""

from collections.abc import Iterator

from sqlalchemy import Connection, func, text
from sqlmodel import Session, select

from ledger.evidence.stored import Span
from ledger.tables.loan import LoanRow

LOANS_AT_ONCE = 400


def count_loans(session: Session) -> int:
    """How many loans there are to go through."""
    return session.exec(select(func.count()).select_from(LoanRow)).one()


def spans(connection: Connection) -> Iterator[tuple[Span, int]]:
    """Spans that together hold every loan, known or not, each with how many known loans are in it."""
    after = ""
    while True:
        query = text("SELECT id FROM loans WHERE id > :after ORDER BY id LIMIT :most")
        ids = list(connection.execute(query, {"after": after, "most": LOANS_AT_ONCE}).scalars())
        if len(ids) < LOANS_AT_ONCE:
            yield Span(after, None), len(ids)
            return
        yield Span(after, ids[-1]), len(ids)
        after = ids[-1]
