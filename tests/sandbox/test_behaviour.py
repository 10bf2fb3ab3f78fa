"""What holds for every pretend borrower, whoever it is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.action import Action
from domain.work_item import DISPOSITIONS_FOR, Disposition, WorkKind
from simulation.behaviour.answer import Answer, answer_to_person
from simulation.behaviour.base_rates import shipped_rates
from simulation.behaviour.chance import draws_for
from simulation.behaviour.debt import Debt
from simulation.behaviour.hours import local_hour, whole_hour
from simulation.behaviour.payment import Payment, taken_back_at
from simulation.behaviour.reaction import Ignores, Replies, Said, reaction_to_message
from simulation.behaviour.self_payment import pays_by_itself
from simulation.behaviour.traits import LineState, Temper, Traits, traits_of

RATES = shipped_rates()
ZONES = st.sampled_from(["UTC", "Asia/Shanghai", "Asia/Kolkata", "America/New_York", "Europe/Madrid"])
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis adds the zone)
DEBTS = st.builds(
    Debt, outstanding_minor=st.integers(1, 10_000_000), instalment_minor=st.integers(1, 500_000), timezone=ZONES
)
LOANS = st.integers(0, 10_000).map(lambda n: f"L-{n}")
WORK = st.sampled_from([k for k in WorkKind if k is not WorkKind.RECONCILE_ATTEMPT])


def _traits(loan: str, days_past_due: int = 45) -> Traits:
    return traits_of(loan, seed=5, days_past_due=days_past_due, rates=RATES)


def _answer(loan: str, *, kind: WorkKind, debt: Debt, at: datetime, nth: int = 1) -> Answer:
    draw = draws_for(5, loan, "answer", nth)
    return answer_to_person(_traits(loan), kind=kind, nth=nth, debt=debt, at=at, draw=draw, rates=RATES)


@given(loan=LOANS, days=st.integers(0, 900))
def test_the_same_seed_and_loan_always_give_the_same_borrower(loan: str, days: int) -> None:
    """Traits depend on the seed, the loan and the bucket, and on nothing else."""
    assert _traits(loan, days) == _traits(loan, days)


@given(loan=LOANS, kind=WORK, debt=DEBTS, at=INSTANTS)
def test_every_answer_fits_its_kind_of_work(loan: str, kind: WorkKind, debt: Debt, at: datetime) -> None:
    """A lawyer does not come back with "no answer", a visitor not with "done"."""
    answer = _answer(loan, kind=kind, debt=debt, at=at)
    assert answer.disposition in DISPOSITIONS_FOR[kind]
    assert answer.minutes > 0


@given(loan=LOANS, kind=WORK, debt=DEBTS, at=INSTANTS)
def test_what_is_agreed_adds_up(loan: str, kind: WorkKind, debt: Debt, at: datetime) -> None:
    """A promise is part of the debt, an arrangement is all of it, and only these two words carry an agreement."""
    answer = _answer(loan, kind=kind, debt=debt, at=at)
    assert (answer.promise is not None) == (answer.disposition is Disposition.PROMISE)
    assert bool(answer.instalments) == (answer.disposition is Disposition.ARRANGEMENT)
    if answer.promise:
        assert 0 < answer.promise.amount_minor <= debt.outstanding_minor
        assert answer.promise.due_on > at.date() - timedelta(days=1)
    if answer.instalments:
        assert sum(i.amount_minor for i in answer.instalments) == debt.outstanding_minor
        assert list(answer.instalments) == sorted(answer.instalments, key=lambda i: i.due_on)


@given(loan=LOANS, kind=WORK, debt=DEBTS, at=INSTANTS)
def test_money_follows_on_whole_hours_after_the_talk(loan: str, kind: WorkKind, debt: Debt, at: datetime) -> None:
    """Every payment lies ahead, on a whole hour of UTC, and is a positive amount."""
    for payment in _answer(loan, kind=kind, debt=debt, at=at).payments:
        assert payment.at > at
        assert payment.at == whole_hour(payment.at)
        assert 0 < payment.amount_minor <= debt.outstanding_minor


@given(loan=LOANS, action=st.sampled_from([Action.SMS, Action.CHAT, Action.EMAIL]), debt=DEBTS, at=INSTANTS)
def test_a_reaction_lies_ahead_and_an_email_is_never_answered_in_words(
    loan: str, action: Action, debt: Debt, at: datetime
) -> None:
    """Reactions come on whole hours after the message; by email a borrower only pays or asks to stop."""
    draw = draws_for(5, loan, "message", 1)
    reaction = reaction_to_message(_traits(loan), action=action, nth=1, debt=debt, at=at, draw=draw, rates=RATES)
    if isinstance(reaction, Ignores):
        return
    assert reaction.at >= at
    assert reaction.at == whole_hour(reaction.at)
    if isinstance(reaction, Replies) and action is Action.EMAIL:
        assert reaction.said is Said.STOP


@pytest.mark.parametrize("kind", [k for k in WorkKind if k is not WorkKind.RECONCILE_ATTEMPT])
def test_who_owes_nothing_promises_nothing(kind: WorkKind) -> None:
    """With nothing overdue no answer carries an agreement or money."""
    nothing = Debt(outstanding_minor=0, instalment_minor=100, timezone="UTC")
    for number in range(50):
        answer = _answer(f"L-{number}", kind=kind, debt=nothing, at=datetime(2026, 3, 1, tzinfo=UTC))
        assert not answer.promise
        assert not answer.instalments
        assert not answer.payments


def test_each_further_callback_reaches_fewer_people() -> None:
    """The share of callbacks that reach the right person falls with the number of attempts."""
    debt = Debt(outstanding_minor=50_000, instalment_minor=10_000, timezone="UTC")
    missed = {Disposition.NO_ANSWER, Disposition.MESSAGE_LEFT, Disposition.WRONG_NUMBER}
    reached = []
    for nth in (1, 2, 4):
        answers = [
            _answer(f"L-{n}", kind=WorkKind.CALLBACK, debt=debt, at=datetime(2026, 3, 1, tzinfo=UTC), nth=nth)
            for n in range(800)
        ]
        reached.append(sum(a.disposition not in missed for a in answers))
    assert reached[0] > reached[1] > reached[2] > 0


def test_a_dead_number_is_found_out_by_phone() -> None:
    """A callback to a number that is out of use ends as a wrong number."""
    debt = Debt(outstanding_minor=50_000, instalment_minor=10_000, timezone="UTC")
    dead = next(f"L-{n}" for n in range(500) if _traits(f"L-{n}").phone is LineState.DEAD)
    answer = _answer(dead, kind=WorkKind.CALLBACK, debt=debt, at=datetime(2026, 3, 1, tzinfo=UTC))
    assert answer.disposition is Disposition.WRONG_NUMBER


def test_refusers_do_not_pay_by_themselves_in_a_season() -> None:
    """Of those who refuse, almost nobody pays within 90 days without being asked."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    debt = Debt(outstanding_minor=50_000, instalment_minor=10_000, timezone="UTC")
    refusing = [f"L-{n}" for n in range(1500) if _traits(f"L-{n}").temper is Temper.REFUSING]
    paid: list[Payment] = []
    for loan in refusing:
        payment = pays_by_itself(_traits(loan), debt=debt, after=at, draw=draws_for(5, loan, "self"), rates=RATES)
        if payment and payment.at < at + timedelta(days=90):
            paid.append(payment)
    assert len(paid) < 0.05 * len(refusing)


def test_few_payments_are_taken_back() -> None:
    """About 1.5 percent of payments bounce, some days later."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    backs = [taken_back_at(draws_for(1, n), paid_at=at, timezone="UTC", rates=RATES) for n in range(4000)]
    returned = [back for back in backs if back]
    assert 0.008 < len(returned) / 4000 < 0.025
    assert all(timedelta(days=1) < back - at < timedelta(days=7) for back in returned)


@settings(max_examples=50)
@given(after=INSTANTS, days=st.integers(0, 40), hour=st.integers(0, 23), zone=ZONES)
def test_local_hours_are_never_in_the_past(after: datetime, days: int, hour: int, zone: str) -> None:
    """The hour asked for, rounded up to a whole hour of UTC, or the next hour when it has gone by."""
    at = local_hour(after, days=days, hour=hour, timezone=zone)
    assert at > after
    if days > 1:
        local = at.astimezone(ZoneInfo(zone))
        assert (local.hour - hour) % 24 <= 1
