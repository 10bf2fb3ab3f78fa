"""What a portfolio brought in, cost and took: sums known by hand, on both databases."""

from datetime import date

import pytest

from domain.action import Action
from domain.journey import ClosingReason
from domain.step import Outcome
from domain.work_item import Disposition
from ledger.database import Ledger
from ledger.portfolios import NoSuchPortfolio
from reports.breakdown import NO_JOURNEY, NO_STEP, Breakdown, Row
from reports.effectiveness import Effectiveness, effectiveness
from reports.reconciling import reconcile
from reports.scope import PeriodIsEmpty
from tests.reports.chronicle import AS_OF, FIRST_DAY, LAST_DAY, Chronicle, day, write_spring

AMOUNTS = ("recovered_minor", "by_itself_minor", "reversals_minor", "cost_millis", "cost_minor", "net_minor")


def spring(ledger: Ledger) -> Effectiveness:
    """The report on March of the portfolio that `write_spring` wrote."""
    with ledger.reading() as session:
        return effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)


def row(report: Effectiveness, breakdown: Breakdown, name: str) -> Row:
    """One row of a report."""
    return next(row for row in report.breakdowns[breakdown] if row.name == name)


def recovered(report: Effectiveness, breakdown: Breakdown) -> dict[str, int]:
    """What each row brought in, in minor units."""
    return {row.name: row.recovered_minor for row in report.breakdowns[breakdown]}


