"""How long to wait after a rung before the next one: what one more day brings, and what a longer or shorter wait would.

Worked out from the hazards of payment: money of 45 days after the rung, less the next step's cost for those who have
not paid by then. It is a suggestion to try as a challenger, and nothing applies it. What taking it would do with the
ladder's own decisions is simulated beside it (`reports.what_if.wait_effects`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from reports.experiments.confidence_sequence import Floats
from reports.learning.payment_hazard import ALL, DAYS, AfterRung, Hazards
from reports.measures.interval import share_of

LEAST_LOANS, LEAST_PAYERS = 100, 30
DRAWS = 300
SEED = 1
TAIL = 7
"""Beyond the days that were seen after the next rung, its hazard is that of the last week seen."""

LONGER, SHORTER, KEEP, TOO_LITTLE = "longer", "shorter", "no_difference_shown", "insufficient_data"

TERMS = {
    "wait interval": (
        "expected money of 45 days per loan that took the rung when the next one comes after w days: (first payments "
        "by the rung's hazard until day w) + (share unpaid then) x (first payments by the next rung's hazard until day "
        "45 - next step's cost); the suggested w is the best of those that were seen; the value of one more day is the "
        "difference between w + 1 and w; intervals from 300 draws of every day's payments (Poisson) and of the mean "
        "payment (normal), with the same seed each time; longer or shorter only where the whole interval of the effect "
        "lies above nothing. The best of several is a little too good, and who waits was not drawn at random: try it "
        "as a challenger; it is never applied by itself"
    ),
    "simulated effect": (
        "of taking a suggestion: loans that entered, evenly spread over all (200 in one report, at least 40 for "
        "each of the five suggestions with most loans; `duecourse waits --journeys 500` for all of them), live on "
        "from the rung four times each, on the ladder as it is and with that one wait changed, by the same "
        "decisions as in production and with the same chances on both; people pay by the hazards that were seen "
        "after the opening, each rung and a payment, in shares of the arrears as seen; steps end as often in each "
        "way and cost as much as seen; no holds, packs, capacity or new instalments; money of 45 days from the rung "
        "per loan that took it; the interval allows for who was drawn and for how roughly the hazards and amounts "
        "are known; agrees: yes where the interval of the net lies above nothing, no where below"
    ),
}


@dataclass(frozen=True, slots=True)
class WaitInterval:
    """After one rung (`gentle v1: callback`), in one segment or all; money in minor units per loan that took the rung.

    wait_days: the middle wait until the next rung as it was. seen_days: for how many days there was enough to see.
    hazard: of payment on the day after the wait as it is. value_of_a_day_minor: of waiting that one day more.
    effect_per_loan_minor: of the suggested wait against the one that is, over 45 days, by the formula.
    sim_...: the same simulated, where a longer or shorter wait is suggested: loans lived; money more per loan
    recovered, spent and net, with the interval of the net; steps more per loan; whether it agrees (`yes`, `no`,
    `not_shown`).
    """

    rung: str
    segment: str
    next_rung: str | None
    n: int
    payers: int
    wait_days: int | None
    seen_days: int
    hazard: float | None
    value_of_a_day_minor: float | None
    next_step_cost_minor: float | None
    suggested_days: int | None
    ci_low: float | None
    ci_high: float | None
    effect_per_loan_minor: float | None
    effect_ci_low: float | None
    effect_ci_high: float | None
    verdict: str
    why: str
    sim_journeys: int | None = None
    sim_recovered_minor: float | None = None
    sim_cost_minor: float | None = None
    sim_net_minor: float | None = None
    sim_net_ci_low: float | None = None
    sim_net_ci_high: float | None = None
    sim_steps_per_loan: float | None = None
    sim_agrees: str | None = None


@dataclass(frozen=True, slots=True)
class DayHazard:
    """One day (1 is the first 24 hours) after a rung: loan-days, first payments, and their hazard with its interval."""

    rung: str
    segment: str
    day: int
    exposed: float
    paid: int
    hazard: float | None
    ci_low: float | None
    ci_high: float | None


RungKey = tuple[str, str, str]
"""A ladder's digest, a rung and a segment."""


def wait_intervals(hazards: Hazards, *, ladders: Mapping[str, str]) -> list[tuple[RungKey, WaitInterval]]:
    """Every rung that was taken; segments with at least 100 loans have rows of their own.

    ladders: names with versions by digest.
    """
    found: list[tuple[RungKey, WaitInterval]] = []
    for (digest, rung, segment), after in _in_order(hazards, ladders):
        if segment != ALL and after.loans < LEAST_LOANS:
            continue
        following = hazards.after[digest, rung, ALL].next_rungs
        next_rung = min(following, key=lambda name: (-following[name], name)) if following else None
        then = None if next_rung is None else _then(hazards, digest, next_rung, segment)
        cost = None
        if next_rung is not None and hazards.steps.get((digest, next_rung)):
            cost = hazards.cost_millis.get((digest, next_rung), 0) / 1000 / hazards.steps[digest, next_rung]
        interval = _interval(f"{ladders[digest]}: {rung}", segment, after, then, next_rung=next_rung, cost=cost)
        found.append(((digest, rung, segment), interval))
    return found


def day_hazards(hazards: Hazards, *, ladders: Mapping[str, str]) -> tuple[DayHazard, ...]:
    """The days of each rung and segment on which there was enough to see."""
    return tuple(
        _day_hazard(f"{ladders[digest]}: {rung}", segment, after, day)
        for (digest, rung, segment), after in _in_order(hazards, ladders)
        if after.loans >= LEAST_LOANS
        for day in range(after.seen_days)
    )


