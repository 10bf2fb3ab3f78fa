"""A book that comes in at the same moment as something else: both count, and the evidence holds."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from domain.book import BookContact, BookLoan
from domain.borrower import ContactKind
from ledger.contacts import opt_out
from ledger.deaths import note_death
from ledger.erasure import erase
from ledger.evidence.checking import check
from ledger.loan_intake import LoansTaken, take_in_loans
from ledger.portfolios import portfolio_named
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.loan import LoanRow
from tests.ledger.lender import MOBILE, Lender, a_loan

A_MOMENT = 0.3
NEWER = a_loan(arrears_minor=90_000, as_of_on=date(2026, 1, 5))
NEW_NUMBER = BookContact(ContactKind.MOBILE, "+447411222333")


def one_after_the_other(first: Callable[[], None], second: Callable[[], None], *, begun: threading.Event) -> None:
    """Two threads; the second one goes on once the first has begun."""

    def then() -> None:
        assert begun.wait(10)
        second()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(first), pool.submit(then)]:
            done.result(30)


def comes_in_while(lender: Lender, doing: Callable[[Session], object], *book: BookLoan) -> LoansTaken:
    """A transaction has done something and is not over yet when the book comes in."""
    begun, taken = threading.Event(), []

    def first() -> None:
        with lender.ledger.transaction() as session:
            doing(session)
            session.flush()
            begun.set()
            threading.Event().wait(A_MOMENT)

    one_after_the_other(first, lambda: taken.append(lender.takes_in(*book)), begun=begun)
    return taken[0]


def borrower_of(lender: Lender, number: str) -> str:
    """The id of a borrower."""
    return next(row.id for row in lender.rows(BorrowerRow) if row.number == number)


@pytest.fixture
def settled(lender: Lender) -> Lender:
    """Everything was paid, and ten years have passed: the person may be erased whole."""
    journey = lender.opens()
    lender.receives(80_000)
    lender.lives(journey, days=1)
    with lender.ledger.transaction() as session:
        portfolio_named(session, "cards").packs = ["gb-conc"]
    lender.now += timedelta(days=3660)
    return lender


class TestADeath:
    """Is told while the lender's book restates the loan."""

    def test_stands_and_so_does_the_statement(self, lender: Lender) -> None:
        """The row that is bound into the chain is the one that is there."""
        lender.opens()
        person = borrower_of(lender, "B-1")
        comes_in_while(lender, lambda session: note_death(session, person, now=lender.now), NEWER)
        assert (lender.loan().deceased, lender.loan().arrears_minor) == (True, 90_000)
        assert check(lender.ledger, keys={}).flaws == []

    def test_holds_for_a_loan_that_is_new_in_the_book(self, lender: Lender) -> None:
        """Nobody is written to about it."""
        lender.opens()
        person = borrower_of(lender, "B-1")
        comes_in_while(lender, lambda session: note_death(session, person, now=lender.now), a_loan("L-2"))
        assert {row.number: row.deceased for row in lender.rows(LoanRow)} == {"L-1": True, "L-2": True}

    def test_that_comes_second_knows_the_book(self, lender: Lender) -> None:
        """Whoever tells it had looked at the loan before the book came in; its new loan ends, too."""
        lender.opens()
        person = borrower_of(lender, "B-1")
        begun = threading.Event()

        def book() -> None:
            with lender.ledger.transaction() as session:
                book = [NEWER, a_loan("L-2")]
                take_in_loans(session, portfolio_named(session, "cards"), book, now=lender.now)
                session.flush()
                begun.set()
                threading.Event().wait(A_MOMENT)

        def death() -> None:
            with lender.ledger.transaction() as session:
                seen = session.exec(select(LoanRow).order_by(col(LoanRow.number))).all()
                note_death(session, seen[0].borrower_id, now=lender.now)

        one_after_the_other(book, death, begun=begun)
        assert person == lender.loan().borrower_id
        assert {(row.number, row.deceased, row.arrears_minor) for row in lender.rows(LoanRow)} == {
            ("L-1", True, 90_000),
            ("L-2", True, 80_000),
        }
        assert check(lender.ledger, keys={}).flaws == []


class TestAnErasure:
    """Of somebody who stands in the book that comes in."""

    def test_takes_in_nothing_of_them_any_more(self, settled: Lender) -> None:
        """No digest of a new number, and no loan; a repeat of the erasure would find nothing."""
        person = borrower_of(settled, "B-1")
        again = a_loan("L-8", contacts=(NEW_NUMBER,), as_of_on=settled.now.date())

        def erases(session: Session) -> None:
            assert erase(session, person, by="Ana", request="R", now=settled.now).is_whole

        assert comes_in_while(settled, erases, again) == LoansTaken(erased=1)
        lookup = settled.ledger.keyring.lookup(NEW_NUMBER.text)
        assert lookup not in {row.lookup for row in settled.rows(ContactPointRow)}
        assert [(row.number, row.withdrawn) for row in settled.rows(LoanRow)] == [("L-1", True)]


class TestAStop:
    """From a number that comes in again under somebody else."""

    def test_is_known_to_whatever_slice_comes_after_it(self, lender: Lender) -> None:
        """The second slice of a book asks anew."""
        lender.opens()
        others = [a_loan(f"L-{n}", borrower=f"B-{n}", contacts=()) for n in range(2, 502)]
        last = a_loan("L-999", borrower="B-999", contacts=(MOBILE,))
        rows = iter(range(1_000))

        with lender.ledger.transaction() as session:

            def on_row() -> None:
                if next(rows) == 0:
                    opt_out(session, MOBILE.text, now=lender.now)

            take_in_loans(session, portfolio_named(session, "cards"), [*others, last], now=lender.now, on_row=on_row)
        points = {row.borrower_id: row.state for row in lender.rows(ContactPointRow) if row.kind == "mobile"}
        assert points[borrower_of(lender, "B-999")] == "opted_out"