class TestAPortfoliosReport:
    """The report on a portfolio whose past is known."""

    def test_adds_up_what_came_in_and_what_it_cost(self, ledger: Ledger) -> None:
        """Recovered is gross; net is recovered less reversals less cost; cost is rounded once."""
        with ledger.transaction() as session:
            write_spring(session)
        total = spring(ledger).total
        assert total.journeys == 5
        assert total.recovered_minor == 15_000
        assert total.reversals_minor == 1_000
        assert total.cost_millis == 3_900_750
        assert total.cost_minor == 3_901
        assert total.net_minor == 15_000 - 1_000 - 3_901
        assert total.cost_per_unit == 0.26005

    def test_splits_the_same_cash_in_four_ways(self, ledger: Ledger) -> None:
        """Every breakdown sums to the total in every amount, whatever its rows."""
        with ledger.transaction() as session:
            write_spring(session)
        report = spring(ledger)
        for rows in report.breakdowns.values():
            for amount in AMOUNTS:
                assert sum(getattr(r, amount) for r in rows) == getattr(report.total, amount)

    def test_credits_money_to_the_last_step_that_touched_the_borrower(self, ledger: Ledger) -> None:
        """A paid 4,000 after a message, 6,000 after a call; an undelivered message and an empty visit earn nothing."""
        with ledger.transaction() as session:
            write_spring(session)
        assert recovered(spring(ledger), Breakdown.RUNG) == {
            "gentle v1: friendly_reminder": 4_000,
            "gentle v1: callback": 6_000,
            "standard v2: friendly_reminder": 0,
            "standard v2: field_visit": 0,
            NO_STEP: 3_500,
            NO_JOURNEY: 1_500,
        }

    def test_counts_a_holdouts_money_to_the_holdout(self, ledger: Ledger) -> None:
        """By arm and ladder money follows the journey, touched or not, and says how much came by itself."""
        with ledger.transaction() as session:
            write_spring(session)
        report = spring(ledger)
        assert recovered(report, Breakdown.ARM) == {
            "champion": 10_000,
            "challenger": 1_500,
            "holdout": 2_000,
            NO_JOURNEY: 1_500,
        }
        assert row(report, Breakdown.ARM, "holdout").by_itself_minor == 2_000
        assert recovered(report, Breakdown.LADDER)["quiet v1"] == 2_000

    def test_takes_reversals_from_the_row_of_their_payment(self, ledger: Ledger) -> None:
        """F paid before its journey: what goes back in March leaves the same row, although a message came between."""
        with ledger.transaction() as session:
            write_spring(session)
        report = spring(ledger)
        assert row(report, Breakdown.RUNG, NO_JOURNEY).reversals_minor == 500
        assert row(report, Breakdown.RUNG, NO_STEP).reversals_minor == 500
        assert row(report, Breakdown.LADDER, "standard v2").reversals_minor == 500

    def test_counts_steps_attempts_promises_and_cures(self, ledger: Ledger) -> None:
        """A call that was made is an attempt; a cure belongs to the row of the last payment."""
        with ledger.transaction() as session:
            write_spring(session)
        report = spring(ledger)
        call = row(report, Breakdown.RUNG, "gentle v1: callback")
        assert (call.journeys, call.steps, call.attempts, call.promises, call.promises_kept, call.cured) == (1,) * 6
        message = row(report, Breakdown.CHANNEL, "sms")
        assert (message.journeys, message.steps, message.attempts, message.cured) == (3, 3, 3, 0)
        untouched = row(report, Breakdown.CHANNEL, NO_STEP)
        assert (untouched.journeys, untouched.steps) == (3, 0)

    def test_says_how_steps_and_journeys_ended(self, ledger: Ledger) -> None:
        """A message that a receipt calls undelivered is shown as that."""
        with ledger.transaction() as session:
            write_spring(session)
        report = spring(ledger)
        assert {(o.rung, o.outcome): o.steps for o in report.outcomes} == {
            ("gentle v1: friendly_reminder", "sent"): 2,
            ("gentle v1: callback", "promised"): 1,
            ("standard v2: friendly_reminder", "undelivered"): 1,
            ("standard v2: field_visit", "no_answer"): 1,
        }
        assert report.closings == (("cured", 1), ("open", 4))

    def test_keeps_portfolios_apart(self, ledger: Ledger) -> None:
        """Another portfolio's money and costs are not in it."""
        with ledger.transaction() as session:
            write_spring(session)
            other = Chronicle(session, portfolio_name="autumn")
            loan = other.loan("L-A")
            other.step(other.journey(loan), "friendly_reminder", at=day(0), cost_millis=9_000)
            other.pay(loan, 77_000, at=day(1))
        assert spring(ledger).total.recovered_minor == 15_000

    def test_is_empty_where_nothing_happened(self, ledger: Ledger) -> None:
        """A portfolio without journeys has a report of zeros that reconciles."""
        with ledger.transaction() as session:
            Chronicle(session)
        report = spring(ledger)
        assert report.total.recovered_minor == 0
        assert report.total.cost_per_unit is None
        with ledger.reading() as session:
            assert reconcile(session, report).reconciles