def _in_order(hazards: Hazards, ladders: Mapping[str, str]) -> list[tuple[RungKey, AfterRung]]:
    def place(item: tuple[RungKey, AfterRung]) -> tuple[str, str, bool, str]:
        digest, rung, segment = item[0]
        return ladders[digest], rung, segment != ALL, segment

    return sorted(hazards.after.items(), key=place)


def _day_hazard(rung: str, segment: str, after: AfterRung, day: int) -> DayHazard:
    paid, exposed = int(after.paid[day]), float(after.exposed[day])
    share = share_of(min(paid, round(exposed)), round(exposed))
    return DayHazard(rung, segment, day + 1, round(exposed, 1), paid, share.rate, share.ci_low, share.ci_high)


def _then(hazards: Hazards, digest: str, rung: str, segment: str) -> AfterRung | None:
    """After the next rung in the same segment, or in all where that is too little."""
    for each in (segment, ALL):
        after = hazards.after.get((digest, rung, each))
        if after is not None and after.loans >= LEAST_LOANS and after.seen_days:
            return after
    return None


def _interval(
    rung: str, segment: str, after: AfterRung, then: AfterRung | None, *, next_rung: str | None, cost: float | None
) -> WaitInterval:
    wait = _middle(after)
    why = _doubts(after, then, next_rung=next_rung)
    if why or then is None or wait is None or cost is None:
        return WaitInterval(
            rung=rung,
            segment=segment,
            next_rung=next_rung,
            n=after.loans,
            payers=after.payers,
            wait_days=wait,
            seen_days=after.seen_days,
            hazard=None,
            value_of_a_day_minor=None,
            next_step_cost_minor=_rounded(cost),
            suggested_days=None,
            ci_low=None,
            ci_high=None,
            effect_per_loan_minor=None,
            effect_ci_low=None,
            effect_ci_high=None,
            verdict=TOO_LITTLE,
            why=why,
        )
    values = _money(after, then, cost=cost, rng=None)[0]
    drawn = _money(after, then, cost=cost, rng=np.random.default_rng(SEED))
    best, now = int(values.argmax()), min(max(wait, 1), after.seen_days) - 1
    effects = drawn[:, best] - drawn[:, now]
    low, high = (float(x) for x in np.quantile(effects, [0.025, 0.975]))
    first, last = (float(x) + 1 for x in np.quantile(drawn.argmax(axis=1), [0.025, 0.975], method="nearest"))
    is_shown = best != now and low > 0
    verdict = KEEP if not is_shown else LONGER if best > now else SHORTER
    return WaitInterval(
        rung=rung,
        segment=segment,
        next_rung=next_rung,
        n=after.loans,
        payers=after.payers,
        wait_days=wait,
        seen_days=after.seen_days,
        hazard=_rounded(float(_hazard(after.paid, after.exposed, after.seen_days)[min(now + 1, after.seen_days - 1)])),
        value_of_a_day_minor=_rounded(float(values[now + 1] - values[now])) if now + 1 < len(values) else None,
        next_step_cost_minor=_rounded(cost),
        suggested_days=best + 1,
        ci_low=first,
        ci_high=last,
        effect_per_loan_minor=_rounded(float(values[best] - values[now])),
        effect_ci_low=_rounded(low),
        effect_ci_high=_rounded(high),
        verdict=verdict,
        why="the best wait is the longest that was seen" if is_shown and best + 1 == after.seen_days else "",
    )


def _doubts(after: AfterRung, then: AfterRung | None, *, next_rung: str | None) -> str:
    if next_rung is None:
        return "no rung followed it"
    if after.loans < LEAST_LOANS or after.payers < LEAST_PAYERS or after.seen_days < 2:
        return f"fewer than {LEAST_LOANS} loans or {LEAST_PAYERS} payers"
    if then is None or then.payers < LEAST_PAYERS:
        return f"too little is known of {next_rung}, which follows"
    return ""


def _middle(after: AfterRung) -> int | None:
    """The middle of the waits until the next rung, in whole days."""
    total, passed = after.waits.total(), 0
    for days in sorted(after.waits):
        passed += after.waits[days]
        if 2 * passed >= total:
            return days
    return None


def _money(after: AfterRung, then: AfterRung, *, cost: float, rng: np.random.Generator | None) -> Floats:
    """Money per loan by wait (columns: 1, 2, ... days), as seen (one row), or as drawn (a row each)."""
    days = after.seen_days
    hazard, mean = _drawn(after, days, rng)
    later, later_mean = _drawn(then, then.seen_days, rng)
    tail = later[:, -TAIL:].mean(axis=1, keepdims=True)
    later = np.concatenate([later, np.repeat(tail, DAYS - later.shape[1], axis=1)], axis=1)
    paid_later = np.concatenate([np.zeros((len(later), 1)), 1 - np.cumprod(1 - later, axis=1)], axis=1)
    unpaid = np.cumprod(1 - hazard, axis=1)
    left = DAYS - np.arange(1, days + 1)
    found: Floats = mean * (1 - unpaid) + unpaid * (later_mean * paid_later[:, left] - cost)
    return found


def _drawn(after: AfterRung, days: int, rng: np.random.Generator | None) -> tuple[Floats, Floats]:
    paid = after.paid[:days]
    if rng is None:
        return _hazard(paid, after.exposed, days)[None, :], np.array([[after.mean]])
    counts = rng.poisson(paid, (DRAWS, days)).astype(float)
    means = np.maximum(rng.normal(after.mean, after.error, (DRAWS, 1)), 0.0)
    return _hazard(counts, after.exposed, days), means


def _hazard(paid: Floats, exposed: Floats, days: int) -> Floats:
    """The chance of a first payment on each day, from the rate per loan-day."""
    found: Floats = 1 - np.exp(-paid[..., :days] / exposed[:days])
    return found


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
