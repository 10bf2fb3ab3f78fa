"""The pretend world's base rates come out of its behaviour, within what chance allows."""

from datetime import timedelta

import pytest

from domain.action import Action
from simulation.behaviour.base_rates import shipped_rates
from simulation.behaviour.chance import draws_for
from simulation.behaviour.debt import Debt
from simulation.behaviour.self_payment import pays_by_itself
from simulation.behaviour.traits import LineState, Temper, traits_of
from tests.sandbox.pretend_portfolio import START, Walk, portfolio

LOANS = 1500


@pytest.fixture(scope="module")
def walks() -> list[Walk]:
    """A mixed portfolio, 5 to 150 days past due, after 120 days of a plain ladder."""
    return portfolio(loans=LOANS, seed=7)


def _share(part: int, whole: int) -> float:
    return part / whole


def test_roughly_half_of_a_mixed_portfolio_cures(walks: list[Walk]) -> None:
    """Over 120 days 40 to 55 percent of loans are cured."""
    assert 0.40 <= _share(sum(w.cured_at is not None for w in walks), LOANS) <= 0.55


def test_later_buckets_cure_less(walks: list[Walk]) -> None:
    """Each later bucket of days past due has a lower cure rate, up to chance in the last two."""
    rates = []
    for bucket in (1, 2, 3, 4):
        inside = [w for w in walks if w.bucket == bucket]
        rates.append(_share(sum(w.cured_at is not None for w in inside), len(inside)))
    assert rates[0] > rates[1] > rates[2] > rates[3] - 0.03


def test_most_refusers_go_all_the_way_to_a_referral(walks: list[Walk]) -> None:
    """Of the borrowers who refuse, nearly all reach the legal rung; of the forgetful, few do."""
    refusing = [w for w in walks if w.traits.temper is Temper.REFUSING]
    forgetful = [w for w in walks if w.traits.temper is Temper.FORGETFUL]
    assert _share(sum(Action.LEGAL_REFERRAL in w.reached for w in refusing), len(refusing)) > 0.85
    assert _share(sum(Action.LEGAL_REFERRAL in w.reached for w in forgetful), len(forgetful)) < 0.4


def test_half_to_seventy_percent_of_promises_are_kept(walks: list[Walk]) -> None:
    """The full amount comes by its day in 50 to 70 percent of promises."""
    made = [a for w in walks for a in w.answers if a.promise]
    kept = [a for a in made if a.promise and sum(p.amount_minor for p in a.payments) >= a.promise.amount_minor]
    assert 0.50 <= _share(len(kept), len(made)) <= 0.70


def test_about_four_in_five_plans_are_kept(walks: list[Walk]) -> None:
    """All instalments are paid in about 81 percent of arrangements."""
    agreed = [a for w in walks for a in w.answers if a.instalments]
    kept = [a for a in agreed if len(a.payments) == len(a.instalments)]
    assert 0.74 <= _share(len(kept), len(agreed)) <= 0.88


def test_everything_that_can_be_said_is_said_by_someone(walks: list[Walk]) -> None:
    """A portfolio holds every temper, bad numbers and every kind of reply."""
    assert {w.traits.temper for w in walks} == set(Temper)
    assert {w.traits.phone for w in walks} == set(LineState)
    assert len({said for w in walks for said in w.said}) == 4


@pytest.mark.parametrize("bucket", [0, 1, 2, 3])
def test_the_month_of_self_cure_is_the_dated_base_rate(bucket: int) -> None:
    """Left alone for 30 days, as many pay as the base rate of their bucket says."""
    rates = shipped_rates()
    paid = 0
    for number in range(4000):
        traits = traits_of(f"S-{number}", seed=3, days_past_due=bucket * 30 + 10, rates=rates)
        debt = Debt(outstanding_minor=40_000, instalment_minor=20_000, timezone="UTC")
        payment = pays_by_itself(
            traits, debt=debt, after=START, draw=draws_for(3, f"S-{number}", "self", 1), rates=rates
        )
        paid += payment is not None and payment.at < START + timedelta(days=30)
    expected = rates.self_cure_monthly[bucket]
    assert 0.75 * expected <= _share(paid, 4000) <= 1.1 * expected


def test_borrowers_differ_within_a_temper() -> None:
    """Effects are drawn from distributions: the same temper holds people who answer the phone and people who do not."""
    rates = shipped_rates()
    answers = [traits_of(f"H-{n}", seed=1, days_past_due=20, rates=rates).answers for n in range(300)]
    assert min(answers) < rates.right_party_per_dial / 4
    assert max(answers) > rates.right_party_per_dial * 2
    assert len(set(answers)) == 300