class TestTime:
    """Whole days in UTC, and the knowledge of the as-of instant."""

    def test_forgets_what_was_recorded_later(self, ledger: Ledger) -> None:
        """Money of day 2 that was booked on day 20 is not in a report as of day 10, and is in one as of day 21."""
        with ledger.transaction() as session:
            past = Chronicle(session)
            loan = past.loan("L-1")
            past.step(past.journey(loan), "friendly_reminder", at=day(0))
            past.pay(loan, 100, at=day(2), recorded_at=day(20))
            past.pay(loan, 10, at=day(3))
        with ledger.reading() as session:
            early, late = (
                effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=day(known))
                for known in (10, 21)
            )
            assert (early.total.recovered_minor, late.total.recovered_minor) == (10, 110)
            assert reconcile(session, early).reconciles
            assert reconcile(session, late).reconciles

    def test_does_not_change_when_a_receipt_comes_in_later(self, ledger: Ledger) -> None:
        """A message counts as a touch until the day on which a receipt says that it did not arrive."""
        with ledger.transaction() as session:
            past = Chronicle(session)
            loan = past.loan("L-1")
            journey = past.journey(loan)
            turn = past.step(journey, "friendly_reminder", at=day(0))
            past.pay(loan, 100, at=day(1))
            past.undelivered(journey, turn=turn, at=day(5))
        with ledger.reading() as session:
            early, late = (
                effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=day(known))
                for known in (4, 6)
            )
        assert recovered(early, Breakdown.RUNG) == {"gentle v1: friendly_reminder": 100, NO_STEP: 0}
        assert recovered(late, Breakdown.RUNG) == {"gentle v1: friendly_reminder": 0, NO_STEP: 100}

    def test_takes_both_days_of_the_period_whole(self, ledger: Ledger) -> None:
        """Midnight at its start is in; midnight after its last day is out."""
        with ledger.transaction() as session:
            past = Chronicle(session)
            loan = past.loan("L-1")
            for number, hours in enumerate((-9.01, -9, 14.99, 15)):
                past.pay(loan, 10**number, at=day(hours / 24))
        with ledger.reading() as session:
            report = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=FIRST_DAY, as_of=AS_OF)
            assert report.total.recovered_minor == 110
            assert reconcile(session, report).opening_minor == 1

    def test_refuses_a_period_that_ends_before_it_begins(self, ledger: Ledger) -> None:
        """And a portfolio that is not there."""
        with ledger.transaction() as session:
            Chronicle(session)
        with ledger.reading() as session:
            with pytest.raises(PeriodIsEmpty, match="2026-02-28 is before 2026-03-01"):
                effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=date(2026, 2, 28), as_of=AS_OF)
            with pytest.raises(NoSuchPortfolio, match="there are: spring"):
                effectiveness(session, portfolio="winter", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)


class TestClaims:
    """Which journey and step may claim a payment."""

    def test_gives_an_agency_what_comes_in_while_it_has_the_loan(self, ledger: Ledger) -> None:
        """A placement touches when it is handed over, not when its step ends: a cure may come before that."""
        with ledger.transaction() as session:
            past = Chronicle(session)
            loan = past.loan("L-1")
            journey = past.journey(loan, ladder="standard")
            past.step(journey, "friendly_reminder", at=day(0))
            past.work(
                journey, "agency_placement", action=Action.AGENCY_PLACEMENT, at=day(5), disposition=Disposition.PAID
            )
            past.pay(loan, 100, at=day(9))
        assert recovered(spring(ledger), Breakdown.CHANNEL) == {"sms": 0, "agency_placement": 100, NO_STEP: 0}

    def test_ends_a_journeys_claim_with_the_cure(self, ledger: Ledger) -> None:
        """The instalments that a cured borrower pays afterwards are nobody's recovery."""
        with ledger.transaction() as session:
            past = Chronicle(session)
            loan = past.loan("L-1")
            journey = past.journey(loan)
            past.step(journey, "friendly_reminder", at=day(0))
            past.pay(loan, 100, at=day(2))
            past.close(journey, reason=ClosingReason.CURED, at=day(2))
            past.pay(loan, 55, at=day(20))
        report = spring(ledger)
        assert recovered(report, Breakdown.LADDER) == {"gentle v1": 100, NO_JOURNEY: 55}

    def test_keeps_the_claim_of_a_journey_that_ended_unpaid(self, ledger: Ledger) -> None:
        """What comes in after the last rung still follows that rung."""
        with ledger.transaction() as session:
            past = Chronicle(session)
            loan = past.loan("L-1")
            journey = past.journey(loan)
            past.step(journey, "still_here", at=day(0))
            past.close(journey, reason=ClosingReason.EXHAUSTED, at=day(1))
            past.pay(loan, 100, at=day(20))
        assert recovered(spring(ledger), Breakdown.RUNG) == {"gentle v1: still_here": 100, NO_STEP: 0}

    def test_counts_money_of_the_same_instant_as_prompted(self, ledger: Ledger) -> None:
        """A collector who takes the money on the call records both at once."""
        with ledger.transaction() as session:
            past = Chronicle(session)
            loan = past.loan("L-1")
            past.step(past.journey(loan), "callback", at=day(3), action=Action.CALLBACK, outcome=Outcome.PAID)
            past.pay(loan, 100, at=day(3))
        assert recovered(spring(ledger), Breakdown.CHANNEL) == {"callback": 100, NO_STEP: 0}

    def test_gives_each_of_two_journeys_its_own_time(self, ledger: Ledger) -> None:
        """A loan that falls behind again has a second journey; money belongs to the one that opened last."""
        with ledger.transaction() as session:
            past = Chronicle(session)
            loan = past.loan("L-1")
            first = past.journey(loan)
            past.pay(loan, 1, at=day(1))
            past.close(first, reason=ClosingReason.CURED, at=day(1))
            past.journey(loan, ladder="standard", at=day(10))
            past.pay(loan, 10, at=day(11))
        report = spring(ledger)
        assert recovered(report, Breakdown.LADDER) == {"gentle v1": 1, "standard v2": 10}
        assert report.total.journeys == 2


