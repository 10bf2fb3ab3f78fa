"""The lender's book comes in: once, restated by newer statements, never by older ones."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.arrears import Statement
from domain.borrower import ContactKind
from domain.event import EventKind
from ledger.loan_intake import LoansTaken
from ledger.portfolios import NoSuchPortfolio, OtherCurrency, ensure_portfolio, portfolio_named
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.journey import WakeUpRow
from ledger.tables.loan import LoanRow
from tests.ledger.lender import EMAIL, MOBILE, NOW, Lender, a_loan

NEWER = replace(a_loan(), statement=Statement(20_000, 40_000, date(2026, 1, 2), date(2026, 1, 5)))
OLDER = replace(a_loan(), statement=Statement(90_000, 40_000, date(2025, 11, 20), date(2026, 1, 3)))


class TestTakingLoansIn:
    """A book of loans."""

    def test_again_changes_nothing(self, lender: Lender) -> None:
        """The same book a second time, and a loan that stands in it twice."""
        assert lender.takes_in(a_loan(), a_loan()) == LoansTaken(new=1)
        assert lender.takes_in(a_loan()) == LoansTaken(unchanged=1)
        assert len(lender.rows(LoanRow)) == lender.events(EventKind.LOAN_IMPORTED) == 1
        assert len(lender.rows(ContactPointRow)) == 3

    def test_restates_a_loan_and_wakes_its_journey(self, lender: Lender) -> None:
        """The newer statement counts; money that it knows of is not counted twice."""
        journey = lender.opens()
        lender.receives(60_000)
        assert lender.takes_in(NEWER) == LoansTaken(changed=1)
        assert lender.loan().arrears_minor == 20_000
        assert lender.rows(WakeUpRow)[-1].reason == "a newer statement came in"
        lender.lives(journey, days=0)
        assert lender.journey(journey).state == "open"

    def test_wakes_nobody_for_a_new_date(self, lender: Lender) -> None:
        """Tomorrow's book says the same of another day, and of a balance that no turn looks at."""
        journey = lender.opens()
        lender.lives(journey, days=0)
        before = lender.journey(journey).wake_seq
        tomorrow = replace(a_loan(as_of_on=date(2026, 1, 5)), balance_minor=890_000, attributes={"region": "north"})
        assert lender.takes_in(tomorrow) == LoansTaken(changed=1)
        assert (lender.loan().as_of_on, lender.loan().balance_minor) == (date(2026, 1, 5), 890_000)
        assert lender.journey(journey).wake_seq == before

    @pytest.mark.parametrize("taken_back", ["paid", "taken back"])
    def test_wakes_a_journey_for_a_new_date_where_money_counts(self, lender: Lender, taken_back: str) -> None:
        """What came in since the last statement counts beside it; a later statement knows of it, and says otherwise."""
        journey = lender.opens()
        paid = lender.receives(30_000, at=NOW - timedelta(hours=3))
        if taken_back == "taken back":
            lender.receives(30_000, at=NOW - timedelta(hours=2), reverses=paid)
        lender.lives(journey, days=0)
        before = lender.journey(journey).wake_seq
        lender.takes_in(a_loan(as_of_on=date(2026, 1, 5)))
        assert lender.journey(journey).wake_seq == before + 1

    def test_mends_a_zone_that_is_none(self, lender: Lender) -> None:
        """A ledger of before took it as it was spelt; the next book tells it right."""
        lender.takes_in(a_loan(timezone="Mars/Olympus"))
        assert lender.takes_in(a_loan()) == LoansTaken(unchanged=1)
        assert [row.timezone for row in lender.rows(BorrowerRow)] == ["Europe/London"]

    def test_leaves_an_older_statement_alone(self, lender: Lender) -> None:
        """Last week's file, found again."""
        lender.takes_in(NEWER)
        assert lender.takes_in(OLDER) == LoansTaken(outdated=1)
        assert lender.loan().arrears_minor == 20_000
        assert lender.events(EventKind.LOAN_RESTATED) == 0

    def test_knows_a_borrower_of_several_loans(self, lender: Lender) -> None:
        """One person, one key, and the contact points of all their loans."""
        other = replace(EMAIL, text="ada@work.example")
        lender.takes_in(a_loan("L-1", contacts=[MOBILE]), a_loan("L-2", contacts=[MOBILE, other]))
        (borrower,) = lender.rows(BorrowerRow)
        assert {row.borrower_id for row in lender.rows(LoanRow)} == {borrower.id}
        kinds = sorted(row.kind for row in lender.rows(ContactPointRow))
        assert kinds == [ContactKind.EMAIL.value, ContactKind.MOBILE.value]

    def test_cures_a_journey_when_nothing_is_overdue_any_more(self, lender: Lender) -> None:
        """The lender's own books say so."""
        journey = lender.opens()
        lender.takes_in(replace(a_loan(), statement=Statement(0, 40_000, date(2026, 1, 5), date(2026, 1, 5))))
        lender.lives(journey, days=0)
        assert lender.journey(journey).closing_reason == "cured"

    def test_tells_of_each_row(self, lender: Lender) -> None:
        """For a progress bar, over more rows than one batch holds."""
        many = [a_loan(f"L-{number}", borrower=f"B-{number}", contacts=[]) for number in range(2_100)]
        assert lender.takes_in(*many) == LoansTaken(new=2_100)
        assert len(lender.rows(LoanRow)) == 2_100


class TestAPortfolio:
    """One lender, one currency."""

    def test_is_found_by_its_name_or_the_names_are_told(self, lender: Lender) -> None:
        """A misspelt name lists those that there are."""
        lender.takes_in(a_loan())
        with lender.ledger.reading() as session:
            assert portfolio_named(session, "cards").currency == "GBP"
            with pytest.raises(NoSuchPortfolio, match="cards"):
                portfolio_named(session, "card")

    def test_holds_one_currency(self, lender: Lender) -> None:
        """Another one needs another portfolio."""
        lender.takes_in(a_loan())
        with lender.ledger.transaction() as session, pytest.raises(OtherCurrency, match="is in GBP"):
            ensure_portfolio(
                session, "cards", currency="EUR", lender="L", help_phone="1", pay_url="https://x", packs=[], now=NOW
            )
