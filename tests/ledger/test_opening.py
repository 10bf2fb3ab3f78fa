"""Opening journeys: once per loan, by the rules, with the draw on file."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from math import sqrt

import pytest
from sqlalchemy.exc import IntegrityError

from domain.event import EventKind
from domain.journey import Arm, ClosingReason
from ledger.closing import close_journey
from ledger.opening import drawn, loans_without_journey, open_journeys
from ledger.tables.borrower import BorrowerRow
from ledger.tables.journey import AssignmentRow, JourneyRow, LadderRow, WakeUpRow
from ledger.tables.loan import LoanRow
from policy.ladders.shipped import shipped_ladder
from policy.treatment.choosing import choose
from policy.treatment.rule import SAMPLE_CASE, Rule, Rules, Share
from tests.ledger.lender import Lender, a_loan, always

SHARES = ((Arm.CHAMPION, "gentle", "0.7"), (Arm.CHALLENGER, "standard", "0.2"), (Arm.HOLDOUT, "quiet", "0.1"))
RULES = Rules("r", 3, "d", (Rule("all", tuple(Share(arm, ladder, Decimal(p)) for arm, ladder, p in SHARES)),))


def again(lender: Lender) -> int:
    """The intake runs once more; how many journeys it opens."""
    with lender.ledger.transaction() as session:
        loans = loans_without_journey(session, lender.portfolio(session))
        return len(open_journeys(session, loans, rules=always("gentle"), salt="test", now=lender.now))


def ends(lender: Lender, journey_id: str, reason: ClosingReason) -> None:
    """The journey is closed."""
    with lender.ledger.transaction() as session:
        close_journey(session, session.get_one(JourneyRow, journey_id), reason=reason, now=lender.now)


class TestAnOpenedJourney:
    """What is on file from the first day."""

    def test_is_due_at_once_on_a_pinned_ladder(self, lender: Lender) -> None:
        """It knows what was owed, and a worker is told."""
        journey = lender.journey(lender.opens())
        assert (journey.due_at, journey.opening_minor, journey.opening_days_past_due) == (lender.now, 80_000, 16)
        assert [row.digest for row in lender.rows(LadderRow)] == [journey.ladder_digest]
        assert journey.ladder_digest == shipped_ladder("gentle").digest
        assert [row.journey_id for row in lender.rows(WakeUpRow)] == [journey.id]
        assert lender.events(EventKind.JOURNEY_OPENED) == 1

    def test_has_its_draw_and_its_probability_on_file(self, lender: Lender) -> None:
        """Neither can be recovered later."""
        lender.takes_in(a_loan())
        with lender.ledger.transaction() as session:
            loans = loans_without_journey(session, lender.portfolio(session))
            open_journeys(session, loans, rules=RULES, salt="spring", now=lender.now)
        (row,) = lender.rows(AssignmentRow)
        chosen = choose(SAMPLE_CASE, rules=RULES, draw=row.draw)
        assert row.draw == drawn(salt="spring", loan_number="L-1", earlier=0)
        assert (row.rule, row.arm, row.probability) == ("r@3/all", chosen.arm.value, chosen.probability)


class TestOpening:
    """Which loans get a journey."""

    def test_is_done_once(self, lender: Lender) -> None:
        """A second intake finds nothing to open, also when it is given the same loan again."""
        lender.opens()
        assert again(lender) == 0
        with lender.ledger.transaction() as session:
            assert not open_journeys(session, [lender.loan().id], rules=RULES, salt="test", now=lender.now)

    def test_twice_is_refused_by_the_database_itself(self, lender: Lender) -> None:
        """Two intakes at the same moment cannot both open one."""
        first = lender.journey(lender.opens())
        second = JourneyRow(**{**first.model_dump(), "id": "another"})
        with pytest.raises(IntegrityError), lender.ledger.transaction() as session:
            session.add(second)

    def test_leaves_out_who_must_not_be_asked(self, lender: Lender) -> None:
        """The lender took the loan back, or the borrower has died."""
        lender.takes_in(a_loan("L-1"), a_loan("L-2"))
        with lender.ledger.transaction() as session:
            session.get_one(LoanRow, lender.loan("L-1").id).withdrawn = True
            session.get_one(LoanRow, lender.loan("L-2").id).deceased = True
        assert again(lender) == 0

    def test_leaves_out_who_is_not_behind(self, lender: Lender) -> None:
        """Nothing is overdue, it is due only today, or it was paid since the statement."""
        today = lender.now.date()
        lender.takes_in(
            a_loan("L-1"),
            a_loan("L-2", arrears_minor=0, past_due_since_on=date(2026, 1, 4)),
            a_loan("L-3", past_due_since_on=today, as_of_on=today),
        )
        lender.receives(80_000, loan="L-1", at=lender.now - timedelta(hours=2))
        assert again(lender) == 0

    def test_starts_anew_when_a_cured_loan_falls_behind_again(self, lender: Lender) -> None:
        """With a draw of its own."""
        ends(lender, lender.opens(), ClosingReason.CURED)
        assert again(lender) == 1
        draws = {row.draw for row in lender.rows(AssignmentRow)}
        assert draws == {drawn(salt="test", loan_number="L-1", earlier=earlier) for earlier in (0, 1)}

    def test_never_starts_an_unpaid_journey_over(self, lender: Lender) -> None:
        """Exhausted, referred, withdrawn: a machine does not begin again."""
        for reason, journey in lender.opens_one_for_each(set(ClosingReason) - {ClosingReason.CURED}).items():
            ends(lender, journey, reason)
        assert again(lender) == 0

    def test_counts_days_where_the_borrower_lives(self, lender: Lender) -> None:
        """10:00 in London is 00:00 of the next day on Kiritimati."""
        lender.opens(a_loan(timezone="Pacific/Kiritimati"))
        assert [row.timezone for row in lender.rows(BorrowerRow)] == ["Pacific/Kiritimati"]
        assert [row.opening_days_past_due for row in lender.rows(JourneyRow)] == [17]


def test_arms_are_spread_as_their_probabilities_say() -> None:
    """Over 2,000 loans each arm's share lies within four standard errors of its probability."""
    draws = [drawn(salt="spring", loan_number=f"L-{number}", earlier=0) for number in range(2000)]
    arms = Counter(choose(SAMPLE_CASE, rules=RULES, draw=draw).arm for draw in draws)
    for arm, _, probability in SHARES:
        p = float(probability)
        assert abs(arms[arm] / 2000 - p) < 4 * sqrt(p * (1 - p) / 2000)