class TestWhoTheLoansAreAndWhoWorkedThem:
    """By segment and bucket at entry, collector team and reason for arrears."""

    def test_the_segment_is_the_one_of_the_day_of_entry(self, ledger: Ledger) -> None:
        """The book says private when the journey opens and mass later; the other loan is not in it."""
        with ledger.transaction() as session:
            past = Chronicle(session)
            a, b = past.loan("L-A"), past.loan("L-B")
            for at, segment in ((0, "private"), (2, "mass")):
                said = {"arrears": 10_000, "instalment": 5_000, "since": FIRST_DAY, "balance": 1, "segment": segment}
                past.stated(a, **said, at=day(at))  # type: ignore[arg-type]  # a mixed bag of words
            for loan in (a, b):
                past.journey(loan, at=day(1))
                past.pay(loan, 1_000, at=day(3))
        assert recovered(spring(ledger), Breakdown.SEGMENT) == {"private": 1_000, "not known": 1_000}
        assert recovered(spring(ledger), Breakdown.BUCKET) == {"1-30 days": 2_000}

    def test_a_step_belongs_to_the_team_that_did_it_and_its_money_too(self, ledger: Ledger) -> None:
        """After a message by the machine, a call by the early team, and one by somebody of no team that was named."""
        with ledger.transaction() as session:
            past = Chronicle(session)
            loan = past.loan("L-A")
            journey = past.journey(loan)
            past.step(journey, "friendly_reminder", at=day(1), cost_millis=7_000)
            past.pay(loan, 100, at=day(2))
            for at, team in ((3, "early"), (5, None)):
                action, outcome = Action.CALLBACK, Outcome.REFUSED
                turn = past.step(
                    journey, "callback", at=day(at), action=action, outcome=outcome, cost_millis=at * 1_000
                )
                refused = Disposition.REFUSED
                past.work(journey, "callback", action=action, at=day(at), disposition=refused, turn=turn, team=team)
                past.pay(loan, at * 100, at=day(at + 1))
            past.pay(past.loan("L-B"), 9, at=day(1))
        report = spring(ledger)
        found = {
            row.name: (row.recovered_minor, row.cost_minor, row.steps) for row in report.breakdowns[Breakdown.TEAM]
        }
        assert found == {
            "early": (300, 3, 1),
            "no team named": (500, 5, 1),
            "no person: done by the machine": (100, 7, 1),
            NO_STEP: (0, 0, 0),
            NO_JOURNEY: (9, 0, 0),
        }

    def test_the_reason_for_arrears_is_what_was_recorded_last(self, ledger: Ledger) -> None:
        """First an oversight, then illness; what is recorded after the as-of instant is not known yet."""
        with ledger.transaction() as session:
            past = Chronicle(session)
            loan = past.loan("L-A")
            journey = past.journey(loan)
            past.pay(loan, 500, at=day(1))
            for at, reason in ((2, "oversight"), (3, "illness"), (50, "job_loss")):
                refused = Disposition.REFUSED
                past.work(journey, "callback", action=Action.CALLBACK, at=day(at), disposition=refused, reason=reason)
        assert recovered(spring(ledger), Breakdown.REASON) == {"illness": 500}
