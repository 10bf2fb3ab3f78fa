"""The measures by cohort: known answers worked out by hand, and by other roads."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.action import Action
from domain.arrears import Statement, position_of
from domain.journey import ClosingReason
from domain.step import Outcome
from domain.work_item import Disposition
from ledger.database import Ledger
from reports.assumptions import AssumptionIsOff, Assumptions
from reports.breakdown import NO_JOURNEY, NO_STEP
from reports.effectiveness import Effectiveness, effectiveness
from reports.measures.crediting import Credited
from reports.measures.interval import share_of
from reports.measures.rates import NOT_SPOKEN, SPOKEN, Rate
from reports.measures.time_to_cure import Incidence, incidences
from reports.standing import positions
from reports.touch import REACH, Reach
from tests.reports.chronicle import AS_OF, FIRST_DAY, LAST_DAY, Chronicle, day, write_spring

EPOCH = date(1970, 1, 1)
CURE, SALE = "cured", "exhausted"
TOY = "ccx.cx.c"


def spring(ledger: Ledger, **assumptions: float) -> Effectiveness:
    """The report on March of the portfolio that `write_spring` wrote."""
    with ledger.transaction() as session:
        write_spring(session)
        return effectiveness(
            session,
            portfolio="spring",
            from_on=FIRST_DAY,
            to_on=LAST_DAY,
            as_of=AS_OF,
            assumptions=Assumptions(**assumptions),
        )


class TestAShare:
    """Wilson's interval, against figures that others published."""

    @pytest.mark.parametrize(
        ("numerator", "denominator", "low", "high"),
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
    )
    def test_agrees_with_newcombe(self, numerator: int, denominator: int, low: float, high: float) -> None:
        """Newcombe 1998, Statistics in Medicine 17, table I, method 3 (score without continuity correction)."""
        share = share_of(numerator, denominator)
        assert [share.ci_low, share.ci_high] == pytest.approx([low, high], abs=6e-5)

    def test_of_nothing_is_not_known(self) -> None:
        """Neither zero nor one."""
        assert share_of(0, 0).rate is None


