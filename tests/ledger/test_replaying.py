"""A past answer is given again on what was known then, whatever a newer book or a newer check says since."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.book import BookContact, BookLoan
from domain.borrower import ContactKind, ContactState
from domain.work_item import WorkKind
from ledger.cases import case_of
from ledger.contacts import mark_contact
from ledger.replaying import replay
from ledger.tables.attempt import AttemptRow
from ledger.tables.borrower import ContactPointRow
from ledger.tables.journey import JourneyRow
from policy.compliance.history import Mark
from tests.ledger.lender import Lender, a_loan

HOUSE = BookContact(ContactKind.ADDRESS, "1 Canary Row", is_verified=True)


def restates(lender: Lender, loan: BookLoan) -> None:
    """A newer book comes in, two days later."""
    lender.now += timedelta(days=2)
    lender.takes_in(replace(loan, statement=replace(loan.statement, as_of_on=lender.now.date())))


def proofs(lender: Lender, *, days: int) -> int:
    """How often the address had been verified so many days ago, by what was known then."""
    moment = lender.now - timedelta(days=days)
    with lender.ledger.reading() as session:
        case = case_of(session, lender.loan().borrower_id, at=moment, knowing=moment)
    return len(list(case.marks(Mark.ADDRESS_VERIFIED)))


@pytest.mark.parametrize(
    "newer",
    [
        lambda loan: replace(loan, limitation_on=date(2020, 1, 1)),
        lambda loan: replace(loan, limitation_on=None, validation_notice_on=None),
        lambda loan: replace(loan, validation_notice_on=date(2026, 1, 1)),
        lambda loan: replace(loan, product="small_loan"),
    ],
)
def test_a_newer_book_does_not_change_a_past_answer(lender: Lender, newer: Callable[[BookLoan], BookLoan]) -> None:
    """The referral was right when it was made; twice restated, it still was."""
    loan = replace(a_loan(), limitation_on=date(2030, 1, 1), validation_notice_on=date(2025, 12, 1))
    journey = lender.opens(loan, ladder="standard")
    lender.has_work(journey, WorkKind.LEGAL_REFERRAL)
    referral = next(row.id for row in lender.rows(AttemptRow) if row.action == "legal_referral")
    for later in (newer(loan), replace(loan, product="overdraft", limitation_on=date(2019, 1, 1))):
        restates(lender, later)
        with lender.ledger.reading() as session:
            again = replay(session, referral)
        assert (again.is_same_answer, again.are_same_facts, again.differences) == (True, True, ())


def test_a_newer_check_leaves_the_earlier_one_on_record(lender: Lender) -> None:
    """Verified in the book, by a person, spoiled, and verified again: each moment has its own proofs."""
    lender.opens(a_loan(contacts=[HOUSE]))
    (journey,) = lender.rows(JourneyRow)
    (point,) = lender.rows(ContactPointRow)
    for state in (ContactState.VERIFIED, ContactState.BAD, ContactState.VERIFIED):
        lender.now += timedelta(days=10)
        with lender.ledger.transaction() as session:
            mark_contact(session, point.id, state, journey=journey, now=lender.now)
    assert [proofs(lender, days=days) for days in (25, 15, 5, 0)] == [1, 2, 0, 1]
