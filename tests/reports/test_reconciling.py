"""The reconciliation agrees with an honest report, and says what is wrong with any other."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from domain.action import Action
from domain.journey import ClosingReason
from domain.step import Outcome
from ledger.database import Ledger
from ledger.tables.journey import JourneyRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import PaymentRow
from reports.as_json import as_json
from reports.breakdown import NO_JOURNEY, Breakdown
from reports.effectiveness import effectiveness
from reports.opening.address import Address
from reports.opening.ground import Ground
from reports.opening.opening import open_row
from reports.reconciling import reconcile
from tests.ledger.unguarded import unguard
from tests.reports.chronicle import AS_OF, FIRST_DAY, LAST_DAY, Chronicle, day, write_spring

WORDS = {
    "recovered_minor": "recovered",
    "reversals_minor": "reversals",
    "cost_millis": "exact cost",
    "cost_minor": "cost",
    **{each: each.replace("_", " ") for each in ("steps", "attempts", "promises", "promises_kept", "cured")},
}


def test_an_honest_report_reconciles(ledger: Ledger) -> None:
    """Opening and movements give the closing cash, and every breakdown agrees."""
    with ledger.transaction() as session:
        write_spring(session)
        report = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        found = reconcile(session, report)
    assert found.reconciles
    assert found.verdict == "Reconciles with the ledger to the minor unit in 93 of 93 checks"
    assert (found.opening_minor, found.received_minor, found.reversed_minor, found.closing_minor) == (
        900,
        15_000,
        1_000,
        14_900,
    )
    assert found.account == (
        "cash before the period 9.00 CNY, received 150.00 CNY, taken back 10.00 CNY, cash at its end 149.00 CNY"
    )


def test_a_cost_that_became_known_later_moves_no_earlier_report(ledger: Ledger) -> None:
    """An invoice of March that came in May is in the report as of May, and the one as of April stays as it was."""
    with ledger.transaction() as session:
        past = write_spring(session)
        before = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        journey = session.exec(select(JourneyRow)).first()
        assert journey is not None
        later = AS_OF + timedelta(days=20)
        past.cost(journey, "sms", action=Action.SMS, turn=9, millis=7_000, at=day(6), recorded_at=later)
        past.book(journey.loan_id, 3_000, at=day(6), recorded_at=later)
        same = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        after = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=later)
        assert reconcile(session, same).reconciles
        assert reconcile(session, after).reconciles
        ground = Ground(session, after.scope, as_json(after, reconcile(session, after)))
        (spent,) = open_row(ground, Address("by_rung", (NO_JOURNEY,)), figures=("cost_millis",))
    assert same == before
    assert after.total.cost_millis == before.total.cost_millis + 10_000
    assert [part.number.tolist() for part in spent.made.parts] == [[3_000]]


def test_a_tampered_row_is_found(ledger: Ledger) -> None:
    """One unit more in any amount of any breakdown is named with both figures."""
    with ledger.transaction() as session:
        write_spring(session)
        report = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        for breakdown, (first, *others) in report.breakdowns.items():
            forged = replace(first, **{amount: getattr(first, amount) + 1 for amount in WORDS})
            rows = {**report.breakdowns, breakdown: (forged, *others)}
            found = reconcile(session, replace(report, breakdowns=rows))
            assert [check.what for check in found.differences] == [
                f"{what} by {breakdown.value}" for what in WORDS.values()
            ]
            assert {check.difference for check in found.differences} == {1}
            assert "Does not reconcile with the ledger in 9 of 93 checks" in found.verdict


def test_money_that_the_report_has_not_seen_is_found(ledger: Ledger) -> None:
    """A payment that changes after the report was made breaks the opening-to-closing line and every breakdown."""
    unguard(ledger)
    with ledger.transaction() as session:
        write_spring(session)
        report = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        payment = session.exec(select(PaymentRow).where(PaymentRow.amount_minor == 6_000)).one()
        payment.amount_minor += 25
        session.add(payment)
        session.flush()
        found = reconcile(session, report)
    assert not found.reconciles
    assert {check.what for check in found.differences} == {
        "opening cash and movements",
        "net through the waterfall",
        "recovered in all",
        *(f"recovered by {breakdown.value}" for breakdown in Breakdown),
        *(f"recovered by {method}" for method in ("last touch", "first touch", "time decay")),
    }
    assert "recovered in all is 150.00 CNY in the report and 150.25 CNY in the ledger" in found.verdict


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_past_reconciles(ledger: Ledger, seed: int) -> None:
    """Steps, costs, money, reversals, cures and late bookings on random days: for any period and as-of instant."""
    chance = random.Random(seed)
    with ledger.transaction() as session:
        past = Chronicle(session)
        for number in range(25):
            _live(past, past.loan(f"L-{number}"), chance=chance)
    with ledger.reading() as session:
        for _ in range(8):
            from_on = FIRST_DAY + timedelta(days=chance.randint(-10, 30))
            report = effectiveness(
                session,
                portfolio="spring",
                from_on=from_on,
                to_on=from_on + timedelta(days=chance.randint(0, 40)),
                as_of=day(chance.uniform(0, 60)),
            )
            assert reconcile(session, report).verdict.startswith("Reconciles")


def _live(past: Chronicle, loan: LoanRow, *, chance: random.Random) -> None:
    """One loan's random past: none, one or two journeys, and money before, between and after them."""
    opened = chance.uniform(0, 20)
    for _ in range(chance.randint(0, 2)):
        ladder, arm = chance.choice(("gentle", "standard")), chance.choice(("champion", "challenger"))
        journey = past.journey(loan, ladder=ladder, arm=arm, at=day(opened))
        for _ in range(chance.randint(0, 4)):
            outcome = chance.choice((Outcome.SENT, Outcome.DEFERRED, Outcome.REJECTED))
            at = day(opened + chance.uniform(0, 15))
            past.step(journey, "friendly_reminder", at=at, outcome=outcome, cost_millis=chance.randint(1, 99_999))
        opened += chance.uniform(15, 25)
        past.close(journey, reason=chance.choice((ClosingReason.CURED, ClosingReason.EXHAUSTED)), at=day(opened - 0.1))
    for _ in range(chance.randint(0, 5)):
        paid = chance.uniform(-10, 50)
        late = day(paid + chance.choice((0, 0, chance.uniform(0, 20))))
        payment = past.pay(loan, chance.randint(2, 9_999), at=day(paid), recorded_at=late)
        if chance.random() < 0.3:
            past.reverse(
                payment, chance.randint(1, payment.amount_minor), at=late + timedelta(days=chance.uniform(0, 20))
            )