class TestTimeToCure:
    """Aalen and Johansen's estimate."""

    def test_does_not_overstate_as_the_complement_of_kaplan_meier_does(self) -> None:
        """The toy of eight: the last one left is cured, so that 1 - Kaplan-Meier says 1.0 where it is 0.719."""
        curve = _toy(TOY)
        assert curve[-1].cured == pytest.approx(0.719, abs=0.0005)
        assert _one_minus_kaplan_meier(TOY) == 1.0
        assert curve[-1].cured + sum(curve[-1].competing.values()) == pytest.approx(1.0)

    def test_without_censoring_it_is_a_share_and_its_spread_a_binomial(self) -> None:
        """Everybody is watched to the end: the counts say it all, and the variance is p (1 - p) / n."""
        last = np.array([1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
        end = np.array([0, 1, 0, 0, 1, 0, 1, 0, 0, 1])
        for row in incidences(last, end, ends=(CURE, SALE), cure=CURE):
            share = float(((last <= row.day) & (end == 0)).mean())
            assert row.cured == pytest.approx(share)
            scale = math.sqrt(share * (1 - share) / 10) / (share * math.log(share)) * 1.959964
            assert row.ci_low == pytest.approx(share ** math.exp(-scale), abs=2e-6)
            assert row.ci_high == pytest.approx(share ** math.exp(scale), abs=2e-6)

    def test_counts_a_day_when_it_is_over(self, ledger: Ledger) -> None:
        """A was cured on its thirteenth day; the others are open, watched for 39, 38, 38 and 35 days."""
        curve = {row.day: row for row in spring(ledger).measures.time_to_cure}
        assert (curve[12].cured, curve[13].cured, curve[39].cured) == (0.0, 0.2, 0.2)
        assert [curve[at].at_risk for at in (13, 14, 35, 36, 38, 39)] == [5, 4, 4, 3, 3, 1]

    def test_a_random_past_agrees_with_sums_over_persons(self) -> None:
        """The textbook's product and sum, one day and one person at a time."""
        random = np.random.default_rng(4)
        last, end = random.integers(1, 30, 200), random.integers(-1, 2, 200)
        curve = incidences(last, end, ends=(CURE, SALE), cure=CURE)
        surviving, cured = 1.0, 0.0
        for row in curve:
            at_risk = sum(1 for at in last if at >= row.day)
            here = [int(code) for at, code in zip(last, end, strict=True) if at == row.day]
            cured += surviving * here.count(0) / at_risk
            surviving *= 1 - (here.count(0) + here.count(1)) / at_risk
            assert [row.at_risk, row.cured] == pytest.approx([at_risk, cured], abs=1e-6)


class TestCureByHorizon:
    """Of the entered that were watched so long."""

    def test_leaves_out_entries_that_are_too_young(self, ledger: Ledger) -> None:
        """All five were watched for 30 days, none for 60; one was cured on its thirteenth day."""
        found = spring(ledger).measures
        assert [(rate.horizon_days, rate.cured, rate.n) for rate in found.cure] == [
            *((7, 0, 5), (14, 1, 5), (30, 1, 5), (60, 0, 0), (90, 0, 0), (180, 0, 0), (365, 0, 0))
        ]
        of_arms = {rate.name: (rate.cured, rate.n) for rate in found.cure_by["arm"] if rate.horizon_days == 30}
        assert of_arms == {"champion": (1, 3), "challenger": (0, 1), "holdout": (0, 1)}
        assert {rate.name for rate in found.cure_by["bucket"]} == {"1-30 days"}


class TestPositionsOfManyLoans:
    """Whole columns at once, as the domain works out one."""

    @given(
        arrears=st.integers(0, 5_000),
        instalment=st.integers(0, 3_000),
        behind=st.integers(0, 400),
        later=st.integers(0, 200),
        received=st.integers(-3_000, 6_000),
        as_of=st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    )
    def test_agree_with_the_domain(
        self, *, arrears: int, instalment: int, behind: int, later: int, received: int, as_of: date
    ) -> None:
        """Any statement, any money, any day; leap days and ends of months too."""
        since, on = as_of - timedelta(days=behind), as_of + timedelta(days=later)
        one = position_of(Statement(arrears, instalment, since, as_of), received_minor=received, on=on)
        numbers = {
            "arrears": arrears,
            "instalment": instalment,
            "since_on": (since - EPOCH).days,
            "as_of_on": (as_of - EPOCH).days,
            "received": received,
            "on": (on - EPOCH).days,
        }
        many = positions(**{name: np.array([number]) for name, number in numbers.items()})
        assert tuple(int(column[0]) for column in many) == (one.arrears_minor, one.days_past_due)


class TestTheRollMatrix:
    """From one month's end to the next."""

    def test_by_hand(self, ledger: Ledger) -> None:
        """Four loans, each with one instalment of 1,000 open since 10 February, seen on 28 February: 1-30 days.

        A pays 1,000 in March: current. B pays nothing: 49 days on 31 March, so 31-60. C pays 400: still 31-60, and what
        its bucket held at February's end is its whole balance. D's journey ends because the lender took it back.
        """
        with ledger.transaction() as session:
            past = Chronicle(session)
            a, b, c, d = (past.loan(f"L-{n}") for n in "ABCD")
            for loan, balance in ((a, 5_000), (b, 7_000), (c, 4_000), (d, 2_000)):
                past.stated(loan, arrears=1_000, instalment=1_000, since=date(2026, 2, 10), balance=balance)
            past.pay(a, 1_000, at=day(3))
            past.pay(c, 400, at=day(3))
            past.close(past.journey(d), reason=ClosingReason.WITHDRAWN, at=day(5))
            found = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        matrix = found.measures.roll
        assert {(cell.from_bucket, cell.to_bucket): (cell.loans, cell.rate) for cell in matrix.counts} == {
            ("1-30 days", "current"): (1, 0.25),
            ("1-30 days", "31-60 days"): (2, 0.5),
            ("1-30 days", "withdrawn"): (1, 0.25),
        }
        assert {(cell.from_bucket, cell.to_bucket): (cell.amount_minor, cell.rate) for cell in matrix.money} == {
            ("1-30 days", "current"): (5_000, round(5 / 18, 6)),
            ("1-30 days", "31-60 days"): (11_000, round(11 / 18, 6)),
            ("1-30 days", "withdrawn"): (2_000, round(2 / 18, 6)),
        }

    def test_a_past_that_was_imported_stands_on_its_journeys(self, ledger: Ledger) -> None:
        """No statement of those days is known: the journey's entry and the money since tell it."""
        with ledger.transaction() as session:
            past = Chronicle(session)
            loan = past.loan("L-A")
            past.journey(loan, at=day(-20), owed=3_000)  # 28 days past due on 9 February
            past.pay(loan, 3_000, at=day(12))
            found = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        (cell,) = found.measures.roll.money
        assert (cell.from_bucket, cell.to_bucket, cell.amount_minor) == ("31-60 days", "current", 3_000)

    def test_a_newer_statement_changes_no_earlier_month(self, ledger: Ledger) -> None:
        """What the book says of 5 April is nothing that 31 March stands on."""
        with ledger.transaction() as session:
            past = Chronicle(session)
            loan = past.loan("L-A")
            past.stated(loan, arrears=1_000, instalment=1_000, since=date(2026, 2, 10), balance=5_000)
            before = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
            past.stated(
                loan,
                arrears=9_000,
                instalment=1_000,
                since=date(2025, 2, 10),
                balance=1,
                on=date(2026, 4, 5),
                at=day(36),
            )
            after = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        assert before.measures.roll == after.measures.roll
        assert before.measures.roll.counts


class TestLiquidation:
    """Gross cash over arrears at entry, by month of entry and age."""

    def test_ends_where_nobody_was_watched(self, ledger: Ledger) -> None:
        """Five journeys of 10,000 each entered in March; within 7 days A paid 4,000, B 2,000 and C 1,500."""
        found = {row.age_days: row for row in spring(ledger).measures.liquidation}
        assert sorted(found) == [7, 14, 30]
        assert (found[7].cohort, found[7].placed_minor, found[7].collected_minor, found[7].n) == (
            "2026-03",
            50_000,
            7_500,
            5,
        )
        assert (found[7].rate, found[7].is_mature) == (0.15, True)
        shares = np.array([0.4, 0.2, 0.15, 0.0, 0.0])
        half = 1.959963984540054 * shares.std(ddof=1) / math.sqrt(5)
        assert found[7].ci_high == pytest.approx(0.15 + half, abs=1e-6)


class TestAttribution:
    """Three ways to credit the same money."""

    def test_by_first_touch_and_by_time_decay(self, ledger: Ledger) -> None:
        """A's 6,000 came 12 days after a message and 2 after a call: by half-lives of 10 days the call weighs twice."""
        found = spring(ledger, half_life_days=10).measures.attribution
        assert [each for each in found.first_touch if each.amount_minor] == [
            Credited("gentle v1: friendly_reminder", 10_000),
            Credited(NO_STEP, 3_500),
            Credited(NO_JOURNEY, 1_500),
        ]
        assert [each for each in found.time_decay if each.amount_minor] == [
            Credited("gentle v1: friendly_reminder", 4_000 + 2_000),
            Credited("gentle v1: callback", 4_000),
            Credited(NO_STEP, 3_500),
            Credited(NO_JOURNEY, 1_500),
        ]

    def test_shares_sum_to_the_unit(self, ledger: Ledger) -> None:
        """One minor unit and three touches: somebody gets it, and nobody gets more."""
        with ledger.transaction() as session:
            past = Chronicle(session)
            journey = past.journey(loan := past.loan("A"))
            for at, rung in ((1, "friendly_reminder"), (2, "helpful_reminder"), (3, "check_in")):
                past.step(journey, rung, at=day(at))
            for minor in (1, 2, 7, 100):
                past.pay(loan, minor, at=day(4))
            found = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        assert sum(each.amount_minor for each in found.measures.attribution.time_decay) == 110

    def test_needs_a_half_life(self) -> None:
        """And a rate at which something is left."""
        for wrong in ({"half_life_days": 0.0}, {"annual_rate": -1.0}):
            with pytest.raises(AssumptionIsOff):
                Assumptions(**wrong)


class TestPresentValue:
    """Money that comes late is worth less."""

    def test_is_the_net_at_a_rate_of_zero(self, ledger: Ledger) -> None:
        """To the unit, and by ladder too."""
        found = spring(ledger, annual_rate=0.0)
        assert found.measures.npv.npv_minor == found.total.net_minor
        assert sum(part.npv_minor for part in found.measures.npv.by["ladder"]) == found.total.net_minor

    def test_discounts_by_days_from_the_period_s_first_instant(self, ledger: Ledger) -> None:
        """One payment of 100,000 nine hours and two days in, at 10 percent a year."""
        with ledger.transaction() as session:
            past = Chronicle(session)
            past.pay(past.loan("A"), 100_000, at=day(2))
            found = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        assert found.measures.npv.npv_minor == round(100_000 * 1.1 ** (-(2 + 9 / 24) / 365))


class TestRates:
    """Contact, promise and kept."""

    def test_promises_that_are_not_due_yet_are_left_out(self, ledger: Ledger) -> None:
        """Three calls, two conversations, two promises: one kept before its day, the other one due after the as-of."""
        with ledger.transaction() as session:
            past = Chronicle(session)
            journey = past.journey(past.loan("A"))
            for at, outcome in ((1, Outcome.NO_ANSWER), (2, Outcome.PROMISED), (38, Outcome.PROMISED)):
                turn = past.step(journey, "callback", at=day(at), action=Action.CALLBACK, outcome=outcome)
                if outcome is Outcome.PROMISED:
                    item = past.work(
                        journey,
                        "callback",
                        action=Action.CALLBACK,
                        at=day(at),
                        disposition=Disposition.PROMISE,
                        turn=turn,
                    )
                    past.promise(journey, item, at=day(at), kept_at=day(at + 1) if at == 2 else None)
            found = effectiveness(
                session, portfolio="spring", from_on=FIRST_DAY, to_on=date(2026, 4, 10), as_of=AS_OF
            ).measures.rates
        assert [(rate.numerator, rate.denominator) for rate in found.contact if rate.by == "all"] == [(2, 3)]
        assert [(rate.numerator, rate.denominator) for rate in found.promise if rate.by == "all"] == [(2, 2)]
        assert [(rate.numerator, rate.denominator) for rate in found.kept if rate.by == "all"] == [(1, 1)]
        assert Rate("team", "no team named", 1, 1, 1.0, 0.206549, 1.0) in found.kept

    def test_every_end_of_a_call_is_placed(self) -> None:
        """An outcome that reaches somebody is a conversation, unless it left a message or handed the loan over."""
        no_call = {Outcome.SENT, Outcome.UNKNOWN, Outcome.HANDED_OVER, Outcome.MESSAGE_LEFT}
        reached = {outcome.value for outcome, reach in REACH.items() if reach is Reach.TOUCH} - no_call
        assert reached == SPOKEN
        assert not SPOKEN & NOT_SPOKEN


def _toy(events: str) -> tuple[Incidence, ...]:
    """One person's end a day: c cured, x something else, . watched no longer."""
    codes = {"c": 0, "x": 1, ".": -1}
    last = np.arange(1, len(events) + 1)
    return incidences(last, np.array([codes[each] for each in events]), ends=(CURE, SALE), cure=CURE)


def _one_minus_kaplan_meier(events: str) -> float:
    left = 1.0
    for day_, each in enumerate(events):
        left *= 1 - (each == "c") / (len(events) - day_)
    return 1 - left
